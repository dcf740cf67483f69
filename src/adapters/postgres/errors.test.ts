import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EngineErrorDetails } from '../../adapter/engine-error.ts';
import { engineError } from './errors.ts';
import { failureOf, openTestConnection, useTestDatabase } from './open-test-session.ts';
import { utf16Offset } from './text-offset.ts';

const database = useTestDatabase();

async function fail(sql: string, ...before: readonly string[]): Promise<EngineErrorDetails> {
  const connection = await openTestConnection(database);
  for (const statement of before) await connection.run({ sql: statement, script: true });
  return failureOf(connection.run({ sql, script: true }));
}

describe('kinds', () => {
  it.each([
    ['selec 1', 'syntax'],
    ['select $1', 'syntax'],
    ['select nope from (select 1 as a) as t', 'unknown-column'],
    ['select t.nope from (select 1 as a) as t', 'unknown-column'],
    ['insert into t (nope) values (1)', 'unknown-column'],
    ['select * from nowhere', 'unknown-relation'],
    ['select * from nowhere.t', 'unknown-relation'],
    ['create table nowhere.t as select 1', 'unknown-relation'],
    ['select nowhere.a', 'unknown-relation'],
    ['create table nowhere.t (a integer)', 'unknown-relation'],
    ['create table if not exists nowhere.t (a integer)', 'unknown-relation'],
    ['create view nowhere.t (a) as select 1', 'unknown-relation'],
    ['insert into nowhere.t (a) values (1)', 'unknown-relation'],
    ['create table x as select "nowhere".f(1)', 'unknown-function'],
    ['create table x as select 1::nowhere.t', 'unknown-type'],
    ['select cast(1 as nowhere.t)', 'unknown-type'],
    [`select 'a' collate nowhere.c`, 'other'],
    ['select nope(1)', 'unknown-function'],
    ['select * from nope(1)', 'unknown-function'],
    ['select 1::nope', 'unknown-type'],
    ['select lag(1)', 'meaningless'],
    ['select upper($$a$$) over ()', 'meaningless'],
    ['select sum(1) over w', 'meaningless'],
    ['values (1, 2), (1)', 'meaningless'],
    ['select 1 union select 1, 2', 'meaningless'],
    ['select 1 = (select 1, 2)', 'meaningless'],
    ['select 1 where generate_series(1, 2) = 1', 'meaningless'],
    ['select 1 limit 1, 2', 'syntax'],
    [`select 1 = date '2024-01-01'`, 'type-mismatch'],
    [`select 1 union select true`, 'type-mismatch'],
    ['select cast(1 as date)', 'type-mismatch'],
    ['select - null', 'type-mismatch'],
    ['select (b).id from (select true as b) as t', 'type-mismatch'],
    ['select 1 = any (a) from t', 'type-mismatch'],
    ['select * from t tablesample nosuch (10)', 'unknown-function'],
    // A view can be made a table, and then it can be sampled.
    ['select * from pg_catalog.pg_views tablesample system (10)', 'other'],
    ['select a from (select 1 as a) as x, (select 2 as a) as y', 'ambiguous'],
    [`select 'abc'::integer`, 'conversion'],
    ['select 9223372036854775807 + 1', 'conversion'],
    ['select 1/0', 'conversion'],
    [`select 'a' ~ '(['`, 'other'],
    ['insert into t values (1)', 'constraint'],
    ['insert into t values (null)', 'constraint'],
    [`do $$ begin raise exception 'no space left, disk full'; end $$`, 'other'],
    ['create table t as select 1', 'other'],
    ['select 1 as a, 2 as a into x', 'duplicate-column'],
    ['create extension nowhere', 'missing-extension'],
    [`begin read only; create table x as select 1`, 'read-only'],
  ])('%s is %s', async (sql, kind) => {
    const details = await fail(sql, 'create table t (a integer primary key); insert into t values (1)');
    expect(details.kind).toBe(kind);
    expect(details.message).not.toMatch(/[\n\r]|LINE 1/);
  });
  it('of a name before a column, which nothing in FROM has, say so, in whatever language', async () => {
    const sql = 'select x.a, y.a from (select 1 as a) as x';
    expect(await fail(sql)).toMatchObject({ kind: 'unknown-relation', name: 'y', beforeColumn: true, position: 12 });
    expect(await fail('select t.a from t as x', 'create table t (a integer)')).toMatchObject({ candidates: ['x'], beforeColumn: true });
    expect(await fail('select * from nowhere')).not.toHaveProperty('beforeColumn');
    const cause = Object.assign(new Error('fehlender Eintrag in FROM-Klausel'), { code: '42P01', routine: 'errorMissingRTE' });
    expect(engineError(cause).details).toMatchObject({ kind: 'unknown-relation', beforeColumn: true });
  });
  it('of an extension whose file version 14 does not find say that it is missing', () => {
    const message = 'could not open extension control file "/usr/share/nowhere.control": No such file or directory';
    const cause = Object.assign(new Error(message), { code: '58P01', routine: 'parse_extension_control_file' });
    expect(engineError(cause).details.kind).toBe('missing-extension');
    expect(engineError(Object.assign(new Error('could not open file'), { code: '58P01', routine: 'other' })).details.kind).toBe('other');
  });
  it('of locks that nobody waits for say that the transaction may be tried again', async () => {
    const [holder, other] = [await openTestConnection(database), await openTestConnection(database)];
    await holder.run({ sql: 'create table public.locked_one as select 1 as a' });
    await holder.begin();
    await holder.run({ sql: 'lock table public.locked_one' });
    const details = await failureOf(other.run({ sql: `set lock_timeout = '20ms'; lock table public.locked_one`, script: true }));
    expect(details).toMatchObject({ kind: 'conflict', retry: 'transaction' });
    await holder.rollback();
  });
  it('of two changes to one row of the catalog say so too', () => {
    const race = Object.assign(new Error('tuple concurrently updated'), { code: 'XX000' });
    expect(engineError(race).details).toMatchObject({ kind: 'conflict', retry: 'transaction' });
    expect(engineError(Object.assign(new Error('cache lookup failed'), { code: 'XX000' })).details.kind).toBe('other');
  });
  it.each([
    ['40001', 'conflict', 'transaction'],
    ['40P01', 'conflict', 'transaction'],
    ['08006', 'connection', 'reconnect'],
    ['53300', 'connection', 'reconnect'],
    ['57P01', 'connection', 'reconnect'],
    ['57P03', 'connection', 'reconnect'],
    ['53200', 'out-of-memory', 'reconnect'],
    ['53100', 'disk-full', 'never'],
    ['ECONNRESET', 'connection', 'reconnect'],
    ['EPIPE', 'connection', 'reconnect'],
    ['42P01', 'unknown-relation', 'never'],
  ])('follow from the code %s', (code, kind, retry) => {
    expect(engineError(Object.assign(new Error('in a language that nobody here speaks'), { code })).details).toMatchObject({ kind, retry });
  });
  it('of what is no error at all are other', () => {
    expect(engineError('no error').details).toMatchObject({ kind: 'other', message: 'no error', retry: 'never' });
    expect(engineError(new Error('')).details.message).toBe('the engine gave no message');
  });
});

