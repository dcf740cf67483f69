/** Reads relations and columns from PostgreSQL's catalog, past the slow views of `information_schema`. */
import type { Catalog, Cell, Connection } from '../../adapter/connection.ts';
import type { CatalogRelation, Column, Relation, RelationKind } from '../../adapter/relation.ts';
import { dialect } from './dialect.ts';
import { quoteText } from './quoting.ts';

/** Ordinary, partitioned and foreign tables; then views of both kinds. */
const kinds: Readonly<Record<string, RelationKind>> = { r: 'table', p: 'table', f: 'table', v: 'view', m: 'view' };

const attributes = `left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped`;
const columnOf = `a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)`;

/** One row for each column; a relation without columns gives one row with NULLs. */
function relationsQuery(schemas: readonly string[]): string {
  return [
    `select n.nspname, c.relname, c.relkind, ${columnOf}`,
    `from pg_catalog.pg_namespace n`,
    `join pg_catalog.pg_class c on c.relnamespace = n.oid`,
    attributes,
    `where n.nspname in (${schemas.map(quoteText).join(', ')}) and c.relkind in ('r', 'p', 'f', 'v', 'm')`,
    `order by n.nspname, c.relname, a.attnum`,
  ].join('\n');
}

async function relations(connection: Connection, schemas: readonly string[]): Promise<readonly CatalogRelation[]> {
  if (schemas.length === 0) return [];
  const { rows } = await connection.query({ sql: relationsQuery(schemas) });
  const found: { relation: Relation; kind: RelationKind; columns: Column[] }[] = [];
  for (const [schema, name, kind, column, type] of rows) {
    let last = found.at(-1);
    if (last === undefined || last.relation.name !== name || last.relation.schema !== schema) {
      last = { relation: { schema: text(schema), name: text(name) }, kind: kinds[text(kind)] ?? 'table', columns: [] };
      found.push(last);
    }
    if (column !== null) last.columns.push({ name: text(column), type: text(type) });
  }
  return found;
}

function text(cell: Cell | undefined): string {
  return String(cell);
}

/** The server tells a column of a domain by the type below it, so the catalog is asked, not an empty query. */
async function columns(connection: Connection, relation: Relation, temporary: boolean): Promise<readonly Column[]> {
  const name = dialect.relation(temporary ? { ...relation, schema: dialect.temporarySchema } : relation);
  const { rows } = await connection.query({
    sql: `select ${columnOf} from pg_catalog.pg_class c ${attributes} where c.oid = ${quoteText(name)}::pg_catalog.regclass order by a.attnum`,
  });
  return rows.filter(([column]) => column !== null).map(([column, type]) => ({ name: text(column), type: text(type) }));
}

export const catalog: Catalog = { relations, columns };
