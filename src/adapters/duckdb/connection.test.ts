import { describe, expect, it } from 'vitest';
import type { Connection } from '../../adapter/connection.ts';
import { failureOf, openTestConnection, openTestSession, rowsOf, temporaryProject, valueOf } from './open-test-session.ts';

const endless = 'select sum(a.range * b.range) from range(10000000) a, range(100000) b';

describe('cells', () => {
  it('are exact', async () => {
    const connection = await openTestConnection();
    const cells: readonly (readonly [string, unknown])[] = [
      ['1::bigint', 1],
      ['9007199254740991::bigint', 9007199254740991],
      ['9007199254740993::bigint', '9007199254740993'],
      ['(-170141183460469231731687303715884105727)::hugeint', '-170141183460469231731687303715884105727'],
      ['1.50::decimal(10,2)', '1.50'],
      ['0.1::double + 0.2::double', 0.30000000000000004],
      ['1.1::float', 1.1],
      ['16777216::float', 16777216],
      [`'nan'::double`, 'NaN'],
      [`'-inf'::float`, '-Infinity'],
      [`date '2024-01-31'`, '2024-01-31'],
      [`timestamp '2024-01-31 09:30:00'`, '2024-01-31 09:30:00'],
      [`timestamp '2024-01-31 09:30:00.123456'`, '2024-01-31 09:30:00.123456'],
      [`timestamptz '2024-01-31 09:30:00+02'`, '2024-01-31 07:30:00+00'],
      [`date 'infinity'`, 'infinity'],
      [`[date '-infinity', date '2024-01-31']`, '[-infinity, 2024-01-31]'],
      [`'infinity'::timestamp`, 'infinity'],
      [`time '01:02:03.5'`, '01:02:03.5'],
      ['[1, null, 3]', '[1, NULL, 3]'],
      [`{'a': 1, 'b': 'x'}`, `{'a': 1, 'b': 'x'}`],
      [`'{"a":1}'::json`, '{"a":1}'],
      [`'a\u{1F600}' || chr(0)`, 'a\u{1F600}\0'],
      [`chr(65279) || 'x'`, '\ufeffx'],
      [`chr(65279) || 'longer than what stands in the vector'`, '\ufefflonger than what stands in the vector'],
      ['true', true],
      ['null', null],
      [`'\\xAA'::blob`, '\\xAA'],
      [`'b'::enum('a', 'b')`, 'b'],
    ];
    for (const [sql, cell] of cells) expect(await valueOf(connection, `select ${sql}`), sql).toBe(cell);
  });
  it('come with the names and types of their columns', async () => {
    const connection = await openTestConnection();
    const { columns } = await connection.query({ sql: `select 1 as a, '{}'::json as b, 1.5::decimal(4,1) as "C c"` });
    expect(columns).toEqual([
      { name: 'a', type: 'INTEGER' },
      { name: 'b', type: 'JSON' },
      { name: 'C c', type: 'DECIMAL(4,1)' },
    ]);
  });
});

describe('query and run', () => {
  it('reads rows of many chunks', async () => {
    const rows = await rowsOf(await openTestConnection(), 'from range(10000) order by range');
    expect(rows.length).toBe(10000);
    expect(rows[9999]).toEqual([9999]);
  });
  it('reads no more than the limit of a huge result', async () => {
    const connection = await openTestConnection();
    const { rows } = await connection.query({ sql: 'select range, random() as r from range(20000000000)' }, 3000);
    expect(rows.length).toBe(3000);
    expect((await connection.query({ sql: 'from range(2)' }, 5)).rows).toEqual([[0], [1]]);
    expect((await connection.query({ sql: 'from range(2)' }, 0)).rows).toEqual([]);
  });
  it('counts the rows of inserts, deletes and tables made from queries', async () => {
    const connection = await openTestConnection();
    expect(await connection.run({ sql: 'create table t as from range(7)' })).toBe(7);
    expect(await connection.run({ sql: 'create table u (i integer)' })).toBe(0);
    expect(await connection.run({ sql: 'create view v as from t' })).toBe(0);
    expect(await connection.run({ sql: 'delete from t where range < 3' })).toBe(3);
    expect(await connection.run({ sql: 'delete from t; insert into t values (1), (2)' })).toBe(2);
  });
  it('refuses text with NUL, which the driver would cut', async () => {
    const connection = await openTestConnection();
    await connection.run({ sql: 'create table t as select 1' });
    expect((await failureOf(connection.run({ sql: 'drop table t \0 if' }))).kind).toBe('syntax');
    expect(await valueOf(connection, 'select count(*) from t')).toBe(1);
  });
});

