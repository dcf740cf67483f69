/** Finds tables that go on with the rows that a view above them gave before its SQL changed. */
import type { CompiledModel, NodeId } from '../compile/compiled.ts';
import type { Graph } from '../graph/graph.ts';
import { inOrder } from '../graph/traverse.ts';
import type { BuildContext, BuildPart } from './build-context.ts';

/** Names of the incremental models that read the view, itself or through others, and of which the plan leaves rows as they are. */
export function olderRowsBelow(
  { input: { graph }, standing }: Pick<BuildContext, 'input' | 'standing'>,
  view: NodeId,
  built: ReadonlyMap<NodeId, BuildPart>,
): readonly string[] {
  return readersOf(graph, view).flatMap(({ id, name, relation }) => {
    if (standing.existing(relation) === undefined || standing.recorded(relation)?.node !== id) return [];
    const part = built.get(id);
    const isMadeAnew = part !== undefined && (part.strategy === undefined || part.batches?.done.length === 0);
    return isMadeAnew ? [] : [name];
  });
}

function readersOf(graph: Graph, view: NodeId): readonly CompiledModel[] {
  const seen = new Set<NodeId>();
  const found: NodeId[] = [];
  const open: NodeId[] = [view];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const child of graph.children.get(next) ?? []) {
      const node = graph.nodes.get(child);
      if (seen.has(child) || node?.resourceType !== 'model') continue;
      seen.add(child);
      const { materialized } = node.config;
      if (materialized === 'incremental') found.push(child);
      if (materialized === 'view' || materialized === 'ephemeral') open.push(child);
    }
  }
  return inOrder(graph, found).flatMap((id) => {
    const node = graph.nodes.get(id);
    return node?.resourceType === 'model' ? [node] : [];
  });
}
