/** Finds the lineage of a bound expression over the columns below its operator, and whether it is never NULL. */
import type { OpaquePart } from '../../../adapter/analysis.ts';
import {
  constantLineage,
  influencesOf,
  makeLineage,
  mergeLineages,
  noLineage,
  ownColumns,
} from '../../../adapter/lineage/column-lineage.ts';
import type { ColumnLineage } from '../../../adapter/lineage/column-lineage.ts';
import { joinInfluences } from '../../../adapter/lineage/influences.ts';
import { anyOf, columnAt } from '../../../adapter/lineage/row-flow.ts';
import type { RowFlow } from '../../../adapter/lineage/row-flow.ts';
import { impossibleText, isImpossibleCast } from './impossible-casts.ts';
import { isNotNullAggregate, isNotNullCall, isNotNullOperator, isNotNullWindow, isTally, keepsNotNull } from './null-rules.ts';
import type { Aggregate, Call, Cast, Expression, Order, WindowCall } from './plan.ts';

/** What an expression can refer to beside the columns below it. */
export interface Surroundings {
  /** Columns by the number that the binder gave their table; only operators that need it are known. */
  readonly bound: (table: number, column: number) => ColumnLineage | undefined;
  /** Notes what could not be followed. */
  readonly report: (part: OpaquePart) => void;
  /** Notes a cast that cannot succeed. */
  readonly reportCast: (cast: Cast) => void;
}

/** What cannot be cast does no harm where nobody comes by, nor where a failure gives NULL. */
function sometimes(around: Surroundings): Surroundings {
  return { ...around, reportCast: () => undefined };
}

/** A bare reference gives the very lineage that it refers to. */
export function traceExpression(expression: Expression, flow: RowFlow, around: Surroundings): ColumnLineage {
  switch (expression.expression_class) {
    case 'BOUND_REF':
      return columnAt(flow, expression.index) ?? opaque(`reference ${expression.index}`, flow, around);
    case 'BOUND_COLUMN_REF': {
      const { table_index: table, column_index: column } = expression.binding;
      return around.bound(table, column) ?? opaque(`reference ${table}.${column}`, flow, around);
    }
    case 'BOUND_CONSTANT':
      return expression.value.is_null ? noLineage : constantLineage;
    case 'BOUND_FUNCTION':
      return traceCall(expression, flow, around);
    case 'BOUND_UNNEST': {
      const list = traceExpression(expression.child, flow, around);
      return list.elements ?? makeLineage([list], 'transformation');
    }
    case 'BOUND_CAST': {
      const value = traceExpression(expression.child, flow, around);
      if (isImpossibleCast(expression) || impossibleText(expression) !== undefined) around.reportCast(expression);
      return makeLineage([value], 'transformation', { notNull: value.notNull && keepsNotNull(expression) });
    }
    case 'BOUND_COMPARISON': {
      const sides = traceAll([expression.left, expression.right], flow, around);
      return computed(sides, expression.type.endsWith('DISTINCT_FROM') || areNotNull(sides));
    }
    case 'BOUND_BETWEEN': {
      const sides = traceAll([expression.input, expression.lower, expression.upper], flow, around);
      return computed(sides, areNotNull(sides));
    }
    case 'BOUND_CONJUNCTION': {
      const sides = traceAll(expression.children, flow, sometimes(around));
      return computed(sides, areNotNull(sides));
    }
    case 'BOUND_OPERATOR': {
      const parts =
        expression.type === 'OPERATOR_COALESCE'
          ? traceFirst(expression.children, flow, around)
          : traceAll(expression.children, flow, expression.type === 'OPERATOR_TRY' ? sometimes(around) : around);
      return computed(parts, isNotNullOperator(expression.type, parts), expression.type === 'OPERATOR_COALESCE' ? parts.slice(0, -1) : []);
    }
    case 'BOUND_CASE': {
      const values = traceAll([...expression.case_checks.map((check) => check.then_expr), expression.else_expr], flow, sometimes(around));
      const conditions = expression.case_checks.map((check) => check.when_expr);
      return computed(values, areNotNull(values), traceFirst(conditions, flow, around));
    }
    case 'BOUND_AGGREGATE':
      return traceAggregate(expression, flow, around);
    case 'BOUND_WINDOW':
      return traceWindow(expression, flow, around);
    default:
      return unknownExpression(expression, flow, around);
  }
}

/** Of which each is only looked at where those before it did not decide. */
function traceFirst(expressions: readonly Expression[], flow: RowFlow, around: Surroundings): readonly ColumnLineage[] {
  return [...traceAll(expressions.slice(0, 1), flow, around), ...traceAll(expressions.slice(1), flow, sometimes(around))];
}

/** Most expressions of most plans hand a column on. */
export function traceAll(expressions: readonly Expression[], flow: RowFlow, around: Surroundings): readonly ColumnLineage[] {
  const { columns } = flow;
  const traced: ColumnLineage[] = [];
  for (const expression of expressions) {
    const passed = expression.expression_class === 'BOUND_REF' ? columns[expression.index] : undefined;
    traced.push(passed ?? traceExpression(expression, flow, around));
  }
  return traced;
}

