import { expect, it } from 'vitest';
import { applyEdits, nearestOriginalOffset } from '../../../adapter/query-edits.ts';
import { readerText, standIn } from './file-stand-ins.ts';
import { findUnnamed } from './query-tree.ts';

it('finds the whole call of a reader, whatever its arguments hold', () => {
  const sql = `select * from read_csv(['a).csv', "b"], columns = {'x': 'INT'}) f where (1)`;
  const at = sql.indexOf('read_csv');
  const place = readerText(sql, { name: 'read_csv', kind: 'function', at, aliased: true }, (bytes) => bytes);
  expect(sql.slice(place?.start, place?.end)).toBe(`read_csv(['a).csv', "b"], columns = {'x': 'INT'})`);
  expect(readerText('read_csv(', { name: 'read_csv', kind: 'function', at: 0, aliased: true }, (bytes) => bytes)).toBe(undefined);
});

it('names a stand-in as the reader was named', () => {
  const table = { schema: 's', table: 'T "x"' };
  expect(standIn({ name: 'read_csv', kind: 'function', at: 0, aliased: true }, table)).toBe('"s"."T ""x"""');
  expect(standIn({ name: 'read_csv', kind: 'function', at: 0, aliased: false }, table)).toBe('"s"."T ""x""" as "read_csv"');
  expect(standIn({ name: 'data/my.sales.csv', kind: 'path', at: 0, aliased: false }, table)).toBe('"s"."T ""x""" as "my"');
});

it('finds positions as they were before the edits', () => {
  const sql = 'aa FIRST bb SECOND cc';
  const edits = [
    { start: 12, end: 18, text: '2' },
    { start: 3, end: 8, text: 'the first' },
  ];
  const edited = applyEdits(sql, edits);
  expect(edited).toBe('aa the first bb 2 cc');
  expect(['aa', 'the', 'first', 'bb', '2', 'cc'].map((word) => nearestOriginalOffset(edits, edited.indexOf(word)))).toEqual([
    0, 3, 3, 9, 12, 19,
  ]);
});

it('says nothing of a tree that it does not know', () => {
  expect(findUnnamed(undefined, 3)).toEqual(new Set());
  expect(findUnnamed({ node: { type: 'NEW_NODE' } }, 3)).toEqual(new Set());
});
