/** Checks of what is missing. */
import type { CheckDefinition } from '../check-definition.ts';
import { columnCheck, dbt, expectations, may, must, needsOneOf, rowCheck, utils } from '../define.ts';
import { booleanOf, columnsOf, isGiven, listOf, numberOf, textOf } from '../read-argument.ts';
import { enclose } from '../shape-sql.ts';
import { spellValue } from '../spell-value.ts';

export const notNull = columnCheck({
  name: 'not_null',
  aliases: [dbt('not_null'), expectations('expect_column_values_to_not_be_null')],
  summary: 'no row has NULL in the column',
  prunable: true,
  violation: (column) => `${column} is null`,
});

const isNull = columnCheck({
  name: 'is_null',
  aliases: [expectations('expect_column_values_to_be_null')],
  summary: 'every row has NULL in the column',
  prunable: true,
  violation: (column) => `${column} is not null`,
});

const notEmptyString = columnCheck({
  name: 'not_empty_string',
  aliases: [utils('not_empty_string', { renamed: { trim_whitespace: 'trim' } })],
  summary: 'no text is empty',
  arguments: [may('trim', 'boolean', 'whether a text of spaces counts as empty (default `true`)')],
  prunable: (args) => !booleanOf(args, 'trim', true),
  violation: (column, args) => `${booleanOf(args, 'trim', true) ? `trim(${column})` : column} = ''`,
});

const notMissing = columnCheck({
  name: 'not_missing',
  summary: 'no row has NULL, an empty text, or a value that stands for a missing one',
  arguments: [may('values', 'values', 'the values that stand for a missing one (default: the empty text)')],
  violation: (column, args, target) => {
    const values = isGiven(args, 'values') ? listOf(args, 'values').filter((value) => value !== null) : [''];
    const missing = values.map((value) => spellValue(value, true, target)).join(', ');
    return values.length === 0 ? `${column} is null` : `(${column} is null or ${column} in (${missing}))`;
  },
});

const requiredIf = columnCheck({
  name: 'required_if',
  summary: 'no row for which a condition holds has NULL in the column',
  arguments: [must('condition', 'condition', 'the condition that makes a value necessary')],
  violation: (column, args) => `${enclose(textOf(args, 'condition'))} and ${column} is null`,
});

const columnsFilled = rowCheck({
  name: 'columns_filled',
  summary: 'in every row so many of the columns have a value',
  arguments: [
    must('columns', 'names', 'the columns that are counted'),
    may('min', 'count', 'how many of them need a value at least'),
    may('max', 'count', 'how many of them may have a value at most'),
  ],
  problem: needsOneOf('min', 'max'),
  violation: (args, target) => {
    const filled = columnsOf(args, 'columns', target).map((column) => `(case when ${column} is null then 0 else 1 end)`);
    const count = `(${filled.join(' + ')})`;
    const low = isGiven(args, 'min') ? [`${count} < ${numberOf(args, 'min')}`] : [];
    const high = isGiven(args, 'max') ? [`${count} > ${numberOf(args, 'max')}`] : [];
    return [...low, ...high].join(' or ');
  },
});

export const nullChecks: readonly CheckDefinition[] = [notNull, isNull, notEmptyString, notMissing, requiredIf, columnsFilled];
