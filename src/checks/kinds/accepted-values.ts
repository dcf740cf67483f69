/** The check `accepted_values`: every value of the column is in a list; NULL passes. */
import type { CheckArgument, CheckArguments, CheckDefinition, CheckTarget } from '../check-definition.ts';
import { booleanOf, columnOf, listOf } from '../read-argument.ts';
import { typeFamily } from '../type-family.ts';

/** NULL passes anyway, and inside NOT IN it would make the whole test pass. */
function valuesOf(args: CheckArguments): readonly CheckArgument[] {
  return listOf(args, 'values').filter((value) => value !== null);
}

/**
 * One value as SQL. As in dbt, values stand in quotes unless `quote: false`: an engine reads a quoted literal as the
 * type of the column, so that `[1, 2]` fits a text column and a number column alike. Numbers with a fraction are
 * never quoted, since an engine may round the text to the column's scale. Unquoted text is SQL of the user.
 */
function spell(value: CheckArgument, quote: boolean, target: CheckTarget): string {
  if (typeof value === 'string') return quote ? target.dialect.literal(value) : value;
  if (typeof value === 'number')
    return quote && Number.isSafeInteger(value) ? target.dialect.literal(String(value)) : target.dialect.literal(value);
  return target.dialect.literal(quote ? String(value) : value === true);
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const BOOLEAN = /^(true|false|t|f|yes|no|y|n|1|0)$/i;
const DATE_START = /^\d{4}-\d\d-\d\d/;

/** Values that no cell of such a column can equal, because the engine cannot read them as its type. */
function misfits(args: CheckArguments, columnType: string): readonly CheckArgument[] {
  if (!booleanOf(args, 'quote', true)) return [];
  const family = typeFamily(columnType);
  return valuesOf(args).filter((value) => {
    const text = String(value);
    switch (family) {
      case 'number':
        return !NUMBER.test(text);
      case 'boolean':
        return !BOOLEAN.test(text);
      case 'time':
        return !DATE_START.test(text);
      case 'text':
        return typeof value === 'number' && !Number.isSafeInteger(value);
      case 'other':
        return false;
    }
  });
}

export const acceptedValues: CheckDefinition = {
  name: 'accepted_values',
  aliases: [
    { package: 'dbt', name: 'accepted_values', renamed: {} },
    {
      package: 'dbt_expectations',
      name: 'expect_column_values_to_be_in_set',
      renamed: { value_set: 'values', quote_values: 'quote' },
    },
  ],
  on: 'column',
  summary: 'every value of the column is in the list; NULL passes',
  arguments: [
    { name: 'values', type: 'list', required: true, description: 'the values that may stand in the column' },
    {
      name: 'quote',
      type: 'boolean',
      required: false,
      description: 'whether text among the values is text (true, the default) or SQL (false)',
    },
  ],
  counts: 'rows',
  shape: (args, target) => {
    const column = columnOf(target);
    const quote = booleanOf(args, 'quote', true);
    const values = valuesOf(args).map((value) => spell(value, quote, target));
    const violation = values.length === 0 ? `${column} is not null` : `${column} not in (${values.join(', ')})`;
    return { kind: 'values', column, violation };
  },
  misfits,
};
