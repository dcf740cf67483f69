/** Names of things in a database, as plain data: never quoted, never SQL. */

/** What a relation is, in the words that every engine shares. */
export type RelationKind = 'table' | 'view';

/** A table or view by its unquoted names. Two parts: a database file may be renamed under a view. */
export interface Relation {
  readonly schema: string;
  readonly name: string;
}

/** A column with the engine's own spelling of its type. */
export interface Column {
  readonly name: string;
  readonly type: string;
}

/** A relation as the catalog has it. `columns` are in ordinal order. */
export interface CatalogRelation {
  readonly relation: Relation;
  readonly kind: RelationKind;
  readonly columns: readonly Column[];
}
