/** Finds circles of refs, tells the user about each, and cuts them so that the rest of the graph stands. */
import type { Diagnostic, Note } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import { findKnots, shortestCycle, stronglyConnected } from './components.ts';
import type { Adjacency } from './digraph.ts';
import { mapTargets } from './digraph.ts';
import type { GraphNode } from './graph.ts';

/** Places shown for one cycle; a circle of hundreds of models is not read by anybody. */
const shownHops = 12;

/** A graph without cycles, and one diagnostic for each knot of cycles that it had. */
export interface Untangled {
  readonly parents: Adjacency;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reports a shortest cycle of each strongly connected component, and takes the edges inside those components out. */
export function untangle(nodes: readonly GraphNode[], parents: Adjacency): Untangled {
  const component = stronglyConnected(parents);
  const diagnostics = findKnots(parents, component).map((members) => describeCycle(nodes, shortestCycle(parents, component, members)));
  const cut = mapTargets(parents, (node, list) => list.filter((parent) => component[parent] !== component[node]));
  return { parents: cut, diagnostics };
}

function describeCycle(nodes: readonly GraphNode[], cycle: readonly number[]): Diagnostic {
  const members = cycle.flatMap((index) => nodes[index] ?? []);
  const hops = members.map((node, at) => {
    const target = members[(at + 1) % members.length] ?? node;
    return { node, target, span: referenceSpan(node, target) };
  });
  const closing = hops[hops.length - 1];
  const where = { span: closing?.span, node: closing?.node.id };
  if (members.length === 1) return diagnose('self-reference', { name: members[0]?.name ?? '' }, where);
  const path = members.map((node) => node.name);
  const notes: Note[] = hops.slice(0, Math.min(shownHops, hops.length - 1)).map(({ node, target, span }) => ({
    message: `\`${node.name}\` (${node.path}) needs \`${target.name}\``,
    ...(span === undefined ? {} : { span }),
  }));
  if (hops.length - 1 > shownHops) notes.push({ message: `and ${hops.length - 1 - shownHops} more` });
  // It belongs to none of its members: a graph with a circle in it is no graph, whatever is selected.
  return diagnose('dependency-cycle', { path: [...path, path[0] ?? ''] }, { span: where.span, notes });
}

/** Where `node` refers to `target`. */
function referenceSpan(node: GraphNode, target: GraphNode): Span | undefined {
  return node.dependsOn.find((dependency) => dependency.id === target.id)?.span;
}
