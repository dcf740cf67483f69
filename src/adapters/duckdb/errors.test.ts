import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EngineErrorDetails } from '../../adapter/engine-error.ts';
import { engineError, utf16Offset } from './errors.ts';
import { failureOf, openTestConnection } from './open-test-session.ts';

async function fail(sql: string, ...before: readonly string[]): Promise<EngineErrorDetails> {
  const connection = await openTestConnection();
  for (const statement of before) await connection.run({ sql: statement });
  return failureOf(connection.run({ sql }));
}

describe('rules of SQL that a query breaks', () => {
  it.each([
    ['select a, count(*) from t', 'not-grouped', 'a,'],
    ['select 1 from t having a > 1', 'not-grouped', undefined],
    ['select count(count(*)) from t', 'nested-aggregates', 'count(*)'],
    ['select 1 from t where count(*) > 1', 'aggregate-in-condition', 'count'],
    ['select 1 from t where rank() over () = 1', 'window-in-condition', 'rank'],
    ['select 1 + rank()', 'window-without-over', 'rank'],
    ['select a from t union select a, a from t', 'widths-differ', undefined],
    ['select * from (values (1), (f(1, 2)), (1, 2))', 'widths-differ', '(1, 2))'],
    ['select a from t order by 2', 'place-of-no-column', '2'],
    ['select x.a from t as x join t as x on true', 'alias-twice', undefined],
    ['select a from t where a in (select a, a from t)', 'several-columns', 'in'],
    ['select coalesce(a, current_date) from t', 'types-mixed', undefined],
    [`select extract('yaer' from current_date) from t`, 'part-of-time', `'yaer'`],
    ['with a as (select 1), "A" as (select 2) select * from a', undefined, '"A"'],
    ['select sum(1) over w, sum(1) over (partition by w)', undefined, 'w,'],
    [`select a from t where a > 'x' + 1`, undefined, '+'],
    [`select '"a" must appear in the GROUP BY clause'::date`, undefined, '::'],
  ])('%s: %s', async (sql, mistake, at) => {
    const details = await fail(sql, 'create table t (a integer)');
    expect(details.mistake).toBe(mistake);
    if (at === undefined) expect(details.position).toBeUndefined();
    else expect(sql.startsWith(at, details.position)).toBe(true);
  });
  it('tells what a function takes, once for each form, and of an operator nothing', async () => {
    expect(await fail(`select date_part(1, 2, 3)`)).toMatchObject({ signatures: expect.arrayContaining(['(VARCHAR, DATE)']) });
    expect((await fail('select mine(1)', 'create macro mine(a, b) as a + b')).signatures).toEqual(['(a, b)']);
    expect(await fail(`select 'a' + interval '1 day' * 'x'`)).not.toHaveProperty('signatures');
  });
});

