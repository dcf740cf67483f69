/** The check `not_null`: no row has NULL in the column. */
import type { CheckDefinition } from '../check-definition.ts';
import { columnOf } from '../read-argument.ts';

export const notNull: CheckDefinition = {
  name: 'not_null',
  aliases: [
    { package: 'dbt', name: 'not_null', renamed: {} },
    { package: 'dbt_expectations', name: 'expect_column_values_to_not_be_null', renamed: {} },
  ],
  on: 'column',
  summary: 'no row has NULL in the column',
  arguments: [],
  counts: 'rows',
  shape: (_args, target) => ({ kind: 'rows', violation: `${columnOf(target)} is null`, prunable: true }),
};
