/** Runs steps for the scheduler: attempts with retries, results and events. */
import type { Connection } from '../adapter/connection.ts';
import { EngineError } from '../adapter/engine-error.ts';
import type { NodeId } from '../compile/compiled.ts';
import { bug } from '../diagnostics/bug.ts';
import type { BuildStep, Plan, Step, TestStep, UnitStep } from '../plan/plan.ts';
import type { NodeRunRecord, StateWriter } from '../state/state-writer.ts';
import { backoff, isWorthRetrying, maxAttempts } from './retries.ts';
import type { NodeResult } from './events.ts';
import type { ExecutionPorts } from './execution.ts';
import type { Attempt, StepContext } from './attempt.ts';
import { attemptBuild, attemptTests, auditFailed } from './run-step.ts';
import { checkRecords, failureRecords, grownTests } from './test-records.ts';
import type { TestOutcome } from './run-audit.ts';
import type { StepOutcome } from './scheduler.ts';
import { auditsOf, outcomeResult, testsOf, unjudgedResult } from './test-results.ts';
import type { TestIdentity, Timing } from './test-results.ts';
import { unchangedResults, unreachedResults } from './unchanged-step.ts';
import type { VerdictLog } from './verdict-log.ts';
import { judgeUnitTest, recordUnitTest, unitResult, unitSkipped } from './unit-step.ts';

