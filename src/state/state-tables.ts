/** The tables in which `tx` remembers, in the target database, what it built from what. */
import type { Capabilities } from '../adapter/capabilities.ts';
import type { Dialect, PortableType } from '../adapter/dialect.ts';
import type { CatalogRelation, Relation, RelationKind } from '../adapter/relation.ts';
import type { Statement } from '../adapter/statement.ts';

/** Raised whenever a released form of the tables below changes; an older `tx` refuses a newer version. */
export const stateVersion = 1;

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

/**
 * What a record is about: `build` is a relation that was built, under its quoted name, `failure` an attempt that built
 * nothing, `check` the verdict of a test, under its id, and `measure` the verdict of one whose next run compares with
 * what this one measured. `rows` are failing rows that somebody wants to keep. The ordinals of builds count those of their relation, from 1, and tell the newest, which clocks do
 * not. A check that an incremental model passed without a failure has the ordinal of that build; all others have 0.
 */
export type RecordKind = 'build' | 'failure' | 'check' | 'measure' | 'point' | 'rows';

interface StateView {
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
      quarantined: 'bigint',
      content_hash: 'text',
      error_code: 'text',
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
} as const satisfies Readonly<Record<string, StateView>>;

type StateViewName = keyof typeof stateViews;

/** The entry of a record: a value for each column of its view. */
export type RecordEntry<V extends StateViewName> = {
  readonly [C in keyof (typeof stateViews)[V]['columns']]: string | number | null;
};

export function stateRelation(schema: string, name: StateTableName): Relation {
  return { schema, name };
}

/** What stands in the state schema: nothing yet, our tables, or something that is not ours. */
export type StateLayout =
  | { readonly kind: 'absent' }
  | { readonly kind: 'present' }
  | { readonly kind: 'foreign'; readonly table: string; readonly missing: readonly string[] };

interface ExpectedRelation {
  readonly name: string;
  readonly kind: RelationKind;
  readonly columns: readonly string[];
}

const expected: readonly ExpectedRelation[] = [
  ...Object.entries(stateTables).map(([name, columns]) => ({ name, kind: 'table' as const, columns: Object.keys(columns) })),
  ...Object.entries(stateViews).map(([name, view]) => ({ name, kind: 'view' as const, columns: Object.keys(view.columns) })),
];

/** Compares the catalog with the tables and views that this version of `tx` expects. */
export function inspectStateLayout(schema: string, catalog: readonly CatalogRelation[], dialect: Dialect): StateLayout {
  const fold = dialect.foldIdentifier;
  const found = new Map(
    catalog.filter((entry) => fold(entry.relation.schema) === fold(schema)).map((entry) => [fold(entry.relation.name), entry]),
  );
  if (expected.every(({ name }) => !found.has(fold(name)))) return { kind: 'absent' };
  // A table of somebody else says more than one of ours that is not there beside it.
  const inOrder = [...expected].sort((a, b) => Number(found.has(fold(b.name))) - Number(found.has(fold(a.name))));
  for (const { name, kind, columns } of inOrder) {
    const entry = found.get(fold(name));
    if (entry === undefined) return { kind: 'foreign', table: name, missing: columns };
    const present = new Set(entry.columns.map((column) => fold(column.name)));
    const missing = columns.filter((column) => !present.has(fold(column)));
    if (entry.kind !== kind || missing.length > 0) return { kind: 'foreign', table: name, missing };
  }
  return { kind: 'present' };
}

/** Under what a relation is remembered: the same for every spelling that the engine takes for the same. */
export function buildSubject({ schema, name }: Relation, dialect: Dialect): string {
  return dialect.relation({ schema: dialect.foldIdentifier(schema), name: dialect.foldIdentifier(name) });
}

/** Creates the state schema with its tables and views, and notes their version. Meant for one transaction. */
export function createStateTables(
  schema: string,
  { dialect, capabilities }: { readonly dialect: Dialect; readonly capabilities: Pick<Capabilities, 'findsByIndex'> },
  note: { readonly txVersion: string; readonly at: string },
): readonly Statement[] {
  const quote = dialect.quoteIdentifier;
  const tables = Object.entries(stateTables).map(([name, columns]) => {
    const definitions = Object.entries(columns).map(([column, type]) => `${quote(column)} ${dialect.typeName(type)}`);
    return `create table ${dialect.relation({ schema, name })} (${definitions.join(', ')})`;
  });
  const records = dialect.relation(stateRelation(schema, 'records'));
  // For the question how often a relation was built, which every step asks.
  const indexes = capabilities.findsByIndex ? [`create index on ${records} (${['kind', 'subject', 'ordinal'].map(quote).join(', ')})`] : [];
  const views = Object.entries(stateViews).map(([name, view]) => createView(schema, dialect, name, view));
  const version =
    `insert into ${dialect.relation(stateRelation(schema, 'meta'))} values ` +
    `(${stateVersion}, ${dialect.literal(note.txVersion)}, ${dialect.literal({ timestamp: note.at })})`;
  return [`create schema if not exists ${quote(schema)}`, ...tables, ...indexes, ...views, version].map((sql) => ({ sql }));
}

function createView(schema: string, dialect: Dialect, name: string, view: StateView): string {
  const columns = Object.entries(view.columns).map(
    ([column, type]) =>
      `cast((cast(entry as json) ->> ${dialect.literal(column)}) as ${dialect.typeName(type)}) as ${dialect.quoteIdentifier(column)}`,
  );
  const kinds = view.kinds.map(dialect.literal).join(', ');
  const records = dialect.relation(stateRelation(schema, 'records'));
  return `create view ${dialect.relation({ schema, name })} as select ${columns.join(', ')} from ${records} where kind in (${kinds})`;
}
