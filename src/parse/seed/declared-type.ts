/** Judges cells against a declared type: engines round and cut in silence, so what does not fit is found here. */
import { cellKind, isDecimalWithin, kindOfCell } from './infer-type.ts';
import { isTypeSpelling } from './type-spelling.ts';

/** Why a cell does not fit, to stand after "`x` in column `c`", and how to mend it. */
export interface Misfit {
  readonly reason: string;
  readonly help?: string;
}

/** A declared type as far as `tx` knows it. */
export interface DeclaredType {
  /** An empty quoted cell is empty text, not NULL. */
  readonly text: boolean;
  /** Judges the cell of `bytes` between two places; undefined for types that only the engine knows, and for plain text. */
  readonly misfit: ((bytes: Buffer, start: number, end: number) => Misfit | undefined) | undefined;
}

const SPELLING = /^([a-z][a-z0-9_ ]*?) ?(?:\( ?(\d+) ?(?:, ?(\d+) ?)?\) ?)?( with time zone| without time zone)?$/;

/** Bits and sign of the integer types. */
const integers: Readonly<Record<string, readonly [bits: bigint, signed: boolean]>> = {
  tinyint: [8n, true],
  int1: [8n, true],
  smallint: [16n, true],
  int2: [16n, true],
  integer: [32n, true],
  int: [32n, true],
  int4: [32n, true],
  bigint: [64n, true],
  int8: [64n, true],
  hugeint: [128n, true],
  utinyint: [8n, false],
  usmallint: [16n, false],
  uinteger: [32n, false],
  ubigint: [64n, false],
  uhugeint: [128n, false],
};

const texts = new Set(['text', 'varchar', 'character varying', 'char', 'character', 'bpchar', 'string', 'nvarchar', 'citext']);
const decimals = new Set(['decimal', 'numeric', 'dec']);
const doubles = new Set(['double', 'double precision', 'float8']);
/** `float` has as many digits on some engines as `double`, and on others as `real`: the least of them counts. */
const singles = new Set(['real', 'float4', 'float']);
/** Bits of a `float(n)` that make a `real` of it. */
const singleBits = 24;
const timestamps: Readonly<Record<string, number>> = {
  timestamp: 6,
  datetime: 6,
  timestamp_s: 0,
  timestamp_ms: 3,
  timestamp_us: 6,
  timestamp_ns: 9,
};

const plural = (count: number, noun: string): string => (count === 1 ? `1 ${noun}` : `${count} ${noun}s`);

type Judge = (cell: string) => Misfit | undefined;

/** A cell that is known to fit is let through without being copied. */
function judged(fits: (bytes: Buffer, start: number, end: number) => boolean, judge: Judge): DeclaredType {
  return {
    text: false,
    misfit: (bytes, start, end) => (fits(bytes, start, end) ? undefined : judge(bytes.toString('utf8', start, end))),
  };
}

/** Cells of these kinds always fit. */
function ofKind(kinds: number): (bytes: Buffer, start: number, end: number) => boolean {
  return (bytes, start, end) => (kindOfCell(bytes, start, end) & kinds) !== 0;
}

/** No integer type holds more digits; a longer cell is not worth the arithmetic. */
const longestInteger = 39;

const empty = 'an empty cell is NULL';

function integerType(name: string, bits: bigint, signed: boolean): DeclaredType {
  const low = signed ? -(2n ** (bits - 1n)) : 0n;
  const high = signed ? 2n ** (bits - 1n) - 1n : 2n ** bits - 1n;
  let quick = 0;
  if (signed && bits >= 32n) quick |= cellKind.integer;
  if (signed && bits >= 64n) quick |= cellKind.safeInteger | cellKind.bigint;
  return judged(ofKind(quick), (cell) => {
    if (!/^[+-]?\d+$/.test(cell))
      return {
        reason: `is not a whole number, and the column is declared \`${name}\``,
        help: /^[+-]?\d*\.\d+$/.test(cell) ? 'declare `decimal` or `double`' : empty,
      };
    const digits = cell.replace(/^[+-]?0*/, '');
    const value = digits.length > longestInteger ? high + 1n : BigInt(cell.startsWith('-') ? `-${digits || '0'}` : digits);
    return value < low || value > high ? { reason: `is beyond the range of \`${name}\`` } : undefined;
  });
}

