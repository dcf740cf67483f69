/** The check `unique`: no value stands in two rows; NULLs are no duplicates. */
import type { CheckDefinition } from '../check-definition.ts';
import { columnOf } from '../read-argument.ts';

export const unique: CheckDefinition = {
  name: 'unique',
  aliases: [
    { package: 'dbt', name: 'unique', renamed: {} },
    { package: 'dbt_expectations', name: 'expect_column_values_to_be_unique', renamed: {} },
  ],
  on: 'column',
  summary: 'no value stands in two rows; NULLs are no duplicates',
  arguments: [],
  counts: 'keys',
  shape: (_args, target) => ({ kind: 'groups', keys: [columnOf(target)], ignoreNullKeys: true }),
};
