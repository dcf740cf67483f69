import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { failureOf, openTestSession, rowsOf, targetOf, useTestDatabase, valueOf } from './open-test-session.ts';
import { versionProblem } from './server.ts';
import { openSession } from './session.ts';

const database = useTestDatabase();
const authority = fileURLToPath(new URL('../../../tests/support/tls/authority.crt', import.meta.url));

/** The address of the test database in parts, with some of them replaced. */
function fields(changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  const { hostname, port, username, password, pathname } = new URL(database.url());
  const own = { host: hostname, port, user: decodeURIComponent(username), database: pathname.slice(1) };
  return { ...own, ...(password === '' ? {} : { password: decodeURIComponent(password) }), ...changes };
}

afterEach(() => vi.unstubAllEnvs());

describe('opening', () => {
  it('works by URL, by fields and by the variables that every client reads', async () => {
    const expected = fields()['database'];
    for (const settings of [{ url: database.url() }, fields()]) {
      const session = await openTestSession(settings);
      expect(await valueOf(await session.connect(), 'select current_database()')).toBe(expected);
    }
    for (const [name, key] of [
      ['PGHOST', 'host'],
      ['PGPORT', 'port'],
      ['PGUSER', 'user'],
      ['PGDATABASE', 'database'],
      ['PGPASSWORD', 'password'],
    ] as const) {
      vi.stubEnv(name, String(fields()[key] ?? ''));
    }
    const session = await openTestSession({});
    expect(await valueOf(await session.connect(), 'select current_database()')).toBe(expected);
  });
  it('tells the version and the place, without secrets', async () => {
    const session = await openTestSession(fields());
    expect(session.engineVersion).toMatch(/^1[4-9](\.\d+)?$|^[2-9]\d/);
    const { database: name, host, port } = fields();
    expect(session.description).toBe(`${String(name)} on ${String(host)}:${String(port)}`);
  });
  it('looks first into the schema of the target, unless a search path is given', async () => {
    const pathOf = async (settings: Readonly<Record<string, unknown>>): Promise<unknown> =>
      valueOf(await (await openTestSession(settings)).connect(), `select current_setting('search_path')`);
    expect(await pathOf(fields())).toBe('"public", public');
    expect(await pathOf(fields({ search_path: ['Odd "s"', 'x'] }))).toBe('"Odd ""s""", "x"');
  });
  it('takes on the role and the time limit of the target', async () => {
    const session = await openTestSession(fields({ role: 'pg_monitor', statement_timeout: '123s' }));
    expect(await rowsOf(await session.connect(), `select current_user, current_setting('statement_timeout')`)).toEqual([
      ['pg_monitor', '123s'],
    ]);
    const details = await failureOf(openSession(targetOf(fields({ role: 'no such role' }))));
    expect(details.message).toContain('no such role');
  });
  it('only reads when asked to', async () => {
    const session = await openTestSession(fields(), true);
    const connection = await session.connect();
    await connection.begin();
    const details = await failureOf(connection.run({ sql: 'create table never (i integer)' }));
    expect(details).toMatchObject({ kind: 'read-only', message: 'cannot execute CREATE TABLE in a read-only transaction' });
    await connection.rollback();
  });
  it('hands a connection that only read on to the next, and no other', async () => {
    const session = await openTestSession(fields());
    const pid = 'select pg_backend_pid()';
    const first = await session.connect();
    const clean = await valueOf(first, pid);
    await first.close();
    const second = await session.connect();
    expect(await valueOf(second, pid)).toBe(clean);
    await second.run({ sql: 'create temp table left_behind (i integer)' });
    await second.close();
    expect(await valueOf(await session.connect(), pid)).not.toBe(clean);
  });
  it('ends all its connections', async () => {
    const session = await openSession(targetOf(fields({ role: 'pg_monitor' })));
    const connections = [await session.connect(), await session.connect()];
    const pids = await Promise.all(connections.map((connection) => valueOf(connection, 'select pg_backend_pid()')));
    await connections[0]?.begin();
    await connections[0]?.query({ sql: 'select 1' });
    connections[1]?.interrupt();
    await session.close();
    await session.close();
    const other = await (await openTestSession(fields())).connect();
    const left = `select count(*) from pg_stat_activity where pid in (${pids.join(', ')})`;
    const start = performance.now();
    while ((await valueOf(other, left)) !== 0 && performance.now() - start < 3000) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await valueOf(other, left)).toBe(0);
  });
});

