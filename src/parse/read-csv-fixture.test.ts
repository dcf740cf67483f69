import { describe, expect, it } from 'vitest';
import { parseProperties } from './properties.ts';
import { readCsvFixture } from './read-csv-fixture.ts';

const read = (csv: string) => readCsvFixture(csv, (start, end) => ({ path: 'rows.csv', start, end }));
const texts = (csv: string) => read(csv).value.rows.map(({ cells }) => cells.map((cell) => cell?.text));

describe('rows as CSV', () => {
  it('have NULL in empty cells, text between quotes as it is, and no spaces around other values', () => {
    expect(texts('id, word ,note\n1, one ,\n\n2,"","  a ""b"" "\n')).toEqual([
      ['1', 'one', null],
      ['2', '', '  a "b" '],
    ]);
    expect(read('id, word \n1,2').value.columns.map(({ name }) => name)).toEqual(['id', 'word']);
  });

  it.each([
    ['id\n1,2\n', 'line 2 has 2 values, and the first line 1', [3, 6]],
    ['id\n"1\n', 'line 2 is no CSV: a quoted value does not end', [3, 3]],
    ['', 'there is no line with the names of columns', [0, 0]],
  ])('%j: %s', (csv, problem, place) => {
    const { diagnostics } = read(csv);
    expect(diagnostics.map(({ message }) => message)).toEqual([`these rows cannot be read: ${problem}`]);
    expect([diagnostics[0]?.span?.start, diagnostics[0]?.span?.end]).toEqual(place);
  });

  it('inside YAML stand on the line where they are written', () => {
    for (const mark of ['|', '|-', '|2']) {
      const text = `unit_tests:\n  - name: t\n    model: m\n    expect:\n      format: csv\n      rows: ${mark}\n        id,word\n        1,one\n        2,two\n`;
      const parsed = parseProperties({ kind: 'properties', path: 'unit.yaml', base: '', text });
      const expected = parsed.value.unitTests[0]?.expect;
      const span = expected?.kind === 'rows' ? expected.rows[1]?.cells[1]?.span : undefined;
      expect(text.slice(span?.start, span?.end)).toBe('two');
    }
  });
});
