/** The nodes with a relation that the text of a node reads. */
import type { NodeId } from '../compile/compiled.ts';
import type { Graph } from '../graph/graph.ts';

/** Parents, and those of ephemeral ones, whose texts stand inside. */
export function relationsRead(graph: Graph, id: NodeId): readonly NodeId[] {
  const found = new Set<NodeId>();
  const seen = new Set<NodeId>();
  const open = [...(graph.parents.get(id) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const node = graph.nodes.get(next);
    if (node?.resourceType === 'model' && node.config.materialized === 'ephemeral') open.push(...(graph.parents.get(next) ?? []));
    else found.add(next);
  }
  return [...found];
}
