/** Decides what a command does with a selection: which nodes are built, and which tests run. */
import type { CompiledTest, CompiledUnitTest, NodeId } from '../compile/compiled.ts';
import { inOrder } from '../graph/traverse.ts';
import { whyMissing } from './build-context.ts';
import type { Standing } from './build-context.ts';
import { ancestorsHere } from './defer-nodes.ts';
import type { Reason } from './plan.ts';
import type { PlanInput } from './plan-input.ts';
import { nodeOf } from './plan-tests.ts';

export interface Work {
  /** Nodes that are built, with a reason that is already known. */
  readonly builds: ReadonlyMap<NodeId, Reason | undefined>;
  readonly tests: readonly CompiledTest[];
  readonly unitTests: readonly CompiledUnitTest[];
}

/** What each command does with a selection: models, seeds, snapshots, tests, or all of them. */
export function chooseWork(input: PlanInput, standing: Standing): Work {
  const builds = new Map<NodeId, Reason | undefined>();
  const tests: CompiledTest[] = [];
  const unitTests: CompiledUnitTest[] = [];
  const { command, graph } = input;
  for (const id of inOrder(graph, input.selected)) {
    const node = nodeOf(graph, id);
    if (node.resourceType === 'model' && (command === 'run' || command === 'build') && node.config.materialized !== 'ephemeral') {
      builds.set(id, undefined);
    } else if (node.resourceType === 'snapshot' && (command === 'snapshot' || command === 'build')) builds.set(id, undefined);
    else if (node.resourceType === 'seed' && (command === 'seed' || command === 'build')) builds.set(id, undefined);
    else if (node.resourceType === 'test' && (command === 'test' || command === 'build')) tests.push(node);
    else if (node.resourceType === 'unit_test' && (command === 'test' || command === 'build')) unitTests.push(node);
  }
  if (command !== 'test' && command !== 'seed' && input.replay !== true) {
    for (const [id, reason] of changedSeeds(input, standing, [...builds.keys()])) {
      if (builds.has(id)) continue;
      builds.set(id, reason);
      if (command === 'build') tests.push(...testsOfSeed(input, id).filter((test) => !input.selected.has(test.id)));
    }
  }
  return { builds, tests, unitTests };
}

/** Seeds above the selected models whose file, or the way it is read, is not what the table was loaded from: whoever reads them must see the new file. */
function changedSeeds(input: PlanInput, standing: Standing, models: Iterable<NodeId>): readonly (readonly [NodeId, Reason])[] {
  const changed: (readonly [NodeId, Reason])[] = [];
  for (const id of ancestorsHere(input.graph, models, input.deferred)) {
    const node = nodeOf(input.graph, id);
    const summary = input.seeds.get(id);
    if (node.resourceType !== 'seed' || summary === undefined) continue;
    const recorded = standing.recorded(node.relation);
    if (standing.existing(node.relation) === undefined) changed.push([id, whyMissing(standing, node)]);
    else if (recorded?.contentHash !== summary.contentHash) changed.push([id, 'seed-changed']);
  }
  return changed;
}

/** A seed that comes along is tested like any other before it is published. */
function testsOfSeed(input: PlanInput, seed: NodeId): readonly CompiledTest[] {
  return (input.graph.children.get(seed) ?? []).flatMap((id) => {
    const child = nodeOf(input.graph, id);
    return child.resourceType === 'test' && child.dependsOn.every((dependency) => dependency.id === seed) ? [child] : [];
  });
}
