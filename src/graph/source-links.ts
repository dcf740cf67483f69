/** Finds the sources whose relation this project builds itself, so that they come after what builds them. */
import type { NodeId } from '../compile/compiled.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { GraphNode } from './graph.ts';
import { shownName } from './shown-name.ts';

/** A source and the seed or model that builds its relation, as positions in the list of nodes. */
export interface SourceLink {
  readonly source: number;
  readonly builder: number;
}

/** The form under which an engine compares names; two names with one fold are the same relation. */
export type FoldIdentifier = (name: string) => string;

/** Every source that is really a seed or model of this project. Files read in place and ephemeral models have no relation. */
export function findSourceLinks(nodes: readonly GraphNode[], fold: FoldIdentifier): readonly SourceLink[] {
  if (!nodes.some((node) => node.resourceType === 'source')) return [];
  const builders = new Map<string, number>();
  nodes.forEach((node, index) => {
    const builds =
      node.resourceType === 'seed' ||
      node.resourceType === 'snapshot' ||
      (node.resourceType === 'model' && node.config.materialized !== 'ephemeral');
    if (builds) builders.set(relationKey(node.relation.schema, node.relation.name, fold), index);
  });
  const links: SourceLink[] = [];
  nodes.forEach((node, source) => {
    if (node.resourceType !== 'source' || node.external !== undefined) return;
    const builder = builders.get(relationKey(node.relation.schema, node.relation.name, fold));
    if (builder !== undefined) links.push({ source, builder });
  });
  return links;
}

function relationKey(schema: string, name: string, fold: FoldIdentifier): string {
  return `${fold(schema)}\0${fold(name)}`;
}

/**
 * One warning for each linked source that a model reads, at its first use: `ref` would say the same and more.
 * `kept` are the links that became edges; the others would have closed a cycle.
 */
export function describeSourceLinks(
  nodes: readonly GraphNode[],
  links: readonly SourceLink[],
  kept: ReadonlySet<SourceLink>,
): readonly Diagnostic[] {
  if (links.length === 0) return [];
  const uses = firstUses(nodes);
  const diagnostics: Diagnostic[] = [];
  for (const link of links) {
    const source = nodes[link.source];
    const builder = nodes[link.builder];
    const use = source === undefined ? undefined : uses.get(source.id);
    if (source?.resourceType !== 'source' || builder === undefined || use === undefined) continue;
    const params = { source: shownName(source), builder: builder.name, kind: builder.resourceType, reader: use.reader };
    const code = kept.has(link) ? 'source-built-here' : 'source-closes-cycle';
    diagnostics.push(diagnose(code, params, { span: use.span, node: use.node }));
  }
  return diagnostics;
}

interface Use {
  readonly node: NodeId;
  readonly reader: string;
  readonly span: Span;
}

function firstUses(nodes: readonly GraphNode[]): ReadonlyMap<NodeId, Use> {
  const uses = new Map<NodeId, Use>();
  for (const node of nodes) {
    if (node.resourceType !== 'model' && node.resourceType !== 'snapshot') continue;
    for (const { id, span } of node.dependsOn) {
      if (!uses.has(id)) uses.set(id, { node: node.id, reader: node.name, span });
    }
  }
  return uses;
}
