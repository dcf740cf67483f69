/** Checks of one value of a whole column. */
import { boundsProblem, numberBounds, numberBoundsProblem, outsideParts, renamedBounds, scalarBounds } from '../bounds.ts';
import type { ArgumentSpec, CheckAlias, CheckArguments, CheckDefinition, CheckTarget, Parts } from '../check-definition.ts';
import { aggregateCheck, expectations, may, must, utils } from '../define.ts';
import { columnOf, numberOf, scalarOf } from '../read-argument.ts';

interface Measure {
  readonly name: string;
  readonly summary: string;
  readonly metrics: (column: string, args: CheckArguments, target: CheckTarget) => readonly string[];
  /** The first metric where nothing else is said. */
  readonly value?: Parts;
  readonly aliases?: readonly CheckAlias[];
  readonly arguments?: readonly ArgumentSpec[];
}

/** A number with bounds. */
function measure({ name, summary, metrics, value = [0], aliases = [], arguments: others = [] }: Measure): CheckDefinition {
  return aggregateCheck({
    name,
    summary,
    aliases,
    arguments: [...others, ...numberBounds],
    problem: numberBoundsProblem,
    aggregate: (args, target) => ({
      metrics: metrics(columnOf(target), args, target),
      value,
      violation: outsideParts(value, args, target),
    }),
  });
}

/** The smallest or the largest value, which some row has. */
function extreme(name: string, call: 'min' | 'max', summary: string): CheckDefinition {
  return aggregateCheck({
    name,
    summary,
    aliases: [expectations(`expect_column_${call}_to_be_between`, { renamed: renamedBounds })],
    arguments: scalarBounds,
    problem: boundsProblem,
    aggregate: (args, target) => ({
      metrics: [`${call}(${columnOf(target)})`],
      value: [0],
      violation: outsideParts([0], args, target),
      showsRows: true,
    }),
  });
}

const between = (name: string, renamed: CheckAlias['renamed'] = renamedBounds): CheckAlias => expectations(name, { renamed });

export const countWhen = (condition: string): string => `count(case when ${condition} then 1 end)`;
export const ratio: Parts = ['cast(', 0, ' as double precision) / nullif(', 1, ', 0)'];
export const quantile = (column: string, at: number): string =>
  `percentile_cont(${at}) within group (order by cast(${column} as double precision))`;

const counts: readonly CheckDefinition[] = [
  measure({
    name: 'null_ratio',
    summary: 'the share of rows with NULL in the column, from 0 to 1, is within bounds',
    metrics: (column) => [countWhen(`${column} is null`), 'count(*)'],
    value: ratio,
  }),
  measure({
    name: 'not_null_ratio',
    summary: 'the share of rows with a value in the column, from 0 to 1, is within bounds',
    aliases: [utils('not_null_proportion', { renamed: { at_least: 'min', at_most: 'max' } })],
    metrics: (column) => [`count(${column})`, 'count(*)'],
    value: ratio,
  }),
  measure({ name: 'zero_count', summary: 'the number of zeros is within bounds', metrics: (column) => [countWhen(`${column} = 0`)] }),
  measure({
    name: 'zero_ratio',
    summary: 'the share of zeros among all rows, from 0 to 1, is within bounds',
    metrics: (column) => [countWhen(`${column} = 0`), 'count(*)'],
    value: ratio,
  }),
  measure({ name: 'true_count', summary: 'the number of rows that are true is within bounds', metrics: (column) => [countWhen(column)] }),
  measure({
    name: 'false_count',
    summary: 'the number of rows that are false is within bounds',
    metrics: (column) => [countWhen(`not ${column}`)],
  }),
  measure({
    name: 'distinct_count',
    aliases: [
      expectations('expect_column_distinct_count_to_equal', { renamed: { value: 'equal' } }),
      expectations('expect_column_distinct_count_to_be_greater_than', { renamed: { value: 'min' }, preset: { strictly: true } }),
      expectations('expect_column_distinct_count_to_be_less_than', { renamed: { value: 'max' }, preset: { strictly: true } }),
      between('expect_column_unique_value_count_to_be_between'),
    ],
    summary: 'the number of different values is within bounds',
    metrics: (column) => [`count(distinct ${column})`],
  }),
  measure({
    name: 'distinct_ratio',
    aliases: [between('expect_column_proportion_of_unique_values_to_be_between')],
    summary: 'the number of different values, as a share of all values, is within bounds',
    metrics: (column) => [`count(distinct ${column})`, `count(${column})`],
    value: ratio,
  }),
];

