/** Makes the plan of a run: one pass over the graph in order, from what is selected, what stands, and what is remembered. */
import type { BuiltNode, CompiledHook, NodeId } from '../compile/compiled.ts';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { isBuilt } from '../graph/graph.ts';
import type { BuildContext, BuildPart } from './build-context.ts';
import { chooseWork } from './choose-work.ts';
import { findNoLongerBuilt, listDeferred, listSpared } from './left-alone.ts';
import { indexStanding } from './index-standing.ts';
import { findSlowClock } from './find-slow-clock.ts';
import { createFindings } from './find-unchanged.ts';
import { freezePlan } from './freeze-plan.ts';
import type { Plan, PlannedHook } from './plan.ts';
import type { PlanInput } from './plan-input.ts';
import { warnOfForeignKeys } from './plan-constraints.ts';
import { planParts } from './plan-parts.ts';
import { planSteps } from './plan-steps.ts';
import { warnWithoutEffect } from './plan-storage.ts';
import { nodeOf } from './plan-tests.ts';
import { gateByUnitTests } from './unit-steps.ts';
import { createTextCollector, slotValues } from './texts.ts';
import type { TextCollector, TextIndex } from './texts.ts';

/** A plan, and the filled texts that its queries came from (for tracing errors back to templates). */
export interface PlanResult {
  readonly plan: Plan;
  readonly texts: TextIndex;
}

/** Decides what a run will do. With errors among the diagnostics the plan must not be executed. */
export function buildPlan(input: PlanInput): Outcome<PlanResult> {
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => void diagnostics.push(diagnostic);
  const collector = createTextCollector(slotValues(input, input.dialect), report);
  const context: BuildContext = { input, standing: indexStanding(input), collector, report };
  const work = chooseWork(input, context.standing);
  const findings = createFindings(input, context.standing, work.builds.keys());
  const parts = planParts(context, work.builds, findings);
  const built = builtNodes(input, parts.built.keys());
  for (const diagnostic of [...warnWithoutEffect(input, built), ...warnOfForeignKeys(input, built)]) report(diagnostic);
  const plan: Plan = {
    version: 1,
    command: input.command,
    project: input.project,
    target: input.target,
    stateSchema: input.stateSchema,
    run: input.run,
    setup: planSetup(input, parts.built.values()),
    onRunStart: planRunHooks('on_run_start', input.onRunStart, collector),
    steps: gateByUnitTests(context, work.unitTests, planSteps(context, parts, { tests: work.tests, findings })),
    onRunEnd: planRunHooks('on_run_end', input.onRunEnd, collector),
    ...listDeferred(input),
    ...listSpared(input),
    noLongerBuilt: findNoLongerBuilt(input, context.standing),
  };
  const slowClock = findSlowClock(input);
  return {
    value: { plan: freezePlan(plan), texts: collector.texts },
    diagnostics: slowClock === undefined ? diagnostics : [...diagnostics, slowClock],
  };
}

function builtNodes({ graph }: PlanInput, ids: Iterable<NodeId>): readonly BuiltNode[] {
  return [...ids].map((id) => nodeOf(graph, id)).filter(isBuilt);
}

/** Creates the schemas that hold no relation yet, once, before any step. */
function planSetup({ catalog, capabilities, graph }: PlanInput, parts: Iterable<BuildPart>): Plan['setup'] {
  const schemas = new Set<string>();
  for (const part of parts) {
    schemas.add(part.relation.schema);
    const node = nodeOf(graph, part.node);
    if (node.resourceType === 'model' && node.config.quarantine?.schema !== undefined) schemas.add(node.config.quarantine.schema);
  }
  for (const schema of capabilities.ownSchemas) schemas.delete(schema);
  for (const entry of catalog) schemas.delete(entry.relation.schema);
  return [...schemas].sort().map((schema) => ({ kind: 'create-schema', schema }));
}

function planRunHooks(name: string, hooks: readonly CompiledHook[], collector: TextCollector): readonly PlannedHook[] {
  return hooks.flatMap((hook, index) => {
    const query = collector.query(`${name}:${index}`, hook.text);
    return query === undefined ? [] : [{ name: `${name}[${index}]`, operation: { kind: 'run-sql', query } }];
  });
}
