/** The one acyclic graph of a project: nodes by id, edges both ways, and a topological order. */
import type { BuiltNode, CompiledNodeUnion, CompiledProject, NodeId } from '../compile/compiled.ts';
import type { Adjacency } from './digraph.ts';

export type GraphNode = CompiledNodeUnion;
/** Whether a run builds the node. Ephemeral models are built, too, into the queries of others. */
export function isBuilt(node: GraphNode): node is BuiltNode {
  return node.resourceType === 'model' || node.resourceType === 'seed' || node.resourceType === 'snapshot';
}

export type ResourceType = GraphNode['resourceType'];

export interface Graph {
  /** Name of the project: the package of every node. */
  readonly project: string;
  /** In the order of `order`. */
  readonly nodes: ReadonlyMap<NodeId, GraphNode>;
  /** Direct parents of each node, without doubles, in order of first mention. Every node has an entry. */
  readonly parents: ReadonlyMap<NodeId, readonly NodeId[]>;
  /** Direct children of each node, in the order of `order`. Every node has an entry. */
  readonly children: ReadonlyMap<NodeId, readonly NodeId[]>;
  /** Every node after all its parents: by depth, then by id, so that the same project gives the same order. */
  readonly order: readonly NodeId[];
  /** Where each node stands in `order`. */
  readonly positions: ReadonlyMap<NodeId, number>;
  /** The node at a position; and its kind, without the rest of it. */
  readonly nodeAt: (position: number) => GraphNode;
  readonly kindAt: (position: number) => ResourceType;
  /** `parents` and `children` once more, by positions: for walks over very many nodes. */
  readonly edges: { readonly parents: Adjacency; readonly children: Adjacency };
  /** Nodes that did not compile, or that refer to something that is not there. Nothing selected may need them. */
  readonly broken: ReadonlySet<NodeId>;
  readonly groups: CompiledProject['groups'];
  readonly macros: CompiledProject['macros'];
  readonly docBlocks: CompiledProject['docBlocks'];
  readonly selectors: CompiledProject['selectors'];
  /** What config turned off; it is in no other part of the graph. */
  readonly disabled: CompiledProject['disabled'];
}