function decimalType(declared: string, precision: number | undefined, scale: number | undefined): DeclaredType {
  // Without digits, engines differ in what they keep; 18 and 3 is the least of them.
  const digits = precision ?? 18;
  const places = scale ?? (precision === undefined ? 3 : 0);
  const note = precision === undefined ? ' on some engines' : '';
  const fits = (bytes: Buffer, start: number, end: number): boolean => isDecimalWithin(bytes, start, end, digits - places, places);
  return judged(fits, (cell) => {
    const match = /^[+-]?(\d*)(?:\.(\d*))?$/.exec(cell);
    const [, whole = '', fraction = ''] = match ?? [];
    if (match === null || whole + fraction === '') {
      return { reason: `is not a decimal number, and the column is declared \`${declared}\``, help: empty };
    }
    const kept = fraction.replace(/0+$/, '').length;
    const before = whole.replace(/^0+/, '').length;
    const help = `declare \`decimal(${before + Math.max(kept, places)},${Math.max(kept, places)})\` or more`;
    if (kept > places) return { reason: `has ${plural(kept, 'decimal place')}, and \`${declared}\` keeps ${places}${note}`, help };
    if (before > digits - places) {
      return { reason: `has ${plural(before, 'digit')} before the point, and \`${declared}\` holds ${digits - places}${note}`, help };
    }
    return undefined;
  });
}

const FLOAT = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|nan|[+-]?inf(?:inity)?)$/i;

