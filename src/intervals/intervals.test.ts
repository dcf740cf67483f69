import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseLoads } from './choose-loads.ts';
import { ceilTo, createGrid, cutRange } from './grid.ts';
import type { CellSize } from './grid.ts';
import { commonRanges, holdsRange, joinRanges, rangesBefore, withoutRanges, withRanges } from './range-set.ts';
import type { Range } from './range-set.ts';
import { findZone } from './zone.ts';
import type { Zone } from './zone.ts';

const zone = (name: string): Zone => findZone(name) ?? expect.unreachable(name);
const utc = (text: string): number => Date.parse(`${text}Z`);
const hour = 3_600_000;

/** Cells of a small world: each range as the set of the whole numbers in it. */
const cellsOf = (ranges: Iterable<Range>): ReadonlySet<number> => {
  const cells = new Set<number>();
  for (const { start, end } of ranges) for (let cell = start; cell < end; cell += 1) cells.add(cell);
  return cells;
};
const sorted = (cells: Iterable<number>): readonly number[] => [...cells].sort((a, b) => a - b);

const ranges = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 12 })).map(([start, length]) => ({ start, end: start + length })),
  { maxLength: 9 },
);

function expectSet(set: readonly Range[], cells: Iterable<number>): void {
  expect(sorted(cellsOf(set))).toEqual(sorted(cells));
  for (const [at, { start, end }] of set.entries()) {
    expect(start).toBeLessThan(end);
    if (at > 0) expect(start).toBeGreaterThan(set[at - 1]?.end ?? Infinity);
  }
}

describe('sets of ranges', () => {
  it('are cut at a moment', () => {
    fc.assert(
      fc.property(ranges, fc.integer({ min: -2, max: 75 }), (given, moment) => {
        const set = joinRanges(given);
        expect(rangesBefore(set, moment)).toEqual(commonRanges(set, [{ start: -Infinity, end: moment }]));
      }),
    );
  });

  it('are what a set of cells is', () => {
    fc.assert(
      fc.property(ranges, ranges, (left, right) => {
        const [one, other] = [joinRanges(left), joinRanges(right)];
        expect(withRanges(one, other)).toEqual(joinRanges([...left, ...right]));
        const [cells, others] = [cellsOf(left), cellsOf(right)];
        expectSet(one, cells);
        expectSet(
          withoutRanges(one, other),
          [...cells].filter((cell) => !others.has(cell)),
        );
        expectSet(
          commonRanges(one, other),
          [...cells].filter((cell) => others.has(cell)),
        );
        for (const range of right.filter(({ start, end }) => start < end))
          expect(holdsRange(one, range)).toBe([...cellsOf([range])].every((cell) => cells.has(cell)));
      }),
    );
  });
});

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/Havana',
  'Pacific/Apia',
  'America/Sao_Paulo',
  'Africa/Casablanca',
  'America/St_Johns',
];
const sizes: readonly CellSize[] = [{ minutes: 5 }, { minutes: 30 }, { minutes: 60 }, { minutes: 360 }, 'day', 'week', 'month', 'year'];

/** What the clocks show, by a way of its own: the text that the platform writes. */
function clockOf(name: string): (moment: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: name, dateStyle: 'short', timeStyle: 'medium' });
  return (moment) => format.format(moment);
}

/** The name of the cell that a moment is in, from what the clocks show. */
function nameOf(size: CellSize, text: string): string {
  const [date = '', time = ''] = text.split(' ');
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  if (typeof size === 'object') return `${date} ${Math.floor((hours * 60 + minutes) / size.minutes)}`;
  if (size === 'day') return date;
  if (size === 'month') return date.slice(0, 7);
  if (size === 'year') return date.slice(0, 4);
  const monday = new Date(`${date}T00:00:00Z`);
  monday.setUTCDate(monday.getUTCDate() - ((monday.getUTCDay() + 6) % 7));
  return monday.toISOString().slice(0, 10);
}

