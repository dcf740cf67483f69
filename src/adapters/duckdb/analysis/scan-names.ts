/** What the tables of a plan stand for. */
import type { InputTable } from '../../../adapter/lineage/input-table.ts';
import type { Relation } from '../../../adapter/relation.ts';

export interface ScanNames {
  readonly inputs: InputTable;
  /** What stands behind a table of the scratch database. */
  readonly origin: (schema: string, table: string) => Origin;
}

/** A declared relation, with what is known of its rows; or a call that reads files. */
export type Origin =
  | {
      readonly kind: 'relation';
      readonly relation: Relation;
      readonly notNull: ReadonlySet<string>;
      readonly unique: readonly (readonly string[])[];
    }
  | { readonly kind: 'function'; readonly name: string; readonly call: string };
