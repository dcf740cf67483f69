/** How each engine is asked what it holds. */

export interface Questions {
  /** The database is a file, which may not be there. */
  readonly isFile: boolean;
  /** Schema and name of all tables and views of users, temporary ones too; partitions are those of their table. */
  readonly relations: string;
  /** What there is to know of a relation beside its rows: columns, constraints, and where they survive a rebuild, indexes, rights, comments. */
  readonly columns: (schema: string, name: string) => string;
  /** One row for a view, its definition; none for a table. */
  readonly view: (schema: string, name: string) => string;
  readonly rows: (schema: string, name: string) => string;
}

/** Which run set rows aside, and when, differs from run to run. */
const isQuarantine = (name: string): boolean => name.endsWith('__quarantine');

/** A view of failing rows has those of each run that found some: how many runs that were differs too. */
const areFailures = (schema: string): boolean => schema === 'kept';

const duckdb: Questions = {
  isFile: true,
  relations: `select schema_name, table_name from duckdb_tables() where not internal and database_name in (current_database(), 'temp')
     union all select schema_name, view_name from duckdb_views() where not internal and database_name in (current_database(), 'temp')
     order by all`,
  columns: (
    schema,
    name,
  ) => `select 0 as part, row_number() over () as place, column_name, column_type from (describe "${schema}"."${name}")
    union all select 1, 0, constraint_type, constraint_text from duckdb_constraints() where schema_name = '${schema}' and table_name = '${name}'
    order by all`,
  view: (schema, name) => `select sql from duckdb_views() where not internal and schema_name = '${schema}' and view_name = '${name}'`,
  rows: (schema, name) => {
    if (areFailures(schema)) return `select distinct * exclude (run_id, recorded_at) from "${schema}"."${name}" order by all`;
    const columns = isQuarantine(name) ? '* exclude (_tx_run_id, _tx_quarantined_at)' : '*';
    return `select count(*), sum(hash(t)::hugeint)::varchar, bit_xor(hash(t))::varchar from (select ${columns} from "${schema}"."${name}") as t`;
  },
};

const postgres: Questions = {
  isFile: false,
  relations: `select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'v', 'm', 'p', 'f') and n.nspname not in ('pg_catalog', 'information_schema', 'public') and n.nspname !~ '^pg_toast' and not c.relispartition order by 1, 2`,
  columns: (schema, name) => `select attname, format_type(atttypid, atttypmod), '' from pg_attribute
      where attrelid = '"${schema}"."${name}"'::regclass and attnum > 0 and not attisdropped
    union all select 'index', indexname, indexdef from pg_indexes where schemaname = '${schema}' and tablename = '${name}'
    union all select 'constraint', conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = '"${schema}"."${name}"'::regclass
    union all select 'rights and comment', coalesce(relacl::text, ''), coalesce(obj_description(oid, 'pg_class'), '') from pg_class where oid = '"${schema}"."${name}"'::regclass
    order by 1, 2`,
  view: (schema, name) => `select definition from pg_views where schemaname = '${schema}' and viewname = '${name}'`,
  rows: (schema, name) => {
    if (areFailures(schema))
      return `select distinct (to_jsonb(t) - 'run_id' - 'recorded_at')::text from "${schema}"."${name}" as t order by 1`;
    const row = isQuarantine(name) ? `(to_jsonb(t) - '_tx_run_id' - '_tx_quarantined_at')::text` : 't::text';
    return `select count(*), sum(hashtextextended(${row}, 0)::numeric)::text, sum(hashtextextended(${row}, 1)::numeric)::text from "${schema}"."${name}" as t`;
  },
};

export function questionsOf(engine: string): Questions {
  return engine === 'postgres' ? postgres : duckdb;
}
