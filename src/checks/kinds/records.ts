/** Checks of rows by several of their columns, of times, and of anything that SQL can say. */
import { numberBounds, numberBoundsProblem, outside } from '../bounds.ts';
import type { CheckDefinition, CheckTarget } from '../check-definition.ts';
import { columnCheck, expectations, may, must, rowCheck, utils } from '../define.ts';
import { booleanOf, columnsOf, listOf, numberOf, scalarOf, textOf } from '../read-argument.ts';
import { enclose } from '../shape-sql.ts';
import { spellValue } from '../spell-value.ts';

const quoteIn = (target: CheckTarget, name: string): string => target.dialect.quoteIdentifier(name);
const pair = [must('a', 'column', 'the first column'), must('b', 'column', 'the second column')];
const renamedPair = { column_A: 'a', column_B: 'b' };
const columns = must('columns', 'names', 'the columns, at least two');
const atLeastTwo: CheckDefinition['problem'] = (args) =>
  Array.isArray(args['columns']) && args['columns'].length > 1 ? undefined : 'needs at least two `columns`';

const ignoredRows = may(
  'ignore_row_if',
  'word',
  'which rows are left out for their NULLs; without it each pair of values is compared that has none',
  ['all_values_are_missing', 'any_value_is_missing', 'never'],
);

const expressionIsTrue: CheckDefinition = rowCheck({
  name: 'expression_is_true',
  aliases: [utils('expression_is_true'), expectations('expression_is_true')],
  on: 'either',
  summary: 'the condition holds for every row; on a column, the column is put before it',
  arguments: [must('expression', 'condition', 'the condition; on a column it begins with an operator, such as `> 0`')],
  violation: (args, { column }) => {
    const expression = textOf(args, 'expression');
    return `not ${enclose(column === undefined ? expression : `${column} ${expression}`)}`;
  },
});

const columnsInSet = rowCheck({
  name: 'columns_in_set',
  aliases: [expectations('expect_column_pair_values_to_be_in_set', { renamed: { ...renamedPair, value_pairs_set: 'pairs' } })],
  summary: 'the two values of every row are a pair of the list; rows with a NULL pass',
  arguments: [...pair, must('pairs', 'pairs', 'a list of lists of two values')],
  problem: (args) =>
    listOf(args, 'pairs').every((item) => Array.isArray(item) && item.length === 2) ? undefined : 'needs `pairs` of two values each',
  violation: (args, target) => {
    const [a, b] = [quoteIn(target, textOf(args, 'a')), quoteIn(target, textOf(args, 'b'))];
    const matches = listOf(args, 'pairs').map((item) => {
      const [first = null, second = null] = Array.isArray(item) ? item : [];
      return `(${a} = ${spellValue(first, true, target)} and ${b} = ${spellValue(second, true, target)})`;
    });
    return `(${a} is not null and ${b} is not null and not (${matches.join(' or ')}))`;
  },
});

const columnsSum = rowCheck({
  name: 'columns_sum',
  summary: 'in every row the columns add up to a number, or a column',
  arguments: [columns, may('equal', 'number', 'the sum that is right'), may('to', 'column', 'the column that holds the sum')],
  problem: (args) => ((args['equal'] === undefined) === (args['to'] === undefined) ? 'needs `equal` or `to`, one of them' : undefined),
  violation: (args, target) => {
    const to = scalarOf(args, 'to');
    const wanted = typeof to === 'string' ? quoteIn(target, to) : target.dialect.literal(numberOf(args, 'equal'));
    return `(${columnsOf(args, 'columns', target).join(' + ')}) <> ${wanted}`;
  },
});

