/** Sets of columns on which no two rows agree, and how they carry over from one operator to the next. Shared by all engines. */

/**
 * Places of columns, in rising order. NULL agrees with NULL; the empty key says that there is at most one row.
 */
export type Key = readonly number[];

/** More keys than these say little that is new, and cost time. */
const mostKeys = 8;

/** Keys without doubles and supersets, the smallest first. */
export function smallestKeys(keys: readonly Key[]): readonly Key[] {
  if (keys.length === 0 || (keys.length === 1 && keys[0]?.length === 1)) return keys;
  const sorted = keys
    .map((key) => [...new Set(key)].toSorted((one, other) => one - other))
    .toSorted((one, other) => one.length - other.length);
  const kept: Key[] = [];
  for (const key of sorted) {
    if (kept.length === mostKeys) break;
    if (!kept.some((smaller) => smaller.every((at) => key.includes(at)))) kept.push(key);
  }
  return kept;
}

/** `from` gives for each column the place below that it repeats, or of which it is an exact renaming of values. */
export function projectKeys(keys: readonly Key[], from: readonly (number | undefined)[]): readonly Key[] {
  const moved: Key[] = [];
  for (const key of keys) {
    const places: number[] = [];
    for (const place of key) {
      const at = from.indexOf(place);
      if (at >= 0) places.push(at);
    }
    if (places.length === key.length) moved.push(places);
  }
  return smallestKeys(moved);
}

/** Where some places hold one value in all rows, the others tell the rows apart. */
export function keysWithout(keys: readonly Key[], constant: readonly number[]): readonly Key[] {
  return constant.length === 0 ? keys : smallestKeys(keys.map((key) => key.filter((at) => !constant.includes(at))));
}

export type JoinKind = 'inner' | 'left' | 'right' | 'full';

/** One side of a join, with its places in the equalities of the join's condition. */
export interface JoinSide {
  readonly keys: readonly Key[];
  readonly equated: readonly number[];
}

/** Keys of two sides beside each other; the right one's places come after the left one's `width`. */
export function joinKeys(kind: JoinKind, left: JoinSide, right: JoinSide, width: number): readonly Key[] {
  if (kind === 'full') {
    // Rows that met nothing are NULL on the other side's places, and may be on their own.
    return [];
  }
  const moved = right.keys.map((key) => key.map((at) => at + width));
  return smallestKeys([
    // Each row of one side meets at most one row of the other.
    ...(kind !== 'right' && isUnique(right) ? left.keys : []),
    ...(kind !== 'left' && isUnique(left) ? moved : []),
    ...left.keys.flatMap((one) => moved.map((other) => [...one, ...other])),
  ]);
}

function isUnique({ keys, equated }: JoinSide): boolean {
  return keys.some((key) => key.every((at) => equated.includes(at)));
}
