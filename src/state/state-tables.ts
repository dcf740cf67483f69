/** The tables in which `tx` remembers, in the target database, what it built from what. */
import type { Dialect, PortableType } from '../adapter/dialect.ts';
import type { CatalogRelation, Relation } from '../adapter/relation.ts';
import type { Statement } from '../adapter/statement.ts';

/** Raised whenever a table below changes; an older `tx` refuses a newer version. */
export const stateVersion = 1;

export type StateTableName = 'meta' | 'runs' | 'node_runs' | 'check_results';

type Columns = Readonly<Record<string, PortableType>>;

/** Append-only: rows are added and never changed, so concurrent transactions do not collide. */
export const stateTables: Readonly<Record<StateTableName, Columns>> = {
  meta: { version: 'integer', tx_version: 'text', recorded_at: 'timestamp' },
  runs: {
    run_id: 'text',
    status: 'text',
    recorded_at: 'timestamp',
    command: 'text',
    target: 'text',
    tx_version: 'text',
  },
  node_runs: {
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
  },
  check_results: {
    run_id: 'text',
    node_id: 'text',
    tested_node_id: 'text',
    status: 'text',
    failures: 'bigint',
    row_count: 'bigint',
    recorded_at: 'timestamp',
  },
};

export function stateRelation(schema: string, name: StateTableName): Relation {
  return { schema, name };
}

/** What stands in the state schema: nothing yet, our tables, or something that is not ours. */
export type StateLayout =
  | { readonly kind: 'absent' }
  | { readonly kind: 'present' }
  | { readonly kind: 'foreign'; readonly table: string; readonly missing: readonly string[] };

/** Compares the catalog with the tables that this version of `tx` expects. */
export function inspectStateLayout(schema: string, catalog: readonly CatalogRelation[], dialect: Dialect): StateLayout {
  const fold = dialect.foldIdentifier;
  const found = new Map(
    catalog.filter((entry) => fold(entry.relation.schema) === fold(schema)).map((entry) => [fold(entry.relation.name), entry]),
  );
  const names = Object.entries(stateTables);
  if (names.every(([name]) => !found.has(fold(name)))) return { kind: 'absent' };
  // A table of somebody else says more than one of ours that is not there beside it.
  const inOrder = [...names].sort(([a], [b]) => Number(found.has(fold(b))) - Number(found.has(fold(a))));
  for (const [name, columns] of inOrder) {
    const entry = found.get(fold(name));
    if (entry === undefined) return { kind: 'foreign', table: name, missing: Object.keys(columns) };
    const present = new Set(entry.columns.map((column) => fold(column.name)));
    const missing = Object.keys(columns).filter((column) => !present.has(fold(column)));
    if (entry.kind !== 'table' || missing.length > 0) return { kind: 'foreign', table: name, missing };
  }
  return { kind: 'present' };
}

/** Creates the state schema and its tables, and notes their version. Meant for one transaction. */
export function createStateTables(schema: string, dialect: Dialect, note: { txVersion: string; at: string }): readonly Statement[] {
  const statements: Statement[] = [{ sql: `create schema if not exists ${dialect.quoteIdentifier(schema)}` }];
  // The keys of `stateTables` are exactly its names; Object.keys only widens them to string.
  for (const name of Object.keys(stateTables) as StateTableName[]) {
    const columns = Object.entries(stateTables[name]).map(
      ([column, type]) => `${dialect.quoteIdentifier(column)} ${dialect.typeName(type)}`,
    );
    statements.push({ sql: `create table ${dialect.relation(stateRelation(schema, name))} (${columns.join(', ')})` });
  }
  statements.push({
    sql:
      `insert into ${dialect.relation(stateRelation(schema, 'meta'))} values ` +
      `(${stateVersion}, ${dialect.literal(note.txVersion)}, ${dialect.literal({ timestamp: note.at })})`,
  });
  return statements;
}