const statistics: readonly CheckDefinition[] = [
  extreme('min_between', 'min', 'the smallest value is within bounds'),
  extreme('max_between', 'max', 'the largest value is within bounds'),
  measure({
    name: 'mean_between',
    aliases: [between('expect_column_mean_to_be_between')],
    summary: 'the mean is within bounds',
    metrics: (column) => [`avg(${column})`],
  }),
  measure({
    name: 'median_between',
    aliases: [between('expect_column_median_to_be_between')],
    summary: 'the median is within bounds',
    metrics: (column) => [quantile(column, 0.5)],
  }),
  measure({
    name: 'quantile_between',
    aliases: [between('expect_column_quantile_values_to_be_between')],
    summary: 'a quantile is within bounds; between two values it is interpolated',
    arguments: [must('quantile', 'number', 'the share of values below it, from 0 to 1')],
    metrics: (column, args) => [quantile(column, Math.min(Math.max(numberOf(args, 'quantile'), 0), 1))],
  }),
  measure({
    name: 'stddev_between',
    aliases: [between('expect_column_stdev_to_be_between')],
    summary: 'the standard deviation is within bounds',
    arguments: [may('population', 'boolean', 'whether the rows are all there is, not a sample (default `false`)')],
    metrics: (column, args) => [`stddev_${scalarOf(args, 'population') === true ? 'pop' : 'samp'}(${column})`],
  }),
  measure({
    name: 'variance_between',
    summary: 'the variance is within bounds',
    arguments: [may('population', 'boolean', 'whether the rows are all there is, not a sample (default `false`)')],
    metrics: (column, args) => [`var_${scalarOf(args, 'population') === true ? 'pop' : 'samp'}(${column})`],
  }),
  measure({
    name: 'sum_between',
    aliases: [between('expect_column_sum_to_be_between')],
    summary: 'the sum is within bounds',
    metrics: (column) => [`sum(${column})`],
  }),
  measure({
    name: 'min_length',
    summary: 'the length of the shortest text is within bounds',
    metrics: (column, _args, { dialect }) => [`min(${dialect.checks.textLength(column)})`],
  }),
  measure({
    name: 'max_length',
    summary: 'the length of the longest text is within bounds',
    metrics: (column, _args, { dialect }) => [`max(${dialect.checks.textLength(column)})`],
  }),
  measure({
    name: 'mean_length',
    summary: 'the mean length of the texts is within bounds',
    metrics: (column, _args, { dialect }) => [`avg(${dialect.checks.textLength(column)})`],
  }),
];

const atLeastOne = aggregateCheck({
  name: 'at_least_one',
  aliases: [utils('at_least_one')],
  summary: 'some row has a value in the column',
  aggregate: (_args, target) => ({ metrics: [`count(${columnOf(target)})`], value: [0], violation: [0, ' = 0'] }),
});

const notConstant = aggregateCheck({
  name: 'not_constant',
  aliases: [utils('not_constant')],
  summary: 'the column has more than one value; one without any passes',
  aggregate: (_args, target) => {
    // As text, since not every type has a smallest value.
    const text = `cast(${columnOf(target)} as varchar)`;
    return { metrics: [`min(${text})`, `max(${text})`], value: [0], violation: [0, ' = ', 1], showsRows: true };
  },
});

const consistentCasing = aggregateCheck({
  name: 'consistent_casing',
  aliases: [expectations('expect_column_values_to_have_consistent_casing')],
  summary: 'no two texts differ by case alone; the value is the number of spellings too many',
  arguments: [],
  aggregate: (_args, target) => {
    const column = columnOf(target);
    const value: Parts = [0, ' - ', 1];
    return { metrics: [`count(distinct ${column})`, `count(distinct lower(${column}))`], value, violation: [...value, ' > 0'] };
  },
});

export const aggregateChecks: readonly CheckDefinition[] = [...counts, ...statistics, atLeastOne, notConstant, consistentCasing];