describe('grids', () => {
  it('have cells as the clocks show them', () => {
    const clocks = new Map(zones.map((name) => [name, clockOf(name)]));
    const moment = fc.integer({ min: utc('1995-01-01T00:00') / 1000, max: utc('2035-01-01T00:00') / 1000 }).map((second) => second * 1000);
    // Around a change of clocks there is more to get wrong.
    const changes = [
      '2024-03-31T01:00',
      '2024-10-27T01:00',
      '2024-03-10T07:00',
      '2024-11-03T06:00',
      '2011-12-30T10:00',
      '2023-09-30T15:30',
      '2024-04-06T15:00',
      '2024-03-10T05:00',
      '2024-11-03T05:00',
      '2018-11-04T03:00',
      '2018-02-18T02:00',
      '2024-03-10T02:00',
    ].map(utc);
    const near = fc
      .tuple(fc.constantFrom(...changes), fc.integer({ min: -26 * 60, max: 26 * 60 }))
      .map(([change, by]) => change + by * 60_000);
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.constantFrom(...sizes), fc.oneof(moment, near), (name, size, at) => {
        const clock = clocks.get(name) ?? expect.unreachable(name);
        const grid = createGrid(size, zone(name));
        const [start, end] = [grid.floor(at), grid.next(at)];
        expect(start).toBeLessThanOrEqual(at);
        expect(end).toBeGreaterThan(at);
        expect(grid.floor(start)).toBe(start);
        expect(grid.floor(end - 1000)).toBe(start);
        expect(grid.floor(end)).toBe(end);
        expect(ceilTo(grid, start)).toBe(start);
        expect(ceilTo(grid, start + 1)).toBe(end);
        const shown = (when: number): string => nameOf(size, clock(when));
        // A cell ends where the clocks come to another one for the first time, or to the same one a second time.
        expect(shown(start)).toBe(shown(end - 1000));
        expect(shown(start - 1000) === shown(start) && typeof size !== 'object').toBe(false);
        if (typeof size !== 'object') expect(shown(end)).not.toBe(shown(start));
      }),
      { numRuns: 400 },
    );
  });

  it('count what they cut', () => {
    const start = fc.integer({ min: utc('2009-01-01T00:00') / 60_000, max: utc('2026-01-01T00:00') / 60_000 });
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...sizes),
        start,
        fc.integer({ min: 1, max: 3000 }),
        (name, size, at, length) => {
          const grid = createGrid(size, zone(name));
          const width = typeof size === 'object' ? size.minutes : 1440;
          const range = { start: at * 60_000, end: (at + length * width) * 60_000 + 60_000 };
          const cells = [...cutRange(grid, range)];
          expect(grid.count(range)).toBe(cells.length);
          expect(cells[0]?.start).toBe(range.start);
          expect(cells.at(-1)?.end).toBe(range.end);
          for (const [before, cell] of cells.slice(1).entries()) expect(cell.start).toBe(cells[before]?.end);
        },
      ),
      { numRuns: 60 },
    );
  });

  const lengths = (name: string, size: CellSize, from: string, to: string): readonly number[] =>
    [...cutRange(createGrid(size, zone(name)), { start: utc(from), end: utc(to) })].map(({ start, end }) => (end - start) / hour);

  it.each<[string, string, CellSize, string, string, readonly number[]]>([
    ['the day that clocks go forward', 'Europe/Berlin', 'day', '2024-03-29T23:00', '2024-04-01T22:00', [24, 23, 24]],
    ['the day that clocks go back', 'America/New_York', 'day', '2024-11-02T04:00', '2024-11-05T05:00', [24, 25, 24]],
    ['an hour that is shown twice', 'Europe/Berlin', { minutes: 60 }, '2024-10-26T23:00', '2024-10-27T03:00', [1, 1, 1, 1]],
    ['half an hour that is left out', 'Australia/Lord_Howe', { minutes: 60 }, '2023-09-30T13:30', '2023-09-30T17:00', [1, 1, 0.5, 1]],
    ['hours that start at half past', 'Asia/Kolkata', { minutes: 60 }, '2024-01-01T18:30', '2024-01-01T20:30', [1, 1]],
    ['a day that starts at one', 'America/Sao_Paulo', 'day', '2018-11-03T03:00', '2018-11-06T02:00', [24, 23, 24]],
    ['a midnight that is shown twice', 'America/Havana', 'day', '2024-11-02T04:00', '2024-11-05T05:00', [24, 25, 24]],
    ['a day that nobody had', 'Pacific/Apia', 'day', '2011-12-29T10:00', '2012-01-01T10:00', [24, 24, 24]],
    ['a leap day', 'UTC', 'month', '2024-02-01T00:00', '2024-04-01T00:00', [29 * 24, 31 * 24]],
    ['the end of a year in a week', 'UTC', 'week', '2024-12-30T00:00', '2025-01-13T00:00', [168, 168]],
    ['years', 'Asia/Kathmandu', 'year', '2023-12-31T18:15', '2025-12-31T18:15', [8784, 8760]],
  ])('%s', (_, name, size, from, to, expected) => {
    expect(lengths(name, size, from, to)).toEqual(expected);
  });

  it('say that there is no such zone', () => {
    expect(findZone('Europe/Nowhere')).toBeUndefined();
    expect(findZone('')).toBeUndefined();
  });
});