describe('rules of SQL that a query breaks', () => {
  it.each([
    ['select a, count(*) from t', 'not-grouped'],
    ['select count(count(*)) from t', 'nested-aggregates'],
    ['select 1 from t where count(*) > 1', 'aggregate-in-condition'],
    ['select 1 from t where rank() over () = 1', 'window-in-condition'],
    ['select rank()', 'window-without-over'],
    ['select a from t union select a, a from t', 'widths-differ'],
    ['values (1), (1, 2)', 'widths-differ'],
    ['select a from t order by 2', 'place-of-no-column'],
    ['select a from t where a in (select a, a from t)', 'several-columns'],
    ['select 1 from t join t on true', 'alias-twice'],
    ['select a from t where a', 'not-a-condition'],
    ['select coalesce(a, current_date) from t', 'types-mixed'],
    ['select cast(current_date as integer) from t', 'no-cast'],
    ['select a from t where a = current_date', undefined],
    ['select avg(rank() over ()) over (order by sum(sum(1)) over ()) from t group by rank() over ()', undefined],
  ])('%s: %s', async (sql, mistake) => {
    expect((await fail(sql, 'create table t (a integer)')).mistake).toBe(mistake);
  });
});

describe('names', () => {
  it('are given with near ones', async () => {
    expect(await fail('select amout from (select 1 as amount) as t')).toMatchObject({ name: 'amout', candidates: ['amount'] });
    expect(await fail('select t.amout from (select 1 as amount) as t')).toMatchObject({ name: 'amout', candidates: ['amount'] });
    const two = await fail('select amoun from (select 1 as amount) as t, (select 1 as amouns) as u');
    expect(two.candidates).toEqual(['amount', 'amouns']);
  });
  it('are those that the statement used', async () => {
    expect((await fail('select * from nowhere.t')).name).toBe('nowhere.t');
    expect((await fail('create table nowhere.t as select 1')).name).toBe('nowhere');
    expect((await fail('select x.a from (select 1 as a) as t')).name).toBe('x');
    expect((await fail('select nope(1, true)')).name).toBe('nope');
    expect((await fail('select "A b" from (select 1 as a) as t')).name).toBe('A b');
  });
});