describe('transactions', () => {
  it('commit everything or nothing', async () => {
    const connection = await openTestConnection({ path: 'w.db' });
    await connection.run({ sql: 'create table t (i integer)' });
    await connection.begin();
    await connection.run({ sql: 'insert into t values (1)' });
    await connection.run({ sql: 'create table u as select 1' });
    await connection.rollback();
    expect(await valueOf(connection, `select count(*) from t`)).toBe(0);
    expect((await failureOf(connection.run({ sql: 'from u' }))).kind).toBe('unknown-relation');
    await connection.begin();
    await connection.run({ sql: 'insert into t values (1)' });
    await connection.commit();
    expect(await valueOf(connection, `select count(*) from t`)).toBe(1);
  });
  it('refuse to commit after a failed statement, with the first error, though the engine would keep the rest', async () => {
    const connection = await openTestConnection();
    await connection.run({ sql: 'create table t (i integer)' });
    await connection.begin();
    await connection.run({ sql: 'insert into t values (1)' });
    expect((await failureOf(connection.run({ sql: 'from nowhere' }))).name).toBe('nowhere');
    expect((await failureOf(connection.run({ sql: `select 'x'::integer` }))).name).toBe('nowhere');
    expect((await failureOf(connection.commit())).name).toBe('nowhere');
    await connection.rollback();
    expect(await valueOf(connection, `select count(*) from t`)).toBe(0);
  });
  it('roll back when none is open, when nothing ran and when the first statement did not parse', async () => {
    const connection = await openTestConnection();
    await connection.rollback();
    await connection.begin();
    await connection.rollback();
    await connection.begin();
    await connection.commit();
    await connection.begin();
    const details = await failureOf(connection.run({ sql: 'selec 1' }));
    expect(details).toMatchObject({ kind: 'syntax', position: 0 });
    await connection.rollback();
    expect(await valueOf(connection, 'select 1')).toBe(1);
  });
  it('end with their last statement, or are gone when that fails', async () => {
    const session = await openTestSession({ path: 'w.db' });
    const [connection, other] = [await session.connect(), await session.connect()];
    await connection.run({ sql: 'create table t (i integer)' });
    await connection.begin();
    await connection.commit({ sql: 'insert into t values (1) -- one' });
    expect(await valueOf(other, 'select count(*) from t')).toBe(1);
    await connection.begin();
    await connection.run({ sql: 'insert into t values (2)' });
    await connection.commit({ sql: 'insert into t values (3); -- three' }, { sql: 'insert into t values (4);' });
    expect(await valueOf(other, 'select count(*) from t')).toBe(4);
    await connection.begin();
    await connection.run({ sql: 'insert into t values (5)' });
    const sql = 'insert into t values (6); insert into t select nothing';
    const failed = connection.commit({ sql }, { sql: 'insert into t values (8)' });
    expect(await failureOf(failed)).toMatchObject({ kind: 'unknown-column', position: sql.indexOf('nothing') });
    expect((await failureOf(connection.commit({ sql: 'insert into t values (7)' }))).kind).toBe('unknown-column');
    await connection.rollback();
    expect(await valueOf(other, 'select count(*) from t')).toBe(4);
    await connection.begin();
    const first = connection.commit({ sql: 'insert into t select nothing' });
    expect(await failureOf(first)).toMatchObject({ kind: 'unknown-column', position: 21 });
    await connection.rollback();
    await connection.begin();
    const short = 'insert into t values (9)';
    const second = await failureOf(connection.commit({ sql: `${short} -- é` }, { sql: 'insert into t select nothing' }));
    expect(second).toMatchObject({ kind: 'unknown-column', statement: 1, position: 21 });
    await connection.rollback();
    expect(await valueOf(connection, 'select count(*) from t')).toBe(4);
  });
  it('roll back when the commit in the text of their last statement fails', async () => {
    const session = await openTestSession({ path: 'w.db' });
    const [a, b] = [await session.connect(), await session.connect()];
    await a.run({ sql: 'create table t (i integer primary key)' });
    await a.begin();
    await b.begin();
    await a.run({ sql: 'create table u as select 1' });
    await b.run({ sql: 'insert into t values (1)' });
    await b.commit();
    expect((await failureOf(a.commit({ sql: 'insert into t values (1)' }))).kind).toBe('constraint');
    await a.rollback();
    expect((await failureOf(a.run({ sql: 'from u' }))).kind).toBe('unknown-relation');
    await a.begin();
    await a.commit({ sql: 'insert into t values (2)' });
    expect(await valueOf(b, 'select count(*) from t')).toBe(2);
  });
  it('survive a commit that fails', async () => {
    const session = await openTestSession({ path: 'w.db' });
    const [a, b] = [await session.connect(), await session.connect()];
    await a.run({ sql: 'create table t (i integer primary key)' });
    await a.begin();
    await b.begin();
    await a.run({ sql: 'insert into t values (1)' });
    await b.run({ sql: 'insert into t values (1)' });
    await a.commit();
    expect((await failureOf(b.commit())).kind).toBe('constraint');
    await b.rollback();
    expect(await valueOf(b, 'select count(*) from t')).toBe(1);
  });
  it('report a write conflict as one to try again', async () => {
    const session = await openTestSession({ path: 'w.db' });
    const [a, b] = [await session.connect(), await session.connect()];
    await a.run({ sql: 'create table t as select 1 as i' });
    await a.begin();
    await b.begin();
    await a.run({ sql: 'update t set i = 2' });
    expect(await failureOf(b.run({ sql: 'update t set i = 3' }))).toMatchObject({ kind: 'conflict', retry: 'transaction' });
    await b.rollback();
    await a.commit();
  });
  it('build tables on four connections at once, and append to one state table', async () => {
    const session = await openTestSession({ path: 'w.db' });
    const connections = await Promise.all([1, 2, 3, 4].map(() => session.connect()));
    const first = connections[0] as Connection;
    await first.run({ sql: 'create table state (name varchar)' });
    await Promise.all(
      connections.map(async (connection, worker) => {
        for (let n = 0; n < 10; n += 1) {
          await connection.begin();
          await connection.run({ sql: `create table t_${worker}_${n} as from range(1000)` });
          await connection.run({ sql: `insert into state values ('${worker}-${n}')` });
          await connection.commit();
        }
      }),
    );
    expect(await valueOf(first, 'select count(distinct name) from state')).toBe(40);
    expect(await valueOf(first, `select count(*) from duckdb_tables() where table_name like 't_%'`)).toBe(40);
  });
});

