/** Infers the type of a column from its cells, without losing a digit: what a type would change stays text. */
import type { PortableType } from '../../adapter/dialect.ts';
import type { TextReason } from './seed.ts';

/** What a cell can be, as bits, so that a column is the union of its cells. */
export const cellKind = {
  boolean: 1,
  /** Fits 32 bits. */
  integer: 2,
  /** More than 32 bits, at most 15 digits: a double holds it. */
  safeInteger: 4,
  /** Up to 64 bits, too many digits for a double. */
  bigint: 8,
  double: 16,
  date: 32,
  timestamp: 64,
  timestamptz: 128,
  leadingZero: 256,
  beyond64Bit: 512,
  tooManyDigits: 1024,
  text: 2048,
  /** `01/02/2024`: whichever of the two is the day. */
  localDate: 4096,
  /** `1e5`: a number, or a code. */
  bareExponent: 8192,
  /** `2024-02-30`: of the form of a date, and in no calendar. */
  noSuchDate: 16384,
} as const;

/** Digits that a double gives back as they were. */
const doubleDigits = 15;

const ZERO = 48;
const NINE = 57;
const MINUS = 45;
const POINT = 46;
const COLON = 58;
const SLASH = 47;

function isDigit(code: number | undefined): boolean {
  return code !== undefined && code >= ZERO && code <= NINE;
}

/** `length` digits at `at` as a number, or -1. */
function digitsAt(bytes: Buffer, at: number, length: number): number {
  let value = 0;
  for (let index = at; index < at + length; index += 1) {
    const code = bytes[index] ?? 0;
    if (code < ZERO || code > NINE) return -1;
    value = value * 10 + code - ZERO;
  }
  return value;
}

/** Where the digits that start at `from` end. */
function digitsEnd(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && isDigit(bytes[at])) at += 1;
  return at;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** A date, something of its form that is none, or something else. */
function dateKind(bytes: Buffer, at: number): number {
  if (bytes[at + 4] !== MINUS || bytes[at + 7] !== MINUS) return cellKind.text;
  const year = digitsAt(bytes, at, 4);
  const month = digitsAt(bytes, at + 5, 2);
  const day = digitsAt(bytes, at + 8, 2);
  if (month < 0 || day < 0) return cellKind.text;
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) ? cellKind.date : cellKind.noSuchDate;
}

/** `Z`, `+02`, `+0200`, `+02:00`; at most 15:59, as engines have it. */
const ZONE = /^(?:Z|[+-](?:0\d|1[0-5])(?::?[0-5]\d)?)$/;

