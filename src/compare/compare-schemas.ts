/** Pairs the columns of two relations by name. */
import type { Dialect } from '../adapter/dialect.ts';
import type { Column } from '../adapter/relation.ts';
import type { RowKey, SchemaDifference, Sides } from './comparison.ts';

/** A column that both relations have. */
export type SharedColumn = Sides<Column>;

export interface SchemaPairs {
  readonly difference: SchemaDifference;
  /** In the order of the first relation. */
  readonly shared: readonly SharedColumn[];
}

export function compareSchemas(columns: Sides<readonly Column[]>, { foldIdentifier: fold }: Pick<Dialect, 'foldIdentifier'>): SchemaPairs {
  const there = new Map(columns.there.map((column) => [fold(column.name), column]));
  const names = new Set(columns.here.map(({ name }) => fold(name)));
  const shared = columns.here.flatMap((here) => {
    const found = there.get(fold(here.name));
    return found === undefined ? [] : [{ here, there: found }];
  });
  return {
    shared,
    difference: {
      onlyHere: columns.here.filter(({ name }) => !there.has(fold(name))),
      onlyThere: columns.there.filter(({ name }) => !names.has(fold(name))),
      retyped: shared
        .filter((column) => column.here.type !== column.there.type)
        .map((column) => ({ name: column.here.name, types: { here: column.here.type, there: column.there.type } })),
    },
  };
}

export interface KeyedColumns {
  readonly chosen: RowKey;
  readonly keys: readonly SharedColumn[];
  /** The columns beside the key. */
  readonly values: readonly SharedColumn[];
}

/** The first of the keys whose columns are on both sides. */
export function chooseKey(
  keys: readonly RowKey[],
  shared: readonly SharedColumn[],
  { foldIdentifier: fold }: Pick<Dialect, 'foldIdentifier'>,
): KeyedColumns | undefined {
  const find = (name: string): SharedColumn | undefined => shared.find(({ here }) => fold(here.name) === fold(name));
  const chosen = keys.find(({ columns }) => columns.length > 0 && columns.every((name) => find(name) !== undefined));
  if (chosen === undefined) return undefined;
  const columns = chosen.columns.flatMap((name) => find(name) ?? []);
  return { chosen, keys: columns, values: shared.filter((column) => !columns.includes(column)) };
}
