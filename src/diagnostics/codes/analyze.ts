/** Codes of the `analyze` area: what is wrong with the columns of a query, known before it runs. */
import { error, warning } from '../code-entry.ts';
import { didYouMean } from '../nearest.ts';

const quoted = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');

interface Difference {
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly retyped: readonly { readonly name: string; readonly full: string; readonly incremental: string }[];
}

export const analyzeCodes = {
  'duplicate-column': warning<{ readonly column: string; readonly becomes?: string }>(
    ({ column, becomes }) =>
      `the query gives \`${column}\` more than once${becomes === undefined ? '' : `; the next one becomes \`${becomes}\``}`,
    () => 'give one of them another name with `as`, or leave it out',
  ),
  'unnamed-column': warning<{ readonly column: string; readonly position: number }>(
    ({ column, position }) => `column ${position} of the query has no name and becomes \`${column}\``,
    () => 'name it with `as`',
  ),
  'incremental-columns-differ': warning<Difference>(
    ({ missing, extra, retyped }) =>
      `the query of later runs ${[
        ...(missing.length === 0 ? [] : [`lacks ${quoted(missing)}`]),
        ...(extra.length === 0 ? [] : [`adds ${quoted(extra)}`]),
        ...retyped.map(({ name, full, incremental }) => `gives \`${name}\` as \`${incremental}\` instead of \`${full}\``),
      ].join(', ')}`,
    () => 'let both branches of `is_incremental` give the same columns with the same types',
  ),
  'declared-type-differs': warning<{ readonly column: string; readonly declared: string; readonly actual: string }>(
    ({ column, declared, actual }) => `\`${column}\` is described as \`${declared}\`, and the query gives \`${actual}\``,
    () => 'cast the column in the model, or correct its `data_type`',
  ),
  'declared-type-unknown': warning<{ readonly column: string; readonly type: string }>(
    ({ column, type }) => `the type \`${type}\` of column \`${column}\` is unknown to the database`,
    () => 'write a type as the database spells it',
  ),
  'partition-column-type': error<{ readonly column: string; readonly type: string; readonly granularity: string }>(
    (p) => `no ${p.granularity} can be told of \`${p.column}\`, which is of type ${p.type}`,
    () => 'cast it to a date or a timestamp in the query, or set `partition_granularity="value"`',
  ),
  'described-column-missing': warning<{ readonly node: string; readonly column: string; readonly columns: readonly string[] }>(
    ({ node, column }) => `\`${column}\` is described, and \`${node}\` has no such column`,
    ({ column, columns }) => didYouMean(column, columns) ?? `its columns are ${quoted(columns)}`,
  ),
  'source-file-not-read': warning<{ readonly name: string; readonly message: string }>(
    ({ name, message }) => `the columns of source \`${name}\` are not known, as its file cannot be read: ${message}`,
    () => 'put the file there, or describe all columns with their `data_type`; a run needs the file in any case',
  ),
  'lineage-not-followed': warning<{ readonly node: string; readonly parts: readonly string[] }>(
    ({ node, parts }) => `the lineage of \`${node}\` is not exact: ${quoted(parts)} could not be followed`,
    () => 'where its columns come from, more is named than there may be, with `opaque` beside it; its columns and types are right',
  ),
  'column-reference': error<{
    readonly text: string;
    readonly known: readonly string[];
  }>(
    ({ text }) => `\`${text}\` names no model or column of this project`,
    ({ text, known }) =>
      didYouMean(text, known) ??
      didYouMean(text.slice(0, Math.max(text.lastIndexOf('.'), 0)), known) ??
      'write `model`, `model.column` or `source.table.column`',
  ),
  'column-not-found': error<{ readonly node: string; readonly column: string; readonly columns: readonly string[] }>(
    ({ node, column }) => `\`${node}\` has no column \`${column}\``,
    ({ column, columns }) => didYouMean(column, columns) ?? `its columns are ${quoted(columns)}`,
  ),
  'columns-unknown': error<{
    readonly node: string;
    /** Where knowledge ends: the node itself, or one above. */
    readonly end?: string;
  }>(
    ({ node }) => `the columns of \`${node}\` are not known`,
    ({ end }) =>
      end === undefined
        ? 'describe the columns of its sources with their `data_type`, or build what it reads'
        : `describe all columns of \`${end}\` with their \`data_type\`, or make it stand in the database`,
  ),
  'ref-behind-columns': error<{ readonly name: string }>(
    ({ name }) => `\`${name}\` is referred to by a name that is made of columns, so that nothing can be built in order`,
    ({ name }) => `write the name out, or name it in an SQL comment: \`-- {{ref "${name}"}}\``,
  ),
  'no-columns-left': error<{ readonly helper: string; readonly of: string }>(
    ({ helper, of }) => `\`${helper}\` leaves no column of \`${of}\``,
    () => 'leave out fewer columns',
  ),
  'chosen-column-unknown': warning<{
    readonly column: string;
    readonly argument: string;
    readonly of: readonly string[];
    readonly known: readonly string[];
  }>(
    ({ column, argument, of }) =>
      `\`${argument}\` names \`${column}\`, and ${quoted(of)} ${of.length === 1 ? 'has' : 'have'} no such column`,
    ({ column, known }) => didYouMean(column, known) ?? `the columns are ${quoted(known)}`,
  ),
};