/** What follows the date of a timestamp: `T` or a space, a time of day, perhaps a zone. */
function timeKind(bytes: Buffer, from: number, end: number): number {
  const separator = bytes[from];
  if (separator !== 84 && separator !== 32) return cellKind.text;
  let at = from + 6;
  if (at > end || bytes[from + 3] !== COLON) return cellKind.text;
  const hour = digitsAt(bytes, from + 1, 2);
  const minute = digitsAt(bytes, from + 4, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return cellKind.text;
  if (at === end) return cellKind.timestamp;
  if (bytes[at] !== COLON || at + 3 > end) return cellKind.text;
  const second = digitsAt(bytes, at + 1, 2);
  if (second < 0 || second > 59) return cellKind.text;
  at += 3;
  if (at < end && bytes[at] === POINT) {
    const first = at + 1;
    at = digitsEnd(bytes, first, end);
    // Engines keep microseconds.
    if (at === first || at - first > 6) return cellKind.text;
  }
  if (at === end) return cellKind.timestamp;
  return ZONE.test(bytes.toString('latin1', at, end)) ? cellKind.timestamptz : cellKind.text;
}

function integerKind(bytes: Buffer, first: number, end: number, negative: boolean): number {
  const digits = end - first;
  if (bytes[first] === ZERO) {
    if (digits > 1) return cellKind.leadingZero;
    return negative ? cellKind.text : cellKind.integer;
  }
  if (digits < 10) return cellKind.integer;
  if (digits <= doubleDigits) {
    const value = digitsAt(bytes, first, digits);
    return value <= (negative ? 2_147_483_648 : 2_147_483_647) ? cellKind.integer : cellKind.safeInteger;
  }
  if (digits < 19) return cellKind.bigint;
  const limit = negative ? '9223372036854775808' : '9223372036854775807';
  return digits === 19 && bytes.toString('latin1', first, end) <= limit ? cellKind.bigint : cellKind.beyond64Bit;
}

/** Digits that count in a number from `first` to `end` with its point, if it has one, at `point`. */
function significantDigits(bytes: Buffer, first: number, point: number, end: number): number {
  let at = first;
  while (at < end && (bytes[at] === ZERO || at === point)) at += 1;
  return at <= point && point < end ? end - at - 1 : end - at;
}

const EXPONENT = /^[eE]([+-]?)\d+$/;

/** A number that goes on at `at`, behind its first digits, with a point or an exponent. */
function fractionKind(bytes: Buffer, first: number, at: number, end: number): number {
  let next = at;
  if (bytes[at] === POINT) {
    next = digitsEnd(bytes, at + 1, end);
    if (next === at + 1) return cellKind.text;
  }
  if (next < end) {
    const sign = EXPONENT.exec(bytes.toString('latin1', next, end))?.[1];
    // `12E4` is more often a code than a number: without a point, an exponent needs a sign.
    if (sign === undefined) return cellKind.text;
    if (next === at && sign === '') return cellKind.bareExponent;
  }
  if (at - first > 1 && bytes[first] === ZERO) return cellKind.leadingZero;
  const digits = significantDigits(bytes, first, at, next);
  if (digits > doubleDigits) return cellKind.tooManyDigits;
  if (next === end) return cellKind.double;
  const value = Number(bytes.toString('latin1', first, end));
  // Beyond the range of a double, or so small that it loses digits.
  return Number.isFinite(value) && (digits === 0 || value > 2.3e-308) ? cellKind.double : cellKind.text;
}

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

/** Whether the cell is the word, in letters of any case. */
function isWord(bytes: Buffer, start: number, end: number, word: Buffer): boolean {
  if (end - start !== word.length) return false;
  for (let index = 0; index < word.length; index += 1) if (((bytes[start + index] ?? 0) | 0x20) !== word[index]) return false;
  return true;
}

function booleanKind(bytes: Buffer, start: number, end: number): number {
  return isWord(bytes, start, end, TRUE) || isWord(bytes, start, end, FALSE) ? cellKind.boolean : cellKind.text;
}

/** Digits, a sign, digits, the same sign, four digits: a date that is not in ISO form. `at` is behind the first digits. */
function isLocalDate(bytes: Buffer, at: number, end: number): boolean {
  const sign = bytes[at];
  if (sign !== SLASH && sign !== POINT && sign !== MINUS) return false;
  const second = bytes[at + 2] === sign ? at + 2 : at + 3;
  return bytes[second] === sign && end - second === 5 && digitsAt(bytes, at + 1, second - at - 1) > 0 && digitsAt(bytes, second + 1, 4) > 0;
}

/** The kind of one cell, which is not empty: bytes of UTF-8, read as what they are only where they are ASCII. */
export function kindOfCell(bytes: Buffer, start: number, end: number): number {
  const code = bytes[start];
  const negative = code === MINUS;
  if (!negative && !isDigit(code)) {
    return code === 116 || code === 84 || code === 102 || code === 70 ? booleanKind(bytes, start, end) : cellKind.text;
  }
  const first = negative ? start + 1 : start;
  const at = digitsEnd(bytes, first, end);
  if (at === first) return cellKind.text;
  if (at === end) return integerKind(bytes, first, end, negative);
  if (at - start <= 2 && !negative && isLocalDate(bytes, at, end)) return cellKind.localDate;
  if (bytes[at] !== MINUS) return fractionKind(bytes, first, at, end);
  if (negative || at - first !== 4 || end - start < 10) return cellKind.text;
  const date = dateKind(bytes, start);
  if (date === cellKind.text || end - start === 10) return date;
  const time = timeKind(bytes, start + 10, end);
  return time === cellKind.text || date === cellKind.date ? time : date;
}

/** Whether the cell is a plain number with at most so many digits before and behind its point; false may also mean that it is spelled otherwise. */
export function isDecimalWithin(bytes: Buffer, start: number, end: number, before: number, behind: number): boolean {
  const first = bytes[start] === MINUS ? start + 1 : start;
  const point = digitsEnd(bytes, first, end);
  if (point === first || point - first > before) return false;
  if (point === end) return true;
  return bytes[point] === POINT && end - point - 1 <= behind && digitsEnd(bytes, point + 1, end) === end;
}

const whole32 = cellKind.integer;
const whole64 = whole32 | cellKind.safeInteger | cellKind.bigint;
const doubles = whole32 | cellKind.safeInteger | cellKind.double;
const numbers = whole64 | cellKind.double | cellKind.leadingZero | cellKind.beyond64Bit | cellKind.tooManyDigits | cellKind.bareExponent;
const moments = cellKind.date | cellKind.timestamp | cellKind.timestamptz;

function within(kinds: number, allowed: number): boolean {
  return (kinds & ~allowed) === 0;
}

/** The narrowest type that holds every cell of a column exactly; `kinds` is the union of its cells. */
export function inferType(kinds: number): { readonly type: PortableType; readonly keptAsText?: TextReason } {
  if (kinds === 0) return { type: 'text' };
  if (kinds === cellKind.boolean) return { type: 'boolean' };
  if (within(kinds, whole32)) return { type: 'integer' };
  if (within(kinds, whole64)) return { type: 'bigint' };
  if (within(kinds, doubles)) return { type: 'double' };
  if (kinds === cellKind.date) return { type: 'date' };
  if (within(kinds, cellKind.date | cellKind.timestamp)) return { type: 'timestamp' };
  if (kinds === cellKind.timestamptz) return { type: 'timestamptz' };
  const keptAsText = textReason(kinds);
  return keptAsText === undefined ? { type: 'text' } : { type: 'text', keptAsText };
}

/** Why a column is text that somebody may take for numbers or dates. Codes that only look like them are among none of these. */
function textReason(kinds: number): TextReason | undefined {
  if (kinds === cellKind.localDate) return 'local-date';
  if ((kinds & moments) !== 0 && within(kinds, moments | cellKind.noSuchDate))
    return (kinds & cellKind.noSuchDate) === 0 ? 'mixed-zones' : 'no-such-date';
  if (!within(kinds, numbers) || kinds === cellKind.bareExponent) return undefined;
  if ((kinds & cellKind.leadingZero) !== 0) return 'leading-zero';
  if ((kinds & cellKind.beyond64Bit) !== 0) return 'beyond-64-bit';
  // A double would hold them, were they spelled as numbers.
  return within(kinds, doubles | cellKind.bareExponent) ? 'bare-exponent' : 'too-many-digits';
}
