/**
 * Walks a bound plan from its scans up and tells of each column, and of the choice of rows, how it is made. What a rule does not
 * know ends the walk.
 */
import type { QueryMeaning } from '../../../adapter/analysis.ts';
import { made, meaningBy, notFollowed, refuseUnless } from '../../../adapter/lineage/told.ts';
import type { Told, ToldFlow, ToldRelations } from '../../../adapter/lineage/told.ts';
import { givesOneValue, showsEqualApart } from './one-value.ts';
import { isNone, typeOf } from './plan.ts';
import type { AggregateOperator, CteRef, Distinct, Expression, Get, Join, Operator, SetOperation, Values } from './plan.ts';
import type { QueryPlan } from './read-plans.ts';
import type { ScanNames } from './scan-names.ts';

type Flow = ToldFlow;

interface Walk {
  readonly origin: ScanNames['origin'];
  readonly relations: ToldRelations;
  readonly ctes: Map<number, Flow>;
}

/** Undefined where a part of the plan cannot be followed. */
export function traceMeaning(plan: QueryPlan, origin: ScanNames['origin']): QueryMeaning | undefined {
  return meaningBy((relations) => traceOperator(plan, { origin, relations, ctes: new Map() }));
}

function traceOperator(operator: Operator, walk: Walk): Flow {
  switch (operator.type) {
    case 'LOGICAL_GET':
      return traceScan(operator, walk);
    case 'LOGICAL_DUMMY_SCAN':
      return { rows: made('one row', []), columns: [] };
    case 'LOGICAL_EXPRESSION_GET':
      return traceValues(operator, walk);
    case 'LOGICAL_PROJECTION': {
      const flow = below(operator, walk);
      return { rows: flow.rows, columns: operator.expressions.map((expression) => told(expression, flow.columns)) };
    }
    case 'LOGICAL_FILTER': {
      refuseUnless(operator.projection_map.length === 0);
      const flow = below(operator, walk);
      const conditions = operator.expressions.map((expression) => told(expression, flow.columns));
      return { ...flow, rows: made('filter', [flow.rows, ...conditions]) };
    }
    case 'LOGICAL_ORDER_BY': {
      refuseUnless(operator.projections.length === 0);
      return below(operator, walk);
    }
    case 'LOGICAL_LIMIT': {
      const flow = below(operator, walk);
      return { ...flow, rows: made('limit', [flow.rows], true) };
    }
    case 'LOGICAL_AGGREGATE_AND_GROUP_BY':
      return traceGroups(operator, walk);
    case 'LOGICAL_WINDOW': {
      const flow = below(operator, walk);
      const added = operator.expressions.map((expression) => made('window', [flow.rows, told(expression, flow.columns)]));
      return { rows: flow.rows, columns: [...flow.columns, ...added] };
    }
    case 'LOGICAL_DISTINCT':
      return traceDistinct(operator, walk);
    case 'LOGICAL_CROSS_PRODUCT': {
      const [left, right] = bothSides(operator, walk);
      return { rows: made('product', [left.rows, right.rows]), columns: beside(left, right, 'product') };
    }
    case 'LOGICAL_COMPARISON_JOIN':
    case 'LOGICAL_ANY_JOIN':
      return traceJoin(operator, walk);
    case 'LOGICAL_UNION':
    case 'LOGICAL_EXCEPT':
    case 'LOGICAL_INTERSECT':
      return traceSetOperation(operator, walk);
    case 'LOGICAL_MATERIALIZED_CTE': {
      const [, query] = operator.children;
      walk.ctes.set(operator.table_index, below(operator, walk));
      return query === undefined ? notFollowed() : traceOperator(query, walk);
    }
    case 'LOGICAL_CTE_REF':
      return rememberedCte(operator, walk);
    default:
      return notFollowed();
  }
}

/** Functions that give the same for the same arguments, as long as nobody changes the file. */
const functions =
  /^(?:read_(?:csv|csv_auto|parquet|json|json_auto|ndjson|ndjson_auto|ndjson_objects|json_objects)|parquet_scan|range|generate_series)$/;

