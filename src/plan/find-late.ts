/**
 * Finds what models that are loaded interval by interval have to load again because others that they read, loaded so too, were
 * loaded again: by another run since, or by this one; or because rows came into a source that says when they come. Works on ranges;
 * days are never gone through.
 */
import type { CompiledModel, CompiledSource, NodeId } from '../compile/compiled.ts';
import type { Graph } from '../graph/graph.ts';
import { shownName } from '../graph/shown-name.ts';
import { inOrder } from '../graph/traverse.ts';
import { bug } from '../diagnostics/bug.ts';
import { cellSizeOf } from '../intervals/batch-size.ts';
import { wholeCells } from '../intervals/choose-loads.ts';
import { createGrid } from '../intervals/grid.ts';
import { readMoment } from '../intervals/local-time.ts';
import { commonRanges, joinRanges, withoutRanges } from '../intervals/range-set.ts';
import type { Range, RangeSet } from '../intervals/range-set.ts';
import { findZone } from '../intervals/zone.ts';
import type { Zone } from '../intervals/zone.ts';
import type { LedgerLoad } from '../state/ledger-loads.ts';
import type { RecordedLedger } from '../state/state-reader.ts';
import { buildSubject } from '../state/state-tables.ts';
import type { LedgersSeen, SourceMark } from '../state/state-writer.ts';
import type { BuildContext, Standing } from './build-context.ts';
import { digest } from './fingerprint.ts';
import type { BatchPlan } from './action.ts';
import { orderFor, versionOf } from './plan-batches.ts';
import type { LateRanges, PlanInput } from './plan-input.ts';
import type { Plan } from './plan.ts';
import { relationsRead } from './relations-read.ts';
import { isSameMark } from './source-arrivals.ts';
import type { ArrivalQuestion, WatchedSource } from './source-arrivals.ts';

/** A ledger, and the ordinal after which its entries are not known to those who read its table. */
export interface LedgerSince {
  readonly subject: string;
  readonly after: number;
  /** The run whose entries they know all the same. */
  readonly beside: string;
}

/** What is noted of the parents with each entry in the ledger of a model. */
export function seenBy({ input, standing }: Pick<BuildContext, 'input' | 'standing'>, model: CompiledModel): Pick<BatchPlan, 'seen'> {
  const { parents, sources } = readsByTime(input, model.id);
  if (parents.length + sources.length === 0) return {};
  const before = standing.ledger(model.relation)?.seen;
  // Who loads a range alone, or could not ask, leaves the rest to be found by the next one.
  if (isLeftToNext({ input, standing }, model) || input.isLateUnknown === true) return before === undefined ? {} : { seen: before };
  const ordinals = parents.map(({ relation }) => [buildSubject(relation, input.dialect), standing.ledger(relation)?.ordinal ?? 0] as const);
  const marks = sources.flatMap((source) => {
    // What could not be read now was not seen. Who loads a range alone asked nothing; somebody else may have.
    const isAlone = orderFor({ input }, model)?.only === true && standing.ledger(model.relation) !== undefined;
    const mark = (isAlone ? undefined : input.arrivals?.get(source.id)?.now) ?? markOf(before, source);
    return mark === undefined ? [] : [[source.id, mark] as const];
  });
  const ofSources = marks.length === 0 ? {} : { sources: Object.fromEntries(marks) };
  return { seen: { run: input.run.id, ordinals: Object.fromEntries(ordinals), ...ofSources } };
}

/** What tells the times of a source from those of other columns, or of another table. */
function markedBy({ arrivals, external, relation }: WatchedSource): string {
  return digest([arrivals.loadedAt.sql, arrivals.eventTime.sql, external, relation.schema, relation.name]).slice(0, 16);
}

/** How far it has looked at a source. */
function markOf(seen: LedgersSeen | undefined, source: WatchedSource): SourceMark | undefined {
  const mark = seen?.sources?.[source.id];
  return mark?.by === markedBy(source) ? mark : undefined;
}