describe('kinds', () => {
  it.each([
    ['selec 1', 'syntax'],
    ['select nope from (select 1 as a)', 'unknown-column'],
    ['select t.nope from (select 1 as a) as t', 'unknown-column'],
    ['insert into t (nope) values (1)', 'unknown-column'],
    ['select 1 from t join t as u using (nope)', 'unknown-column'],
    ['select * from nowhere', 'unknown-relation'],
    ['select * from nowhere.t', 'unknown-relation'],
    ['create table nowhere.t as select 1', 'unknown-relation'],
    ['select nowhere.a', 'unknown-relation'],
    ['select nope(1)', 'unknown-function'],
    ['select * from nope(1)', 'unknown-function'],
    ['select 1::nope', 'unknown-type'],
    ['select lag(1)', 'meaningless'],
    ['select sum(1) over w', 'meaningless'],
    ['values (1, 2), (1)', 'meaningless'],
    ['with a as (select 1), a as (select 2) select * from a', 'meaningless'],
    [`select extract(yaer from date '2024-01-01')`, 'meaningless'],
    [`select 'Duplicate CTE name "a"'::date`, 'conversion'],
    [`select sum('a')`, 'type-mismatch'],
    [`select date '2024-01-01' + 'x'`, 'type-mismatch'],
    ['select [1]::struct(a int)', 'type-mismatch'],
    ['select a from (select 1 as a) as x, (select 2 as a) as y', 'ambiguous'],
    [`select 'abc'::integer`, 'conversion'],
    ['select 9223372036854775807 + 1', 'conversion'],
    ['insert into t values (1)', 'constraint'],
    ['insert into t values (null)', 'constraint'],
    ['select st_area(1)', 'missing-extension'],
    [`from 'https://example.com/x.parquet'`, 'missing-extension'],
    [`from 'missing.csv'`, 'io'],
    ['from "missing.csv"', 'io'],
    [`from read_csv('main.csv')`, 'io'],
    ['select * from main.csv', 'unknown-relation'],
    ['select * from "nowhere" . "json"', 'unknown-relation'],
    ['select * from Main.Parquet', 'unknown-relation'],
    [`select error('no space left, disk full')`, 'other'],
    ['create table t as select 1', 'other'],
  ])('%s is %s', async (sql, kind) => {
    const details = await fail(sql, 'create table t (a integer primary key); insert into t values (1)');
    expect(details.kind).toBe(kind);
    expect(details.message).not.toMatch(/[\n\r]|LINE 1|exception_type|_tx_database/);
  });
  it('tells a name before a column, which nothing in FROM has, from a relation', async () => {
    const sql = 'select x.a, y.a from (select 1 as a) as x';
    expect(await fail(sql)).toMatchObject({ kind: 'unknown-relation', name: 'y', candidates: ['x'], beforeColumn: true, position: 12 });
    expect(await fail('select * from nowhere')).not.toHaveProperty('beforeColumn');
  });
  it('tells a table with the name of a kind of file from a file', async () => {
    const sql = 'select 1 as "raw_csv" from "raw"."csv" as c';
    expect(await fail(sql)).toEqual({
      kind: 'unknown-relation',
      name: 'raw.csv',
      message: 'Table with name raw.csv does not exist!',
      redacted: 'Table with name raw.csv does not exist!',
      position: sql.indexOf('"raw"'),
      retry: 'never',
    });
  });
  it('tells memory that ran out', async () => {
    const connection = await openTestConnection({ path: ':memory:', memory_limit: '20MB' });
    const details = await failureOf(connection.run({ sql: 'select length(string_agg(md5(range::varchar), $$,$$)) from range(5000000)' }));
    expect(details.kind).toBe('out-of-memory');
    expect(await connection.query({ sql: 'select 1' })).toMatchObject({ rows: [[1]] });
  });
  it('reads the engine’s words for a full disk', () => {
    const cause = new Error(
      '{"exception_type":"IO","exception_message":"Could not write file \\"/x/w.db\\": No space left on device","errno":"28"}',
    );
    expect(engineError(cause).details.kind).toBe('disk-full');
  });
  it('reads plain text, from before the engine answers in JSON', () => {
    expect(engineError(new Error('INTERRUPT Error: Interrupted!')).details.kind).toBe('cancelled');
    expect(engineError(new Error('Parser Error: syntax error at or near "x"\n\nLINE 1: x\n        ^')).details).toMatchObject({
      kind: 'syntax',
      message: 'syntax error at or near "x"',
    });
    expect(engineError(new Error('something else')).details).toMatchObject({ kind: 'other', message: 'something else' });
    expect(engineError('no error at all').details.message).toBe('no error at all');
  });
});

describe('names', () => {
  it('are given with near ones, without the engine’s own', async () => {
    expect(await fail('select amout from (select 1 as amount)')).toMatchObject({ name: 'amout', candidates: ['amount'] });
    expect(await fail('select t.amout from paid as t', 'create table paid as select 1 as amount')).toMatchObject({
      name: 'amout',
      candidates: ['amount'],
    });
    const details = await fail('from orderz', 'create table orders as select 1');
    expect(details).toMatchObject({ name: 'orderz', candidates: ['orders'] });
    // Where even the schema is missing, only the words name the relation.
    expect(await fail('select * from raw.orders')).toMatchObject({ name: 'raw.orders' });
    expect((await fail('from zzz')).candidates).toBe(undefined);
  });
});

