/** Runs steps for the scheduler: attempts with retries, results and events. */
import type { NodeId } from '../compile/compiled.ts';
import { bug } from '../diagnostics/bug.ts';
import type { BuildStep, Step, TestStep, UnitStep } from '../plan/plan.ts';
import { attemptWithRetries, recordAfterwards, stepContext, testIdentity } from './attempt-with-retries.ts';
import { runBatches } from './run-batches.ts';
import type { NodeResult, BatchCounts } from './events.ts';
import type { ExecutionPorts } from './execution.ts';
import type { StepRunnerInput } from './runner-input.ts';
import type { Attempt } from './attempt.ts';
import { auditFailed } from './audit-refused.ts';
import type { TestOutcome } from './run-audit.ts';
import type { StepOutcome } from './scheduler.ts';
import { auditsOf, outcomeResult, testsOf, unjudgedResult } from './test-results.ts';
import type { TestIdentity, Timing } from './test-results.ts';
import { unchangedResults, unreachedResults } from './unchanged-step.ts';
import { judgeUnitTest, recordUnitTest, unitResult, unitSkipped } from './unit-step.ts';

export interface StepRunner {
  readonly run: (step: Step, worker: number) => Promise<StepOutcome>;
  readonly skip: (step: Step, cause: Step | undefined) => void;
  /** Every failure so far was one that another try may mend. */
  readonly onlyTransient: () => boolean;
}

type Failed = Extract<Attempt, { kind: 'failed' }>;

export function createStepRunner(input: StepRunnerInput): StepRunner {
  let permanentFailure = false;
  const { ports } = input;

  const finish = (result: NodeResult, outcome?: TestOutcome): void => {
    input.results.set(result.id, result);
    ports.emit({ type: 'node-finished', result, ...(outcome?.sample === undefined ? {} : { sample: outcome.sample }) });
  };

  const runStep = async (step: BuildStep | TestStep, worker: number): Promise<StepOutcome> => {
    const startedAt = ports.clock.now();
    const identity = step.kind === 'build' ? { id: step.node, name: step.name } : testIdentity(step);
    ports.emit({ type: 'node-started', ...identity, at: new Date(startedAt).toISOString() });
    const batches = step.kind === 'build' && step.batches !== undefined ? await runBatches(input, step, worker) : undefined;
    const { attempt, context, step: done } = batches ?? (await attemptWithRetries(input, step, worker));
    if (attempt.kind === 'failed' && (attempt.retry === 'never' || attempt.cancelled)) permanentFailure = true;
    // The verdict of a test is final: another run reads the same rows.
    if (attempt.kind !== 'failed' && stepOutcome(attempt) === 'failed') permanentFailure = true;
    // Each batch is recorded by itself.
    if (batches === undefined) await recordAfterwards(context, done, attempt, startedAt);
    const timing = timingOf(ports, startedAt, context.attempt, worker);
    if (done.kind === 'build')
      finish({
        ...buildResult(done, attempt, timing, input.isCancelled(), batches?.counts),
        ...(batches === undefined ? {} : { batches: batches.counts }),
      });
    finishTests(done, attempt, timing, input.isCancelled(), finish);
    return stepOutcome(attempt);
  };

  const runUnit = async (step: UnitStep, worker: number): Promise<StepOutcome> => {
    const startedAt = ports.clock.now();
    const { test } = step;
    ports.emit({ type: 'node-started', id: test.id, name: test.name, at: new Date(startedAt).toISOString() });
    const context = stepContext(input, worker, { attempt: 1, apart: false, texts: ports.texts });
    const { verdict, attempts } = await judgeUnitTest(context, step);
    if (verdict.kind === 'judged' ? verdict.diff !== undefined : !verdict.isTransient) permanentFailure = true;
    await recordUnitTest(context, test, verdict);
    const result = unitResult(test, verdict, timingOf(ports, startedAt, attempts, worker), input.isCancelled());
    finish(result);
    return result.status === 'pass' ? 'done' : 'failed';
  };

  return {
    run: (step, worker) => {
      if (step.kind === 'gate') return Promise.resolve('done');
      if (step.kind === 'unchanged') {
        for (const result of unchangedResults(step, timingOf(ports, ports.clock.now(), 0, worker))) finish(result);
        return Promise.resolve('done');
      }
      return step.kind === 'unit' ? runUnit(step, worker) : runStep(step, worker);
    },
    skip: (step, cause) => {
      if (step.kind === 'gate') return;
      const timing = timingOf(ports, ports.clock.now(), 0, 0);
      const status = input.isCancelled() ? 'cancelled' : 'skipped';
      const because = cause === undefined || status === 'cancelled' ? {} : blameFor(cause, input.results);
      if (step.kind === 'unchanged') {
        for (const result of unreachedResults(step, timing, status, because)) finish(result);
        return;
      }
      if (step.kind === 'unit') return finish(unitSkipped(step.test, status, timing, because));
      if (step.kind === 'build') finish({ ...buildBase(step, timing), status, ...because, diagnostics: [] });
      for (const test of auditsOf(step).flatMap(testsOf)) finish(unjudgedResult(test, status, timing, because));
    },
    onlyTransient: () => !permanentFailure,
  };
}

