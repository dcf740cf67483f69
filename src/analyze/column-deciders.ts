/** In which queries a column decides about others: by filters, joins, groups, orders and conditions. */
import type { NodeId } from '../compile/compiled.ts';
import type { Analysis } from './analysis.ts';
import type { ColumnRef, RelationOwners } from './column-graph.ts';
import { findOwners } from './column-graph.ts';
import { relationKey } from './relation-key.ts';

/** The nodes whose rows or values depend on a column that they do not hand on. */
export function findDeciders(
  analysis: Pick<Analysis, 'nodes'>,
  graph: RelationOwners,
  fold: (name: string) => string,
): (column: ColumnRef) => readonly NodeId[] {
  const relation = relationKey(fold);
  const owners = findOwners(analysis, graph, fold);
  const keyOf = (node: NodeId, column: string): string => `${node}\n${fold(column)}`;
  const decides = new Map<string, Set<NodeId>>();
  for (const [id, found] of analysis.nodes) {
    if (found.kind !== 'known' || found.query === undefined || graph.nodes.get(id)?.resourceType === 'test') continue;
    const { inputs, columns, influences } = found.query;
    const origins = inputs.map((from) => (from.kind === 'relation' ? owners.get(relation(from.relation)) : undefined));
    for (const { input, column } of [...influences, ...columns.flatMap((each) => each.influences)]) {
      const node = origins[input];
      if (node === undefined) continue;
      const known = decides.get(keyOf(node, column));
      if (known === undefined) decides.set(keyOf(node, column), new Set([id]));
      else known.add(id);
    }
  }
  return ({ node, column }) => [...(decides.get(keyOf(node, column)) ?? [])];
}
