/** Checks that tell rows apart. */
import type { CheckDefinition, GroupsShape } from '../check-definition.ts';
import { dbt, expectations, may, must, utils } from '../define.ts';
import { columnOf, columnsOf, scalarOf } from '../read-argument.ts';

export const unique: CheckDefinition = {
  name: 'unique',
  aliases: [dbt('unique'), expectations('expect_column_values_to_be_unique')],
  on: 'column',
  summary: 'no value stands in two rows; NULLs are no duplicates',
  arguments: [],
  counts: 'keys',
  groupable: true,
  decidesNulls: false,
  shape: (_args, target) => ({ kind: 'groups', keys: [columnOf(target)], ignoredNulls: 'any' }),
};

const ignored: Readonly<Record<string, GroupsShape['ignoredNulls']>> = {
  never: 'never',
  any_value_is_missing: 'any',
  all_values_are_missing: 'all',
};

const uniqueCombination: CheckDefinition = {
  name: 'unique_combination',
  aliases: [
    utils('unique_combination_of_columns', { renamed: { combination_of_columns: 'columns' } }),
    expectations('expect_compound_columns_to_be_unique', {
      renamed: { column_list: 'columns' },
      preset: { ignore_row_if: 'all_values_are_missing' },
    }),
  ],
  on: 'relation',
  summary: 'no two rows agree on all of the columns; a NULL equals a NULL',
  arguments: [
    must('columns', 'names', 'the columns that together tell rows apart'),
    may('ignore_row_if', 'word', 'which rows are left out for their NULLs (default `never`)', Object.keys(ignored)),
    may('quote_columns', 'boolean', 'accepted for the sake of other packages; names are always quoted'),
  ],
  counts: 'keys',
  groupable: true,
  decidesNulls: false,
  shape: (args, target) => ({
    kind: 'groups',
    keys: columnsOf(args, 'columns', target),
    ignoredNulls: ignored[String(scalarOf(args, 'ignore_row_if') ?? 'never')] ?? 'never',
  }),
};

export const uniquenessChecks: readonly CheckDefinition[] = [unique, uniqueCombination];
