/** Takes the locks of what reads a relation, so that no other run replaces a view while its text is carried over. */
import type { RenderContext } from '../../../adapter/operation.ts';
import type { Relation } from '../../../adapter/relation.ts';
import { dialect } from '../dialect.ts';
import { holderQuery, tryLock, waitForLock } from '../relation-locks.ts';

/** The views above a relation, those that others read first: the order in which every run takes their locks. */
const dependentsQuery = `with recursive above (oid, level) as (
  select pg_catalog.to_regclass($1)::pg_catalog.oid, 0
  union
  select r.ev_class, level + 1 from above join pg_catalog.pg_class c on c.oid = above.oid
  join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and (d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = c.oid
    or d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass and d.refobjid = c.reltype and c.reltype <> 0)
  join pg_catalog.pg_rewrite r on r.oid = d.objid and r.rulename = '_RETURN' and r.ev_class <> c.oid
)
select n.nspname, c.relname from (select oid, max(level) as level from above group by oid) a
join pg_catalog.pg_class c on c.oid = a.oid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where a.level > 0 order by a.level, n.nspname, c.relname`;

/** Locks them until the transaction ends. */
export async function lockDependents({ look, onWait }: RenderContext, relation: Relation): Promise<void> {
  const [found] = await look({ sql: dependentsQuery, kept: { name: 'tx_dependents', values: [dialect.relation(relation)] } });
  const views = (found?.rows ?? []).map(([schema, name]): Relation => ({ schema: String(schema), name: String(name) }));
  if (views.length === 0) return;
  const tried = await look(...views.map((view) => ({ sql: tryLock(view) })));
  const taken = tried.map(({ rows }) => rows[0]?.[0] === true);
  const left = views.filter((_, at) => taken[at] !== true);
  if (left.length === 0) return;
  const holders = await look(...left.map((view) => ({ sql: holderQuery(view) })));
  for (const [at, view] of left.entries()) {
    const [pid, label] = holders[at]?.rows[0] ?? [];
    onWait({ relation: view, holder: pid === undefined ? undefined : { pid: Number(pid), label: String(label ?? '') } });
  }
  await look(...left.map((view) => ({ sql: waitForLock(view) })));
}
