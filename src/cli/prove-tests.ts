/** Marks the tests of a plan that need not run, by what was found out about columns anyway. */
import type { Analysis } from '../analyze/analysis.ts';
import type { PlanResult } from '../plan/build-plan.ts';
import { freezePlan } from '../plan/freeze-plan.ts';
import { markProven } from '../plan/mark-proven.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { RunRequest } from './run-request.ts';

/** `found` is about what the plan changes; the project may know of more. Nothing is looked at for this. */
export function proveTests({ options }: RunRequest, loaded: LoadedGraph, planned: PlanResult, found: Analysis | undefined): PlanResult {
  const known = [loaded.analysis, found].filter((analysis) => analysis !== undefined);
  if (known.length === 0 || options.runProven === true) return planned;
  const { graph, engine } = loaded;
  const fold = engine.dialect.foldIdentifier;
  return { ...planned, plan: freezePlan(known.reduce((plan, analysis) => markProven(plan, { graph, analysis, fold }), planned.plan)) };
}
