/** Looks, once at the end of a run, for views of others that a new form of a relation has broken. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Connection } from '../adapter/connection.ts';
import { EngineError } from '../adapter/engine-error.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { BuildStep, Plan } from '../plan/plan.ts';
import { stateViews } from '../state/state-tables.ts';
import type { NodeResult } from './events.ts';

/** Warnings about views that read what this run replaced. A view that this run built has been bound by that. */
export async function warnOfBrokenViews(
  plan: Plan,
  { catalog }: Adapter,
  connection: Connection,
  results: ReadonlyMap<string, NodeResult>,
): Promise<readonly Diagnostic[]> {
  if (catalog.brokenViews === undefined) return [];
  const built = plan.steps.filter((step): step is BuildStep => step.kind === 'build' && results.get(step.node)?.status === 'success');
  const changed = built.filter((step) => step.assumes.kind !== undefined);
  if (changed.length === 0) return [];
  const own = Object.keys(stateViews).map((name) => ({ schema: plan.stateSchema, name }));
  const sound = [...own, ...built.filter((step) => step.relationKind === 'view').map((step) => step.relation)];
  try {
    const found = await catalog.brokenViews(
      connection,
      changed.map((step) => step.relation),
      sound,
    );
    return found.map(({ view, reads, message }) => {
      const step = changed.find(({ relation }) => relation === reads);
      const where = step === undefined ? {} : { node: step.node, span: { path: step.path, start: 0, end: 0 } };
      return diagnose('view-broken', { view: `${view.schema}.${view.name}`, relation: `${reads.schema}.${reads.name}`, message }, where);
    });
  } catch (cause) {
    // A courtesy, which must not hide the results of the run.
    if (cause instanceof EngineError) return [];
    throw cause;
  }
}
