/** Tells of what stands unchanged: nothing is sent to the database for it. */
import type { UnchangedStep } from '../plan/plan.ts';
import type { NodeResult, NodeStatus } from './events.ts';
import type { Timing } from './test-results.ts';

/** The results of the step: of its node, and of the tests that hold. */
export function unchangedResults(step: UnchangedStep, timing: Timing): readonly NodeResult[] {
  return resultsOf(step, timing, { build: 'success', test: 'pass' }, true);
}

/** The results of a step that the run did not get to. */
export function unreachedResults(
  step: UnchangedStep,
  timing: Timing,
  status: 'skipped' | 'cancelled',
  because: Pick<NodeResult, 'skippedBecause'>,
): readonly NodeResult[] {
  return resultsOf(step, timing, { build: status, test: status }, false).map((result) => ({ ...result, ...because }));
}

function resultsOf(
  { build, tests, reason }: UnchangedStep,
  timing: Timing,
  status: { readonly build: NodeStatus; readonly test: NodeStatus },
  holds: boolean,
): readonly NodeResult[] {
  const since = (asOf: string): Pick<NodeResult, 'asOf'> => (holds ? { asOf } : {});
  const own = build === undefined ? [] : [build];
  return [
    ...own.map(({ node: id, name, path, resourceType, materialization, relation, asOf }): NodeResult => ({
      id,
      name,
      path,
      resourceType,
      materialization,
      relation,
      reason,
      ...timing,
      status: status.build,
      ...since(asOf),
      diagnostics: [],
    })),
    ...tests.map(({ id, name, check, span, asOf }): NodeResult => ({
      id,
      name,
      path: span.path,
      resourceType: 'test',
      materialization: check,
      reason,
      ...timing,
      status: status.test,
      ...(holds ? { failures: 0 } : {}),
      ...since(asOf),
      diagnostics: [],
    })),
  ];
}
