/** Walks a bound plan from its scans up and says of every column where it comes from, and what is certain of the rows. */
import type { OpaquePart } from '../../../adapter/analysis.ts';
import { noLineage } from '../../../adapter/lineage/column-lineage.ts';
import type { ColumnLineage } from '../../../adapter/lineage/column-lineage.ts';
import { noInfluences } from '../../../adapter/lineage/influences.ts';
import { noRows, withRowInfluence } from '../../../adapter/lineage/row-flow.ts';
import type { RowFlow } from '../../../adapter/lineage/row-flow.ts';
import type { Cast, Cte, CteRef, DelimGet, Expression, Limit, LogicalType, Operator, OrderBy, Projection } from './plan.ts';
import { mayBeIdle } from './conditions.ts';
import { traceAll } from './trace-expression.ts';
import { traceFilter } from './trace-filter.ts';
import { traceDistinct, traceGrouping, traceSetOperation, traceUnnest, traceWindows } from './trace-grouping.ts';
import { traceJoin, traceProduct } from './trace-join.ts';
import { traceRecursion } from './trace-recursion.ts';
import { traceGet, traceValues } from './trace-scan.ts';
import type { ScanNames } from './scan-names.ts';
import { below, picked, projected, unknownOperator } from './walk.ts';
import type { OuterColumns, Walk } from './walk.ts';

export interface TracedPlan {
  readonly flow: RowFlow;
  readonly opaque: readonly OpaquePart[];
  /** Casts that cannot succeed, where rows come by. */
  readonly casts: ReadonlySet<Cast>;
}

/** The flow that comes out of a plan, and what could not be followed on the way. */
export function traceLineage(plan: Operator, names: ScanNames): TracedPlan {
  const opaque: OpaquePart[] = [];
  const casts = new Set<Cast>();
  const outers: OuterColumns[] = [];
  const bound = new Map<number, readonly ColumnLineage[]>();
  const ctes = new Map<number, RowFlow>();
  const walk: Walk = {
    ...names,
    trace: (operator) => {
      switch (operator.type) {
        case 'LOGICAL_CTE_REF':
          return ctes.get(operator.cte_index) ?? unknownOperator(operator, walk);
        case 'LOGICAL_DELIM_GET':
          return repeatOuter(operator) ?? unknownOperator(operator, walk);
        default:
          return (ruleOf.get(operator.type) ?? unknownOperator)(operator, walk);
      }
    },
    expressions: (expressions, flow) => traceAll(expressions, flow, walk),
    bound: (table, column) => bound.get(table)?.[column],
    inside: (outer, job) => {
      outers.push(outer);
      const result = job();
      outers.pop();
      return result;
    },
    rememberCte: (table, flow) => ctes.set(table, flow),
    report: (part) => opaque.push(part),
    reportCast: (cast) => casts.add(cast),
  };

  /** Each combination of the outer columns once. */
  function repeatOuter(get: DelimGet): RowFlow | undefined {
    const outer = outers.at(-1);
    if (outer === undefined || !sameTypes(outer.types, get.chunk_types)) return undefined;
    const columns = outer.columns.map((column) => ({ ...column, outer: column }));
    bound.set(get.table_index, columns);
    return { columns, influences: noInfluences, keys: [columns.map((_, at) => at)] };
  }

  const flow = walk.trace(plan);
  return { flow, opaque, casts: casts.size > 0 && mayBeIdle(plan) ? new Set() : casts };
}

function sameTypes(some: readonly LogicalType[], others: readonly LogicalType[]): boolean {
  return some.length === others.length && some.every(({ id }, at) => id === others[at]?.id);
}

/** One rule for each operator that is known; the walk itself answers for what is referred to by number. */
type Rules = {
  readonly [T in Exclude<Operator, CteRef | DelimGet>['type']]: (operator: Extract<Operator, { readonly type: T }>, walk: Walk) => RowFlow;
};

