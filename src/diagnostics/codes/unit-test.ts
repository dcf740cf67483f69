/** Codes of unit tests: what is wrong with their rows, and what they find. */
import { error, warning } from '../code-entry.ts';
import { didYouMean } from '../nearest.ts';

const quoted = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');
const rows = (count: number): string => (count === 1 ? '1 row' : `${count} rows`);

export const unitTestCodes = {
  'unit-test-model': error<{ readonly test: string; readonly name: string; readonly kind: string }>(
    ({ name, kind }) => `\`${name}\` is a ${kind}, and unit tests look at models`,
    ({ test }) => `name the model whose query \`${test}\` is about`,
  ),
  'fixture-content': error<{ readonly problem: string }>(
    ({ problem }) => `these rows cannot be read: ${problem}`,
    () => 'write `rows` as a list of mappings, as text with `format: csv` or `format: sql`, or name a file with `fixture`',
  ),
  'fixture-not-found': error<{ readonly name: string; readonly known: readonly string[] }>(
    ({ name }) => `there is no fixture \`${name}\``,
    ({ name, known }) =>
      didYouMean(name, known) ??
      (known.length === 0 ? 'put the file into `tests/fixtures/`' : `the files below \`tests/fixtures/\` are ${quoted(known)}`),
  ),
  'unit-test-input-missing': error<{ readonly test: string; readonly model: string; readonly input: string }>(
    ({ test, model, input }) => `\`${test}\` gives no rows for \`${input}\`, which \`${model}\` reads`,
    ({ input }) => `add \`- input: ${input}\` with \`rows: []\` or some rows to \`given\``,
  ),
  'unit-test-input-unread': warning<{ readonly input: string; readonly model: string; readonly known: readonly string[] }>(
    ({ input, model }) => `\`${model}\` does not read \`${input}\` in this test`,
    ({ known }) => (known.length === 0 ? 'leave the input out' : `leave it out; the model reads ${quoted(known)}`),
  ),
  'unit-test-macro': error<{ readonly name: string; readonly known: readonly string[] }>(
    ({ name }) => `no macro or helper is called \`${name}\``,
    ({ name, known }) => didYouMean(name, known) ?? 'override macros and helpers that the model calls',
  ),
  'unit-test-column': error<{ readonly relation: string; readonly column: string; readonly columns: readonly string[] }>(
    ({ relation, column }) => `\`${relation}\` has no column \`${column}\``,
    ({ column, columns }) => didYouMean(column, columns) ?? `its columns are ${quoted(columns)}`,
  ),
  'unit-test-columns-unknown': error<{ readonly relation: string }>(
    ({ relation }) => `nothing is known of the columns of \`${relation}\`, and the test gives none`,
    () => 'give a row with the columns that the model reads, describe them with their `data_type`, or build the relation once',
  ),
  'unit-test-value': error<{ readonly column: string; readonly type: string; readonly value: string; readonly reason: string }>(
    ({ column, type, value }) => `\`${value}\` is no value of column \`${column}\`, which is \`${type}\``,
    ({ reason }) => reason,
  ),
  'unit-test-failed': error<{
    readonly test: string;
    readonly model: string;
    readonly differing: number;
    readonly missing: number;
    readonly unexpected: number;
  }>(
    ({ test, model, differing, missing, unexpected }) =>
      `unit test \`${test}\` failed: \`${model}\` ${[
        ...(differing === 0 ? [] : [`gives ${rows(differing)} with other values`]),
        ...(missing === 0 ? [] : [`lacks ${rows(missing)}`]),
        ...(unexpected === 0 ? [] : [`gives ${rows(unexpected)} too many`]),
      ].join(', ')}`,
  ),
} as const;
