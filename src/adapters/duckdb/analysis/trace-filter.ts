/** Filters: conditions of WHERE, ON, HAVING and QUALIFY, and the limits that the binder makes filters of. */
import { noLineage } from '../../../adapter/lineage/column-lineage.ts';
import { underCondition, widenFlow, withRowInfluence } from '../../../adapter/lineage/row-flow.ts';
import type { RowFlow } from '../../../adapter/lineage/row-flow.ts';
import { conditionOf } from './conditions.ts';
import type { Filter, WindowOperator } from './plan.ts';
import { picked, unknownOperator } from './walk.ts';
import type { Walk } from './walk.ts';

/** `kind` is `join` for conditions that the binder took out of an ON clause and put below the join. */
export function traceFilter(filter: Filter, walk: Walk, kind: 'filter' | 'join'): RowFlow {
  const [child] = filter.children;
  if (child === undefined) return unknownOperator(filter, walk);
  if (child.type === 'LOGICAL_WINDOW' && isLimitOfSubquery(filter)) return traceLimit(filter, child, walk);
  const flow = walk.trace(child);
  const kept = underCondition(flow, conditionOf(filter.expressions));
  return picked(withRowInfluence(kept, walk.expressions(filter.expressions, flow), kind), filter.projection_map);
}

function isLimitOfSubquery({ expressions }: Filter): boolean {
  return expressions.every(
    (test) =>
      test.expression_class === 'BOUND_COMPARISON' && test.left.expression_class === 'BOUND_REF' && test.left.alias === 'limit_rownum',
  );
}

/** LIMIT in a correlated subquery becomes a row number for each outer row: its order is the order of the rows. */
function traceLimit(filter: Filter, window: WindowOperator, walk: Walk): RowFlow {
  const [child] = window.children;
  if (child === undefined) return unknownOperator(filter, walk);
  const flow = walk.trace(child);
  const orders = window.expressions.flatMap((call) => call.orders.map((order) => order.expression));
  const sorted = withRowInfluence(flow, walk.expressions(orders, flow), 'sort');
  return picked(
    widenFlow(
      sorted,
      window.expressions.map(() => noLineage),
    ),
    filter.projection_map,
  );
}