export interface StepRunnerInput {
  readonly plan: Plan;
  readonly ports: ExecutionPorts;
  readonly writer: StateWriter;
  readonly verdicts: VerdictLog;
  readonly connections: readonly Connection[];
  readonly lockTimeoutMs: number;
  /** Filled as nodes finish, by node id. */
  readonly results: Map<string, NodeResult>;
  /** The user stopped the run. */
  readonly isCancelled: () => boolean;
  /** The run is being stopped, by the user or by its first failure. */
  readonly isStopped: () => boolean;
}

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
    const { attempt, context, step: done } = await attemptWithRetries(input, step, worker);
    if (attempt.kind === 'failed' && (attempt.retry === 'never' || attempt.cancelled)) permanentFailure = true;
    // The verdict of a test is final: another run reads the same rows.
    if (attempt.kind !== 'failed' && stepOutcome(attempt) === 'failed') permanentFailure = true;
    await recordAfterwards(context, done, attempt, startedAt);
    const timing = timingOf(ports, startedAt, context.attempt, worker);
    if (done.kind === 'build') finish(buildResult(done, attempt, timing, input.isCancelled()));
    finishTests(done, attempt, timing, input.isCancelled(), finish);
    return stepOutcome(attempt);
  };

  const runUnit = async (step: UnitStep, worker: number): Promise<StepOutcome> => {
    const startedAt = ports.clock.now();
    const { test } = step;
    ports.emit({ type: 'node-started', id: test.id, name: test.name, at: new Date(startedAt).toISOString() });
    const context = stepContext(input, worker, { attempt: 1, apart: false });
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

interface Tried {
  readonly attempt: Attempt;
  readonly context: StepContext;
  /** As the last attempt carried it out. */
  readonly step: BuildStep | TestStep;
}

/** Tries a step until it succeeds, cannot be helped, or had its number of attempts. */
async function attemptWithRetries(input: StepRunnerInput, planned: BuildStep | TestStep, worker: number): Promise<Tried> {
  const { ports } = input;
  let apart = false;
  for (let number = 1; ;) {
    const context = stepContext(input, worker, { attempt: number, apart });
    const startedAt = ports.clock.now();
    const { attempt, step } = await attemptOnce(context, planned);
    if (attempt.kind !== 'failed' || attempt.cancelled || input.isCancelled()) return { attempt, context, step };
    if (attempt.duringAudit && !apart && attempt.retry === 'never') {
      // The checks ran in one statement; a second time, one by one, shows which of them cannot be evaluated.
      apart = true;
      continue;
    }
    const { retry } = attempt;
    if (!isWorthRetrying(retry) || number >= maxAttempts) return { attempt, context, step };
    const { id, name } = step.kind === 'build' ? { id: step.node, name: step.name } : testIdentity(step);
    ports.emit({ type: 'node-retried', id, name, attempt: number + 1, message: attempt.message });
    await ports.clock.sleep(backoff(retry, number, ports.chance()));
    await recordAfterwards(context, step, attempt, startedAt, 'retried');
    number += 1;
  }
}

function stepContext(input: StepRunnerInput, worker: number, attempt: Pick<StepContext, 'attempt' | 'apart'>): StepContext {
  const { plan, ports, writer, verdicts, lockTimeoutMs, isStopped } = input;
  const connection = input.connections[worker] ?? bug(`worker ${worker} has no connection`);
  return { ports, plan, writer, verdicts, connection, texts: ports.texts, lockTimeoutMs, isStopped, ...attempt };
}

async function attemptOnce(context: StepContext, step: BuildStep | TestStep): Promise<Pick<Tried, 'attempt' | 'step'>> {
  if (step.kind === 'build') return attemptBuild(context, step);
  return { attempt: await attemptTests(context, step), step };
}

/** Stores what a rolled-back transaction could not: a failed attempt, and verdicts of tests outside a build. */
async function recordAfterwards(
  context: StepContext,
  step: BuildStep | TestStep,
  attempt: Attempt,
  startedAt: number,
  status?: 'retried',
): Promise<void> {
  const tests = attempt.kind === 'failed' ? [] : attempt.tests;
  const { connection, ports, writer, plan } = context;
  const failures = failureRecords(context, tests);
  const grown = grownTests(tests);
  try {
    const now = ports.clock.now();
    const at = new Date(now).toISOString();
    if (step.kind === 'build' && attempt.kind !== 'done') {
      const nodeRun: NodeRunRecord = {
        runId: plan.run.id,
        node: step.node,
        attempt: context.attempt,
        status: status ?? (attempt.kind === 'failed' && attempt.cancelled ? 'cancelled' : 'error'),
        reason: step.reason,
        relation: step.relation,
        relationKind: step.relationKind,
        startedAt: new Date(startedAt).toISOString(),
        durationMs: now - startedAt,
        rows: null,
        contentHash: step.contentHash,
        errorCode: attempt.kind === 'failed' ? (attempt.diagnostics[0]?.code ?? 'database-error') : 'audit-failed',
      };
      await connection.run(
        writer.outcome({ at, nodeRun, checks: checkRecords(context, step.node, tests, false), failures }),
        ...writer.prune(grown),
      );
    } else if (step.kind === 'test' && tests.length > 0) {
      await context.verdicts.add(connection, { at, checks: checkRecords(context, step.node ?? '', tests), failures, grown });
    }
  } catch (cause) {
    // The result is on its way to the user; a database that cannot take the record must not replace it.
    if (!(cause instanceof EngineError)) throw cause;
  }
}

function stepOutcome(attempt: Attempt): StepOutcome {
  if (attempt.kind !== 'done') return 'failed';
  return attempt.errors.length > 0 || attempt.tests.some((test) => test.verdict === 'fail') ? 'failed' : 'done';
}

function testIdentity(step: TestStep): { id: NodeId; name: string } {
  const [only, second] = testsOf(step.audit);
  if (only === undefined) return bug('a test step without tests');
  return second === undefined
    ? { id: only.id, name: only.name }
    : { id: step.node ?? only.id, name: (step.node ?? only.name).split('.').slice(2).join('.') };
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

function buildResult(step: BuildStep, attempt: Attempt, timing: Timing, cancelled: boolean): NodeResult {
  const base = buildBase(step, timing);
  if (attempt.kind === 'done') {
    const rows = attempt.rows === undefined ? {} : { rows: attempt.rows };
    const { quarantined = 0 } = attempt;
    const aside = quarantined === 0 ? {} : { quarantined };
    return { ...base, status: 'success', ...rows, ...aside, diagnostics: attempt.warnings };
  }
  if (attempt.kind === 'refused') {
    const diagnostic = auditFailed(step, attempt.tests);
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