function traceScan(get: Get, { origin, relations }: Walk): Flow {
  refuseUnless(get.children.length === 0 && get.projection_ids.length === 0);
  const { function_data: data } = get;
  const names = get.column_indexes.map(({ index }) => (isNone(index) ? undefined : (get.names[index] ?? notFollowed())));
  const columns = (column: (name: string) => Told): readonly Told[] =>
    names.map((name) => (name === undefined ? made('row number', [], true) : column(name)));
  const from = data?.table === undefined || data.schema === undefined ? undefined : origin(data.schema, data.table);
  if (from?.kind !== 'relation') {
    refuseUnless(functions.test(get.name));
    const call = JSON.stringify([get.name, get.parameters, get.named_parameters], (_, value: unknown) =>
      isExact(value) ? value : notFollowed(),
    );
    return { rows: made(call, []), columns: columns((name) => made(`${call} ${name}`, [])) };
  }
  const { relation } = from;
  return { rows: relations.rows(relation), columns: columns((name) => relations.column(relation, name)) };
}

function traceValues(values: Values, walk: Walk): Flow {
  const flow = below(values, walk);
  const rows = values.expressions.map((row) => row.map((expression) => told(expression, flow.columns)));
  const columns = (rows[0] ?? []).map((_, at) =>
    made(
      'values',
      rows.map((row) => row[at] ?? notFollowed()),
    ),
  );
  return { rows: made(`${rows.length} rows`, [flow.rows]), columns };
}

function traceGroups(operator: AggregateOperator, walk: Walk): Flow {
  refuseUnless(operator.grouping_functions.length === 0);
  const flow = below(operator, walk);
  const groups = operator.groups.map((expression) => told(expression, flow.columns));
  return {
    rows: made(`groups ${JSON.stringify(operator.grouping_sets)}`, [flow.rows, ...groups]),
    columns: [
      ...groups.map((group, at) => made(`group ${at}`, [group], isOpen(operator.groups[at]))),
      ...operator.expressions.map((expression) => told(expression, flow.columns)),
    ],
  };
}

function traceDistinct(operator: Distinct, walk: Walk): Flow {
  const flow = below(operator, walk);
  refuseUnless(operator.distinct_type === 'DISTINCT');
  const targetOf = (place: number): Expression | undefined =>
    operator.distinct_targets.find((target) => target.expression_class === 'BOUND_REF' && target.index === place);
  const columns = flow.columns.map((column, at) => (isOpen(targetOf(at)) ? { ...column, loose: true } : column));
  return { rows: made('distinct', [flow.rows, ...flow.columns]), columns };
}

/** Of values that count as equal any one is shown: what is made of them may be another each time. */
function isOpen(expression: Expression | undefined): boolean {
  return expression === undefined || !showsEqualApart(typeOf(expression));
}

/** Joins that a FROM clause can say, and those that subqueries become. */
const joins: ReadonlySet<string> = new Set(['INNER', 'LEFT', 'RIGHT', 'OUTER', 'FULL', 'SEMI', 'ANTI', 'MARK', 'SINGLE']);

function traceJoin(join: Join, walk: Walk): Flow {
  const repeated = join.duplicate_eliminated_columns ?? [];
  refuseUnless(joins.has(join.join_type) && join.left_projection_map.length + join.right_projection_map.length + repeated.length === 0);
  const [left, right] = bothSides(join, walk);
  const both = beside(left, right, join.join_type);
  const rights = both.slice(left.columns.length);
  const conditions = (join.conditions ?? []).map((condition) =>
    made(condition.comparison, [told(condition.left, both), told(condition.right, rights)]),
  );
  const whole = [join.condition, join.predicate].flatMap((expression) => (expression ? [told(expression, both)] : []));
  const what = made(join.join_type, [right.rows, ...conditions, ...whole]);
  switch (join.join_type) {
    case 'MARK':
      return { rows: left.rows, columns: [...left.columns, made('mark', [what, ...right.columns])] };
    case 'SINGLE':
      return { rows: left.rows, columns: [...left.columns, ...right.columns.map((column) => made('single', [what, column]))] };
    case 'SEMI':
    case 'ANTI':
      return { rows: made('join', [left.rows, what]), columns: left.columns };
    default:
      return { rows: made('join', [left.rows, what]), columns: both };
  }
}

