import { describe, expect, it } from 'vitest';
import { blameBranches } from './blame-branches.ts';

/** The query with a mark before each item that the engine tells of as a number that is to be a date; gives what is told instead. */
function told(marked: string): string {
  const sql = marked.replaceAll('@', '');
  const misfits = [...marked.matchAll(/@/g)].map(({ index }, at) => ({ from: 'INTEGER', to: 'DATE', position: index - at }));
  const starts = blameBranches(sql, misfits).map(({ position = 0, from }) => ({ position, from }));
  return starts
    .toSorted((a, b) => b.position - a.position)
    .reduce((text, { position, from }) => `${text.slice(0, position)}${from === 'DATE' ? '#' : '@'}${text.slice(position)}`, sql);
}

describe('types that do not mix in a set operation', () => {
  it.each([
    ['select @1 as a union all select @2 union all select current_date', 'select 1 as a union all select 2 union all select #current_date'],
    [
      'select d as a from x union select @id from y union select @id from y',
      'select #d as a from x union select id from y union select id from y',
    ],
    ['select @id from y union all select d from x', 'select id from y union all select #d from x'],
    [
      'select 1, @2 from y union all select 3, @4 union all select 5, d from x',
      'select 1, 2 from y union all select 3, 4 union all select 5, #d from x',
    ],
    [
      'with u as (select @id from y except select d from x) select * from u',
      'with u as (select id from y except select #d from x) select * from u',
    ],
  ])('are told of the branch that differs from most, or the later of two: %s', (sql, expected) => {
    expect(told(sql)).toBe(expected);
  });

  it.each([
    'select d from x union all select @id from y',
    'select d from x union all select @id from y union all select d from x',
    // What is cast may be a part of the item.
    'select @id = d from x union all select true',
    'select @id::date from x union all select d from x',
    // These have any type.
    "select @id from y union all select null union all select '2024-01-01' union all select d from x union all select d from x",
    'select * from y union all select d from x',
    'select @id from y',
  ])('are told as the engine tells them otherwise: %s', (sql) => {
    expect(told(sql)).toBe(sql);
  });
});