const rules: Rules = {
  LOGICAL_GET: traceGet,
  LOGICAL_EXPRESSION_GET: traceValues,
  LOGICAL_CHUNK_GET: ({ chunk_types: types }) => ({ ...noRows, columns: types.map(() => noLineage) }),
  LOGICAL_DUMMY_SCAN: () => ({ ...noRows, keys: [[]] }),
  LOGICAL_PROJECTION: traceProjection,
  LOGICAL_FILTER: (operator, walk) => traceFilter(operator, walk, 'filter'),
  LOGICAL_AGGREGATE_AND_GROUP_BY: traceGrouping,
  LOGICAL_WINDOW: traceWindows,
  LOGICAL_UNNEST: traceUnnest,
  LOGICAL_DISTINCT: traceDistinct,
  LOGICAL_ORDER_BY: traceOrder,
  LOGICAL_LIMIT: traceLimit,
  LOGICAL_SAMPLE: below,
  LOGICAL_COMPARISON_JOIN: traceJoin,
  LOGICAL_DELIM_JOIN: traceJoin,
  LOGICAL_ASOF_JOIN: traceJoin,
  LOGICAL_ANY_JOIN: traceJoin,
  LOGICAL_CROSS_PRODUCT: traceProduct,
  LOGICAL_POSITIONAL_JOIN: traceProduct,
  LOGICAL_UNION: traceSetOperation,
  LOGICAL_EXCEPT: traceSetOperation,
  LOGICAL_INTERSECT: traceSetOperation,
  LOGICAL_MATERIALIZED_CTE: traceCte,
  LOGICAL_RECURSIVE_CTE: traceRecursion,
};

/** The type of each rule says which operator it is for; that the one under its name is asked for is what the table is for. */
const ruleOf = new Map(Object.entries(rules) as readonly (readonly [string, (operator: Operator, walk: Walk) => RowFlow])[]);

function traceCte(operator: Cte, walk: Walk): RowFlow {
  walk.rememberCte(operator.table_index, below(operator, walk));
  const [, query] = operator.children;
  return query === undefined ? unknownOperator(operator, walk) : walk.trace(query);
}

function traceProjection(operator: Projection, walk: Walk): RowFlow {
  const overJoin = operator.children[0]?.type === 'LOGICAL_COMPARISON_JOIN';
  const expressions = overJoin ? operator.expressions.map(countOfSubquery) : operator.expressions;
  return projected(below(operator, walk), expressions, walk);
}

/** A count in a correlated subquery that meets no row is 0: the binder writes a CASE around it, which the user did not. */
function countOfSubquery(expression: Expression): Expression {
  if (expression.expression_class !== 'BOUND_CASE' || expression.case_checks.length !== 1) return expression;
  const [check] = expression.case_checks;
  const [tested] = check?.when_expr.expression_class === 'BOUND_OPERATOR' ? check.when_expr.children : [];
  const same = tested?.expression_class === 'BOUND_REF' && expression.else_expr.expression_class === 'BOUND_REF';
  const zero = check?.then_expr.expression_class === 'BOUND_CONSTANT';
  return same && zero && tested.index === expression.else_expr.index ? expression.else_expr : expression;
}

function traceOrder(operator: OrderBy, walk: Walk): RowFlow {
  const flow = below(operator, walk);
  const orders = operator.orders.map((order) => order.expression);
  return picked(withRowInfluence(flow, walk.expressions(orders, flow), 'sort'), operator.projections);
}

function traceLimit(operator: Limit, walk: Walk): RowFlow {
  const flow = below(operator, walk);
  const { limit_val: limit, offset_val: offset } = operator;
  const limits = [limit, offset].flatMap(({ expression }) => (expression ? [expression] : []));
  const most = limit.type === 'CONSTANT_VALUE' ? limit.constant_integer : undefined;
  const cut = most !== undefined && most <= 1 ? { ...flow, keys: [[]] } : flow;
  return withRowInfluence(cut, walk.expressions(limits, flow), 'filter');
}
