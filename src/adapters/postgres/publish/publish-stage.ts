/** Renders the publication of a staged table. */
import type { PublishStage, RenderContext, WantedConstraint } from '../../../adapter/operation.ts';
import type { Statement } from '../../../adapter/statement.ts';
import { bug } from '../../../diagnostics/bug.ts';
import { columnsStatement, readColumns } from '../catalog.ts';
import { dialect } from '../dialect.ts';
import { quoteIdentifier } from '../quoting.ts';
import { partitionsAhead } from '../partitions/replace-partitions.ts';
import { askBelongings } from './belongings.ts';
import { readBelongings } from './read-belongings.ts';
import type { BelongingsAnswer } from './belongings.ts';
import { lockBriefly } from './lock-briefly.ts';
import { lockDependents } from './lock-dependents.ts';
import { replaceRelation, sameColumns } from './replace-relation.ts';

/** A table on which nothing hangs is simply replaced; what hangs on any other is looked at first. */
export async function publishStage(operation: PublishStage, context: RenderContext): Promise<readonly Statement[]> {
  const { stage, target, existing, constraints = [] } = operation;
  if (stage.schema !== target.schema) return bug(`${stage.name} cannot be published from another schema`);
  const name = dialect.relation(target);
  const rename = { sql: `alter table ${dialect.relation(stage)} rename to ${quoteIdentifier(target.name)}` };
  if (existing === undefined) return [rename];
  const { standing } = context;
  if (standing !== undefined && !standing.burdened) {
    return [
      lockBriefly([{ name, kind: standing.kind, owner: 'current_user' }], context.lockTimeoutMs),
      { sql: `drop ${standing.kind} ${name}` },
      rename,
    ];
  }
  await lockDependents(context, target);
  const question = askBelongings(target);
  const results = await context.look(...question, columnsStatement(stage));
  const answer = withoutReplaced(readBelongings(results, target), constraints);
  const columns = readColumns(results[question.length]);
  const { declared } = operation;
  const isFillable = declared !== undefined && answer.old !== undefined && sameColumns(answer.old, columns);
  const ahead = isFillable ? await partitionsAhead(stage, target, declared, context) : undefined;
  const divided = declared === undefined ? {} : { divided: { ahead } };
  return replaceRelation(
    { stage, kind: 'table', columns, hooksFollow: operation.hooksFollow === true, ...divided, constraints },
    target,
    answer,
    context,
  );
}

/** A table has one primary key, and one constraint of a name: those that the stage has take the place of others. */
function withoutReplaced(answer: BelongingsAnswer, constraints: readonly WantedConstraint[]): BelongingsAnswer {
  const { old } = answer;
  if (old === undefined || constraints.length === 0) return answer;
  const hasKey = constraints.some(({ type }) => type === 'primary_key');
  const names = new Set(constraints.map(({ name }) => name));
  const required = new Set(constraints.flatMap(({ type, columns }) => (type === 'not_null' || type === 'primary_key' ? columns : [])));
  const columns = old.columns.map((column) => (required.has(column.name) ? { ...column, notNull: false } : column));
  const kept = old.constraints.filter(({ name, kind }) => !names.has(name) && !(hasKey && kind === 'primary key'));
  return { ...answer, old: { ...old, columns, constraints: kept } };
}
