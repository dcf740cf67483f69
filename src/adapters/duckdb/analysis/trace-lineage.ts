/** Walks a bound plan from its scans up and says of every column where it comes from, and what is certain of the rows. */
import type { OpaquePart } from '../../../adapter/analysis.ts';
import type { ColumnLineage } from '../../../adapter/lineage/column-lineage.ts';
import { noInfluences } from '../../../adapter/lineage/influences.ts';
import { withRowInfluence } from '../../../adapter/lineage/row-flow.ts';
import type { RowFlow } from '../../../adapter/lineage/row-flow.ts';
import type {
  Cast,
  Cte,
  CteRef,
  DelimGet,
  Expression,
  Join,
  Limit,
  LogicalType,
  Operator,
  Product,
  RecursiveCte,
  SetOperation,
  Source,
} from './plan.ts';
import { traceAll } from './trace-expression.ts';
import { traceFilter } from './trace-filter.ts';
import { traceDistinct, traceGrouping, traceSetOperation, traceUnnest, traceWindows } from './trace-grouping.ts';
import { traceJoin, traceProduct } from './trace-join.ts';
import { traceRecursion } from './trace-recursion.ts';
import { traceSource } from './trace-scan.ts';
import type { ScanNames } from './scan-names.ts';
import { below, picked, projected, unknownOperator } from './walk.ts';
import type { OuterColumns, Walk } from './walk.ts';

export interface TracedPlan {
  readonly flow: RowFlow;
  readonly opaque: readonly OpaquePart[];
  /** Casts that cannot succeed. */
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
          return traceOperator(operator, walk);
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

  return { flow: walk.trace(plan), opaque, casts };
}

function sameTypes(some: readonly LogicalType[], others: readonly LogicalType[]): boolean {
  return some.length === others.length && some.every(({ id }, at) => id === others[at]?.id);
}

type Step = Exclude<Operator, CteRef | DelimGet>;

function traceOperator(operator: Step, walk: Walk): RowFlow {
  switch (operator.type) {
    case 'LOGICAL_GET':
    case 'LOGICAL_EXPRESSION_GET':
    case 'LOGICAL_CHUNK_GET':
    case 'LOGICAL_DUMMY_SCAN':
      return traceSource(operator, walk);
    case 'LOGICAL_COMPARISON_JOIN':
    case 'LOGICAL_DELIM_JOIN':
    case 'LOGICAL_ASOF_JOIN':
    case 'LOGICAL_ANY_JOIN':
      return traceJoin(operator, walk);
    case 'LOGICAL_CROSS_PRODUCT':
    case 'LOGICAL_POSITIONAL_JOIN':
      return traceProduct(operator, walk);
    case 'LOGICAL_UNION':
    case 'LOGICAL_EXCEPT':
    case 'LOGICAL_INTERSECT':
      return traceSetOperation(operator, walk);
    case 'LOGICAL_MATERIALIZED_CTE':
      walk.rememberCte(operator.table_index, below(operator, walk));
      return operator.children[1] === undefined ? unknownOperator(operator, walk) : walk.trace(operator.children[1]);
    case 'LOGICAL_RECURSIVE_CTE':
      return traceRecursion(operator, walk);
    default:
      return traceStep(operator, walk);
  }
}

/** Operators over the rows of one child. */
function traceStep(operator: Exclude<Step, Source | Join | Product | SetOperation | Cte | RecursiveCte>, walk: Walk): RowFlow {
  switch (operator.type) {
    case 'LOGICAL_PROJECTION': {
      const overJoin = operator.children[0]?.type === 'LOGICAL_COMPARISON_JOIN';
      const expressions = overJoin ? operator.expressions.map(countOfSubquery) : operator.expressions;
      return projected(below(operator, walk), expressions, walk);
    }
    case 'LOGICAL_FILTER':
      return traceFilter(operator, walk, 'filter');
    case 'LOGICAL_AGGREGATE_AND_GROUP_BY':
      return traceGrouping(operator, below(operator, walk), walk);
    case 'LOGICAL_WINDOW':
      return traceWindows(operator, below(operator, walk), walk);
    case 'LOGICAL_UNNEST':
      return traceUnnest(operator.expressions, below(operator, walk), walk);
    case 'LOGICAL_DISTINCT':
      return traceDistinct(operator, below(operator, walk), walk);
    case 'LOGICAL_ORDER_BY': {
      const flow = below(operator, walk);
      const orders = operator.orders.map((order) => order.expression);
      return picked(withRowInfluence(flow, walk.expressions(orders, flow), 'sort'), operator.projections);
    }
    case 'LOGICAL_LIMIT':
      return traceLimit(operator, below(operator, walk), walk);
    case 'LOGICAL_SAMPLE':
      return below(operator, walk);
    default:
      return unknownOperator(operator, walk);
  }
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

function traceLimit({ limit_val: limit, offset_val: offset }: Limit, flow: RowFlow, walk: Walk): RowFlow {
  const limits = [limit, offset].flatMap(({ expression }) => (expression ? [expression] : []));
  const most = limit.type === 'CONSTANT_VALUE' ? limit.constant_integer : undefined;
  const cut = most !== undefined && most <= 1 ? { ...flow, keys: [[]] } : flow;
  return withRowInfluence(cut, walk.expressions(limits, flow), 'filter');
}
