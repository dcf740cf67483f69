/** Reads what hangs on a relation and was set on it by anybody: its own settings, and everything that depends on it. */
import { partitionNamePattern } from '../../../adapter/partition-name.ts';
import type { Relation } from '../../../adapter/relation.ts';
import type { Statement } from '../../../adapter/statement.ts';
import { dialect } from '../dialect.ts';

/** A right that somebody was given. */
export interface Grant {
  /** Undefined for everybody. */
  readonly role: string | null;
  readonly privilege: string;
  readonly grantable: boolean;
}

export interface OwnedColumn {
  readonly number: number;
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  /** Text of the expression; of a generated column its formula. */
  readonly fallback: string | null;
  readonly comment: string | null;
  /** Null where nobody ever gave or took a right. */
  readonly grants: readonly Grant[] | null;
  readonly statisticsTarget: number | null;
  readonly options: readonly string[] | null;
  /** Null where it is what the type asks for. */
  readonly storage: string | null;
  readonly compression: string | null;
  /** An identity or a generated column. */
  readonly automatic: boolean;
}

export interface OwnedIndex {
  readonly name: string;
  /** Numbers of the columns that it cannot be without. */
  readonly columns: readonly number[];
  readonly definition: string;
  /** What its definition begins with, up to the place where its method is named. */
  readonly head: string;
  readonly unique: boolean;
  readonly tablespace: string | null;
  readonly clustered: boolean;
  readonly identifies: boolean;
  readonly comment: string | null;
  /** How much is kept of the values of an expression, where somebody said so, by the number of its place in the index. */
  readonly statistics: readonly { readonly column: number; readonly target: number }[];
}

export interface OwnedConstraint {
  readonly name: string;
  readonly columns: readonly number[];
  readonly kind: 'not null' | 'check' | 'primary key' | 'unique' | 'exclusion' | 'foreign key';
  /** A foreign key that points to its own table. */
  readonly own: boolean;
  readonly definition: string;
  /** Of its index. */
  readonly tablespace: string | null;
  readonly clustered: boolean;
  readonly identifies: boolean;
  readonly comment: string | null;
}

/** A foreign key of another table. */
export interface ForeignReference {
  /** In the words of the server. */
  readonly name: string;
  /** Columns that it points to. */
  readonly columns: readonly string[];
  readonly constraint: string;
  readonly definition: string;
  readonly comment: string | null;
  readonly table: Relation;
}

export interface OwnedPolicy {
  readonly name: string;
  readonly command: string;
  readonly permissive: boolean;
  /** Null stands for everybody. */
  readonly roles: readonly (string | null)[];
  readonly using: string | null;
  readonly check: string | null;
  readonly comment: string | null;
}

/** Something with a definition that names its relation. */
export interface OwnedObject {
  readonly name: string;
  readonly definition: string;
  /** As the catalog spells it; `O` is the usual. */
  readonly enabled: string;
  readonly comment: string | null;
}

export interface OwnedStatistics {
  readonly columns: readonly number[];
  /** Quoted, with its schema. */
  readonly name: string;
  readonly definition: string;
  readonly owner: string;
  readonly target: number | null;
  readonly comment: string | null;
}

/** One relation with all that belongs to it. */
export interface Belongings {
  readonly oid: number;
  readonly relation: Relation;
  /** As the catalog spells it: `r`, `v`, `m`, `p`, `f`. */
  readonly kind: string;
  /** Only rows come into it for which `tx` makes partitions: those of another kind of table have no place in it. */
  readonly divided: boolean;
  readonly owner: string;
  /** Whether our role may replace it. */
  readonly ours: boolean;
  readonly options: readonly string[] | null;
  readonly toastOptions: readonly string[] | null;
  readonly grants: readonly Grant[] | null;
  readonly rowSecurity: boolean;
  readonly forcedRowSecurity: boolean;
  /** As the catalog spells it; `d` is the usual of tables. */
  readonly replicaIdentity: string;
  /** Null where it is that of the database. */
  readonly tablespace: string | null;
  readonly populated: boolean;
  readonly comment: string | null;
  readonly labels: readonly { readonly provider: string; readonly label: string; readonly column: string | null }[];
  readonly columns: readonly OwnedColumn[];
  readonly indexes: readonly OwnedIndex[];
  readonly constraints: readonly OwnedConstraint[];
  /** Names of constraints that a property file asked for, which are not among the others. */
  readonly asked: readonly string[];
  readonly triggers: readonly OwnedObject[];
  readonly rules: readonly OwnedObject[];
  readonly policies: readonly OwnedPolicy[];
  readonly statistics: readonly OwnedStatistics[];
  /** `ours`: our role may put a table into it. */
  readonly publications: readonly { readonly name: string; readonly partial: boolean; readonly owner: string; readonly ours: boolean }[];
  /** The query of a view. */
  readonly query: string | null;
  /** Relations of the same answer that a view reads, by the numbers of their columns; 0 is the row as a whole, -1 is always there. */
  readonly reads: readonly { readonly oid: number; readonly columns: readonly number[] }[];
  /** Foreign keys of other tables that point here, by the columns that they name. */
  readonly referencedBy: readonly ForeignReference[];
  /** Tables that its own foreign keys point to. */
  readonly pointsTo: readonly Relation[];
  /** What else depends on it, in the words of the server. */
  readonly others: readonly string[];
}