describe('a server that cannot be used', () => {
  const failure = (changes: Readonly<Record<string, unknown>>): ReturnType<typeof failureOf> =>
    failureOf(openSession(targetOf(fields(changes))));

  it('has no such host', async () => {
    const details = await failure({ host: 'nowhere.invalid' });
    expect(details).toMatchObject({ kind: 'connection', message: 'the host `nowhere.invalid` cannot be found' });
    expect(details.hint).toContain('PGHOST');
  });
  it('does not listen', async () => {
    for (const host of ['127.0.0.1', 'localhost']) {
      const details = await failure({ host, port: 1 });
      expect(details).toMatchObject({ kind: 'connection', retry: 'reconnect', message: `nothing answers at ${host}:1` });
    }
    expect((await failure({ host: '/nowhere/at/all' })).message).toBe('nothing answers at the socket in /nowhere/at/all');
  });
  it('does not answer', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void silent.close());
    // A server that listens on TCP has such an address.
    const { port } = silent.address() as AddressInfo;
    const details = await failure({ host: '127.0.0.1', port, connect_timeout: 1 });
    expect(details.message).toBe(`127.0.0.1:${port} does not answer in time`);
  });
  it('has no such database', async () => {
    const details = await failure({ database: 'no such database' });
    expect(details).toMatchObject({ kind: 'connection', retry: 'never', message: 'the database `no such database` does not exist' });
    expect(details.hint).toContain('create it');
  });
  it('has no such user', async () => {
    expect((await failure({ user: 'no such user' })).message).toMatch(/no such user/);
  });
  it('is too old', () => {
    expect(versionProblem('13.16')?.details.message).toBe('the server is PostgreSQL 13.16, and tx needs 14 or newer');
    expect(versionProblem('9.6.24')?.details.message).toContain('9.6.24');
    expect(versionProblem('')?.details.message).toContain('unknown version');
    for (const version of ['14.0', '14beta1', '15.18 (Debian 15.18-0+deb12u1)', '18.4']) expect(versionProblem(version)).toBe(undefined);
  });
});