const columnsDiffer = rowCheck({
  name: 'columns_differ',
  aliases: [
    expectations('expect_select_column_values_to_be_unique_within_record', {
      renamed: { column_list: 'columns' },
      preset: { ignore_row_if: 'all_values_are_missing' },
    }),
  ],
  summary: 'in every row no two of the columns have the same value',
  arguments: [columns, ignoredRows],
  problem: atLeastTwo,
  violation: (args, target) => {
    const names = columnsOf(args, 'columns', target);
    const rule = scalarOf(args, 'ignore_row_if');
    // Two NULLs are the same where rows with a NULL are looked at on purpose.
    const equal = rule === undefined || rule === 'any_value_is_missing' ? '=' : 'is not distinct from';
    const same = names.flatMap((a, at) => names.slice(at + 1).map((b) => `${a} ${equal} ${b}`)).join(' or ');
    const given = names.map((name) => `${name} is not null`);
    if (rule === 'any_value_is_missing') return `(${given.join(' and ')} and (${same}))`;
    if (rule === 'all_values_are_missing') return `((${given.join(' or ')}) and (${same}))`;
    return `(${same})`;
  },
});

const columnsEqual = rowCheck({
  name: 'columns_equal',
  aliases: [],
  summary: 'in every row all of the columns have the same value',
  arguments: [columns],
  problem: atLeastTwo,
  violation: (args, target) => {
    const [first = '', ...others] = columnsOf(args, 'columns', target);
    return `(${others.map((other) => `${first} <> ${other}`).join(' or ')})`;
  },
});

const pairEqual = rowCheck({
  name: 'pair_equal',
  aliases: [expectations('expect_column_pair_values_to_be_equal', { renamed: renamedPair })],
  summary: 'in every row two columns have the same value',
  arguments: pair,
  violation: (args, target) => `${quoteIn(target, textOf(args, 'a'))} <> ${quoteIn(target, textOf(args, 'b'))}`,
});

const pairGreater = rowCheck({
  name: 'pair_greater',
  aliases: [expectations('expect_column_pair_values_A_to_be_greater_than_B', { renamed: renamedPair })],
  summary: 'in every row the first column is greater than the second',
  arguments: [...pair, may('or_equal', 'boolean', 'whether they may be the same (default `false`)')],
  violation: (args, target) =>
    `${quoteIn(target, textOf(args, 'a'))} ${booleanOf(args, 'or_equal', false) ? '<' : '<='} ${quoteIn(target, textOf(args, 'b'))}`,
});

const decimalSize = columnCheck({
  name: 'decimal_size',
  summary: 'every number has so many digits at most, and so many of them after the point',
  arguments: [must('precision', 'count', 'the digits in all'), must('scale', 'count', 'the digits after the point')],
  problem: (args) => (numberOf(args, 'scale') > numberOf(args, 'precision') ? 'has a `scale` above its `precision`' : undefined),
  violation: (column, args, { dialect }) => {
    const scale = numberOf(args, 'scale');
    const limit = dialect.literal(10 ** (numberOf(args, 'precision') - scale));
    return `(${column} <> ${dialect.checks.round(column, scale)} or abs(${column}) >= ${limit})`;
  },
});

const arraySize = columnCheck({
  name: 'array_size',
  summary: 'every array has so many elements',
  arguments: numberBounds,
  problem: numberBoundsProblem,
  violation: (column, args, target) => outside(target.dialect.checks.arrayLength(column), args, target),
});

const notInFuture = columnCheck({
  name: 'not_in_future',
  summary: 'no time is after the start of the run',
  prunable: true,
  violation: (column, _args, { dialect, now }) => `${column} > ${dialect.literal({ timestamp: now })}`,
});

/** The parts of time that ages are counted in. */
export const datepart = must('datepart', 'word', 'the unit of `interval`', [
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'quarter',
  'year',
  'second',
]);
export const interval = must('interval', 'count', 'how many of them');

/** The time of the run less an interval. */
export function before(now: string, part: string, count: number, { dialect }: CheckTarget): string {
  return dialect.library.dateadd(part, String(-count), dialect.literal({ timestamp: now }));
}

const notOlderThan = columnCheck({
  name: 'not_older_than',
  summary: 'no time is further back than this, seen from the start of the run',
  arguments: [datepart, interval],
  violation: (column, args, target) => `${column} < ${before(target.now, textOf(args, 'datepart'), numberOf(args, 'interval'), target)}`,
});

export const recordChecks: readonly CheckDefinition[] = [
  expressionIsTrue,
  columnsInSet,
  columnsSum,
  columnsDiffer,
  columnsEqual,
  pairEqual,
  pairGreater,
  decimalSize,
  arraySize,
  notInFuture,
  notOlderThan,
];