/** A number as its digits, zeros at both ends left out, and the power of ten of the first of them. */
function digitsOf(number: string): { readonly digits: string; readonly power: number } {
  const [, whole = '', fraction = '', exponent = '0'] = /^[+-]?(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(number) ?? [];
  const all = (whole + fraction).replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  return { digits, power: digits === '' ? 0 : all.length - fraction.length + Number(exponent) - 1 };
}

/** More digits than this are not printed by `toExponential`; no number of this kind has them. */
const mostDigits = 100;

/** Whether the number that is stored, printed with as many digits as the cell has, is the cell. */
function keepsDigits(cell: string, stored: number): boolean {
  const { digits, power } = digitsOf(cell);
  if (digits.length > mostDigits) return false;
  const kept = digitsOf(stored.toExponential(Math.max(digits.length - 1, 0)));
  return kept.digits === digits && kept.power === power;
}

interface FloatKind {
  readonly store: (value: number) => number;
  /** Cells of these kinds lose nothing. */
  readonly safe: number;
  readonly wider: string;
}

const single: FloatKind = { store: Math.fround, safe: 0, wider: 'declare `double` or `decimal`, which keep more digits' };
const double: FloatKind = {
  store: (value) => value,
  safe: cellKind.integer | cellKind.safeInteger | cellKind.double,
  wider: 'declare `decimal`, which keeps all digits, or write the number with the digits that are kept',
};

function floatType(declared: string, { store, safe, wider }: FloatKind): DeclaredType {
  return judged(ofKind(safe), (cell) => {
    if (!FLOAT.test(cell)) return { reason: `is not a number, and the column is declared \`${declared}\``, help: empty };
    if (!/\d/.test(cell)) return undefined;
    const stored = store(Number(cell));
    if (!Number.isFinite(stored)) return { reason: `is beyond the range of \`${declared}\`` };
    return keepsDigits(cell, stored) ? undefined : { reason: `would be kept as ${stored} in \`${declared}\``, help: wider };
  });
}

const booleanType = judged(ofKind(cellKind.boolean), (cell) =>
  /^(?:true|false|t|f|yes|no|y|n|1|0)$/i.test(cell)
    ? undefined
    : { reason: 'is not a boolean', help: 'write `true` or `false`; an empty cell is NULL' },
);

const LOCAL_DATE = /^(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}$/;
const isoDates = 'write dates as `YYYY-MM-DD`';

function notADate(cell: string, what: string): Misfit {
  const [, first = '', second = ''] = LOCAL_DATE.exec(cell) ?? [];
  const ambiguous = first !== '' && Number(first) !== Number(second) && Number(first) <= 12 && Number(second) <= 12;
  return { reason: ambiguous ? 'is ambiguous: day first or month first' : `is not a ${what}`, help: isoDates };
}

const dateType = judged(ofKind(cellKind.date), (cell) => notADate(cell, 'date of the calendar in ISO form'));

/** The fraction of a second may be longer than the type keeps only if what is cut off is zero. */
function fractionMisfit(cell: string, declared: string, digits: number): Misfit | undefined {
  const written = /\.(\d+)/.exec(cell)?.[1]?.replace(/0+$/, '').length ?? 0;
  return written > digits ? { reason: `has ${plural(written, 'digit')} after the second, and \`${declared}\` keeps ${digits}` } : undefined;
}

/** A longer fraction is cut to what inference reads, for `fractionMisfit` to judge. */
function timestampKind(cell: string): number {
  const shortened = Buffer.from(cell.replace(/(\.\d{6})\d+/, '$1'));
  return kindOfCell(shortened, 0, shortened.length);
}

function timestampType(declared: string, digits: number, zoned: boolean): DeclaredType {
  const always = digits < 6 ? 0 : zoned ? cellKind.timestamptz : cellKind.date | cellKind.timestamp;
  return judged(ofKind(always), (cell) => {
    const kind = timestampKind(cell);
    if ((kind & (cellKind.date | cellKind.timestamp | cellKind.timestamptz)) === 0) {
      const help = zoned ? 'write `YYYY-MM-DD HH:MM:SS` with `Z` or an offset such as `+02:00`' : 'write `YYYY-MM-DD HH:MM:SS`';
      return { ...notADate(cell, 'timestamp in ISO form'), help };
    }
    const hasZone = kind === cellKind.timestamptz;
    if (hasZone && !zoned) return { reason: `has a time zone, which \`${declared}\` would drop`, help: 'declare `timestamptz`' };
    if (!hasZone && zoned)
      return { reason: `has no time zone, and \`${declared}\` needs one`, help: 'add `Z` for UTC, or an offset such as `+02:00`' };
    return fractionMisfit(cell, declared, digits);
  });
}

const UUID = /^\{?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?$/i;
const anyKind = (): boolean => false;

const uuidType = judged(anyKind, (cell) => (UUID.test(cell) ? undefined : { reason: 'is not a UUID', help: empty }));

const TIME = /^([01]?\d|2[0-3]):[0-5]?\d(?::[0-5]?\d(?:\.\d+)?)?$/;

function timeType(declared: string, digits: number): DeclaredType {
  return judged(anyKind, (cell) =>
    TIME.test(cell)
      ? fractionMisfit(cell, declared, digits)
      : { reason: `is not a time of day, and the column is declared \`${declared}\``, help: 'write `HH:MM:SS`; an empty cell is NULL' },
  );
}

function isJson(cell: string): boolean {
  try {
    JSON.parse(cell);
    return true;
  } catch {
    return false;
  }
}

const jsonType = judged(anyKind, (cell) => (isJson(cell) ? undefined : { reason: 'is not JSON', help: 'write text in double quotes' }));

function textType(declared: string, limit: number | undefined): DeclaredType {
  if (limit === undefined) return { text: true, misfit: undefined };
  return {
    text: true,
    misfit: (bytes, start, end) => {
      if (end - start <= limit) return undefined;
      const length = Array.from(bytes.toString('utf8', start, end)).length;
      return length > limit ? { reason: `has ${length} characters, and \`${declared}\` holds ${limit}` } : undefined;
    },
  };
}

const simpleTypes: ReadonlyMap<string, DeclaredType> = new Map([
  ['boolean', booleanType],
  ['bool', booleanType],
  ['date', dateType],
  ['uuid', uuidType],
  ['json', jsonType],
  ['jsonb', jsonType],
]);

/** Why a text cannot be written into a cast, or can mean nothing on any engine; undefined when it can. */
export function typeProblem(spelling: string): string | undefined {
  if (!isTypeSpelling(spelling)) return 'is not the name of a type';
  const [, name = '', first, second] = SPELLING.exec(spelling.trim().toLowerCase().replaceAll(/\s+/g, ' ')) ?? [];
  if (!decimals.has(name) || first === undefined) return undefined;
  if (Number(first) === 0) return 'has no digits';
  return Number(second ?? 0) > Number(first) ? `has ${plural(Number(second), 'digit')} behind the point of ${first} in all` : undefined;
}

/** Reads a type as engines spell it. Values of types that `tx` does not know are left to the engine. */
export function readDeclaredType(spelling: string): DeclaredType {
  const declared = spelling.trim();
  const match = SPELLING.exec(declared.toLowerCase().replaceAll(/\s+/g, ' '));
  const [, name = '', first, second, zone] = match ?? [];
  const digits = first === undefined ? undefined : Number(first);
  if (Object.hasOwn(integers, name)) return integerType(declared, ...(integers[name] ?? [32n, true]));
  if (decimals.has(name)) return decimalType(declared, digits, second === undefined ? undefined : Number(second));
  if (doubles.has(name)) return floatType(declared, double);
  if (singles.has(name)) return floatType(declared, (digits ?? 0) > singleBits ? double : single);
  const fixed = match !== null && first === undefined && zone === undefined ? simpleTypes.get(name) : undefined;
  if (fixed !== undefined) return fixed;
  if (texts.has(name)) return textType(declared, name === 'char' || name === 'character' ? (digits ?? 1) : digits);
  return clockType(name, declared, digits, zone === ' with time zone') ?? { text: false, misfit: undefined };
}

function clockType(name: string, declared: string, digits: number | undefined, zoned: boolean): DeclaredType | undefined {
  if (name === 'time') return zoned ? undefined : timeType(declared, digits ?? 6);
  if (name === 'timestamptz' || (name === 'timestamp' && zoned)) return timestampType(declared, digits ?? 6, true);
  return Object.hasOwn(timestamps, name) ? timestampType(declared, digits ?? timestamps[name] ?? 6, false) : undefined;
}
