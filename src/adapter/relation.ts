/** Names of things in a database, as plain data: never quoted, never SQL. */

/** What a relation is, in the words that every engine shares. */
export type RelationKind = 'table' | 'view' | 'materialized view';

/** A table or view by its unquoted names. Two parts for all that is built: a database file may be renamed under a view. */
export interface Relation {
  /** The name of another database that is attached beside the target: nothing is built there. */
  readonly database?: string;
  readonly schema: string;
  readonly name: string;
}

/** A column with the engine's own spelling of its type. */
export interface Column {
  readonly name: string;
  readonly type: string;
}

/** What was put on a table, and goes with it when another takes its place. */
export interface Attachment {
  readonly kind: 'index' | 'comment' | 'constraint' | 'statistics' | 'trigger' | 'rule' | 'policy';
  /** Its own name; of a comment, what it is about. */
  readonly name: string;
  /** An index or constraint that lets no two rows be the same. */
  readonly unique: boolean;
  /** Columns of the table without which it makes no sense. */
  readonly columns: readonly string[];
  /** Puts it on a table of the same name. What is there by then stays as it is. */
  readonly sql: string;
}

/** How a table is divided into partitions, by one column. */
export interface Division {
  readonly strategy: 'range' | 'list';
  readonly column: string;
}

/** A relation as the catalog has it. `columns` are in ordinal order. */
export interface CatalogRelation {
  readonly relation: Relation;
  readonly kind: RelationKind;
  readonly columns: readonly Column[];
  /** Of a view, where the engine tells: what stays the same for as long as nobody gives the view another query. */
  readonly query?: string;
  /** Of a table; absent without any, and where the engine itself takes care of them. */
  readonly attachments?: readonly Attachment[];
  /** Absent of what is no table of partitions; `unknown` where it is divided in another way. */
  readonly division?: Division | 'unknown';
}
