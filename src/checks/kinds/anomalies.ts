/** Checks that compare a value with those that the same test found before. */
import type { CheckSql } from '../../adapter/check-sql.ts';
import { defaultSettings, keptPoints, ordinaryRange } from '../anomaly-rule.ts';
import type { AnomalySettings, Bucket } from '../anomaly-rule.ts';
import type { ArgumentSpec, CheckArguments, CheckDefinition, CheckTarget, Parts } from '../check-definition.ts';
import { bug } from '../../diagnostics/bug.ts';
import { aggregateCheck, may, must } from '../define.ts';
import { booleanOf, columnOf, isGiven, numberOf, textOf } from '../read-argument.ts';
import { countWhen, quantile, ratio } from './aggregates.ts';

const buckets: readonly Bucket[] = ['run', 'hour', 'day', 'week'];
const directions = ['both', 'drop', 'rise'] as const;

const settingArguments: readonly ArgumentSpec[] = [
  may('sensitivity', 'number', `how many scales around the median are ordinary (default ${defaultSettings.sensitivity})`),
  may('min_points', 'count', `with fewer points before, it passes (default ${defaultSettings.minPoints})`),
  may('window', 'count', `how many points before count, at most ${keptPoints} (default ${defaultSettings.window})`),
  may('bucket', 'word', 'what gives one point, its last value; days and weeks are those of UTC (default `day`)', buckets),
  may('direction', 'word', 'which values are out of the ordinary (default `both`)', directions),
  may('weekdays', 'boolean', 'whether days are compared with the same day of the week after three weeks (default `true`)'),
  may('floor', 'number', `the scale is at least so many percent of the median (default ${defaultSettings.floor})`),
  may('min_difference', 'number', 'what is closer to the median than this is ordinary (default 0)'),
  may('compare', 'word', 'whether values are compared, or their changes from one bucket to the next (default `value`)', [
    'value',
    'change',
  ]),
];

/** What the arguments of a check say, and where they say nothing what is right for most. */
function anomalySettings(args: CheckArguments): AnomalySettings {
  const number = (name: string, absent: number): number => (isGiven(args, name) ? numberOf(args, name) : absent);
  return {
    sensitivity: number('sensitivity', defaultSettings.sensitivity),
    minPoints: number('min_points', defaultSettings.minPoints),
    window: number('window', defaultSettings.window),
    bucket: buckets.find((bucket) => bucket === args['bucket']) ?? defaultSettings.bucket,
    direction: directions.find((direction) => direction === args['direction']) ?? defaultSettings.direction,
    weekdays: booleanOf(args, 'weekdays', defaultSettings.weekdays),
    floor: number('floor', defaultSettings.floor),
    minDifference: number('min_difference', defaultSettings.minDifference),
    ofChange: args['compare'] === 'change',
  };
}

function settingsProblem(args: CheckArguments): string | undefined {
  const { sensitivity, minPoints, window, floor, minDifference } = anomalySettings(args);
  if (!(sensitivity > 0)) return 'needs a `sensitivity` above 0';
  if (!(floor >= 0) || !(minDifference >= 0)) return 'takes no negative `floor` or `min_difference`';
  if (minPoints < 3) return 'needs `min_points` of at least 3';
  if (window > keptPoints) return `keeps ${keptPoints} points, so that \`window\` is at most that`;
  return minPoints > window ? 'has more `min_points` than its `window` can hold' : undefined;
}

interface Measured {
  readonly metrics: readonly string[];
  readonly value: Parts;
}

