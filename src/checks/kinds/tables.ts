/** Checks of a relation as a whole. */
import { numberBounds, numberBoundsProblem, outsideParts, renamedBounds } from '../bounds.ts';
import type { CheckDefinition, CheckTarget, Parts } from '../check-definition.ts';
import { aggregateCheck, expectations, may, must, queryCheck, utils } from '../define.ts';
import { columnOf, columnsOf, numberOf, textOf } from '../read-argument.ts';
import { enclose } from '../shape-sql.ts';
import { before, datepart, interval } from './records.ts';

const rowCount = aggregateCheck({
  name: 'row_count',
  aliases: [
    expectations('expect_table_row_count_to_be_between', { renamed: renamedBounds }),
    expectations('expect_table_row_count_to_equal', { renamed: { value: 'equal' } }),
  ],
  on: 'relation',
  summary: 'the number of rows is within bounds',
  arguments: numberBounds,
  problem: numberBoundsProblem,
  aggregate: (args, target) => ({ metrics: ['count(*)'], value: [0], violation: outsideParts([0], args, target) }),
});

const notEmpty = aggregateCheck({
  name: 'not_empty',
  on: 'relation',
  summary: 'there is a row',
  groupable: false,
  aggregate: () => ({ metrics: ['count(*)'], value: [0], violation: [0, ' = 0'] }),
});

const metric = aggregateCheck({
  name: 'metric',
  on: 'relation',
  summary: 'an aggregate of your own is within bounds',
  arguments: [must('expression', 'expression', 'SQL over all rows, such as `sum(a) - sum(b)`'), ...numberBounds],
  problem: numberBoundsProblem,
  aggregate: (args, target) => ({
    metrics: [enclose(textOf(args, 'expression'))],
    value: [0],
    violation: outsideParts([0], args, target),
    ownSql: true,
    showsRows: true,
  }),
});

const columnsTotal = aggregateCheck({
  name: 'columns_total',
  aliases: [expectations('expect_multicolumn_sum_to_equal', { renamed: { column_list: 'columns', sum_total: 'equal' } })],
  on: 'relation',
  summary: 'the sums of the columns add up to a number within bounds',
  arguments: [must('columns', 'names', 'the columns'), ...numberBounds],
  problem: numberBoundsProblem,
  aggregate: (args, target) => {
    const metrics = columnsOf(args, 'columns', target).map((column) => `sum(${column})`);
    const value: Parts = metrics.flatMap((_metric, at) => (at === 0 ? [at] : [' + ', at]));
    return { metrics, value, violation: outsideParts(value, args, target) };
  },
});

const recency = aggregateCheck({
  name: 'recency',
  aliases: [
    utils('recency', { renamed: { field: 'column_name' } }),
    expectations('expect_row_values_to_have_recent_data'),
    expectations('expect_grouped_row_values_to_have_recent_data', { renamed: { timestamp_column: 'column_name' } }),
  ],
  summary: 'the latest time is no further back than this, seen from the start of the run',
  arguments: [datepart, interval],
  aggregate: (args, target) => ({
    metrics: [`max(${columnOf(target)})`],
    value: [0],
    violation: [0, ` < ${before(target.now, textOf(args, 'datepart'), numberOf(args, 'interval'), target)}`],
    showsRows: true,
  }),
});

const zScore = queryCheck({
  name: 'z_score',
  aliases: [expectations('expect_column_values_to_be_within_n_stdevs', { renamed: { sigma_threshold: 'limit_at' } })],
  on: 'column',
  summary: 'no number is further from the mean than so many standard deviations',
  arguments: [may('limit_at', 'number', 'how many standard deviations (default 3)')],
  query: (args, target) => {
    const column = columnOf(target);
    const limit = args['limit_at'] === undefined ? 3 : numberOf(args, 'limit_at');
    const spread = [`select avg(${column}) as _tx_mean, stddev_samp(${column}) as _tx_spread from `, 0];
    const rows: Parts = ['select _tx_each.* from (select * from ', 0, ') as _tx_each cross join (', ...spread, ') as _tx_all'];
    return [...rows, ` where abs(_tx_each.${column} - _tx_mean) > ${limit} * _tx_spread`];
  },
});

/** A relation as it stands in a FROM clause, with a condition. */
function from(relation: string, where?: string): string {
  const source = relation.startsWith('(') ? `${relation} as _tx_other` : relation;
  return where === undefined ? source : `${source} where ${enclose(where)}`;
}

const to = must('to', 'relation', 'the other relation');
const otherWhere = may('to_where', 'condition', 'which rows of the other relation count');
const compared = { compare_model: 'to', compare_row_condition: 'to_where' };

function otherValue(expression: string, args: Parameters<CheckDefinition['shape']>[0]): string {
  const where = args['to_where'];
  return `(select ${expression} from ${from(textOf(args, 'to'), typeof where === 'string' ? where : undefined)})`;
}

