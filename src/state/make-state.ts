/** Makes the state tables, and brings those of an older version up to date. Meant for one transaction. */
import type { Capabilities } from '../adapter/capabilities.ts';
import type { Dialect, PortableType } from '../adapter/dialect.ts';
import type { CatalogRelation } from '../adapter/relation.ts';
import type { Statement } from '../adapter/statement.ts';
import { relationsOf } from './state-layout.ts';
import { stateRelation, stateTables, stateVersion, stateViews } from './state-tables.ts';
import type { StateTableName, StateView } from './state-tables.ts';

export interface StateEngine {
  readonly dialect: Dialect;
  readonly capabilities: Pick<Capabilities, 'findsByIndex'>;
}

/** Who makes them, and when. */
interface Note {
  readonly txVersion: string;
  readonly at: string;
}

/** Creates the state schema with its tables and views, and notes their version. */
export function createStateTables(schema: string, { dialect, capabilities }: StateEngine, note: Note): readonly Statement[] {
  const tables = Object.entries(stateTables).map(([name, columns]) => createTable(schema, dialect, name, columns));
  const indexes = capabilities.findsByIndex ? indexesOf(Object.keys(stateTables), schema, dialect) : [];
  const views = Object.entries(stateViews).map(([name, view]) => replaceView(schema, dialect, name, view, undefined));
  return statements(
    `create schema if not exists ${dialect.quoteIdentifier(schema)}`,
    ...tables,
    ...indexes,
    ...views,
    noteVersion(schema, dialect, note),
  );
}

/**
 * Adds to what stands of an older version what came since, whichever version that is, and notes the new one. Views keep the
 * columns that they have in their order, because others may have been built upon them.
 */
export function updateStateTables(
  schema: string,
  { dialect, capabilities }: StateEngine,
  note: Note,
  catalog: readonly CatalogRelation[],
): readonly Statement[] {
  const { foldIdentifier: fold, quoteIdentifier: quote } = dialect;
  const found = relationsOf(schema, catalog, dialect);
  const sql: string[] = [];
  const created: string[] = [];
  for (const [name, columns] of Object.entries(stateTables)) {
    const standing = found.get(fold(name));
    if (standing === undefined) {
      sql.push(createTable(schema, dialect, name, columns));
      created.push(name);
      continue;
    }
    const present = new Set(standing.columns.map((column) => fold(column.name)));
    for (const [column, type] of Object.entries(columns)) {
      if (!present.has(fold(column)))
        sql.push(`alter table ${dialect.relation({ schema, name })} add column ${quote(column)} ${dialect.typeName(type)}`);
    }
  }
  if (capabilities.findsByIndex) sql.push(...indexesOf(created, schema, dialect));
  for (const [name, view] of Object.entries(stateViews)) sql.push(replaceView(schema, dialect, name, view, found.get(fold(name))));
  return statements(...sql, noteVersion(schema, dialect, note));
}

function statements(...sql: readonly string[]): readonly Statement[] {
  return sql.map((text) => ({ sql: text }));
}

function createTable(schema: string, dialect: Dialect, name: string, columns: Readonly<Record<string, PortableType>>): string {
  const definitions = Object.entries(columns).map(([column, type]) => `${dialect.quoteIdentifier(column)} ${dialect.typeName(type)}`);
  return `create table ${dialect.relation({ schema, name })} (${definitions.join(', ')})`;
}

/** For the question how often a relation was built, which every step asks. */
const indexed: Readonly<Partial<Record<StateTableName, readonly string[]>>> = { records: ['kind', 'subject', 'ordinal'] };

function indexesOf(tables: readonly string[], schema: string, dialect: Dialect): readonly string[] {
  return Object.entries(indexed)
    .filter(([name]) => tables.includes(name))
    .map(([name, columns]) => `create index on ${dialect.relation({ schema, name })} (${columns.map(dialect.quoteIdentifier).join(', ')})`);
}

function noteVersion(schema: string, dialect: Dialect, { txVersion, at }: Note): string {
  const values = `${stateVersion}, ${dialect.literal(txVersion)}, ${dialect.literal({ timestamp: at })}`;
  return `insert into ${dialect.relation(stateRelation(schema, 'meta'))} (version, tx_version, recorded_at) values (${values})`;
}

function replaceView(schema: string, dialect: Dialect, name: string, view: StateView, standing: CatalogRelation | undefined): string {
  const fold = dialect.foldIdentifier;
  const place = new Map(standing?.columns.map((column, index) => [fold(column.name), index]));
  const placeOf = (column: string): number => place.get(fold(column)) ?? place.size;
  const columns = Object.entries(view.columns)
    .sort(([a], [b]) => placeOf(a) - placeOf(b))
    .map(
      ([column, type]) =>
        `cast((cast(entry as json) ->> ${dialect.literal(column)}) as ${dialect.typeName(type)}) as ${dialect.quoteIdentifier(column)}`,
    );
  const kinds = view.kinds.map(dialect.literal).join(', ');
  const records = dialect.relation(stateRelation(schema, 'records'));
  return `create or replace view ${dialect.relation({ schema, name })} as select ${columns.join(', ')} from ${records} where kind in (${kinds})`;
}