export interface BelongingsAnswer {
  /** The relation itself; undefined where it is gone. */
  readonly old: Belongings | undefined;
  /** Those that read it, directly or through others; those that read come behind what they read. */
  readonly views: readonly Belongings[];
  /** As it was before anything was asked. */
  readonly searchPath: string;
}

const pgClass = `'pg_catalog.pg_class'::pg_catalog.regclass`;
const catalogOf = (name: string): string => `'pg_catalog.${name}'::pg_catalog.regclass`;

const commentOf = (catalog: string, oid: string, column = '0'): string =>
  `(select d.description from pg_catalog.pg_description d where d.classoid = ${catalogOf(catalog)} and d.objoid = ${oid} and d.objsubid = ${column})`;

const tablespaceOf = (oid: string): string => `(select s.spcname from pg_catalog.pg_tablespace s where s.oid = ${oid})`;

const grantsOf = (acl: string): string =>
  `case when ${acl} is not null then (select coalesce(json_agg(json_build_object('role', case g.grantee when 0 then null else pg_catalog.pg_get_userbyid(g.grantee) end,
    'privilege', g.privilege_type, 'grantable', g.is_grantable)), '[]') from pg_catalog.aclexplode(${acl}) g) end`;

/** The columns of the relation that an object depends on. */
const columnsOf = (catalog: string, oid: string): string =>
  `(select coalesce(json_agg(distinct d.refobjsubid), '[]') from pg_catalog.pg_depend d
    where d.classid = ${catalogOf(catalog)} and d.objid = ${oid} and d.refclassid = ${pgClass} and d.refobjid = c.oid and d.refobjsubid > 0)`;

/** A list of objects from a query over one catalog; `c` is the relation. */
const list = (fields: string, from: string, order: string): string =>
  `(select coalesce(json_agg(json_build_object(${fields}) order by ${order}), '[]') from ${from})`;

const columns = list(
  `'number', a.attnum, 'name', a.attname, 'type', pg_catalog.format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull,
   'fallback', (select pg_catalog.pg_get_expr(d.adbin, d.adrelid) from pg_catalog.pg_attrdef d where d.adrelid = a.attrelid and d.adnum = a.attnum),
   'comment', ${commentOf('pg_class', 'a.attrelid', 'a.attnum')}, 'grants', ${grantsOf('a.attacl')},
   'statisticsTarget', case when a.attstattarget >= 0 then a.attstattarget end, 'options', to_json(a.attoptions),
   'storage', case when a.attstorage <> t.typstorage then a.attstorage end, 'compression', nullif(a.attcompression::text, ''),
   'automatic', a.attidentity <> '' or a.attgenerated <> ''`,
  `pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped`,
  'a.attnum',
);

const indexes = list(
  `'name', i.relname, 'columns', ${columnsOf('pg_class', 'i.oid')}, 'definition', pg_catalog.pg_get_indexdef(i.oid), 'unique', x.indisunique, 'tablespace', ${tablespaceOf('i.reltablespace')},
   'head', pg_catalog.format('INDEX %I ON %s%I.%I ', i.relname, case when c.relkind = 'p' then 'ONLY ' else '' end, n.nspname, c.relname),
   'clustered', x.indisclustered, 'identifies', x.indisreplident, 'comment', ${commentOf('pg_class', 'i.oid')},
   'statistics', (select coalesce(json_agg(json_build_object('column', a.attnum, 'target', a.attstattarget) order by a.attnum), '[]')
     from pg_catalog.pg_attribute a where a.attrelid = i.oid and a.attstattarget >= 0)`,
  `pg_catalog.pg_index x join pg_catalog.pg_class i on i.oid = x.indexrelid
   where x.indrelid = c.oid and not exists (select from pg_catalog.pg_constraint k where k.conindid = i.oid and k.conrelid = c.oid)`,
  'i.relname',
);

