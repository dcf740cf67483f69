/** Renders how staged rows come into a table that is there. */
import { incomingRows } from '../../adapter/incoming-rows.ts';
import type { IncomingRows } from '../../adapter/incoming-rows.ts';
import type { DeleteInsert, Merge, RenderContext } from '../../adapter/operation.ts';
import type { Relation } from '../../adapter/relation.ts';
import type { Statement } from '../../adapter/statement.ts';
import { bug } from '../../diagnostics/bug.ts';
import { dialect } from './dialect.ts';
import { quoteIdentifier, quoteText } from './quoting.ts';

const name = dialect.relation;

/** Servers of this version and above know `merge`. */
const knowsMerge = 150_000;

export function columnList(columns: readonly string[]): string {
  return columns.map(quoteIdentifier).join(', ');
}

export function insertAll(stage: Relation, target: Relation, columns: readonly string[]): string {
  const list = columnList(columns);
  return `insert into ${name(target)} (${list}) select ${list} from ${name(stage)}`;
}

/**
 * Which row of the table a staged row takes the place of. The span of the first key column follows from that, and is said all
 * the same: with it the planner finds the rows by an index, however large the table is. Its ends are found by sorting, since not
 * every type that can be compared has a least value.
 */
function matching(key: readonly string[], stage: Relation, rows: IncomingRows): string {
  const [first] = key;
  if (first === undefined) return bug('a keyed operation without key columns');
  const column = quoteIdentifier(first);
  const end = (order: string): string => `(select ${column} from ${name(stage)} order by ${column} ${order} limit 1)`;
  const conditions = [
    ...key.map((each) => `target.${quoteIdentifier(each)} = ${rows.column(each)}`),
    `target.${column} >= ${end('asc')}`,
    `target.${column} <= ${end('desc')}`,
  ];
  return conditions.join(' and ') + rows.predicates;
}

export function deleteInsert(operation: DeleteInsert): readonly Statement[] {
  const { stage, target, columns, key } = operation;
  const rows = incomingRows(operation, dialect);
  return [
    { sql: `delete from ${name(target)} as target using ${rows.source} where ${matching(key, stage, rows)}` },
    { sql: insertAll(stage, target, columns) },
  ];
}

/**
 * Whether `insert … on conflict` means the same as `merge`, which is several times slower on scattered keys: an index sees to it that
 * a key stands once, as it is compared here, and nothing looks at a row before it is known that its key is there already.
 */
function hasArbiter({ target, columns, key }: Merge): string {
  const names = (list: readonly string[]): string => `array[${list.map(quoteText).join(', ')}]::pg_catalog.name[]`;
  const place = 'pg_catalog.array_position(x.indkey::pg_catalog.int2[], a.attnum)';
  return `coalesce((select c.relkind = 'r' and not c.relhassubclass and not c.relhasrules and not c.relrowsecurity
  and not exists (select from pg_catalog.pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal)
  and not exists (select from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    and a.attname <> all (${names(columns)}))
  and exists (select from pg_catalog.pg_index x where x.indrelid = c.oid and x.indisunique and x.indisvalid and x.indimmediate
    and not x.indisexclusion and x.indpred is null and x.indexprs is null and x.indnkeyatts = ${key.length}
    and x.indnkeyatts = (select count(*) from pg_catalog.pg_attribute a where a.attrelid = c.oid and ${place} < x.indnkeyatts
      and a.attname = any (${names(key)}) and a.attcollation = x.indcollation[${place}]
      and (select o.opcdefault from pg_catalog.pg_opclass o where o.oid = x.indclass[${place}])))
  from pg_catalog.pg_class c where c.oid = pg_catalog.to_regclass(${quoteText(name(target))})), false)`;
}

function insertOnConflict({ stage, target, columns, key }: Merge): string {
  const keys = new Set(key);
  const others = columns.filter((column) => !keys.has(column)).map(quoteIdentifier);
  const action = others.length === 0 ? 'nothing' : `update set ${others.map((column) => `${column} = excluded.${column}`).join(', ')}`;
  return `${insertAll(stage, target, columns)} on conflict (${columnList(key)}) do ${action}`;
}

export async function merge(operation: Merge, { look }: Pick<RenderContext, 'look'>): Promise<readonly Statement[]> {
  const { stage, target, columns, key, updates: changed } = operation;
  const rows = incomingRows(operation, dialect);
  // A column that is left as it is may hold what the new row must not have, and conditions of the user are none of an index.
  const mayInsert = key.length > 0 && changed === undefined && rows.predicates === '';
  const arbiter = mayInsert ? hasArbiter(operation) : 'false';
  const [found] = await look({ sql: `select pg_catalog.current_setting('server_version_num'), ${arbiter}` });
  if (found?.rows[0]?.[1] === true) return [{ sql: insertOnConflict(operation) }];
  const keys = new Set(key);
  const updates = (changed ?? columns.filter((column) => !keys.has(column)))
    .map((column) => `${quoteIdentifier(column)} = ${rows.column(column)}`)
    .join(', ');
  const match = matching(key, stage, rows);
  const values = columns.map(rows.column).join(', ');
  if (Number(found?.rows[0]?.[0]) < knowsMerge) return updateInsert({ source: rows.source, target, columns, updates, match, values });
  const update = updates === '' ? 'do nothing' : `update set ${updates}`;
  return [
    {
      sql:
        `merge into ${name(target)} as target using ${rows.source} on ${match} when matched then ${update}` +
        ` when not matched then insert (${columnList(columns)}) values (${values})`,
    },
  ];
}

/**
 * The same for servers without the word: one statement, so that what is added is told from what is changed by the rows of before,
 * also where a change makes a condition of the user false. Its rows, which are empty, are those that `merge` would count.
 */
function updateInsert(parts: {
  readonly source: string;
  readonly target: Relation;
  readonly columns: readonly string[];
  readonly updates: string;
  readonly match: string;
  readonly values: string;
}): readonly Statement[] {
  const { source, target, columns, updates, match, values } = parts;
  const update = `update ${name(target)} as target set ${updates} from ${source} where ${match} returning 1`;
  const insert =
    `insert into ${name(target)} (${columnList(columns)}) select ${values} from ${source}` +
    ` where not exists (select from ${name(target)} as target where ${match})`;
  if (updates === '') return [{ sql: insert }];
  return [{ sql: `with changed as (${update}), added as (${insert} returning 1) select from changed union all select from added` }];
}
