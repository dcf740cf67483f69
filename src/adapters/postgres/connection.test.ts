import { describe, expect, it, onTestFinished } from 'vitest';
import type { Connection } from '../../adapter/connection.ts';
import { embed } from '../../adapter/statement.ts';
import { failureOf, openTestConnection, openTestSession, rowsOf, targetOf, useTestDatabase, valueOf } from './open-test-session.ts';
import { openSession } from './session.ts';

const database = useTestDatabase();

/** Two connections of one session, in an empty schema. */
async function pair(): Promise<readonly [Connection, Connection]> {
  const schema = `p_${Math.trunc(performance.now() * 1000)}`;
  const session = await openTestSession({ url: database.url(), search_path: schema });
  const first = await session.connect();
  await first.run({ sql: `create schema ${schema}` });
  return [first, await session.connect()];
}

describe('cells', () => {
  it('are exact', async () => {
    const connection = await openTestConnection(database);
    const cells: readonly (readonly [string, unknown])[] = [
      ['1::bigint', 1],
      ['7::smallint', 7],
      ['9007199254740991::bigint', 9007199254740991],
      ['9007199254740993::bigint', '9007199254740993'],
      ['1.50::numeric(10,2)', '1.50'],
      ['123456789012345678901234567890.5', '123456789012345678901234567890.5'],
      ['0.1::float8 + 0.2::float8', 0.30000000000000004],
      ['1.1::float4', 1.1],
      ['16777216::float4', 16777216],
      [`'nan'::float8`, 'NaN'],
      [`'-infinity'::float4`, '-Infinity'],
      [`'nan'::numeric`, 'NaN'],
      [`date '2024-01-31'`, '2024-01-31'],
      [`timestamp '2024-01-31 09:30:00'`, '2024-01-31 09:30:00'],
      [`timestamp '2024-01-31 09:30:00.123456'`, '2024-01-31 09:30:00.123456'],
      [`timestamptz '2024-01-31 09:30:00+02'`, '2024-01-31 07:30:00+00'],
      [`'infinity'::timestamp`, 'infinity'],
      [`time '01:02:03.5'`, '01:02:03.5'],
      ['array[1, null, 3]', '{1,NULL,3}'],
      [`row(1, 'x')`, '(1,x)'],
      [`'{"a":1}'::json`, '{"a":1}'],
      [`interval '1 day 2 hours'`, '1 day 02:00:00'],
      [`'a\u{1F600}'`, 'a\u{1F600}'],
      ['true', true],
      ['null', null],
      [`''`, ''],
      [`'\\xAA'::bytea`, '\\xaa'],
    ];
    for (const [sql, cell] of cells) expect(await valueOf(connection, `select ${sql}`), sql).toBe(cell);
  });
  it('come with the names and types of their columns, as the catalog spells them', async () => {
    const connection = await openTestConnection(database);
    await connection.run({ sql: `create type mood as enum ('sad', 'ok')` });
    const sql = `select 1 as a, '{}'::json as b, 1.5::numeric(4,1) as "C c", 'x'::varchar(3) as d, null as e, array['ok'::mood] as f, 2 as a`;
    const { columns } = await connection.query({ sql });
    expect(columns).toEqual([
      { name: 'a', type: 'integer' },
      { name: 'b', type: 'json' },
      { name: 'C c', type: 'numeric(4,1)' },
      { name: 'd', type: 'character varying(3)' },
      { name: 'e', type: 'text' },
      { name: 'f', type: 'mood[]' },
      { name: 'a', type: 'integer' },
    ]);
  });
});

