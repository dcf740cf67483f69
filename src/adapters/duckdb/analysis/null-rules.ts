/** Which functions and casts of the engine can make NULL of values, and which keep values apart. Only what is certain. */
import type { ColumnLineage } from '../../../adapter/lineage/column-lineage.ts';
import { typeOf } from './plan.ts';
import type { Aggregate, Call, Cast, Expression, LogicalType, WindowCall } from './plan.ts';

type Parts = readonly ColumnLineage[];

const isNotNull = (part: ColumnLineage): boolean => part.notNull;

export function isNotNullOperator(type: string, parts: Parts): boolean {
  switch (type) {
    case 'OPERATOR_IS_NULL':
    case 'OPERATOR_IS_NOT_NULL':
      return true;
    case 'OPERATOR_COALESCE':
      return parts.some(isNotNull);
    case 'OPERATOR_NOT':
    case 'COMPARE_IN':
    case 'COMPARE_NOT_IN':
      return parts.every(isNotNull);
    default:
      return false;
  }
}

const integers: ReadonlySet<string> = new Set(
  'TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT'.split(' '),
);
const numbers: ReadonlySet<string> = new Set([...integers, 'DECIMAL', 'FLOAT', 'DOUBLE']);
const plain: ReadonlySet<string> = new Set([
  ...numbers,
  'BOOLEAN',
  'VARCHAR',
  'DATE',
  'TIMESTAMP',
  'TIMESTAMP WITH TIME ZONE',
  'UUID',
  'ENUM',
]);

/** A type of its own, such as JSON, may turn a value into NULL. */
function isPlain(type: LogicalType): boolean {
  return plain.has(type.id) && (type.type_info?.alias ?? '') === '';
}

/** The cast fails rather than give NULL for a value. */
export function keepsNotNull(cast: Cast): boolean {
  return cast.try_cast !== true && isPlain(typeOf(cast.child)) && isPlain(cast.return_type);
}

/** Functions that give NULL only for NULL. */
const strict: ReadonlySet<string> = new Set(
  'lower upper trim ltrim rtrim length replace md5 sha256 abs round floor ceil ceiling date_trunc'.split(' '),
);
/** Functions that give NULL only if all arguments are NULL, or never. */
const lenient: ReadonlySet<string> = new Set(['greatest', 'least', 'concat', 'hash']);
/** Between numbers these give NULL only for NULL; a division by zero gives NULL. */
const arithmetic: ReadonlySet<string> = new Set(['+', '-', '*']);

export function isNotNullCall(call: Call, parts: Parts): boolean {
  if (lenient.has(call.name)) return parts.some(isNotNull);
  const known =
    strict.has(call.name) ||
    (arithmetic.has(call.name) && call.children.every((child) => numbers.has(typeOf(child).id))) ||
    (call.name === '||' && call.return_type.id === 'VARCHAR');
  return known && parts.length > 0 && parts.every(isNotNull);
}

/** Aggregates that give NULL only if all their rows are NULL, or if there are none. */
const overRows: ReadonlySet<string> = new Set(
  'sum min max avg any_value first last arbitrary list array_agg string_agg bool_and bool_or'.split(' '),
);
const counts: ReadonlySet<string> = new Set(['count', 'count_star', 'approx_count_distinct']);

/** Aggregates that say how many rows there are, and nothing of what stands in them. */
const tallies: ReadonlySet<string> = new Set([...counts, 'count_if', 'countif', 'regr_count']);

export function isTally(name: string | null | undefined): boolean {
  return tallies.has(name ?? '');
}

/** Over a group that has a row. */
export function isNotNullAggregate(aggregate: Aggregate, values: Parts): boolean {
  if (isCount(aggregate)) return true;
  return overRows.has(aggregate.name) && !aggregate.filter && values.length > 0 && values.every(isNotNull);
}

/** Never NULL, not even over no rows. */
export function isCount(aggregate: Aggregate): boolean {
  return counts.has(aggregate.name);
}

/** Windows that give a number to every row. */
const numbering: ReadonlySet<string> = new Set(
  ['ROW_NUMBER', 'RANK', 'RANK_DENSE', 'PERCENT_RANK', 'CUME_DIST'].map((name) => `WINDOW_${name}`),
);

export function isNotNullWindow(call: WindowCall): boolean {
  return numbering.has(call.type) || (call.type === 'WINDOW_AGGREGATE' && counts.has(call.name ?? ''));
}

/** The place below whose values this expression gives, or gives under other spellings that stay apart; else undefined. */
export function repeatedPlace(expression: Expression): number | undefined {
  if (expression.expression_class === 'BOUND_REF') return expression.index;
  return expression.expression_class === 'BOUND_CAST' && keepsApart(expression) ? repeatedPlace(expression.child) : undefined;
}

const readable: ReadonlySet<string> = new Set([...integers, 'DECIMAL', 'BOOLEAN', 'DATE', 'UUID', 'ENUM']);

function keepsApart(cast: Cast): boolean {
  const from = typeOf(cast.child);
  const to = cast.return_type;
  if (cast.try_cast === true || !isPlain(from) || !isPlain(to)) return false;
  if (integers.has(from.id)) return integers.has(to.id) || to.id === 'VARCHAR';
  return (readable.has(from.id) && to.id === 'VARCHAR') || (from.id === 'DATE' && to.id === 'TIMESTAMP');
}
