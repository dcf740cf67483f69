/** Which columns of what is built anew hold something else than before, by comparing queries column by column. */
import type { NodeId } from '../compile/compiled.ts';

/** A column, or the choice of rows, of a query that was compared with the one before it. */
export interface ComparedPart {
  /** It makes the same of the same. */
  readonly same: boolean;
  readonly reads: readonly { readonly node: NodeId; readonly column: string }[];
}

/** A query compared with the one that made what stands. */
export interface ComparedQuery {
  readonly rows: ComparedPart;
  /** Those that are gone as well. */
  readonly columns: readonly (ComparedPart & { readonly name: string })[];
  /** The same names and types in the same order. */
  readonly hasSameShape: boolean;
}

/** Names of columns as the engine folds them; `all` where rows may be others, or nobody knows. */
export type Changes = ReadonlySet<string> | 'all';

/** What has changed of a relation that is made by a compared query. `changed` tells it of what it reads; undefined is nothing. */
export function changesOf(
  { rows, columns }: ComparedQuery,
  changed: (id: NodeId) => Changes | undefined,
  fold: (name: string) => string,
): Changes {
  const isTouched = ({ same, reads }: ComparedPart): boolean =>
    !same ||
    reads.some(({ node, column }) => {
      const changes = changed(node);
      return changes === 'all' || changes?.has(fold(column)) === true;
    });
  if (isTouched(rows)) return 'all';
  return new Set(columns.filter(isTouched).map(({ name }) => fold(name)));
}