/** What is to be asked of sources for models of the plan: nothing of those that do not say when rows come. */
export function sourcesToAsk(input: PlanInput, standing: Standing): readonly ArrivalQuestion[] {
  const found = new Map<NodeId, ArrivalQuestion>();
  for (const model of modelsByInterval(input)) {
    if (isLeftToNext({ input, standing }, model)) continue;
    const seen = standing.ledger(model.relation)?.seen;
    const size = cellSizeOf(model.config.intervals?.batchSize ?? 'day');
    const isShort = typeof size === 'object' && size.minutes < 60;
    for (const source of readsByTime(input, model.id).sources) {
      const known = found.get(source.id);
      const mark = markOf(seen, source);
      const marks = known?.marks ?? [];
      const isNew = mark !== undefined && !marks.some((other) => isSameMark(other, mark));
      const byMinute = known?.byMinute === true || isShort;
      found.set(source.id, { source, by: markedBy(source), marks: isNew ? [...marks, mark] : marks, byMinute });
    }
  }
  return [...found.values()];
}

/** Who loads a range alone of what was loaded before, while there is more that it has not seen. */
function isLeftToNext({ input, standing }: Pick<BuildContext, 'input' | 'standing'>, model: CompiledModel): boolean {
  if (orderFor({ input }, model)?.only !== true || standing.ledger(model.relation) === undefined) return false;
  return input.late?.get(model.id)?.isCovered !== true;
}

/** How far a model has looked into a ledger: not at all where what is loaded of it is from before that was noted. */
function lookedUntil(model: CompiledModel, { seen, version }: RecordedLedger, subject: string): number | undefined {
  const noted = seen?.ordinals[subject];
  if (noted !== undefined) return noted;
  // The same text has read it all the time, also while it was built in another way; another text may have read nothing by interval.
  return version === versionOf(model) ? 0 : undefined;
}

/** The ledgers with entries that some model of the plan has not seen; nothing where none was loaded again. */
export function ledgersToRead(input: PlanInput, standing: Standing): readonly LedgerSince[] {
  const found = new Map<string, LedgerSince>();
  for (const model of modelsByInterval(input)) {
    const ledger = standing.ledger(model.relation);
    if (ledger === undefined) continue;
    for (const { relation } of readsByTime(input, model.id).parents) {
      const subject = buildSubject(relation, input.dialect);
      const after = lookedUntil(model, ledger, subject);
      if (after === undefined || (standing.ledger(relation)?.ordinal ?? 0) <= after) continue;
      const beside = ledger.seen?.run ?? '';
      found.set(JSON.stringify([subject, after, beside]), { subject, after, beside });
    }
  }
  return [...found.values()];
}