describe('details and hints', () => {
  it('are kept: the detail behind the message, the hint beside it', async () => {
    const setUp = 'create table t (a integer primary key); insert into t values (1)';
    expect((await fail('insert into t values (1)', setUp)).message).toBe(
      'duplicate key value violates unique constraint "t_pkey": Key (a)=(1) already exists',
    );
    // That no function takes this is what the error itself says.
    expect(await fail('select nope(1)')).not.toHaveProperty('hint');
    expect((await fail('select 1 limit 1, 2')).hint).toBe('Use separate LIMIT and OFFSET clauses');
    expect((await fail('drop table t', setUp, 'create view v as select * from t')).message).toBe(
      'cannot drop table t because other objects depend on it: view v depends on table t',
    );
  });
});

describe('positions', () => {
  it('count UTF-16 units behind text of any width', async () => {
    const sql = `select 'é😀表' as a, nope from (select 1 as b) as t`;
    expect((await fail(sql)).position).toBe(sql.indexOf('nope'));
  });
  it('count over all statements of one text', async () => {
    const sql = `select 1;\nselect 'é😀';\nselect nope from (select 1 as a) as t`;
    expect((await fail(sql)).position).toBe(sql.indexOf('nope'));
  });
  it('count from the user’s text when a transaction begins with it', async () => {
    const connection = await openTestConnection(database);
    await connection.begin();
    const sql = `select 'é', nope from (select 1 as a) as t`;
    expect((await failureOf(connection.query({ sql }))).position).toBe(sql.indexOf('nope'));
    await connection.rollback();
    await connection.begin();
    expect((await failureOf(connection.run({ sql, script: true }))).position).toBe(sql.indexOf('nope'));
  });
  it('point at values that do not convert', async () => {
    expect((await fail(`select 1, 'abc'::integer`)).position).toBe(10);
    expect((await fail(`select 1 where 1 = 'x'`)).position).toBe(19);
  });
  it('are left out when the fault lies inside a view or a function', async () => {
    const setUp = `create table b as select 'x' as v; create view bad as select v::integer as x from b;
      create function f() returns integer language plpgsql as $$ begin return (select nope from b); end $$`;
    expect((await fail('select x from bad', setUp)).position).toBe(undefined);
    expect((await fail('select f()', setUp)).position).toBe(undefined);
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
    [`select to_date('secret', 'YYYY')`, 'secret'],
    ['select 411111111111111111111::integer', '411111'],
    [`do $$ begin raise exception 'secret words'; end $$`, 'secret'],
    [`do $$ begin raise exception using errcode = '23505', message = 'secret words'; end $$`, 'secret'],
    [`insert into t values ('secret')`, 'secret'],
    [`insert into t values (null, 'secret')`, 'secret'],
    [`select ('secret' || n)::date from generate_series(1, 2) as n`, 'secret'],
    [`select '{secret'::json`, 'secret'],
    [`select timestamp '9999-12-31' + interval '300000 years' + interval '4111 secret'`, '4111'],
    [`select 'a4111-b'::uuid`, '4111'],
  ])('of %s stay out of the redacted message', async (sql, secret) => {
    const details = await fail(sql, `create table t (a varchar primary key, b text); insert into t values ('secret')`);
    expect(details.redacted).not.toContain(secret);
    expect(details.redacted.length).toBeGreaterThan(3);
  });
  it('do not take the names of columns and constraints with them', async () => {
    expect((await fail('select nope from (select 1 as a) as t')).redacted).toContain('nope');
    expect((await fail('insert into t values (1), (1)', 'create table t (a integer primary key)')).redacted).toBe(
      'duplicate key value violates unique constraint "t_pkey"',
    );
  });
});

it('a statement that the server was made to forget is sent again, one of the user is not', () => {
  const forgotten = (name: string) =>
    engineError(Object.assign(new Error(`prepared statement "${name}" does not exist`), { code: '26000' })).details;
  expect(forgotten('tx_standing')).toMatchObject({ kind: 'conflict', retry: 'transaction' });
  expect(forgotten('mine')).toMatchObject({ kind: 'other', retry: 'never' });
});
