/** What is remembered of the tests of a step. */
import type { CheckRecord, FailureRecord, GrownTests } from '../state/state-writer.ts';
import type { StepContext } from './attempt.ts';
import type { TestOutcome } from './run-audit.ts';

/** Failing rows as they are stored. */
export function failureRecords(context: StepContext, tests: readonly TestOutcome[]): readonly FailureRecord[] {
  return tests.flatMap(({ id: node, kept }) =>
    kept === undefined ? [] : [{ runId: context.plan.run.id, node, columns: kept.columns.map(({ name }) => name), rows: kept.rows }],
  );
}

/** The tests of which more was stored, so that what is old may go. */
export function grownTests(tests: readonly TestOutcome[]): GrownTests {
  return {
    rows: tests.flatMap(({ id, kept }) => (kept === undefined ? [] : [id])),
    points: tests.flatMap(({ id, point }) => (point === undefined ? [] : [id])),
  };
}

/** Verdicts as they are stored. */
export function checkRecords(
  context: StepContext,
  testedNode: string,
  tests: readonly TestOutcome[],
  isPublished = true,
): readonly CheckRecord[] {
  return tests.map((test) => ({
    runId: context.plan.run.id,
    node: test.id,
    testedNode,
    status: test.verdict,
    failures: test.failures,
    total: test.total ?? null,
    // Of what was never published nothing is remembered to compare with.
    remembered: test.remembers === true && isPublished,
    ...(test.measured === undefined ? {} : { measured: test.measured }),
    ...(test.point === undefined || !isPublished ? {} : { point: test.point }),
    ...(test.asked === undefined || !isPublished ? {} : { asked: test.asked }),
    ...(test.passed === undefined || !isPublished ? {} : { passed: test.passed }),
  }));
}
