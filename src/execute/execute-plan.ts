/** Runs a frozen plan against an open database and tells what happens. The plan is never changed or second-guessed. */
import type { Connection } from '../adapter/connection.ts';
import type { Relation } from '../adapter/relation.ts';
import { EngineError } from '../adapter/engine-error.ts';
import { bug } from '../diagnostics/bug.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Plan, Step } from '../plan/plan.ts';
import { stateRelation, stateVersion } from '../state/state-tables.ts';
import { createStateWriter } from '../state/state-writer.ts';
import type { RunStatus, StateWriter } from '../state/state-writer.ts';
import type { NodeResult, RunResult } from './events.ts';
import type { ExecutionOptions, ExecutionPorts } from './execution.ts';
import { exposeFailures } from './expose-failures.ts';
import { runHooks } from './run-hooks.ts';
import { beginWith, commitWith, runOperation } from './perform.ts';
import { openIntervals, relationsToOpen } from './open-intervals.ts';
import { noteShapes } from './note-shapes.ts';
import { prepareState } from './prepare-state.ts';
import { backoff, isWorthRetrying, maxAttempts } from './retries.ts';
import { StatementFailure, StepFailure } from './step-failure.ts';
import { auditsOf } from './test-results.ts';
import { schedule } from './scheduler.ts';
import type { StepOutcome } from './scheduler.ts';
import { createStepRunner } from './step-runner.ts';
import { createVerdictLog } from './verdict-log.ts';
import { warnOfBrokenViews } from './warn-of-broken-views.ts';

/** Carries out `plan`; resolves with the results of every node, also after failures and a cancel. Rejects only for bugs and a lost database. */
export async function executePlan(plan: Plan, ports: ExecutionPorts, options: ExecutionOptions): Promise<RunResult> {
  const { session, emit, clock } = ports;
  const writer = createStateWriter(plan.stateSchema, ports.adapter.dialect);
  const workSteps = plan.steps.filter((step) => step.kind !== 'gate' && step.kind !== 'unchanged').length;
  const isIdle = workSteps + plan.onRunStart.length + plan.onRunEnd.length === 0 && !isAwaited(options);
  const workers = Math.max(1, Math.min(options.threads, workSteps));
  const startedAt = clock.now();
  const connections: Connection[] = [];
  const abort = new AbortController();
  const stop = (): void => {
    abort.abort();
    for (const connection of connections) connection.interrupt();
  };
  options.signal.addEventListener('abort', stop, { once: true });
  if (options.signal.aborted) stop();
  try {
    for (let worker = 0; worker < workers; worker += 1) connections.push(await session.connect());
    const main = connections[0] ?? bug('no connection');
    if (!isIdle) await prepare(plan, ports, options, writer, main);
    emit({ type: 'run-started', ...header(plan, ports, options, startedAt) });
    const results = new Map<string, NodeResult>();
    const verdicts = createVerdictLog(writer);
    const runner = createStepRunner({
      plan,
      ports,
      writer,
      verdicts,
      connections,
      connect: async () => {
        const more = await session.connect();
        connections.push(more);
        return more;
      },
      threads: options.threads,
      lockTimeoutMs: options.lockTimeoutMs,
      failFast: options.failFast,
      results,
      isCancelled: () => options.signal.aborted,
      isStopped: () => abort.signal.aborted,
    });
    const hookFailed = !(await runHooks(plan, plan.onRunStart, ports, main, options.signal));
    const handlers = {
      run: (step: Step, worker: number): Promise<StepOutcome> => runner.run(step, worker),
      skip: (step: Step, cause: Step | undefined): void => runner.skip(step, cause),
    };
    if (hookFailed) for (const step of plan.steps) runner.skip(step, undefined);
    else await schedule(plan.steps, handlers, { workers, failFast: options.failFast, signal: abort.signal, onStop: stop });
    await verdicts.flush(main);
    const { lockTimeoutMs } = options;
    const unseen = options.signal.aborted ? [] : await exposeFailures(results, { plan, ports, connection: main, writer, lockTimeoutMs });
    const endFailed = options.signal.aborted ? false : !(await runHooks(plan, plan.onRunEnd, ports, main, options.signal));
    const at = new Date(clock.now()).toISOString();
    await noteShapes(plan, results, {
      adapter: ports.adapter,
      places: ports.places,
      connection: main,
      writer,
      known: options.shapes,
      bases: options.bases,
      texts: options.newTexts,
      beside: options.beside,
      at,
    });
    const result = summarise(plan, [...results.values()], {
      warnings: [...unseen, ...(options.signal.aborted || isIdle ? [] : await warnOfBrokenViews(plan, ports.adapter, main, results))],
      startedAt,
      finishedAt: clock.now(),
      cancelled: options.signal.aborted,
      hookFailed: hookFailed || endFailed,
      transient: runner.onlyTransient(),
    });
    if (!isIdle) await closeRun(plan, options, writer, main, result);
    emit({ type: 'run-finished', result });
    return result;
  } finally {
    options.signal.removeEventListener('abort', stop);
    for (const connection of connections) await connection.close();
  }
}

/** Of a run that does nothing nothing is written, unless something waits for the next one: older state tables, or runs that died. */
function isAwaited({ stateVersion: found, openRuns, named }: ExecutionOptions): boolean {
  return found < stateVersion || openRuns.length > 0 || named !== undefined;
}

