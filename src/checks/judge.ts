/** Turns the count of a check into a verdict by its thresholds. */
import { bug, unreachable } from '../diagnostics/bug.ts';

/** A threshold such as `> 10` or `> 0.5%`. */
export interface Threshold {
  readonly operator: '=' | '!=' | '>' | '>=' | '<' | '<=';
  readonly value: number;
  readonly percent: boolean;
}

/** What a check found. `total` counts the rows left after `where`; only a threshold in percent needs it. */
export interface Finding {
  readonly failures: number;
  readonly total: number | undefined;
  readonly severity: 'error' | 'warn';
  readonly warnIf: Threshold;
  readonly errorIf: Threshold;
}

export type Verdict = 'pass' | 'warn' | 'fail';

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/;

/** A finite number as `digits / 10^scale`, by its shortest spelling: 0.1 is a tenth, not its binary neighbour. */
function exact(value: number): { readonly digits: bigint; readonly scale: number } {
  const [, sign = '', whole = '0', fraction = '', exponent = '0'] = DECIMAL.exec(String(value)) ?? bug(`threshold ${value} is not finite`);
  const digits = BigInt(sign + whole + fraction);
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

/** Negative, zero or positive as the count is below, at or above the threshold's value. */
function compare(failures: number, total: number | undefined, threshold: Threshold): number {
  const { digits, scale } = exact(threshold.value);
  const left = BigInt(failures) * 10n ** BigInt(scale);
  if (!threshold.percent) return Number(left > digits) - Number(left < digits);
  if (total === undefined) return bug('a threshold in percent needs the total');
  // No rows: 0 %, whatever the count.
  const [percent, limit] = total === 0 ? [0n, digits] : [left * 100n, digits * BigInt(total)];
  return Number(percent > limit) - Number(percent < limit);
}

/** Whether the count meets the threshold. */
export function meets(failures: number, total: number | undefined, threshold: Threshold): boolean {
  const order = compare(failures, total, threshold);
  switch (threshold.operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    default:
      return unreachable(threshold.operator);
  }
}

/** `fail` by `errorIf` if the severity is error; else `warn` by `warnIf`; else `pass`. */
export function judge(finding: Finding): Verdict {
  const { failures, total, severity, warnIf, errorIf } = finding;
  if (severity === 'error' && meets(failures, total, errorIf)) return 'fail';
  return meets(failures, total, warnIf) ? 'warn' : 'pass';
}
