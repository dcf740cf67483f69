/** One case for each check that reads rows: a table that it accepts, and the row that it then refuses. */
import type { CheckArguments } from '../../src/checks/check-definition.ts';

export interface CheckCase {
  readonly check: string;
  readonly args?: CheckArguments;
  /** Definitions of columns; the check stands on the first, if it stands on one. */
  readonly columns: string;
  /** Rows that the check accepts, as SQL. */
  readonly good: readonly string[];
  /** The same rows and one more, or rows that miss one: it fails once. */
  readonly refused: readonly string[];
  /** Failures in a table without rows, and in one with two rows of NULLs. */
  readonly empty?: number;
  readonly nulls?: number;
  /** Failures in the table of NULLs where `on_null` is `fail`; both of its rows, or the one value, if nothing is said. */
  readonly failingNulls?: number;
  /** A type of the first column for which the engine refuses the check, with a value; absent where it takes any. */
  readonly wrong?: 'integer' | 'date' | 'varchar' | 'integer[]';
  readonly groupBy?: readonly string[];
  /** What the check found on the days before. */
  readonly before?: readonly number[];
}

/** The other relation, which `to` names, has these rows. */
export const otherRows = `select 1 as k, 10 as v union all select 2, 20 union all select 2, 30`;

/** The time of the run. */
export const now = '2024-06-15T12:00:00Z';

const text = 'x varchar(60)';
const whole = 'x integer';
const number = 'x numeric(12,3)';
const two = 'x integer, y integer';

const inParentheses = (row: string): string => `(${row})`;

/** A row predicate over one column. */
function row(check: string, columns: string, good: readonly string[], bad: string, more: Partial<CheckCase> = {}): CheckCase {
  return { check, columns, good: good.map(inParentheses), refused: [...good, bad].map(inParentheses), failingNulls: 2, ...more };
}

/** A value of the whole column: it has none without rows, nor without values. */
function value(check: string, columns: string, good: readonly string[], bad: string, more: Partial<CheckCase> = {}): CheckCase {
  return { check, columns, good: good.map(inParentheses), refused: [...good, bad].map(inParentheses), failingNulls: 1, ...more };
}

const time = 'x timestamp';

const nullCases: readonly CheckCase[] = [
  row('not_null', whole, ['1', '2'], 'null', { nulls: 2 }),
  row('is_null', whole, ['null'], '1', { failingNulls: 0 }),
  row('not_empty_string', text, [`'a'`], `'  '`, { wrong: 'integer' }),
  row('not_empty_string', text, [`'a'`, `' '`], `''`, { args: { trim: false }, wrong: 'integer' }),
  row('not_missing', text, [`'a'`, `'na'`], `''`, { nulls: 2 }),
  row('not_missing', text, [`'a'`, `''`], `'n/a'`, { args: { values: ['n/a', '-'] }, nulls: 2 }),
  row('not_missing', whole, ['1'], '-1', { args: { values: [-1] }, nulls: 2, wrong: 'date' }),
  row('required_if', two, ['1, 1', 'null, 0'], 'null, 1', { args: { condition: 'y = 1 -- when it counts' } }),
  row('columns_filled', two, ['1, null', 'null, 1'], '1, 1', { args: { columns: ['x', 'y'], min: 1, max: 1 }, nulls: 2 }),
  row('columns_filled', two, ['1, null', '1, 1'], 'null, null', { args: { columns: 'x', min: 1 }, nulls: 2 }),
];

const setCases: readonly CheckCase[] = [
  row('accepted_values', text, [`'a'`, `'b'`], `'c'`, { args: { values: ['a', 'b'] } }),
  row('accepted_values', whole, ['1', '2'], '3', { args: { values: [1, 2] }, wrong: 'date' }),
  row('not_accepted_values', text, [`'a'`, `'b'`], `'c'`, { args: { values: ['c', 'd'] }, wrong: 'integer' }),
  {
    check: 'distinct_values_contain',
    columns: text,
    args: { values: ['a', 'b'] },
    good: [`('a')`, `('b')`, `('c')`],
    refused: [`('a')`, `('c')`],
    empty: 1,
    nulls: 1,
    failingNulls: 1,
    wrong: 'integer',
  },
  value('distinct_values_equal', text, [`'a'`, `'b'`, `'a'`], `'c'`, {
    args: { values: ['a', 'b'] },
    empty: 1,
    nulls: 1,
    wrong: 'integer',
  }),
  row('most_common_value', text, [`'a'`, `'a'`, `'b'`], `'b'`, { args: { values: ['a'] }, failingNulls: 0, wrong: 'integer' }),
];

