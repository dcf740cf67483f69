/** Lower and upper bounds as arguments of checks, and the SQL of what lies outside of them. */
import type { ArgumentSpec, CheckArguments, CheckTarget, Parts } from './check-definition.ts';
import { may } from './define.ts';
import { booleanOf, isGiven, scalarOf } from './read-argument.ts';

const strictly = may('strictly', 'boolean', 'whether the bounds themselves are outside (default `false`)');

/** Bounds that may be numbers, dates, times or text. */
export const scalarBounds: readonly ArgumentSpec[] = [
  may('min', 'scalar', 'the smallest value that is right'),
  may('max', 'scalar', 'the largest value that is right'),
  strictly,
];

/** Bounds that are numbers. */
export const numberBounds: readonly ArgumentSpec[] = [
  may('min', 'number', 'the smallest value that is right'),
  may('max', 'number', 'the largest value that is right'),
  may('equal', 'number', 'the one value that is right'),
  strictly,
];

/** Other packages' names of the bounds. */
export const renamedBounds = { min_value: 'min', max_value: 'max' } as const;

/** What is wrong with bounds as a whole. */
export function boundsProblem(args: CheckArguments): string | undefined {
  const [min, max, equal] = [scalarOf(args, 'min'), scalarOf(args, 'max'), scalarOf(args, 'equal')];
  if (equal !== undefined && (min !== undefined || max !== undefined)) return 'takes `equal`, or `min` and `max`, not both';
  if (equal === undefined && min === undefined && max === undefined) return 'needs `min` or `max`';
  return typeof min === 'number' && typeof max === 'number' && min > max ? `has a \`min\` (${min}) above its \`max\` (${max})` : undefined;
}

/** As {@link boundsProblem}, for checks that take `equal`. */
export function numberBoundsProblem(args: CheckArguments): string | undefined {
  return ['min', 'max', 'equal'].some((name) => isGiven(args, name)) ? boundsProblem(args) : 'needs `min`, `max` or `equal`';
}

/** A bound as SQL: text is a value in quotes, which the engine reads as the type of what it is compared with. */
export function spellScalar(value: string | number | boolean, target: CheckTarget, quote = true): string {
  return typeof value === 'string' && !quote ? `(${value})` : target.dialect.literal(value);
}

/** Where `value` lies outside of the bounds; NULL where it is NULL. */
export function outside(value: string, args: CheckArguments, target: CheckTarget, quote = true): string {
  const [min, max, equal] = [scalarOf(args, 'min'), scalarOf(args, 'max'), scalarOf(args, 'equal')];
  const strict = booleanOf(args, 'strictly', false);
  const spell = (bound: string | number | boolean): string => spellScalar(bound, target, quote);
  if (equal !== undefined) return `${value} <> ${spell(equal)}`;
  const low = min === undefined ? [] : [`${value} ${strict ? '<=' : '<'} ${spell(min)}`];
  const high = max === undefined ? [] : [`${value} ${strict ? '>=' : '>'} ${spell(max)}`];
  // What is no number at all counts as larger than every number, so that only an upper bound sees it.
  const noNumber = typeof min === 'number' && max === undefined ? [`${value} = ${target.dialect.literal(Number.NaN)}`] : [];
  return [...low, ...high, ...noNumber].join(' or ');
}

/** As {@link outside}, for a value made of parts. */
export function outsideParts(value: Parts, args: CheckArguments, target: CheckTarget): Parts {
  const place = '\u0000';
  const pieces = outside(place, args, target).split(place);
  return pieces.flatMap((piece, at) => (at === 0 ? [piece] : ['(', ...value, ')', piece]));
}
