/** Turns what was thrown during an attempt into its outcome. */
import { EngineError } from '../adapter/engine-error.ts';
import type { CompiledText } from '../compile/compiled.ts';
import { lookupSpan } from '../compile/span-map.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { PlannedCheck, PlannedQueryTest } from '../plan/action.ts';
import type { BuildStep, TestStep } from '../plan/plan.ts';
import type { FailedAttempt, StepContext } from './attempt.ts';
import { engineDiagnostic } from '../compile/engine-diagnostic.ts';
import { noReads } from '../compile/query-reads.ts';
import type { QueryReads } from '../compile/query-reads.ts';
import { placeOfConstraint } from './require-constraints.ts';
import { StatementFailure, StepFailure } from './step-failure.ts';
import { auditsOf } from './test-results.ts';

/** Where the engine offers no near names for a column, the columns of what the node reads are looked up. */
export async function withColumns({ ports, connection }: StepContext, cause: unknown, node: string): Promise<unknown> {
  if (!(cause instanceof StatementFailure)) return cause;
  const { details, statement, test } = cause;
  const reads = ports.readsOf(node).relations;
  if (details.kind !== 'unknown-column' || details.candidates !== undefined || details.name === undefined || reads.length === 0)
    return cause;
  try {
    const { dialect, catalog } = ports.adapter;
    const wanted = new Set(reads.map(({ sql }) => sql));
    const found = await catalog.relations(connection, [...new Set(reads.map(({ relation }) => relation.schema))]);
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

/**
 * Whether a view was refused because its query reads the view itself: it could not be bound while the old one was out of the
 * way, and now that the transaction is undone and the old one is back, nothing is missing.
 */
export async function readsItself({ connection }: StepContext, cause: unknown, step: BuildStep): Promise<boolean> {
  if (!(cause instanceof StatementFailure) || step.relationKind !== 'view' || step.assumes.kind === undefined) return false;
  const { details, statement } = cause;
  const { embedded } = statement;
  if (details.kind !== 'unknown-relation' || embedded?.node !== step.node) return false;
  const sql = statement.sql.slice(embedded.at, embedded.at + embedded.length);
  try {
    await connection.query({ sql: `select * from (\n${sql}\n) as probe limit 0` });
    return true;
  } catch (second) {
    if (!(second instanceof EngineError)) throw second;
    // The old view may be one that reads itself already, which says so in other words.
    return second.details.kind === 'other' || second.details.kind === 'meaningless';
  }
}

/** What an error came to: diagnostics, and whether it is worth another try. Anything but a failure of the step is thrown on. */
export function failedAttempt(
  context: StepContext,
  cause: unknown,
  step: BuildStep | TestStep,
  phase: { readonly duringAudit: boolean; readonly readsItself?: boolean },
): FailedAttempt {
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
    .flatMap((audit): readonly (PlannedCheck | PlannedQueryTest)[] => [...audit.checks, ...audit.queries])
    .find((entry) => entry.id === test);
  const text: CompiledText | undefined = key === undefined ? undefined : context.texts.get(key);
  const diagnostic = engineDiagnostic(details, context.plan.target.engine, statement, {
    node: test ?? step.node,
    text,
    // Of a hook, the whole is shown where the database names no place in it.
    span:
      (declared === undefined ? undefined : placeInTest(declared, failure)) ??
      placeOfConstraint(failure, step) ??
      (text === undefined || key === step.node ? undefined : lookupSpan(text.map, 0, text.sql.length)?.span) ??
      (step.kind === 'build' ? { path: step.path, start: 0, end: 0 } : undefined),
    compiledPath: key === undefined ? undefined : context.ports.compiledPath(key),
    reads: readsOf(context, test ?? step.node),
  });
  return {
    kind: 'failed',
    diagnostics: [phase.readsItself === true && step.kind === 'build' ? selfReference(step, diagnostic) : diagnostic],
    message: details.redacted,
    retry: details.retry,
    cancelled: details.kind === 'cancelled',
    duringAudit: phase.duringAudit,
    ...(test === undefined ? {} : { test }),
  };
}

/** At the place that the engine named, if it named one. */
function selfReference(step: BuildStep, { span, excerpt, notes }: Diagnostic): Diagnostic {
  return diagnose('self-reference', { name: step.name, reads: { by: 'names' } }, { node: step.node, span, excerpt, notes });
}

function readsOf({ ports }: StepContext, node: string | undefined): QueryReads {
  return node === undefined ? noReads : ports.readsOf(node);
}

/** Where a test is declared, or its condition if the error is in there. */
function placeInTest(test: PlannedCheck | PlannedQueryTest, { details: { position }, statement }: StatementFailure): Span {
  if (!('where' in test) || test.where === undefined || test.whereSpan === undefined || position === undefined) return test.span;
  const at = statement.sql.lastIndexOf(test.where, position);
  return at >= 0 && position < at + test.where.length ? test.whereSpan : test.span;
}