const rangeCases: readonly CheckCase[] = [
  row('in_range', whole, ['1', '3'], '4', { args: { min: 1, max: 3 }, wrong: 'date' }),
  row('in_range', number, ['1.001', '2.999'], '3', { args: { min: 1, max: 3, strictly: true } }),
  row('in_range', 'x double precision', ['1', `'Infinity'`], `'NaN'`, { args: { min: 1 } }),
  row('in_range', 'x double precision', ['1', `'-Infinity'`], `'Infinity'`, { args: { max: 1 } }),
  row('in_range', 'x date', [`'2024-01-01'`], `'2024-02-01'`, { args: { min: '2024-01-01', max: '2024-01-31' } }),
  row('in_range', two, ['1, 1', '0, 1'], '2, 1', { args: { max: 'y', quote: false } }),
  row('not_in_range', whole, ['1', '4'], '3', { args: { min: 2, max: 3 }, wrong: 'date' }),
  row('not_in_range', whole, ['2', '4'], '3', { args: { min: 2, max: 4, strictly: true } }),
  row('positive', whole, ['1'], '0', { wrong: 'date' }),
  row('positive', 'x double precision', ['1'], `'NaN'`),
  row('non_negative', number, ['0', '0.5'], '-0.001', { wrong: 'date' }),
  row('negative', number, ['-1', '-0.001'], '0', { wrong: 'date' }),
  row('equal_to', text, [`'a'`], `'b'`, { args: { value: 'a' }, wrong: 'integer' }),
  row('not_equal_to', whole, ['1'], '7', { args: { value: 7 }, wrong: 'date' }),
  row('latitude', number, ['-90', '90'], '90.001', { wrong: 'date' }),
  row('longitude', number, ['-180', '180'], '-180.5', { wrong: 'date' }),
];

const textCases: readonly CheckCase[] = [
  row('matches_regex', text, [`'ab'`, `'b'`], `'cd'`, { args: { regex: '[ab]' }, wrong: 'integer' }),
  row('matches_regex', text, [`'ab'`, `'cc'`], `'cd'`, { args: { regex: ['^a', '^cc$'] } }),
  row('matches_regex', text, [`'ab'`], `'abc'`, { args: { regex: '^a[a-z]$' } }),
  row('matches_regex', text, [`'ab'`, `'ba'`], `'a'`, { args: { regex: ['a', 'b'], match_on: 'all' } }),
  row('not_matches_regex', text, [`'x'`], `'cd'`, { args: { regex: ['^a', 'd$'] }, wrong: 'integer' }),
  row('not_matches_regex', text, [`'a'`, `'d'`], `'ad'`, { args: { regex: ['^a', 'd$'], match_on: 'all' } }),
  row('like', text, [`'ab'`, `'axb'`], `'b'`, { args: { pattern: 'a%b' }, wrong: 'integer' }),
  row('like', text, [`'ab'`, `'b'`], `'c'`, { args: { pattern: ['a%', 'b%'] } }),
  row('not_like', text, [`'ab'`], `'x1'`, { args: { pattern: 'x%' }, wrong: 'integer' }),
  row('has_length', text, [`'ab'`, `'äöü'`], `'äöüß'`, { args: { min: 2, max: 3 }, wrong: 'integer' }),
  row('has_length', text, [`'ab'`], `'a'`, { args: { equal: 2 }, wrong: 'integer[]' }),
  row('trimmed', text, [`'a b'`], `'a '`, { wrong: 'integer' }),
  row('casing', text, [`'AB1'`], `'Ab'`, { args: { is: 'upper' }, wrong: 'integer' }),
  row('casing', text, [`'ab'`], `'aB'`, { args: { is: 'lower' } }),
];

