import { describe, expect, it } from 'vitest';
import type { Connection, LockWait, Session } from '../../adapter/connection.ts';
import { catalog } from './catalog.ts';
import { failureOf, openTestConnection, openTestSession, rowsOf, useTestDatabase, valueOf } from './open-test-session.ts';
import { lockBriefly } from './publish/lock-briefly.ts';
import { holderQuery, lockKey } from './relation-locks.ts';

const database = useTestDatabase();

const orders = { schema: 'shop', name: 'orders' };
const items = { schema: 'shop', name: 'items' };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function pair(): Promise<{ readonly session: Session; readonly a: Connection; readonly b: Connection }> {
  const session = await openTestSession({ url: database.url() });
  return { session, a: await session.connect(), b: await session.connect() };
}

const labelOf = (connection: Connection): Promise<unknown> => valueOf(connection, `select current_setting('application_name')`);

describe('the key of a relation', () => {
  it('is a signed number of 64 bits that its name decides, quotes included', () => {
    expect(lockKey(orders)).toBe(lockKey({ ...orders }));
    const keys = [
      orders,
      items,
      { schema: 'shop.orders', name: '' },
      { schema: 'shop"."orders', name: '' },
      { schema: 'Shop', name: 'orders' },
    ];
    expect(new Set(keys.map(lockKey)).size).toBe(keys.length);
    for (let index = 0; index < 100; index += 1)
      expect(BigInt.asIntN(64, lockKey({ schema: 's', name: `t${index}` }))).toBe(lockKey({ schema: 's', name: `t${index}` }));
  });
});