/** Loads, cell by cell: a naive way to say what `chooseLoads` finds with ranges. */
describe('loads', () => {
  const day = 86_400_000;
  const days = createGrid('day', zone('UTC'));
  const inDays = (set: readonly Range[]): readonly number[] =>
    sorted(cellsOf(set.map(({ start, end }) => ({ start: start / day, end: end / day }))));
  const wishes = fc.option(
    fc.record({
      from: fc.integer({ min: 0, max: 50 }),
      length: fc.integer({ min: 1, max: 20 }),
      only: fc.boolean(),
      again: fc.boolean(),
    }),
    { nil: undefined },
  );

  it('of what is late come to the others, and are neither gaps nor a reason to look back', () => {
    fc.assert(
      fc.property(
        ranges,
        ranges,
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 4 }),
        fc.boolean(),
        (loaded, moved, over, lookback, only) => {
          const inMs = (set: readonly Range[]): readonly Range[] =>
            joinRanges(set.map(({ start, end }) => ({ start: start * day, end: end * day })));
          const [done, late] = [inMs(loaded), inMs(moved)];
          const rules = { grid: days, begin: 0, lookback, allowPartials: false };
          const wish = only ? { window: { start: 3 * day, end: 9 * day }, only, again: false } : undefined;
          const without = chooseLoads(rules, done, over * day, wish);
          const found = chooseLoads({ ...rules, late }, done, over * day, wish);
          const opened = only ? [] : inDays(done).filter((cell) => inDays(late).includes(cell));
          expect(inDays(found.opened)).toEqual(opened);
          expect(inDays(found.load)).toEqual(sorted(new Set([...inDays(without.load), ...opened.filter((cell) => cell < over)])));
          expect(found.gaps).toEqual(without.gaps);
        },
      ),
    );
  });

  it('are what a look at each cell finds', () => {
    fc.assert(
      fc.property(
        ranges,
        fc.integer({ min: 0, max: 40 }),
        fc.double({ min: 0, max: 60, noNaN: true }),
        fc.integer({ min: 0, max: 4 }),
        fc.boolean(),
        wishes,
        (loaded, begin, now, lookback, allowPartials, wish) => {
          const done = joinRanges(loaded.map(({ start, end }) => ({ start: start * day, end: end * day })));
          const window = wish === undefined ? undefined : { start: wish.from * day + 1, end: (wish.from + wish.length) * day };
          const found = chooseLoads(
            { grid: days, begin: begin * day + 5, lookback, allowPartials },
            done,
            now * day,
            wish === undefined || window === undefined ? undefined : { window, only: wish.only, again: wish.again },
          );
          const over = Math.floor(now);
          const isWanted = (cell: number): boolean => wish !== undefined && cell >= wish.from && cell < wish.from + wish.length;
          const all = sorted(cellsOf(loaded));
          const opened = wish?.again === true ? all.filter(isWanted) : [];
          const left = new Set(all.filter((cell) => !opened.includes(cell)));
          const cells = Array.from({ length: 80 }, (_, cell) => cell);
          const missing = cells.filter((cell) => (cell >= begin || opened.includes(cell)) && cell < over && !left.has(cell));
          expect(inDays(found.opened)).toEqual(opened);
          expect(inDays(found.missing)).toEqual(missing);
          const last = done.at(-1);
          expect(inDays(found.gaps)).toEqual(missing.filter((cell) => last !== undefined && cell < last.start / day));
          const load = new Set(wish?.only === true ? cells.filter((cell) => isWanted(cell) && cell < over && !left.has(cell)) : missing);
          if (wish?.only !== true) for (const cell of before(missing, left, begin, lookback)) load.add(cell);
          const asks = wish?.only !== true || isWanted(over);
          if (allowPartials && over >= begin && asks) load.add(over);
          expect(inDays(found.load)).toEqual(sorted(load));
          expect(found.partial === undefined).toBe(!(allowPartials && over >= begin && asks));
          const notOver = cells.filter((cell) => isWanted(cell) && cell >= over && found.partial?.start !== cell * day);
          expect(inDays(found.later === undefined ? [] : [found.later])).toEqual(notOver);
        },
      ),
      { numRuns: 500 },
    );
  });

  /** The cells before the last run of missing ones, if that lies behind everything that is loaded. */
  function before(missing: readonly number[], left: ReadonlySet<number>, begin: number, lookback: number): readonly number[] {
    let first = missing.at(-1);
    if (first === undefined || left.size === 0) return [];
    while (missing.includes(first - 1)) first -= 1;
    if (first < Math.max(...left) + 1) return [];
    return Array.from({ length: lookback }, (_, at) => (first ?? 0) - 1 - at).filter((cell) => cell >= begin);
  }

  it('of ten years in steps of five minutes are found in moments, whatever is missing', () => {
    const grid = createGrid({ minutes: 5 }, zone('Europe/Berlin'));
    const begin = utc('2014-01-01T00:00');
    const now = utc('2024-01-01T00:07');
    // Every Sunday was forgotten.
    const week = 7 * day;
    const done = joinRanges(Array.from({ length: 521 }, (_, at) => ({ start: begin + at * week, end: begin + at * week + 6 * day })));
    const rules = { grid, begin, lookback: 12, allowPartials: true };
    const { load, missing, gaps } = chooseLoads(rules, done, now);
    let count = 0;
    // Of several, so that one of them is not kept waiting by somebody else.
    const times = Array.from({ length: 8 }, () => {
      const start = performance.now();
      const chosen = chooseLoads(rules, done, now);
      count = chosen.load.reduce((sum, range) => sum + grid.count(range), 0);
      return performance.now() - start;
    });
    expect(count).toBe(missing.reduce((sum, { start: from, end }) => sum + (end - from) / 300_000, 0) + 1 + 12);
    expect(gaps.length).toBeGreaterThan(519);
    expect(load.length).toBeGreaterThan(0);
    expect(Math.min(...times)).toBeLessThan(50);
  });
});
