/** Tries a step until it succeeds or cannot be helped, and records what a rolled-back transaction could not. */
import { EngineError } from '../adapter/engine-error.ts';
import type { NodeId } from '../compile/compiled.ts';
import { bug } from '../diagnostics/bug.ts';
import type { BuildStep, TestStep } from '../plan/plan.ts';
import type { TextIndex } from '../plan/texts.ts';
import type { NodeRunRecord } from '../state/state-writer.ts';
import type { Attempt, StepContext } from './attempt.ts';
import { attemptTests } from './attempt-tests.ts';
import type { RunningBuild } from './batch-step.ts';
import { backoff, isWorthRetrying, maxAttempts } from './retries.ts';
import { attemptBuild } from './run-step.ts';
import type { StepRunnerInput } from './runner-input.ts';
import { checkRecords, failureRecords, grownTests } from './test-records.ts';
import { testsOf } from './test-results.ts';

export interface Tried {
  readonly attempt: Attempt;
  readonly context: StepContext;
  /** As the last attempt carried it out. */
  readonly step: RunningBuild | TestStep;
}

/** Tries a step until it succeeds, cannot be helped, or had its number of attempts. */
export async function attemptWithRetries(
  input: StepRunnerInput,
  planned: RunningBuild | TestStep,
  worker: number,
  texts: TextIndex = input.ports.texts,
): Promise<Tried> {
  const { ports } = input;
  let apart = false;
  for (let number = 1; ;) {
    const context = stepContext(input, worker, { attempt: number, apart, texts });
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

export function stepContext(
  input: StepRunnerInput,
  worker: number,
  attempt: Pick<StepContext, 'attempt' | 'apart' | 'texts'>,
): StepContext {
  const { plan, ports, writer, verdicts, lockTimeoutMs, isStopped } = input;
  const connection = input.connections[worker] ?? bug(`worker ${worker} has no connection`);
  return { ports, plan, writer, verdicts, connection, lockTimeoutMs, isStopped, ...attempt };
}

async function attemptOnce(context: StepContext, step: RunningBuild | TestStep): Promise<Pick<Tried, 'attempt' | 'step'>> {
  if (step.kind === 'build') return attemptBuild(context, step);
  return { attempt: await attemptTests(context, step), step };
}

/** Stores what a rolled-back transaction could not: a failed attempt, and verdicts of tests outside a build. */
export async function recordAfterwards(
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

export function testIdentity(step: TestStep): { id: NodeId; name: string } {
  const [only, second] = testsOf(step.audit);
  if (only === undefined) return bug('a test step without tests');
  return second === undefined
    ? { id: only.id, name: only.name }
    : { id: step.node ?? only.id, name: (step.node ?? only.name).split('.').slice(2).join('.') };
}
