/** Casts that the binder lets pass and that fail with the first value. Types that are not named here are left alone. */
import { typeOf } from './plan.ts';
import type { Cast, Expression } from './plan.ts';

type Family = 'number' | 'date' | 'time' | 'interval' | 'uuid' | 'nested';

const families: Readonly<Record<Family, string>> = {
  number: 'BOOLEAN,TINYINT,SMALLINT,INTEGER,BIGINT,HUGEINT,UTINYINT,USMALLINT,UINTEGER,UBIGINT,UHUGEINT,FLOAT,DOUBLE,DECIMAL',
  date: 'DATE,TIMESTAMP,TIMESTAMP_S,TIMESTAMP_MS,TIMESTAMP_NS,TIMESTAMP WITH TIME ZONE',
  time: 'TIME,TIME WITH TIME ZONE,TIME_NS',
  interval: 'INTERVAL',
  uuid: 'UUID',
  nested: 'LIST,ARRAY,STRUCT,MAP',
};

const familyOf = new Map(Object.entries(families).flatMap(([family, ids]) => ids.split(',').map((id) => [id, family] as const)));

/** Whether no value of one type can become one of the other. NULL can, and is what `try_cast` gives. */
export function isImpossibleCast({ child, return_type: to, try_cast: tries }: Cast): boolean {
  const from = typeOf(child);
  if (tries === true || isNull(child)) return false;
  const one = familyOf.get(from.id);
  const other = familyOf.get(to.id);
  // A date has a time of its own in some types and not in others.
  return one !== undefined && other !== undefined && one !== other && !(one === 'date' && other === 'time');
}

function isNull(expression: Expression): boolean {
  if (expression.expression_class === 'BOUND_CAST') return isNull(expression.child);
  return expression.expression_class === 'BOUND_CONSTANT' && expression.value.is_null;
}

/** Words that are dates or numbers without any digit. */
const WORDS = /^\s*[-+]?(?:epoch|inf|infinity|nan)\s*$/i;
const DAY = /^\s*(\d{4})-(\d{2})-(\d{2})(?![\d.])/;

/** A text of the query that is no value of the type for certain, when it is one: what is left to the engine gives undefined. */
export function impossibleText({ child, return_type: to, try_cast: tries }: Cast): string | undefined {
  if (child.expression_class !== 'BOUND_CONSTANT' || tries === true || child.value.type.id !== 'VARCHAR') return undefined;
  const { value } = child.value;
  const family = familyOf.get(to.id);
  if (typeof value !== 'string' || to.id === 'BOOLEAN' || (family !== 'number' && family !== 'date')) return undefined;
  if (!/\p{N}/u.test(value)) return WORDS.test(value) ? undefined : value;
  return family === 'date' && isNoDay(value) ? value : undefined;
}

function isNoDay(value: string): boolean {
  const [, year = '', month = '', day = ''] = DAY.exec(value) ?? [];
  if (year === '' || /\(bc\)/i.test(value)) return false;
  const days = new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate();
  return Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > days;
}
