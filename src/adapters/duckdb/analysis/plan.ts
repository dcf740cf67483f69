/**
 * The engine's bound plan as it writes it in JSON: the parts that are read here. The format is the engine's own and may
 * change with any version, so the driver is pinned, and what is not named here is taken as unknown.
 */

export interface LogicalType {
  readonly id: string;
  readonly type_info?: TypeInfo | null;
}

export interface TypeInfo {
  readonly type: string;
  readonly alias?: string;
  readonly collation?: string;
  readonly width?: number;
  readonly scale?: number;
  readonly size?: number;
  readonly values?: readonly string[];
  readonly child_type?: LogicalType;
  readonly child_types?: readonly { readonly first: string; readonly second: LogicalType }[];
}

interface Named {
  readonly alias?: string;
}

interface ExpressionBase extends Named {
  readonly return_type: LogicalType;
}

export interface Reference extends ExpressionBase {
  readonly expression_class: 'BOUND_REF';
  /** A place in the columns of the operator's children, one after the other. */
  readonly index: number;
}

export interface Cast extends ExpressionBase {
  readonly expression_class: 'BOUND_CAST';
  readonly child: Expression;
  readonly try_cast?: boolean;
  /** Offset in bytes of what is cast, or of the cast. */
  readonly query_location?: number;
}

export interface Call extends ExpressionBase {
  readonly expression_class: 'BOUND_FUNCTION';
  readonly name: string;
  /** The captured columns of a lambda among them. */
  readonly children: readonly Expression[];
}

export interface Constant {
  readonly expression_class: 'BOUND_CONSTANT';
  readonly alias?: string;
  readonly query_location?: number;
  readonly value: { readonly type: LogicalType; readonly is_null: boolean; readonly value?: unknown };
}

