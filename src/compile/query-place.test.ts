import { describe, expect, it } from 'vitest';
import type { EngineErrorDetails } from '../adapter/engine-error.ts';
import { findMistake, placeOfColumn } from './query-place.ts';

/** What stands where the mistake is found; the text runs on from there. */
function at(sql: string, details: Pick<EngineErrorDetails, 'kind' | 'mistake' | 'name'>): string | undefined {
  const offset = findMistake({ message: '', redacted: '', retry: 'never', ...details }, sql);
  return offset === undefined ? undefined : sql.slice(offset, offset + 12);
}

describe('a name that the query gives again', () => {
  it.each([
    ['select a, b as A from t', 'b as A from '],
    ['select t.a, x "a", a from t', 'x "a", a fro'],
    ['select a, case when a then b end, t.a', 't.a'],
    ['select *, a from t', 'a from t'],
    ['select a, * from t', '* from t'],
    ['select t.*, u.* from t, u', 'u.* from t, '],
    ['(select a, /* , a */ a from t) union select 1, 2', 'a from t) un'],
    ['with a as (select a, a) select a, f(a, a) a from a', 'f(a, a) a fr'],
    ['select a, b is null, x::double precision from t', undefined],
    ['from t', undefined],
    ["select 'open", undefined],
  ])('%s', (sql, expected) => {
    expect(at(sql, { kind: 'duplicate-column', name: 'a' })).toBe(expected);
  });
});

describe('branches of a set operation that do not fit', () => {
  it.each([
    ['select 1, 2 union all select 3, 4 except select 5', '5'],
    ['select f(1, 2) union select 3, 4', '3, 4'],
    ['select * from t union select 3', '3'],
    ['select 1 from (select 1, (2) union (select 3)) union select 4', '3)) union se'],
    ['select * from t union select 3 union select 4', undefined],
    ['select * from t union select 3 except (select * from t union select 4)', undefined],
    ['select 1 union by name select 2, 3', undefined],
    // What is unusual stays unread.
    ['values (1) union select 2, 3', undefined],
  ])('%s', (sql, expected) => {
    expect(at(sql, { kind: 'meaningless', mistake: 'widths-differ' })).toBe(expected);
  });
});

describe('an alias that is there twice', () => {
  it.each([
    ['select 1 from t a join u a on true', 'u a on true'],
    ['select 1 from a, (select 1) as a', '(select 1) a'],
    ['select 1 from a where exists (select 1 from a, s.a)', 's.a)'],
    ['select 1 from a where exists (select 1 from a)', undefined],
    ['select 1 from a left join a tablesample system (1) on true', 'a tablesampl'],
  ])('%s', (sql, expected) => {
    expect(at(sql, { kind: 'meaningless', mistake: 'alias-twice', name: 'A' })).toBe(expected);
  });
});

describe('a column of a query', () => {
  it.each([
    ['select a, b, c from t', 1, 3, 'b, c from t'],
    ['select a, *, c from t', 4, 5, 'c from t'],
    ['select a, *, c from t', 3, 5, '*, c from t'],
    ['select a, columns(*) from t', 1, 3, undefined],
  ])('%s, number %i of %i', (sql, place, width, expected) => {
    const offset = placeOfColumn(sql, place, width);
    expect(offset === undefined ? undefined : sql.slice(offset, offset + 12)).toBe(expected);
  });
});
