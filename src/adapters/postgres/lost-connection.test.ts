import { connect as connectSocket, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmbeddedServer } from '../../../tests/support/embedded-server.ts';
import type { Connection, Session } from '../../adapter/connection.ts';
import { failureOf, openTestConnection, openTestSession, useTestDatabase, valueOf } from './open-test-session.ts';

const database = useTestDatabase();

const endless = 'with recursive r(n) as (select 1 union all select n + 1 from r) select count(*) from r';
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const pidOf = async (connection: Connection): Promise<number> => Number(await valueOf(connection, 'select pg_backend_pid()'));

describe('interrupt', () => {
  it('stops running statements at once, and the connections go on', async () => {
    const session = await openTestSession({ url: database.url() });
    const connections = [await session.connect(), await session.connect()];
    await connections[0]?.begin();
    const failures = connections.map((connection) => failureOf(connection.query({ sql: endless })));
    await pause(100);
    const start = performance.now();
    for (const connection of connections) connection.interrupt();
    for (const failure of failures) expect(await failure).toMatchObject({ kind: 'cancelled', retry: 'never' });
    expect(performance.now() - start).toBeLessThan(1000);
    await connections[0]?.rollback();
    for (const connection of connections) expect(await valueOf(connection, 'select 1')).toBe(1);
  });
  it('is repeated until the server hears it', async () => {
    const connection = await openTestConnection(database);
    for (let round = 0; round < 20; round += 1) {
      const failure = failureOf(connection.query({ sql: endless }));
      // Before the statement has reached the server, and at other odd moments.
      await pause(round % 4);
      connection.interrupt();
      expect((await failure).kind).toBe('cancelled');
    }
  });
  it('does not hit the ROLLBACK that follows it', async () => {
    const connection = await openTestConnection(database);
    for (let round = 0; round < 30; round += 1) {
      await connection.begin();
      const outcome = connection.query({ sql: `select pg_sleep(0.00${round % 10})` }).catch(() => undefined);
      await pause(round % 10);
      connection.interrupt();
      await outcome;
      await connection.rollback();
      expect(await valueOf(connection, `select 'idle'`)).toBe('idle');
    }
  });
  it('stops a load', async () => {
    const connection = await openTestConnection(database);
    await connection.run({ sql: 'create table t (a text)' });
    const schema = String(await valueOf(connection, 'select current_schema()'));
    await connection.begin();
    const rows = (function* (): Generator<readonly string[]> {
      for (;;) yield ['x'];
    })();
    const failure = failureOf(connection.load({ table: { schema, name: 't' }, columns: [{ name: 'a', type: 'text' }], rows }));
    setTimeout(() => connection.interrupt(), 30);
    expect((await failure).kind).toBe('cancelled');
    await connection.rollback();
    expect(await valueOf(connection, 'select count(*) from t')).toBe(0);
  });
  it('ends a statement within two seconds although the server does not listen', async (context) => {
    if (!database.embedded()) context.skip('the processes of another server are not ours to stop');
    const connection = await openTestConnection(database);
    const pid = await pidOf(connection);
    await connection.begin();
    const failure = failureOf(connection.query({ sql: endless }));
    await pause(50);
    process.kill(pid, 'SIGSTOP');
    const start = performance.now();
    connection.interrupt();
    const details = await failure;
    const took = performance.now() - start;
    await connection.rollback();
    const next = await valueOf(connection, 'select 1');
    process.kill(pid, 'SIGCONT');
    expect(details.kind).toBe('cancelled');
    expect(took).toBeLessThan(2000);
    expect(next).toBe(1);
  });
  it('tells an end that others asked for from our own', async () => {
    const session = await openTestSession({ url: database.url() });
    const [a, b] = [await session.connect(), await session.connect()];
    const pid = await pidOf(a);
    const failure = failureOf(a.query({ sql: endless }));
    await pause(50);
    await b.query({ sql: `select pg_cancel_backend(${pid})` });
    expect(await failure).toMatchObject({ kind: 'other', message: 'canceling statement due to user request' });
    await a.run({ sql: `set statement_timeout = '20ms'` });
    expect(await failureOf(a.query({ sql: endless }))).toMatchObject({
      kind: 'other',
      message: 'canceling statement due to statement timeout',
    });
  });
});

