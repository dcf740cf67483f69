/** Decides which intervals of a model are to be loaded, from its ledger. */
import type { CompiledModel } from '../compile/compiled.ts';
import { bug } from '../diagnostics/bug.ts';
import { cellSizeOf } from '../intervals/batch-size.ts';
import { chooseLoads } from '../intervals/choose-loads.ts';
import { createGrid } from '../intervals/grid.ts';
import { findZone } from '../intervals/zone.ts';
import { hashText } from './build-context.ts';
import type { BuildContext } from './build-context.ts';
import type { BatchPlan } from './plan.ts';

/** Undefined for a model that is not loaded interval by interval. `goesOn`: what its table holds stays. */
export function planBatches(context: BuildContext, model: CompiledModel, goesOn: boolean): BatchPlan | undefined {
  const { intervals } = model.config;
  if (intervals === undefined) return undefined;
  const { batchSize, timeZone, begin, lookback, allowPartials } = intervals;
  const grid = createGrid(cellSizeOf(batchSize), findZone(timeZone) ?? bug(`there is no zone ${timeZone}`));
  const version = versionOf(model);
  const entry = context.standing.ledger(model.relation);
  const done = goesOn ? loadedBefore(context, model, version) : [];
  const { run, loads: order, again } = context.input;
  // Once a run has begun, its order is what it has in hand.
  const wish = order === undefined || again === 'go-on' ? {} : order;
  const { load, ...found } = chooseLoads({ grid, begin, lookback, allowPartials }, done, Date.parse(run.startedAt), wish);
  const count = load.reduce((sum, range) => sum + grid.count(range), 0);
  return { batchSize, timeZone, chunk: order?.chunk ?? 1, load, count, ...found, done, version, entry: entry?.ordinal ?? 0 };
}

/** The ledger counts as long as nobody has built the table in another way, and the query is the one that loaded it. */
function loadedBefore({ standing }: BuildContext, model: CompiledModel, version: string): BatchPlan['done'] {
  const ledger = standing.ledger(model.relation);
  const build = standing.recorded(model.relation);
  if (ledger === undefined || build?.node !== model.id || ledger.build !== build.ordinal) return [];
  return ledger.version === version || model.config.intervals?.forwardOnly === true ? ledger.done : [];
}

function versionOf({ full, incremental, config: { intervals } }: CompiledModel): string {
  return hashText(JSON.stringify([(incremental ?? full).sql, intervals?.timeColumn, intervals?.timeZone])).slice(0, 16);
}
