/** Puts nodes into one acyclic order, from the numbers of what they refer to. */
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { stronglyConnected } from './components.ts';
import { untangle } from './cycles.ts';
import type { Adjacency } from './digraph.ts';
import { invert, longestDepths, mapTargets, orderByDepth, renumber } from './digraph.ts';
import type { GraphNode } from './graph.ts';
import { findSelfReadingViews } from './self-reading-views.ts';
import type { FoldIdentifier, SourceLink } from './source-links.ts';
import { describeSourceLinks, findSourceLinks } from './source-links.ts';

/** Nodes in an order in which each comes after its parents. */
export interface LinkedNodes {
  /** For each position in that order, the number of its node. */
  readonly sorted: Int32Array;
  /** Edges between positions. */
  readonly edges: { readonly parents: Adjacency; readonly children: Adjacency };
}

/**
 * Links `nodes`, which are sorted by id. `references` are the parents of each, as numbers in that list, as the user wrote them.
 * Sources that this project builds come after what builds them; cycles are errors, and are cut.
 */
export function linkNodes(nodes: readonly GraphNode[], references: Adjacency, fold: FoldIdentifier): Outcome<LinkedNodes> {
  const links = findSourceLinks(nodes, fold);
  const settled = settle(nodes, references, links);
  const sorted = orderByDepth(settled.depths);
  const parents = renumber(settled.parents, sorted);
  const dropped = links.filter((link) => !settled.kept.has(link));
  const selfReading = findSelfReadingViews(nodes, references, { links: dropped, all: links });
  const harmless = links.filter((link) => !selfReading.has(link));
  return {
    value: { sorted, edges: { parents, children: invert(parents) } },
    diagnostics: [...settled.diagnostics, ...selfReading.values(), ...describeSourceLinks(nodes, harmless, settled.kept)],
  };
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
