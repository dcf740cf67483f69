/** Loads the intervals of one model, batch by batch, each in a transaction of its own. */
import { bug } from '../diagnostics/bug.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { cellSizeOf } from '../intervals/batch-size.ts';
import { describeRange } from '../intervals/describe-range.ts';
import { createGrid, cutRange } from '../intervals/grid.ts';
import { commonRanges, holdsRange, joinRanges, withoutRanges } from '../intervals/range-set.ts';
import type { Range, RangeSet } from '../intervals/range-set.ts';
import { findZone } from '../intervals/zone.ts';
import type { BatchPlan } from '../plan/action.ts';
import type { BuildStep } from '../plan/plan.ts';
import type { Attempt } from './attempt.ts';
import { attemptWithRetries, recordAfterwards } from './attempt-with-retries.ts';
import type { Tried } from './attempt-with-retries.ts';
import type { TextIndex } from '../plan/texts.ts';
import { batchStep, doneAfter, isLoadedElsewhere, planOf, withInputsOf } from './batch-step.ts';
import type { Batch, RunningBuild, Template } from './batch-step.ts';
import type { BatchCounts } from './events.ts';
import type { StepRunnerInput } from './runner-input.ts';
import { StagesAhead } from './stages-ahead.ts';
import type { StagedBatch } from './stages-ahead.ts';
import { joinOutcomes } from './test-results.ts';

/** After so many failures one after another nobody expects the next batch to do better. */
const giveUpAfter = 3;

/** Batches of one model are much alike: after so many that took less than this, the next one will not take long either. */
const shortInRow = 3;
const shortMs = 100;

/** The ranges of the batches, in order; `chunk` of them make one. */
export function* listBatches({ load, batchSize, timeZone, chunk }: BatchPlan): Iterable<Range> {
  const grid = createGrid(cellSizeOf(batchSize), findZone(timeZone) ?? bug(`there is no zone ${timeZone}`));
  for (const range of load) {
    let open: Range | undefined;
    let size = 0;
    for (const { start, end } of cutRange(grid, range)) {
      open = { start: open?.start ?? start, end };
      size += 1;
      if (size < chunk) continue;
      yield open;
      open = undefined;
      size = 0;
    }
    if (open !== undefined) yield open;
  }
}

/** Those from this one on. */
function* batchesFrom(plan: BatchPlan, from: Range): Iterable<Range> {
  for (const range of listBatches({ ...plan, load: commonRanges(plan.load, [{ start: from.start, end: Number.MAX_SAFE_INTEGER }]) }))
    yield range;
}

/** What all batches came to, and how many there were. */
export interface TriedBatches extends Tried {
  readonly counts: BatchCounts;
}

const loadedElsewhere: Attempt = { kind: 'done', rows: 0, elsewhere: true, warnings: [], tests: [], errors: [] };

type Failed = Exclude<Attempt, { kind: 'done' }>;

/** A batch that fails stays missing, and the next one is tried; a run that is stopped, or fails again and again, goes no further. */
export async function runBatches(input: StepRunnerInput, planned: BuildStep, worker: number): Promise<TriedBatches> {
  const session = new BatchSession(input, planned, worker);
  try {
    for (const range of listBatches(planOf(planned))) if (!(await session.load(range))) break;
  } finally {
    await session.end();
  }
  return session.outcome();
}

class BatchSession {
  readonly #input: StepRunnerInput;
  readonly #planned: BuildStep;
  readonly #worker: number;
  readonly #total: number;
  #template: Template;
  #remaining: RangeSet;
  #number = 0;
  #goesOn = false;
  #inRow = 0;
  #shortInRow = 0;
  #loaded: RangeSet = [];
  #last: Tried | undefined;
  #done: Extract<Attempt, { kind: 'done' }> = { kind: 'done', rows: 0, warnings: [], tests: [], errors: [] };
  readonly #ahead: StagesAhead | undefined;
  #first: { readonly range: Range; readonly attempt: Failed } | undefined;
  #tests: Attempt & { kind: 'refused' } = { kind: 'refused', tests: [] };
  #counts: BatchCounts;

