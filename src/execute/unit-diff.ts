/** Pairs the rows that a unit test missed with those that it found instead, so that they can be shown cell by cell. */
import type { Cell } from '../adapter/connection.ts';

type Row = readonly Cell[];

export type DiffRow =
  | { readonly kind: 'differing'; readonly expected: Row; readonly actual: Row }
  | { readonly kind: 'missing'; readonly expected: Row }
  | { readonly kind: 'unexpected'; readonly actual: Row };

/** What differs. Of very many rows the first are shown; the numbers count all. */
export interface UnitDiff {
  readonly columns: readonly string[];
  /** How many rows were compared on either side. */
  readonly rows: readonly DiffRow[];
  readonly differing: number;
  readonly missing: number;
  readonly unexpected: number;
}

export interface Sides {
  readonly columns: readonly string[];
  /** Positions of the columns that tell rows apart. */
  readonly key: readonly number[];
  /** Rows that only one side has, as far as they were read, and how many there are. */
  readonly missing: readonly Row[];
  readonly unexpected: readonly Row[];
  readonly missingCount: number;
  readonly unexpectedCount: number;
}

/** Rows with one key belong together; without a key those that agree most. */
export function pairRows(sides: Sides): UnitDiff {
  const { columns, key, missingCount, unexpectedCount } = sides;
  const free = new Set(sides.unexpected.keys());
  const partner = new Map<number, number>();
  const take = (expected: number, actual: number): void => {
    partner.set(expected, actual);
    free.delete(actual);
  };
  if (key.length > 0) {
    const byKey = new Map<string, number[]>();
    for (const at of free) {
      const name = keyOf(sides.unexpected[at], key);
      byKey.set(name, [...(byKey.get(name) ?? []), at]);
    }
    for (const [at, row] of sides.missing.entries()) {
      const actual = byKey.get(keyOf(row, key))?.shift();
      if (actual !== undefined) take(at, actual);
    }
  } else pairAlike(sides, take, free, partner);
  const rows: DiffRow[] = sides.missing.map((expected, at): DiffRow => {
    const actual = sides.unexpected[partner.get(at) ?? -1];
    return actual === undefined ? { kind: 'missing', expected } : { kind: 'differing', expected, actual };
  });
  for (const at of [...free].sort((a, b) => a - b)) rows.push({ kind: 'unexpected', actual: sides.unexpected[at] ?? [] });
  const differing = partner.size;
  return { columns, rows, differing, missing: missingCount - differing, unexpected: unexpectedCount - differing };
}

function keyOf(row: Row | undefined, key: readonly number[]): string {
  return JSON.stringify(key.map((at) => row?.[at] ?? null));
}

/** The pairs that agree in most cells first. */
function pairAlike(
  { missing, unexpected }: Sides,
  take: (expected: number, actual: number) => void,
  free: ReadonlySet<number>,
  partner: ReadonlyMap<number, number>,
): void {
  const pairs = missing.flatMap((expected, at) =>
    unexpected.map((actual, to) => ({ at, to, same: expected.filter((cell, column) => cell === actual[column]).length })),
  );
  pairs.sort((a, b) => b.same - a.same || a.at - b.at || a.to - b.to);
  // Two rows that are left over belong together all the same.
  const isOnly = missing.length === 1 && unexpected.length === 1;
  for (const { at, to, same } of pairs) if ((same > 0 || isOnly) && free.has(to) && !partner.has(at)) take(at, to);
}
