import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isNetworkFileSystem } from './database-location.ts';
import { failureOf, openTestSession, rowsOf, targetOf, temporaryProject, valueOf } from './open-test-session.ts';
import { openSession } from './session.ts';

const driverPath = createRequire(import.meta.url).resolve('@duckdb/node-api');

/** Runs a script in another process, with `open(path)` giving a connection to an attached file. */
function script(body: string): string[] {
  return [
    '-e',
    `const { DuckDBInstance } = require(${JSON.stringify(driverPath)});
     const open = async (path) => { const c = await (await DuckDBInstance.create(':memory:')).connect(); await c.run("attach '" + path + "' as d; use d"); return c; };
     (async () => { ${body} })().catch((error) => { console.log(error.message); process.exit(3); });`,
  ];
}

describe('opening', () => {
  it.each(['main.duckdb', 'memory.duckdb', 'temp.duckdb', 'system.db', 'deep/er/w.duckdb', `it's "q" é 表.db`, 'noext'])(
    'works for a file called %s',
    async (path) => {
      const project = temporaryProject();
      const session = await openTestSession({ path }, project);
      const connection = await session.connect();
      await connection.run({ sql: `create table "main"."t" as select 1 as a` });
      await session.close();
      expect(existsSync(join(project, path))).toBe(true);
      const again = await openTestSession({ path }, project);
      expect(again.description).toBe(path);
      expect(await rowsOf(await again.connect(), `select * from "main"."t"`)).toEqual([[1]]);
    },
  );
  it('shares one instance between sessions on one file, however its path is written', async () => {
    const project = temporaryProject();
    const first = await openTestSession({ path: 'w.db' }, project);
    symlinkSync(join(project, 'w.db'), join(project, 'link.db'));
    const second = await openTestSession({ path: './link.db' }, project);
    const [a, b] = [await first.connect(), await second.connect()];
    await a.run({ sql: 'create table t (i integer)' });
    for (let i = 0; i < 20; i += 1) {
      await a.run({ sql: `insert into t values (${i})` });
      await b.run({ sql: `insert into t values (${i})` });
    }
    await first.close();
    expect(await valueOf(b, 'select count(*) from t')).toBe(40);
    await second.close();
    const third = await openTestSession({ path: 'w.db' }, project);
    expect(await valueOf(await third.connect(), 'select count(*) from t')).toBe(40);
  });
  it('gives each session in memory a database of its own', async () => {
    const [a, b] = [await openTestSession(), await openTestSession()];
    await (await a.connect()).run({ sql: 'create table t as select 1' });
    expect(await valueOf(await a.connect(), 'select count(*) from t')).toBe(1);
    expect((await failureOf((await b.connect()).run({ sql: 'from t' }))).kind).toBe('unknown-relation');
  });
  it('sets time zone, memory and downloads before anything runs', async () => {
    const connection = await (await openTestSession({ path: 'w.db', memory_limit: '300MB' })).connect();
    expect(
      await rowsOf(
        connection,
        `select current_setting('TimeZone'), current_setting('memory_limit'), current_setting('autoinstall_known_extensions')`,
      ),
    ).toEqual([['UTC', '286.1 MiB', false]]);
  });
  it('releases the file at close, with everything in it', async () => {
    const project = temporaryProject();
    const session = await openTestSession({ path: 'w.db' }, project);
    const connection = await session.connect();
    await connection.run({ sql: 'create table t as from range(3)' });
    await connection.query({ sql: 'from range(100000)' }, 5);
    await connection.begin();
    await connection.run({ sql: 'insert into t values (9)' });
    await session.close();
    expect(readdirSync(project)).toEqual(['w.db']);
    const other = spawnSync(
      process.execPath,
      script(
        `const c = await open(${JSON.stringify(join(project, 'w.db'))}); console.log((await (await c.run('select count(*)::int from t')).getRows())[0][0])`,
      ),
      { encoding: 'utf8' },
    );
    expect(other.stdout.trim()).toBe('3');
  });
  it('deletes what a killed process spilled, and nothing else', async () => {
    const project = temporaryProject();
    mkdirSync(join(project, 'w.db.tmp'));
    writeFileSync(join(project, 'w.db.tmp', 'duckdb_temp_storage_DEFAULT-0.tmp'), 'x');
    mkdirSync(join(project, 'v.db.tmp'));
    writeFileSync(join(project, 'v.db.tmp', 'mine.txt'), 'x');
    await (await openTestSession({ path: 'w.db' }, project)).close();
    await (await openTestSession({ path: 'v.db' }, project)).close();
    expect(readdirSync(project).sort()).toEqual(['v.db', 'v.db.tmp', 'w.db']);
  });
  it('finds files that models read by path from the project folder', async () => {
    const project = temporaryProject();
    mkdirSync(join(project, 'data'));
    writeFileSync(join(project, 'data', 'x.csv'), 'a\n5\n');
    const connection = await (await openTestSession({ path: 'w.db' }, project)).connect();
    expect(await rowsOf(connection, `from 'data/x.csv'`)).toEqual([[5]]);
    expect(await rowsOf(connection, `from read_csv('data/*.csv')`)).toEqual([[5]]);
  });
});

