/** Subqueries in expressions. */
import { makeLineage, noLineage, withInfluences, withNotNull } from '../../../adapter/lineage/column-lineage.ts';
import type { ColumnLineage } from '../../../adapter/lineage/column-lineage.ts';
import type { Scope } from './scope.ts';
import { nodeAt, numberAt } from './tree-node.ts';
import type { TreeNode } from './tree-node.ts';

const kinds = { exists: 0, all: 1, any: 2, row: 3, value: 4, array: 6 } as const;
const OF_SUBQUERY = 2;

/** What decides about the rows of a subquery decides about its value, and never about the rows of the query around it. */
export function traceSubquery(node: TreeNode, scope: Scope): ColumnLineage {
  const query = nodeAt(node, 'subselect');
  if (query === undefined) return scope.opaque('SUBLINK');
  const flow = scope.walk.query(query, scope);
  const { influences } = flow;
  switch (numberAt(node, 'subLinkType')) {
    case kinds.exists:
      return makeLineage([], 'transformation', { influences, notNull: true });
    case kinds.all:
    case kinds.any:
    case kinds.row: {
      // IN, ANY, ALL, and a row that is compared: a truth value computed from what is compared.
      scope.compared.push(flow);
      const compared = scope.traceMaybe(nodeAt(node, 'testexpr'));
      scope.compared.pop();
      return makeLineage(compared, 'transformation', { influences });
    }
    case kinds.value:
      return withInfluences(withNotNull(flow.columns[0] ?? noLineage, false), influences);
    case kinds.array: {
      return makeLineage(flow.columns.slice(0, 1), 'aggregation', { influences, notNull: true });
    }
    default:
      return scope.opaque('SUBLINK', [...flow.columns, makeLineage([], 'opaque', { influences })]);
  }
}

/** A column of the subquery that is compared; anything else is unknown. */
export function traceParameter(node: TreeNode, scope: Scope): ColumnLineage | undefined {
  return numberAt(node, 'paramkind') === OF_SUBQUERY ? scope.compared.at(-1)?.columns[numberAt(node, 'paramid') - 1] : undefined;
}