const constraints = list(
  `'name', k.conname, 'columns', coalesce(to_json(k.conkey), '[]'), 'kind', case k.contype when 'n' then 'not null' when 'c' then 'check' when 'p' then 'primary key' when 'u' then 'unique' when 'x' then 'exclusion' else 'foreign key' end,
   'own', k.confrelid = c.oid, 'definition', pg_catalog.pg_get_constraintdef(k.oid), 'comment', ${commentOf('pg_constraint', 'k.oid')},
   'tablespace', ${tablespaceOf('(select i.reltablespace from pg_catalog.pg_class i where i.oid = x.indexrelid)')},
   'clustered', coalesce(x.indisclustered, false), 'identifies', coalesce(x.indisreplident, false)`,
  `pg_catalog.pg_constraint k left join pg_catalog.pg_index x on x.indexrelid = k.conindid and k.contype <> 'f'
   where k.conrelid = c.oid and k.contype in ('n', 'c', 'p', 'u', 'x', 'f')`,
  `k.contype = 'f', k.conname`,
);

const triggers = list(
  `'name', t.tgname, 'definition', pg_catalog.pg_get_triggerdef(t.oid), 'enabled', t.tgenabled, 'comment', ${commentOf('pg_trigger', 't.oid')}`,
  `pg_catalog.pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal`,
  't.tgname',
);

const rules = list(
  `'name', r.rulename, 'definition', pg_catalog.pg_get_ruledef(r.oid), 'enabled', r.ev_enabled, 'comment', ${commentOf('pg_rewrite', 'r.oid')}`,
  `pg_catalog.pg_rewrite r where r.ev_class = c.oid and r.rulename <> '_RETURN'`,
  'r.rulename',
);

const policies = list(
  `'name', p.polname, 'command', p.polcmd, 'permissive', p.polpermissive, 'comment', ${commentOf('pg_policy', 'p.oid')},
   'roles', (select json_agg(case r when 0 then null else pg_catalog.pg_get_userbyid(r) end) from unnest(p.polroles) as r),
   'using', pg_catalog.pg_get_expr(p.polqual, p.polrelid), 'check', pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)`,
  `pg_catalog.pg_policy p where p.polrelid = c.oid`,
  'p.polname',
);

const statistics = list(
  `'columns', ${columnsOf('pg_statistic_ext', 's.oid')}, 'name', pg_catalog.format('%I.%I', sn.nspname, s.stxname), 'definition', pg_catalog.pg_get_statisticsobjdef(s.oid),
   'owner', pg_catalog.pg_get_userbyid(s.stxowner), 'target', case when s.stxstattarget >= 0 then s.stxstattarget end,
   'comment', ${commentOf('pg_statistic_ext', 's.oid')}`,
  `pg_catalog.pg_statistic_ext s join pg_catalog.pg_namespace sn on sn.oid = s.stxnamespace where s.stxrelid = c.oid`,
  's.stxname',
);

/** Conditions and lists of columns came with version 15; they are not read, only noticed. */
const publications = list(
  `'name', p.pubname, 'partial', to_jsonb(m) ->> 'prqual' is not null or to_jsonb(m) ->> 'prattrs' is not null,
   'owner', pg_catalog.pg_get_userbyid(p.pubowner), 'ours', pg_catalog.pg_has_role(p.pubowner, 'USAGE')`,
  `pg_catalog.pg_publication_rel m join pg_catalog.pg_publication p on p.oid = m.prpubid where m.prrelid = c.oid`,
  'p.pubname',
);

const labels = list(
  `'provider', l.provider, 'label', l.label,
   'column', (select a.attname from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum = l.objsubid)`,
  `pg_catalog.pg_seclabel l where l.classoid = ${pgClass} and l.objoid = c.oid`,
  'l.provider, l.objsubid',
);

/** A row type stands for the row as a whole: a view of it cannot be bound to another table. */
const reads = list(
  `'oid', f.read::bigint, 'columns', f.columns`,
  `(select f.read, json_agg(distinct f.number) as columns from found f where f.reader = c.oid group by f.read) as f`,
  'f.read',
);

const referencedBy = list(
  `'name', pg_catalog.pg_describe_object(${catalogOf('pg_constraint')}, k.oid, 0),
   'columns', (select json_agg(a.attname order by k.place) from unnest(k.confkey) with ordinality as k(number, place)
     join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = k.number),
   'constraint', k.conname, 'definition', pg_catalog.pg_get_constraintdef(k.oid), 'comment', ${commentOf('pg_constraint', 'k.oid')},
   'table', json_build_object('schema', rn.nspname, 'name', r.relname)`,
  `pg_catalog.pg_constraint k join pg_catalog.pg_class r on r.oid = k.conrelid join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace
   where k.confrelid = c.oid and k.conrelid <> c.oid and k.contype = 'f' and k.conparentid = 0`,
  'k.conname',
);

