/** Cuts the nodes of an analysis into waves: everything in a wave has its parents in the waves before. */
import type { CompiledModel, CompiledSnapshot, CompiledTest, CompiledText, NodeId } from '../compile/compiled.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import { inOrder } from '../graph/traverse.ts';

export type QueryNode = CompiledModel | CompiledSnapshot | (CompiledTest & { readonly test: { readonly kind: 'singular' } });

export function isQueryNode(node: GraphNode | undefined): node is QueryNode {
  return (
    node?.resourceType === 'model' || node?.resourceType === 'snapshot' || (node?.resourceType === 'test' && node.test.kind === 'singular')
  );
}

/** The texts that are queries of the node. */
export function textsOf(node: QueryNode): readonly (CompiledText | undefined)[] {
  if (node.resourceType === 'snapshot') return [node.full, node.current];
  return node.resourceType === 'model' ? [node.full, node.incremental] : [node.test.text];
}

/** By the longest way from a node without parents; time and memory in proportion to nodes and edges. */
export function cutWaves(graph: Graph, nodes: ReadonlySet<NodeId>): readonly (readonly QueryNode[])[] {
  const depths = new Map<NodeId, number>();
  const waves: QueryNode[][] = [];
  for (const id of inOrder(graph, nodes)) {
    let depth = 0;
    for (const parent of graph.parents.get(id) ?? []) depth = Math.max(depth, (depths.get(parent) ?? 0) + 1);
    depths.set(id, depth);
    const node = graph.nodes.get(id);
    if (isQueryNode(node)) (waves[depth] ??= []).push(node);
  }
  return waves.filter((wave) => wave !== undefined);
}
