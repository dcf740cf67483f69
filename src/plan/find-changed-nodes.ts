/** Finds the nodes that differ from what stands of them, whatever became of their data since: what an environment is about. */
import type { RelationKind } from '../adapter/relation.ts';
import type { BuiltNode, NodeId } from '../compile/compiled.ts';
import { isBuilt } from '../graph/graph.ts';
import type { Standing } from './build-context.ts';
import { differences, kindOf } from './find-unchanged.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { PlanInput } from './plan-input.ts';

/** `seeds` are those whose file is another one than the one that was loaded. */
export function findChangedNodes(input: PlanInput, standing: Standing, seeds: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
  const changed = new Set<NodeId>();
  for (const node of input.graph.nodes.values()) {
    if (!isBuilt(node) || input.graph.broken.has(node.id)) continue;
    if (node.resourceType === 'model' && node.config.materialized === 'ephemeral') continue;
    if (seeds.has(node.id) || differs(input, standing, node, kindOf(node))) changed.add(node.id);
  }
  return changed;
}

function differs(input: PlanInput, standing: Standing, node: BuiltNode, kind: RelationKind): boolean {
  const recorded = standing.recorded(node.relation);
  if (standing.existing(node.relation)?.kind !== kind || recorded?.node !== node.id) return true;
  if (node.resourceType === 'seed') return false;
  return recorded.memory === undefined || differences(recorded.memory.fingerprint, fingerprintOf(input, node, recorded)).length > 0;
}

/** These nodes and all that follows from them. */
export function withDescendants(input: Pick<PlanInput, 'graph'>, changed: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
  const all = new Set(changed);
  // A set gives what is added while somebody goes through it.
  for (const id of all) for (const child of input.graph.children.get(id) ?? []) all.add(child);
  return all;
}