/** Texts of a format, and one that is none. */
function format(is: string, good: readonly string[], bad: string): CheckCase {
  const quote = (entry: string): string => `'${entry.replaceAll("'", "''")}'`;
  return row('format', text, good.map(quote), quote(bad), { args: { is } });
}

const formatCases: readonly CheckCase[] = [
  row('format', text, [`'a@b.co'`], `'a@b'`, { args: { is: 'email' }, wrong: 'integer' }),
  format('email', ["o'neill+tag@mail.example.com"], 'a..b@example.com'),
  format('uuid', ['123e4567-e89b-12d3-A456-426614174000'], '123e4567-e89b-12d3-a456-42661417400'),
  format('url', ['https://example.com', 'http://example.com/a?b=c#d'], 'example.com'),
  format('domain', ['example.com', 'a.b.co'], '-a.com'),
  format('ipv4', ['0.0.0.0', '255.255.255.255'], '256.1.1.1'),
  format(
    'ipv6',
    ['::', '::1', '1::', '2001:db8::8:800:200c:417a', '1:2:3:4:5:6:7:8', '::ffff:1.2.3.4', '1:2:3:4:5:6:1.2.3.4'],
    '1:2:3:4:5:6:7',
  ),
  format('ipv6', ['1:2:3:4:5:6:7::', '1::8'], '1::2::3'),
  format('ipv6', ['fe80::1'], '1:2:3:4:5:6:7:8:9'),
  format('ip', ['1.2.3.4', '::1'], '1.2.3'),
  format('cidr', ['10.0.0.0/8', '::/0', '2001:db8::/128'], '10.0.0.0/33'),
  format('mac', ['00:1B:44:11:3a:b7', '00-1b-44-11-3a-b7'], '00:1b:44:11:3a'),
  format('phone', ['+49 (30) 123-4567', '0301234567'], '12345'),
  format('card', ['4111111111111111', '4111 1111 1111 1111', '3782-822463-10005', '6011000990139424'], '4111111111111112'),
  format('card', ['4222222222222'], '4222a22222222'),
  format('iso_date', ['2024-02-29', '2023-12-31'], '2023-02-29'),
  format('iso_date', ['2024-01-01'], '2024-1-1'),
  format('iso_time', ['23:59', '00:00:00.5', '10:00:00Z', '10:00+01:00'], '24:00'),
  format('iso_datetime', ['2024-02-29T10:00:00Z', '2024-02-29 10:00'], '2024-02-30T10:00:00Z'),
  format('integer', ['-1', '+007'], '1.0'),
  format('decimal', ['1', '-.5', '1.'], '1e5'),
  format('number', ['1e5', '-1.5E-7'], '1e'),
  format('percentage', ['5%', '5.5 %'], '5'),
  format('hexadecimal', ['0xfF', 'a0'], '0xg'),
  format('slug', ['a-b-1'], 'a--b'),
  format('http_method', ['GET', 'PATCH'], 'get'),
  format('semantic_version', ['1.0.0', '1.2.3-rc.1+5'], '1.02.3'),
  row('castable', text, [`'1'`, `'-2'`], `'x'`, { args: { type: 'integer' } }),
  row('castable', text, [`'2024-02-29'`], `'2023-02-29'`, { args: { type: 'date' } }),
  row('date_format', text, [`'29.02.2024'`], `'29.02.2023'`, { args: { format: '%d.%m.%Y' }, wrong: 'integer' }),
  row('date_format', text, [`'10:59'`], `'10:60'`, { args: { format: '%H:%M' } }),
  row('date_format', text, [`'2024-01-01T00:00:00.5Z'`], `'2024-01-01 00:00:00.5Z'`, { args: { format: '%Y-%m-%dT%H:%M:%S.%f%z' } }),
  row('valid_json', text, [`'{"a": [1, null]}'`, `'1'`], `'{"a": '`),
  row('valid_json', 'x date', [], `'2024-01-01'`),
  row('iso_code', text, [`'DE'`, `'AX'`], `'UK'`, { args: { is: 'country' }, wrong: 'integer' }),
  row('iso_code', text, [`'deu'`], `'ger'`, { args: { is: 'country3', ignore_case: true } }),
  row('iso_code', text, [`'EUR'`], `'eur'`, { args: { is: 'currency' } }),
  row('iso_code', text, [`'de'`, `'DE'`], `'xx'`, { args: { is: 'language', ignore_case: true } }),
  row('iso_code', text, [`'DE-BE'`, `'FR-2A'`], `'XX-BE'`, { args: { is: 'subdivision' } }),
];

