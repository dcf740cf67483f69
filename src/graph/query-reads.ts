/** What stands directly above a node in the database, and which views run along with its query. */
import type { Dialect } from '../adapter/dialect.ts';
import type { NodeId } from '../compile/compiled.ts';
import type { NamedRead, QueryReads, ViewAbove } from '../compile/query-reads.ts';
import type { Graph, GraphNode } from './graph.ts';
import { shownName } from './shown-name.ts';

type Standing = Extract<GraphNode, { readonly resourceType: 'model' | 'seed' | 'snapshot' | 'source' }>;

/** Ephemeral models pass on what they read. */
export function queryReads(graph: Graph, id: NodeId, dialect: Pick<Dialect, 'relation'>): QueryReads {
  const node = graph.nodes.get(id);
  if (node === undefined) return { relations: [], views: [] };
  const above = standingAbove(graph, node);
  // A view has no rows of its own that its query could read.
  const isView = node.resourceType === 'model' && node.config.materialized === 'view';
  const own = 'relation' in node && !isView ? [nameRead(node, dialect)] : [];
  return {
    relations: [
      ...above.map((parent) => nameRead(parent, dialect)),
      ...own.map((read): NamedRead => (read.kind === 'model' ? { ...read, kind: 'self' } : read)),
    ],
    views: viewsAbove(graph, above),
  };
}

/** Everything that SQL of the command line may read. */
export function allReads(graph: Graph, dialect: Pick<Dialect, 'relation'>): QueryReads {
  const standing = [...graph.nodes.values()].filter((node): node is Standing => 'relation' in node);
  return { relations: standing.map((node) => nameRead(node, dialect)), views: [] };
}

function nameRead(node: Standing, dialect: Pick<Dialect, 'relation'>): NamedRead {
  return { relation: node.relation, sql: dialect.relation(node.relation), kind: node.resourceType, name: shownName(node) };
}

function standingAbove(graph: Graph, node: GraphNode): readonly Standing[] {
  const stack = [...(graph.parents.get(node.id) ?? [])].toReversed();
  const seen = new Set<NodeId>();
  const found: Standing[] = [];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    const parent = graph.nodes.get(id);
    if (parent === undefined || seen.has(id) || !('relation' in parent)) continue;
    seen.add(id);
    if (parent.resourceType === 'model' && parent.config.materialized === 'ephemeral') stack.push(...(graph.parents.get(id) ?? []));
    else found.push(parent);
  }
  return found;
}

/** Level by level, so that the nearest come first. A table ends the search: its rows are there already. */
function viewsAbove(graph: Graph, first: readonly Standing[]): readonly ViewAbove[] {
  const views = new Map<NodeId, ViewAbove>();
  let level = first;
  while (level.length > 0) {
    const next: Standing[] = [];
    for (const node of level) {
      if (node.resourceType !== 'model' || node.config.materialized !== 'view' || views.has(node.id)) continue;
      views.set(node.id, { name: node.name, path: node.path, sql: node.full.sql });
      next.push(...standingAbove(graph, node));
    }
    level = next;
  }
  return [...views.values()];
}