/** It has a partition that `tx` has made, or none at all. */
const divided = `c.relkind = 'p' and (select coalesce(pg_catalog.bool_or(q.relname ~ '${partitionNamePattern}'), true)
  from pg_catalog.pg_inherits p join pg_catalog.pg_class q on q.oid = p.inhrelid where p.inhparent = c.oid)`;

const pointsTo = list(
  `'schema', f.nspname, 'name', f.relname`,
  `(select distinct rn.nspname, r.relname from pg_catalog.pg_constraint k join pg_catalog.pg_class r on r.oid = k.confrelid
    join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace where k.conrelid = c.oid and k.confrelid <> c.oid and k.contype = 'f') as f`,
  'f.nspname, f.relname',
);

/** What would be lost without a word, as nothing depends on it: a place among the rows of another table, numbers that go on, and where it lies. */
const ties = `select 'the place of its rows in ' || pg_catalog.pg_describe_object(${pgClass}, p.inhparent, 0) as what
  from pg_catalog.pg_inherits p where p.inhrelid = c.oid and c.relkind in ('r', 'p', 'f')
  union all select 'the identity of ' || pg_catalog.pg_describe_object(${pgClass}, c.oid, i.attnum)
  from pg_catalog.pg_attribute i where i.attrelid = c.oid and i.attidentity <> '' and not i.attisdropped
  union all select pg_catalog.format('the tablespace %I, in which %I may make nothing', s.spcname, current_user) from pg_catalog.pg_tablespace s
  where not pg_catalog.has_tablespace_privilege(s.oid, 'CREATE') and (s.oid = c.reltablespace or exists (select from pg_catalog.pg_index x
    join pg_catalog.pg_class i on i.oid = x.indexrelid where x.indrelid = c.oid and i.reltablespace = s.oid))`;

/** Whatever depends on the relation or its row type and is none of the above, and what it is tied to itself. */
const others = `(select coalesce(json_agg(distinct o.what), '[]') from (${ties} union all select pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)
  from (select d.* from pg_catalog.pg_depend d where d.refclassid = ${pgClass} and d.refobjid = c.oid
    union all
    select d.* from pg_catalog.pg_type t join pg_catalog.pg_depend d on d.refclassid = ${catalogOf('pg_type')} and d.refobjid in (t.oid, t.typarray)
    where t.oid = c.reltype) d
  where true
    and d.deptype <> 'i'
    and not (d.classid = ${catalogOf('pg_rewrite')} and exists (select from pg_catalog.pg_rewrite r join pg_catalog.pg_class v on v.oid = r.ev_class
      where r.oid = d.objid and (r.ev_class = c.oid or r.rulename = '_RETURN' and v.relkind in ('v', 'm'))))
    and not (d.classid = ${pgClass} and exists (select from pg_catalog.pg_index x where x.indexrelid = d.objid and x.indrelid = c.oid))
    and not (d.classid = ${pgClass} and exists (select from pg_catalog.pg_class q where q.oid = d.objid and q.relispartition and q.relname ~ '${partitionNamePattern}'))
    and not (d.classid = ${catalogOf('pg_attrdef')} and exists (select from pg_catalog.pg_attrdef e where e.oid = d.objid and e.adrelid = c.oid))
    and not (d.classid = ${catalogOf('pg_constraint')} and exists (select from pg_catalog.pg_constraint k where k.oid = d.objid and (k.conrelid = c.oid or k.confrelid = c.oid)))
    and not (d.classid = ${catalogOf('pg_trigger')} and exists (select from pg_catalog.pg_trigger t where t.oid = d.objid and t.tgrelid = c.oid))
    and not (d.classid = ${catalogOf('pg_policy')} and exists (select from pg_catalog.pg_policy p where p.oid = d.objid and p.polrelid = c.oid))
    and not (d.classid = ${catalogOf('pg_statistic_ext')} and exists (select from pg_catalog.pg_statistic_ext s where s.oid = d.objid and s.stxrelid = c.oid))
    and d.classid <> ${catalogOf('pg_publication_rel')}) as o)`;

