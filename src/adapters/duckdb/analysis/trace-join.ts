/** Joins: what the user joined, and the joins that subqueries become. */
import { makeLineage, withInfluences, withNotNull } from '../../../adapter/lineage/column-lineage.ts';
import type { ColumnLineage } from '../../../adapter/lineage/column-lineage.ts';
import { noInfluences } from '../../../adapter/lineage/influences.ts';
import { besideFlow, noRows, nullableFlow, underCondition, widenFlow, withRowInfluence } from '../../../adapter/lineage/row-flow.ts';
import type { RowFlow } from '../../../adapter/lineage/row-flow.ts';
import { joinKeys, smallestKeys } from '../../../adapter/lineage/row-keys.ts';
import type { JoinKind } from '../../../adapter/lineage/row-keys.ts';
import { conjuncts } from './conditions.ts';
import { repeatedPlace } from './null-rules.ts';
import { typeOf } from './plan.ts';
import type { Join, Operator, Product } from './plan.ts';
import { traceFilter } from './trace-filter.ts';
import { unknownOperator } from './walk.ts';
import type { Walk } from './walk.ts';

/** Joins that a FROM clause can say. */
const clauses: ReadonlySet<string> = new Set(['INNER', 'LEFT', 'RIGHT', 'FULL', 'SEMI', 'ANTI']);
/** Joins that subqueries in expressions become. */
const subqueries: ReadonlySet<string> = new Set(['MARK', 'SINGLE']);

export function traceJoin(join: Join, walk: Walk): RowFlow {
  const [leftChild, rightChild] = join.children;
  if (leftChild === undefined || rightChild === undefined || !isKnown(join)) return unknownOperator(join, walk);
  const left = traceSide(leftChild, join, walk);
  const repeated = join.duplicate_eliminated_columns ?? [];
  const outer = { columns: walk.expressions(repeated, left), types: repeated.map(typeOf) };
  const traceRight = (): RowFlow => traceSide(rightChild, join, walk);
  const right = join.type === 'LOGICAL_DELIM_JOIN' ? walk.inside(outer, traceRight) : traceRight();
  const compared = comparedColumns(join, left, right, walk);
  switch (join.join_type) {
    case 'MARK':
      return widenFlow(left, [markOf(right, compared)]);
    case 'SINGLE':
      return besideFlow(left, singleRow(outside(right, outer.columns), compared), left.keys);
    case 'SEMI':
    case 'ANTI': {
      const { columns, keys, any } = join.join_type === 'SEMI' ? matched(join, left, 'left') : left;
      const rows = besideFlow(left, { ...noRows, influences: right.influences }, keys);
      return withRowInfluence({ ...rows, columns, ...(any === undefined ? {} : { any }) }, compared, 'join');
    }
    default:
      return withRowInfluence(joinSides(join, left, outside(right, outer.columns)), compared, 'join');
  }
}

function isKnown(join: Join): boolean {
  const maps = join.left_projection_map.length + join.right_projection_map.length;
  return (clauses.has(join.join_type) || subqueries.has(join.join_type)) && join.delim_flipped !== true && maps === 0;
}

/** A condition on one side of an ON clause stands below the join as a filter of its own; no filter of a subquery does. */
function traceSide(child: Operator, join: Join, walk: Walk): RowFlow {
  return child.type === 'LOGICAL_FILTER' && clauses.has(join.join_type) ? traceFilter(child, walk, 'join') : walk.trace(child);
}

/** What a join compares. Comparing an outer column with its own repetition is the subquery's way home, and compares nothing. */
function comparedColumns(join: Join, left: RowFlow, right: RowFlow, walk: Walk): readonly ColumnLineage[] {
  const conditions = (join.conditions ?? []).flatMap((condition) => {
    const [one] = walk.expressions([condition.left], left);
    const [other] = walk.expressions([condition.right], right);
    if (one === undefined || other === undefined) return [];
    const home = other.outer !== undefined && (other.outer === one || other.outer === one.outer);
    return home && condition.comparison === 'COMPARE_NOT_DISTINCT_FROM' ? [] : [one, other];
  });
  const tests = [join.condition, join.predicate].filter((test) => test !== null && test !== undefined);
  return [...conditions, ...walk.expressions(tests, besideFlow(left, right, []))];
}

