/** Decides which intervals of a model are to be loaded, from its ledger. */
import type { CompiledModel } from '../compile/compiled.ts';
import { bug } from '../diagnostics/bug.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Where } from '../diagnostics/diagnostic.ts';
import { cellSizeOf } from '../intervals/batch-size.ts';
import { chooseLoads } from '../intervals/choose-loads.ts';
import type { LoadWish } from '../intervals/choose-loads.ts';
import { describeRange } from '../intervals/describe-range.ts';
import { createGrid } from '../intervals/grid.ts';
import { readMoment } from '../intervals/local-time.ts';
import { withoutRanges } from '../intervals/range-set.ts';
import type { Range, RangeSet } from '../intervals/range-set.ts';
import { findZone } from '../intervals/zone.ts';
import type { Zone } from '../intervals/zone.ts';
import type { RecordedLedger } from '../state/state-reader.ts';
import type { BuildContext } from './build-context.ts';
import { digest } from './fingerprint.ts';
import type { BatchPlan } from './action.ts';
import type { LoadOrder, PlanInput } from './plan-input.ts';
import { hashSql } from './read-sql.ts';

/** What intervals are decided from. */
export interface IntervalContext extends Pick<BuildContext, 'standing' | 'report'> {
  readonly input: Pick<PlanInput, 'run' | 'loads' | 'again' | 'refusesGaps' | 'late'>;
}

/** Undefined for a model that is not loaded interval by interval. `goesOn`: what its table holds stays. */
export function planBatches(context: IntervalContext, model: CompiledModel, goesOn: boolean): BatchPlan | undefined {
  const { intervals } = model.config;
  if (intervals === undefined) return undefined;
  const { batchSize, timeZone, begin, lookback, allowPartials } = intervals;
  const zone = findZone(timeZone) ?? bug(`there is no zone ${timeZone}`);
  const grid = createGrid(cellSizeOf(batchSize), zone);
  const version = versionOf(model);
  const recorded = context.standing.ledger(model.relation);
  const held = goesOn ? loadedBefore(context, model) : undefined;
  const isSame = held?.version === version || intervals.forwardOnly;
  const [before, outdated] = isSame ? [held?.done ?? [], []] : [[], held?.done ?? []];
  const order = orderFor(context, model);
  const { load, opened, late, ...found } = chooseLoads(
    { grid, begin, lookback, allowPartials, outdated, ...lateOf(context, model) },
    before,
    Date.parse(context.input.run.startedAt),
    order === undefined ? undefined : wishOf(context, model, order, zone),
  );
  if (context.input.refusesGaps === true && found.gaps.length > 0)
    context.report(diagnose('gaps-found', { model: model.name, gaps: found.gaps.map(describeRange) }, placeOf(model)));
  const count = load.reduce((sum, range) => sum + grid.count(range), 0);
  const entry = (recorded?.ordinal ?? 0) + (opened.length > 0 ? 1 : 0);
  const done = withoutRanges(before, opened);
  const parallel = order?.parallel ?? (intervals.concurrent === true ? ('threads' as const) : undefined);
  const pace = { chunk: order?.chunk ?? 1, ...(parallel === undefined ? {} : { parallel }) };
  return {
    batchSize,
    timeZone,
    ...pace,
    load,
    count,
    opened,
    ...describeLate(context, model, late),
    ...found,
    done,
    version,
    entry,
  };
}

/** Once a run has begun, what was to be loaded again counts as missing. */
function wishOf({ input }: IntervalContext, { id }: CompiledModel, order: LoadOrder, zone: Zone): LoadWish {
  const again = order.again && input.again === undefined && order.begun?.has(id) !== true;
  return { window: readWindow(order, zone), only: order.only, again };
}

/** Once a run has begun, what was late counts as missing. */
function lateOf({ input: { late, again } }: IntervalContext, { id }: CompiledModel): { readonly late?: RangeSet } {
  const found = again === undefined ? late?.get(id) : undefined;
  return found === undefined ? {} : { late: found.ranges };
}

function describeLate({ input }: IntervalContext, { id }: CompiledModel, ranges: RangeSet): Pick<BatchPlan, 'late'> {
  return ranges.length === 0 ? {} : { late: { ranges, after: input.late?.get(id)?.after ?? [] } };
}

/** What somebody wants to be loaded of this model. */
export function orderFor({ input: { loads } }: { readonly input: Pick<PlanInput, 'loads'> }, { id }: CompiledModel): LoadOrder | undefined {
  return loads?.nodes === undefined || loads.nodes.has(id) ? loads : undefined;
}

function readWindow({ window: { start, end } }: LoadOrder, zone: Zone): Range {
  const read = (text: string): number => readMoment(text, zone) ?? bug(`${text} is no date`);
  return { start: read(start), end: read(end) };
}

/** The ledger counts as long as nobody has built the table in another way. */
function loadedBefore({ standing }: IntervalContext, model: CompiledModel): RecordedLedger | undefined {
  const ledger = standing.ledger(model.relation);
  const build = standing.recorded(model.relation);
  const data = build?.memory?.dataVersion ?? build?.runId;
  return ledger === undefined || build?.node !== model.id || ledger.dataVersion !== data ? undefined : ledger;
}

/** Tells what loads its intervals from what loaded them before. */
export function versionOf({ full, incremental, config: { intervals } }: CompiledModel): string {
  return digest([hashSql((incremental ?? full).sql), intervals?.timeColumn, intervals?.timeZone]).slice(0, 16);
}

const placeOf = ({ id, path }: CompiledModel): Where => ({ node: id, span: { path, start: 0, end: 0 } });