function stepOutcome(attempt: Attempt): StepOutcome {
  if (attempt.kind !== 'done') return 'failed';
  return attempt.errors.length > 0 || attempt.tests.some((test) => test.verdict === 'fail') ? 'failed' : 'done';
}

function timingOf(ports: ExecutionPorts, startedAt: number, attempts: number, worker: number): Timing {
  const now = ports.clock.now();
  const iso = (time: number): string => new Date(time).toISOString();
  return { startedAt: iso(startedAt), finishedAt: iso(now), durationMs: now - startedAt, attempts, worker };
}

function buildBase(step: BuildStep, timing: Timing): Omit<NodeResult, 'status' | 'diagnostics'> {
  const { node: id, name, path, resourceType, materialization, reason, relation } = step;
  return { id, name, path, resourceType, materialization, reason, relation, ...timing };
}

function buildResult(step: BuildStep, attempt: Attempt, timing: Timing, cancelled: boolean, batches: BatchCounts | undefined): NodeResult {
  const base = buildBase(step, timing);
  if (attempt.kind === 'done') {
    const rows = attempt.rows === undefined ? {} : { rows: attempt.rows };
    const { quarantined = 0 } = attempt;
    const aside = quarantined === 0 ? {} : { quarantined };
    return { ...base, status: 'success', ...rows, ...aside, diagnostics: attempt.warnings };
  }
  if (attempt.kind === 'refused') {
    const diagnostic = auditFailed(step, attempt.tests, batches);
    return { ...base, status: 'error', message: diagnostic.message, diagnostics: [diagnostic] };
  }
  if (attempt.cancelled || cancelled) return { ...base, status: 'cancelled', message: 'cancelled', diagnostics: [] };
  return { ...base, status: 'error', message: attempt.message, diagnostics: attempt.test === undefined ? attempt.diagnostics : [] };
}

function finishTests(
  step: BuildStep | TestStep,
  attempt: Attempt,
  timing: Timing,
  cancelled: boolean,
  finish: (result: NodeResult, outcome?: TestOutcome) => void,
): void {
  const outcomes = new Map<string, TestOutcome>(attempt.kind === 'failed' ? [] : attempt.tests.map((test) => [test.id, test]));
  const errors = new Map(attempt.kind === 'done' ? attempt.errors.map((error) => [error.test, error]) : []);
  for (const test of auditsOf(step).flatMap(testsOf)) {
    const outcome = outcomes.get(test.id);
    const error = errors.get(test.id);
    if (error !== undefined) finish(unjudgedResult(test, 'error', timing, error));
    else if (outcome !== undefined) finish(outcomeResult(outcome, test.check, timing), outcome);
    else finish(unjudged(step, test, attempt, timing, cancelled));
  }
}

function unjudged(step: BuildStep | TestStep, test: TestIdentity, attempt: Attempt, timing: Timing, cancelled: boolean): NodeResult {
  if (attempt.kind !== 'failed') return unjudgedResult(test, 'skipped', timing, step.kind === 'build' ? { skippedBecause: step.node } : {});
  if (attempt.cancelled || cancelled) return unjudgedResult(test, 'cancelled', timing);
  if (isBlamed(step, test, attempt))
    return unjudgedResult(test, 'error', timing, { message: attempt.message, diagnostics: attempt.diagnostics });
  return unjudgedResult(test, 'skipped', timing, step.kind === 'build' ? { skippedBecause: step.node } : {});
}

/** The test that could not be evaluated; without that knowledge, all tests of a step that only tests. */
function isBlamed(step: BuildStep | TestStep, test: TestIdentity, attempt: Failed): boolean {
  return attempt.test === undefined ? step.kind === 'test' : attempt.test === test.id;
}

/** What a skip is put down to: the failed node, or the failed test of a test step; nothing where that was stopped itself. */
function blameFor(cause: Step, results: ReadonlyMap<string, NodeResult>): { readonly skippedBecause?: NodeId } {
  if (cause.kind === 'gate' || cause.kind === 'unchanged') return bug('what does nothing cannot fail');
  const ids =
    cause.kind === 'unit'
      ? [cause.test.id]
      : cause.kind === 'build'
        ? [cause.node]
        : auditsOf(cause)
            .flatMap(testsOf)
            .map((test) => test.id);
  const of = (status: NodeResult['status']): NodeId | undefined => ids.find((id) => results.get(id)?.status === status);
  const failed = of('fail') ?? of('error');
  if (failed !== undefined) return { skippedBecause: failed };
  return of('cancelled') === undefined ? bug(`${cause.id} kept others from running and has not failed`) : {};
}