const recordCases: readonly CheckCase[] = [
  row('expression_is_true', two, ['1, 2'], '2, 1', { args: { expression: '> 0 and x < y' }, wrong: 'date' }),
  row('columns_in_set', two, ['1, 2', '3, 4', 'null, 4'], '1, 4', {
    args: {
      a: 'x',
      b: 'y',
      pairs: [
        [1, 2],
        [3, 4],
      ],
    },
    failingNulls: 0,
    wrong: 'date',
  }),
  row('columns_sum', two, ['1, 2', '3, 0'], '1, 1', { args: { columns: ['x', 'y'], equal: 3 }, wrong: 'date' }),
  row('columns_sum', 'x integer, y integer, z integer', ['1, 2, 3'], '1, 2, 4', { args: { columns: ['x', 'y'], to: 'z' } }),
  row('columns_differ', two, ['1, 2', 'null, 1'], '1, 1', { args: { columns: ['x', 'y'] }, wrong: 'date' }),
  row('columns_differ', two, ['1, 2', 'null, null'], '1, 1', {
    args: { columns: ['x', 'y'], ignore_row_if: 'all_values_are_missing' },
    failingNulls: 0,
  }),
  row('columns_differ', two, ['1, 2', 'null, 1'], 'null, null', { args: { columns: ['x', 'y'], ignore_row_if: 'never' }, nulls: 2 }),
  row('columns_differ', two, ['1, 2', 'null, 1'], '1, 1', {
    args: { columns: ['x', 'y'], ignore_row_if: 'any_value_is_missing' },
    failingNulls: 0,
  }),
  row('columns_equal', 'x integer, y integer, z integer', ['1, 1, 1'], '1, 1, 2', { args: { columns: ['x', 'y', 'z'] }, wrong: 'date' }),
  row('pair_equal', two, ['1, 1'], '1, 2', { args: { a: 'x', b: 'y' }, wrong: 'date' }),
  row('pair_greater', two, ['2, 1'], '1, 1', { args: { a: 'x', b: 'y' }, wrong: 'date' }),
  row('pair_greater', two, ['2, 1', '1, 1'], '1, 2', { args: { a: 'x', b: 'y', or_equal: true } }),
  row('decimal_size', number, ['123.4', '999.9'], '1000', { args: { precision: 4, scale: 1 }, wrong: 'date' }),
  row('decimal_size', number, ['123.4'], '0.25', { args: { precision: 4, scale: 1 } }),
  row('array_size', 'x integer[]', ['array[1, 2]', 'array[1]'], 'array[1, 2, 3]', { args: { min: 1, max: 2 }, wrong: 'date' }),
  row('array_size', 'x integer[]', ['array[1]'], 'array[1, 2]', { args: { equal: 1 }, wrong: 'varchar' }),
  row('not_in_future', time, [`'2024-06-15 12:00:00'`], `'2024-06-15 12:00:01'`, { wrong: 'integer' }),
  row('not_in_future', 'x date', [`'2024-06-15'`], `'2024-06-16'`),
  row('not_older_than', time, [`'2024-06-13 12:00:00'`], `'2024-06-13 11:59:59'`, {
    args: { datepart: 'day', interval: 2 },
    wrong: 'integer',
  }),
  row('not_older_than', 'x timestamptz', [`'2024-05-15 12:00:00+00'`], `'2024-05-15 11:59:59+00'`, {
    args: { datepart: 'month', interval: 1 },
  }),
];

