/** The graph in which the texts that wait for columns are replaced by those that have them. */
import { plainNode } from '../cache/plain-node.ts';
import type { NodeId } from '../compile/compiled.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import type { WholeTexts } from './analysis.ts';

/** The same graph where nothing waited. */
export function withWholeTexts(graph: Graph, whole: ReadonlyMap<NodeId, WholeTexts>): Graph {
  if (whole.size === 0) return graph;
  const replaced = new Map<NodeId, GraphNode>();
  for (const [id, texts] of whole) {
    const node = graph.nodes.get(id);
    if (node !== undefined) replaced.set(id, replaceTexts(node, texts));
  }
  const nodes = new Map(graph.nodes);
  for (const [id, node] of replaced) nodes.set(id, node);
  return {
    ...graph,
    nodes,
    nodeAt: (position) => {
      const node = graph.nodeAt(position);
      return replaced.get(node.id) ?? node;
    },
  };
}

function replaceTexts(node: GraphNode, { full, incremental, current }: WholeTexts): GraphNode {
  const plain = plainNode(node);
  if (plain.resourceType === 'model')
    return { ...plain, ...(full === undefined ? {} : { full }), ...(incremental === undefined ? {} : { incremental }) };
  if (plain.resourceType === 'snapshot')
    return { ...plain, ...(full === undefined ? {} : { full }), ...(current === undefined ? {} : { current }) };
  return plain.resourceType === 'test' && full !== undefined ? { ...plain, test: { ...plain.test, text: full } } : node;
}
