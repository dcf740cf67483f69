/** Pairs the columns of two relations by name. */
import type { Dialect } from '../adapter/dialect.ts';
import type { Column } from '../adapter/relation.ts';
import type { SchemaDifference, Sides } from './comparison.ts';

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