const keyCases: readonly CheckCase[] = [
  row('unique', whole, ['1', '2', 'null'], '1', { failingNulls: 0 }),
  row('unique', two, ['1, 1', '1, 2'], '1, 2', { groupBy: ['y'], failingNulls: 0 }),
  row('unique_combination', two, ['1, 1', '1, 2', '1, null'], '1, null', { args: { columns: ['x', 'y'] }, nulls: 1, failingNulls: 1 }),
  row('unique_combination', two, ['1, 1', '1, null', '1, null'], '1, 1', {
    args: { columns: ['x', 'y'], ignore_row_if: 'any_value_is_missing' },
    failingNulls: 0,
  }),
  row('unique_combination', two, ['1, 1', 'null, null', 'null, null', '1, null'], '1, null', {
    args: { columns: ['x', 'y'], ignore_row_if: 'all_values_are_missing' },
    failingNulls: 0,
  }),
];

const aggregateCases: readonly CheckCase[] = [
  value('null_ratio', whole, ['1', '2', 'null'], 'null', { args: { max: 0.4 }, nulls: 1 }),
  value('not_null_ratio', whole, ['1', 'null'], 'null', { args: { min: 0.5 }, nulls: 1 }),
  value('zero_count', whole, ['0', '1'], '0', { args: { max: 1 }, failingNulls: 0, wrong: 'date' }),
  value('zero_ratio', whole, ['0', '1'], '0', { args: { max: 0.5 }, failingNulls: 0, wrong: 'date' }),
  value('true_count', 'x boolean', ['true', 'false'], 'true', { args: { max: 1 }, failingNulls: 0, wrong: 'date' }),
  value('false_count', 'x boolean', ['true', 'false'], 'false', { args: { equal: 1 }, empty: 1, nulls: 1, wrong: 'date' }),
  value('distinct_count', text, [`'a'`, `'b'`, `'b'`], `'c'`, { args: { equal: 2 }, empty: 1, nulls: 1 }),
  value('distinct_ratio', text, [`'a'`, `'b'`], `'b'`, { args: { min: 0.7 } }),
  value('min_between', whole, ['1', '2'], '0', { args: { min: 1 }, wrong: 'date' }),
  value('min_between', 'x date', [`'2024-01-01'`], `'2023-12-31'`, { args: { min: '2024-01-01' } }),
  value('max_between', number, ['1', '2.5'], '2.501', { args: { max: 2.5 }, wrong: 'date' }),
  value('mean_between', whole, ['1', '2'], '9', { args: { min: 1, max: 3 }, wrong: 'date' }),
  value('median_between', whole, ['1', '2', '100'], '100', { args: { max: 2 }, wrong: 'date' }),
  value('median_between', whole, ['1', '2'], '3', { args: { equal: 1.5 } }),
  value('quantile_between', whole, ['1', '2', '3', '4', '5'], '50', { args: { quantile: 0.75, max: 4 }, wrong: 'date' }),
  value('stddev_between', whole, ['2', '4', '4', '4', '5', '5', '7', '9'], '50', { args: { equal: 2, population: true }, wrong: 'date' }),
  value('variance_between', whole, ['1', '3'], '9', { args: { equal: 2 }, wrong: 'date' }),
  value('sum_between', number, ['1', '2'], '0.001', { args: { max: 3 }, wrong: 'date' }),
  value('min_length', text, [`'ab'`, `'abc'`], `''`, { args: { min: 2 }, wrong: 'integer' }),
  value('max_length', text, [`'ab'`], `'abc'`, { args: { max: 2 }, wrong: 'integer[]' }),
  value('mean_length', text, [`'ab'`, `'a'`], `'abcdef'`, { args: { equal: 1.5 }, wrong: 'integer' }),
  { check: 'at_least_one', columns: whole, good: ['(1)', '(null)'], refused: ['(null)'], empty: 1, nulls: 1, failingNulls: 1 },
  { check: 'not_constant', columns: 'x boolean', good: ['(true)', '(false)'], refused: ['(true)', '(true)'], failingNulls: 1 },
  value('consistent_casing', text, [`'ab'`, `'Cd'`], `'cd'`, { wrong: 'integer', failingNulls: 0 }),
  value('mean_between', two, ['1, 1', '3, 1', '9, 2'], '0, 2', {
    args: { min: 2, max: 9 },
    groupBy: ['y'],
    refused: ['(1, 1)', '(3, 1)', '(1, 2)'],
  }),
];

