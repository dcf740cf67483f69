/** Whether a function over several rows gives the same whatever the order is in which the engine meets them. */
import type { Expression, LogicalType } from './plan.ts';
import { typeOf } from './plan.ts';

/** Of whatever values. */
const always: ReadonlySet<string> = new Set(['count', 'count_star', 'bool_and', 'bool_or', 'bit_and', 'bit_or', 'bit_xor']);
/** Of values that add up without rounding, and of which those that are equal are the same. */
const exact: ReadonlySet<string> = new Set(['min', 'max', 'sum', 'sum_no_overflow', 'avg', 'mean', 'count_if']);
const ranks: ReadonlySet<string> = new Set(['WINDOW_RANK', 'WINDOW_RANK_DENSE', 'WINDOW_PERCENT_RANK', 'WINDOW_CUME_DIST']);

/** Of other expressions than those over several rows: yes. */
export function givesOneValue(expression: Expression): boolean {
  if (expression.expression_class === 'BOUND_AGGREGATE') return isSteady(expression.name, expression.children);
  if (expression.expression_class !== 'BOUND_WINDOW') return true;
  if (ranks.has(expression.type)) return true;
  // Rows that are equal by the order, which without one all are, come into a frame that is cut by rows in any order.
  const isCut = !(expression.start === 'UNBOUNDED_PRECEDING' && uncut.has(expression.end ?? ''));
  return expression.type === 'WINDOW_AGGREGATE' && !isCut && isSteady(expression.name ?? '', expression.children);
}

/** Ends of frames that take all rows that are equal by the order. */
const uncut: ReadonlySet<string> = new Set(['CURRENT_ROW_RANGE', 'CURRENT_ROW_GROUPS', 'UNBOUNDED_FOLLOWING']);

function isSteady(name: string, values: readonly Expression[]): boolean {
  return always.has(name) || (exact.has(name) && values.every((value) => showsEqualApart(typeOf(value))));
}

const single: ReadonlySet<string> = new Set([
  ...'BOOLEAN TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT DECIMAL VARCHAR CHAR BLOB'.split(' '),
  ...'ENUM UUID DATE TIME TIMESTAMP TIMESTAMP_S TIMESTAMP_MS TIMESTAMP_NS'.split(' '),
  'TIMESTAMP WITH TIME ZONE',
]);
const nested: ReadonlySet<string> = new Set(['LIST', 'ARRAY', 'STRUCT', 'MAP']);

/** Whether values that are not the same never count as equal, as 0.0 and -0.0 do, or a month and 30 days. */
export function showsEqualApart({ id, type_info: info }: LogicalType): boolean {
  if ((info?.collation ?? '') !== '') return false;
  if (!nested.has(id)) return single.has(id);
  const parts = [...(info?.child_type === undefined ? [] : [info.child_type]), ...(info?.child_types ?? []).map(({ second }) => second)];
  return parts.length > 0 && parts.every(showsEqualApart);
}
