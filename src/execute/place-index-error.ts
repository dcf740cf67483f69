/** Puts an index on a column that the table does not have on the line of config that asks for it. */
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Action } from '../plan/action.ts';
import type { BuildStep } from '../plan/plan.ts';
import { StatementFailure, StepFailure } from './step-failure.ts';

/** Does the work of an action. What its statements refuse is about a text of ours, unless it is a name that the user wrote. */
export async function placingIndexErrors<T>(
  step: Pick<BuildStep, 'node' | 'name'>,
  { operation: { kind }, span }: Extract<Action, { kind: 'operation' }>,
  work: () => Promise<T>,
): Promise<T> {
  if (kind !== 'sync-indexes' && kind !== 'stage-indexes') return work();
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof StatementFailure) || cause.details.kind !== 'unknown-column' || cause.details.name === undefined) throw cause;
    const { name: column, candidates = [] } = cause.details;
    throw new StepFailure([diagnose('index-column-missing', { node: step.name, column, columns: candidates }, { node: step.node, span })]);
  }
}
