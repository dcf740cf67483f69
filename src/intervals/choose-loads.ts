/** Decides which cells of time are to be loaded, from what was loaded before. Works on ranges: cells are never gone through. */
import { ceilTo } from './grid.ts';
import type { Grid } from './grid.ts';
import { commonRanges, joinRanges, rangesBefore, withoutRanges, withRanges } from './range-set.ts';
import type { Range, RangeSet } from './range-set.ts';

export interface LoadRules {
  readonly grid: Grid;
  /** The first moment that counts. */
  readonly begin: number;
  /** So many cells before new ones are loaded again. */
  readonly lookback: number;
  /** The cell that is not over is loaded too, each time. */
  readonly allowPartials: boolean;
  /** What another query loaded: it is to be loaded again, wherever it lies. */
  readonly outdated?: RangeSet;
  /** What is read has other rows there by now: what of it was loaded is to be loaded again. */
  readonly late?: RangeSet;
}

/** A range that somebody asks for. */
export interface LoadWish {
  readonly window: Range;
  /** Nothing outside of it is loaded; it may begin before `begin`. */
  readonly only: boolean;
  /** What of it is loaded counts as missing from now on. */
  readonly again: boolean;
}

export interface Loads {
  /** What is to be loaded: whole cells, joined. */
  readonly load: RangeSet;
  /** A cell of these that is not over: nobody may take it for loaded. */
  readonly partial?: Range;
  /** What of the window that somebody asks for is not loaded, because it is not over. */
  readonly later?: Range;
  /** What was loaded and counts as missing from now on. */
  readonly opened: RangeSet;
  /** What of that is so because of late rows. */
  readonly late: RangeSet;
  /** Cells that are over and are not loaded, whether they are to be loaded now or not. */
  readonly missing: RangeSet;
  /** Those of them that lie before something that is loaded. */
  readonly gaps: RangeSet;
}

/** `done` is what was loaded. Everything is found at `now`. */
export function chooseLoads(rules: LoadRules, done: RangeSet, now: number, wish?: LoadWish): Loads {
  const { grid, begin, allowPartials } = rules;
  const over = grid.floor(now);
  const window = wish === undefined ? [] : [{ start: grid.floor(wish.window.start), end: ceilTo(grid, wish.window.end) }];
  const asked = wish?.again === true ? commonRanges(window, done) : [];
  // Who asks for a range alone gets that range alone: the rest stays to be found.
  const late = wish?.only === true ? [] : withoutRanges(commonRanges(rules.late ?? [], done), asked);
  const opened = late.length === 0 ? asked : joinRanges([...asked, ...late]);
  const left = withoutRanges(done, opened);
  // What counts, and what was loaded beside that and has to be loaded again.
  const elsewhere = commonRanges(joinRanges([...opened, ...(rules.outdated ?? [])]), [{ start: -Infinity, end: over }]);
  const wanted = joinRanges([{ start: grid.floor(begin), end: over }, ...elsewhere]);
  const missing = wholeCells(grid, withoutRanges(wanted, left));
  // Nobody has missed what is loaded again.
  const unseen = late.length === 0 ? missing : withoutRanges(missing, wholeCells(grid, late));
  const gaps = rangesBefore(unseen, done.at(-1)?.start ?? -Infinity);
  const only = wish?.only === true ? window : undefined;
  const found =
    only === undefined
      ? joinRanges([...missing, ...lookBack(rules, unseen, withoutRanges(done, asked))])
      : commonRanges(wholeCells(grid, withoutRanges(only, left)), joinRanges([{ start: -Infinity, end: over }]));
  const partial = { start: over, end: grid.next(now) };
  const isAsked = only === undefined || commonRanges(only, [partial]).length > 0;
  const hasPartial = allowPartials && over >= grid.floor(begin) && isAsked;
  const until = hasPartial ? partial.end : over;
  const later = window.flatMap(({ start, end }) => (end > until ? [{ start: Math.max(start, until), end }] : []))[0];
  return {
    load: hasPartial ? withRanges(found, [partial]) : found,
    ...(hasPartial ? { partial } : {}),
    ...(later === undefined ? {} : { later }),
    opened,
    late,
    missing,
    gaps,
  };
}

/** A cell of which a part is left is left as a whole: cells may have had another size when they were loaded. */
export function wholeCells(grid: Grid, ranges: RangeSet): RangeSet {
  if (ranges.every(({ start, end }) => grid.floor(start) === start && grid.floor(end) === end)) return ranges;
  return joinRanges(
    ranges.map((range) => {
      const start = grid.floor(range.start);
      const end = ceilTo(grid, range.end);
      return start === range.start && end === range.end ? range : { start, end };
    }),
  );
}

/** Cells before new ones, where new ones have come since the last time. */
function lookBack({ grid, begin, lookback }: LoadRules, missing: RangeSet, done: RangeSet): RangeSet {
  const newest = missing.at(-1);
  if (newest === undefined || done.length === 0 || newest.start < (done.at(-1)?.end ?? Infinity)) return [];
  const first = grid.floor(begin);
  let { start } = newest;
  for (let cells = 0; cells < lookback && start > first; cells += 1) start = grid.floor(start - 1);
  return [{ start, end: newest.start }];
}
