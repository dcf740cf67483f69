/** Finds the nodes that differ from what stands of them, and in what, whatever became of their data since: what an environment is about. */
import type { BuiltNode, NodeId } from '../compile/compiled.ts';
import { isBuilt } from '../graph/graph.ts';
import { whyMissing } from './build-context.ts';
import type { Standing } from './build-context.ts';
import { describeDifferences, differences, isRewritten } from './compare-fingerprints.ts';
import { kindOf } from './find-unchanged.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Difference, PlanInput } from './plan-input.ts';

/** `seeds` are those whose file is another one than the one that was loaded. */
export function findChangedNodes(input: PlanInput, standing: Standing, seeds: ReadonlySet<NodeId>): ReadonlyMap<NodeId, Difference> {
  const changed = new Map<NodeId, Difference>();
  for (const node of input.graph.nodes.values()) {
    if (!isBuilt(node) || input.graph.broken.has(node.id)) continue;
    if (node.resourceType === 'model' && node.config.materialized === 'ephemeral') continue;
    const difference = differenceOf(input, standing, node, seeds);
    if (difference !== undefined) changed.set(node.id, difference);
  }
  return changed;
}

function differenceOf(input: PlanInput, standing: Standing, node: BuiltNode, seeds: ReadonlySet<NodeId>): Difference | undefined {
  const existing = standing.existing(node.relation);
  const recorded = standing.recorded(node.relation);
  if (existing === undefined || recorded?.node !== node.id) return { reason: whyMissing(standing, node), why: [] };
  if (existing.kind !== kindOf(node)) return { reason: 'kind-changed', why: [] };
  if (node.resourceType === 'seed' && !seeds.has(node.id)) return undefined;
  const before = recorded.memory?.fingerprint;
  if (before === undefined) return { reason: 'upstream-rebuilt', why: ['nothing is known of what it was built from'] };
  // The file of a seed that differs is not read for this, and so it is none of what is compared.
  const now = fingerprintOf(input, node, recorded);
  const found = describeDifferences(before, now).filter(([, words]) => words.length > 0);
  const reason = found[0]?.[0] ?? (node.resourceType === 'seed' ? 'seed-changed' : undefined);
  if (reason === undefined) return undefined;
  return { reason, why: found.flatMap(([, words]) => words), ...isRewritten(differences(before, now)) };
}

/** These nodes and all that follows from them. */
export function withDescendants(input: Pick<PlanInput, 'graph'>, changed: Iterable<NodeId>): ReadonlySet<NodeId> {
  const all = new Set(changed);
  // A set gives what is added while somebody goes through it.
  for (const id of all) for (const child of input.graph.children.get(id) ?? []) all.add(child);
  return all;
}
