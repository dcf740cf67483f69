/** Writes the rows of a step into files, and puts these in their place as the step is published. */
import { embed } from '../adapter/statement.ts';
import type { Column } from '../adapter/relation.ts';
import type { Statement } from '../adapter/statement.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Action } from '../plan/action.ts';
import type { BuildStep } from '../plan/plan.ts';
import { NotWritten } from '../project/file-system.ts';
import type { StepContext } from './attempt.ts';
import type { ExecutionPorts } from './execution.ts';
import { queryRows, runOperation } from './perform.ts';
import { StepFailure } from './step-failure.ts';

type WriteFiles = Extract<Action, { kind: 'write-files' }>;
type PublishFiles = Extract<Action, { kind: 'publish-files' }>;

export function isOfFiles(action: Action): action is WriteFiles | PublishFiles {
  return action.kind === 'write-files' || action.kind === 'publish-files';
}

/** Writes or publishes; gives the number of rows. */
export async function keepFiles(
  context: StepContext,
  step: BuildStep,
  action: WriteFiles | PublishFiles,
  rows: number | undefined,
): Promise<number | undefined> {
  if (action.kind === 'write-files') return writeFiles(context, step, action);
  await publishFiles(context, step, action, rows);
  return rows;
}

async function writeFiles({ ports, connection }: StepContext, step: BuildStep, action: WriteFiles): Promise<number> {
  const { adapter, places } = ports;
  const { stage, query, location, form } = action;
  const columns = await columnsOf({ connection }, embed('select * from (\n', query, '\n) as described limit 0'));
  const path = placing(step, location, () => places.prepare(location));
  const writing = { kind: 'write-files', path, form, query, columns } as const;
  const rows = await runOperation(adapter, connection, writing);
  const isEmpty = rows === 0 && form.partitionBy.length > 0;
  if (isEmpty) {
    placing(step, location, () => places.makeFolder(location));
    await runOperation(adapter, connection, { ...writing, isEmpty });
  }
  await runOperation(adapter, connection, {
    kind: 'read-files',
    view: stage,
    temporary: true,
    path,
    form,
    columns,
    ...(isEmpty ? { isEmpty } : {}),
  });
  return rows;
}

async function publishFiles(
  { ports, connection }: StepContext,
  step: BuildStep,
  action: PublishFiles,
  rows: number | undefined,
): Promise<void> {
  const { adapter, places } = ports;
  const { stage, target, existing, location, form } = action;
  const name = adapter.dialect.relation(stage);
  // The stage reads files that are about to move.
  const columns = await columnsOf({ connection }, { sql: `select * from ${name} limit 0` });
  placing(step, location, () => places.publish(location));
  const isEmpty = rows === 0 && form.partitionBy.length > 0;
  await runOperation(adapter, connection, {
    kind: 'read-files',
    view: target,
    temporary: false,
    ...(existing === undefined ? {} : { existing }),
    path: location,
    form,
    columns,
    ...(isEmpty ? { isEmpty } : {}),
  });
}

/** What was published is taken back, and nothing is left of what was written. */
export function takeBackFiles({ places }: ExecutionPorts, step: BuildStep): void {
  for (const location of locationsOf(step)) places.undo(location);
}

/** The step has committed. What cannot be removed now, the next run removes. */
export function settleFiles({ places }: ExecutionPorts, step: BuildStep): void {
  for (const location of locationsOf(step)) {
    try {
      places.settle(location);
    } catch (cause) {
      if (!(cause instanceof NotWritten)) throw cause;
    }
  }
}

function locationsOf({ transaction }: BuildStep): readonly string[] {
  return transaction.flatMap((action) => (action.kind === 'write-files' ? [action.location] : []));
}

async function columnsOf({ connection }: Pick<StepContext, 'connection'>, statement: Statement): Promise<readonly Column[]> {
  return (await queryRows(connection, statement)).columns;
}

/** What the system refuses is trouble of the machine, and told as a problem of the step. */
function placing<T>(step: BuildStep, location: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    if (!(cause instanceof NotWritten)) throw cause;
    const where = { node: step.node, span: { path: step.path, start: 0, end: 0 } };
    throw new StepFailure([diagnose('files-not-written', { location, code: cause.code }, where)]);
  }
}
