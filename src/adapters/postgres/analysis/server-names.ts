/** What the numbers in a query tree mean on the server that wrote it. */
import type { Relation } from '../../../adapter/relation.ts';

export interface ServerNames {
  readonly relation: (oid: number) => NamedRelation | undefined;
  /** Of a function. */
  readonly function: (oid: number) => string | undefined;
}

/** A relation as a query reads it: declared, or one that stands in the database. */
export interface NamedRelation {
  readonly relation: Relation;
  /** By their numbers, less one; undefined where a column was dropped. */
  readonly columns: readonly (string | undefined)[];
  readonly notNull: ReadonlySet<string>;
  readonly unique: readonly (readonly string[])[];
  /** It was declared: the project knows it. */
  readonly isDeclared?: true;
}
