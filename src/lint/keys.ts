/** What a project says about the keys of a relation: by its tests, and by the key that increments are matched on. */
import type { CompiledTest, NodeId } from '../compile/compiled.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';

/** The tests attached to a node. */
export function testsOf(graph: Graph, id: NodeId): readonly CompiledTest[] {
  return (graph.children.get(id) ?? []).flatMap((child) => {
    const node = graph.nodes.get(child);
    return node?.resourceType === 'test' && node.test.kind === 'generic' && node.test.attachedTo === id ? [node] : [];
  });
}

/** Sets of columns that tell rows apart. */
export function declaredKeys(graph: Graph, id: NodeId): readonly (readonly string[])[] {
  const node = graph.nodes.get(id);
  return [...(node === undefined ? [] : keysOfConfig(node)), ...testsOf(graph, id).flatMap(keyOf)];
}

/** What is checked when rows are written. */
function keysOfConfig(node: GraphNode): readonly (readonly string[])[] {
  // The history of a row has one version from each moment on.
  if (node.resourceType === 'snapshot') return [[...node.config.uniqueKey, node.config.metaColumns.validFrom]];
  if (node.resourceType !== 'model' && node.resourceType !== 'seed') return [];
  const isTable = node.resourceType === 'seed' || node.config.materialized === 'table' || node.config.materialized === 'incremental';
  const constraints = node.constraints.filter(({ type }) => isTable && (type === 'primary_key' || type === 'unique'));
  const ofIncrements = node.resourceType === 'model' && node.config.uniqueKey.length > 0 ? [node.config.uniqueKey] : [];
  return [...ofIncrements, ...constraints.map(({ columns }) => columns)];
}

function keyOf({ test, config }: CompiledTest): readonly (readonly string[])[] {
  if (test.kind !== 'generic') return [];
  const grouped = config.groupBy ?? [];
  if (test.check === 'unique') return test.column === undefined ? [] : [[test.column, ...grouped]];
  const columns = test.check === 'unique_combination' ? test.args['columns'] : undefined;
  const names = Array.isArray(columns) ? columns.filter((name) => typeof name === 'string') : [];
  return names.length === 0 ? [] : [[...names, ...grouped]];
}