  constructor(input: StepRunnerInput, planned: BuildStep, worker: number) {
    this.#input = input;
    this.#planned = planned;
    this.#worker = worker;
    const { load, count, chunk } = planOf(planned);
    this.#total = chunk === 1 ? count : [...listBatches(planOf(planned))].length;
    this.#template = { step: planned, texts: input.ports.texts };
    const { parallel = 1 } = planOf(planned);
    const most = parallel === 'threads' ? input.threads : parallel;
    this.#ahead = most > 1 ? new StagesAhead(input.ports, most, input.connect) : undefined;
    this.#remaining = load;
    this.#counts = { total: this.#total, loaded: 0, ranges: [], elsewhere: 0, failed: [] };
  }

  /** False when the next batch is not to be tried. */
  async load(range: Range): Promise<boolean> {
    const { ports } = this.#input;
    this.#number += 1;
    const staged = await this.#stage(range);
    const batch = this.#batchFor(range, staged !== undefined);
    const startedAt = ports.clock.now();
    if (isLoadedElsewhere(batch)) {
      await staged?.clear();
      this.#remaining = withoutRanges(this.#remaining, [range]);
      this.#counts = { ...this.#counts, elsewhere: this.#counts.elsewhere + 1 };
      this.#tell(range, loadedElsewhere, startedAt);
      return true;
    }
    const { step, texts } = batchStep(batch);
    const tried = staged === undefined ? await this.#try(step, texts) : await this.#trySoon(batch, staged);
    this.#last = tried;
    const isShort = tried.attempt.kind === 'done' && ports.clock.now() - startedAt < shortMs;
    this.#shortInRow = isShort ? this.#shortInRow + 1 : 0;
    this.#remaining = withoutRanges(this.#remaining, [range]);
    await recordAfterwards(tried.context, tried.step, tried.attempt, startedAt);
    const goesOn = await this.#take(range, tried);
    this.#tell(range, tried.attempt, startedAt);
    return goesOn;
  }

  #try(step: RunningBuild, texts: TextIndex): Promise<Tried> {
    return attemptWithRetries(this.#input, step, this.#worker, texts);
  }

