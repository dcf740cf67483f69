/** Says before intervals are loaded again how much that is, by what the last loads of the same models took. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Connection } from '../adapter/connection.ts';
import { plainLine } from '../diagnostics/plain.ts';
import type { BuildStep, Plan } from '../plan/plan.ts';
import { describeBatches } from '../report/describe-batches.ts';
import { countOf, formatBytes, formatElapsed } from '../report/quantities.ts';
import { readLoadRates } from '../state/load-rates.ts';
import type { LoadRates } from '../state/load-rates.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { Standing } from './open-database.ts';

/** What is known of earlier loads, and of what they have made. */
interface Rates extends LoadRates {
  readonly rowBytes: number | undefined;
}

/** A line for each model that loads something. */
export async function estimateBackfill(
  plan: Plan,
  { project, engine, catalog }: Pick<LoadedGraph, 'project' | 'engine'> & Pick<Adapter, 'catalog'>,
  { state }: Standing,
  ask: <T>(job: (connection: Connection) => Promise<T>) => Promise<T | undefined>,
): Promise<readonly string[]> {
  const steps = plan.steps.filter((step): step is BuildStep => step.kind === 'build' && (step.batches?.count ?? 0) > 0);
  if (steps.length === 0) return [];
  const rates =
    state.version === 0
      ? []
      : await ask(async (connection) => {
          const found: (Rates | undefined)[] = [];
          for (const { relation, assumes } of steps) {
            const loads = await readLoadRates(connection, project.stateSchema, relation, engine.dialect);
            const rowBytes = assumes.kind === 'table' && loads !== undefined ? await catalog.rowBytes(connection, relation) : undefined;
            found.push(loads === undefined ? undefined : { ...loads, rowBytes });
          }
          return found;
        });
  return steps.map((step, at) => lineOf(step, rates?.[at]));
}

function lineOf({ name, batches }: BuildStep, rates: Rates | undefined): string {
  if (batches === undefined) return plainLine(name);
  const what = `${plainLine(name)}: ${describeBatches(batches)}`;
  if (rates === undefined) return `${what}; nothing was loaded yet by which to say how long that takes`;
  const share = batches.load.reduce((sum, { start, end }) => sum + end - start, 0) / rates.rangeMs;
  const rows = Math.round(rates.rows * share);
  const bytes = rates.rowBytes === undefined ? '' : ` of ${formatBytes(rows * rates.rowBytes)}`;
  return `${what}; about ${countOf(rows, 'row')}${bytes} in ${formatElapsed(Math.round(rates.tookMs * share))}, as the last ${countOf(rates.loads, 'load')} took`;
}
