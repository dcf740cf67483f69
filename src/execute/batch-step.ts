/** The step that loads one batch, from the step that loads them all: bounds are filled in, and tests are those of the batch. */
import type { Query } from '../adapter/statement.ts';
import type { CompiledText } from '../compile/compiled.ts';
import { fillSlots } from '../compile/slots.ts';
import type { Dialect } from '../adapter/dialect.ts';
import { bug } from '../diagnostics/bug.ts';
import { holdsRange, joinRanges, withoutRanges } from '../intervals/range-set.ts';
import type { Range, RangeSet } from '../intervals/range-set.ts';
import type { Action, BatchPlan } from '../plan/action.ts';
import type { BuildStep } from '../plan/plan.ts';
import type { TextIndex } from '../plan/texts.ts';
import type { Outcome } from '../state/state-writer.ts';
import { withoutStage } from './staged-work.ts';

/** The step of all batches as it was planned, and its texts with the slots that are open. */
export interface Template {
  readonly step: BuildStep;
  readonly texts: TextIndex;
}

export interface Batch {
  readonly range: Range;
  /** What was loaded before the run and it has yet to load again: what others load meanwhile is none of it. */
  readonly again: RangeSet;
  /** It was loaded before the run, and is loaded again. */
  readonly wasLoaded: boolean;
  readonly isFirst: boolean;
  /** The run has loaded one already. */
  readonly goesOn: boolean;
  readonly isLast: boolean;
  /** The rows of its query are staged already. */
  readonly isStaged?: boolean;
  /** Those before it were over at once. */
  readonly isShort: boolean;
  readonly dialect: Pick<Dialect, 'literal'>;
  readonly template: Template;
}

/** A step that is carried out: of a model that is loaded interval by interval, one batch. */
export type RunningBuild = BuildStep & { readonly batch?: Batch };

/** The step of a batch and its texts. */
export function batchStep(batch: Batch): { readonly step: RunningBuild; readonly texts: TextIndex } {
  const { range, isFirst, isLast, dialect, template } = batch;
  const bound = (moment: number): string => dialect.literal({ timestamp: new Date(moment).toISOString() });
  const values = { 'interval.start': bound(range.start), 'interval.end': bound(range.end) };
  const texts = new Map(template.texts);
  const fill = (query: Query): Query => {
    const text: CompiledText | undefined = template.texts.get(query.node);
    if (text === undefined || text.slots.length === 0) return query;
    const filled = fillSlots(text, values);
    texts.set(query.node, filled);
    return { ...query, sql: filled.sql };
  };
  const { step } = template;
  const whole = batch.isStaged === true ? withoutStage(step.transaction) : step.transaction;
  const actions = isLast || step.strategy === undefined ? whole : whole.flatMap(withoutWholeTable);
  const transaction = actions.map((action) => withOrdinal(mapQueries(action, fill), step.assumes.ordinal + 1));
  return { step: { ...step, transaction, before: isFirst ? step.before : [], after: isLast ? step.after : [], batch }, texts };
}

/** A batch of a step that was planned anew. */
export function batchAgain(
  template: Template,
  batch: Batch,
): { readonly step: RunningBuild; readonly texts: TextIndex; readonly isLoaded: boolean } {
  const planned = { ...batch, template: withInputsOf(batch.template, template) };
  return { ...batchStep(planned), isLoaded: isLoadedElsewhere(planned) };
}

/** Of what was built in this run the plan knew what it would be; what is looked at again before the run has noted its columns seems to be another. */
export function withInputsOf({ step: { memory } }: Template, again: Template): Template {
  if (memory === undefined || again.step.memory === undefined) return again;
  return { ...again, step: { ...again.step, memory: { ...again.step.memory, inputs: memory.inputs } } };
}

/** It was missing when the run was planned, and is not any more. */
export function isLoadedElsewhere({ template, wasLoaded, range }: Batch): boolean {
  return !wasLoaded && holdsRange(planOf(template.step).done, range);
}

export function planOf({ batches, id }: BuildStep): BatchPlan {
  return batches ?? bug(`${id} has no batches`);
}

/** What is loaded once the batch is. What the run has yet to load again is not, so that it is not lost when the run dies. */
export function doneAfter({ template, again, range }: Batch): RangeSet {
  const { done, partial } = planOf(template.step);
  const kept = withoutRanges(done, again);
  return partial !== undefined && range.end > partial.start ? kept : joinRanges([...kept, range]);
}

/** The entry of the ledger for the batch that a step has loaded; nothing for other steps. */
export function ledgerAfter(
  { batch, node, relation, assumes, memory }: RunningBuild,
  runId: string,
  rows: number | undefined,
): Pick<Outcome, 'ledgers'> {
  if (batch === undefined) return {};
  const { version, entry, seen } = planOf(batch.template.step);
  const { range } = batch;
  const done = doneAfter(batch);
  const own = {
    runId,
    node,
    relation,
    version,
    ...(seen === undefined ? {} : { seen }),
    rows: rows ?? null,
    build: assumes.ordinal + 1,
    dataVersion: memory?.dataVersion ?? runId,
    ordinal: entry + 1,
  };
  return { ledgers: [{ ...own, event: 'load', range, done }] };
}

/**
 * Tests that say something of all rows together come with the last batch. What can be said of each row, or each key, keeps every
 * batch from being published; where the table has not passed it yet, the rows that stand are looked at as well.
 */
function withoutWholeTable(action: Action): readonly Action[] {
  if (action.kind !== 'audit') return [action];
  const checks = action.checks.filter(
    ({ fingerprint, warnIf, errorIf }) => fingerprint !== undefined && !warnIf.percent && !errorIf.percent,
  );
  return checks.length === 0 ? [] : [{ ...action, checks, queries: [] }];
}

function withOrdinal(action: Action, ordinal: number): Action {
  return action.kind === 'audit' && action.ordinal !== undefined ? { ...action, ordinal } : action;
}

/** Every query in an action, which is plain data. */
function mapQueries(action: Action, fill: (query: Query) => Query): Action {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    if (isQuery(value)) return fill(value);
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, visit(member)]));
  };
  // Queries take the place of queries, so it is an action of the same kind.
  return visit(action) as Action;
}

function isQuery(value: object): value is Query {
  return (
    Object.keys(value).length === 2 && 'node' in value && typeof value.node === 'string' && 'sql' in value && typeof value.sql === 'string'
  );
}
