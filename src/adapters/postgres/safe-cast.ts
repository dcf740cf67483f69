/** Casts that give NULL where the engine's own cast would fail. */
import { quoteText } from './quoting.ts';

/** Other names of the types that are told apart below. */
const aliases: Readonly<Record<string, string>> = {
  int2: 'smallint',
  int: 'integer',
  int4: 'integer',
  int8: 'bigint',
  bool: 'boolean',
  float8: 'double precision',
  float: 'double precision',
  double: 'double precision',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  varchar: 'text',
  'character varying': 'text',
};

const integerBounds: Readonly<Record<string, string>> = {
  smallint: '-32768 and 32767',
  integer: '-2147483648 and 2147483647',
  bigint: '-9223372036854775808 and 9223372036854775807',
};

const decimalType = /^(?:numeric|decimal)(?:\((\d+)(?:,(-?\d+))?\))?$/;

/** Digits with a fraction and an exponent, as far as every server can compute with them. */
const numberPattern = String.raw`^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\s*$`;
const endlessPattern = String.raw`^\s*([+-]?inf(inity)?|nan)\s*$`;
const datePattern = String.raw`(?!0000)[0-9]{4}-(0?[1-9]|1[0-2])-(0?[1-9]|[12][0-9]|3[01])`;
const timePattern = String.raw`([ T]([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]*)?)?)?`;
const zonePattern = String.raw`( ?(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?))?`;

/** Moments by the names of their types. */
const momentPatterns: Readonly<Record<string, string>> = {
  date: datePattern,
  'timestamp without time zone': datePattern + timePattern,
  'timestamp with time zone': datePattern + timePattern + zonePattern,
};

const booleanPattern = String.raw`^\s*(t|true|f|false|y|yes|n|no|on|off|0|1)\s*$`;

interface Operand {
  readonly text: string;
  /**
   * The same text, not computed before the statement runs: a constant that does not cast would otherwise fail the
   * whole statement although its branch is never taken.
   */
  readonly late: string;
}

function numericCast({ text, late }: Operand, fits: (number: string) => string | undefined, type: string, otherwise = ''): string {
  const number = `cast(${late} as numeric)`;
  const condition = fits(number);
  const chosen = condition === undefined ? number : `case when ${condition} then ${number} end`;
  return `case when ${text} ~ '${numberPattern}' then cast(${chosen} as ${type})${otherwise} end`;
}

/** The pattern knows months and days, but not which month has how many. */
function momentCast({ text, late }: Operand, pattern: string, type: string): string {
  const day = `cast(substring(${late} from '^\\s*[0-9]{4}-[0-9]+-([0-9]+)') as integer)`;
  const first = `cast(substring(${late} from '^\\s*([0-9]{4}-[0-9]+-)') || '1' as date)`;
  const last = `extract(day from ${first} + interval '1 month' - interval '1 day')`;
  const cast = `case when ${day} <= ${last} then cast(${late} as ${type}) end`;
  return `case when ${text} ~ '^\\s*${pattern}\\s*$' then ${cast} end`;
}

/** Text is read as the engine reads it; numbers are rounded to whole ones, as they are when a number is cast. */
export function safeCast(expression: string, type: string): string {
  const plain = type
    .trim()
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\s*([(),])\s*/g, '$1');
  const known = (Object.hasOwn(aliases, plain) ? aliases[plain] : undefined) ?? plain;
  const text = `cast(${expression} as text)`;
  const operand = { text, late: `concat(${text})` };
  const bounds = Object.hasOwn(integerBounds, known) ? integerBounds[known] : undefined;
  if (known === 'text') return `cast(${expression} as ${type})`;
  if (known === 'boolean') return `case when ${text} ~* '${booleanPattern}' then cast(${operand.late} as boolean) end`;
  if (bounds !== undefined) return numericCast(operand, (number) => `round(${number}) between ${bounds}`, type);
  if (known === 'double precision') {
    const endless = ` when ${text} ~* '${endlessPattern}' then cast(${operand.late} as double precision)`;
    return numericCast(operand, (number) => `abs(${number}) < 1.7976931348623158e308`, 'double precision', endless);
  }
  const moment = Object.hasOwn(momentPatterns, known) ? momentPatterns[known] : undefined;
  if (moment !== undefined) return momentCast(operand, moment, type);
  const decimal = decimalType.exec(known);
  if (decimal !== null) return numericCast(operand, (number) => decimalCondition(number, decimal[1], decimal[2]), type);
  // The engine has this function since version 16.
  return `case when pg_input_is_valid(${text}, ${quoteText(type)}) then cast(${operand.late} as ${type}) end`;
}

/** What is left after rounding to the scale must have no more digits than the precision allows. */
function decimalCondition(number: string, precision: string | undefined, scale = '0'): string | undefined {
  if (precision === undefined) return undefined;
  return `abs(round(${number}, ${scale})) < 1e${Number(precision) - Number(scale)}`;
}
