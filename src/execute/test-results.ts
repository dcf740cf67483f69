/** Makes the results and diagnostics of tests from what an audit found. */
import type { NodeId } from '../compile/compiled.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import { auditsIn } from '../plan/audits-in.ts';
import type { Action } from '../plan/action.ts';
import type { BuildStep, TestStep } from '../plan/plan.ts';
import type { NodeResult, NodeStatus } from './events.ts';
import type { TestOutcome } from './run-audit.ts';

type Audit = Extract<Action, { kind: 'audit' }>;

/** The times that all tests of one audit share. */
export interface Timing {
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly durationMs: number;
  readonly attempts: number;
  readonly worker: number;
}

/** The audits of a step. */
export function auditsOf(step: BuildStep | TestStep): readonly Audit[] {
  return step.kind === 'test' ? [step.audit] : auditsIn(step.transaction);
}

/** One outcome for each test: one that is asked of staged rows and again of the table has the worse of both. */
export function joinOutcomes(before: readonly TestOutcome[], found: readonly TestOutcome[]): readonly TestOutcome[] {
  const joined = new Map(before.map((test) => [test.id, test]));
  for (const test of found) {
    const earlier = joined.get(test.id);
    // Of two that passed, the later one may be built upon.
    if (earlier === undefined || test.verdict !== 'pass' || earlier.verdict === 'pass') joined.set(test.id, test);
  }
  return [...joined.values()];
}

/** What identifies a test in a report. */
export interface TestIdentity {
  readonly id: NodeId;
  readonly name: string;
  readonly check: string;
  readonly span: Span;
}

/** The tests of an audit, in order. */
export function testsOf(audit: Audit): readonly TestIdentity[] {
  return [
    ...audit.checks.map(({ id, name, check, span }) => ({ id, name, check, span })),
    ...audit.queries.map(({ id, name, span, check = 'singular' }) => ({ id, name, span, check })),
  ];
}

export function outcomeResult(outcome: TestOutcome, check: string, timing: Timing): NodeResult {
  const diagnostics = outcomeDiagnostics(outcome);
  const message = diagnostics[0]?.message;
  return {
    ...testBase({ ...outcome, check }, outcome.verdict, timing),
    failures: outcome.failures,
    ...(outcome.proven === true ? { proven: true } : {}),
    ...(outcome.total === undefined ? {} : { total: outcome.total }),
    ...(outcome.measured === undefined || outcome.unit !== 'value' ? {} : { measured: outcome.measured }),
    ...(message === undefined ? {} : { message }),
    diagnostics,
  };
}

function outcomeDiagnostics(outcome: TestOutcome): readonly Diagnostic[] {
  if (outcome.verdict === 'pass') return [];
  const params = {
    test: outcome.name,
    failures: outcome.failures,
    unit: outcome.unit,
    total: outcome.total,
    threshold: outcome.threshold,
    measured: outcome.measured,
  };
  return [diagnose(outcome.verdict === 'fail' ? 'test-failed' : 'test-warned', params, { node: outcome.id, span: outcome.span })];
}

/** A test that gave no verdict: it could not run, or its step did not get that far. */
export function unjudgedResult(
  test: TestIdentity,
  status: Extract<NodeStatus, 'error' | 'skipped' | 'cancelled'>,
  timing: Timing,
  more: Pick<NodeResult, 'message' | 'skippedBecause'> & { readonly diagnostics?: readonly Diagnostic[] } = {},
): NodeResult {
  return { ...testBase(test, status, timing), ...more, diagnostics: more.diagnostics ?? [] };
}

function testBase(test: TestIdentity, status: NodeStatus, timing: Timing): Omit<NodeResult, 'diagnostics'> {
  const { id, name, check, span } = test;
  return { id, name, path: span.path, resourceType: 'test', materialization: check, status, reason: 'test', ...timing };
}
