/** Gives a plain YAML scalar its value: the core rules of YAML 1.2, made strict where they would lose digits. */
import type { YamlScalar } from './yaml-node.ts';

/** Why a scalar that looks like a number is refused. */
export type NumberProblem = 'leading-zero' | 'other-base' | 'underscore' | 'too-large' | 'not-finite';

const NUMBER = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const INTEGER = /^[-+]?\d+$/;
const LEADING_ZERO = /^[-+]?0\d/;
const OTHER_BASE = /^[-+]?0(?:x[0-9a-fA-F]+|o[0-7]+|b[01]+)$/;
const UNDERSCORED = /^[-+]?\d[\d_]*(?:\.[\d_]*)?$/;
const NOT_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

const KEYWORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ['', null],
  ['~', null],
  ['null', null],
  ['Null', null],
  ['NULL', null],
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
]);

/** The value of an unquoted scalar. */
export function resolvePlain(text: string): YamlScalar['value'] {
  const first = text.charCodeAt(0);
  // Digits, sign and point start a number, the letters f n t (either case) a keyword; all else is text.
  if ((first >= 48 && first <= 57) || first === 45 || first === 43 || first === 46) return resolveNumber(text);
  if (text.length > 5) return text;
  const keyword = KEYWORDS.get(text);
  return keyword === undefined ? text : keyword;
}

function resolveNumber(text: string): YamlScalar['value'] {
  if (!NUMBER.test(text)) return text;
  const value = Number(text);
  return String(value) === text ? value : { yamlNumber: value, text };
}

/** Why an unquoted scalar must be quoted, or undefined when it is fine. */
export function numberProblem(text: string): NumberProblem | undefined {
  const first = text.charCodeAt(0);
  if (!((first >= 48 && first <= 57) || first === 45 || first === 43 || first === 46)) return undefined;
  if (NUMBER.test(text)) {
    if (LEADING_ZERO.test(text)) return 'leading-zero';
    const value = Number(text);
    if (!Number.isFinite(value)) return 'too-large';
    return INTEGER.test(text) && !Number.isSafeInteger(value) ? 'too-large' : undefined;
  }
  if (OTHER_BASE.test(text)) return 'other-base';
  if (NOT_FINITE.test(text)) return 'not-finite';
  return text.includes('_') && UNDERSCORED.test(text) ? 'underscore' : undefined;
}