/** A query over the relation and the views above it: one row of JSON each. */
const belongingsQuery = `with recursive above (oid) as (
  select pg_catalog.to_regclass($1)::pg_catalog.oid
  union
  select r.ev_class from above join pg_catalog.pg_class c on c.oid = above.oid
  join pg_catalog.pg_depend d on d.classid = ${catalogOf('pg_rewrite')} and (d.refclassid = ${pgClass} and d.refobjid = c.oid
    or d.refclassid = ${catalogOf('pg_type')} and d.refobjid = c.reltype and c.reltype <> 0)
  join pg_catalog.pg_rewrite r on r.oid = d.objid and r.rulename = '_RETURN'
  join pg_catalog.pg_class v on v.oid = r.ev_class and v.relkind in ('v', 'm')
  where r.ev_class <> c.oid
), found (reader, read, number) as (
  select r.ev_class, c.oid, case when d.refclassid = ${pgClass} then d.refobjsubid else 0 end
  from above join pg_catalog.pg_class c on c.oid = above.oid
  join pg_catalog.pg_depend d on d.classid = ${catalogOf('pg_rewrite')} and (d.refclassid = ${pgClass} and d.refobjid = c.oid and d.refobjsubid > 0
    or d.refclassid = ${catalogOf('pg_type')} and d.refobjid = c.reltype and c.reltype <> 0)
  join pg_catalog.pg_rewrite r on r.oid = d.objid and r.rulename = '_RETURN' and r.ev_class <> c.oid
  union
  select r.ev_class, c.oid, -1
  from above join pg_catalog.pg_class c on c.oid = above.oid
  join pg_catalog.pg_depend d on d.classid = ${catalogOf('pg_rewrite')} and d.refclassid = ${pgClass} and d.refobjid = c.oid
  join pg_catalog.pg_rewrite r on r.oid = d.objid and r.rulename = '_RETURN' and r.ev_class <> c.oid
)
select json_build_object('oid', c.oid::bigint, 'relation', json_build_object('schema', n.nspname, 'name', c.relname), 'kind', c.relkind, 'divided', ${divided},
  'owner', pg_catalog.pg_get_userbyid(c.relowner), 'ours', pg_catalog.pg_has_role(c.relowner, 'USAGE') and pg_catalog.has_schema_privilege(n.oid, 'CREATE') and not pg_catalog.pg_is_other_temp_schema(n.oid), 'options', to_json(c.reloptions),
  'toastOptions', (select to_json(t.reloptions) from pg_catalog.pg_class t where t.oid = c.reltoastrelid),
  'grants', ${grantsOf('c.relacl')}, 'rowSecurity', c.relrowsecurity, 'forcedRowSecurity', c.relforcerowsecurity,
  'replicaIdentity', c.relreplident, 'tablespace', ${tablespaceOf('c.reltablespace')}, 'populated', c.relispopulated, 'comment', ${commentOf('pg_class', 'c.oid')},
  'labels', ${labels}, 'columns', ${columns}, 'indexes', ${indexes}, 'constraints', ${constraints}, 'triggers', ${triggers}, 'rules', ${rules},
  'policies', ${policies}, 'statistics', ${statistics}, 'publications', ${publications},
  'query', case when c.relkind in ('v', 'm') then pg_catalog.pg_get_viewdef(c.oid) end, 'reads', ${reads}, 'referencedBy', ${referencedBy},
  'pointsTo', ${pointsTo},
  'others', ${others})::text
from above join pg_catalog.pg_class c on c.oid = above.oid join pg_catalog.pg_namespace n on n.oid = c.relnamespace`;

/** Settings under which the question is asked, and then set back. */
const settings = {
  // The planner takes the question for a long one, which is worth compiling; it is not.
  jit: 'off',
  // To plan it takes ten times as long as to carry it out, and which relation it is about does not matter to the plan.
  plan_cache_mode: 'force_generic_plan',
};

const set = (name: string, value: string): string => `pg_catalog.set_config('${name}', ${value}, true)`;
const setting = (name: string): string => `pg_catalog.current_setting('${name}')`;

/** The statements of the question; names in the answer carry their schemas, whatever the search path is. */
export function askBelongings(relation: Relation): readonly Statement[] {
  const names = Object.keys(settings);
  return [
    { sql: `select ${[setting('search_path'), ...names.map((name) => set(`tx.${name}`, setting(name)))].join(', ')}` },
    { sql: `select ${[set('search_path', "''"), ...Object.entries(settings).map(([name, value]) => set(name, `'${value}'`))].join(', ')}` },
    { sql: belongingsQuery, kept: { name: 'tx_belongings', values: [dialect.relation(relation)] } },
    { sql: `select ${names.map((name) => set(name, setting(`tx.${name}`))).join(', ')}` },
  ];
}
