/** What comparing two relations found, as data. */
import type { ResultSet } from '../adapter/connection.ts';
import type { Column } from '../adapter/relation.ts';

/** A value for each of the two sides. */
export interface Sides<T> {
  readonly here: T;
  readonly there: T;
}

export interface RetypedColumn {
  readonly name: string;
  readonly types: Sides<string>;
}

export interface SchemaDifference {
  readonly onlyHere: readonly Column[];
  readonly onlyThere: readonly Column[];
  readonly retyped: readonly RetypedColumn[];
}

/** What rows are told apart by. */
export interface RowKey {
  readonly columns: readonly string[];
  /** Who says that they do: `unique_key`, a test, a constraint, the query itself, the flag. */
  readonly from: string;
}

/** What stands in the way of a key. */
export interface KeyProblem {
  readonly key: RowKey;
  /** Keys that several rows have, on each side. */
  readonly duplicates: Sides<number>;
  readonly samples: Sides<ResultSet | undefined>;
}

export interface ColumnMatch {
  readonly name: string;
  /** Rows with a counterpart in which the values differ. */
  readonly differing: number;
}

/** One cell that differs: keys, the column, both values. */
interface KeyedRows {
  readonly kind: 'keyed';
  readonly key: RowKey;
  /** Rows whose key has a NULL, on each side. */
  readonly nullKeys: Sides<number>;
  /** Rows with a counterpart, and those of them in which a value differs. */
  readonly paired: number;
  readonly changed: number;
  readonly columns: readonly ColumnMatch[];
  /** Columns of the key, then `column`, `here`, `there`: one row for each cell that differs. */
  readonly changedCells: ResultSet | undefined;
}

/** Whole rows are counted, as nothing tells them apart. */
interface BareRows {
  readonly kind: 'bare';
  /** Why there is no key, when there might have been one. */
  readonly problem: KeyProblem | undefined;
}

export type RowDifference = (KeyedRows | BareRows) & {
  readonly counts: Sides<number>;
  /** Rows without a counterpart. */
  readonly without: Sides<number>;
  readonly samples: Sides<ResultSet | undefined>;
};

export type RelationComparison =
  | { readonly kind: 'absent'; readonly here: boolean; readonly there: boolean }
  /** The database refused; in its words, without values. */
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'compared'; readonly schema: SchemaDifference; readonly rows: RowDifference };

/** Whether anything is known to differ. */
export function differs(found: RelationComparison): boolean {
  if (found.kind === 'failed') return false;
  if (found.kind === 'absent') return found.here !== found.there;
  const { schema, rows } = found;
  if (schema.onlyHere.length + schema.onlyThere.length + schema.retyped.length > 0) return true;
  return (
    rows.without.here + rows.without.there > 0 || rows.counts.here !== rows.counts.there || (rows.kind === 'keyed' && rows.changed > 0)
  );
}
