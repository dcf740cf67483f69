/** Runs the step of a unit test for the scheduler: attempts, result, record. */
import { EngineError } from '../adapter/engine-error.ts';
import { engineDiagnostic } from '../compile/engine-diagnostic.ts';
import { noReads } from '../compile/query-reads.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { UnitStep } from '../plan/plan.ts';
import { expectKey, inputKey } from '../plan/unit-test.ts';
import type { PlannedUnitTest } from '../plan/unit-test.ts';
import type { StepContext } from './attempt.ts';
import type { NodeResult } from './events.ts';
import { backoff, isWorthRetrying, maxAttempts } from './retries.ts';
import { runUnitTest } from './run-unit-test.ts';
import { StatementFailure, StepFailure } from './step-failure.ts';
import type { Timing } from './test-results.ts';
import type { UnitDiff } from './unit-diff.ts';

/** What a unit test came to. */
export type UnitVerdict =
  | { readonly kind: 'judged'; readonly diff: UnitDiff | undefined }
  | {
      readonly kind: 'failed';
      readonly diagnostics: readonly Diagnostic[];
      readonly message: string;
      readonly isTransient: boolean;
      readonly isCancelled: boolean;
    };

/** Tries until there is a verdict, or an error that another attempt does not mend. */
export async function judgeUnitTest(
  context: StepContext,
  { test }: UnitStep,
): Promise<{ readonly verdict: UnitVerdict; readonly attempts: number }> {
  const { ports } = context;
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (context.isStopped()) throw cancelled();
      return { verdict: { kind: 'judged', diff: await runUnitTest(context, test) }, attempts: attempt };
    } catch (cause) {
      const { failed, retry } = describeFailure(context, cause, test);
      if (failed.isCancelled || context.isStopped() || !isWorthRetrying(retry) || attempt >= maxAttempts)
        return { verdict: failed, attempts: attempt };
      ports.emit({ type: 'node-retried', id: test.id, name: test.name, attempt: attempt + 1, message: failed.message });
      await ports.clock.sleep(backoff(retry, attempt, ports.chance()));
    }
  }
}

function cancelled(): EngineError {
  return new EngineError({ kind: 'cancelled', message: 'cancelled', redacted: 'cancelled', retry: 'never' });
}

type FailedVerdict = Extract<UnitVerdict, { kind: 'failed' }>;
type Retry = EngineError['details']['retry'];

/** What an error came to. Anything but a failure of the step is thrown on. */
function describeFailure(
  context: StepContext,
  cause: unknown,
  test: PlannedUnitTest,
): { readonly failed: FailedVerdict; readonly retry: Retry } {
  if (cause instanceof StepFailure) {
    const { diagnostics, message } = cause;
    return { failed: { kind: 'failed', diagnostics, message, isTransient: false, isCancelled: false }, retry: 'never' };
  }
  const failure = cause instanceof EngineError ? new StatementFailure(cause.details, { sql: '' }) : cause;
  if (!(failure instanceof StatementFailure)) throw failure;
  const { details, statement } = failure;
  const key = statement.embedded?.node;
  const isQuery = key === test.id;
  const input = test.inputs.find(({ called }) => inputKey(test, called) === key);
  const diagnostic = engineDiagnostic(details, context.plan.target.engine, statement, {
    node: test.id,
    text: isQuery ? context.texts.get(key) : undefined,
    span: isQuery ? undefined : (input?.span ?? (key === expectKey(test) ? test.expectSpan : test.span)),
    compiledPath: undefined,
    reads: noReads,
  });
  const notes = isQuery && details.kind === 'unknown-column' ? untypedNotes(test) : [];
  return {
    failed: {
      kind: 'failed',
      diagnostics: [{ ...diagnostic, notes: [...diagnostic.notes, ...notes, { message: 'while this unit test ran', span: test.span }] }],
      message: details.redacted,
      isTransient: details.retry !== 'never',
      isCancelled: details.kind === 'cancelled',
    },
    retry: details.retry,
  };
}

/** Where nobody knows the columns of an input, it has those that the test gives. */
function untypedNotes({ untyped }: PlannedUnitTest): Diagnostic['notes'] {
  return untyped.map(({ called, span }) => ({
    message: `the columns of \`${called}\` are not known: give each that the model reads, or describe it with its \`data_type\``,
    span,
  }));
}

/** The result as it is reported. */
export function unitResult(test: PlannedUnitTest, verdict: UnitVerdict, timing: Timing, wasCancelled: boolean): NodeResult {
  const base = unitBase(test, timing);
  if (verdict.kind === 'failed') {
    if (verdict.isCancelled || wasCancelled) return { ...base, status: 'cancelled', message: 'cancelled', diagnostics: [] };
    return { ...base, status: 'error', message: verdict.message, diagnostics: verdict.diagnostics };
  }
  const { diff } = verdict;
  if (diff === undefined) return { ...base, status: 'pass', failures: 0, diagnostics: [] };
  const { differing, missing, unexpected } = diff;
  const params = { test: test.name, model: test.modelName, differing, missing, unexpected };
  const diagnostic = diagnose('unit-test-failed', params, { node: test.id, span: test.span });
  const failures = differing + missing + unexpected;
  return { ...base, status: 'fail', failures, message: diagnostic.message, diff, diagnostics: [diagnostic] };
}

/** The result of a test that did not run. */
export function unitSkipped(
  test: PlannedUnitTest,
  status: 'skipped' | 'cancelled',
  timing: Timing,
  because: Pick<NodeResult, 'skippedBecause'>,
): NodeResult {
  return { ...unitBase(test, timing), status, ...because, diagnostics: [] };
}

function unitBase({ id, name, span }: PlannedUnitTest, timing: Timing): Omit<NodeResult, 'status' | 'diagnostics'> {
  return { id, name, path: span.path, resourceType: 'test', materialization: 'unit', reason: 'test', ...timing };
}

/** Remembers the verdict. A database that cannot take the record must not replace it. */
export async function recordUnitTest(context: StepContext, { id: node, model }: PlannedUnitTest, verdict: UnitVerdict): Promise<void> {
  if (verdict.kind === 'failed') return;
  const { diff } = verdict;
  const failures = diff === undefined ? 0 : diff.differing + diff.missing + diff.unexpected;
  const { ports, writer, plan, connection } = context;
  const status = failures === 0 ? 'pass' : 'fail';
  const check = { runId: plan.run.id, node, testedNode: model, status, failures, total: null, remembered: false } as const;
  try {
    await connection.run(writer.outcome({ at: new Date(ports.clock.now()).toISOString(), checks: [check], failures: [] }));
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
  }
}
