/** Checks of values against bounds. */
import { boundsProblem, outside, renamedBounds, scalarBounds, spellScalar } from '../bounds.ts';
import type { CheckArguments, CheckDefinition } from '../check-definition.ts';
import { columnCheck, expectations, may, must, utils } from '../define.ts';
import { booleanOf, scalarOf } from '../read-argument.ts';
import { misfitBounds } from '../spell-value.ts';

const quote = may('quote', 'boolean', 'whether text is a value (true, the default) or SQL (false)');
const quoted = (args: CheckArguments): boolean => booleanOf(args, 'quote', true);
const misfits = (args: CheckArguments, type: string): ReturnType<typeof misfitBounds> => (quoted(args) ? misfitBounds(args, type) : []);

const inRange = columnCheck({
  name: 'in_range',
  aliases: [
    utils('accepted_range', { renamed: renamedBounds, inverted: { inclusive: 'strictly' }, preset: { quote: false } }),
    expectations('expect_column_values_to_be_between', { renamed: renamedBounds, preset: { quote: false } }),
  ],
  summary: 'every value is within bounds',
  arguments: [...scalarBounds, quote],
  problem: boundsProblem,
  prunable: true,
  violation: (column, args, target) => outside(column, args, target, quoted(args)),
  misfits,
});

const notInRange = columnCheck({
  name: 'not_in_range',
  summary: 'no value is within bounds',
  arguments: [
    must('min', 'scalar', 'where the range begins'),
    must('max', 'scalar', 'where it ends'),
    may('strictly', 'boolean', 'whether the bounds themselves are outside of the range (default `false`)'),
    quote,
  ],
  problem: boundsProblem,
  prunable: true,
  violation: (column, args, target) => {
    const strict = booleanOf(args, 'strictly', false) ? '' : '=';
    const [low, high] = ['min', 'max'].map((name) => spellScalar(scalarOf(args, name) ?? 0, target, quoted(args)));
    return `(${column} >${strict} ${low} and ${column} <${strict} ${high})`;
  },
  misfits,
});

function sign(name: string, summary: string, args: CheckArguments): CheckDefinition {
  return columnCheck({ name, summary, prunable: true, violation: (column, _args, target) => outside(column, args, target) });
}

const equalTo = columnCheck({
  name: 'equal_to',
  summary: 'every value is this one',
  arguments: [must('value', 'scalar', 'the only value that is right'), quote],
  prunable: true,
  violation: (column, args, target) => `${column} <> ${spellScalar(scalarOf(args, 'value') ?? 0, target, quoted(args))}`,
  misfits,
});

const notEqualTo = columnCheck({
  name: 'not_equal_to',
  summary: 'no value is this one',
  arguments: [must('value', 'scalar', 'the value that is wrong'), quote],
  prunable: true,
  violation: (column, args, target) => `${column} = ${spellScalar(scalarOf(args, 'value') ?? 0, target, quoted(args))}`,
  misfits,
});

export const rangeChecks: readonly CheckDefinition[] = [
  inRange,
  notInRange,
  sign('positive', 'every number is above 0', { min: 0, strictly: true }),
  sign('non_negative', 'every number is 0 or above', { min: 0 }),
  sign('negative', 'every number is below 0', { max: 0, strictly: true }),
  equalTo,
  notEqualTo,
  sign('latitude', 'every number is a latitude in degrees, from -90 to 90', { min: -90, max: 90 }),
  sign('longitude', 'every number is a longitude in degrees, from -180 to 180', { min: -180, max: 180 }),
];
