import { describe, expect, test } from 'vitest';
import type { CatalogRule, ColumnChange } from './catalog-rule.ts';
import { judgeCatalog } from './catalog-rule.ts';
import { isSameType } from './type-family.ts';

const columns = [
  { name: 'Id', type: 'INTEGER' },
  { name: 'amount', type: 'DECIMAL(10,2)' },
  { name: 'day', type: 'DATE' },
];
const fold = (name: string): string => name.toLowerCase();
const faults = (rule: CatalogRule): readonly string[] =>
  judgeCatalog(rule, columns, fold).faults.map(({ column, expected, found }) => `${column}: ${expected}, ${found}`);
const listed = (...names: string[]): readonly { name: string; types: readonly string[] }[] => names.map((name) => ({ name, types: [] }));
const loose = { only: false, ordered: false };

describe('columns', () => {
  test('that are expected are found under any case that the engine takes for the same', () => {
    expect(faults({ kind: 'columns', columns: listed('ID', 'Day'), ...loose })).toEqual([]);
    expect(judgeCatalog({ kind: 'columns', columns: listed('ID'), ...loose }, columns, (name) => name).faults).toHaveLength(1);
  });

  test('that are missing, too many, or of another type are each a fault', () => {
    const wanted = [...listed('id', 'nope'), { name: 'amount', types: ['numeric'] }, { name: 'day', types: ['timestamp', 'text'] }];
    expect(faults({ kind: 'columns', columns: wanted, ...loose })).toEqual([
      'nope: a column, no such column',
      'day: timestamp or text, DATE',
    ]);
    expect(faults({ kind: 'columns', columns: listed('id', 'day'), only: true, ordered: false })).toEqual([
      'amount: no such column, DECIMAL(10,2)',
    ]);
  });

  test('have to stand in order where that is asked for, and the first that does not is named', () => {
    expect(faults({ kind: 'columns', columns: listed('id', 'amount', 'day'), only: true, ordered: true })).toEqual([]);
    expect(faults({ kind: 'columns', columns: listed('id', 'day', 'amount'), only: true, ordered: true })).toEqual([
      'day: at place 2, `amount` there',
    ]);
  });

  test('that must not be there', () => {
    expect(faults({ kind: 'no-columns', names: ['DAY', 'other'] })).toEqual(['day: no such column, DATE']);
  });

  test.each([
    [3, 3, 0],
    [null, 3, 0],
    [4, null, 1],
    [1, 2, 1],
  ])('are counted: from %s to %s', (min, max, wrong) => {
    expect(faults({ kind: 'count', min, max })).toHaveLength(wrong);
  });

  test('are compared with those of the last time', () => {
    const all: readonly ColumnChange[] = ['column_added', 'column_removed', 'type_changed'];
    const old = [
      { name: 'id', type: 'BIGINT' },
      { name: 'gone', type: 'TEXT' },
      { name: 'amount', type: 'DECIMAL(10,2)' },
    ];
    const before = judgeCatalog({ kind: 'unchanged', before: null, changes: all }, old, fold);
    expect(before.faults).toEqual([]);
    expect(faults({ kind: 'unchanged', before: before.measured, changes: all })).toEqual([
      'Id: BIGINT, INTEGER',
      'gone: TEXT, no such column',
      'day: no such column, DATE',
    ]);
    expect(faults({ kind: 'unchanged', before: before.measured, changes: ['column_added'] })).toEqual(['day: no such column, DATE']);
  });
});

describe('names of types', () => {
  test.each([
    ['text', 'VARCHAR', true],
    ['varchar(10)', 'character varying(10)', true],
    ['varchar(10)', 'character varying(11)', false],
    ['numeric', 'DECIMAL(18,3)', true],
    ['decimal(18, 3)', 'DECIMAL(18,3)', true],
    ['timestamptz', 'timestamp(3) with time zone', true],
    ['int', 'integer', true],
    ['int', 'bigint', false],
    ['int[]', 'INTEGER[]', true],
    ['int', 'INTEGER[]', false],
    ['double', 'double precision', true],
    ['geometry', 'GEOMETRY', true],
  ])('%s and %s are one: %s', (expected, found, same) => {
    expect(isSameType(expected, found)).toBe(same);
  });
});
