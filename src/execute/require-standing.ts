/** Looks whether hooks have left in place what their step has built. */
import type { Connection } from '../adapter/connection.ts';
import { EngineError } from '../adapter/engine-error.ts';
import type { Relation } from '../adapter/relation.ts';
import type { Query } from '../adapter/statement.ts';
import { lookupSpan } from '../compile/span-map.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { BuildStep } from '../plan/plan.ts';
import type { StepContext } from './attempt.ts';
import type { ExecutionPorts } from './execution.ts';
import { StepFailure } from './step-failure.ts';

/** The last hook inside the transaction of a step. */
export function lastHook({ transaction }: BuildStep): Query | undefined {
  for (const action of transaction.toReversed())
    if (action.kind === 'operation' && action.operation.kind === 'run-sql') return action.operation.query;
  return undefined;
}

/** Hooks run after the publication, and may undo it: then nothing was built. Points at `hook`. */
export async function requireStanding({ ports, connection, texts }: StepContext, step: BuildStep, hook: Query): Promise<void> {
  if (await stands(ports, connection, step.relation)) return;
  const text = texts.get(hook.node);
  const found = text === undefined ? undefined : lookupSpan(text.map, 0, text.sql.length)?.span;
  const span = found ?? { path: step.path, start: 0, end: 0 };
  throw new StepFailure([
    diagnose('relation-gone', { relation: `${step.relation.schema}.${step.relation.name}` }, { node: step.node, span }),
  ]);
}

async function stands({ adapter }: ExecutionPorts, connection: Connection, relation: Relation): Promise<boolean> {
  try {
    return (await adapter.catalog.columns(connection, relation, false)).length > 0;
  } catch (cause) {
    if (cause instanceof EngineError && cause.details.kind === 'unknown-relation') return false;
    throw cause;
  }
}
