/** Operators that make one row of several, and several of one. */
import {
  influencesOf,
  mergeLineages,
  noLineage,
  ownColumns,
  withInfluences,
  withNotNull,
} from '../../../adapter/lineage/column-lineage.ts';
import type { ColumnLineage } from '../../../adapter/lineage/column-lineage.ts';
import { joinInfluences, noInfluences } from '../../../adapter/lineage/influences.ts';
import { columnAt, noRows, widenFlow, withRowInfluence } from '../../../adapter/lineage/row-flow.ts';
import type { RowFlow } from '../../../adapter/lineage/row-flow.ts';
import { projectKeys, smallestKeys } from '../../../adapter/lineage/row-keys.ts';
import type { Key } from '../../../adapter/lineage/row-keys.ts';
import { isCount, repeatedPlace } from './null-rules.ts';
import { isNone } from './plan.ts';
import type { Aggregate, AggregateOperator, Distinct, Expression, SetOperation, Unnest, WindowOperator } from './plan.ts';
import { below } from './walk.ts';
import type { Walk } from './walk.ts';

/**
 * Without GROUP BY there is one row whatever the rows below are: what decided about them decides about the aggregates only.
 * The groups of a correlated subquery are the outer row, which is no grouping either, unless the user grouped as well.
 */
export function traceGrouping(operator: AggregateOperator, walk: Walk): RowFlow {
  const flow = below(operator, walk);
  const traced = walk.expressions(operator.groups, flow);
  const everywhere = coversAllGroups(operator);
  const groups = everywhere ? traced : traced.map((column) => withNotNull(column, false));
  const aggregates = traceAggregates(operator, flow, walk);
  const columns = [...groups, ...aggregates, ...operator.grouping_functions.map(() => ({ ...noLineage, notNull: true }))];
  const keys = everywhere ? groupKeys(operator, flow) : [];
  const grouped = ownColumns(traced);
  if (grouped.length > 0 || operator.grouping_sets.length > 0) {
    return { columns, influences: joinInfluences([flow.influences, influencesOf(grouped, 'group_by')]), keys };
  }
  const decided = columns.map((column, at) => (at < groups.length ? column : withInfluences(column, flow.influences)));
  return { columns: decided, influences: noInfluences, keys };
}

function traceAggregates(operator: AggregateOperator, flow: RowFlow, walk: Walk): readonly ColumnLineage[] {
  const { expressions, groups, grouping_sets: sets } = operator;
  const aggregates = walk.expressions(isNone(operator.groupings_index) ? expressions.map(firstOfSubquery) : expressions, flow);
  const filled = groups.length > 0 && sets.every((set) => set.length > 0);
  if (filled) return aggregates;
  // Over no rows at all, only a count is not NULL.
  return aggregates.map((column, at) => withNotNull(column, expressions[at] !== undefined && isCount(expressions[at])));
}

/** A scalar subquery takes its first row by an aggregate that belongs to no GROUP BY: that is the value itself. */
function firstOfSubquery(aggregate: Aggregate): Expression {
  const [value] = aggregate.children;
  return aggregate.name === 'first' && value !== undefined ? value : aggregate;
}

/** Whether each row belongs to one group over all columns, and no column is left out of any. */
function coversAllGroups({ groups, grouping_sets: sets }: AggregateOperator): boolean {
  return sets.length === 0 || (sets.length === 1 && new Set(sets[0]).size === groups.length);
}

/** A key of the rows below that is among the groups is a key of the groups: each has one row. */
function groupKeys({ groups }: AggregateOperator, flow: RowFlow): readonly Key[] {
  const all = groups.map((_, at) => at);
  return flow.keys.length === 0 ? [all] : smallestKeys([all, ...projectKeys(flow.keys, groups.map(repeatedPlace))]);
}

/** Row numbers are unique in their partition. */
export function traceWindows(operator: WindowOperator, walk: Walk): RowFlow {
  const flow = below(operator, walk);
  const width = flow.columns.length;
  const numbered = operator.expressions.flatMap((call, at): readonly Key[] => {
    if (call.type !== 'WINDOW_ROW_NUMBER') return [];
    const partition = call.partitions.map(repeatedPlace);
    return partition.every((place) => place !== undefined) ? [[...partition, width + at]] : [];
  });
  const keys = numbered.length === 0 ? flow.keys : smallestKeys([...flow.keys, ...numbered]);
  return widenFlow(flow, walk.expressions(operator.expressions, flow), keys);
}

/** DISTINCT, and DISTINCT ON with the order by which it takes a row. */
export function traceDistinct(operator: Distinct, walk: Walk): RowFlow {
  const flow = below(operator, walk);
  const targets = walk.expressions(operator.distinct_targets, flow);
  const orders = walk.expressions(
    (operator.order_by?.orders ?? []).map((order) => order.expression),
    flow,
  );
  const places = operator.distinct_targets.map(repeatedPlace);
  const keys = places.every((place) => place !== undefined) ? smallestKeys([...flow.keys, places]) : flow.keys;
  return withRowInfluence(withRowInfluence({ ...flow, keys }, ownColumns(targets), 'group_by'), orders, 'sort');
}

/** How many rows a list gives is decided by the list, unless its length is known. */
export function traceUnnest(operator: Unnest, walk: Walk): RowFlow {
  const flow = below(operator, walk);
  const { expressions } = operator;
  const lists = walk.expressions(
    expressions.flatMap((expression) => (expression.expression_class === 'BOUND_UNNEST' ? [expression.child] : [])),
    flow,
  );
  const counted = withRowInfluence(
    flow,
    lists.filter((list) => list.elements === undefined),
    'join',
  );
  // Lists of different lengths are filled up with NULL.
  const values = walk.expressions(expressions, flow).map((column) => withNotNull(column, false));
  return widenFlow(counted, values, []);
}

/** UNION takes values from all sides; EXCEPT and INTERSECT from the first, and by comparing all columns. */
export function traceSetOperation(operator: SetOperation, walk: Walk): RowFlow {
  const flows = operator.children.map((child) => walk.trace(child));
  const sides = flows.map((flow) => Array.from({ length: operator.column_count }, (_, at) => columnAt(flow, at) ?? noLineage));
  const [first = []] = sides;
  const influences = joinInfluences(flows.map((flow) => flow.influences));
  if (operator.type === 'LOGICAL_UNION') {
    const columns = first.map((_, at) => mergeLineages(sides.map((side) => side[at] ?? noLineage)));
    return { columns, influences, keys: [] };
  }
  const { keys } = flows[0] ?? noRows;
  return withRowInfluence({ columns: first, influences, keys }, ownColumns(sides.flat()), 'filter');
}