/** Creates schemas and state, opens the run's record and closes those of runs that died: one transaction, tried like any other. */
async function prepare(
  plan: Plan,
  ports: ExecutionPorts,
  options: ExecutionOptions,
  writer: StateWriter,
  connection: Connection,
): Promise<void> {
  // Before its record can be read: whoever finds that must find the run alive.
  await ports.session.announceRun?.(plan.run.id);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await prepareOnce(plan, ports, options, writer, connection);
      return;
    } catch (cause) {
      await connection.rollback();
      const retry = cause instanceof StatementFailure ? cause.details.retry : 'never';
      if (!isWorthRetrying(retry) || attempt >= maxAttempts) throw cause;
      await ports.clock.sleep(backoff(retry, attempt, ports.chance()));
    }
  }
}

async function prepareOnce(
  plan: Plan,
  { adapter, session }: ExecutionPorts,
  options: ExecutionOptions,
  writer: StateWriter,
  connection: Connection,
): Promise<void> {
  const at = plan.run.startedAt;
  const creates = options.stateVersion < stateVersion || plan.setup.length > 0;
  // Who creates what several runs need does it alone.
  const lock: Relation = { schema: plan.stateSchema, name: 'meta' };
  const { named } = options;
  const needed = [
    ...(creates ? [lock] : []),
    ...(named === undefined ? [] : [{ schema: plan.stateSchema, name: `run ${named.name}` }]),
    ...relationsToOpen(plan, adapter.dialect),
  ];
  const locks = adapter.capabilities.runLock === 'relation' ? needed : [];
  await beginWith(connection, locks.length === 0 ? {} : { label: 'tx', locks, lockTimeoutMs: options.lockTimeoutMs });
  await prepareState(adapter, connection, { schema: plan.stateSchema, from: options.stateVersion, txVersion: options.txVersion, at });
  if (named !== undefined) await requireFirst(plan, adapter, connection);
  for (const operation of plan.setup) await runOperation(adapter, connection, operation);
  const dead = session.deadRuns === undefined ? options.openRuns : await session.deadRuns(options.openRuns);
  const closing = dead.map((runId) => writer.run(runRecord(plan, options, runId, 'interrupted', at)));
  const opening = await openIntervals(plan, connection, adapter.dialect, { writer, at });
  const asked = named === undefined ? [] : [writer.request(at, named.name, named.ordinal, named.request)];
  await commitWith(connection, ...closing, ...opening, ...asked, writer.run(runRecord(plan, options, plan.run.id, 'running', at)));
}

/** Under the lock of its name: another run may have begun as the same one meanwhile. */
async function requireFirst({ stateSchema, run }: Plan, { dialect }: ExecutionPorts['adapter'], connection: Connection): Promise<void> {
  const runs = dialect.relation(stateRelation(stateSchema, 'runs'));
  const { rows } = await connection.query({ sql: `select 1 from ${runs} where run_id = ${dialect.literal(run.id)} limit 1` });
  if (rows.length > 0) throw new StepFailure([diagnose('run-id-at-work', { name: run.id })]);
}

function runRecord(plan: Plan, options: ExecutionOptions, runId: string, status: RunStatus, at: string): Parameters<StateWriter['run']>[0] {
  return { runId, status, at, command: plan.command, target: plan.target.name, txVersion: options.txVersion };
}

/** The closing record is a courtesy to the next run; a database that just failed must not hide the results. */
async function closeRun(
  plan: Plan,
  options: ExecutionOptions,
  writer: StateWriter,
  connection: Connection,
  result: RunResult,
): Promise<void> {
  try {
    await connection.run(writer.run(runRecord(plan, options, plan.run.id, result.status, result.finishedAt)));
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
  }
}

function header(plan: Plan, ports: ExecutionPorts, options: ExecutionOptions, startedAt: number) {
  const counts = { models: 0, seeds: 0, snapshots: 0, tests: 0 };
  for (const step of plan.steps) {
    if (step.kind === 'build') counts[`${step.resourceType}s`] += 1;
    if (step.kind === 'unchanged') {
      if (step.build !== undefined) counts[`${step.build.resourceType}s`] += 1;
      counts.tests += step.tests.length;
    }
    if (step.kind === 'unit') counts.tests += 1;
    const audits = step.kind === 'build' || step.kind === 'test' ? auditsOf(step) : [];
    for (const { checks, queries } of audits) counts.tests += checks.length + queries.length;
  }
  return {
    runId: plan.run.id,
    command: plan.command,
    target: plan.target.name,
    engine: plan.target.engine,
    database: ports.session.description,
    threads: options.threads,
    startedAt: new Date(startedAt).toISOString(),
    counts,
  };
}

function summarise(
  plan: Plan,
  results: readonly NodeResult[],
  ending: {
    readonly warnings: readonly Diagnostic[];
    readonly startedAt: number;
    readonly finishedAt: number;
    readonly cancelled: boolean;
    readonly hookFailed: boolean;
    readonly transient: boolean;
  },
): RunResult {
  const { warnings, startedAt, finishedAt, cancelled, hookFailed, transient } = ending;
  const failed = hookFailed || results.some((result) => result.status === 'error' || result.status === 'fail');
  return {
    runId: plan.run.id,
    command: plan.command,
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: new Date(finishedAt).toISOString(),
    durationMs: finishedAt - startedAt,
    status: cancelled ? 'cancelled' : failed ? 'failed' : 'success',
    results: [...results],
    warnings,
    transient: failed && !hookFailed && transient,
  };
}
