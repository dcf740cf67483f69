/** A history kept the slow way: row by row, version by version, in the words of the documentation. */
import * as fc from 'fast-check';

/** A row as it stands in what a snapshot looks at. Times are whole seconds. */
export interface Row {
  readonly k: number;
  readonly j: string;
  readonly v: string | null;
  readonly n: number | null;
  readonly at: number;
}

export interface Rules {
  readonly strategy: 'timestamp' | 'check';
  /** Which columns are compared; all without it. */
  readonly compared?: readonly ('v' | 'n')[];
  /** With `check`: changes have the time that their row gives. */
  readonly stamped: boolean;
  readonly hardDeletes: 'ignore' | 'invalidate' | 'new_record';
  readonly sentinel: boolean;
}

export interface Version extends Row {
  readonly updated: number;
  readonly from: number;
  /** Undefined while it is in force. */
  readonly to: number | undefined;
  readonly deleted: boolean;
}

const keyOf = (row: Pick<Row, 'k' | 'j'>): string => `${row.k} ${row.j}`;

/** The history after another look at the rows, which happens at `now`. */
export function replay(history: readonly Version[], rows: readonly Row[], now: number, rules: Rules): readonly Version[] {
  const next = [...history];
  const end = (at: number, to: number): void => {
    const version = next[at];
    if (version !== undefined) next[at] = { ...version, to };
  };
  const present = new Set(rows.map(keyOf));
  for (const row of rows) {
    const stamp = rules.strategy === 'timestamp' || rules.stamped ? row.at : now;
    const at = next.findIndex((version) => keyOf(version) === keyOf(row) && version.to === undefined);
    const version = next[at];
    if (version === undefined) {
      // It was never there, or it was gone: then it does not begin before it ended.
      const ends = next.flatMap((other) => (keyOf(other) === keyOf(row) && other.to !== undefined ? [other.to] : []));
      const last = ends.length === 0 ? undefined : Math.max(...ends);
      const from = last === undefined || stamp > last ? stamp : Math.max(now, last);
      next.push({ ...row, updated: stamp, from, to: undefined, deleted: false });
      continue;
    }
    const differs =
      rules.strategy === 'timestamp'
        ? stamp > version.from
        : (rules.compared ?? (['v', 'n', 'at'] as const)).some((column) => row[column] !== version[column]);
    if (!differs && !version.deleted) continue;
    const from = stamp > version.from ? stamp : Math.max(now, version.from);
    end(at, from);
    next.push({ ...row, updated: stamp, from, to: undefined, deleted: false });
  }
  if (rules.hardDeletes === 'ignore') return next;
  for (const [at, version] of next.entries()) {
    if (version.to !== undefined || version.deleted || present.has(keyOf(version))) continue;
    const gone = Math.max(now, version.from);
    end(at, gone);
    if (rules.hardDeletes === 'new_record') next.push({ ...version, updated: gone, from: gone, to: undefined, deleted: true });
  }
  return next;
}

const row = fc.record({
  k: fc.integer({ min: 1, max: 4 }),
  j: fc.constantFrom('a', 'A', ''),
  v: fc.option(fc.constantFrom('x', 'y', '')),
  n: fc.option(fc.integer({ min: 0, max: 1 })),
  // Earlier than the first look, at one, between two, and later than the last one.
  at: fc.oneof(fc.integer({ min: 0, max: 70 }), fc.constantFrom(10, 20, 30, 40)),
});

/** What stands there at each look. */
export const lives: fc.Arbitrary<readonly (readonly Row[])[]> = fc.array(fc.uniqueArray(row, { selector: keyOf, maxLength: 6 }), {
  minLength: 2,
  maxLength: 6,
});

export const rules: fc.Arbitrary<Rules> = fc.record(
  {
    strategy: fc.constantFrom('timestamp', 'check'),
    compared: fc.constantFrom(['v'], ['v', 'n'], ['n']),
    stamped: fc.boolean(),
    hardDeletes: fc.constantFrom('ignore', 'invalidate', 'new_record'),
    sentinel: fc.boolean(),
  },
  { requiredKeys: ['strategy', 'stamped', 'hardDeletes', 'sentinel'] },
) as fc.Arbitrary<Rules>;

/**
 * Rows that change, stay, come late, change at the very time of their version, lose and find values, go and come back, before and
 * after the end of their last version: what chance seldom brings together. Under each strategy, and whatever becomes of rows that go.
 */
const looks: readonly (readonly Row[])[] = [
  [
    { k: 1, j: 'a', v: 'x', n: 0, at: 5 },
    { k: 2, j: 'a', v: 'x', n: 0, at: 5 },
    { k: 3, j: 'a', v: 'x', n: null, at: 40 },
    { k: 4, j: 'a', v: null, n: 1, at: 5 },
  ],
  [
    { k: 1, j: 'a', v: 'y', n: 0, at: 15 },
    { k: 2, j: 'a', v: 'y', n: 0, at: 5 },
    { k: 4, j: 'a', v: '', n: 1, at: 4 },
  ],
  [{ k: 1, j: 'a', v: 'y', n: 0, at: 14 }],
  [
    { k: 1, j: 'a', v: null, n: null, at: 15 },
    { k: 2, j: 'a', v: 'y', n: 0, at: 30 },
    { k: 3, j: 'a', v: 'y', n: 1, at: 39 },
    { k: 4, j: 'a', v: 'x', n: 1, at: 39 },
  ],
  [
    { k: 1, j: 'a', v: null, n: 1, at: 60 },
    { k: 2, j: 'a', v: 'x', n: 0, at: 30 },
    { k: 3, j: 'a', v: 'y', n: 0, at: 41 },
    { k: 4, j: 'a', v: 'x', n: 1, at: 39 },
  ],
];
const turned: readonly Rules[] = [
  { strategy: 'timestamp', stamped: false, hardDeletes: 'invalidate', sentinel: false },
  { strategy: 'timestamp', stamped: false, hardDeletes: 'new_record', sentinel: true },
  { strategy: 'check', stamped: false, hardDeletes: 'invalidate', sentinel: true },
  { strategy: 'check', compared: ['v', 'n'], stamped: true, hardDeletes: 'invalidate', sentinel: false },
  { strategy: 'check', compared: ['n'], stamped: true, hardDeletes: 'new_record', sentinel: false },
];
export const turns: readonly (readonly [readonly (readonly Row[])[], Rules])[] = turned.map((each) => [looks, each]);
