/** Whether two cells are numbers that a tolerance takes for the same. */
import type { Tolerance } from '../adapter/compare-sql.ts';
import type { Cell } from '../adapter/connection.ts';

/** What is infinite or no number is near to nothing. */
export function isNear(one: Cell, other: Cell, { value, percent }: Tolerance): boolean {
  if (one === null || other === null) return false;
  const [a, b] = [Number(one), Number(other)];
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
  return distance(String(one), String(other)) <= (percent ? (value / 100) * Math.max(Math.abs(a), Math.abs(b)) : value);
}

const decimal = /^(-?\d+)(?:\.(\d+))?$/;

/** Long decimals differ in digits that a floating-point number has no room for. */
function distance(one: string, other: string): number {
  const [a, b] = [decimal.exec(one), decimal.exec(other)];
  if (a === null || b === null) return Math.abs(Number(one) - Number(other));
  const scale = Math.max(a[2]?.length ?? 0, b[2]?.length ?? 0);
  const scaled = ([, whole = '', part = '']: RegExpExecArray): bigint => BigInt(whole + part.padEnd(scale, '0'));
  const apart = scaled(a) - scaled(b);
  const digits = String(apart < 0n ? -apart : apart).padStart(scale + 1, '0');
  return Number(`${digits.slice(0, digits.length - scale)}.${digits.slice(digits.length - scale)}`);
}
