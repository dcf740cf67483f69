/** Reads relations and columns from PostgreSQL's catalog, past the slow views of `information_schema`. */
import type { Catalog, CatalogNames, Cell, Connection, ResultSet, StandingQuery } from '../../adapter/connection.ts';
import type { CatalogRelation, Column, Relation, RelationKind } from '../../adapter/relation.ts';
import type { Statement } from '../../adapter/statement.ts';
import { partitionNamePattern } from '../../adapter/partition-name.ts';
import { dialect } from './dialect.ts';
import { quoteText } from './quoting.ts';

/** Ordinary, partitioned and foreign tables; then views of both kinds. */
const kinds: Readonly<Record<string, RelationKind>> = { r: 'table', p: 'table', f: 'table', v: 'view', m: 'materialized view' };

const attributes = `left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped`;
const columnOf = `a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)`;

/**
 * What tells the query of a view from others: the tree that the server keeps of it, with names in place of the numbers of
 * relations, which a table that takes the place of another does not keep. `pg_get_viewdef` would wait for whoever has locked
 * what the view reads.
 */
const queryTree = `(select pg_catalog.md5(pg_catalog.string_agg(case when u.at = 1 then u.part
    else coalesce((select m.nspname || ' ' || t.relname from pg_catalog.pg_class t join pg_catalog.pg_namespace m on m.oid = t.relnamespace
        where t.oid = pg_catalog.split_part(u.part, ' ', 1)::pg_catalog.oid), '')
      || pg_catalog.substr(u.part, pg_catalog.strpos(u.part, ' ')) end, '' order by u.at))
  from pg_catalog.pg_rewrite r
  cross join lateral (select pg_catalog.string_agg(pg_catalog.ltrim(p.part, '0123456789'), '' order by p.at) as tree
    from unnest(pg_catalog.string_to_array(r.ev_action::text, ' :resorigtbl ')) with ordinality as p (part, at)) as s
  cross join lateral unnest(pg_catalog.string_to_array(s.tree, ' :relid ')) with ordinality as u (part, at)
  where r.ev_class = c.oid and r.rulename = '_RETURN')`;

/** One row for each column; a relation without columns gives one row with NULLs. Of a view, the first tells its query. */
function relationsQuery(schemas: readonly string[]): string {
  return [
    `select n.nspname, c.relname, c.relkind, ${columnOf},`,
    `case when c.relkind in ('v', 'm') and coalesce(a.attnum, 1) = 1 then ${queryTree} end, ${division}`,
    `from pg_catalog.pg_namespace n`,
    `join pg_catalog.pg_class c on c.relnamespace = n.oid`,
    attributes,
    `where n.nspname in (${schemas.map(quoteText).join(', ')}) and c.relkind in ('r', 'p', 'f', 'v', 'm')`,
    // Part of the table that they belong to, under names that people do not write.
    `and not (c.relispartition and c.relname ~ ${quoteText(partitionNamePattern)})`,
    `order by n.nspname, c.relname, a.attnum`,
  ].join('\n');
}

async function relations(connection: Connection, schemas: readonly string[]): Promise<readonly CatalogRelation[]> {
  if (schemas.length === 0) return [];
  const { rows } = await connection.query({ sql: relationsQuery(schemas) });
  const found: (CatalogRelation & { columns: Column[] })[] = [];
  for (const [schema, name, kind, column, type, query, divided] of rows) {
    let last = found.at(-1);
    if (last === undefined || last.relation.name !== name || last.relation.schema !== schema) {
      last = {
        relation: { schema: text(schema), name: text(name) },
        kind: kinds[text(kind)] ?? 'table',
        columns: [],
        ...(typeof query === 'string' ? { query } : {}),
        ...readDivision(divided),
      };
      found.push(last);
    }
    if (column !== null) last.columns.push({ name: text(column), type: text(type) });
  }
  return found;
}

/** `list day`; NULL of what is not divided, an empty text of what is divided by more than a column. */
const division = `case c.relkind when 'p' then coalesce((select case t.partstrat when 'r' then 'range ' when 'l' then 'list ' end || k.attname
  from pg_catalog.pg_partitioned_table t join pg_catalog.pg_attribute k on k.attrelid = c.oid and k.attnum = t.partattrs[0]
  where t.partrelid = c.oid and t.partnatts = 1), '') end`;

function readDivision(cell: Cell | undefined): Pick<CatalogRelation, 'division'> {
  if (cell === null || cell === undefined) return {};
  const [, strategy, column] = /^(range|list) (.*)$/s.exec(String(cell)) ?? [];
  if (column === undefined) return { division: 'unknown' };
  return { division: { strategy: strategy === 'list' ? 'list' : 'range', column } };
}

function text(cell: Cell | undefined): string {
  return String(cell);
}

/** Asks for the columns of one relation, and for `more` beside each. The server tells a column of a domain by the type below it, so the catalog is asked, not an empty query. */
export function columnsStatement(relation: Relation, more?: string): Statement {
  const asked = more === undefined ? columnOf : `${columnOf}, ${more}`;
  return {
    sql: `select ${asked} from pg_catalog.pg_class c ${attributes} where c.oid = $1::pg_catalog.regclass order by a.attnum`,
    kept: { name: more === undefined ? 'tx_columns' : 'tx_columns_and_more', values: [dialect.relation(relation)] },
  };
}