describe('positions', () => {
  it('count UTF-16 units behind text of any width', async () => {
    const sql = `select 'é😀表' as a, nope from (select 1 as b)`;
    expect((await fail(sql)).position).toBe(sql.indexOf('nope'));
  });
  it('count over all statements of one text', async () => {
    const sql = `select 1;\nselect 'é';\nselect nope from (select 1 as a)`;
    expect((await fail(sql)).position).toBe(sql.indexOf('nope'));
    const syntax = `select 'é😀'; select '表'; selec 3`;
    expect((await fail(syntax)).position).toBe(syntax.indexOf('selec '));
  });
  it('count from the user’s text when a transaction begins with it', async () => {
    const connection = await openTestConnection();
    await connection.begin();
    const sql = `select 'é', nope from (select 1 as a)`;
    expect((await failureOf(connection.run({ sql }))).position).toBe(sql.indexOf('nope'));
  });
  it.each(['select 1 where (1 >> )', `select 'é' as e, id !!! from (select 1 as id)`])(
    'point at an operator that lacks a side: %s',
    async (sql) => {
      const { kind, message, position } = await fail(sql);
      expect([kind, message.replace(/ (?:>>|!!!) /, ' … ')]).toEqual(['syntax', 'the operator … has nothing on its right']);
      expect(position).toBe(sql.search(/>>|!!!/));
    },
  );
  it.each([
    ['select * exclude (idd) from (select 1 as id)', 'idd', 'unknown-column'],
    ['select 1 as n, * replace (1 as nope) from (select 1 as id)', 'nope', 'unknown-column'],
    [`select * from (values (1), (date '2024-01-01')) as v(x)`, 'values', 'type-mismatch'],
    [`select 'values' as v, * from (values (1), (date '2024-01-01')) as v(x)`, 'values (1)', 'type-mismatch'],
    ['select * from (select 1) as t using sample 200%', 'sample', 'syntax'],
    ['create view v as select * from nos.a.b', 'nos', 'unknown-relation'],
  ] as const)('point at what the engine names without a place: %s', async (sql, at, kind) => {
    expect(await fail(sql)).toMatchObject({ kind, position: sql.indexOf(at) });
  });
  it('are left out where the name stands twice', async () => {
    expect((await fail('select * exclude (idd), s.* exclude (idd) from (select 1 as id) as s')).position).toBe(undefined);
  });
  it('point at casts and values that do not convert', async () => {
    expect((await fail(`select 1, 'abc'::integer`)).position).toBe(15);
    expect((await fail(`select 1 where 1 = 'x'`)).position).toBe(19);
  });
  it('are left out when the fault lies inside a view', async () => {
    const setUp = `create table b as select 'x' as v, 1 as w; create view bad as select v::integer as x, w as y from b`;
    expect((await fail('select x from bad where y = 1 and y = 1 and y = 1 and y = 1', setUp)).position).toBe(undefined);
    expect((await fail('select y from bad where y = 1 and y = 1 and y = 1 and y = 1', setUp, 'drop table b')).position).toBe(undefined);
  });
  it('agree with the encoder for any text, in bytes and in characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, after) => {
        expect(utf16Offset(before + after, Buffer.byteLength(before), 'byte')).toBe(before.length);
        expect(utf16Offset(before + after, [...before].length, 'character')).toBe(before.length);
      }),
    );
    expect(utf16Offset('abc', 4, 'byte')).toBe(undefined);
  });
});

describe('row values', () => {
  it.each([
    [`select 'secret'::integer`, 'secret'],
    [`select x::integer from (values ('s3cret''s')) as t(x)`, 's3cret'],
    [`select strptime('secret', '%Y')`, 'secret'],
    ['select 9223372036854775807 + 1', '9223372036854775807'],
    [`select error('secret words')`, 'secret'],
    [`insert into t values ('secret')`, 'secret'],
    [`select ('secret' || range::varchar)::date from range(2)`, 'secret'],
    [`select '{secret'::json`, 'secret'],
    ['select 4111111111111::integer', '4111111111111'],
  ])('of %s stay out of the redacted message', async (sql, secret) => {
    const details = await fail(sql, `create table t (a varchar primary key); insert into t values ('secret')`);
    expect(details.redacted).not.toContain(secret);
    expect(details.redacted.length).toBeGreaterThan(3);
  });
  it('do not take the names of columns with them', async () => {
    expect((await fail('select nope from (select 1 as a)')).redacted).toContain('nope');
  });
});
