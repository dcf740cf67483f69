/** Renders the publication of a view. */
import type { PublishView, RenderContext } from '../../../adapter/operation.ts';
import type { Column, Relation } from '../../../adapter/relation.ts';
import { embed } from '../../../adapter/statement.ts';
import type { Query, Statement } from '../../../adapter/statement.ts';
import { columnsStatement, readColumns } from '../catalog.ts';
import { dialect } from '../dialect.ts';
import { quoteIdentifier, quoteText } from '../quoting.ts';
import { blankSemicolons } from '../../../adapter/sql-tokens.ts';
import { askBelongings } from './belongings.ts';
import { readBelongings } from './read-belongings.ts';
import { lockBriefly } from './lock-briefly.ts';
import { lockDependents } from './lock-dependents.ts';
import { replaceRelation } from './replace-relation.ts';
import { temporaryName } from './temporary-name.ts';
import { optionList } from './transfer.ts';

/** The newline before the parenthesis ends a trailing line comment of the user. Same length, so offsets stay. */
function createView(prefix: string, relation: Relation, query: Query, options = ''): Statement {
  return embed(`create ${prefix}view ${dialect.relation(relation)}${options} as (\n`, { ...query, sql: blankSemicolons(query.sql) }, '\n)');
}

/** A view in the place of a view is replaced, which the engine allows as long as its columns stay; in any other case it takes the place like a table. */
export async function publishView(operation: PublishView, context: RenderContext): Promise<readonly Statement[]> {
  const { target, existing, query } = operation;
  if (existing === undefined) return [createView('', target, query)];
  const columns = existing === 'view' ? await columnsOf(query, target, context) : [];
  const { standing } = context;
  if (standing?.kind === 'view') {
    if (operation.sameQuery === true && equal(columns, standing.columns)) return [];
    if (!standing.burdened && extend(columns, standing.columns))
      return [lock(target, 'current_user', context), createView('or replace ', target, query), bindView(target)];
  }
  await lockDependents(context, target);
  const answer = readBelongings(await context.look(...askBelongings(target)), target);
  const { old, searchPath } = answer;
  const back = { sql: `select pg_catalog.set_config('search_path', ${quoteText(searchPath)}, true)` };
  if (old?.kind === 'v' && existing === 'view' && extend(columns, old.columns)) {
    const replaced = createView('or replace ', target, query, optionList(old.options));
    return [back, lock(target, quoteIdentifier(old.owner), context), replaced, bindView(target)];
  }
  const stage = { schema: target.schema, name: temporaryName(target.schema, target.name, 'view') };
  const created = await context.look(back, createView('', stage, query), columnsStatement(stage));
  return replaceRelation(
    { stage, kind: 'view', columns: readColumns(created[2]), hooksFollow: false, constraints: [] },
    target,
    answer,
    context,
  );
}

/** A view that is replaced was bound to the old one: only who reads it meets a query that has come to read itself. */
function bindView(target: Relation): Statement {
  return { sql: `select from ${dialect.relation(target)} limit 0` };
}

function lock(target: Relation, owner: string, context: RenderContext): Statement {
  return lockBriefly([{ name: dialect.relation(target), kind: 'view', owner }], context.lockTimeoutMs);
}

function equal(some: readonly Column[], others: readonly Column[]): boolean {
  return some.length === others.length && some.every(({ name, type }, at) => name === others[at]?.name && type === others[at].type);
}

/** Whether a view with the columns `some` can replace one with `before` in its place. */
function extend(some: readonly Column[], before: readonly Column[]): boolean {
  return equal(some.slice(0, before.length), before);
}

/** The columns that a query would give a view, from a view that is gone at once. */
async function columnsOf(query: Query, target: Relation, { look: ask }: RenderContext): Promise<readonly Column[]> {
  const probe = { schema: dialect.temporarySchema, name: temporaryName(target.schema, target.name, 'probe') };
  const results = await ask(createView('temp ', probe, query), columnsStatement(probe), { sql: `drop view ${dialect.relation(probe)}` });
  return readColumns(results[1]);
}
