/** Spells values of lists as SQL. */
import type { CheckArgument, CheckArguments, CheckTarget } from './check-definition.ts';
import { typeFamily } from './type-family.ts';

/**
 * One value as SQL. As in dbt, values stand in quotes unless `quote: false`: an engine reads a quoted literal as the
 * type of the column, so that `[1, 2]` fits a text column and a number column alike. Numbers with a fraction are
 * never quoted, since an engine may round the text to the column's scale. Unquoted text is SQL of the user.
 */
export function spellValue(value: CheckArgument, quote: boolean, target: CheckTarget): string {
  if (typeof value === 'string') return quote ? target.dialect.literal(value) : value;
  if (typeof value === 'number')
    return quote && Number.isSafeInteger(value) ? target.dialect.literal(String(value)) : target.dialect.literal(value);
  return target.dialect.literal(quote ? String(value) : value === true);
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const BOOLEAN = /^(true|false|t|f|yes|no|y|n|1|0)$/i;
const DATE_START = /^\d{4}-\d\d-\d\d/;

/** Values that no cell of such a column can equal, because the engine cannot read them as its type. */
export function misfitsOf(values: readonly CheckArgument[], columnType: string): readonly CheckArgument[] {
  const family = typeFamily(columnType);
  return values.filter((value) => {
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

/** NULL passes anyway, and inside NOT IN it would make the whole test pass. */
export function givenValues(values: readonly CheckArgument[]): readonly CheckArgument[] {
  return values.filter((value) => value !== null);
}

/** Bounds that no cell of such a column can be compared with. */
export function misfitBounds(args: CheckArguments, columnType: string): readonly CheckArgument[] {
  const bounds = ['min', 'max', 'value'].flatMap((name) => args[name] ?? []);
  const family = typeFamily(columnType);
  return family === 'text' || family === 'boolean' ? [] : misfitsOf(bounds, columnType);
}
