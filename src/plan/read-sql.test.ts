import { describe, expect, it } from 'vitest';
import { engine as duckdb } from '../adapters/duckdb/engine.ts';
import { engine as postgres } from '../adapters/postgres/engine.ts';
import { isOnePass, readSql } from './read-sql.ts';
import type { KnownNames } from './read-sql.ts';

const known = (steadiness: KnownNames['steadiness']): KnownNames => ({
  steadiness,
  isKnown: (parts) => parts.join('.') === 'main.t' || parts.join('.') === 'main.u',
  calls: new Set([`read_csv('a.csv')`]),
});
const read = (sql: string) => readSql(sql, known(duckdb.dialect.steadiness));
const unsteady = (sql: string): string | undefined => read(sql).unsteady;

describe('readSql', () => {
  it.each([
    ['select a from "main"."t"', 'select\n  a -- b\nfrom /* c */ "main" . "t"'],
    [`select 'a -- b' from main.t`, `select 'a -- b'\tfrom main.t`],
    ['select a->>b, c from main.t', 'select a ->> b , c from main.t'],
  ])('gives %j and %j one hash', (a, b) => {
    expect(read(a).hash).toBe(read(b).hash);
  });

  it.each([
    [`select 'a b' from main.t`, `select 'a  b' from main.t`],
    [`select 'a' from main.t`, `select 'A' from main.t`],
    ['select "a b" from main.t', 'select "a  b" from main.t'],
    ['select ab from main.t', 'select a b from main.t'],
    ['select A from main.t', 'select a from main.t'],
    ['select a - -1 from main.t', 'select a --1 from main.t\nfrom main.t'],
    ['select $$a b$$ from main.t', 'select $$a  b$$ from main.t'],
    ['select 1 /* a */ + 2 from main.t', 'select 1 /* a + 2 */ from main.t'],
    ["select e'a\\' -- b' from main.t", "select e'a\\' -- c' from main.t"],
    ['select @ -1', 'select @-1'],
  ])('gives %j and %j two', (a, b) => {
    expect(read(a).hash).not.toBe(read(b).hash);
  });

  it.each([
    'select * from main.t',
    'with c as (select 1 as id), "D" as not materialized (select 2) select * from c, "D", main.t as t, (select 1) as s',
    'with recursive r(n) as (select 1 union all select n + 1 from r where n < 5) select * from r',
    'select a from main.t where b in (select c from main.u) order by a, b limit 3',
    'select extract(year from a), trim(both from b), substring(c from 1 for 2) from main.t',
    'select a is distinct from b, a is not distinct from b from main.t join main.u on a = b, main.t as again',
    'select * from main.t left join lateral (select * from main.u where u.id = t.id) as x on true',
    'select * from (main.t join main.u using (id)), generate_series(1, 3) as g(i)',
    'select * from (values (1), (2)) as v(id)',
    'values (1), (2)',
    'from main.t select a, b',
    `select * from read_csv('a.csv')`,
    'select t.now, "current_date", random from main.t',
    `select 'now()' , 'from raw.t' from main.t -- now()`,
    'select 1',
    '(select a from main.t) union all (select b from main.u)',
    'select a, b from main.t group by a, b',
    'select list_transform(l, x -> x + 1), [y for y in l] from main.t',
  ])('finds nothing unsteady in %j', (sql) => {
    expect(unsteady(sql)).toBeUndefined();
  });

  it.each([
    ['select now() from main.t', 'now()'],
    ['select NOW ( )', 'now()'],
    ['select "now"()', 'now()'],
    ['select current_date', 'current_date'],
    ['select random() from main.t', 'random()'],
    [`select date 'today'`, `'today'`],
    [`select nextval('s')`, 'nextval()'],
    ['select * from main.t tablesample 10%', 'tablesample'],
    ['select * from main.t using sample 3', 'sample'],
    ['select * from raw.orders', 'raw.orders'],
    ['select * from orders', 'orders'],
    ['select * from main.t, raw.orders', 'raw.orders'],
    ['select * from main.t join main.u using (id), raw.orders', 'raw.orders'],
    ['select * from main.t cross join raw.orders', 'raw.orders'],
    ['select (select max(id) from raw.orders) from main.t', 'raw.orders'],
    ['with c as (select * from raw.orders) select * from c', 'raw.orders'],
    ['select * from (main.t join raw.orders using (id))', 'raw.orders'],
    [`select * from 'a.csv'`, `'a.csv'`],
    [`select * from read_csv('b.csv')`, 'read_csv()'],
    [`select * from read_csv('a.csv', header = true)`, 'read_csv()'],
    ['from raw.orders', 'raw.orders'],
    ['select * from (from raw.orders)', 'raw.orders'],
    ['pivot main.t on a', 'a text that `tx` cannot read'],
    ['select * from (pivot raw.orders on a)', 'pivot'],
    ['table raw.orders', 'a text that `tx` cannot read'],
    ['select * from (table raw.orders)', 'table'],
    ['select distinct from raw.orders', 'raw.orders'],
    ['select a from main.t where exists (select from raw.orders)', 'raw.orders'],
    ["select 'open", 'a text that `tx` cannot read'],
    ['select {{run.id}} from {{x}}', '{'],
  ])('finds in %j what nobody vouches for', (sql, what) => {
    expect(unsteady(sql)).toBe(what);
  });

  it('knows the words of the other engine', () => {
    const of = (sql: string): string | undefined => readSql(sql, known(postgres.dialect.steadiness)).unsteady;
    expect(of('select clock_timestamp()')).toBe('clock_timestamp()');
    expect(of('select system_user')).toBe('system_user');
    expect(of(`select * from jsonb_each('{}')`)).toBeUndefined();
    expect(of('select * from only main.t')).toBeUndefined();
    expect(of('select * from only raw.orders')).toBe('raw.orders');
  });
});

describe('isOnePass', () => {
  it.each([
    'select * from main.t',
    'select id, lower(v) as "group", round(n, 2) as n from main.t as t where id in (1, 2) -- join',
    `select 'a union b', t."over" from (main.t) where v is not null;`,
  ])('holds of %j', (sql) => {
    expect(isOnePass(sql)).toBe(true);
  });

  it.each([
    'select *, row_number() over (partition by id order by at desc) as r from main.t',
    'with c as (select * from main.t) select * from c',
    'select * from (select * from main.t) as t',
    'select * from main.t where id in (select id from main.u)',
    'select * from main.t join main.u using (id)',
    'select * from main.t, main.u',
    'select * from main.t as t, generate_series(1, t.id)',
    'select distinct id from main.t',
    'select id, count(*) from main.t group by id',
    'select id from main.t order by id limit 3',
    '(select id from main.t) union all (select id from main.u)',
    'values (1)',
    "select 'open",
  ])('does not hold of %j', (sql) => {
    expect(isOnePass(sql)).toBe(false);
  });
});
