/** Puts an index on a column that the table does not have on the line of config that asks for it. */
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Action } from '../plan/action.ts';
import type { BuildStep } from '../plan/plan.ts';
import { StatementFailure, StepFailure } from './step-failure.ts';

/** Does the work of an action. What its statements refuse is about a text of ours, unless it is a name that the user wrote. */
export async function placingIndexErrors<T>(
  step: Pick<BuildStep, 'node' | 'name'>,
  action: Extract<Action, { kind: 'operation' }> | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const operation = action?.operation;
  if (operation?.kind !== 'sync-indexes' && operation?.kind !== 'stage-indexes') return work();
  const said = JSON.stringify(operation.indexes).toLowerCase();
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof StatementFailure) || cause.details.kind !== 'unknown-column') throw cause;
    const { name: column, candidates: columns = [] } = cause.details;
    if (column === undefined || !said.includes(column.toLowerCase())) throw cause;
    throw new StepFailure([
      diagnose('index-column-missing', { node: step.name, column, columns }, { node: step.node, span: action?.span }),
    ]);
  }
}
