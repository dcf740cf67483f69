/** Describes nodes for listings: as one object, or as one word. */
import { unreachable } from '../diagnostics/bug.ts';
import type { Graph, GraphNode } from './graph.ts';
import { plainConfig } from './node-facets.ts';
import type { PlainObject } from './plain-value.ts';
import { nameSelectors } from './selector-of-node.ts';

/** One line of `tx ls --output json`, in dbt's words. */
export interface NodeDescription {
  readonly name: string;
  readonly unique_id: string;
  readonly resource_type: string;
  readonly package_name: string;
  readonly original_file_path: string;
  readonly fqn: readonly string[];
  readonly source_name?: string;
  readonly schema?: string;
  readonly alias?: string;
  readonly description: string;
  readonly config: PlainObject;
  readonly tags: readonly string[];
  readonly depends_on: { readonly nodes: readonly string[] };
}

/** How a listing names nodes. */
export const nameForms = ['selector', 'name', 'path'] as const;
export type NameForm = (typeof nameForms)[number];

/** The object that stands for `node` in listings. `depends_on` are its direct parents in the graph. */
export function describeNode(graph: Graph, node: GraphNode): NodeDescription {
  const parents = graph.parents.get(node.id) ?? [];
  return {
    name: node.name,
    unique_id: node.id,
    resource_type: node.resourceType,
    package_name: graph.project,
    original_file_path: node.path,
    fqn: node.fqn,
    ...(node.resourceType === 'source' ? { source_name: node.sourceName } : {}),
    ...(node.resourceType === 'test' ? {} : { schema: node.relation.schema, alias: node.relation.name }),
    description: node.description,
    config: plainConfig(node),
    tags: node.tags,
    depends_on: { nodes: [...parents] },
  };
}

/** A function that gives the one word of each node of `graph`: prepared once, because selectors have to be told apart. */
export function nameNodes(graph: Graph, form: NameForm): (node: GraphNode) => string {
  switch (form) {
    case 'selector':
      return nameSelectors(graph);
    case 'name':
      return (node) => (node.resourceType === 'source' ? `${node.sourceName}.${node.name}` : node.name);
    case 'path':
      return (node) => node.path;
    default:
      return unreachable(form);
  }
}
