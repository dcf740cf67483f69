/** Renders the publication of a materialized view. */
import type { PublishMaterialized, RenderContext } from '../../../adapter/operation.ts';
import type { Relation } from '../../../adapter/relation.ts';
import { embed } from '../../../adapter/statement.ts';
import type { Query, Statement } from '../../../adapter/statement.ts';
import { columnsStatement, readColumns } from '../catalog.ts';
import { dialect } from '../dialect.ts';
import { quoteText } from '../quoting.ts';
import { blankSemicolons } from '../../../adapter/sql-tokens.ts';
import { askBelongings } from './belongings.ts';
import { readBelongings } from './read-belongings.ts';
import { lockDependents } from './lock-dependents.ts';
import { replaceRelation } from './replace-relation.ts';
import { temporaryName } from './temporary-name.ts';

function create(relation: Relation, query: Query): Statement {
  return embed(`create materialized view ${dialect.relation(relation)} as (\n`, { ...query, sql: blankSemicolons(query.sql) }, '\n)');
}

/** Whether rows can be told apart by an index over all of them, and are there at all: then they are compared, and readers go on. */
function isRefreshable(name: string): Statement {
  return {
    sql: `select c.relispopulated and exists (select from pg_catalog.pg_index x where x.indrelid = c.oid and x.indisunique and x.indisvalid
      and x.indpred is null and x.indexprs is null) from pg_catalog.pg_class c where c.oid = ${quoteText(name)}::pg_catalog.regclass`,
  };
}

/** A refresh that cannot be done beside readers keeps them out while the query runs: then the view is built anew beside the old one. */
export async function publishMaterialized(operation: PublishMaterialized, context: RenderContext): Promise<readonly Statement[]> {
  const { target, existing, query, sameQuery } = operation;
  if (existing === undefined) return [create(target, query)];
  const name = dialect.relation(target);
  if (sameQuery === true && existing === 'materialized view') {
    const [answer] = await context.look(isRefreshable(name));
    if (answer?.rows[0]?.[0] === true) return [{ sql: `refresh materialized view concurrently ${name}` }];
  }
  await lockDependents(context, target);
  const stage = { schema: target.schema, name: temporaryName(target.schema, target.name, 'view') };
  const created = await context.look(create(stage, query), columnsStatement(stage));
  const answer = readBelongings(await context.look(...askBelongings(target)), target);
  return replaceRelation(
    { stage, kind: 'materialized view', columns: readColumns(created[1]), hooksFollow: false, constraints: [] },
    target,
    answer,
    context,
  );
}