function traceSetOperation(operator: SetOperation, walk: Walk): Flow {
  const [left, right] = bothSides(operator, walk);
  refuseUnless(operator.children.length === 2 && left.columns.length === right.columns.length);
  const what = `${operator.type} ${String(operator.setop_all)}`;
  const columns = left.columns.map((column, at) => made('either', [column, right.columns[at] ?? notFollowed()]));
  if (operator.type === 'LOGICAL_UNION' && operator.setop_all === true) return { rows: made(what, [left.rows, right.rows]), columns };
  const list = listOf(operator);
  return {
    rows: made(what, [left.rows, right.rows, ...columns]),
    columns: columns.map((column, at) => (isOpen(list[at]) ? { ...column, loose: true } : column)),
  };
}

/** What the first query of a set operation selects, as far as it stands right there. */
function listOf(operator: Operator | undefined): readonly Expression[] {
  switch (operator?.type) {
    case 'LOGICAL_PROJECTION':
      return operator.expressions;
    case 'LOGICAL_UNION':
    case 'LOGICAL_EXCEPT':
    case 'LOGICAL_INTERSECT':
    case 'LOGICAL_DISTINCT':
    case 'LOGICAL_ORDER_BY':
      return listOf(operator.children[0]);
    default:
      return [];
  }
}

function rememberedCte({ cte_index: index, chunk_types: types }: CteRef, { ctes }: Walk): Flow {
  const flow = ctes.get(index) ?? notFollowed();
  refuseUnless(types.length === flow.columns.length);
  return flow;
}

function below(operator: Operator, walk: Walk): Flow {
  const [child] = operator.children;
  return child === undefined ? notFollowed() : traceOperator(child, walk);
}

function bothSides(operator: Operator, walk: Walk): readonly [Flow, Flow] {
  const [left, right] = operator.children;
  return left === undefined || right === undefined ? notFollowed() : [traceOperator(left, walk), traceOperator(right, walk)];
}

/** Of two scans of one relation the columns are not the same. */
function beside(left: Flow, right: Flow, kind: string): readonly Told[] {
  const from = (side: string, { columns }: Flow): readonly Told[] => columns.map((column) => made(`${kind} ${side}`, [column]));
  return [...from('left', left), ...from('right', right)];
}

const knownClasses: ReadonlySet<string> = new Set(
  'REF CONSTANT FUNCTION CAST COMPARISON BETWEEN CONJUNCTION OPERATOR CASE AGGREGATE WINDOW'.split(' ').map((name) => `BOUND_${name}`),
);

/** Names that mean nothing, and places in the text. */
const meaningless: ReadonlySet<string> = new Set(['alias', 'query_location']);

/** An expression over columns: its tree as the engine writes it, with digests for what it refers to. */
function told(expression: Expression, columns: readonly Told[]): Told {
  if (expression.expression_class === 'BOUND_REF') return columns[expression.index] ?? notFollowed();
  const parts: Told[] = [];
  let loose = false;
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    refuseUnless(isExact(value));
    if (typeof value !== 'object' || value === null) return value;
    if ('lambda_expr' in value || 'collation' in value) return notFollowed();
    if ('expression_class' in value) {
      refuseUnless(knownClasses.has(String(value.expression_class)));
      // The engine writes every expression in one of these shapes.
      const inner = value as Expression;
      if (inner.expression_class === 'BOUND_REF') return { part: parts.push(columns[inner.index] ?? notFollowed()) };
      loose ||= !givesOneValue(inner);
    }
    return Object.fromEntries(Object.entries(value).flatMap(([key, entry]) => (meaningless.has(key) ? [] : [[key, copy(entry)]])));
  };
  const text = JSON.stringify(copy(expression));
  return made(text, parts, loose);
}

/** Numbers of many digits are not what the engine wrote any more once they are read: others look the same. */
function isExact(value: unknown): boolean {
  return typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value);
}
