/** Carries out one step on one connection: a build in its transaction, or tests on what is published. */
import type { CompiledText } from '../compile/compiled.ts';
import { lookupSpan } from '../compile/span-map.ts';
import { bug, unreachable } from '../diagnostics/bug.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Column } from '../adapter/relation.ts';
import type { Connection } from '../adapter/connection.ts';
import { EngineError } from '../adapter/engine-error.ts';
import type { Operation } from '../adapter/operation.ts';
import { SeedChanged } from '../parse/seed/seed-rows.ts';
import type { Action, BuildStep, Plan, TestStep } from '../plan/plan.ts';
import type { CheckRecord, StateWriter } from '../state/state-writer.ts';
import { appendQuery, applyIncrement, requireKeys } from './apply-increment.ts';
import { engineDiagnostic } from './engine-diagnostic.ts';
import type { ExecutionPorts } from './execution.ts';
import { renderOperation, runAndCommit, runOperation, runStatement } from './perform.ts';
import { runAudit } from './run-audit.ts';
import { auditsOf, testsOf } from './test-results.ts';
import type { TestOutcome } from './run-audit.ts';
import { StatementFailure, StepFailure } from './step-failure.ts';

/** What one attempt at a step came to. */
export type Attempt =
  | { readonly kind: 'done'; readonly rows: number | undefined; readonly tests: readonly TestOutcome[] }
  /** Tests failed: nothing was published. */
  | { readonly kind: 'refused'; readonly tests: readonly TestOutcome[] }
  | {
      readonly kind: 'failed';
      readonly diagnostics: readonly Diagnostic[];
      /** One line that may be stored. */
      readonly message: string;
      readonly retry: 'transaction' | 'reconnect' | 'never';
      readonly cancelled: boolean;
      /** The one test that could not be evaluated, when it is known. */
      readonly test?: string;
      /** It happened while checks ran together, so which one it was has to be found out. */
      readonly duringAudit: boolean;
    };

export interface StepContext {
  readonly ports: ExecutionPorts;
  readonly plan: Plan;
  readonly writer: StateWriter;
  readonly connection: Connection;
  /** Run checks one by one, to learn which of them fails to evaluate. */
  readonly apart: boolean;
  readonly attempt: number;
  /** The run is being stopped. Statements in flight were interrupted; one that was about to start heard nothing. */
  readonly isStopped: () => boolean;
}

type FailedAttempt = Extract<Attempt, { kind: 'failed' }>;

class AuditRefused extends Error {
  readonly tests: readonly TestOutcome[];
  constructor(tests: readonly TestOutcome[]) {
    super('audit refused');
    this.tests = tests;
  }
}

/** One attempt at a build: everything commits, or nothing did. */
export async function attemptBuild(context: StepContext, step: BuildStep): Promise<Attempt> {
  const { ports, connection } = context;
  const progress: Progress = { tests: [], rows: undefined, staged: undefined, auditing: false };
  let committed = false;
  try {
    // Hooks outside of the transaction ran with the first attempt; nothing takes them back.
    if (context.attempt === 1 && !context.apart) await runOutside(context, step.before);
    await connection.begin();
    const startedAt = ports.clock.now();
    const last = step.transaction.at(-1);
    const joined = last?.kind === 'operation' ? last.operation : undefined;
    for (const action of joined === undefined ? step.transaction : step.transaction.slice(0, -1)) {
      requireRunning(context);
      await perform(context, step, action, progress);
    }
    requireRunning(context);
    await recordAndCommit(context, step, progress, { startedAt, joined });
    committed = true;
    await runOutside(context, step.after);
    return { kind: 'done', rows: progress.rows, tests: progress.tests };
  } catch (cause) {
    await connection.rollback();
    if (cause instanceof AuditRefused) return { kind: 'refused', tests: cause.tests };
    const failed = failedAttempt(context, await withColumns(context, cause, step.node), step, progress.auditing);
    // What is published must not be built a second time: the plan was made for what stood before.
    return committed ? { ...failed, retry: 'never' } : failed;
  }
}

/** Hooks beside the transaction, each on its own. */
async function runOutside(context: StepContext, operations: BuildStep['before']): Promise<void> {
  for (const operation of operations) {
    requireRunning(context);
    await runOperation(context.ports.adapter, context.connection, operation);
  }
}