describe('a server process that ends', () => {
  async function withVictim(): Promise<{ victim: Connection; end: () => Promise<void> }> {
    const session = await openTestSession({ url: database.url() });
    const [victim, other] = [await session.connect(), await session.connect()];
    return { victim, end: async () => void (await other.query({ sql: `select pg_terminate_backend(${await pidOf(victim)}, 5000)` })) };
  }

  it('fails its transaction, which may be tried again on a new connection', async () => {
    const { victim, end } = await withVictim();
    await victim.run({ sql: 'create table lost_one (i integer)' });
    await victim.begin();
    await victim.run({ sql: 'insert into lost_one values (1)' });
    await end();
    const details = await failureOf(victim.run({ sql: 'insert into lost_one values (2)' }));
    expect(details).toMatchObject({ kind: 'connection', retry: 'reconnect' });
    expect(await failureOf(victim.commit())).toEqual(details);
    await victim.rollback();
    await victim.begin();
    await victim.run({ sql: 'insert into lost_one values (3)' });
    await victim.commit();
    expect(await valueOf(victim, `select string_agg(i::text, ',') from lost_one`)).toBe('3');
  });
  it('is noticed in the middle of a statement', async () => {
    const session = await openTestSession({ url: database.url() });
    const [victim, other] = [await session.connect(), await session.connect()];
    const pid = await pidOf(victim);
    const failure = failureOf(victim.query({ sql: endless }));
    await pause(50);
    await other.query({ sql: `select pg_terminate_backend(${pid})` });
    expect(await failure).toMatchObject({ kind: 'connection', retry: 'reconnect' });
    expect(await valueOf(victim, 'select 1')).toBe(1);
  });
  it('does not matter between two statements', async () => {
    const { victim, end } = await withVictim();
    await end();
    await pause(50);
    expect(await valueOf(victim, 'select 1')).toBe(1);
  });
});

/** Stands between a connection and its server, and can go away at a chosen message. */
async function startRelay(
  url: string,
  onMessage: (kind: 'to-server' | 'to-client', text: string, sever: () => void) => boolean,
): Promise<string> {
  const { port, hostname } = new URL(url);
  const sockets = new Set<Socket>();
  const relay = createServer((client) => {
    const server = connectSocket(Number(port || 5432), hostname);
    const sever = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const [from, to, kind] of [
      [client, server, 'to-server'],
      [server, client, 'to-client'],
    ] as const) {
      sockets.add(from);
      from.on('error', sever);
      from.on('close', sever);
      from.on('data', (chunk: Buffer) => {
        if (onMessage(kind, chunk.toString('latin1'), sever)) to.write(chunk);
      });
    }
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    relay.close();
  });
  const target = new URL(url);
  target.hostname = '127.0.0.1';
  // A server that listens on TCP has such an address.
  target.port = String((relay.address() as AddressInfo).port);
  return target.href;
}