const tableCases: readonly CheckCase[] = [
  value('row_count', whole, ['1', '2'], '3', { args: { min: 1, max: 2 }, empty: 1, failingNulls: 0 }),
  value('row_count', two, ['1, 1', '2, 1', '1, 2'], '3, 1', { args: { max: 2 }, groupBy: ['y'], failingNulls: 0 }),
  { check: 'not_empty', columns: whole, good: ['(null)'], refused: [], empty: 1, failingNulls: 0 },
  value('metric', two, ['1, 1', '2, 1'], '1, 5', { args: { expression: 'sum(x) - sum(y) -- more in than out', min: 0 }, wrong: 'date' }),
  value('metric', two, ['1, 1', '2, 2'], '9, 2', { args: { expression: 'max(x)', max: 5 }, groupBy: ['y'], failingNulls: 1 }),
  value('columns_total', two, ['1, 2', '3, 4'], '1, 0', { args: { columns: ['x', 'y'], equal: 10 }, wrong: 'date' }),
  {
    check: 'recency',
    columns: time,
    args: { datepart: 'hour', interval: 6 },
    good: [`('2024-06-15 06:00:00')`, `('2024-01-01')`],
    refused: [`('2024-06-15 05:59:59')`],
    failingNulls: 1,
    wrong: 'integer',
  },
  value('z_score', number, ['1', '2', '1', '2', '1', '2', '1', '2', '1', '2', '1', '2'], '50', { failingNulls: 0, wrong: 'date' }),
  value('row_count_equals', whole, ['1', '2', '3'], '4', { args: { to: 'other' }, empty: 1, nulls: 1 }),
  value('row_count_equals', whole, ['1', '2'], '4', { args: { to: 'other', to_where: 'k = 1', factor: 2 }, empty: 1, failingNulls: 0 }),
  value('fewer_rows_than', whole, ['1', '2'], '4', { args: { to: 'other' }, failingNulls: 0 }),
  value('distinct_count_equals', whole, ['7', '8', '8'], '9', { args: { to: 'other', field: 'k' }, empty: 1, nulls: 1 }),
  value('aggregate_equals', whole, ['30', '30'], '1', {
    args: { expression: 'sum(x)', to: 'other', to_expression: 'sum(v)' },
    empty: 1,
    nulls: 1,
    wrong: 'date',
  }),
  value('aggregate_equals', 'v integer', ['50', '9'], '5', { args: { expression: 'sum(v)', to: 'other', tolerance: 2 } }),
  {
    check: 'equality',
    columns: 'x integer, y integer',
    args: { to: 'other' },
    good: ['(1, 10)', '(2, 20)', '(2, 30)'],
    refused: ['(1, 10)', '(2, 20)', '(2, 30)', '(2, 30)'],
    empty: 3,
    nulls: 5,
    failingNulls: 5,
    wrong: 'date',
  },
  row('cardinality_equals', whole, ['1', '2', '2'], '3', {
    args: { to: 'other', field: 'k' },
    empty: 2,
    nulls: 3,
    failingNulls: 3,
    wrong: 'date',
  }),
  row('relationships', whole, ['1', '2'], '3', { args: { to: 'other', field: 'k' }, wrong: 'date' }),
  row('relationships', whole, ['2'], '1', { args: { to: 'other', field: 'k', to_where: 'v > 10' } }),
];

/** Seven days with the same value: 3.5 times 5 % of it are ordinary. */
const always = (found: number): readonly number[] => Array.from({ length: 7 }, () => found);

/** One metric of a column: what it was for a week, rows that give about the same, and rows that do not. */
function metric(
  name: string,
  columns: string,
  before: number,
  good: readonly string[],
  refused: readonly string[],
  more: Partial<CheckCase> = {},
): CheckCase {
  const rows = { good: good.map(inParentheses), refused: refused.map(inParentheses) };
  return { check: 'column_anomaly', args: { metric: name }, columns, ...rows, before: always(before), failingNulls: 1, ...more };
}

