/** Reads `warn_if` and `error_if`: `> 10`, `> 0.5%`. */
import type { Threshold } from './compiled.ts';

const FORM = /^\s*(==?|!=|<>|>=|<=|>|<)\s*(\d+(?:\.\d+)?)\s*(%)?\s*$/;

/** The threshold that `text` says, or undefined when it says none. */
export function parseThreshold(text: string): Threshold | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [, sign = '', number = '', percent] = match;
  return { operator: operatorOf(sign), value: Number(number), percent: percent !== undefined, text: text.trim() };
}

function operatorOf(sign: string): Threshold['operator'] {
  switch (sign) {
    case '>':
    case '>=':
    case '<':
    case '<=':
      return sign;
    case '!=':
    case '<>':
      return '!=';
    default:
      return '=';
  }
}

/** What holds where nothing is said: any violation counts. */
export const anyViolation: Threshold = Object.freeze({ operator: '!=', value: 0, percent: false, text: '!= 0' });
