/** The columns that the project says a relation has. */
import type { DeclaredColumn } from '../checks/check-definition.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import type { YamlValue } from '../project/project.ts';

/** Columns that a property file declares of a node. */
export function declaredColumns(node: GraphNode): readonly DeclaredColumn[] {
  if (!('columns' in node)) return [];
  return node.columns.map(({ name, dataType }) => ({ name, type: dataType }));
}

/** Columns of `node` that exposures list in `meta.referenced_columns`, each once. */
export function exposedColumns(graph: Graph, node: GraphNode): readonly DeclaredColumn[] {
  const columns = (graph.children.get(node.id) ?? []).flatMap((id) => {
    const child = graph.nodes.get(id);
    return child?.resourceType === 'exposure' ? referencedColumns(child.rawConfig['meta']?.value, node) : [];
  });
  return [...new Map(columns.map((column) => [column.name, column])).values()];
}

type Mapping = Readonly<Record<string, YamlValue>>;

function isMapping(value: YamlValue | undefined): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `{column_name, data_type, node}`; without a node the column is one of everything that the exposure reads. */
function referencedColumns(meta: YamlValue | undefined, node: GraphNode): readonly DeclaredColumn[] {
  const listed = isMapping(meta) ? meta['referenced_columns'] : undefined;
  // `Array.isArray` does not narrow a readonly array out of the union; the branch proves it.
  const entries = Array.isArray(listed) ? (listed as readonly YamlValue[]) : [];
  return entries.flatMap((entry) => {
    if (!isMapping(entry)) return typeof entry === 'string' ? [{ name: entry }] : [];
    const { column_name: name, data_type: type, node: of } = entry;
    if (typeof name !== 'string' || (typeof of === 'string' && !namesNode(of, node))) return [];
    return [{ name, ...(typeof type === 'string' ? { type } : {}) }];
  });
}

/** `orders` or `ref('orders')`. */
function namesNode(written: string, node: GraphNode): boolean {
  const [, inner = written] = /^ref\(\s*['"]([^'"]+)['"]\s*\)$/.exec(written.trim()) ?? [];
  return inner === node.name;
}
