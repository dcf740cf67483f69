/** Sees to it that no row of a batch is of another interval: it would be there twice once that is loaded, or be lost. */
import { outsideRange } from '../adapter/range-sql.ts';
import type { Column } from '../adapter/relation.ts';
import { typeFamily } from '../checks/type-family.ts';
import { bug } from '../diagnostics/bug.ts';
import { describeRange } from '../intervals/describe-range.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Action } from '../plan/action.ts';
import type { StepContext } from './attempt.ts';
import type { RunningBuild } from './batch-step.ts';
import { boundsOf } from './interval-bounds.ts';
import { queryRows, runStatements } from './perform.ts';
import { StepFailure } from './step-failure.ts';

type RequireInterval = Extract<Action, { kind: 'require-interval' }>;

/** Gives the columns of the stage, and how many rows were dropped. Fails when a row lies outside of the interval, unless such rows are to be dropped. */
export async function requireInterval(
  { ports: { adapter }, connection }: StepContext,
  step: RunningBuild,
  action: RequireInterval,
): Promise<{ readonly staged: readonly Column[]; readonly dropped: number }> {
  const { dialect, catalog } = adapter;
  const { stage, time } = action;
  const range = action.range ?? step.batch?.range ?? bug('an interval is asked for without a batch');
  const where = { node: step.node, span: action.span ?? { path: step.path, start: 0, end: 0 } };
  const staged = await catalog.columns(connection, stage, stage.schema === dialect.temporarySchema);
  const fold = dialect.foldIdentifier;
  const found = staged.find(({ name }) => fold(name) === fold(time.column));
  const columns = staged.map(({ name }) => name);
  if (found === undefined) throw new StepFailure([diagnose('time-column-missing', { column: time.column, columns }, where)]);
  if (typeFamily(found.type) !== 'time')
    throw new StepFailure([diagnose('time-column-type', { column: found.name, type: found.type }, where)]);
  const { from, to } = boundsOf(dialect, time, found.type, range);
  const name = dialect.quoteIdentifier(found.name);
  const outside = `from ${dialect.relation(stage)} where ${outsideRange(name, from, to)}`;
  if (action.outside === 'drop') {
    return { staged, dropped: await runStatements(connection, { sql: `delete ${outside}` }) };
  }
  const text = (value: string): string => `cast(${value} as ${dialect.typeName('text')})`;
  const { rows } = await queryRows(connection, {
    sql: `select count(*), count(*) - count(${name}), ${text(`min(${name})`)}, ${text(`max(${name})`)} ${outside}`,
  });
  const [count, nulls, first, last] = rows[0] ?? [];
  if (Number(count) === 0) return { staged, dropped: 0 };
  const isMasked = action.masked.some((column) => fold(column) === fold(found.name));
  const samples = isMasked ? [] : [...new Set([first, last])].filter((value) => value !== null).map(String);
  throw new StepFailure([
    diagnose(
      'rows-outside-interval',
      { column: found.name, count: Number(count), nulls: Number(nulls), interval: describeRange(range), samples },
      where,
    ),
  ]);
}
