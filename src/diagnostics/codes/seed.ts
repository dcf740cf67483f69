/** Codes of the `seed` area: what keeps a CSV file from being read as exactly what it says. */
import { error } from '../code-entry.ts';
import { didYouMean } from '../nearest.ts';

const quoted = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');
const plural = (count: number, noun: string): string => (count === 1 ? `1 ${noun}` : `${count} ${noun}s`);

function mebibytes(bytes: number): string {
  const value = bytes / (1024 * 1024);
  return `${Number.isInteger(value) ? value : value.toFixed(1)} MiB`;
}

function delimiterName(delimiter: string): string {
  if (delimiter === '\t') return 'tab';
  return delimiter === ' ' ? 'space' : `\`${delimiter}\``;
}

/** Problems with the file as a whole. */
const fileCodes = {
  'seed-encoding': error<{ readonly path: string; readonly offset: number; readonly encoding: string | undefined }>(
    ({ path, offset, encoding }) =>
      encoding === undefined
        ? `\`${path}\` is not UTF-8: byte ${offset} starts no character`
        : `\`${path}\` is not UTF-8: it starts like ${encoding}`,
    () => 'save the file as UTF-8',
  ),
  'seed-too-large': error<{ readonly path: string; readonly size: number; readonly limit: number }>(
    ({ path, size, limit }) => `\`${path}\` has ${mebibytes(size)}, and a seed may have ${mebibytes(limit)}`,
    () => 'declare the file as a source, which the engine reads in place',
  ),
  'seed-delimiter': error<{ readonly delimiter: string }>(
    ({ delimiter }) => `${JSON.stringify(delimiter)} cannot separate columns`,
    () => 'give one character that is neither a quote nor a line end, such as `;`',
  ),
  'seed-empty': error<{ readonly path: string }>(
    ({ path }) => `\`${path}\` is empty`,
    () => 'the first line of a seed holds the names of its columns',
  ),
  'seed-no-rows': error<{ readonly path: string; readonly columns: readonly string[] }>(
    ({ path, columns }) => `\`${path}\` has a header and no rows, so nothing tells the type of ${quoted(columns)}`,
    () => 'declare the types in `column_types`',
  ),
  'seed-changed': error<{ readonly path: string }>(
    ({ path }) => `\`${path}\` changed after it was checked`,
    () => 'run again',
  ),
  'seed-more-problems': error<{ readonly path: string; readonly count: number }>(
    ({ path, count }) => `\`${path}\` has ${plural(count, 'more problem')}`,
    () => 'mend the first ones and run again',
  ),
};

/** Problems with the header. */
const headerCodes = {
  'seed-header-delimiter': error<{ readonly found: string; readonly used: string }>(
    ({ found, used }) => `the header looks separated by ${delimiterName(found)}, and the seed is read with ${delimiterName(used)}`,
    ({ found }) => `set \`delimiter: ${JSON.stringify(found)}\` in the config of the seed, or quote the name if it is one column`,
  ),
  'seed-header-empty': error<{ readonly column: number; readonly count: number }>(
    ({ column, count }) => `column ${column} of ${count} has no name in the header`,
    () => 'name it, or delete the column',
  ),
  'seed-header-duplicate': error<{ readonly name: string; readonly first: number; readonly second: number }>(
    ({ name, first, second }) => `column ${second} is called \`${name}\` like column ${first}`,
    () => 'rename one of them; case does not tell columns apart',
  ),
  'seed-type': error<{
    readonly column: string;
    readonly type: string;
    /** To stand after the type. */
    readonly problem: string;
    /** What the engine advises. */
    readonly advice: string | undefined;
  }>(
    ({ column, type, problem }) => `column \`${column}\` is declared \`${type}\`, which ${problem}`,
    ({ advice }) => advice ?? 'declare a type of the database, such as `integer`, `decimal(10,2)`, `varchar` or `date`',
  ),
  'seed-column-not-found': error<{ readonly column: string; readonly header: readonly string[]; readonly undeclared: readonly string[] }>(
    ({ column }) => `a type is declared for column \`${column}\`, which the header does not have`,
    ({ column, header, undeclared }) => {
      const near = didYouMean(column, header);
      const found = undeclared.length === 0 ? `the header has ${quoted(header)}` : `without a declared type are ${quoted(undeclared)}`;
      return near === undefined ? found : `${near} ${found}`;
    },
  ),
};

/** Problems with single lines and cells. */
const rowCodes = {
  'seed-ragged-row': error<{ readonly line: number; readonly found: number; readonly expected: number }>(
    ({ line, found, expected }) => `line ${line} has ${found} of ${plural(expected, 'field')}`,
    ({ found, expected }) => (found > expected ? 'quote a field that holds the delimiter' : 'write every field, if only as an empty one'),
  ),
  'seed-unclosed-quote': error<{ readonly line: number }>(
    ({ line }) => `the quote opened at line ${line} is never closed`,
    () => 'close it, or write a quote inside a quoted field twice',
  ),
  'seed-text-after-quote': error<{ readonly line: number }>(
    ({ line }) => `line ${line} has text after a closing quote`,
    () => 'write a quote inside a quoted field twice',
  ),
  'seed-stray-quote': error<{ readonly line: number }>(
    ({ line }) => `line ${line} has a quote inside a field that is not quoted`,
    () => 'quote the whole field, and write each quote in it twice',
  ),
  'seed-nul': error<{ readonly line: number; readonly offset: number }>(
    ({ line, offset }) => `line ${line} holds a NUL character, at offset ${offset} of the text`,
    () => 'delete it; a file full of them is UTF-16, and must be saved as UTF-8',
  ),
  'seed-value': error<{
    readonly line: number;
    readonly column: string;
    /** Undefined where it must not be shown. */
    readonly value: string | undefined;
    readonly reason: string;
    readonly help: string | undefined;
  }>(
    ({ line, column, value, reason }) =>
      `line ${line}: ${value === undefined ? 'the value' : `\`${value}\``} in column \`${column}\` ${reason}`,
    ({ help }) => help,
  ),
};

export const seedCodes = { ...fileCodes, ...headerCodes, ...rowCodes };
