/** Compares the columns that something had with those that it has. */
import type { Column } from '../adapter/relation.ts';

export interface ColumnDifference {
  readonly name: string;
  readonly how: 'added' | 'removed' | 'retyped';
  /** Types, as the engine spells them. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** In the order of what is there now, then what is gone; the order of columns is no difference. */
export function findColumnDifferences(
  before: readonly Column[],
  after: readonly Column[],
  fold: (name: string) => string,
): readonly ColumnDifference[] {
  const was = new Map(before.map((column) => [fold(column.name), column]));
  const is = new Set(after.map(({ name }) => fold(name)));
  const changed = after.flatMap(({ name, type }): readonly ColumnDifference[] => {
    const old = was.get(fold(name));
    if (old?.type === type) return [];
    return [{ name, how: old === undefined ? 'added' : 'retyped', before: old?.type, after: type }];
  });
  return [...changed, ...before.filter(({ name }) => !is.has(fold(name))).map(removedColumn)];
}

export function removedColumn({ name, type }: Column): ColumnDifference {
  return { name, how: 'removed', before: type, after: undefined };
}