describe('interrupt', () => {
  it('stops running statements at once, and the connections go on', async () => {
    const session = await openTestSession();
    const connections = [await session.connect(), await session.connect()];
    await connections[0]?.begin();
    const failures = connections.map((connection) => failureOf(connection.query({ sql: endless })));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const start = performance.now();
    for (const connection of connections) connection.interrupt();
    for (const failure of failures) expect(await failure).toMatchObject({ kind: 'cancelled', retry: 'never' });
    expect(performance.now() - start).toBeLessThan(300);
    await connections[0]?.rollback();
    for (const connection of connections) expect(await valueOf(connection, 'select 1')).toBe(1);
  });
  it('stops a statement that waits for its turn', async () => {
    const session = await openTestSession();
    const connections = await Promise.all(Array.from({ length: 20 }, () => session.connect()));
    const failures = connections.map((connection) => failureOf(connection.query({ sql: endless })));
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const connection of connections) connection.interrupt();
    expect((await Promise.all(failures)).every((details) => details.kind === 'cancelled')).toBe(true);
  });
  it('stops a load', async () => {
    const connection = await openTestConnection();
    await connection.run({ sql: 'create table t (a varchar)' });
    await connection.begin();
    const rows = (function* (): Generator<readonly string[]> {
      for (;;) yield ['x'];
    })();
    const failure = failureOf(connection.load({ table: { schema: 'main', name: 't' }, columns: [{ name: 'a', type: 'VARCHAR' }], rows }));
    setTimeout(() => connection.interrupt(), 30);
    expect((await failure).kind).toBe('cancelled');
    await connection.rollback();
    expect(await valueOf(connection, 'select count(*) from t')).toBe(0);
  });
});

