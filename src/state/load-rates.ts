/** Reads how earlier loads of a model by interval went, and says by these how much more of them will be. */
import type { Connection } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import type { Relation } from '../adapter/relation.ts';
import { commonRanges, withoutRanges } from '../intervals/range-set.ts';
import type { Range, RangeSet } from '../intervals/range-set.ts';
import { buildSubject, stateRelation } from './state-tables.ts';

/** One transaction that loaded a range. */
export interface PastLoad {
  readonly range: Range;
  readonly rows: number;
  readonly tookMs: number;
}

/** Both newest first. */
export interface PastLoads {
  /** That touched what is to be loaded. */
  readonly same: readonly PastLoad[];
  /** Of any range; nothing where the others touched all that is to be loaded. */
  readonly last: readonly PastLoad[];
}

export interface LoadEstimate {
  readonly rows: number;
  readonly tookMs: number;
  /** Some of it was loaded before: that is counted as it was then. */
  readonly isKnown: boolean;
  /** By so many loads of other ranges the rest of it is counted; 0 where nothing is left. */
  readonly byLast: number;
}

const depth = 30;

/** One statement, or two where not all of the ranges was loaded before. The tables must exist (see `inspectStateLayout`). */
export async function readPastLoads(
  connection: Connection,
  schema: string,
  relation: Relation,
  { dialect, ranges }: { readonly dialect: Dialect; readonly ranges: RangeSet },
): Promise<PastLoads> {
  const [first, last] = [ranges[0], ranges.at(-1)];
  if (first === undefined || last === undefined) return { same: [], last: [] };
  const records = dialect.relation(stateRelation(schema, 'records'));
  const field = (of: string, name: string): string => `(cast(${of}.entry as json) ->> ${dialect.literal(name)})`;
  // Moments are written so that their order is that of their texts.
  const moment = (at: number): string => dialect.literal(new Date(at).toISOString());
  const read = async (where: string): Promise<readonly PastLoad[]> => {
    const { rows } = await connection.query({
      sql: `
select ${['range_start', 'range_end', 'row_count'].map((name) => field('ledger', name)).join(', ')}, ${field('build', 'duration_ms')}
from ${records} as ledger
join ${records} as build on build.kind = 'build' and build.subject = ledger.subject
  and build.ordinal = cast(${field('ledger', 'build')} as ${dialect.typeName('bigint')})
  and ${field('build', 'run_id')} = ${field('ledger', 'run_id')}
where ledger.kind = 'ledger' and ledger.subject = ${dialect.literal(buildSubject(relation, dialect))} and ${field('ledger', 'event')} = 'load' ${where}`,
    });
    return rows.flatMap(([start, end, count, took]) => {
      const range = { start: Date.parse(String(start)), end: Date.parse(String(end)) };
      return range.end > range.start ? [{ range, rows: Number(count ?? 0), tookMs: Number(took ?? 0) }] : [];
    });
  };
  const same = await read(
    `and ${field('ledger', 'range_start')} < ${moment(last.end)} and ${field('ledger', 'range_end')} > ${moment(first.start)} order by ledger.ordinal desc`,
  );
  const left = same.reduce((open, { range }) => withoutRanges(open, [range]), ranges);
  return { same, last: left.length === 0 ? [] : await read(`order by ledger.ordinal desc limit ${depth}`) };
}

/**
 * Each part of the ranges as it was when it was last loaded, and by the last loads what never was. `transactions` are those that load
 * them now. Undefined where nothing was loaded yet.
 */
export function estimateLoads(ranges: RangeSet, transactions: number, { same, last }: PastLoads): LoadEstimate | undefined {
  const sum = { rows: 0, tookMs: 0, loads: 0 };
  const add = ({ rows, tookMs }: PastLoad, share: number): void => {
    sum.rows += rows * share;
    sum.tookMs += tookMs * share;
    sum.loads += share;
  };
  let open = ranges;
  for (const load of same) {
    const part = lengthOf(commonRanges(open, [load.range]));
    if (part === 0) continue;
    add(load, part / lengthOf([load.range]));
    open = withoutRanges(open, [load.range]);
  }
  const share = lengthOf(open) / lengthOf(last.map(({ range }) => range));
  if (open.length > 0) for (const load of last) add(load, share);
  if (sum.loads === 0) return undefined;
  const tookMs = sum.tookMs + (transactions - sum.loads) * fixedCost([...same, ...last]);
  return {
    rows: Math.round(sum.rows),
    tookMs: Math.max(0, Math.round(tookMs)),
    isKnown: open !== ranges,
    byLast: open.length === 0 ? 0 : last.length,
  };
}

/** What a load takes however few rows it has, by the straight line through them all; 0 where all have the same number of rows. */
function fixedCost(loads: readonly PastLoad[]): number {
  const mean = (of: (load: PastLoad) => number): number => loads.reduce((sum, load) => sum + of(load), 0) / loads.length;
  const [rows, took] = [mean((load) => load.rows), mean((load) => load.tookMs)];
  const spread = mean((load) => (load.rows - rows) ** 2);
  if (spread === 0) return 0;
  const perRow = Math.max(0, mean((load) => (load.rows - rows) * (load.tookMs - took)) / spread);
  const least = loads.reduce((smallest, { tookMs }) => Math.min(smallest, tookMs), Infinity);
  return Math.min(Math.max(0, took - perRow * rows), least);
}

const lengthOf = (ranges: RangeSet): number => ranges.reduce((sum, { start, end }) => sum + end - start, 0);
