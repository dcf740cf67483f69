/** Reads a divided table as it stands: its partitions, its indexes, and what speaks against exchanging a partition for another. */
import { EngineError } from '../../../adapter/engine-error.ts';
import type { RenderContext } from '../../../adapter/operation.ts';
import { isPartitionName, partitionNamePattern } from '../../../adapter/partition-name.ts';
import type { DeclaredPartitions } from '../../../adapter/declared-partitions.ts';
import type { Cell, ResultSet } from '../../../adapter/connection.ts';
import type { Relation } from '../../../adapter/relation.ts';
import type { Statement } from '../../../adapter/statement.ts';
import { dialect } from '../dialect.ts';
import { quoteText } from '../quoting.ts';
import { onlyNull } from './make-partitions.ts';
import { spanOf } from './partition-keys.ts';

export interface StandingPartition {
  readonly relation: Relation;
  /** In the server's words. */
  readonly bound: string;
  /** Whether `tx` made it. */
  readonly ours: boolean;
  /** Nothing hangs on it that would go with it. */
  readonly free: boolean;
}

export interface StandingTable {
  readonly owner: string;
  /** Of the column that divides it. */
  readonly type: string;
  /** Whether rows may come without anybody being told of each of them. */
  readonly free: boolean;
  readonly partitions: readonly StandingPartition[];
  /** What makes each of its indexes, and the constraints that have one, on a table of this name. */
  readonly indexes: readonly ((table: string) => string)[];
}

const catalogOf = (name: string): string => `'pg_catalog.${name}'::pg_catalog.regclass`;

/** By no publication of all tables or of those of a schema. Version 14 has no catalog of the latter, but each of them depends on its schema. */
const unpublished = `not exists (select from pg_catalog.pg_publication b where b.puballtables)
  and not exists (select from pg_catalog.pg_depend d where d.classid = pg_catalog.to_regclass('pg_catalog.pg_publication_namespace')
    and d.refclassid = ${catalogOf('pg_namespace')} and d.refobjid = c.relnamespace)`;

/**
 * Foreign keys lock or check the other table when a partition goes, triggers and publications are told of rows and not of
 * partitions, and what lies in a tablespace of its own was put there on purpose.
 */
const freeTable = `not exists (select from pg_catalog.pg_constraint k where (k.conrelid = c.oid or k.confrelid = c.oid) and k.contype = 'f')
  and not exists (select from pg_catalog.pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal) and not c.relhasrules
  and not exists (select from pg_catalog.pg_publication_rel m where m.prrelid = c.oid) and ${unpublished} and c.reltablespace = 0
  and not exists (select from pg_catalog.pg_index x join pg_catalog.pg_class i on i.oid = x.indexrelid where x.indrelid = c.oid and (i.reltablespace <> 0 or not x.indisvalid))`;

/** Rights that a new table would get from us in this schema, once it belongs to the owner of the table. */
const usualRights = `select case when g.grantee = u.oid then p.relowner else g.grantee end, g.privilege_type, g.is_grantable
  from pg_catalog.pg_roles u, lateral (
    select e.* from pg_catalog.aclexplode(coalesce((select d.defaclacl from pg_catalog.pg_default_acl d
      where d.defaclrole = u.oid and d.defaclobjtype = 'r' and d.defaclnamespace = 0), pg_catalog.acldefault('r', u.oid))) e
    union all select e.* from pg_catalog.pg_default_acl d, pg_catalog.aclexplode(d.defaclacl) e
      where d.defaclrole = u.oid and d.defaclobjtype = 'r' and d.defaclnamespace = p.relnamespace) g
  where u.rolname = current_user`;

const ownRights = `select e.grantee, e.privilege_type, e.is_grantable from pg_catalog.aclexplode(p.relacl) e`;

/** Nobody gave or took a right by hand. */
const hasUsualRights = `(p.relacl is null or not exists ((${ownRights} except ${usualRights}) union all (${usualRights} except ${ownRights})))`;

const freePartition = `p.relkind = 'r' and p.relowner = c.relowner and ${hasUsualRights} and p.reloptions is null and not p.relrowsecurity and not p.relhasrules
  and p.relreplident = 'd' and p.reltablespace = 0 and not p.relhassubclass
  and not exists (select from pg_catalog.pg_trigger t where t.tgrelid = p.oid and not t.tgisinternal and t.tgparentid = 0)
  and not exists (select from pg_catalog.pg_constraint k where k.conrelid = p.oid and k.conparentid = 0 and (k.contype in ('p', 'u', 'x', 'f') or k.contype = 'c' and k.conislocal and k.conname <> '${onlyNull}'))
  and (pg_catalog.pg_get_expr(p.relpartbound, p.oid) <> 'DEFAULT' or exists (select from pg_catalog.pg_constraint k where k.conrelid = p.oid and k.contype = 'c' and k.conname = '${onlyNull}' and k.convalidated))
  and not exists (select from pg_catalog.pg_constraint k where k.confrelid = p.oid)
  and not exists (select from pg_catalog.pg_index x where x.indrelid = p.oid and not exists (select from pg_catalog.pg_inherits j where j.inhrelid = x.indexrelid))
  and not exists (select from pg_catalog.pg_publication_rel m where m.prrelid = p.oid)
  and not exists (select from pg_catalog.pg_statistic_ext s where s.stxrelid = p.oid)
  and not exists (select from pg_catalog.pg_description d where d.classoid = ${catalogOf('pg_class')} and d.objoid = p.oid)
  and not exists (select from pg_catalog.pg_seclabel l where l.classoid = ${catalogOf('pg_class')} and l.objoid = p.oid)
  and not exists (select from pg_catalog.pg_attribute a where a.attrelid = p.oid and a.attnum > 0 and (a.attacl is not null or a.attoptions is not null or a.attstattarget >= 0))
  and not exists (select from pg_catalog.pg_depend d where d.refclassid = ${catalogOf('pg_class')} and d.refobjid = p.oid and d.classid in (${catalogOf('pg_rewrite')}, ${catalogOf('pg_proc')}))
  and not exists (select from pg_catalog.pg_depend d where d.refclassid = ${catalogOf('pg_type')} and d.refobjid = p.reltype and d.deptype <> 'i')`;

