/** Reads relations and columns from DuckDB's catalog. */
import type { Catalog, Cell, Connection } from '../../adapter/connection.ts';
import type { CatalogRelation, Column, Relation, RelationKind } from '../../adapter/relation.ts';
import { dialect } from './dialect.ts';
import { quoteText } from './quoting.ts';

/** One row for each column; a relation without columns gives one row with NULLs. */
function relationsQuery(schemas: readonly string[]): string {
  const list = schemas.map((schema) => `lower(${quoteText(schema)})`).join(', ');
  const here = `database_name = current_database() and lower(schema_name) in (${list})`;
  return [
    `with relations as (`,
    `  select schema_name, table_name as name, 'table' as kind from duckdb_tables() where ${here} and not internal`,
    `  union all`,
    `  select schema_name, view_name, 'view' from duckdb_views() where ${here} and not internal`,
    `), columns as (`,
    `  select schema_name, table_name as name, column_name, column_index, data_type from duckdb_columns() where ${here} and not internal`,
    `)`,
    `select schema_name, name, kind, column_name, data_type from relations left join columns using (schema_name, name)`,
    `order by schema_name, name, column_index`,
  ].join('\n');
}

async function relations(connection: Connection, schemas: readonly string[]): Promise<readonly CatalogRelation[]> {
  if (schemas.length === 0) return [];
  const wanted = new Set(schemas.map(dialect.foldIdentifier));
  const { rows } = await connection.query({ sql: relationsQuery(schemas) });
  const found: { relation: Relation; kind: RelationKind; columns: Column[] }[] = [];
  for (const [schema, name, kind, column, type] of rows) {
    if (!wanted.has(dialect.foldIdentifier(text(schema)))) continue;
    let last = found.at(-1);
    if (last === undefined || last.relation.name !== name || last.relation.schema !== schema) {
      last = { relation: { schema: text(schema), name: text(name) }, kind: kind === 'view' ? 'view' : 'table', columns: [] };
      found.push(last);
    }
    if (column !== null) last.columns.push({ name: text(column), type: text(type) });
  }
  return found;
}

function text(cell: Cell | undefined): string {
  return String(cell);
}

/**
 * An empty query names the columns at half the cost of a catalog lookup. Only the names inside
 * structs and unions are then quoted otherwise than in the catalog, so those types are looked up.
 */
async function columns(connection: Connection, relation: Relation, temporary: boolean): Promise<readonly Column[]> {
  const name = dialect.relation(temporary ? { ...relation, schema: dialect.temporarySchema } : relation);
  const empty = await connection.query({ sql: `select * from ${name} limit 0` });
  if (!empty.columns.some((column) => /\b(?:STRUCT|UNION)\(/.test(column.type))) return empty.columns;
  const { rows } = await connection.query({ sql: `select name, type from pragma_table_info(${quoteText(name)}) order by cid` });
  return rows.map(([column, type]) => ({ name: text(column), type: text(type) }));
}

export const catalog: Catalog = { relations, columns };
