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
} as const;

/** Digits that a double gives back as they were. */
const doubleDigits = 15;

const ZERO = 48;
const NINE = 57;
const MINUS = 45;
const POINT = 46;
const COLON = 58;

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

/** `length` digits at `at` as a number, or -1. */
function digitsAt(text: string, at: number, length: number): number {
  let value = 0;
  for (let index = at; index < at + length; index += 1) {
    const code = text.charCodeAt(index);
    if (!isDigit(code)) return -1;
    value = value * 10 + code - ZERO;
  }
  return value;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isDate(text: string, at: number): boolean {
  if (text.charCodeAt(at + 4) !== MINUS || text.charCodeAt(at + 7) !== MINUS) return false;
  const year = digitsAt(text, at, 4);
  const month = digitsAt(text, at + 5, 2);
  const day = digitsAt(text, at + 8, 2);
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

/** `Z`, `+02`, `+0200`, `+02:00`; at most 15:59, as engines have it. */
const ZONE = /^(?:Z|[+-](?:0\d|1[0-5])(?::?[0-5]\d)?)$/;

/** What follows the date of a timestamp: `T` or a space, a time of day, perhaps a zone. */
function timeKind(text: string, from: number, end: number): number {
  const separator = text.charCodeAt(from);
  if (separator !== 84 && separator !== 32) return cellKind.text;
  let at = from + 6;
  if (at > end || text.charCodeAt(from + 3) !== COLON) return cellKind.text;
  const hour = digitsAt(text, from + 1, 2);
  const minute = digitsAt(text, from + 4, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return cellKind.text;
  if (at === end) return cellKind.timestamp;
  if (text.charCodeAt(at) !== COLON || at + 3 > end) return cellKind.text;
  const second = digitsAt(text, at + 1, 2);
  if (second < 0 || second > 59) return cellKind.text;
  at += 3;
  if (at < end && text.charCodeAt(at) === POINT) {
    const first = at + 1;
    at = first;
    while (at < end && isDigit(text.charCodeAt(at))) at += 1;
    // Engines keep microseconds.
    if (at === first || at - first > 6) return cellKind.text;
  }
  if (at === end) return cellKind.timestamp;
  return ZONE.test(text.slice(at, end)) ? cellKind.timestamptz : cellKind.text;
}

function integerKind(text: string, first: number, end: number, negative: boolean): number {
  const digits = end - first;
  if (text.charCodeAt(first) === ZERO) {
    if (digits > 1) return cellKind.leadingZero;
    return negative ? cellKind.text : cellKind.integer;
  }
  if (digits < 10) return cellKind.integer;
  if (digits <= doubleDigits) {
    const value = digitsAt(text, first, digits);
    return value <= (negative ? 2_147_483_648 : 2_147_483_647) ? cellKind.integer : cellKind.safeInteger;
  }
  if (digits < 19) return cellKind.bigint;
  const limit = negative ? '9223372036854775808' : '9223372036854775807';
  return digits === 19 && text.slice(first, end) <= limit ? cellKind.bigint : cellKind.beyond64Bit;
}

/** Digits that count in a number from `first` to `end` with its point, if it has one, at `point`. */
function significantDigits(text: string, first: number, point: number, end: number): number {
  let at = first;
  while (at < end && (text.charCodeAt(at) === ZERO || at === point)) at += 1;
  return at <= point && point < end ? end - at - 1 : end - at;
}

const EXPONENT = /^[eE]([+-]?)\d+$/;

/** A number that goes on at `at`, behind its first digits, with a point or an exponent. */
function fractionKind(text: string, first: number, at: number, end: number): number {
  let next = at;
  if (text.charCodeAt(at) === POINT) {
    next = at + 1;
    while (next < end && isDigit(text.charCodeAt(next))) next += 1;
    if (next === at + 1) return cellKind.text;
  }
  if (next < end) {
    const sign = EXPONENT.exec(text.slice(next, end))?.[1];
    // `12E4` is more often a code than a number: without a point, an exponent needs a sign.
    if (sign === undefined || (next === at && sign === '')) return cellKind.text;
  }
  if (at - first > 1 && text.charCodeAt(first) === ZERO) return cellKind.leadingZero;
  const digits = significantDigits(text, first, at, next);
  if (digits > doubleDigits) return cellKind.tooManyDigits;
  if (next === end) return cellKind.double;
  const value = Number(text.slice(first, end));
  // Beyond the range of a double, or so small that it loses digits.
  return Number.isFinite(value) && (digits === 0 || value > 2.3e-308) ? cellKind.double : cellKind.text;
}

function booleanKind(text: string, start: number, end: number): number {
  const length = end - start;
  if (length !== 4 && length !== 5) return cellKind.text;
  const word = text.slice(start, end).toLowerCase();
  return word === 'true' || word === 'false' ? cellKind.boolean : cellKind.text;
}

/** The kind of one cell, which is not empty. */
export function kindOfCell(text: string, start: number, end: number): number {
  const code = text.charCodeAt(start);
  const negative = code === MINUS;
  if (!negative && !isDigit(code)) {
    return code === 116 || code === 84 || code === 102 || code === 70 ? booleanKind(text, start, end) : cellKind.text;
  }
  const first = negative ? start + 1 : start;
  let at = first;
  while (at < end && isDigit(text.charCodeAt(at))) at += 1;
  if (at === first) return cellKind.text;
  if (at === end) return integerKind(text, first, end, negative);
  if (text.charCodeAt(at) !== MINUS) return fractionKind(text, first, at, end);
  if (negative || at - first !== 4 || end - start < 10 || !isDate(text, start)) return cellKind.text;
  return end - start === 10 ? cellKind.date : timeKind(text, start + 10, end);
}

const whole32 = cellKind.integer;
const whole64 = whole32 | cellKind.safeInteger | cellKind.bigint;
const doubles = whole32 | cellKind.safeInteger | cellKind.double;
const numbers = whole64 | cellKind.double | cellKind.leadingZero | cellKind.beyond64Bit | cellKind.tooManyDigits;

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
  if (!within(kinds, numbers)) return { type: 'text' };
  if ((kinds & cellKind.leadingZero) !== 0) return { type: 'text', keptAsText: 'leading-zero' };
  return { type: 'text', keptAsText: (kinds & cellKind.beyond64Bit) === 0 ? 'too-many-digits' : 'beyond-64-bit' };
}