function areNotNull(columns: readonly ColumnLineage[]): boolean {
  return columns.every(({ notNull }) => notNull);
}

/** A value computed row by row, and what it was chosen by. */
function computed(values: readonly ColumnLineage[], notNull: boolean, conditions: readonly ColumnLineage[] = []): ColumnLineage {
  return makeLineage(values, 'transformation', { influences: influencesOf(conditions, 'conditional'), notNull });
}

/** Lists of values that stay apart: taking one out again gives one of them. */
const listMakers: ReadonlySet<string> = new Set(['list_value', 'unpivot_list']);
/** Structs whose fields are the arguments, in their order. */
const structMakers: ReadonlySet<string> = new Set(['struct_pack', 'row']);
const fieldReaders: ReadonlySet<string> = new Set(['struct_extract', 'array_extract']);

function traceCall(call: Call, flow: RowFlow, around: Surroundings): ColumnLineage {
  const parts = traceAll(call.children, flow, around);
  const name = call.children[1];
  if (fieldReaders.has(call.name) && name?.expression_class === 'BOUND_CONSTANT') {
    const field = parts[0]?.fields?.get(String(name.value.value));
    if (field !== undefined) return field;
  }
  const lineage = computed(parts, isNotNullCall(call, parts));
  if (listMakers.has(call.name)) return { ...lineage, elements: mergeLineages(parts) };
  if (!structMakers.has(call.name)) return lineage;
  const fields = call.return_type.type_info?.child_types ?? [];
  return { ...lineage, fields: new Map(parts.map((part, at) => [fields[at]?.first ?? '', part])) };
}

/** Aggregates whose later arguments say which row is taken, not what it holds. */
const pickers = /^(?:arg_?(?:min|max)(?:_null|_nulls_last)?|(?:min|max)_by)$/;

/** The arguments of an aggregate: values, and what only picks among them. */
function splitArguments(name: string, args: readonly ColumnLineage[]): readonly [readonly ColumnLineage[], readonly ColumnLineage[]] {
  return pickers.test(name) ? [args.slice(0, 1), args.slice(1)] : [args, []];
}

function traceAggregate(aggregate: Aggregate, flow: RowFlow, around: Surroundings): ColumnLineage {
  const arrived = aggregate.filter === null || aggregate.filter === undefined ? around : sometimes(around);
  const [values, deciding] = splitArguments(aggregate.name, traceAll(aggregate.children, flow, arrived));
  const orders = traceOrders(aggregate.order_bys?.orders ?? [], flow, around);
  return makeLineage(values, 'aggregation', {
    influences: joinInfluences([
      influencesOf(traceAll(given([aggregate.filter]), flow, around), 'filter'),
      influencesOf([...deciding, ...orders], 'sort'),
    ]),
    notNull: isNotNullAggregate(aggregate, values),
    counts: isTally(aggregate.name),
  });
}

function traceWindow(call: WindowCall, flow: RowFlow, around: Surroundings): ColumnLineage {
  const [values, deciding] = splitArguments(call.name ?? '', traceAll(call.children, flow, around));
  const windows = [
    ...traceAll(call.partitions, flow, around),
    ...traceOrders(call.orders, flow, around),
    ...traceAll(given([call.start_expr, call.end_expr, call.offset_expr]), flow, around),
  ];
  const defaults = traceAll(given([call.default_expr]), flow, around);
  return makeLineage([...values, ...defaults], call.type === 'WINDOW_AGGREGATE' ? 'aggregation' : 'transformation', {
    influences: joinInfluences([
      // The windows of a correlated subquery are cut by outer row as well.
      influencesOf(ownColumns(windows), 'window'),
      influencesOf(traceAll(given([call.filters]), flow, around), 'filter'),
      influencesOf([...deciding, ...traceOrders(call.arg_orders, flow, around)], 'sort'),
    ]),
    notNull: isNotNullWindow(call),
    counts: call.type === 'WINDOW_AGGREGATE' && isTally(call.name),
  });
}

function given(expressions: readonly (Expression | null | undefined)[]): readonly Expression[] {
  return expressions.filter((expression) => expression !== null && expression !== undefined);
}

function traceOrders(orders: readonly Order[], flow: RowFlow, around: Surroundings): readonly ColumnLineage[] {
  return orders.map((order) => traceExpression(order.expression, flow, around));
}

function opaque(name: string, flow: RowFlow, around: Surroundings): ColumnLineage {
  around.report({ kind: 'expression', name });
  return anyOf([flow]);
}

function unknownExpression(expression: never, flow: RowFlow, around: Surroundings): ColumnLineage {
  // What the compiler rules out is what a later engine may send.
  const { expression_class: name } = expression as { readonly expression_class: string };
  return opaque(name, flow, around);
}