describe('a transaction with locks', () => {
  it('keeps others out until it ends, who are told whom they wait for, and reads what it left', async () => {
    const { a, b } = await pair();
    await a.run({ sql: 'create table if not exists public.written (i integer)' });
    await a.begin({ label: 'tx:model.shop.orders', locks: [orders] });
    const waits: LockWait[] = [];
    let ended = false;
    const second = b.begin({
      locks: [orders],
      onWait: (wait) => void waits.push(wait),
      reads: [{ sql: 'select count(*) from public.written' }],
    });
    void second.then(() => (ended = true));
    await expect.poll(() => waits.length, { timeout: 10_000 }).toBe(1);
    expect(ended).toBe(false);
    await a.run({ sql: 'insert into public.written values (1)' });
    const pid = await valueOf(a, 'select pg_backend_pid()');
    await a.commit();
    expect((await second).map(({ rows }) => rows)).toEqual([[[1]]]);
    expect(waits).toEqual([{ relation: orders, holder: { pid, label: 'tx:model.shop.orders' } }]);
    expect(await valueOf(b, 'show lock_timeout')).toBe('0');
    await b.rollback();
  });
  it('does not meet those of other relations, and gives all locks back when it is rolled back', async () => {
    const { a, b } = await pair();
    await a.begin({ locks: [orders] });
    await b.begin({ locks: [items], lockTimeoutMs: 0 });
    await a.rollback();
    await b.rollback();
    await b.begin({ locks: [orders, items], lockTimeoutMs: 0 });
    await b.rollback();
  });
  it('gives up when its time is over, or at once without any, and names the holder', async () => {
    const { a, b } = await pair();
    await a.begin({ label: 'tx:model.shop.orders', locks: [orders] });
    const pid = await valueOf(a, 'select pg_backend_pid()');
    for (const lockTimeoutMs of [0, 120]) {
      const start = performance.now();
      const details = await failureOf(b.begin({ locks: [items, orders], lockTimeoutMs }));
      const took = performance.now() - start;
      expect(took).toBeGreaterThanOrEqual(lockTimeoutMs);
      expect(took).toBeLessThan(lockTimeoutMs + 3000);
      expect(details).toMatchObject({
        kind: 'lock-timeout',
        retry: 'later',
        message: 'another run works on shop.orders',
        relation: orders,
        holder: { pid, command: 'tx:model.shop.orders' },
      });
      await b.rollback();
    }
    await a.rollback();
    expect(await valueOf(b, 'select 1')).toBe(1);
  });
  it('is named as the holder, and those that wait with us are not', async () => {
    const { a, b } = await pair();
    await a.begin({ label: 'tx:holder', locks: [orders] });
    const waiting = b.begin({ label: 'tx:waiter', locks: [orders] });
    await pause(100);
    const third = await openTestConnection(database);
    expect(
      await rowsOf(
        third,
        `select count(*) from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`,
      ),
    ).toEqual([[1]]);
    expect(await rowsOf(third, holderQuery(orders))).toEqual([[await valueOf(a, 'select pg_backend_pid()'), 'tx:holder']]);
    await a.rollback();
    await waiting;
    await b.rollback();
  });
  it('holds no lock while it waits for another', async () => {
    const { a, b } = await pair();
    await a.begin({ locks: [orders] });
    const waiting = b.begin({ locks: [orders, items] });
    await pause(100);
    const third = await (await openTestSession({ url: database.url() })).connect();
    await third.begin({ locks: [items], lockTimeoutMs: 0 });
    await third.rollback();
    await a.rollback();
    await waiting;
    expect((await failureOf(third.begin({ locks: [items], lockTimeoutMs: 0 }))).kind).toBe('lock-timeout');
    await third.rollback();
    await b.rollback();
  });
  it('can be interrupted while it waits', async () => {
    const { a, b } = await pair();
    await a.begin({ locks: [orders] });
    const failure = failureOf(b.begin({ locks: [orders] }));
    await pause(100);
    b.interrupt();
    expect((await failure).kind).toBe('cancelled');
    await b.rollback();
    await a.rollback();
  });
  it('can be interrupted while it asks who keeps it waiting', async () => {
    const { a, b } = await pair();
    await a.begin({ locks: [orders] });
    const details = await failureOf(b.begin({ locks: [orders], onWait: () => b.interrupt() }));
    expect(details.kind).toBe('cancelled');
    await b.rollback();
    await a.rollback();
  });
  it('fails with an error of its reads like with any other', async () => {
    const { a } = await pair();
    const details = await failureOf(a.begin({ locks: [orders], reads: [{ sql: 'select 1' }, { sql: 'select nope' }] }));
    expect(details).toMatchObject({ kind: 'unknown-column', position: 7 });
    expect(await failureOf(a.run({ sql: 'select 1' }))).toEqual(details);
    await a.rollback();
  });
  it('names itself for as long as it lasts', async () => {
    const { a } = await pair();
    expect(await labelOf(a)).toBe('tx');
    await a.begin({ label: `tx:model.shop.o'é` });
    expect(await labelOf(a)).toMatch(/^tx:model\.shop\.o'/);
    await a.commit();
    expect(await labelOf(a)).toBe('tx');
  });
});

describe('a transaction whose waits have a limit', () => {
  const wanted = { schema: 'public', name: 'wanted' };

  it('waits no longer for a lock of any session, says for whom, and names it in the error', async () => {
    const { a, b } = await pair();
    await a.run({ sql: 'create table if not exists public.wanted (i integer)' });
    await a.begin({ label: 'psql' });
    await a.run({ sql: 'lock table public.wanted in access exclusive mode' });
    const pid = await valueOf(a, 'select pg_backend_pid()');
    const waits: LockWait[] = [];
    await b.begin({ locks: [orders], lockTimeoutMs: 300, onWait: (wait) => void waits.push(wait) });
    const details = await failureOf(b.run({ sql: 'select 1' }, { sql: 'create temporary table copied as select * from public.wanted' }));
    expect(details).toMatchObject({
      kind: 'lock-timeout',
      retry: 'later',
      statement: 1,
      message: `"public"."wanted" is in use, and was not let go in time: process ${pid} (psql)`,
    });
    expect(waits).toEqual([{ relation: wanted, holder: { pid, label: 'psql' } }]);
    await b.rollback();
    await a.rollback();
    expect(await valueOf(b, 'show lock_timeout')).toBe('0');
  });
  it('names who has written the same row', async () => {
    const { a, b } = await pair();
    await a.run({
      sql: 'drop table if exists public.wanted; create table public.wanted (i integer); insert into public.wanted values (1)',
      script: true,
    });
    await a.begin({ label: 'loader' });
    await a.run({ sql: 'update public.wanted set i = 2' });
    const pid = await valueOf(a, 'select pg_backend_pid()');
    const waits: LockWait[] = [];
    await b.begin({ locks: [wanted], lockTimeoutMs: 1500, onWait: (wait) => void waits.push(wait) });
    const { kind, message } = await failureOf(b.run({ sql: 'delete from public.wanted' }));
    expect([kind, message]).toEqual([
      'lock-timeout',
      `what another session has locked is in use, and was not let go in time: process ${pid} (loader)`,
    ]);
    expect(waits).toEqual([{ relation: wanted, holder: { pid, label: 'loader' } }]);
    await b.rollback();
    await a.rollback();
  });
  it('leaves a limit that the user sets to the user, and keeps its own through short tries', async () => {
    const { a, b } = await pair();
    await a.run({ sql: 'create table if not exists public.wanted (i integer)' });
    await b.begin({ locks: [orders], lockTimeoutMs: 5000 });
    await b.run(lockBriefly([{ name: 'public.wanted', kind: 'table', owner: 'current_user' }], 1000));
    expect(await valueOf(b, 'show lock_timeout')).toBe('5s');
    await a.begin({ locks: [items], lockTimeoutMs: 5000 });
    const failure = failureOf(a.run({ sql: `set local lock_timeout = '20ms'; lock table public.wanted`, script: true }));
    expect(await failure).toMatchObject({ kind: 'conflict', retry: 'transaction' });
    await a.rollback();
    await b.rollback();
  });
});

describe('a run', () => {
  it('is seen by others while its session is open, whatever becomes of its connections', async () => {
    const observer = await openTestSession({ url: database.url() });
    const run = await openTestSession({ url: database.url() });
    await run.announceRun?.('5f0c');
    expect(await observer.deadRuns?.(['5f0c', 'gone'])).toEqual(['gone']);
    expect(await observer.deadRuns?.([])).toEqual([]);
    await (
      await observer.connect()
    ).query({ sql: `select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'tx/5f0c'` });
    expect(await observer.deadRuns?.(['5f0c'])).toEqual(['5f0c']);
    // The next that needs the connection beside the run opens it again, under its name.
    await run.deadRuns?.(['x']).catch(() => undefined);
    await run.deadRuns?.(['x']);
    expect(await observer.deadRuns?.(['5f0c'])).toEqual([]);
    await run.close();
    await pause(50);
    expect(await observer.deadRuns?.(['5f0c'])).toEqual(['5f0c']);
  });
});

describe('a relation as it stands', () => {
  async function standingOf(
    connection: Connection,
    name: string,
    isExpected = true,
  ): Promise<ReturnType<NonNullable<typeof catalog.standing>['read']>> {
    const relation = { schema: String(await valueOf(connection, 'select current_schema()')), name };
    const query = catalog.standing;
    if (query === undefined) throw new Error('the engine does not tell');
    const [answer] = await connection.begin({ reads: [query.statement(relation, isExpected)] });
    await connection.rollback();
    return answer === undefined ? undefined : query.read(relation, answer);
  }
  it('is read with the beginning of a transaction', async () => {
    const connection = await openTestConnection(database);
    await connection.run({ sql: `create table "it's" (a varchar(3), "B" numeric(4,1))` }, { sql: 'create view v as select 1 as x' });
    expect(await standingOf(connection, `it's`)).toMatchObject({
      kind: 'table',
      burdened: false,
      columns: [
        { name: 'a', type: 'character varying(3)' },
        { name: 'B', type: 'numeric(4,1)' },
      ],
    });
    expect(await standingOf(connection, 'v')).toMatchObject({ kind: 'view', burdened: false, columns: [{ name: 'x', type: 'integer' }] });
    expect(await standingOf(connection, 'nothing')).toBe(undefined);
    await connection.run({ sql: 'create table empty ()' });
    expect(await standingOf(connection, 'empty')).toMatchObject({ columns: [], burdened: false });
    // Nobody has looked.
    expect(await standingOf(connection, 'empty', false)).toMatchObject({ columns: [], burdened: true });
    expect(await standingOf(connection, 'nothing', false)).toBe(undefined);
  });
  it.each([
    ['a view', 'create view reader as select i from t'],
    ['a materialized view', 'create materialized view reader as select i from t'],
    ['a right', 'grant select on t to public'],
    ['a right on a column', 'grant select (i) on t to public'],
    ['an index', 'create index on t (i)'],
    ['a primary key', 'alter table t add primary key (i)'],
    ['a foreign key of another table', 'alter table t add unique (i); create table other (i integer references t (i))'],
    ['a comment', `comment on table t is 'x'`],
    ['a comment on a column', `comment on column t.i is 'x'`],
    ['row security', 'alter table t enable row level security'],
    ['a policy', 'create policy p on t using (true)'],
    ['an option', 'alter table t set (fillfactor = 70)'],
    ['statistics', 'create statistics s on i, j from t'],
    ['a target of statistics', 'alter table t alter column i set statistics 50'],
    ['a function of its rows', `create function f(t) returns integer language sql return 1`],
    ['a child', 'create table child () inherits (t)'],
    [
      'a trigger',
      `create function g() returns trigger language plpgsql as 'begin return null; end'; create trigger g after insert on t execute function g()`,
    ],
    ['a rule', 'create rule r as on delete to t do also select 1'],
    ['a default', 'alter table t alter column i set default 3'],
    ['a column that must not be NULL', 'alter table t alter column i set not null'],
    ['an identity for replication', 'alter table t replica identity full'],
  ])('is burdened by %s', async (_what, sql) => {
    const connection = await openTestConnection(database);
    await connection.run({ sql: 'create table t (i integer, j integer)' });
    expect((await standingOf(connection, 't'))?.burdened).toBe(false);
    await connection.run({ sql, script: true });
    expect((await standingOf(connection, 't'))?.burdened).toBe(true);
  });
  it('is burdened by another owner', async () => {
    const connection = await openTestConnection(database);
    await connection.run({ sql: 'create table t (i integer)' });
    const [[role] = []] = await rowsOf(connection, `select rolname from pg_roles where rolname = 'pg_monitor'`);
    await connection.run({ sql: `alter table t owner to ${String(role)}` });
    expect((await standingOf(connection, 't'))?.burdened).toBe(true);
  });
});
