/** Decimal arithmetic without loss: what a template computes stands in SQL digit by digit. */
import type { YamlNumber } from '../project/project.ts';
import { spelledNumber } from './values.ts';

/** `digits` × 10^-`scale`; the scale is never negative. */
interface Exact {
  readonly digits: bigint;
  readonly scale: number;
}

type NumberValue = number | YamlNumber;

/** Digits before and behind the point that a number may have. Doubles, which SQL knows as well, end at 308. */
const mostDigits = 400;

const decimal = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,6}))?$/i;

function power(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}

function exactOf(value: NumberValue): Exact {
  const text = typeof value === 'number' ? String(value) : value.text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = decimal.exec(text) ?? decimal.exec(String(Number(text))) ?? [];
  const digits = BigInt(`${whole}${fraction}` || '0') * (sign === '-' ? -1n : 1n);
  const scale = fraction.length - Number(exponent);
  if (Math.abs(scale) > mostDigits) return { digits: 0n, scale: 0 };
  return scale < 0 ? { digits: digits * power(-scale), scale: 0 } : { digits, scale };
}

/** The number, without zeros at the end; undefined when it has too many digits. */
function valueOf({ digits, scale }: Exact): NumberValue | undefined {
  const sign = digits < 0n ? '-' : '';
  const all = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0');
  const whole = all.slice(0, all.length - scale);
  const fraction = all.slice(all.length - scale).replace(/0+$/, '');
  if (whole.length > mostDigits || fraction.length > mostDigits) return undefined;
  const text = `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
  const number = Number(text);
  return Number.isFinite(number) ? spelledNumber(number, text) : undefined;
}

function aligned(a: NumberValue, b: NumberValue): { readonly a: bigint; readonly b: bigint; readonly scale: number } {
  const [left, right] = [exactOf(a), exactOf(b)];
  const scale = Math.max(left.scale, right.scale);
  return { a: left.digits * power(scale - left.scale), b: right.digits * power(scale - right.scale), scale };
}

/** Negative, zero or positive, as a sort wants it. */
export function compareNumbers(a: NumberValue, b: NumberValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const numbers = aligned(a, b);
  return numbers.a < numbers.b ? -1 : numbers.a > numbers.b ? 1 : 0;
}

export function add(a: NumberValue, b: NumberValue): NumberValue | undefined {
  const numbers = aligned(a, b);
  return valueOf({ digits: numbers.a + numbers.b, scale: numbers.scale });
}

export function subtract(a: NumberValue, b: NumberValue): NumberValue | undefined {
  const numbers = aligned(a, b);
  return valueOf({ digits: numbers.a - numbers.b, scale: numbers.scale });
}

export function multiply(a: NumberValue, b: NumberValue): NumberValue | undefined {
  const [left, right] = [exactOf(a), exactOf(b)];
  return valueOf({ digits: left.digits * right.digits, scale: left.scale + right.scale });
}

/** What is left of `a`, with its sign; `b` is not zero. */
export function remainder(a: NumberValue, b: NumberValue): NumberValue | undefined {
  const numbers = aligned(a, b);
  return valueOf({ digits: numbers.a % numbers.b, scale: numbers.scale });
}

export function absolute(value: NumberValue): NumberValue | undefined {
  const { digits, scale } = exactOf(value);
  return valueOf({ digits: digits < 0n ? -digits : digits, scale });
}

/** Halves go away from zero, as in SQL. Negative `places` round before the point. */
export function roundNumber(value: NumberValue, places: number): NumberValue | undefined {
  const { digits, scale } = exactOf(value);
  const cut = scale - places;
  if (cut <= 0) return valueOf({ digits, scale });
  if (cut > 2 * mostDigits) return 0;
  const unit = power(cut);
  const half = unit / 2n;
  const rounded = (digits < 0n ? digits - half : digits + half) / unit;
  return places < 0 ? valueOf({ digits: rounded * power(-places), scale: 0 }) : valueOf({ digits: rounded, scale: places });
}