/** Keeps the next statement from starting when the run was stopped between two statements. */
function requireRunning({ isStopped }: StepContext): void {
  if (isStopped()) throw new EngineError({ kind: 'cancelled', message: 'cancelled', redacted: 'cancelled', retry: 'never' });
}

/** Runs the tests of a step against published relations; nothing is written. */
export async function attemptTests(context: StepContext, step: TestStep): Promise<Attempt> {
  const { adapter } = context.ports;
  try {
    requireRunning(context);
    requireBuilt(step);
    const tests = await runAudit({ ...context, dialect: adapter.dialect, capabilities: adapter.capabilities }, step.audit);
    return { kind: 'done', rows: undefined, tests };
  } catch (cause) {
    return failedAttempt(context, cause, step, true);
  }
}

/** A test of what was never built is told so in the words of the project. */
function requireBuilt({ audit, unbuilt }: TestStep): void {
  if (unbuilt === undefined) return;
  const test = testsOf(audit)[0] ?? bug('a test step without tests');
  throw new StepFailure([diagnose('not-built', { test: test.name, names: unbuilt }, { span: test.span, node: test.id })], test.id);
}

interface Progress {
  tests: readonly TestOutcome[];
  rows: number | undefined;
  staged: readonly Column[] | undefined;
  auditing: boolean;
}

async function perform(context: StepContext, step: BuildStep, action: Action, progress: Progress): Promise<void> {
  const { ports, connection } = context;
  const { adapter } = ports;
  switch (action.kind) {
    case 'operation':
      await performOperation(context, action.operation, progress);
      return;
    case 'require-keys':
      progress.staged = await requireKeys(adapter, connection, action, step);
      return;
    case 'apply-increment':
      progress.rows = await applyIncrement(adapter, connection, action, { ...step, staged: progress.staged });
      return;
    case 'append-query':
      progress.rows = await appendQuery(adapter, connection, action, step);
      return;
    case 'verify-seed':
      verifySeed(ports, action.path, progress.rows ?? bug('a seed was verified before it was read'));
      return;
    case 'load-seed':
      progress.rows = await loadSeed(context, action);
      return;
    case 'audit': {
      progress.auditing = true;
      const tests = await runAudit({ ...context, dialect: adapter.dialect, capabilities: adapter.capabilities }, action);
      progress.auditing = false;
      progress.tests = [...progress.tests, ...tests];
      if (tests.some((test) => test.verdict === 'fail')) throw new AuditRefused(progress.tests);
      return;
    }
    default:
      unreachable(action);
  }
}

/** A stage that will be published tells how many rows the relation has. */
async function performOperation({ ports, connection }: StepContext, operation: Operation, progress: Progress): Promise<void> {
  const rows = await runOperation(ports.adapter, connection, operation);
  if (operation.kind === 'stage-query' && !operation.temporary) progress.rows = rows;
}

/** Loads a seed file; one that is no longer the file that was checked is refused. */
async function loadSeed({ ports, connection }: StepContext, action: Extract<Action, { kind: 'load-seed' }>): Promise<number> {
  const type = ports.adapter.dialect.typeName('text');
  const columns = action.columns.map((name) => ({ name, type }));
  const changes: SeedChanged[] = [];
  try {
    return await connection.load({ table: action.stage, columns, rows: noting(ports.seedRows(action.path), changes) });
  } catch (cause) {
    const [changed] = changes;
    if (changed !== undefined) throw new StepFailure([changed.diagnostic]);
    throw cause;
  }
}

function verifySeed(ports: ExecutionPorts, path: string, rows: number): void {
  try {
    ports.verifySeed(path, rows);
  } catch (cause) {
    throw cause instanceof SeedChanged ? new StepFailure([cause.diagnostic]) : cause;
  }
}

/** Passes rows on and keeps the reason for which their file cannot be read any further. */
function* noting<T>(rows: Iterable<T>, changes: SeedChanged[]): Generator<T, void, undefined> {
  try {
    yield* rows;
  } catch (cause) {
    if (cause instanceof SeedChanged) changes.push(cause);
    throw cause;
  }
}