describe('refusals', () => {
  it.runIf(existsSync('/proc/self'))('ends where a file system takes no folder and says that the one above is missing', async () => {
    const failure = await failureOf(openSession(targetOf(temporaryProject(), { path: '/proc/nothing/of/ours/w.db' }, false)));
    expect(failure).toMatchObject({ kind: 'io', message: expect.stringContaining('cannot be made: ENOENT') });
  });

  it('names the process that holds the file', async () => {
    const project = temporaryProject();
    const path = join(project, 'w.db');
    const child = spawn(
      process.execPath,
      script(`await open(${JSON.stringify(path)}); console.log('ready'); setTimeout(() => {}, 30000)`),
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const details = await failureOf(openTestSession({ path: 'w.db' }, project));
    expect(details).toMatchObject({ kind: 'locked', retry: 'later', holder: { pid: child.pid } });
    expect(details.holder?.command).toContain('node');
    expect(details.message).not.toContain(project);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    const session = await openTestSession({ path: 'w.db' }, project);
    expect(await valueOf(await session.connect(), 'select 1')).toBe(1);
  });
  it('tells a file of another kind, with the path as configured', async () => {
    const project = temporaryProject();
    writeFileSync(join(project, 'w.db'), 'id,name\n'.repeat(1000));
    const details = await failureOf(openTestSession({ path: 'w.db' }, project));
    expect(details).toMatchObject({ kind: 'not-a-database', retry: 'never' });
    expect(details.message).toBe('The file "w.db" exists, but it is not a valid DuckDB database file!');
  });
  it('tells an empty file, which holds nothing to restore', async () => {
    const project = temporaryProject();
    writeFileSync(join(project, 'w.db'), '');
    const remove = { kind: 'not-a-database', hint: expect.stringContaining('remove it') };
    expect(await failureOf(openTestSession({ path: 'w.db' }, project))).toMatchObject(remove);
    writeFileSync(join(project, 'w.db.wal'), 'log');
    expect(await failureOf(openTestSession({ path: 'w.db' }, project))).not.toMatchObject(remove);
  });
  it('tells a file of SQLite, and asks for no extension', async () => {
    const project = temporaryProject();
    writeFileSync(join(project, 'w.db'), Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(8176)]));
    const details = await failureOf(openTestSession({ path: 'w.db' }, project));
    expect(details).toMatchObject({ kind: 'not-a-database' });
    expect(details.message).not.toContain('xtension');
  });
  it('tells that a log is damaged, and not the database', async () => {
    const project = temporaryProject();
    const path = join(project, 'w.db');
    const child = spawn(
      process.execPath,
      script(`await (await open(${JSON.stringify(path)})).run('create table t as select 1 as a'); process.kill(process.pid, 'SIGKILL')`),
    );
    await new Promise((resolve) => child.once('exit', resolve));
    const log = readFileSync(`${path}.wal`);
    log[log.length >> 1] = (log[log.length >> 1] ?? 0) ^ 0xff;
    writeFileSync(`${path}.wal`, log);
    const details = await failureOf(openTestSession({ path: 'w.db' }, project));
    expect(details).toMatchObject({ kind: 'not-a-database', hint: expect.stringContaining('`.wal`') });
  });
  it('tells a file that a newer version wrote', async () => {
    const project = temporaryProject();
    await (await openTestSession({ path: 'w.db' }, project)).close();
    const file = join(project, 'w.db');
    const bytes = readFileSync(file);
    bytes.writeBigUInt64LE(999n, 12);
    bytes.writeBigUInt64LE(headerChecksum(bytes.subarray(8, 4096)), 0);
    writeFileSync(file, bytes);
    expect(await failureOf(openTestSession({ path: 'w.db' }, project))).toMatchObject({ kind: 'newer-storage' });
  });
  it('tells a damaged file', async () => {
    const project = temporaryProject();
    await (await openTestSession({ path: 'w.db' }, project)).close();
    truncateSync(join(project, 'w.db'), 5000);
    expect(['not-a-database', 'io']).toContain((await failureOf(openTestSession({ path: 'w.db' }, project))).kind);
  });
  it('reads and refuses to write a read-only database', async () => {
    const project = temporaryProject();
    const writer = await openTestSession({ path: 'w.db' }, project);
    await (await writer.connect()).run({ sql: 'create table t as select 1 as a' });
    await writer.close();
    const always = await failureOf(openTestSession({ path: 'w.db', read_only: true }, project));
    expect(always.kind).toBe('read-only');
    expect(always.message).toContain('w.db');
    const reader = await openSession(targetOf(project, { path: 'w.db', read_only: true }, true));
    onTestFinished(() => reader.close());
    const connection = await reader.connect();
    expect(await rowsOf(connection, 'from t')).toEqual([[1]]);
    const details = await failureOf(connection.run({ sql: 'create table u as select 1' }));
    expect(details.kind).toBe('read-only');
    expect(details.message).toContain('CREATE');
    expect((await failureOf(openTestSession({ path: 'w.db' }, project))).kind).toBe('read-only');
  });
  it('does not make a database that is only to be read', async () => {
    const project = temporaryProject();
    expect((await failureOf(openSession(targetOf(project, { path: 'a/w.db' }, true)))).kind).toBe('missing-database');
    expect(readdirSync(project)).toEqual([]);
  });
  it('says when the folder cannot be made', async () => {
    const project = temporaryProject();
    writeFileSync(join(project, 'a'), '');
    chmodSync(join(project, 'a'), 0o600);
    const details = await failureOf(openTestSession({ path: 'a/b/w.db' }, project));
    expect(details).toMatchObject({ kind: 'io', message: 'the folder of a/b/w.db cannot be made: ENOTDIR' });
  });
  it('knows the network file systems of Linux by number, as signed and unsigned', () => {
    expect(isNetworkFileSystem(0x6969)).toBe(true);
    expect(isNetworkFileSystem(0xff534d42 | 0)).toBe(true);
    expect(isNetworkFileSystem(0xef53)).toBe(false);
  });
});

/** The checksum of DuckDB's header blocks, so that only the version is wrong. */
function headerChecksum(bytes: Buffer): bigint {
  let sum = 5381n;
  for (let at = 0; at < bytes.length; at += 8) sum ^= BigInt.asUintN(64, bytes.readBigUInt64LE(at) * 0xbf58476d1ce4e5b9n);
  return sum;
}
