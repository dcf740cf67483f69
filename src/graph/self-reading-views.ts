/** Finds views that read themselves through sources: no edge says so, and the database could never read them. */
import { nodesOfRequest, requestsIn } from '../compile/column-slots.ts';
import { bug } from '../diagnostics/bug.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Adjacency } from './digraph.ts';
import { targetsOf } from './digraph.ts';
import type { GraphNode } from './graph.ts';
import type { SourceLink } from './source-links.ts';
import { shownName } from './shown-name.ts';

/**
 * One error for each of `links` whose builder is a view over its own source. Tables on the way end it: they hold the rows that
 * an earlier run left. `references` are the parents of each node as the user wrote them; `all` are the links of the project.
 */
export function findSelfReadingViews(
  nodes: readonly GraphNode[],
  references: Adjacency,
  { links, all }: { readonly links: readonly SourceLink[]; readonly all: readonly SourceLink[] },
): ReadonlyMap<SourceLink, Diagnostic> {
  const found = new Map<SourceLink, Diagnostic>();
  const builders = new Map(all.map(({ source, builder }) => [source, builder]));
  for (const link of links) {
    const builder = nodeAt(nodes, link.builder);
    const source = nodeAt(nodes, link.source);
    if (source.resourceType !== 'source' || !isView(builder)) continue;
    const reader = findReader(nodes, references, builders, link);
    if (reader === undefined) continue;
    const span = reader.dependsOn.find(({ id }) => id === source.id)?.span;
    const reads = { by: 'source', source: shownName(source) } as const;
    found.set(link, diagnose('self-reference', { name: builder.name, reads }, { span, node: reader.id }));
  }
  return found;
}

/** The view or ephemeral model that reads the source of `link`, and that its builder reads by views alone. */
function findReader(
  nodes: readonly GraphNode[],
  references: Adjacency,
  builders: ReadonlyMap<number, number>,
  link: SourceLink,
): GraphNode | undefined {
  const seen = new Set([link.builder]);
  const stack = [link.builder];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const reader = nodeAt(nodes, at);
    for (const target of targetsOf(references, at)) {
      const parent = nodeAt(nodes, target);
      if (!readsInQuery(reader, parent)) continue;
      if (target === link.source) return reader;
      const next = builders.get(target) ?? target;
      if (seen.has(next) || !isExpanded(nodeAt(nodes, next))) continue;
      seen.add(next);
      stack.push(next);
    }
  }
  return undefined;
}

/** A hook may name what the query does not read; ephemeral models stand in the query themselves. */
function readsInQuery(reader: GraphNode, parent: GraphNode): boolean {
  if (reader.resourceType !== 'model') return false;
  if (!('relation' in parent) || !isStanding(parent) || reader.full.sql.includes(parent.relation.name)) return true;
  return requestsIn(reader.full).some(({ request }) => nodesOfRequest(request).includes(parent.id));
}

function isStanding(node: GraphNode): boolean {
  return node.resourceType !== 'model' || node.config.materialized !== 'ephemeral';
}

function isView(node: GraphNode): boolean {
  return node.resourceType === 'model' && node.config.materialized === 'view';
}

/** Its query runs as part of every query that reads it. */
function isExpanded(node: GraphNode): boolean {
  return isView(node) || !isStanding(node);
}

function nodeAt(nodes: readonly GraphNode[], number: number): GraphNode {
  return nodes[number] ?? bug(`no node has the number ${number}`);
}