const rowCountEquals = aggregateCheck({
  name: 'row_count_equals',
  aliases: [
    utils('equal_rowcount', { renamed: compared, asConfig: {} }),
    expectations('expect_table_row_count_to_equal_other_table', { renamed: compared }),
    expectations('expect_table_row_count_to_equal_other_table_times_factor', { renamed: compared }),
  ],
  on: 'relation',
  summary: 'there are as many rows as in another relation, or a multiple of them',
  arguments: [to, otherWhere, may('factor', 'number', 'how often the rows of the other relation count (default 1)')],
  groupable: false,
  aggregate: (args) => {
    const factor = args['factor'] === undefined ? '' : ` * ${numberOf(args, 'factor')}`;
    return { metrics: ['count(*)'], value: [0], violation: [0, ` <> ${otherValue('count(*)', args)}${factor}`] };
  },
});

const fewerRowsThan = aggregateCheck({
  name: 'fewer_rows_than',
  aliases: [utils('fewer_rows_than', { renamed: compared, asConfig: {} })],
  on: 'relation',
  summary: 'there are fewer rows than in another relation',
  arguments: [to, otherWhere],
  groupable: false,
  aggregate: (args) => ({ metrics: ['count(*)'], value: [0], violation: [0, ` >= ${otherValue('count(*)', args)}`] }),
});

const distinctCountEquals = aggregateCheck({
  name: 'distinct_count_equals',
  aliases: [expectations('expect_column_distinct_count_to_equal_other_table', { renamed: { ...compared, compare_column_name: 'field' } })],
  summary: 'there are as many different values as in a column of another relation',
  arguments: [to, must('field', 'column', 'the column of `to`'), otherWhere],
  groupable: false,
  aggregate: (args, target) => {
    const other = otherValue(`count(distinct ${target.dialect.quoteIdentifier(textOf(args, 'field'))})`, args);
    return { metrics: [`count(distinct ${columnOf(target)})`], value: [0], violation: [0, ` <> ${other}`] };
  },
});

const aggregateEquals = aggregateCheck({
  name: 'aggregate_equals',
  aliases: [
    expectations('expect_table_aggregation_to_equal_other_table', { renamed: { ...compared, compare_expression: 'to_expression' } }),
  ],
  on: 'relation',
  summary: 'an aggregate has the same value over another relation',
  arguments: [
    must('expression', 'expression', 'SQL over all rows, such as `sum(amount)`'),
    to,
    may('to_expression', 'expression', 'SQL over the rows of the other relation; without it the same'),
    otherWhere,
    may('tolerance', 'number', 'by how much they may differ (default 0)'),
  ],
  groupable: false,
  aggregate: (args, _target: CheckTarget) => {
    const expression = enclose(textOf(args, 'expression'));
    const other = otherValue(args['to_expression'] === undefined ? expression : enclose(textOf(args, 'to_expression')), args);
    const violation: Parts =
      args['tolerance'] === undefined ? [0, ` is distinct from ${other}`] : ['abs(', 0, ` - ${other}) > ${numberOf(args, 'tolerance')}`];
    return { metrics: [expression], value: [0], violation, ownSql: true, showsRows: true };
  },
});

/** Rows of two relations that only one of them has. */
function difference(rows: Parts, other: Parts): Parts {
  const only = (side: string, first: Parts, second: Parts): Parts => [
    `select '${side}' as found_in, _tx_side.* from (`,
    ...first,
    ' except all ',
    ...second,
    ') as _tx_side',
  ];
  return [...only('this', rows, other), ' union all ', ...only('other', other, rows)];
}

const equality = queryCheck({
  name: 'equality',
  aliases: [utils('equality', { renamed: { compare_model: 'to', compare_columns: 'columns' }, asConfig: {} })],
  summary: 'the rows are those of another relation, each as often as there',
  arguments: [to, otherWhere, may('columns', 'names', 'the columns that are compared; without them all, in their order')],
  query: (args, target) => {
    const list = columnsOf(args, 'columns', target).join(', ') || '*';
    const where = args['to_where'];
    const other = `select ${list} from ${from(textOf(args, 'to'), typeof where === 'string' ? where : undefined)}`;
    return difference([`select ${list} from `, 0], [other]);
  },
});

const cardinalityEquals = queryCheck({
  name: 'cardinality_equals',
  aliases: [utils('cardinality_equality', { asConfig: {} })],
  on: 'column',
  counts: 'keys',
  summary: 'each value stands in as many rows as in a column of another relation',
  arguments: [to, must('field', 'column', 'the column of `to`'), otherWhere],
  query: (args, target) => {
    const [column, field] = [columnOf(target), target.dialect.quoteIdentifier(textOf(args, 'field'))];
    const where = args['to_where'];
    const source = from(textOf(args, 'to'), typeof where === 'string' ? where : undefined);
    return difference(
      [`select ${column} as value, count(*) as row_count from (select * from `, 0, `) as _tx_all group by ${column}`],
      [`select ${field} as value, count(*) as row_count from ${source} group by ${field}`],
    );
  },
});

export const tableChecks: readonly CheckDefinition[] = [
  rowCount,
  notEmpty,
  metric,
  columnsTotal,
  recency,
  zScore,
  rowCountEquals,
  fewerRowsThan,
  distinctCountEquals,
  aggregateEquals,
  equality,
  cardinalityEquals,
];