describe('load', () => {
  const columns = ['a', 'b'].map((name) => ({ name, type: 'VARCHAR' }));
  const table = { schema: 'main', name: 't' };

  it('keeps every text as it is, over many chunks', async () => {
    const connection = await openTestConnection({ path: 'w.db' });
    await connection.run({ sql: 'create table t (a varchar, b varchar)' });
    const odd = [
      '',
      null,
      'twelve bytes',
      'thirteen byte',
      'é',
      'zwölf Bytes!',
      '\u{1F600}',
      '\0',
      'a\0b',
      "'",
      '\u007f',
      '\u0080',
      'x'.repeat(100000),
    ];
    const rows = Array.from({ length: 5000 }, (_, index) => [String(index), odd[index % odd.length] ?? null]);
    await connection.begin();
    expect(await connection.load({ table, columns, rows })).toBe(5000);
    await connection.commit();
    expect(await rowsOf(connection, 'select * from t order by a::integer')).toEqual(rows);
  });
  it('loads into a table made in the same transaction, and rolls back with it', async () => {
    const connection = await openTestConnection({ path: 'w.db' });
    await connection.begin();
    await connection.run({ sql: 'create table t (a varchar, b varchar)' });
    await connection.load({ table, columns, rows: [['1', null]] });
    expect(await rowsOf(connection, 'from t')).toEqual([['1', null]]);
    await connection.rollback();
    expect((await failureOf(connection.query({ sql: 'from t' }))).kind).toBe('unknown-relation');
  });
  it('loads no rows, temporary tables, and odd names', async () => {
    const connection = await openTestConnection({ path: 'w.db' });
    await connection.run({ sql: `create temp table "q""x" (a varchar); create schema "s.'"; create table "s.'"."t""" (a varchar)` });
    const one = columns.slice(0, 1);
    expect(await connection.load({ table: { schema: 'temp', name: 'q"x' }, columns: one, rows: [] })).toBe(0);
    expect(await connection.load({ table: { schema: 'temp', name: 'q"x' }, columns: one, rows: [['1']] })).toBe(1);
    expect(await connection.load({ table: { schema: "s.'", name: 't"' }, columns: one, rows: [['1']] })).toBe(1);
  });
  it('fails the transaction when the table is not there or a row source throws', async () => {
    const connection = await openTestConnection({ path: temporaryProject() + '/w.db' });
    await connection.begin();
    const details = await failureOf(connection.load({ table, columns, rows: [] }));
    expect(details.message).toContain('t');
    expect(await failureOf(connection.commit())).toEqual(details);
    await connection.rollback();
  });
});
