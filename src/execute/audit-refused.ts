/** Tests that keep a model from being published. */
import { bug } from '../diagnostics/bug.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { BuildStep } from '../plan/plan.ts';
import type { BatchCounts } from './events.ts';
import type { TestOutcome } from './run-audit.ts';

/** Ends a transaction because of what its tests found. */
export class AuditRefused extends Error {
  readonly tests: readonly TestOutcome[];
  constructor(tests: readonly TestOutcome[]) {
    super('audit refused');
    this.tests = tests;
  }
}

/** The diagnostic of a model whose tests kept it from being published. */
export function auditFailed(step: BuildStep, tests: readonly TestOutcome[], batches?: BatchCounts): Diagnostic {
  const failed = tests.filter((test) => test.verdict === 'fail').length;
  if (failed === 0) return bug('an audit was refused without a failed test');
  const loaded = batches === undefined ? {} : { batches: { failed: batches.failed.length, total: batches.total } };
  const relation = `${step.relation.schema}.${step.relation.name}`;
  const where = { node: step.node, span: { path: step.path, start: 0, end: 0 } };
  return diagnose('audit-failed', { relation, tests: failed, ...loaded }, where);
}