/** The questions, whose answers `readTable` takes in the same order. */
export function tableStatements(target: Relation, { column, granularity }: DeclaredPartitions): readonly Statement[] {
  const oid = `pg_catalog.to_regclass(${quoteText(dialect.relation(target))})`;
  return [
    {
      sql: `select pg_catalog.pg_get_userbyid(c.relowner), pg_catalog.format_type(a.atttypid, a.atttypmod), ${freeTable}
        from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = ${quoteText(column)} and not a.attisdropped
        join pg_catalog.pg_partitioned_table t on t.partrelid = c.oid and t.partnatts = 1 and t.partattrs[0] = a.attnum
        where c.oid = ${oid} and t.partstrat = '${granularity === 'value' ? 'l' : 'r'}'`,
    },
    {
      sql: `select n.nspname, p.relname, pg_catalog.pg_get_expr(p.relpartbound, p.oid), ${freePartition}
        from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhparent join pg_catalog.pg_class p on p.oid = i.inhrelid
        join pg_catalog.pg_namespace n on n.oid = p.relnamespace where c.oid = ${oid} order by p.relname`,
    },
    {
      sql: `select pg_catalog.pg_get_indexdef(x.indexrelid), pg_catalog.format('INDEX %I ON ONLY %I.%I ', i.relname, n.nspname, c.relname), x.indisunique,
        (select pg_catalog.pg_get_constraintdef(k.oid) from pg_catalog.pg_constraint k where k.conindid = x.indexrelid and k.conrelid = c.oid)
        from pg_catalog.pg_index x join pg_catalog.pg_class i on i.oid = x.indexrelid join pg_catalog.pg_class c on c.oid = x.indrelid
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.oid = ${oid} order by i.relname`,
    },
  ];
}

/** Undefined where it is no table that is divided in this way. */
export function readTable(
  [table, partitions, indexes]: readonly ResultSet[],
  { granularity }: DeclaredPartitions,
): StandingTable | undefined {
  const [found] = table?.rows ?? [];
  const isOther = ([, name, bound]: readonly Cell[]): boolean =>
    isPartitionName(String(name)) && (spanOf(String(bound)) ?? granularity) !== granularity;
  if (found === undefined || (partitions?.rows ?? []).some(isOther)) return undefined;
  const [owner, type, free] = found;
  return {
    owner: String(owner),
    type: String(type),
    free: free === true,
    partitions: (partitions?.rows ?? []).map(([schema, name, bound, isFree]) => ({
      relation: { schema: String(schema), name: String(name) },
      bound: String(bound),
      ours: isPartitionName(String(name)),
      free: isFree === true,
    })),
    indexes: (indexes?.rows ?? []).map(([definition, head, unique, constraint]) => (on: string): string => {
      if (constraint !== null && constraint !== undefined) return `alter table ${on} add ${String(constraint)}`;
      const [whole, start] = [String(definition), String(head)];
      return `create ${unique === true ? 'unique ' : ''}index on ${on} ${whole.slice(whole.indexOf(start) + start.length)}`;
    }),
  };
}

/** Fails where somebody else has put a partition into the table: the server would take it away with that. */
export async function requireOwnPartitions(table: Relation, look: RenderContext['look']): Promise<void> {
  const name = dialect.relation(table);
  const [found] = await look({
    sql: `select pg_catalog.format('the partition %I.%I', n.nspname, p.relname) from pg_catalog.pg_inherits i join pg_catalog.pg_class p on p.oid = i.inhrelid
      join pg_catalog.pg_namespace n on n.oid = p.relnamespace
      where i.inhparent = pg_catalog.to_regclass(${quoteText(name)}) and p.relispartition and p.relname !~ ${quoteText(partitionNamePattern)} order by 1`,
  });
  const dependents = (found?.rows ?? []).map(([what]) => String(what));
  if (dependents.length === 0) return;
  const message = `${name} cannot be dropped: it has partitions that somebody else has made`;
  throw new EngineError({ kind: 'dependents', message, redacted: message, retry: 'never', relation: table, dependents });
}