/** EXISTS, IN, ANY, ALL: a truth value computed from what is compared and decided by the rows of the subquery. */
function markOf(right: RowFlow, compared: readonly ColumnLineage[]): ColumnLineage {
  return makeLineage(compared, 'transformation', { influences: right.influences });
}

/** A scalar subquery: its rows decide about its own value and never about the rows of the query around it; NULL if there is none. */
function singleRow(right: RowFlow, compared: readonly ColumnLineage[]): RowFlow {
  const { influences } = withRowInfluence(right, compared, 'join');
  return {
    columns: right.columns.map((column) => withNotNull(withInfluences(column, influences), false)),
    influences: noInfluences,
    keys: [],
    ...(right.any === undefined ? {} : { any: withInfluences(right.any, influences) }),
  };
}

/** The subquery's columns where it ends: what it repeated is again a column as any other. */
function outside(right: RowFlow, outer: readonly ColumnLineage[]): RowFlow {
  if (outer.length === 0) return right;
  const columns = right.columns.map((column) =>
    column.outer !== undefined && outer.includes(column.outer) ? { ...column, outer: column.outer.outer } : column,
  );
  return { ...right, columns };
}

const joinKinds: Readonly<Record<string, JoinKind>> = { INNER: 'inner', LEFT: 'left', RIGHT: 'right', FULL: 'full' };

function joinSides(join: Join, left: RowFlow, right: RowFlow): RowFlow {
  const kind = joinKinds[join.join_type] ?? 'full';
  const equated = equatedPlaces(join, left.columns.length);
  const sides = [
    { keys: left.keys, equated: equated.map(([place]) => place) },
    { keys: right.keys, equated: equated.map(([, place]) => place) },
  ] as const;
  const joined = joinKeys(kind, ...sides, left.columns.length);
  // Of the right side of an ASOF join, at most one row meets a row of the left one.
  const once = join.type === 'LOGICAL_ASOF_JOIN' && (kind === 'inner' || kind === 'left');
  return besideFlow(
    kind === 'inner' ? matched(join, left, 'left') : kind === 'left' ? left : nullableFlow(left),
    kind === 'inner' ? matched(join, right, 'right') : kind === 'right' ? right : nullableFlow(right),
    once ? smallestKeys([...left.keys, ...joined]) : joined,
  );
}

/** Places on both sides, each counted on its own, that the condition makes equal. */
function equatedPlaces(join: Join, width: number): readonly (readonly [number, number])[] {
  const pairs = (join.conditions ?? []).flatMap((condition) =>
    isEquality(condition.comparison) ? [[repeatedPlace(condition.left), repeatedPlace(condition.right)] as const] : [],
  );
  const tests = join.condition ? conjuncts(join.condition) : [];
  const tested = tests.flatMap((test) => {
    if (test.expression_class !== 'BOUND_COMPARISON' || !isEquality(test.type)) return [];
    const [one = width, other = 0] = [repeatedPlace(test.left), repeatedPlace(test.right)].toSorted((a = 0, b = 0) => a - b);
    return one < width && other >= width ? [[one, other - width] as const] : [];
  });
  return [...pairs, ...tested].flatMap(([one, other]) => (one === undefined || other === undefined ? [] : [[one, other] as const]));
}

function isEquality(comparison: string): boolean {
  return comparison === 'COMPARE_EQUAL' || comparison === 'COMPARE_NOT_DISTINCT_FROM';
}

/** What met something through a comparison is not NULL. */
function matched(join: Join, flow: RowFlow, side: 'left' | 'right'): RowFlow {
  const notNull = (join.conditions ?? []).flatMap((condition) => {
    const place = condition.comparison.endsWith('DISTINCT_FROM') ? undefined : repeatedPlace(condition[side]);
    return place === undefined ? [] : [place];
  });
  return underCondition(flow, { notNull, constant: [] });
}

/** Every row with every row, or rows in pairs as they come: the shorter side is then filled up with NULL. */
export function traceProduct(product: Product, walk: Walk): RowFlow {
  const [left = noRows, right = noRows] = product.children.map((child) => walk.trace(child));
  if (product.type === 'LOGICAL_POSITIONAL_JOIN') return besideFlow(nullableFlow(left), nullableFlow(right), []);
  const keys = joinKeys('inner', { keys: left.keys, equated: [] }, { keys: right.keys, equated: [] }, left.columns.length);
  return besideFlow(left, right, keys);
}
