/** Links a compiled project into one acyclic graph. */
import type { CompiledProject, NodeId } from '../compile/compiled.ts';
import { bug } from '../diagnostics/bug.ts';
import type { Outcome } from '../diagnostics/diagnostic.ts';
import type { Adjacency } from './digraph.ts';
import type { Graph, GraphNode } from './graph.ts';
import type { LinkedNodes } from './link-nodes.ts';
import { linkNodes } from './link-nodes.ts';
import type { NodeOrder } from './position-map.ts';
import { namedEdges, PositionMap } from './position-map.ts';
import type { FoldIdentifier } from './source-links.ts';

/**
 * Builds the graph of `project`. `fold` is how its engine compares names (by default: as they are written).
 * Cycles are errors; the graph that comes back beside them has them cut out, so that it can still be listed.
 */
export function buildGraph(project: CompiledProject, fold: FoldIdentifier = (name) => name): Outcome<Graph> {
  const nodes = sortedNodes(project);
  const { references, numbers, broken } = collectReferences(nodes, project);
  const { value: linked, diagnostics } = linkNodes(nodes, references, fold);
  return { value: toGraph(project, nodes, linked, { numbers, broken }), diagnostics };
}

/**
 * All nodes by id. Everything after this counts on that order for its determinism. Two nodes with one id
 * are the compiler's to report; the graph holds the first.
 */
function sortedNodes(project: CompiledProject): readonly GraphNode[] {
  const { models, seeds, snapshots, sources, tests, exposures, unitTests } = project;
  const nodes: GraphNode[] = [...models, ...seeds, ...snapshots, ...sources, ...tests, ...exposures, ...unitTests];
  nodes.sort((a, b) => (a.id === b.id ? 0 : a.id < b.id ? -1 : 1));
  return nodes.filter((node, at) => node.id !== nodes[at - 1]?.id);
}

interface References {
  /** The parents of each node as the user wrote them, by positions in the sorted list. */
  readonly references: Adjacency;
  /** Those positions. */
  readonly numbers: Map<NodeId, number>;
  readonly broken: ReadonlySet<NodeId>;
}

function collectReferences(nodes: readonly GraphNode[], project: CompiledProject): References {
  const numbers = new Map<NodeId, number>();
  for (const node of nodes) numbers.set(node.id, numbers.size);
  const broken = new Set(project.broken.filter((id) => numbers.has(id)));
  const absent = new Set([...project.broken, ...project.disabled.map((entry) => entry.id)]);
  const offsets = new Int32Array(nodes.length + 1);
  const targets: number[] = [];
  // For each node, the last one that named it as a parent: finds doubles without a set per node.
  const namedBy = new Int32Array(nodes.length).fill(-1);
  let current = 0;
  for (const node of nodes) {
    const add = (id: NodeId): void => {
      const parent = numbers.get(id);
      if (parent === undefined) {
        if (!absent.has(id)) bug(`${node.id} depends on ${id}, which is not in the project`);
        broken.add(node.id);
      } else if (namedBy[parent] !== current) {
        namedBy[parent] = current;
        targets.push(parent);
      }
    };
    for (const dependency of node.dependsOn) add(dependency.id);
    // A test hangs below what it tests, whether or not its arguments mention that node.
    if (node.resourceType === 'test' && node.test.kind === 'generic' && node.dependsOn[0]?.id !== node.test.attachedTo) {
      add(node.test.attachedTo);
    }
    current += 1;
    offsets[current] = targets.length;
  }
  return { references: { offsets, targets: Int32Array.from(targets) }, numbers, broken };
}

function toGraph(
  project: CompiledProject,
  nodes: readonly GraphNode[],
  linked: LinkedNodes,
  { numbers, broken }: Pick<References, 'numbers' | 'broken'>,
): Graph {
  const { sorted, edges } = linked;
  const order: NodeId[] = [];
  const byId = new Map<NodeId, GraphNode>();
  const inOrder: GraphNode[] = [];
  for (const number of sorted) {
    const node = nodes[number] ?? bug('the order names a node that is not there');
    byId.set(node.id, node);
    inOrder.push(node);
    numbers.set(node.id, order.length);
    order.push(node.id);
  }
  const at: NodeOrder = {
    size: order.length,
    idAt: (position) => order[position] ?? bug(`no node stands at ${position}`),
    positionOf: (id) => numbers.get(id),
  };
  const nodeAt = (position: number): GraphNode => inOrder[position] ?? bug(`no node stands at ${position}`);
  return {
    project: project.name,
    nodes: byId,
    parents: namedEdges(at, edges.parents),
    children: namedEdges(at, edges.children),
    order,
    positions: new PositionMap(at, (position) => position),
    nodeAt,
    kindAt: (position) => nodeAt(position).resourceType,
    edges,
    broken,
    groups: project.groups,
    macros: project.macros,
    docBlocks: project.docBlocks,
    selectors: project.selectors,
    disabled: project.disabled,
  };
}