describe('query and run', () => {
  it('reads many rows', async () => {
    const rows = await rowsOf(await openTestConnection(database), 'select n from generate_series(1, 10000) as n');
    expect(rows.length).toBe(10000);
    expect(rows[9999]).toEqual([10000]);
  });
  it('lets the server compute no more rows than asked for, and leaves nothing open', async () => {
    const connection = await openTestConnection(database);
    await connection.run({ sql: 'create table t as select n from generate_series(1, 10) as n' });
    await connection.begin();
    const endless = 'with recursive r(n) as (select 1 union all select n + 1 from r) select n from r';
    expect((await connection.query({ sql: endless }, 3)).rows).toEqual([[1], [2], [3]]);
    expect((await connection.query({ sql: 'select n from t order by n' }, 2)).rows).toEqual([[1], [2]]);
    // A reader that is left half-way would keep the table in use.
    await connection.run({ sql: 'drop table t' });
    await connection.rollback();
    expect((await connection.query({ sql: 'select n from t order by n' }, 50)).rows).toHaveLength(10);
    const none = await connection.query({ sql: endless }, 0);
    expect(none).toEqual({ columns: [{ name: 'n', type: 'integer' }], rows: [] });
  });
  it('counts the rows of inserts, deletes, merges and tables made from queries', async () => {
    const connection = await openTestConnection(database);
    expect(await connection.run({ sql: 'create table t as select n from generate_series(1, 7) as n' })).toBe(7);
    expect(await connection.run({ sql: 'create table u (i integer)' })).toBe(0);
    expect(await connection.run({ sql: 'create view v as select * from t' })).toBe(0);
    expect(await connection.run({ sql: 'delete from t where n < 4' })).toBe(3);
    expect(await connection.run({ sql: 'delete from t; insert into t values (1), (2)', script: true })).toBe(2);
    expect(await connection.run({ sql: 'update t set n = 3' })).toBe(2);
  });
  it('refuses text with NUL, which the protocol would cut', async () => {
    const connection = await openTestConnection(database);
    await connection.run({ sql: 'create table t as select 1' });
    expect((await failureOf(connection.run({ sql: 'drop table t \0 if' }))).kind).toBe('syntax');
    expect(await valueOf(connection, 'select count(*) from t')).toBe(1);
  });
  it('never lets a query break out of what is wrapped around it', async () => {
    const connection = await openTestConnection(database);
    await connection.run({ sql: 'create table t as select 1 as a' });
    const query = { node: 'model.shop.m', sql: 'select 1 as a); drop table t; select (1' };
    const details = await failureOf(connection.run(embed('create table x as (\n', query, '\n)')));
    expect(details).toMatchObject({ kind: 'syntax', message: 'cannot insert multiple commands into a prepared statement' });
    expect(await valueOf(connection, 'select count(*) from t')).toBe(1);
    expect((await failureOf(connection.query({ sql: 'select 1; drop table t' }))).kind).toBe('syntax');
    expect(await valueOf(connection, 'select count(*) from t')).toBe(1);
  });
  it('runs a text that is the user’s from end to end, with all its statements', async () => {
    const connection = await openTestConnection(database);
    const hook = embed('', { node: 'h', sql: 'create table h as select 1 as a; insert into h values (2);\n-- done' });
    expect(await connection.run({ ...hook, script: true })).toBe(1);
    expect(await valueOf(connection, 'select count(*) from h')).toBe(2);
  });
  it('goes on after a statement that wants rows by COPY, or sends them', async () => {
    const connection = await openTestConnection(database);
    await connection.run({ sql: 'create table t (a text)' });
    expect((await failureOf(connection.run({ sql: 'copy t from stdin', script: true }))).message).toContain('COPY from stdin failed');
    expect(await connection.run({ sql: `insert into t values ('x'); copy t to stdout`, script: true })).toBe(1);
    expect(await valueOf(connection, 'select count(*) from t')).toBe(1);
  });
  it('keeps a question that is asked again, whatever becomes of the transaction and of what the server keeps', async () => {
    const connection = await openTestConnection(database);
    const ask = async (value: string): Promise<unknown> =>
      (await connection.query({ sql: 'select $1::integer + 1', kept: { name: 'tx_next', values: [value] } })).rows;
    const made = (): Promise<unknown> =>
      valueOf(connection, `select min(prepare_time)::text from pg_prepared_statements where name = 'tx_next'`);
    await connection.begin();
    expect(await ask('1')).toEqual([[2]]);
    const first = await made();
    await connection.rollback();
    expect(await ask('41')).toEqual([[42]]);
    await connection.run({ sql: 'create table kept (a integer)' });
    expect(await made()).toBe(first);
    // Values go beside the text, and others beside them.
    const both = { sql: 'select $1', kept: { name: 'tx_text', values: [`'; drop table kept`] } };
    expect((await connection.queryEach(both, { sql: 'select 1' }, both)).map(({ rows }) => rows[0]?.[0])).toEqual([
      both.kept.values[0],
      1,
      both.kept.values[0],
    ]);
    expect((await failureOf(ask('x'))).kind).toBe('conversion');
    expect(await ask('1')).toEqual([[2]]);
    for (const text of ['deallocate all', 'discard all', `do 'begin execute ''deallocate all''; end'`]) {
      await connection.run({ sql: text, script: true });
      expect(await ask('2'), text).toEqual([[3]]);
    }
  });
  it('sees the session settings that make values the same everywhere', async () => {
    const connection = await openTestConnection(database);
    const names = ['TimeZone', 'DateStyle', 'standard_conforming_strings', 'client_connection_check_interval', 'application_name'];
    const { rows } = await connection.query({ sql: `select ${names.map((name) => `current_setting('${name}')`).join(', ')}` });
    expect(rows).toEqual([['UTC', 'ISO, MDY', 'on', '1s', 'tx']]);
  });
});