/** `loads` are the entries of those ledgers. Of models of the plan alone, in the order of the graph. */
export function findLate(plan: Plan, input: PlanInput, standing: Standing, loads: readonly LedgerLoad[]): ReadonlyMap<NodeId, LateRanges> {
  const late = new Map<NodeId, LateRanges>();
  const loaded = new Map<NodeId, RangeSet>();
  for (const step of plan.steps) if (step.kind === 'build' && step.batches !== undefined) loaded.set(step.node, step.batches.load);
  for (const model of modelsByInterval(input)) {
    const ledger = standing.ledger(model.relation);
    if (ledger === undefined) continue;
    const after: string[] = [];
    const ranges: RangeSet[] = [];
    const { parents, sources } = readsByTime(input, model.id);
    for (const source of sources) {
      const mark = markOf(ledger.seen, source);
      const arrived = mark === undefined ? undefined : input.arrivals?.get(source.id)?.late.find(({ since }) => isSameMark(since, mark));
      const times = joinRanges([...(arrived?.ranges ?? []), ...(arrived?.days ?? []).map((days) => inZoneOf(model, days))]);
      const moved = commonRanges(cellsOf(model, times), ledger.done);
      if (moved.length === 0) continue;
      after.push(shownName(source));
      ranges.push(moved);
    }
    for (const parent of parents) {
      const subject = buildSubject(parent.relation, input.dialect);
      const seen = lookedUntil(model, ledger, subject);
      // What the same run loaded of the parent was there before: it had opened these ranges, or loaded them for the first time.
      const since = loads.filter(
        (entry) => entry.subject === subject && seen !== undefined && entry.ordinal > seen && entry.runId !== ledger.seen?.run,
      );
      const moved = commonRanges(joinRanges([...since.map(({ range }) => range), ...(loaded.get(parent.id) ?? [])]), ledger.done);
      if (moved.length === 0) continue;
      after.push(parent.name);
      ranges.push(moved);
    }
    const found = joinRanges(ranges.flat());
    if (orderFor({ input }, model)?.only === true) {
      const isCovered = parents.length > 0 && withoutRanges(found, loaded.get(model.id) ?? []).length === 0;
      if (isCovered) late.set(model.id, { ranges: found, after, isCovered: true });
      continue;
    }
    if (ranges.length === 0) continue;
    late.set(model.id, { ranges: found, after });
    loaded.set(model.id, joinRanges([...(loaded.get(model.id) ?? []), ...cellsOf(model, found)]));
  }
  return late;
}

/** What the plan is about, after what it reads. */
function modelsByInterval({ command, graph, selected }: PlanInput): readonly CompiledModel[] {
  // Of those that have nothing to load as yet there may be no step.
  if (command !== 'run' && command !== 'build') return [];
  return inOrder(graph, selected).flatMap((id) => modelByInterval(graph, id) ?? []);
}

function modelByInterval(graph: Graph, id: NodeId): CompiledModel | undefined {
  const node = graph.nodes.get(id);
  return node?.resourceType === 'model' && node.config.intervals !== undefined ? node : undefined;
}

/** What a model reads, itself or through views and ephemeral models. What is read in another environment opens nothing. */
function readsByTime(
  { graph, deferred }: Pick<PlanInput, 'graph' | 'deferred'>,
  id: NodeId,
): { readonly parents: readonly CompiledModel[]; readonly sources: readonly WatchedSource[] } {
  const found: CompiledModel[] = [];
  const sources: WatchedSource[] = [];
  const seen = new Set<NodeId>();
  const open = [...relationsRead(graph, id)];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const node = graph.nodes.get(next);
    const byInterval = modelByInterval(graph, next);
    if (byInterval !== undefined) found.push(byInterval);
    else if (node?.resourceType === 'source' && isWatched(node) && deferred?.has(next) !== true) sources.push(node);
    else if (node?.resourceType === 'model' && node.config.materialized === 'view') open.push(...relationsRead(graph, next));
  }
  const byId = (a: { readonly id: NodeId }, b: { readonly id: NodeId }): number => (a.id < b.id ? -1 : 1);
  return { parents: found.sort(byId), sources: sources.sort(byId) };
}

const isWatched = (source: CompiledSource): source is WatchedSource => source.arrivals !== undefined;

/** Days as the model counts them. */
function inZoneOf({ config: { intervals } }: CompiledModel, { start, end }: Range): Range {
  const zone = zoneNamed(intervals?.timeZone ?? 'UTC');
  const read = (midnight: number): number => {
    const date = new Date(midnight).toISOString().slice(0, -14);
    return readMoment(date, zone) ?? midnight;
  };
  return { start: read(start), end: read(end) };
}

function cellsOf({ config: { intervals } }: CompiledModel, ranges: RangeSet): RangeSet {
  if (intervals === undefined) return ranges;
  return wholeCells(createGrid(cellSizeOf(intervals.batchSize), zoneNamed(intervals.timeZone)), ranges);
}

const zoneNamed = (name: string): Zone => findZone(name) ?? bug(`there is no zone ${name}`);
