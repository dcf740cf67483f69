/** Walks along the edges of a graph, without recursion and without looking at a node twice. */
import type { NodeId } from '../compile/compiled.ts';
import type { Adjacency } from './digraph.ts';
import { markReachable } from './digraph.ts';
import type { Graph } from './graph.ts';

/**
 * Everything above `ids`, up to `depth` edges from any of them, in the order of the graph;
 * `ids` themselves are not part of the answer.
 */
export function ancestors(graph: Graph, ids: Iterable<NodeId>, depth = Number.POSITIVE_INFINITY): ReadonlySet<NodeId> {
  return reach(graph, graph.edges.parents, ids, depth);
}

/** Everything below `ids`, as {@link ancestors} is everything above. */
export function descendants(graph: Graph, ids: Iterable<NodeId>, depth = Number.POSITIVE_INFINITY): ReadonlySet<NodeId> {
  return reach(graph, graph.edges.children, ids, depth);
}

function reach(graph: Graph, adjacency: Adjacency, ids: Iterable<NodeId>, depth: number): ReadonlySet<NodeId> {
  const start = new Uint8Array(graph.nodes.size);
  for (const id of ids) {
    const position = graph.positions.get(id);
    if (position !== undefined) start[position] = 1;
  }
  const marks = markReachable(adjacency, start, depth);
  const reached = new Set<NodeId>();
  for (let position = marks.indexOf(1); position >= 0; position = marks.indexOf(1, position + 1))
    if (start[position] === 0) reached.add(graph.nodeAt(position).id);
  return reached;
}

/** Those of `ids` that are in the graph, once each, in its order. The other nodes are not looked at. */
export function inOrder(graph: Graph, ids: Iterable<NodeId>): readonly NodeId[] {
  const wanted = new Set<number>();
  for (const id of ids) {
    const position = graph.positions.get(id);
    if (position !== undefined) wanted.add(position);
  }
  return Array.from(Uint32Array.from(wanted).sort(), (position) => graph.nodeAt(position).id);
}

/** A comparison that sorts ids into the order of the graph. Ids that are not in the graph come last. */
export function compareOrder(graph: Graph): (a: NodeId, b: NodeId) => number {
  const last = graph.nodes.size;
  return (a, b) => (graph.positions.get(a) ?? last) - (graph.positions.get(b) ?? last);
}

/** The broken nodes among `ids` and their ancestors, in the order of the graph: what stops a command that needs `ids`. */
export function brokenFor(graph: Graph, ids: ReadonlySet<NodeId>): readonly NodeId[] {
  if (graph.broken.size === 0) return [];
  const above = ancestors(graph, ids);
  return inOrder(graph, graph.broken).filter((id) => ids.has(id) || above.has(id));
}