describe('a password', () => {
  async function makeUser(): Promise<void> {
    const connection = await (await openTestSession({ url: database.url() })).connect();
    await connection.run({
      sql: `do $$ begin create role tx_password login; exception when duplicate_object or unique_violation then null; end $$;
        set password_encryption = 'scram-sha-256'; alter role tx_password password 'r1ght'`,
      script: true,
    });
  }
  const user = { user: 'tx_password' };

  it('opens the door, from the target, the environment or the password file', async (context) => {
    if (!database.embedded()) context.skip('the accounts of another server are not ours to change');
    await makeUser();
    const whoami = async (settings: Readonly<Record<string, unknown>>): Promise<unknown> =>
      valueOf(await (await openTestSession(fields(settings))).connect(), 'select session_user');
    expect(await whoami({ ...user, password: 'r1ght' })).toBe('tx_password');
    vi.stubEnv('PGPASSWORD', 'r1ght');
    expect(await whoami(user)).toBe('tx_password');
    vi.unstubAllEnvs();
    const folder = mkdtempSync(join(tmpdir(), 'tx-pgpass-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'pgpass'), `*:*:*:tx_password:r1ght\n`);
    chmodSync(join(folder, 'pgpass'), 0o600);
    vi.stubEnv('PGPASSFILE', join(folder, 'pgpass'));
    expect(await whoami(user)).toBe('tx_password');
  });
  it('is told wrong from missing, and is never shown', async (context) => {
    if (!database.embedded()) context.skip('the accounts of another server are not ours to change');
    await makeUser();
    vi.stubEnv('PGPASSFILE', '/nowhere/pgpass');
    const wrong = await failureOf(openSession(targetOf(fields({ ...user, password: 'wr0ng' }))));
    expect(wrong).toMatchObject({ kind: 'connection', retry: 'never', message: 'the password for the user `tx_password` is wrong' });
    expect(JSON.stringify(wrong)).not.toContain('wr0ng');
    const missing = await failureOf(openSession(targetOf(fields(user))));
    expect(missing.message).toBe('the server asks for the password of `tx_password`');
    expect(missing.hint).toContain('PGPASSWORD');
  });
});

describe('encryption', () => {
  const encrypted = async (settings: Readonly<Record<string, unknown>>): Promise<unknown> =>
    valueOf(await (await openTestSession(fields(settings))).connect(), 'select ssl from pg_stat_ssl where pid = pg_backend_pid()');
  const failure = (settings: Readonly<Record<string, unknown>>): ReturnType<typeof failureOf> =>
    failureOf(openSession(targetOf(fields(settings))));

  it('is used where the server offers it, or asked for, or left out', async (context) => {
    if (!database.embedded()) context.skip('how another server encrypts is not known');
    expect(await encrypted({})).toBe(true);
    expect(await encrypted({ sslmode: 'prefer' })).toBe(true);
    expect(await encrypted({ sslmode: 'require' })).toBe(true);
    expect(await encrypted({ sslmode: 'allow' })).toBe(false);
    expect(await encrypted({ sslmode: 'disable' })).toBe(false);
    vi.stubEnv('PGSSLMODE', 'disable');
    expect(await encrypted({})).toBe(false);
  });
  it('checks the certificate, and its name, where that is asked for', async (context) => {
    if (!database.embedded()) context.skip('the certificate of another server is not known');
    expect(await encrypted({ sslmode: 'verify-ca', sslrootcert: authority })).toBe(true);
    expect(await encrypted({ host: 'localhost', sslmode: 'verify-full', sslrootcert: authority })).toBe(true);
    const name = await failure({ sslmode: 'verify-full', sslrootcert: authority });
    expect(name).toMatchObject({ kind: 'connection', message: 'the certificate of the server is not for `127.0.0.1`' });
    const stranger = await failure({ sslmode: 'verify-ca' });
    expect(stranger.message).toMatch(/^the certificate of the server cannot be trusted: /);
    expect(stranger.hint).toContain('sslrootcert');
    const unread = await failure({ sslmode: 'require', sslrootcert: 'nowhere.crt' });
    expect(unread.message).toBe('the file `nowhere.crt` of `sslrootcert` cannot be read: ENOENT');
  });
  it('is found out where the server insists on it', async (context) => {
    if (!database.embedded()) context.skip('the accounts of another server are not ours to change');
    const connection = await (await openTestSession({ url: database.url() })).connect();
    await connection.run({
      sql: 'do $$ begin create role tx_encrypted login; exception when duplicate_object or unique_violation then null; end $$',
    });
    expect(await encrypted({ user: 'tx_encrypted', sslmode: 'allow' })).toBe(true);
    const refused = await failure({ user: 'tx_encrypted', sslmode: 'disable' });
    expect(refused.message).toContain('pg_hba.conf rejects connection');
    expect(refused.hint).toContain('`sslmode` to `require`');
  });
  it('is done without where a server has none, if that is allowed', async (context) => {
    if (!database.embedded()) context.skip('another server cannot be told to stop encrypting');
    const { port, hostname } = new URL(database.url());
    const plain = createServer((client) => {
      // A server without encryption answers the request for it with one letter.
      client.once('data', (first) => {
        if (first.length === 8) client.write('N', () => client.once('data', () => client.destroy()));
        else client.destroy();
      });
      client.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void plain.close());
    // A server that listens on TCP has such an address.
    const own = (plain.address() as AddressInfo).port;
    expect(own).not.toBe(Number(port));
    const details = await failure({ host: hostname, port: own, sslmode: 'require' });
    expect(details.message).toBe(`the server at ${hostname}:${own} does not speak TLS`);
    // The second try is the plain one, which this server ends.
    expect((await failure({ host: hostname, port: own })).message).toBe(`${hostname}:${own} ended the connection before it answered`);
  });
});
