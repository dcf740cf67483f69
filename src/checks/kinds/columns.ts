/** Checks of the columns that a relation has. */
import { numberBounds, numberBoundsProblem, renamedBounds } from '../bounds.ts';
import type { CatalogRule, ColumnChange, ExpectedColumn } from '../catalog-rule.ts';
import type { CheckDefinition, DeclaredColumn } from '../check-definition.ts';
import { bug } from '../../diagnostics/bug.ts';
import { aggregateCheck, catalogCheck, expectations, may, must } from '../define.ts';
import { booleanOf, isGiven, numberOf, textsOf } from '../read-argument.ts';

const listed = (names: readonly string[]): readonly ExpectedColumn[] => names.map((name) => ({ name, types: [] }));
const declared = (columns: readonly DeclaredColumn[]): readonly ExpectedColumn[] =>
  columns.map(({ name, type }) => ({ name, types: type === undefined ? [] : [type] }));

const columns = must('columns', 'names', 'the names of the columns');
const renamed = { column_list: 'columns' };
const anyOrder = { only: false, ordered: false } as const;

const columnType = catalogCheck({
  name: 'column_type',
  aliases: [
    expectations('expect_column_values_to_be_of_type', { renamed: { column_type: 'types' } }),
    expectations('expect_column_values_to_be_in_type_list', { renamed: { column_type_list: 'types' } }),
  ],
  on: 'column',
  summary: 'the column has this type, or one of several',
  arguments: [must('types', 'texts', 'a type or a list of types; without a size it stands for all of its sizes')],
  rule: (args, { columnName }) => ({
    kind: 'columns',
    columns: [{ name: columnName ?? bug('no column'), types: textsOf(args, 'types') }],
    ...anyOrder,
  }),
});

const columnExists = catalogCheck({
  name: 'column_exists',
  aliases: [expectations('expect_column_to_exist')],
  on: 'column',
  summary: 'the relation has the column',
  rule: (_args, { columnName }) => ({ kind: 'columns', columns: listed([columnName ?? bug('no column')]), ...anyOrder }),
});

const columnsContain = catalogCheck({
  name: 'columns_contain',
  aliases: [expectations('expect_table_columns_to_contain_set', { renamed })],
  summary: 'the relation has these columns, and may have others',
  arguments: [columns],
  rule: (args) => ({ kind: 'columns', columns: listed(textsOf(args, 'columns')), ...anyOrder }),
});

const columnsAre = catalogCheck({
  name: 'columns_are',
  aliases: [
    expectations('expect_table_columns_to_match_set', { renamed }),
    expectations('expect_table_columns_to_match_ordered_list', { renamed, preset: { ordered: true } }),
  ],
  summary: 'the relation has these columns and no others',
  arguments: [columns, may('ordered', 'boolean', 'whether they have to stand in this order (default `false`)')],
  rule: (args) => ({
    kind: 'columns',
    columns: listed(textsOf(args, 'columns')),
    only: true,
    ordered: booleanOf(args, 'ordered', false),
  }),
});

const columnsExclude = catalogCheck({
  name: 'columns_exclude',
  aliases: [expectations('expect_table_columns_to_not_contain_set', { renamed })],
  summary: 'the relation has none of these columns',
  arguments: [columns],
  rule: (args) => ({ kind: 'no-columns', names: textsOf(args, 'columns') }),
});

const columnCount = catalogCheck({
  name: 'column_count',
  aliases: [
    expectations('expect_table_column_count_to_be_between', { renamed: renamedBounds }),
    expectations('expect_table_column_count_to_equal', { renamed: { value: 'equal' } }),
  ],
  summary: 'the number of columns is within bounds',
  arguments: numberBounds.filter(({ name }) => name !== 'strictly'),
  problem: numberBoundsProblem,
  rule: (args): CatalogRule => {
    const bound = (name: string): number | null => (isGiven(args, name) ? numberOf(args, name) : null);
    return { kind: 'count', min: bound('equal') ?? bound('min'), max: bound('equal') ?? bound('max') };
  },
});

const matchesContract = catalogCheck({
  name: 'matches_contract',
  summary: 'the relation has the columns that are declared of it, with the types that are declared',
  arguments: [may('only', 'boolean', 'whether it may have no others (default `true`)')],
  rule: (args, target) => ({ kind: 'columns', columns: declared(target.declared), only: booleanOf(args, 'only', true), ordered: false }),
});

const serves = catalogCheck({
  name: 'serves_exposures',
  summary: 'the relation has the columns that exposures say they read of it, in `meta.referenced_columns`',
  rule: (_args, target) => ({ kind: 'columns', columns: declared(target.exposed), ...anyOrder }),
});

const allChanges: readonly ColumnChange[] = ['column_added', 'column_removed', 'type_changed'];

const schemaUnchanged = catalogCheck({
  name: 'schema_unchanged',
  remembers: true,
  summary: 'the columns are those that they were when the test last ran; the first time it passes',
  arguments: [may('changes', 'texts', `what counts as a change: ${allChanges.join(', ')} (default: each)`)],
  problem: (args) => {
    const wrong = textsOf(args, 'changes').find((name) => !allChanges.some((change) => change === name));
    return wrong === undefined ? undefined : `knows no change \`${wrong}\`; they are ${allChanges.join(', ')}`;
  },
  rule: (args, { previous }) => ({
    kind: 'unchanged',
    before: previous ?? null,
    changes: isGiven(args, 'changes') ? allChanges.filter((change) => textsOf(args, 'changes').includes(change)) : allChanges,
  }),
});

const rowCountChange = aggregateCheck({
  name: 'row_count_change',
  remembers: true,
  on: 'relation',
  groupable: false,
  summary: 'the number of rows has not changed by more than this since the test last ran; the first time it passes',
  arguments: [
    must('percent', 'number', 'the largest change that is right, in percent of the number before'),
    may('min_rows', 'count', 'with fewer rows than this before, any change is right (default 100)'),
    may('direction', 'word', 'which changes count (default `both`)', ['both', 'drop', 'rise']),
  ],
  aggregate: (args, { previous }) => {
    const count = previous === undefined ? Number.NaN : Number(previous);
    const least = isGiven(args, 'min_rows') ? numberOf(args, 'min_rows') : 100;
    const metrics = ['count(*)'];
    if (!Number.isSafeInteger(count) || count < least || count === 0) return { metrics, value: [0], violation: ['false'] };
    const change = { both: ['abs(', 0, ` - ${count})`], drop: [`(${count} - `, 0, ')'], rise: ['(', 0, ` - ${count})`] };
    const parts = change[args['direction'] === 'drop' || args['direction'] === 'rise' ? args['direction'] : 'both'];
    return { metrics, value: [0], violation: [...parts, ` * 100.0 > ${count * numberOf(args, 'percent')}`] };
  },
});

export const columnsChecks: readonly CheckDefinition[] = [
  columnExists,
  columnType,
  columnsContain,
  columnsAre,
  columnsExclude,
  columnCount,
  matchesContract,
  serves,
  schemaUnchanged,
  rowCountChange,
];