  /** With what is staged; where that fails, all of it once more, since a connection that was lost has lost the stage. */
  async #trySoon(batch: Batch, staged: StagedBatch): Promise<Tried> {
    const { step, texts } = batchStep(batch);
    const tried = await attemptWithRetries({ ...this.#input, connections: [staged.connection] }, step, 0, texts);
    await staged.clear();
    if (tried.attempt.kind !== 'failed' || tried.attempt.cancelled || this.#input.isStopped()) return tried;
    const whole = batchStep({ ...batch, isStaged: false });
    return this.#try(whole.step, whole.texts);
  }

  /** Its stage where it was made before, and those of the next ones on their way. */
  async #stage(range: Range): Promise<StagedBatch | undefined> {
    if (this.#ahead === undefined) return undefined;
    // The first batch may make the table that others go into.
    if (this.#goesOn && this.#template.step.strategy !== undefined)
      await this.#ahead.begin(batchesFrom(planOf(this.#planned), range), (next) => batchStep(this.#batchFor(next, false)).step);
    return this.#ahead.take(range);
  }

  /** Queries that are on their way for batches that nobody loads any more are stopped. */
  async end(): Promise<void> {
    await this.#ahead?.end();
  }

  #batchFor(range: Range, isStaged: boolean): Batch {
    return {
      range,
      again: commonRanges(this.#remaining, planOf(this.#planned).done),
      wasLoaded: holdsRange(planOf(this.#planned).done, range),
      isFirst: this.#number === 1,
      goesOn: this.#goesOn,
      isLast: this.#number === this.#total,
      isShort: this.#shortInRow >= shortInRow,
      dialect: this.#input.ports.adapter.dialect,
      template: this.#template,
      isStaged,
    };
  }

  async #take(range: Range, { attempt, step }: Tried): Promise<boolean> {
    const tests = attempt.kind === 'failed' ? [] : attempt.tests;
    this.#tests = { kind: 'refused', tests: joinOutcomes(this.#tests.tests, tests) };
    if (attempt.kind !== 'done') {
      this.#counts = { ...this.#counts, failed: [...this.#counts.failed, isoRange(range)] };
      this.#first ??= { range, attempt };
      this.#inRow += 1;
      const isStopped = this.#input.isStopped() || (attempt.kind === 'failed' && attempt.cancelled);
      return !isStopped && !this.#input.failFast && this.#inRow < giveUpAfter;
    }
    this.#inRow = 0;
    const batch = 'batch' in step ? step.batch : undefined;
    if (batch === undefined || step.kind === 'test') return bug('a batch became another step');
    if (attempt.elsewhere === true) {
      this.#counts = { ...this.#counts, elsewhere: this.#counts.elsewhere + 1 };
      this.#template = batch.template;
      return true;
    }
    this.#counts = { ...this.#counts, loaded: this.#counts.loaded + 1 };
    this.#loaded = joinRanges([...this.#loaded, range]);
    this.#done = {
      ...this.#done,
      rows: (this.#done.rows ?? 0) + (attempt.rows ?? 0),
      warnings: [...this.#done.warnings, ...attempt.warnings],
    };
    await this.#follow(batch, attempt);
    return true;
  }

  /** What the next batch can take for granted. Where this one may have changed more than rows, it is planned anew. */
  async #follow(batch: Batch, { tests }: Extract<Attempt, { kind: 'done' }>): Promise<void> {
    const wasFirst = !this.#goesOn;
    this.#goesOn = true;
    const { step, texts } = batch.template;
    const { assumes } = step;
    const batches = { ...planOf(step), done: doneAfter(batch), entry: planOf(step).entry + 1 };
    this.#template = { step: { ...step, assumes: { ...assumes, kind: 'table', ordinal: assumes.ordinal + 1 }, batches }, texts };
    const changesColumns = step.transaction.some((action) => action.kind === 'apply-increment' && action.onSchemaChange !== 'ignore');
    const isClean = tests.every(({ failures }) => failures === 0);
    if (batch.isLast || !((wasFirst && (step.strategy === undefined || changesColumns)) || !isClean)) return;
    const { ports, connections } = this.#input;
    if (ports.adapter.capabilities.runLock === 'relation') {
      // Others may be at work: the next batch plans anew once it has the lock, because of an ordinal that no build has.
      const { step: next } = this.#template;
      this.#template = { step: { ...next, assumes: { ...next.assumes, ordinal: -1 } }, texts };
      return;
    }
    const connection = connections[this.#worker] ?? bug('no connection');
    const found = await ports.replan(step, connection, 'go-on');
    // What stands in the way is told by the next batch, which finds the same.
    if (!('diagnostics' in found)) this.#template = withInputsOf(batch.template, found);
  }

  #tell(range: Range, attempt: Attempt, startedAt: number): void {
    const { ports } = this.#input;
    const { node: id, name } = this.#planned;
    const status = attempt.kind !== 'done' ? 'error' : attempt.elsewhere === true ? 'skipped' : 'success';
    ports.emit({
      type: 'batch-finished',
      id,
      name,
      ...isoRange(range),
      status,
      number: this.#number,
      total: this.#total,
      ...(attempt.kind === 'done' && attempt.rows !== undefined ? { rows: attempt.rows } : {}),
      durationMs: ports.clock.now() - startedAt,
      ...(attempt.kind === 'failed' ? { message: attempt.message } : {}),
    });
  }

  outcome(): TriedBatches {
    const { attempt, context } = this.#last ?? bug(`${this.#planned.id} has no batch`);
    const counts = { ...this.#counts, ranges: this.#loaded.map(isoRange) };
    const rest = { context, step: this.#planned, counts };
    if (this.#first === undefined) return { attempt: { ...this.#done, tests: this.#tests.tests }, ...rest };
    const { attempt: failed, range } = this.#first;
    if (attempt.kind === 'failed' && attempt.cancelled) return { attempt, ...rest };
    if (failed.kind === 'refused') return { attempt: this.#tests, ...rest };
    const { node, name: model, path } = this.#planned;
    const problem = diagnose(
      'batches-failed',
      { model, failed: counts.failed.length, total: counts.total, untried: counts.total - this.#number, first: describeRange(range) },
      { node, span: { path, start: 0, end: 0 } },
    );
    const message = `${problem.message}: ${failed.message}`;
    return { attempt: { ...failed, message, diagnostics: [...failed.diagnostics, problem] }, ...rest };
  }
}

function isoRange({ start, end }: Range): { readonly start: string; readonly end: string } {
  return { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
}
