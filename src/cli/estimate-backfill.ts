/** Says before intervals are loaded again how much that is, by what earlier loads took. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Connection } from '../adapter/connection.ts';
import { plainLine } from '../diagnostics/plain.ts';
import type { BatchPlan } from '../plan/action.ts';
import type { Plan } from '../plan/plan.ts';
import { describeBatches } from '../report/describe-batches.ts';
import { countOf, formatBytes, formatElapsed } from '../report/quantities.ts';
import { estimateLoads, readPastLoads } from '../state/load-rates.ts';
import type { LoadEstimate } from '../state/load-rates.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { Standing } from './open-database.ts';

/** What is expected of a step, and what its rows take. */
interface Estimate extends LoadEstimate {
  readonly rowBytes: number | undefined;
}

/** A line for each model that loads something. */
export async function estimateBackfill(
  plan: Plan,
  { project, engine, catalog }: Pick<LoadedGraph, 'project' | 'engine'> & Pick<Adapter, 'catalog'>,
  { state }: Standing,
  ask: <T>(job: (connection: Connection) => Promise<T>) => Promise<T | undefined>,
): Promise<readonly string[]> {
  const steps = plan.steps.flatMap((step) =>
    step.kind === 'build' && step.batches !== undefined && step.batches.count > 0 ? [{ ...step, batches: step.batches }] : [],
  );
  if (steps.length === 0) return [];
  const { dialect } = engine;
  const estimates =
    state.version === 0
      ? []
      : await ask(async (connection) => {
          const found: (Estimate | undefined)[] = [];
          for (const { relation, assumes, batches } of steps) {
            const past = await readPastLoads(connection, project.stateSchema, relation, { dialect, ranges: batches.load });
            const estimate = estimateLoads(batches.load, Math.ceil(batches.count / batches.chunk), past);
            const rowBytes = assumes.kind === 'table' && estimate !== undefined ? await catalog.rowBytes(connection, relation) : undefined;
            found.push(estimate === undefined ? undefined : { ...estimate, rowBytes });
          }
          return found;
        });
  return steps.map((step, at) => lineOf(step, estimates?.[at]));
}

function lineOf({ name, batches }: { readonly name: string; readonly batches: BatchPlan }, estimate: Estimate | undefined): string {
  const what = `${plainLine(name)}: ${describeBatches(batches)}`;
  if (estimate === undefined) return `${what}; nothing was loaded yet by which to say how long that takes`;
  const { rows, tookMs, rowBytes, isKnown, byLast } = estimate;
  const bytes = rowBytes === undefined ? '' : ` of ${formatBytes(rows * rowBytes)}`;
  const last = byLast === 0 ? '' : `as the last ${countOf(byLast, 'load')}`;
  const basis = isKnown ? `as when they were last loaded${byLast === 0 ? '' : `, and ${last} where they never were`}` : last;
  return `${what}; about ${countOf(rows, 'row')}${bytes} in ${formatElapsed(tookMs)}, ${basis}`;
}
