/** One attempt at tests of what is published. */
import { bug } from '../diagnostics/bug.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Plan, TestStep } from '../plan/plan.ts';
import type { Attempt, StepContext, TestError } from './attempt.ts';
import { failedAttempt } from './failed-attempt.ts';
import { requireRunning } from './require-running.ts';
import { runAudit, runAuditApart } from './run-audit.ts';
import { StepFailure } from './step-failure.ts';
import { testsOf } from './test-results.ts';

/** Runs the tests of a step against published relations; nothing is written. */
export async function attemptTests(context: StepContext, step: TestStep): Promise<Attempt> {
  const { adapter } = context.ports;
  try {
    requireRunning(context);
    requireBuilt(context.plan, step);
    const tools = { ...context, dialect: adapter.dialect, capabilities: adapter.capabilities };
    if (!context.apart) return { kind: 'done', rows: undefined, warnings: [], tests: await runAudit(tools, step.audit), errors: [] };
    const errors: TestError[] = [];
    const tests = await runAuditApart(tools, step.audit, (test, cause) => {
      const failed = failedAttempt(context, cause, step, { duringAudit: true });
      if (failed.retry !== 'never' || failed.cancelled) throw cause;
      errors.push({ test, message: failed.message, diagnostics: failed.diagnostics });
    });
    return { kind: 'done', rows: undefined, warnings: [], tests, errors };
  } catch (cause) {
    return failedAttempt(context, cause, step, { duringAudit: true });
  }
}

/** A test of what was never built is told so in the words of the project. */
function requireBuilt({ command }: Plan, { audit, unbuilt }: TestStep): void {
  if (unbuilt === undefined) return;
  const test = testsOf(audit)[0] ?? bug('a test step without tests');
  const params = { tests: [test.name], names: unbuilt, builds: command === 'build' };
  throw new StepFailure([diagnose('not-built', params, { span: test.span, node: test.id })], test.id);
}