describe('a connection that is lost with its COMMIT', () => {
  async function commitThrough(
    onMessage: Parameters<typeof startRelay>[1],
    table: string,
  ): Promise<{ connection: Connection; session: Session; commit: Promise<void> }> {
    const url = await startRelay(database.url(), onMessage);
    const session = await openTestSession({ url, sslmode: 'disable' });
    const connection = await session.connect();
    await connection.run({ sql: `create table ${table} (i integer)` });
    await connection.begin();
    await connection.run({ sql: `insert into ${table} values (1)` });
    return { connection, session, commit: connection.commit() };
  }

  it('is committed where the server says so', async () => {
    let severed = false;
    const { connection, commit } = await commitThrough((kind, text, sever) => {
      if (severed || kind === 'to-server' || !text.includes('COMMIT')) return true;
      // The server has committed, and its answer gets lost.
      severed = true;
      sever();
      return false;
    }, 'answered');
    await commit;
    expect(severed).toBe(true);
    expect(await valueOf(connection, 'select count(*) from answered')).toBe(1);
  });
  it('is lost where the server never saw it, and may be tried again', async () => {
    let severed = false;
    const { connection, commit } = await commitThrough((kind, text, sever) => {
      if (severed || kind === 'to-client' || !text.includes('commit\0')) return true;
      severed = true;
      sever();
      return false;
    }, 'unseen');
    expect(await failureOf(commit)).toMatchObject({ kind: 'connection', retry: 'reconnect' });
    await connection.rollback();
    expect(await valueOf(connection, 'select count(*) from unseen')).toBe(0);
  });
  it('is not tried again where nobody can tell what became of it', async (context) => {
    if (!database.embedded()) context.skip('the accounts of another server are not ours to change');
    const owner = await openTestConnection(database);
    await owner.run({
      sql: `do $$ begin if not exists (select from pg_roles where rolname = 'tx_leaver') then create role tx_leaver; end if; end $$;
        alter role tx_leaver login; create table public.untold (i integer); grant insert on public.untold to tx_leaver`,
      script: true,
    });
    let severed = false;
    const url = new URL(
      await startRelay(database.url(), (kind, text, sever) => {
        if (severed || kind === 'to-server' || !text.includes('COMMIT')) return true;
        severed = true;
        sever();
        return false;
      }),
    );
    url.username = 'tx_leaver';
    const connection = await (await openTestSession({ url: url.href, sslmode: 'disable' })).connect();
    await connection.begin();
    await connection.run({ sql: 'insert into public.untold values (1)' });
    await owner.run({ sql: 'alter role tx_leaver nologin' });
    const message = 'the connection was lost during COMMIT, and whether it was done is not known';
    expect(await failureOf(connection.commit())).toMatchObject({ kind: 'connection', retry: 'never', message });
    expect(await valueOf(owner, 'select count(*) from public.untold')).toBe(1);
  });
  it('is waited for while the server is still at it', async () => {
    let severed = false;
    const url = await startRelay(database.url(), (kind, text, sever) => {
      if (!severed && kind === 'to-server' && text.includes('commit\0')) {
        severed = true;
        setTimeout(sever, 100);
      }
      return true;
    });
    const session = await openTestSession({ url, sslmode: 'disable' });
    const connection = await session.connect();
    await connection.run({
      sql: `create table slow (i integer);
        create function wait() returns trigger language plpgsql as $$ begin perform pg_sleep(0.6); return null; end $$;
        create constraint trigger slowly after insert on slow deferrable initially deferred for each row execute function wait();
        set client_connection_check_interval = 0`,
      script: true,
    });
    await connection.begin();
    await connection.run({ sql: 'insert into slow values (1)' });
    await connection.commit();
    expect(severed).toBe(true);
    expect(await valueOf(connection, 'select count(*) from slow')).toBe(1);
  });
});

describe('a server that starts again', () => {
  it('takes the next transaction, after a crash and after an orderly end', async (context) => {
    if (!database.embedded()) context.skip('another server is not ours to restart');
    const server = await startEmbeddedServer();
    onTestFinished(() => server.stop());
    const session = await openTestSession({ url: server.url });
    const connection = await session.connect();
    await connection.run({ sql: 'create table t (i integer)' });
    for (const how of ['crash', 'orderly'] as const) {
      await connection.begin();
      await connection.run({ sql: 'insert into t values (1)' });
      await server.restart(how);
      expect(await failureOf(connection.run({ sql: 'insert into t values (1)' }))).toMatchObject({
        kind: 'connection',
        retry: 'reconnect',
      });
      await connection.rollback();
      expect(await valueOf(connection, 'select count(*) from t')).toBe(0);
    }
  }, 60_000);
});

describe('a client that dies', () => {
  it('is noticed by the server, which gives up its statement and its locks', async () => {
    const session = await openTestSession({ url: database.url() });
    const observer = await session.connect();
    let sever = (): void => undefined;
    const url = await startRelay(database.url(), (_kind, _text, cut) => {
      sever = cut;
      return true;
    });
    const doomed = await (await openTestSession({ url, sslmode: 'disable' })).connect();
    const pid = await pidOf(doomed);
    await doomed.begin();
    await doomed.run({ sql: 'select pg_advisory_xact_lock(77)' });
    const failure = failureOf(doomed.query({ sql: 'select pg_sleep(60)' }));
    await pause(100);
    const alive = async (): Promise<unknown> => valueOf(observer, `select count(*) from pg_stat_activity where pid = ${pid}`);
    expect(await alive()).toBe(1);
    sever();
    expect((await failure).kind).toBe('connection');
    const start = performance.now();
    while ((await alive()) === 1 && performance.now() - start < 5000) await pause(50);
    expect(performance.now() - start).toBeLessThan(3000);
    expect(await valueOf(observer, 'select pg_try_advisory_xact_lock(77)')).toBe(true);
  });
});
