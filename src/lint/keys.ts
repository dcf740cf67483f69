/** What a project says about the keys of a relation: by its tests, and by the key that increments are matched on. */
import type { CompiledTest, NodeId } from '../compile/compiled.ts';
import type { Graph } from '../graph/graph.ts';

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
  const ofConfig = node?.resourceType === 'model' && node.config.uniqueKey.length > 0 ? [node.config.uniqueKey] : [];
  return [...ofConfig, ...testsOf(graph, id).flatMap(keyOf)];
}

function keyOf({ test, config }: CompiledTest): readonly (readonly string[])[] {
  if (test.kind !== 'generic') return [];
  const grouped = config.groupBy ?? [];
  if (test.check === 'unique') return test.column === undefined ? [] : [[test.column, ...grouped]];
  const columns = test.check === 'unique_combination' ? test.args['columns'] : undefined;
  const names = Array.isArray(columns) ? columns.filter((name) => typeof name === 'string') : [];
  return names.length === 0 ? [] : [[...names, ...grouped]];
}
