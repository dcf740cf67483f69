/** Writes unit tests as YAML that people read: one row on a line, as long as there is room. */
import { yamlText } from '../yaml-text.ts';

/** A value as the database writes it, and whether it is a number, a truth or a date. */
export interface WrittenCell {
  readonly text: string | null;
  readonly isPlain: boolean;
}

export interface WrittenTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly WrittenCell[])[];
}

export interface WrittenTest {
  readonly name: string;
  readonly model: string;
  /** Lines about it. */
  readonly comments: readonly string[];
  readonly isIncremental: boolean;
  readonly runStartedAt?: string;
  readonly interval?: { readonly start: string; readonly end: string };
  readonly given: readonly { readonly input: string; readonly table: WrittenTable }[];
  readonly expect: WrittenTable;
}

export function unitTestYaml(tests: readonly WrittenTest[]): string {
  return `unit_tests:\n${tests.map(testLines).join('\n\n')}\n`;
}

function testLines(test: WrittenTest): string {
  const { name, model, comments, isIncremental, runStartedAt, interval, given, expect } = test;
  const overrides = [
    ...(isIncremental ? ['      macros: { is_incremental: true }'] : []),
    ...(runStartedAt === undefined ? [] : [`      run_started_at: ${runStartedAt}`]),
    ...(interval === undefined ? [] : [`      interval: { start: ${interval.start}, end: ${interval.end} }`]),
  ];
  return [
    ...comments.map((line) => `  # ${line}`),
    `  - name: ${yamlText(name)}`,
    `    model: ${yamlText(model)}`,
    ...(overrides.length === 0 ? [] : ['    overrides:', ...overrides]),
    ...(given.length === 0 ? [] : ['    given:']),
    ...given.flatMap(({ input, table }) => [`      - input: ${yamlText(input)}`, ...rowLines(table, '        ', false)]),
    '    expect:',
    ...rowLines(expect, '      ', true),
  ].join('\n');
}

const longest = 130;

/** NULL is left out of what is given, where it says nothing; what is expected names its columns. */
function rowLines({ columns, rows }: WrittenTable, indent: string, keepsNull: boolean): readonly string[] {
  if (rows.length === 0) return [`${indent}rows: []`];
  const lines = rows.flatMap((cells) => {
    const pairs = columns.flatMap((column, at) => {
      const cell = cells[at];
      return cell === undefined || (cell.text === null && !keepsNull) ? [] : [`${quoted(column)}: ${spell(cell)}`];
    });
    // A row of nothing but NULL is a row all the same.
    const shown = pairs.length === 0 ? columns.slice(0, 1).map((column) => `${quoted(column)}: null`) : pairs;
    const line = `${indent}  - { ${shown.join(', ')} }`;
    if (line.length <= longest) return [line];
    return shown.map((pair, at) => `${indent}  ${at === 0 ? '-' : ' '} ${pair}`);
  });
  return [`${indent}rows:`, ...lines];
}

function spell({ text, isPlain }: WrittenCell): string {
  if (text === null) return 'null';
  // Longer numbers would not be read digit for digit.
  const isExact = text.replaceAll(/\D/g, '').length <= 15 || /[-:]\d/.test(text.slice(1));
  return isPlain && isExact && /^(?:-?\d+(?:\.\d+)?|true|false|\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d(?:\.\d{1,6})?)?)$/.test(text)
    ? text
    : quoted(text);
}

/** Text that reads as itself inside of brackets too. */
function quoted(text: string): string {
  return /^[\p{L}\p{N}_. ()-]+$/u.test(text) ? yamlText(text) : JSON.stringify(text);
}
