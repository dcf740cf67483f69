import { describe, expect, it } from 'vitest';
import type { Cell, ResultSet } from '../adapter/connection.ts';
import { plainPaint } from '../diagnostics/paint.ts';
import { createMask } from './mask.ts';
import { renderCsv, renderJsonRows, renderTable } from './tables.ts';

const style = { paint: plainPaint, unicode: true, width: 80 };

function rows(columns: readonly string[], ...cells: readonly (readonly Cell[])[]): ResultSet {
  return { columns: columns.map((name) => ({ name, type: 'VARCHAR' })), rows: cells };
}

const people = rows(
  ['id', 'name', 'ok', 'big'],
  [1, 'Ann', true, '12345678901234567890'],
  [20, null, false, null],
  [300, '', null, 'NULL'],
);

describe('renderTable', () => {
  it('aligns numbers to the right and tells NULL from empty text and from the word NULL', () => {
    expect(`\n${renderTable(people, style)}\n`).toBe(`
 id  name  ok     big
───  ────  ─────  ────────────────────
  1  Ann   true   12345678901234567890
 20  NULL  false  NULL
300  ""    NULL   "NULL"
`);
  });

  it('takes time in proportion to the rows', () => {
    const many = { ...rows(['a', 'b']), rows: Array.from({ length: 200_000 }, (_, index) => [index, `x${index}`]) };
    expect(renderTable(many, style).split('\n')).toHaveLength(200_002);
  });

  it('counts the rows that it does not show', () => {
    expect(renderTable(people, { ...style, limit: 1, unicode: false }).split('\n')).toEqual([
      'id  name  ok    big',
      '--  ----  ----  --------------------',
      ' 1  Ann   true  12345678901234567890',
      '... 2 more rows',
    ]);
  });

  it('cuts long values, and leaves out columns that find no room', () => {
    const wide = rows(['id', 'note', 'x'], [1, 'a very long note that goes on and on', 'short']);
    expect(`\n${renderTable(wide, { ...style, width: 30 })}\n`).toBe(`
id  note                 x
──  ───────────────────  ─────
 1  a very long note t…  short
`);
    const many = rows(['column_1', 'column_2', 'column_3', 'column_4'], ['aaaaaaaa', 'bbbbbbbb', 'cccccccc', 'dddddddd']);
    expect(`\n${renderTable(many, { ...style, width: 24 })}\n`).toBe(`
column_1  colum…  colum…
────────  ──────  ──────
aaaaaaaa  bbbbb…  ccccc…
… 1 more column: column…
`);
  });

  it('keeps wide characters aligned and a row on one line', () => {
    expect(`\n${renderTable(rows(['a', 'b'], ['日本', 'x\ny'], ['abc', 'z']), style)}\n`).toBe(`
a     b
────  ───
日本  x⏎y
abc   z
`);
  });

  it('takes out control characters and masks secrets before it cuts', () => {
    const evil = rows(['\u001b[31mred', 'b'], ['\u001b]0;t\u0007v\b', 'xxxxxxxxxx hunter22 yyyyyyyyyyyyyy']);
    const text = renderTable(evil, { ...style, width: 22, findSecrets: createMask(['hunter22']).find });
    expect(text).toBe('red  b\n───  ─────────────────\nv    xxxxxxxxxx *** y…');
  });

  it('says so when there is nothing', () => {
    expect(renderTable(rows([]), style)).toBe('no columns');
    expect(renderTable(rows(['a']), style)).toBe('a\n─');
  });
});

describe('renderCsv', () => {
  it('quotes what needs it and tells NULL from empty text', () => {
    const result = rows(['id', 'a "b"'], [1, 'x,y'], [2, null], [3, ''], [4, 'line\nbreak'], [5, ' padded']);
    expect(renderCsv(result)).toBe('id,"a ""b"""\n1,"x,y"\n2,\n3,""\n4,"line\nbreak"\n5," padded"\n');
  });
});

describe('renderJsonRows', () => {
  it('writes one object per row and reads back as it was', () => {
    expect(renderJsonRows(people)).toBe(`[
  {"id": 1, "name": "Ann", "ok": true, "big": "12345678901234567890"},
  {"id": 20, "name": null, "ok": false, "big": null},
  {"id": 300, "name": "", "ok": null, "big": "NULL"}
]
`);
    expect(JSON.parse(renderJsonRows(rows(['a'])))).toEqual([]);
  });

  it('puts in the text of JSON as it is, digits included, on one line', () => {
    const result = rows(['a', 'b'], ['{"x": [1,\n  12345678901234567890]}', '{"x": 1}'], [null, null], ['[NaN]', '']);
    expect(renderJsonRows(result, [true, false])).toBe(`[
  {"a": {"x": [1, 12345678901234567890]}, "b": "{\\"x\\": 1}"},
  {"a": null, "b": null},
  {"a": "[NaN]", "b": ""}
]
`);
  });

  it('keeps columns of the same name, and any name', () => {
    expect(renderJsonRows(rows(['id', 'id', '__proto__'], [1, 2, 3]))).toBe('[\n  {"id": 1, "id_2": 2, "__proto__": 3}\n]\n');
  });
});