/** The check of one value. `usual` are settings that it has where nobody says others. */
function anomalyCheck(
  {
    usual = {},
    ...base
  }: Pick<CheckDefinition, 'name' | 'summary' | 'on'> & {
    readonly arguments?: readonly ArgumentSpec[];
    readonly usual?: CheckArguments;
  },
  measure: (args: CheckArguments, target: CheckTarget) => Measured,
): CheckDefinition {
  return aggregateCheck({
    ...base,
    arguments: [...(base.arguments ?? []), ...settingArguments],
    groupable: false,
    problem: settingsProblem,
    anomaly: (args) => anomalySettings({ ...usual, ...args }),
    aggregate: (args, target) => {
      const { metrics, value } = measure(args, target);
      const settings = anomalySettings({ ...usual, ...args });
      const range = ordinaryRange(target.points ?? [], Date.parse(target.now), settings);
      if (range === undefined || (range.low === undefined && range.high === undefined)) return { metrics, value, violation: ['false'] };
      const low: readonly Parts[] = range.low === undefined ? [] : [['(', ...value, `) < ${sqlNumber(range.low)}`]];
      const high: readonly Parts[] = range.high === undefined ? [] : [['(', ...value, `) > ${sqlNumber(range.high)}`]];
      const violation = [...low, ...high].flatMap((parts, at) => (at === 0 ? parts : [' or ', ...parts]));
      const bound = (number: number | undefined): string => (number === undefined ? 'cast(null as double precision)' : sqlNumber(number));
      const beside = { expected_from: bound(range.low), expected_to: bound(range.high), points: String(range.points) };
      return { metrics, value, violation, beside };
    },
  });
}

/** In a form that no engine takes for a decimal with fewer digits. */
const sqlNumber = (value: number): string => `cast(${value} as double precision)`;

const volumeAnomaly = anomalyCheck(
  { name: 'volume_anomaly', on: 'relation', summary: 'the number of rows is about what it was before' },
  () => ({ metrics: ['count(*)'], value: [0] }),
);

const freshnessAnomaly = anomalyCheck(
  {
    name: 'freshness_anomaly',
    on: 'column',
    summary: 'the latest time is about as far back as it was before, in seconds from the start of the run',
    usual: { direction: 'rise' },
  },
  (_args, target) => ({
    metrics: [`max(${columnOf(target)})`],
    value: [`${Date.parse(target.now) / 1000} - extract(epoch from `, 0, ')'],
  }),
);

type Measure = (column: string, sql: CheckSql) => Measured;

const one =
  (call: (column: string, sql: CheckSql) => string): Measure =>
  (column, sql) => ({ metrics: [call(column, sql)], value: [0] });
const share =
  (condition: (column: string) => string): Measure =>
  (column) => ({
    metrics: [countWhen(condition(column)), 'count(*)'],
    value: ratio,
  });

/** None that is the value of some row: what was found is written down. */
const measures: Readonly<Record<string, Measure>> = {
  null_count: one((column) => countWhen(`${column} is null`)),
  null_ratio: share((column) => `${column} is null`),
  zero_count: one((column) => countWhen(`${column} = 0`)),
  zero_ratio: share((column) => `${column} = 0`),
  true_ratio: share((column) => column),
  empty_ratio: share((column) => `${column} = ''`),
  distinct_count: one((column) => `count(distinct ${column})`),
  sum: one((column) => `sum(${column})`),
  mean: one((column) => `avg(${column})`),
  median: one((column) => quantile(column, 0.5)),
  stddev: one((column) => `stddev_samp(${column})`),
  variance: one((column) => `var_samp(${column})`),
  min_length: one((column, { textLength }) => `min(${textLength(column)})`),
  max_length: one((column, { textLength }) => `max(${textLength(column)})`),
  mean_length: one((column, { textLength }) => `avg(${textLength(column)})`),
};

const columnAnomaly = anomalyCheck(
  {
    name: 'column_anomaly',
    on: 'column',
    summary: 'a number that sums up the column is about what it was before',
    arguments: [must('metric', 'word', 'which number', Object.keys(measures))],
  },
  (args, target) => (measures[textOf(args, 'metric')] ?? bug('a metric that nobody knows'))(columnOf(target), target.dialect.checks),
);

export const anomalyChecks: readonly CheckDefinition[] = [volumeAnomaly, freshnessAnomaly, columnAnomaly];
