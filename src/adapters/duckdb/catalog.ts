/** Reads relations and columns from DuckDB's catalog. */
import type { Catalog, CatalogNames, Cell, Connection } from '../../adapter/connection.ts';
import type { Attachment, CatalogRelation, Column, Relation, RelationKind } from '../../adapter/relation.ts';
import { brokenViews } from './broken-views.ts';
import { commentAttachment, indexAttachment } from './attachments.ts';
import { dialect } from './dialect.ts';
import { quoteText } from './quoting.ts';

/**
 * The query of a view without what is spelled otherwise before the file was opened again and after: types of casts, the schemas of
 * functions that come with the engine, quotes and spaces.
 */
const queryWords = [
  [` AS [^(),'']*(\\([^()]*\\))?(\\[[0-9]*\\])*\\)`, ')'],
  [`\\b(main|pg_catalog|system)\\.("[^"]+"|\\w+)\\(`, '\\2('],
  [`[\\s"'']`, ''],
].reduce((sql, [pattern, by]) => `regexp_replace(${sql}, '${pattern}', '${by}', 'g')`, 'sql');

/**
 * One row for each column, of a relation without columns one with NULLs; then one for each view, each index and each comment.
 * A comment has what it says as its type, and no name if it is about the table; a view has there what tells its query from others.
 */
function relationsQuery(schemas: readonly string[]): string {
  const list = schemas.map((schema) => `lower(${quoteText(schema)})`).join(', ');
  const here = `database_name = current_database() and lower(schema_name) in (${list})`;
  return [
    `with tables as materialized (`,
    `  select schema_name, table_name as name, comment from duckdb_tables() where ${here} and not internal`,
    `), columns as materialized (`,
    `  select schema_name, table_name as name, column_name, column_index, data_type, comment`,
    `  from duckdb_columns() where ${here} and not internal`,
    `), views as materialized (`,
    `  select schema_name, view_name, md5(${queryWords}) as query from duckdb_views() where ${here} and not internal`,
    `), relations as (`,
    `  select schema_name, name, 'table' as kind from tables`,
    `  union all`,
    `  select schema_name, view_name, 'view' from views`,
    `), entries as (`,
    `  select schema_name, name, kind, column_name, data_type, column_index from relations left join columns using (schema_name, name)`,
    `  union all`,
    `  select schema_name, view_name, 'query', null, query, 2147483644 from views`,
    `  union all`,
    `  select schema_name, name, 'comment', null, comment, 2147483645 from tables where comment is not null`,
    `  union all`,
    `  select schema_name, name, 'comment', column_name, comment, 2147483646 from columns where comment is not null`,
    `  union all`,
    `  select schema_name, table_name, 'index', index_name, sql, 2147483647 from duckdb_indexes() where ${here}`,
    `)`,
    `select schema_name, name, kind, column_name, data_type from entries order by schema_name, name, column_index, column_name`,
  ].join('\n');
}

interface Found {
  readonly relation: Relation;
  readonly kind: RelationKind;
  readonly columns: Column[];
  query?: string;
  attachments?: Attachment[];
}

function attach(found: Found, attachment: Attachment | undefined): void {
  if (attachment !== undefined && found.kind === 'table') (found.attachments ??= []).push(attachment);
}

async function relations(connection: Connection, schemas: readonly string[]): Promise<readonly CatalogRelation[]> {
  if (schemas.length === 0) return [];
  const wanted = new Set(schemas.map(dialect.foldIdentifier));
  const { rows } = await connection.query({ sql: relationsQuery(schemas) });
  const found: Found[] = [];
  for (const [schema, name, kind, column, type] of rows) {
    if (!wanted.has(dialect.foldIdentifier(text(schema)))) continue;
    let last = found.at(-1);
    if (last === undefined || last.relation.name !== name || last.relation.schema !== schema) {
      last = {
        relation: { schema: text(schema), name: text(name) },
        kind: kind === 'view' || kind === 'query' ? 'view' : 'table',
        columns: [],
      };
      found.push(last);
    }
    const named = column === null ? undefined : text(column);
    if (kind === 'index') attach(last, indexAttachment(last.relation, last.columns, text(named ?? ''), text(type)));
    else if (kind === 'query') last.query = text(type);
    else if (kind === 'comment') attach(last, commentAttachment(last.relation, named, text(type)));
    else if (named !== undefined) last.columns.push({ name: named, type: text(type) });
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

/** Nothing is called in the query: somebody may have made macros of any name. */
async function names(connection: Connection): Promise<CatalogNames> {
  const { rows } = await connection.query({
    sql: [
      `select distinct case when internal then 'internal' else 'made' end, function_name from duckdb_functions()`,
      `union all select distinct 'type', type_name from duckdb_types()`,
    ].join(' '),
  });
  const of = (kind: string): readonly string[] => rows.flatMap(([its, name]) => (its === kind ? [text(name)] : []));
  const [internal, made] = [of('internal'), of('made')];
  const own = new Set(internal);
  return {
    functions: [...new Set([...internal, ...made])],
    types: of('type'),
    replaced: made.map((name) => name.toLowerCase()).filter((name) => own.has(name)),
  };
}

/**
 * The blocks of the table by its rows. Small tables share blocks, of which the engine does not tell: there, what the first rows
 * are as text is nearer.
 */
async function rowBytes(connection: Connection, table: Relation): Promise<number | undefined> {
  const name = dialect.relation(table);
  const first = await connection.query({
    sql: `select count(*), sum(strlen(cast(columns(*) as varchar))) from (from ${name} limit ${vectorSize})`,
  });
  const [rows = 0, ...widths] = (first.rows[0] ?? []).map(Number);
  if (rows === 0) return undefined;
  const asText = widths.reduce((sum, width) => sum + width, 0) / rows;
  if (rows < vectorSize) return asText;
  const blocks = await connection.query({
    sql: [
      `select count(distinct block_id) * any_value(block_size) / (select count(*) from ${name})`,
      `from pragma_storage_info(${quoteText(name)}), pragma_database_size() where persistent and database_name = current_database()`,
    ].join('\n'),
  });
  const stored = Number(blocks.rows[0]?.[0] ?? 0);
  return stored > 0 ? Math.min(stored, asText) : asText;
}

/** So many rows the engine reads at least. */
const vectorSize = 2048;

export const catalog: Catalog = { relations, names, columns, rowBytes, brokenViews };
