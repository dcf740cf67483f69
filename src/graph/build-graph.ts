/** Links a compiled project into one acyclic graph. */
import type { CompiledProject, NodeId } from '../compile/compiled.ts';
import { bug } from '../diagnostics/bug.ts';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { stronglyConnected } from './components.ts';
import { untangle } from './cycles.ts';
import type { Adjacency } from './digraph.ts';
import { invert, longestDepths, mapTargets, orderByDepth, renumber, targetsOf } from './digraph.ts';
import type { Graph, GraphNode } from './graph.ts';
import type { FoldIdentifier, SourceLink } from './source-links.ts';
import { describeSourceLinks, findSourceLinks } from './source-links.ts';

/**
 * Builds the graph of `project`. `fold` is how its engine compares names (by default: as they are written).
 * Cycles are errors; the graph that comes back beside them has them cut out, so that it can still be listed.
 */
export function buildGraph(project: CompiledProject, fold: FoldIdentifier = (name) => name): Outcome<Graph> {
  const nodes = sortedNodes(project);
  const { references, numbers, broken } = collectReferences(nodes, project);
  const links = findSourceLinks(nodes, fold);
  const settled = settle(nodes, references, links);
  const warnings = describeSourceLinks(nodes, links, settled.kept);
  return {
    value: toGraph(project, nodes, settled, { numbers, broken }),
    diagnostics: [...settled.diagnostics, ...warnings],
  };
}

/**
 * All nodes by id. Everything after this counts on that order for its determinism. Two nodes with one id
 * are the compiler's to report; the graph holds the first.
 */
function sortedNodes(project: CompiledProject): readonly GraphNode[] {
  const nodes: GraphNode[] = [...project.models, ...project.seeds, ...project.sources, ...project.tests, ...project.exposures];
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

interface Settled {
  readonly parents: Adjacency;
  readonly depths: Int32Array;
  readonly kept: ReadonlySet<SourceLink>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Adds the links that close no cycle, and cuts what cycles are left. */
function settle(nodes: readonly GraphNode[], references: Adjacency, links: readonly SourceLink[]): Settled {
  const linked = layOut(withLinks(references, links));
  if (linked.acyclic) return { ...linked, kept: new Set(links), diagnostics: [] };
  // A link with both ends in one component is part of a cycle; which links go does not depend on their order.
  const component = stronglyConnected(linked.parents);
  const kept = links.filter((link) => component[link.source] !== component[link.builder]);
  const trimmed = kept.length === links.length ? linked : layOut(withLinks(references, kept));
  if (trimmed.acyclic) return { ...trimmed, kept: new Set(kept), diagnostics: [] };
  const { parents, diagnostics } = untangle(nodes, trimmed.parents);
  return { ...layOut(parents), kept: new Set(kept), diagnostics };
}

function layOut(parents: Adjacency): Pick<Settled, 'parents' | 'depths'> & { readonly acyclic: boolean } {
  const depths = longestDepths(parents, invert(parents));
  return { parents, depths, acyclic: !depths.includes(-1) };
}

function withLinks(references: Adjacency, links: readonly SourceLink[]): Adjacency {
  if (links.length === 0) return references;
  const builders = new Map(links.map(({ source, builder }) => [source, builder]));
  return mapTargets(references, (node, parents) => {
    const builder = builders.get(node);
    return builder === undefined ? parents : [...parents, builder];
  });
}

function toGraph(
  project: CompiledProject,
  nodes: readonly GraphNode[],
  settled: Settled,
  { numbers, broken }: Pick<References, 'numbers' | 'broken'>,
): Graph {
  const sorted = orderByDepth(settled.depths);
  const parents = renumber(settled.parents, sorted);
  const edges = { parents, children: invert(parents) };
  const order: NodeId[] = [];
  const byId = new Map<NodeId, GraphNode>();
  for (const number of sorted) {
    const node = nodes[number] ?? bug('the order names a node that is not there');
    byId.set(node.id, node);
    numbers.set(node.id, order.length);
    order.push(node.id);
  }
  let named: { readonly parents: NamedEdges; readonly children: NamedEdges } | undefined;
  // Most commands never ask for edges by id, and making them costs more than all the rest.
  const nameBoth = (): NonNullable<typeof named> =>
    (named ??= { parents: nameEdges(order, edges.parents), children: nameEdges(order, edges.children) });
  return {
    project: project.name,
    nodes: byId,
    get parents() {
      return nameBoth().parents;
    },
    get children() {
      return nameBoth().children;
    },
    order,
    positions: numbers,
    edges,
    broken,
    groups: project.groups,
    macros: project.macros,
    docBlocks: project.docBlocks,
    selectors: project.selectors,
    disabled: project.disabled,
  };
}

type NamedEdges = ReadonlyMap<NodeId, readonly NodeId[]>;

function nameEdges(order: readonly NodeId[], adjacency: Adjacency): NamedEdges {
  const named = new Map<NodeId, readonly NodeId[]>();
  order.forEach((id, node) => {
    const list: NodeId[] = [];
    for (const target of targetsOf(adjacency, node)) {
      const other = order[target];
      if (other !== undefined) list.push(other);
    }
    named.set(id, list);
  });
  return named;
}
