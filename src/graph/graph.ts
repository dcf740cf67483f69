/** The one acyclic graph of a project: nodes by id, edges both ways, and a topological order. */
import type { CompiledNodeUnion, NodeId } from '../compile/compiled.ts';

export type GraphNode = CompiledNodeUnion;
export type ResourceType = GraphNode['resourceType'];

export interface Graph {
  readonly nodes: ReadonlyMap<NodeId, GraphNode>;
  /** Direct parents of each node, without doubles, in order of first mention. Every node has an entry. */
  readonly parents: ReadonlyMap<NodeId, readonly NodeId[]>;
  readonly children: ReadonlyMap<NodeId, readonly NodeId[]>;
  /** Every node after all its parents; ties by id, so that the same project gives the same order. */
  readonly order: readonly NodeId[];
}