/** True or false: the plan does not say so of these. */
export interface Comparison extends Named {
  readonly expression_class: 'BOUND_COMPARISON';
  readonly type: string;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Aggregate extends ExpressionBase {
  readonly expression_class: 'BOUND_AGGREGATE';
  readonly name: string;
  readonly children: readonly Expression[];
  readonly filter?: Expression | null;
  readonly order_bys?: { readonly orders: readonly Order[] } | null;
}

export interface WindowCall extends ExpressionBase {
  readonly expression_class: 'BOUND_WINDOW';
  readonly type: string;
  readonly name?: string;
  readonly children: readonly Expression[];
  readonly partitions: readonly Expression[];
  readonly orders: readonly Order[];
  readonly arg_orders: readonly Order[];
  /** The engine's words for where the frame begins and ends. */
  readonly start?: string;
  readonly end?: string;
  readonly filters?: Expression | null;
  readonly start_expr?: Expression | null;
  readonly end_expr?: Expression | null;
  readonly offset_expr?: Expression | null;
  readonly default_expr?: Expression | null;
}

export type Expression =
  | Reference
  | Cast
  | Call
  | Constant
  | Comparison
  | Aggregate
  | WindowCall
  | (ExpressionBase & {
      readonly expression_class: 'BOUND_COLUMN_REF';
      readonly binding: { readonly table_index: number; readonly column_index: number };
    })
  | (Named & { readonly expression_class: 'BOUND_CONJUNCTION'; readonly type: string; readonly children: readonly Expression[] })
  | (ExpressionBase & { readonly expression_class: 'BOUND_OPERATOR'; readonly type: string; readonly children: readonly Expression[] })
  | (Named & {
      readonly expression_class: 'BOUND_BETWEEN';
      readonly input: Expression;
      readonly lower: Expression;
      readonly upper: Expression;
    })
  | (ExpressionBase & {
      readonly expression_class: 'BOUND_CASE';
      readonly case_checks: readonly { readonly when_expr: Expression; readonly then_expr: Expression }[];
      readonly else_expr: Expression;
    })
  | (ExpressionBase & { readonly expression_class: 'BOUND_UNNEST'; readonly child: Expression });

export interface Order {
  readonly expression: Expression;
}

export interface JoinCondition {
  readonly left: Expression;
  /** Its references count in the right child alone. */
  readonly right: Expression;
  readonly comparison: string;
}

interface OperatorBase {
  readonly children: readonly Operator[];
}

export interface Get extends OperatorBase {
  readonly type: 'LOGICAL_GET';
  /** Name of the table function; of tables as well. */
  readonly name: string;
  readonly names: readonly string[];
  readonly function_data?: { readonly catalog?: string; readonly schema?: string; readonly table?: string };
  readonly parameters?: readonly unknown[];
  readonly named_parameters?: unknown;
  /** Types of the arguments; where the function has a child, its first columns are the arguments. */
  readonly input_table_types?: readonly LogicalType[];
  readonly projected_input?: readonly number[];
  readonly column_indexes: readonly { readonly index: number }[];
  readonly projection_ids: readonly number[];
}

export interface Projection extends OperatorBase {
  readonly type: 'LOGICAL_PROJECTION';
  readonly expressions: readonly Expression[];
}

export interface Filter extends OperatorBase {
  readonly type: 'LOGICAL_FILTER';
  readonly expressions: readonly Expression[];
  readonly projection_map: readonly number[];
}

export interface AggregateOperator extends OperatorBase {
  readonly type: 'LOGICAL_AGGREGATE_AND_GROUP_BY';
  readonly groups: readonly Expression[];
  readonly expressions: readonly Aggregate[];
  readonly grouping_sets: readonly (readonly number[])[];
  readonly grouping_functions: readonly unknown[];
  readonly groupings_index: number;
}

export interface Join extends OperatorBase {
  readonly type: 'LOGICAL_COMPARISON_JOIN' | 'LOGICAL_DELIM_JOIN' | 'LOGICAL_ASOF_JOIN' | 'LOGICAL_ANY_JOIN';
  readonly join_type: string;
  readonly conditions?: readonly JoinCondition[];
  /** Its references count in both children, one after the other. */
  readonly condition?: Expression | null;
  readonly predicate?: Expression | null;
  readonly left_projection_map: readonly number[];
  readonly right_projection_map: readonly number[];
  readonly duplicate_eliminated_columns?: readonly Expression[];
  readonly delim_flipped?: boolean;
}

export interface WindowOperator extends OperatorBase {
  readonly type: 'LOGICAL_WINDOW';
  readonly expressions: readonly WindowCall[];
}

export interface Distinct extends OperatorBase {
  readonly type: 'LOGICAL_DISTINCT';
  readonly distinct_type: string;
  readonly distinct_targets: readonly Expression[];
  readonly order_by?: { readonly orders: readonly Order[] } | null;
}

export interface LimitValue {
  readonly type: string;
  readonly constant_integer: number;
  readonly expression?: Expression | null;
}

export interface Limit extends OperatorBase {
  readonly type: 'LOGICAL_LIMIT';
  readonly limit_val: LimitValue;
  readonly offset_val: LimitValue;
}

export interface SetOperation extends OperatorBase {
  readonly type: 'LOGICAL_UNION' | 'LOGICAL_EXCEPT' | 'LOGICAL_INTERSECT';
  readonly column_count: number;
  readonly setop_all?: boolean;
}

export interface RecursiveCte extends OperatorBase {
  readonly type: 'LOGICAL_RECURSIVE_CTE';
  readonly table_index: number;
  readonly union_all: boolean;
  readonly key_targets: readonly Expression[];
}

/** Repeats columns of the query around a subquery. */
export interface DelimGet extends OperatorBase {
  readonly type: 'LOGICAL_DELIM_GET';
  readonly table_index: number;
  readonly chunk_types: readonly LogicalType[];
}

export interface CteRef extends OperatorBase {
  readonly type: 'LOGICAL_CTE_REF';
  readonly cte_index: number;
  readonly chunk_types: readonly LogicalType[];
}

/** Its first child is the definition, its second the query that uses it. */
export interface Cte extends OperatorBase {
  readonly type: 'LOGICAL_MATERIALIZED_CTE';
  readonly table_index: number;
}

/** Rows that the query itself writes down. */
export interface Values extends OperatorBase {
  readonly type: 'LOGICAL_EXPRESSION_GET';
  readonly expressions: readonly (readonly Expression[])[];
}

export interface OrderBy extends OperatorBase {
  readonly type: 'LOGICAL_ORDER_BY';
  readonly orders: readonly Order[];
  readonly projections: readonly number[];
}

export interface Unnest extends OperatorBase {
  readonly type: 'LOGICAL_UNNEST';
  readonly expressions: readonly Expression[];
}

export interface Product extends OperatorBase {
  readonly type: 'LOGICAL_CROSS_PRODUCT' | 'LOGICAL_POSITIONAL_JOIN';
}

export type Operator =
  | Get
  | Values
  | (OperatorBase & { readonly type: 'LOGICAL_CHUNK_GET'; readonly chunk_types: readonly LogicalType[] })
  | (OperatorBase & { readonly type: 'LOGICAL_DUMMY_SCAN' })
  | DelimGet
  | Cte
  | CteRef
  | RecursiveCte
  | Projection
  | Filter
  | AggregateOperator
  | WindowOperator
  | Distinct
  | Limit
  | SetOperation
  | Join
  | Product
  | OrderBy
  | Unnest
  | (OperatorBase & { readonly type: 'LOGICAL_SAMPLE' });

/** The engine's largest number says "none"; JavaScript rounds it. */
export function isNone(index: number): boolean {
  return index >= 2 ** 63;
}

export function typeOf(expression: Expression): LogicalType {
  if (expression.expression_class === 'BOUND_CONSTANT') return expression.value.type;
  return 'return_type' in expression ? expression.return_type : { id: 'BOOLEAN' };
}
