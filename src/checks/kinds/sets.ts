/** Checks of values against lists. */
import type { CheckArgument, CheckArguments, CheckDefinition, CheckTarget } from '../check-definition.ts';
import { aggregateCheck, dbt, expectations, may, must, queryCheck, utils } from '../define.ts';
import { booleanOf, columnOf, listOf } from '../read-argument.ts';
import { givenValues, misfitsOf, spellValue } from '../spell-value.ts';

const quote = may('quote', 'boolean', 'whether text among the values is text (true, the default) or SQL (false)');
const renamed = { value_set: 'values', quote_values: 'quote' };
const valuesOf = (args: CheckArguments): readonly CheckArgument[] => givenValues(listOf(args, 'values'));
const misfits = (args: CheckArguments, type: string): readonly CheckArgument[] =>
  booleanOf(args, 'quote', true) ? misfitsOf(valuesOf(args), type) : [];

function spelled(args: CheckArguments, target: CheckTarget): readonly string[] {
  return valuesOf(args).map((value) => spellValue(value, booleanOf(args, 'quote', true), target));
}

/** Where `column` is, or is not, in a list; NULL for NULL. */
function among(column: string, list: readonly string[], isIn: boolean): string {
  if (list.length === 0) return `${column} ${isIn ? 'is null and null' : 'is not null'}`;
  return `${column} ${isIn ? '' : 'not '}in (${list.join(', ')})`;
}

const base = { on: 'column', counts: 'rows', groupable: false, decidesNulls: true, misfits } as const;

export const acceptedValues: CheckDefinition = {
  ...base,
  name: 'accepted_values',
  aliases: [
    dbt('accepted_values'),
    expectations('expect_column_values_to_be_in_set', { renamed }),
    expectations('expect_column_distinct_values_to_be_in_set', { renamed }),
  ],
  summary: 'every value of the column is in the list; NULL passes',
  arguments: [must('values', 'values', 'the values that may stand in the column'), quote],
  shape: (args, target) => {
    const column = columnOf(target);
    return { kind: 'values', column, violation: among(column, spelled(args, target), false) };
  },
};

const notAcceptedValues: CheckDefinition = {
  ...base,
  name: 'not_accepted_values',
  aliases: [utils('not_accepted_values'), expectations('expect_column_values_to_not_be_in_set', { renamed })],
  summary: 'no value of the column is in the list',
  arguments: [must('values', 'values', 'the values that must not stand in the column'), quote],
  shape: (args, target) => {
    const column = columnOf(target);
    return { kind: 'values', column, violation: among(column, spelled(args, target), true) };
  },
};

/** One metric for each value: 1 when some row has it. */
function presence(column: string, list: readonly string[]): readonly string[] {
  return list.map((value) => `max(case when ${column} = ${value} then 1 else 0 end)`);
}

/** How many of the first `count` metrics say that there is no such row. */
function absences(count: number): readonly (string | number)[] {
  return Array.from({ length: count }, (_item, at) => [at === 0 ? '(1 - coalesce(' : ', 0)) + (1 - coalesce(', at])
    .flat()
    .concat(', 0))');
}

const distinctValuesContain = aggregateCheck({
  name: 'distinct_values_contain',
  aliases: [expectations('expect_column_distinct_values_to_contain_set', { renamed })],
  summary: 'each value of the list stands in some row; the value is the number of those that do not',
  arguments: [must('values', 'values', 'the values that must all be there'), quote],
  aggregate: (args, target) => {
    const list = spelled(args, target);
    const value = list.length === 0 ? ['0'] : absences(list.length);
    return { metrics: presence(columnOf(target), list), value, violation: ['(', ...value, ') > 0'] };
  },
  misfits,
});

const distinctValuesEqual = aggregateCheck({
  name: 'distinct_values_equal',
  aliases: [expectations('expect_column_distinct_values_to_equal_set', { renamed })],
  summary: 'the column has the values of the list and no others; the value is the number of those that are not there, and 1 for any other',
  arguments: [must('values', 'values', 'the values that must all be there'), quote],
  aggregate: (args, target) => {
    const column = columnOf(target);
    const list = spelled(args, target);
    const other = `max(case when ${among(column, list, false)} then 1 else 0 end)`;
    const value = [...(list.length === 0 ? ['0'] : absences(list.length)), ' + coalesce(', list.length, ', 0)'];
    return { metrics: [...presence(column, list), other], value, violation: ['(', ...value, ') > 0'] };
  },
  misfits,
});

const mostCommonValue = queryCheck({
  name: 'most_common_value',
  aliases: [expectations('expect_column_most_common_value_to_be_in_set', { renamed })],
  on: 'column',
  counts: 'keys',
  summary: 'the value that most rows have is in the list; of several that are as common, each',
  arguments: [must('values', 'values', 'the values that may be the most common'), quote],
  query: (args, target) => {
    const column = columnOf(target);
    const counted = [`select ${column}, count(*) as row_count, rank() over (order by count(*) desc) as _tx_rank from (select * from `, 0];
    const common = [...counted, `) as _tx_all where ${column} is not null group by ${column}`];
    const bad = among(column, spelled(args, target), false);
    return [`select ${column}, row_count from (`, ...common, `) as _tx_common where _tx_rank = 1 and ${bad}`];
  },
  misfits,
});

export const setChecks: readonly CheckDefinition[] = [
  acceptedValues,
  notAcceptedValues,
  distinctValuesContain,
  distinctValuesEqual,
  mostCommonValue,
];
