/** The part of a step that can be done before its turn: its query, into a temporary table. */
import type { StageQuery } from '../adapter/operation.ts';
import type { Action } from '../plan/action.ts';
import type { BuildStep } from '../plan/plan.ts';

/** The query of a step, where nothing that comes before it has to be done in its transaction. */
export function stageOf({ transaction }: BuildStep): StageQuery | undefined {
  for (const action of transaction) {
    if (action.kind === 'require-contract') continue;
    if (action.kind !== 'operation' || action.operation.kind !== 'stage-query' || !action.operation.temporary) return undefined;
    return action.operation;
  }
  return undefined;
}

/** The rest of the work of a batch whose stage is there. */
export function withoutStage(transaction: readonly Action[]): readonly Action[] {
  return transaction.filter((action) => !(action.kind === 'operation' && action.operation.kind === 'stage-query'));
}