export function readColumns(answer: ResultSet | undefined): readonly Column[] {
  return (answer?.rows ?? []).filter(([column]) => column !== null).map(([column, type]) => ({ name: text(column), type: text(type) }));
}

async function columns(connection: Connection, relation: Relation, temporary: boolean): Promise<readonly Column[]> {
  return readColumns(await connection.query(columnsStatement(temporary ? { ...relation, schema: dialect.temporarySchema } : relation)));
}

/**
 * What hangs on a relation or was set on it by others: whatever depends on it or on the type of its rows, rights, rules for rows,
 * options, comments. Cheap to ask; what exactly it is, is asked only where there is something.
 */
const burden = `(c.relkind not in ('r', 'v') or c.relacl is not null or c.reloptions is not null or c.relrowsecurity or c.relforcerowsecurity
  or c.relhassubclass or c.relhastriggers or c.relkind <> 'v' and (c.relhasrules or c.relreplident <> 'd')
  or pg_catalog.pg_get_userbyid(c.relowner) <> current_user or c.reltablespace <> 0
  or exists (select from pg_catalog.pg_depend d where d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = c.oid
    and d.deptype <> 'i' and not (d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and exists (
      select from pg_catalog.pg_rewrite r where r.oid = d.objid and r.ev_class = c.oid)))
  or exists (select from pg_catalog.pg_type t join pg_catalog.pg_depend d on d.refobjid in (t.oid, t.typarray)
    where t.oid = c.reltype and d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass and d.deptype <> 'i')
  or exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid
    and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass)
  or exists (select from pg_catalog.pg_description d where d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objoid = c.oid)
  or exists (select from pg_catalog.pg_seclabel l where l.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and l.objoid = c.oid)
  or exists (select from pg_catalog.pg_attribute b where b.attrelid = c.oid and b.attnum > 0
    and (b.attacl is not null or b.attoptions is not null or b.attstattarget >= 0 or b.attidentity <> '' or b.attnotnull and c.relkind = 'r')))`;

const standing: StandingQuery = {
  // To plan the long form takes the server longer than to carry it out.
  statement: (relation, isExpected) => ({
    kept: { name: isExpected ? 'tx_standing' : 'tx_absent', values: [dialect.relation(relation)] },
    sql: [
      `select c.relkind, ${isExpected ? burden : 'true'}, ${columnOf}, ${division}`,
      `from pg_catalog.pg_class c ${attributes}`,
      `where c.oid = pg_catalog.to_regclass($1) and c.relkind in ('r', 'p', 'f', 'v', 'm') order by a.attnum`,
    ].join('\n'),
  }),
  read: (relation, { rows }) => {
    const [first] = rows;
    if (first === undefined) return undefined;
    const named = rows.filter(([, , column]) => column !== null);
    return {
      relation,
      kind: kinds[text(first[0])] ?? 'table',
      burdened: first[1] === true,
      ...readDivision(first[4]),
      columns: named.map(([, , column, type]) => ({ name: text(column), type: text(type) })),
    };
  },
};

/** Types of rows and of arrays have no names that somebody would write; others may have two. */
async function names(connection: Connection): Promise<CatalogNames> {
  const { rows } = await connection.query({
    sql: [
      `select distinct 'function', proname::pg_catalog.text from pg_catalog.pg_proc where prokind <> 'p'`,
      `union all`,
      `select 'type', n.name from pg_catalog.pg_type t, lateral (values (t.typname::pg_catalog.text), (pg_catalog.format_type(t.oid, null))) as n (name)`,
      `where t.typtype <> 'c' and t.typcategory not in ('A', 'P')`,
    ].join(' '),
  });
  const of = (kind: string): readonly string[] => rows.flatMap(([its, name]) => (its === kind ? [text(name)] : []));
  return { functions: of('function'), types: of('type'), replaced: [] };
}

/** With its indexes, and of a table in parts those of all parts. Rows are counted by the server, which knows about how many there are. */
async function rowBytes(connection: Connection, table: Relation): Promise<number | undefined> {
  const oid = `pg_catalog.to_regclass(${quoteText(dialect.relation(table))})`;
  const { rows } = await connection.query({
    sql: [
      `select sum(pg_catalog.pg_total_relation_size(c.oid))::double precision / nullif(sum(greatest(c.reltuples, pg_catalog.pg_stat_get_live_tuples(c.oid), 0)), 0)`,
      `from pg_catalog.pg_class c where c.oid = ${oid} or c.oid in (select p.relid from pg_catalog.pg_partition_tree(${oid}) p)`,
    ].join('\n'),
  });
  const bytes = Number(rows[0]?.[0] ?? 0);
  return bytes > 0 ? bytes : undefined;
}

export const catalog: Catalog = { relations, names, columns, rowBytes, standing };
