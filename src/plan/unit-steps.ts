/** Puts unit tests before everything else: what would be built by a query that they refuse waits for them. */
import type { CompiledUnitTest, NodeId } from '../compile/compiled.ts';
import type { Graph } from '../graph/graph.ts';
import type { BuildContext } from './plan-build.ts';
import { planUnitTest } from './plan-unit-test.ts';
import type { Step, UnitStep } from './plan.ts';

/** The steps with those of `tests` in front. */
export function gateByUnitTests(context: BuildContext, tests: readonly CompiledUnitTest[], steps: readonly Step[]): readonly Step[] {
  if (tests.length === 0) return steps;
  const units = tests.flatMap((node): readonly UnitStep[] => {
    const test = planUnitTest(context, node);
    return test === undefined ? [] : [{ kind: 'unit', id: node.id, dependsOn: [], blocks: [], reason: 'test', test }];
  });
  const byModel = new Map<NodeId, string[]>();
  for (const { id, test } of units) byModel.set(test.model, [...(byModel.get(test.model) ?? []), id]);
  const { graph } = context.input;
  const gated = steps.map((step): Step => {
    const waits = step.kind === 'build' ? queriesIn(graph, step.node).flatMap((id) => byModel.get(id) ?? []) : [];
    return waits.length === 0 ? step : { ...step, dependsOn: [...new Set([...step.dependsOn, ...waits])] };
  });
  return [...units, ...gated];
}

/** The models whose queries stand in the text of a node: itself, and the ephemeral ones that it reads. */
function queriesIn(graph: Graph, node: NodeId): readonly NodeId[] {
  const found = new Set<NodeId>([node]);
  const stack = [node];
  for (let reader = stack.pop(); reader !== undefined; reader = stack.pop()) {
    for (const parent of graph.parents.get(reader) ?? []) {
      const above = graph.nodes.get(parent);
      if (above?.resourceType !== 'model' || above.config.materialized !== 'ephemeral' || found.has(parent)) continue;
      found.add(parent);
      stack.push(parent);
    }
  }
  return [...found];
}