const anomalyCases: readonly CheckCase[] = [
  {
    check: 'volume_anomaly',
    columns: whole,
    good: ['(1)', '(2)'],
    refused: ['(1)', '(2)', '(3)'],
    before: always(2),
    empty: 1,
    failingNulls: 0,
  },
  // Above anything is ordinary.
  {
    check: 'volume_anomaly',
    args: { min_points: 3, direction: 'drop' },
    columns: whole,
    good: ['(1)', '(2)', '(3)', '(4)'],
    refused: ['(1)'],
    before: [2, 2, 2],
    empty: 1,
    failingNulls: 0,
  },
  {
    check: 'volume_anomaly',
    args: { compare: 'change', floor: 0, min_difference: 1 },
    columns: whole,
    good: ['(1)', '(2)'],
    refused: ['(1)', '(2)', '(3)', '(4)'],
    // One more each day, so that two are due.
    before: [-6, -5, -4, -3, -2, -1, 0, 1],
    empty: 1,
    failingNulls: 0,
  },
  // An hour ago each day; more than 4,230 seconds are too many, and fewer are never.
  {
    check: 'freshness_anomaly',
    columns: time,
    good: [`('2024-06-15 11:00:00')`, `(null)`, `('2020-01-01')`],
    refused: [`('2024-06-15 10:49:29')`, `(null)`],
    before: always(3600),
    failingNulls: 1,
    wrong: 'integer',
  },
  {
    check: 'freshness_anomaly',
    columns: 'x timestamp with time zone',
    good: [`('2024-06-15 13:00:00+02')`],
    refused: [`('2024-06-15 12:49:29+02')`],
    before: always(3600),
    failingNulls: 1,
  },
  {
    check: 'freshness_anomaly',
    args: { direction: 'both' },
    columns: 'x date',
    good: [`('2024-06-15')`],
    refused: [`('2024-06-16')`],
    before: always(43_200),
    failingNulls: 1,
  },
  metric('null_count', whole, 2, ['1', 'null', 'null'], ['1', 'null'], { empty: 1, failingNulls: 0 }),
  metric('null_ratio', whole, 0.5, ['1', 'null'], ['1', 'null', 'null'], { nulls: 1 }),
  metric('zero_count', whole, 1, ['0', '1'], ['0', '0'], { empty: 1, nulls: 1, wrong: 'date' }),
  metric('zero_ratio', whole, 0.5, ['0', '1'], ['0', '0'], { nulls: 1, wrong: 'date' }),
  metric('true_ratio', 'x boolean', 0.5, ['true', 'false'], ['true', 'true'], { nulls: 1, wrong: 'date' }),
  metric('empty_ratio', text, 0.5, [`'a'`, `''`], [`'a'`, `'b'`], { nulls: 1, wrong: 'integer' }),
  metric('distinct_count', whole, 2, ['1', '2', '2', 'null'], ['1', '2', '3'], { empty: 1, nulls: 1, failingNulls: 1 }),
  metric('sum', number, 30, ['10', '20'], ['10', '20', '10'], { wrong: 'date' }),
  metric('mean', number, 15, ['10', '20'], ['10', '20', '60'], { wrong: 'date' }),
  metric('median', number, 10, ['10', '10', '90'], ['10', '90', '90'], { wrong: 'date' }),
  // Sample deviation of 10 and 20: the root of 50.
  metric('stddev', number, 7.071, ['10', '20'], ['10', '30'], { wrong: 'date' }),
  metric('variance', number, 50, ['10', '20'], ['10', '30'], { wrong: 'date' }),
  metric('min_length', text, 2, [`'ab'`, `'abc'`], [`'a'`, `'abc'`], { wrong: 'integer' }),
  metric('max_length', text, 3, [`'ab'`, `'abc'`], [`'ab'`, `'abcd'`], { wrong: 'integer[]' }),
  metric('mean_length', text, 2, [`'a'`, `'abc'`], [`'abc'`, `'abc'`], { wrong: 'integer' }),
];

export const checkCases: readonly CheckCase[] = [
  ...nullCases,
  ...setCases,
  ...rangeCases,
  ...textCases,
  ...formatCases,
  ...recordCases,
  ...keyCases,
  ...aggregateCases,
  ...tableCases,
  ...anomalyCases,
];