describe('transactions', () => {
  it('commit everything or nothing', async () => {
    const connection = await openTestConnection(database);
    await connection.run({ sql: 'create table t (i integer)' });
    await connection.begin();
    await connection.run({ sql: 'insert into t values (1)' });
    await connection.run({ sql: 'create table u as select 1' });
    await connection.rollback();
    expect(await valueOf(connection, `select count(*) from t`)).toBe(0);
    expect((await failureOf(connection.query({ sql: 'select * from u' }))).kind).toBe('unknown-relation');
    await connection.begin();
    await connection.run({ sql: 'insert into t values (1)' });
    await connection.commit();
    expect(await valueOf(connection, `select count(*) from t`)).toBe(1);
  });
  it('go on after a failure from a savepoint before it, and from nowhere else', async () => {
    const session = await openSession(targetOf({ url: database.url() }));
    onTestFinished(() => session.close());
    const connection = await session.connect();
    await connection.begin();
    const refused = ['select nope', "select '\0'"];
    await connection.queryEach({ sql: 'create temporary table before_it as select 1 as i' });
    for (const sql of refused) {
      const behind = { sql: 'create temporary table behind_it as select 1' };
      const { message } = await failureOf(connection.queryEach({ sql: 'savepoint here' }, behind, { sql }));
      expect((await failureOf(connection.query({ sql: 'select 1' }))).message).toBe(message);
      await connection.undoTo('here');
      expect(await rowsOf(connection, `select i, to_regclass('behind_it') from before_it`)).toEqual([[1, null]]);
    }
    await failureOf(connection.query({ sql: 'select nope' }));
    // It was forgotten.
    expect((await failureOf(connection.undoTo('here'))).message).toMatch(/savepoint "here" does not exist/);
    await connection.rollback();
    expect(await valueOf(connection, 'select 1')).toBe(1);
  });
  it('begin with the first statement, in one round trip', async () => {
    const [a, b] = await pair();
    await a.begin();
    const waiting = `select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`;
    expect(await valueOf(b, waiting)).toBe(0);
    expect(await valueOf(a, 'select 1')).toBe(1);
    expect(await valueOf(b, waiting)).toBe(1);
    await a.commit();
    expect(await valueOf(b, waiting)).toBe(0);
  });
  it('see what was committed before each statement', async () => {
    const [a, b] = await pair();
    await a.run({ sql: 'create table t (i integer)' });
    await a.begin();
    expect(await valueOf(a, 'select count(*) from t')).toBe(0);
    await b.run({ sql: 'insert into t values (1)' });
    expect(await valueOf(a, 'select count(*) from t')).toBe(1);
    await a.commit();
  });
  it('end with their last statements, or are gone when one of them fails', async () => {
    const [a, b] = await pair();
    await a.run({ sql: 'create table t (i integer)' });
    await a.begin();
    await a.commit({ sql: 'insert into t values (1) -- one' }, { sql: 'insert into t values (2)' });
    expect(await valueOf(b, 'select count(*) from t')).toBe(2);
    await a.begin();
    const first = a.commit({ sql: 'insert into t select nothing' }, { sql: 'insert into t values (3)' });
    expect(await failureOf(first)).toMatchObject({ kind: 'unknown-column', position: 21 });
    await a.rollback();
    await a.begin();
    const second = await failureOf(a.commit({ sql: 'insert into t values (4)' }, { sql: 'insert into t select nothing' }));
    expect(second).toMatchObject({ kind: 'unknown-column', statement: 1, position: 21 });
    await a.rollback();
    await a.begin();
    const third = a.commit({ sql: 'insert into t values (4)' }, { sql: 'select 1; select nothing', script: true }, { sql: 'select nope' });
    expect(await failureOf(third)).toMatchObject({ statement: 1, position: 17 });
    await a.rollback();
    await a.begin();
    const last = a.commit({ sql: 'select 1', script: true }, { sql: 'select 2' }, { sql: 'selec 3' });
    expect(await failureOf(last)).toMatchObject({ kind: 'syntax', statement: 2, position: 0 });
    await a.rollback();
    expect(await valueOf(b, 'select count(*) from t')).toBe(2);
  });
  it('refuse to commit after a failed statement, with the first error', async () => {
    const connection = await openTestConnection(database);
    await connection.run({ sql: 'create table t (i integer)' });
    await connection.begin();
    await connection.run({ sql: 'insert into t values (1)' });
    expect((await failureOf(connection.query({ sql: 'select * from nowhere' }))).name).toBe('nowhere');
    expect((await failureOf(connection.run({ sql: `select 'x'::integer` }))).name).toBe('nowhere');
    expect((await failureOf(connection.commit())).name).toBe('nowhere');
    await connection.rollback();
    expect(await valueOf(connection, `select count(*) from t`)).toBe(0);
  });
  it('do not believe a COMMIT after a statement ended the transaction by itself', async () => {
    const connection = await openTestConnection(database);
    await connection.run({ sql: 'create table t (i integer)' });
    await connection.begin();
    await connection.run({ sql: 'insert into t values (1)' });
    await connection.run({ sql: 'rollback' });
    expect(await failureOf(connection.commit())).toMatchObject({ kind: 'other', message: 'the transaction was ended before its COMMIT' });
    await connection.rollback();
    expect(await valueOf(connection, `select count(*) from t`)).toBe(0);
  });
  it('roll back when none is open, when nothing ran and when the first statement did not parse', async () => {
    const connection = await openTestConnection(database);
    await connection.rollback();
    await connection.begin();
    await connection.rollback();
    await connection.begin();
    await connection.commit();
    await connection.begin();
    expect(await failureOf(connection.run({ sql: 'selec 1' }))).toMatchObject({ kind: 'syntax', position: 0 });
    await connection.rollback();
    await connection.begin();
    expect(await failureOf(connection.query({ sql: 'selec 1' }))).toMatchObject({ kind: 'syntax', position: 0 });
    await connection.rollback();
    expect(await valueOf(connection, 'select 1')).toBe(1);
  });
  it('survive a commit that fails', async () => {
    const connection = await openTestConnection(database);
    await connection.run({ sql: 'create table t (i integer unique deferrable initially deferred)' });
    await connection.begin();
    await connection.run({ sql: 'insert into t values (1), (1)' });
    expect((await failureOf(connection.commit())).kind).toBe('constraint');
    await connection.rollback();
    expect(await valueOf(connection, 'select count(*) from t')).toBe(0);
  });
  it('report a deadlock as one to try again', async () => {
    const [a, b] = await pair();
    await a.run({ sql: 'create table t as select 1 as i; create table u as select 1 as i', script: true });
    await a.begin();
    await b.begin();
    await a.run({ sql: `set local deadlock_timeout = '50ms'; update t set i = 2`, script: true });
    await b.run({ sql: `set local deadlock_timeout = '10s'; update u set i = 2`, script: true });
    const second = b.run({ sql: 'update t set i = 3' });
    const details = await failureOf(a.run({ sql: 'update u set i = 3' }));
    expect(details).toMatchObject({ kind: 'conflict', retry: 'transaction' });
    await a.rollback();
    expect(await second).toBe(1);
    await b.commit();
  });
  it('report a schema that somebody else has just made as a conflict to try again', async () => {
    const [a, b] = await pair();
    await a.begin();
    await a.run({ sql: 'create schema raced' });
    // Waits for the other one, and then cannot make what it had not seen.
    const second = failureOf(b.run({ sql: 'create schema if not exists raced' }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await a.commit();
    expect(await second).toMatchObject({ kind: 'conflict', retry: 'transaction' });
    await b.run({ sql: 'create schema if not exists raced' });
  });
});

describe('load', () => {
  const columns = ['a', 'b'].map((name) => ({ name, type: 'text' }));

  /** An empty schema, and its name, which a bulk load has to know. */
  async function place(): Promise<{ connection: Connection; schema: string }> {
    const connection = await openTestConnection(database);
    return { connection, schema: String(await valueOf(connection, 'select current_schema()')) };
  }

  it('keeps every text as it is, over many chunks', async () => {
    const { connection, schema } = await place();
    await connection.run({ sql: 'create table t (a text, b text)' });
    const odd = [
      '',
      null,
      '\\N',
      '\\',
      '\\.',
      '\t',
      '\n',
      '\r',
      '\r\n',
      'é',
      '\u{1F600}',
      "'",
      '"',
      '\u007f',
      ' x ',
      'NULL',
      'x'.repeat(100_000),
    ];
    const rows = Array.from({ length: 5000 }, (_, index) => [String(index), odd[index % odd.length] ?? null]);
    await connection.begin();
    expect(await connection.load({ table: { schema, name: 't' }, columns, rows })).toBe(5000);
    await connection.commit();
    expect(await rowsOf(connection, 'select * from t order by a::integer')).toEqual(rows);
  });
  it('loads into a table made in the same transaction, and rolls back with it', async () => {
    const { connection, schema } = await place();
    await connection.begin();
    await connection.run({ sql: 'create table t (a text, b text)' });
    await connection.load({ table: { schema, name: 't' }, columns, rows: [['1', null]] });
    expect(await rowsOf(connection, 'select * from t')).toEqual([['1', null]]);
    await connection.rollback();
    expect((await failureOf(connection.query({ sql: 'select * from t' }))).kind).toBe('unknown-relation');
  });
  it('loads no rows, temporary tables, and odd names', async () => {
    const { connection } = await place();
    await connection.run({
      sql: `create temp table "q""x" ("a\\" text); create schema "s.'"; create table "s.'"."t""" ("a\\" text)`,
      script: true,
    });
    const one = [{ name: 'a\\', type: 'text' }];
    expect(await connection.load({ table: { schema: 'pg_temp', name: 'q"x' }, columns: one, rows: [] })).toBe(0);
    expect(await connection.load({ table: { schema: 'pg_temp', name: 'q"x' }, columns: one, rows: [['1']] })).toBe(1);
    expect(await connection.load({ table: { schema: "s.'", name: 't"' }, columns: one, rows: [['1']] })).toBe(1);
  });
  it('is the first act of a transaction', async () => {
    const { connection, schema } = await place();
    await connection.run({ sql: 'create table t (a text, b text)' });
    await connection.begin();
    expect(await connection.load({ table: { schema, name: 't' }, columns, rows: [['1', '2']] })).toBe(1);
    await connection.rollback();
    expect(await valueOf(connection, 'select count(*) from t')).toBe(0);
  });
  it('fails the transaction when the table is not there, a text has NUL, or a row source throws', async () => {
    const { connection, schema } = await place();
    const table = { schema, name: 't' };
    await connection.begin();
    const details = await failureOf(connection.load({ table, columns, rows: [] }));
    expect(details.kind).toBe('unknown-relation');
    expect(await failureOf(connection.commit())).toEqual(details);
    await connection.rollback();
    await connection.run({ sql: 'create table t (a text, b text)' });
    expect((await failureOf(connection.load({ table, columns, rows: [['x', 'a\0b']] }))).kind).toBe('conversion');
    const broken = (function* (): Generator<readonly string[]> {
      for (let row = 0; row < 50_000; row += 1) yield [String(row), 'x'];
      throw new Error('the file changed');
    })();
    await connection.begin();
    expect((await failureOf(connection.load({ table, columns, rows: broken }))).message).toBe('the file changed');
    await connection.rollback();
    expect(await valueOf(connection, 'select count(*) from t')).toBe(0);
  });
  it('takes constraints into account', async () => {
    const { connection, schema } = await place();
    await connection.run({ sql: 'create table t (a text primary key, b text)' });
    const rows = Array.from({ length: 20_000 }, (_, index) => [String(index % 10_000), 'x']);
    expect((await failureOf(connection.load({ table: { schema, name: 't' }, columns, rows }))).kind).toBe('constraint');
    expect(await valueOf(connection, 'select count(*) from t')).toBe(0);
  });
});
