/** Whether a function over several rows gives the same whatever the order is in which the engine meets them. */
import type { Expression, LogicalType } from './plan.ts';
import { typeOf } from './plan.ts';

/** Of whatever values. */
const always: ReadonlySet<string> = new Set(['count', 'count_star', 'min', 'max', 'bool_and', 'bool_or', 'bit_and', 'bit_or', 'bit_xor']);
/** Of values that add up without rounding. */
const exact: ReadonlySet<string> = new Set(['sum', 'sum_no_overflow', 'avg', 'mean', 'count_if']);
const ranks: ReadonlySet<string> = new Set(['WINDOW_RANK', 'WINDOW_RANK_DENSE', 'WINDOW_PERCENT_RANK', 'WINDOW_CUME_DIST']);

/** Of other expressions than those over several rows: yes. */
export function givesOneValue(expression: Expression): boolean {
  if (expression.expression_class === 'BOUND_AGGREGATE') return isSteady(expression.name, expression.children);
  if (expression.expression_class !== 'BOUND_WINDOW') return true;
  if (ranks.has(expression.type)) return true;
  // Rows that are equal by the order come into a frame that is cut by rows in any order.
  const isCut = expression.orders.length > 0 && !(expression.start === 'UNBOUNDED_PRECEDING' && expression.end === 'CURRENT_ROW_RANGE');
  return expression.type === 'WINDOW_AGGREGATE' && !isCut && isSteady(expression.name ?? '', expression.children);
}

function isSteady(name: string, values: readonly Expression[]): boolean {
  return always.has(name) || (exact.has(name) && !values.some((value) => rounds(typeOf(value))));
}

function rounds({ id }: LogicalType): boolean {
  return id === 'FLOAT' || id === 'DOUBLE';
}
