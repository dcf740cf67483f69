/** The tables in which `tx` remembers, in the target database, what it built from what. */
import type { Dialect, PortableType } from '../adapter/dialect.ts';
import type { Relation } from '../adapter/relation.ts';

/**
 * Raised with every change of the tables and views below, which may only add: a table, or columns at the end. Each table or
 * column that came later stands in `laterTables` or `laterColumns`; an older `tx` refuses a newer version.
 */
export const stateVersion = 5;

type Columns = Readonly<Record<string, PortableType>>;

/** Append-only: rows are added and never changed, so concurrent transactions do not collide. */
export const stateTables = {
  meta: { version: 'integer', tx_version: 'text', recorded_at: 'timestamp' },
  runs: {
    run_id: 'text',
    status: 'text',
    recorded_at: 'timestamp',
    command: 'text',
    target: 'text',
    tx_version: 'text',
  },
  // What each transaction adds to. Column stores pay for a row by its columns, so all that nobody searches by is JSON.
  records: { kind: 'text', subject: 'text', ordinal: 'bigint', recorded_at: 'timestamp', entry: 'text' },
} as const satisfies Readonly<Record<string, Columns>>;

export type StateTableName = keyof typeof stateTables;

/** In which version a table came, where that is not the first. */
export const laterTables: Readonly<Record<string, number>> = {};

/** The same of a column, by `table.column`. */
export const laterColumns: Readonly<Record<string, number>> = {};

/**
 * What a record is about: `build` is a relation that was built, under its quoted name, `failure` an attempt that built
 * nothing, `check` the verdict of a test, under its id, and `measure` the verdict of one whose next run compares with
 * what this one measured. `rows` are failing rows that somebody wants to keep, `shape` the columns that a relation had when
 * the run ended that built it. The ordinals of builds count those of their relation, from 1, and tell the newest, which clocks do
 * not. A check that an incremental model passed without a failure has the ordinal of that build; all others have 0. `ledger`
 * is an entry in the ledger of a relation that is loaded interval by interval, under its quoted name; these count by themselves.
 * `text` is the SQL that a build was made from, where it is another than before, and `kept` says of the build of its ordinal from
 * which states of its parents it would be made the same. `request` is what a run was asked that somebody gave a name, which is its
 * subject.
 */
export type RecordKind = 'build' | 'failure' | 'check' | 'measure' | 'point' | 'rows' | 'shape' | 'ledger' | 'text' | 'kept' | 'request';

export interface StateView {
  readonly kinds: readonly RecordKind[];
  /** The fields of an entry with the types that readers get. */
  readonly columns: Columns;
}

/** Records by their fields, for people and reports. */
export const stateViews = {
  node_runs: {
    kinds: ['build', 'failure'],
    columns: {
      run_id: 'text',
      node_id: 'text',
      attempt: 'integer',
      status: 'text',
      reason: 'text',
      schema_name: 'text',
      relation_name: 'text',
      relation_kind: 'text',
      started_at: 'timestamp',
      duration_ms: 'double',
      row_count: 'bigint',
      content_hash: 'text',
      error_code: 'text',
      quarantined: 'bigint',
      data_version: 'text',
      fingerprint: 'text',
      inputs: 'text',
      metadata_hash: 'text',
    },
  },
  check_results: {
    kinds: ['check', 'measure', 'point'],
    columns: {
      run_id: 'text',
      node_id: 'text',
      tested_node_id: 'text',
      status: 'text',
      failures: 'bigint',
      row_count: 'bigint',
      measured: 'text',
      fingerprint: 'text',
      recorded_at: 'timestamp',
      identity: 'text',
      data_version: 'text',
    },
  },
  test_failures: {
    kinds: ['rows'],
    columns: {
      run_id: 'text',
      node_id: 'text',
      columns: 'text',
      rows: 'text',
      recorded_at: 'timestamp',
    },
  },
  intervals: {
    kinds: ['ledger'],
    columns: {
      run_id: 'text',
      node_id: 'text',
      schema_name: 'text',
      relation_name: 'text',
      event: 'text',
      range_start: 'timestamp',
      range_end: 'timestamp',
      row_count: 'bigint',
      version: 'text',
      build: 'bigint',
      data_version: 'text',
      done: 'text',
      recorded_at: 'timestamp',
    },
  },
} as const satisfies Readonly<Record<string, StateView>>;

type StateViewName = keyof typeof stateViews;

/** The entry of a record: a value for each column of its view. */
export type RecordEntry<V extends StateViewName> = {
  readonly [C in keyof (typeof stateViews)[V]['columns']]: string | number | null;
};

export function stateRelation(schema: string, name: StateTableName): Relation {
  return { schema, name };
}

/** Under what a relation is remembered: the same for every spelling that the engine takes for the same. */
export function buildSubject({ schema, name }: Relation, dialect: Dialect): string {
  return dialect.relation({ schema: dialect.foldIdentifier(schema), name: dialect.foldIdentifier(name) });
}
