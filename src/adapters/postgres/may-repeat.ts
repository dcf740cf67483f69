/** Cheap proofs that no two rows of a table have the same key: an index that sees to it, or counting what sorts fast. */
import type { CountedKeys } from '../../adapter/check-sql.ts';
import { quoteText } from './quoting.ts';

/** A quoted name, or two with a dot between; an alias may stand behind. */
const TABLE = /^((?:"(?:[^"]|"")*"\.)?"(?:[^"]|"")*")(?: as "(?:[^"]|"")*")?$/;
const COLUMN = /^"((?:[^"]|"")*)"$/;

/** Sorted as plain numbers: to count the different ones is then a third of the work of grouping, where for texts it is more. */
const fastTypes = quoteText('{smallint,integer,bigint,date,timestamp,timestamptz}');

/** The column is marked for a constraint already whose rows nobody has looked at yet (`not valid`, from version 18 on). */
const refusesNull = `a.attnotnull and not exists (select from pg_catalog.pg_constraint k
      where k.conrelid = a.attrelid and k.contype = 'n' and not k.convalidated and k.conkey = array[a.attnum])`;

/**
 * True where a unique index stands over some of the columns, as they are compared here: each of its columns is one of them,
 * with the collation of the column. No index holds for rows of tables that inherit, nor one that is checked only at the end
 * of the transaction. It lets NULLs in as often as they come.
 */
function hasIndex(oid: string, { keys, countsNulls }: CountedKeys): string | undefined {
  const names = keys.flatMap((key) => COLUMN.exec(key)?.[1]?.replaceAll('""', '"') ?? []);
  if (names.length === 0) return undefined;
  const list = `array[${names.map(quoteText).join(', ')}]`;
  const place = 'pg_catalog.array_position(x.indkey::pg_catalog.int2[], a.attnum)';
  return `exists (select from pg_catalog.pg_index x where x.indrelid = ${oid} and x.indisunique and x.indisvalid and x.indimmediate
  and not x.indisexclusion and x.indpred is null and x.indexprs is null
  and not exists (select from pg_catalog.pg_inherits h where h.inhparent = x.indrelid)
  and x.indnkeyatts = (select count(*) from pg_catalog.pg_attribute a where a.attrelid = x.indrelid and ${place} < x.indnkeyatts
    and a.attname = any (${list})${countsNulls ? ` and ${refusesNull}` : ''} and a.attcollation = x.indcollation[${place}]
    and (select o.opcdefault from pg_catalog.pg_opclass o where o.oid = x.indclass[${place}])))`;
}

/** False only where the keys are proven to stand once. Only what is asked for of it is run, in this order. */
export function mayRepeat(rows: CountedKeys): string | undefined {
  const { relation, source, keys, groups, countsNulls } = rows;
  const table = TABLE.exec(relation)?.[1];
  if (table === undefined) return undefined;
  const oid = `${quoteText(table)}::pg_catalog.regclass`;
  const index = hasIndex(oid, rows);
  const [key, ...others] = keys;
  const counts =
    key === undefined || others.length + groups.length > 0 || countsNulls
      ? []
      : [
          `when (select pg_catalog.pg_typeof(${key}) from ${relation} limit 1) = any (${fastTypes}::pg_catalog.regtype[])`,
          `then (select count(${key}) > count(distinct ${key}) from ${source})`,
        ];
  const cases = [...(index === undefined ? [] : [`when ${index} then false`]), ...counts];
  // A source may be a view, whose rows would be made once more for each question.
  const isNoTable = `(select c.relkind from pg_catalog.pg_class c where c.oid = ${oid}) not in ('r', 'p', 'm')`;
  return cases.length === 0 ? undefined : `case when ${isNoTable} then true ${cases.join(' ')} else true end`;
}