/** Writes the record of the build with the verdicts of its tests and commits, in one round trip with the last operation of the step. */
async function recordAndCommit(
  context: StepContext,
  step: BuildStep,
  progress: Progress,
  ending: { readonly startedAt: number; readonly joined: Operation | undefined },
): Promise<void> {
  const { ports, connection, writer, plan } = context;
  const { startedAt, joined } = ending;
  const now = ports.clock.now();
  const record = writer.outcome({
    at: new Date(now).toISOString(),
    nodeRun: {
      runId: plan.run.id,
      node: step.node,
      attempt: context.attempt,
      status: 'success',
      reason: step.reason,
      relation: step.relation,
      relationKind: step.relationKind,
      startedAt: new Date(startedAt).toISOString(),
      durationMs: now - startedAt,
      rows: progress.rows ?? null,
      contentHash: step.contentHash,
    },
    checks: checkRecords(context, step.node, progress.tests),
  });
  const before = joined === undefined ? [] : renderOperation(ports.adapter, joined);
  const last = before.at(-1);
  for (const statement of before.slice(0, -1)) await runStatement(connection, statement);
  await (last === undefined ? runAndCommit(connection, record) : runAndCommit(connection, last, record));
}

/** Verdicts as they are stored. */
export function checkRecords(context: StepContext, testedNode: string, tests: readonly TestOutcome[]): readonly CheckRecord[] {
  return tests.map((test) => ({
    runId: context.plan.run.id,
    node: test.id,
    testedNode,
    status: test.verdict,
    failures: test.failures,
    total: test.total ?? null,
  }));
}

/** Where the engine offers no near names for a column, the columns of what the node reads are looked up. */
async function withColumns({ ports, connection }: StepContext, cause: unknown, node: string): Promise<unknown> {
  if (!(cause instanceof StatementFailure)) return cause;
  const { details, statement, test } = cause;
  const reads = ports.readsOf(node);
  if (details.kind !== 'unknown-column' || details.candidates !== undefined || details.name === undefined || reads.length === 0)
    return cause;
  try {
    const { dialect, catalog } = ports.adapter;
    const wanted = new Set(reads.map(dialect.relation));
    const found = await catalog.relations(connection, [...new Set(reads.map((relation) => relation.schema))]);
    const columns = found
      .filter((entry) => wanted.has(dialect.relation(entry.relation)))
      .flatMap((entry) => entry.columns.map((column) => column.name));
    return columns.length === 0 ? cause : new StatementFailure({ ...details, candidates: [...new Set(columns)] }, statement, test);
  } catch (second) {
    // The first error is the one that matters.
    if (second instanceof EngineError) return cause;
    throw second;
  }
}

function failedAttempt(context: StepContext, cause: unknown, step: BuildStep | TestStep, duringAudit: boolean): FailedAttempt {
  if (cause instanceof StepFailure) {
    const blamed = cause.test === undefined ? {} : { test: cause.test };
    return {
      kind: 'failed',
      diagnostics: cause.diagnostics,
      message: cause.message,
      retry: 'never',
      cancelled: false,
      duringAudit: false,
      ...blamed,
    };
  }
  const failure = cause instanceof EngineError ? new StatementFailure(cause.details, { sql: '' }) : cause;
  if (!(failure instanceof StatementFailure)) throw failure;
  const { details, statement, test } = failure;
  const key = statement.embedded?.node;
  const declared = auditsOf(step)
    .flatMap(testsOf)
    .find((entry) => entry.id === test);
  const text: CompiledText | undefined = key === undefined ? undefined : context.ports.texts.get(key);
  const diagnostic = engineDiagnostic(details, context.plan.target.engine, statement, {
    node: test ?? step.node,
    text,
    // Of a hook, the whole is shown where the database names no place in it.
    span:
      declared?.span ??
      (text === undefined || key === step.node ? undefined : lookupSpan(text.map, 0, text.sql.length)?.span) ??
      (step.kind === 'build' ? { path: step.path, start: 0, end: 0 } : undefined),
    compiledPath: key === undefined ? undefined : context.ports.compiledPath(key),
  });
  return {
    kind: 'failed',
    diagnostics: [diagnostic],
    message: details.redacted,
    retry: details.retry,
    cancelled: details.kind === 'cancelled',
    duringAudit,
    ...(test === undefined ? {} : { test }),
  };
}

/** The diagnostic of a model whose tests kept it from being published. */
export function auditFailed(step: BuildStep, tests: readonly TestOutcome[]): Diagnostic {
  const failed = tests.filter((test) => test.verdict === 'fail').length;
  if (failed === 0) return bug('an audit was refused without a failed test');
  return diagnose(
    'audit-failed',
    { relation: `${step.relation.schema}.${step.relation.name}`, tests: failed },
    { node: step.node, span: { path: step.path, start: 0, end: 0 } },
  );
}
