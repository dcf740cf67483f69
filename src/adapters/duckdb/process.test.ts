import { spawnSync } from 'node:child_process';
import type { SpawnSyncReturns } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../adapter/operation.ts';
import type { Statement } from '../../adapter/statement.ts';
import { catalog } from './catalog.ts';
import { openTestSession, rowsOf, temporaryProject } from './open-test-session.ts';
import { operations } from './operations.ts';

const repository = new URL('../../../', import.meta.url).pathname;

/** A folder with the built session and access to the driver, for scripts of another process. */
function builtProject(): string {
  const project = temporaryProject();
  symlinkSync(join(repository, 'node_modules'), join(project, 'node_modules'));
  buildSync({
    entryPoints: [new URL('session.ts', import.meta.url).pathname],
    outfile: join(project, 'session.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['@duckdb/*'],
    logLevel: 'error',
  });
  return project;
}

function runScript(project: string, name: string, text: string, env: NodeJS.ProcessEnv = {}): SpawnSyncReturns<string> {
  writeFileSync(join(project, name), text);
  const { UV_THREADPOOL_SIZE: _, ...outer } = process.env;
  return spawnSync(process.execPath, [name], { cwd: project, encoding: 'utf8', env: { ...outer, ...env } });
}

const open = `const { openSession } = await import('./session.mjs');
const session = await openSession({ target: { name: 'd', type: 'duckdb', schema: 'main', threads: 4, settings: { path: 'w.db' } }, projectRoot: process.cwd(), connections: 8, readOnly: false });`;

describe('the entry of the program', () => {
  const entry = readFileSync(join(repository, 'bin/tx.cjs'), 'utf8').split('\n');

  it('sizes the thread pool before anything else', () => {
    expect(entry[0]).toBe('#!/usr/bin/env node');
    expect(entry[1]).toBe(`process.env.UV_THREADPOOL_SIZE ??= '16';`);
  });
  it('sets an option of the heap that this Node.js knows', () => {
    const [, option] = /setFlagsFromString\('(.+?)'\)/.exec(entry.join('\n')) ?? [];
    expect(option).toBeDefined();
    expect(spawnSync(process.execPath, [option ?? '', '--eval', ''], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    });
  });
  it.each(['--version', '-V'])('answers %s from package.json', (flag) => {
    const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { version: string };
    expect(spawnSync(process.execPath, [join(repository, 'bin/tx.cjs'), flag], { encoding: 'utf8' }).stdout).toBe(`${version}\n`);
  });
  it.each([undefined, '4'])('keeps files readable while eight queries run (pool %s)', (size) => {
    const project = builtProject();
    const first = `${entry[1]}\n(async () => { ${open}
      const queries = [];
      for (let n = 0; n < 8; n += 1) {
        const connection = await session.connect();
        queries.push([connection, connection.query({ sql: 'select sum(a.range * b.range) from range(10000000) a, range(100000) b' }).catch((error) => error.details.kind)]);
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
      const start = performance.now();
      await require('node:fs/promises').readFile('session.mjs');
      const took = performance.now() - start;
      for (const [connection] of queries) connection.interrupt();
      const kinds = await Promise.all(queries.map(([, query]) => query));
      await session.close();
      console.log(JSON.stringify([took, kinds]));
    })();`;
    const { stdout } = runScript(project, 'load.cjs', first, size === undefined ? {} : { UV_THREADPOOL_SIZE: size });
    const [took, kinds] = JSON.parse(stdout) as [number, string[]];
    expect(kinds).toEqual(Array.from({ length: 8 }, () => 'cancelled'));
    expect(took).toBeLessThan(1000);
  });
});

describe('a process killed after its commit', () => {
  const t = { schema: 'main', name: 't' };
  const stage = { schema: 'main', name: '_tx_1' };
  const query = { node: 'm', sql: `select range::integer as a, 'n' || range as b, null::varchar as c from range(1000)` };
  const alter: Operation = {
    kind: 'alter-columns',
    target: t,
    add: [{ name: 'd', type: 'DOUBLE' }],
    drop: ['c'],
    retype: [{ name: 'a', type: 'BIGINT' }],
  };
  const replaced: readonly Operation[] = [
    { kind: 'stage-query', stage, temporary: false, query },
    { kind: 'publish-stage', stage, target: t, existing: 'table' },
  ];
  const load = (kind: 'delete-insert' | 'merge'): readonly Operation[] => [
    {
      kind: 'stage-query',
      stage: { schema: 'temp', name: 's' },
      temporary: true,
      query: { node: 'm', sql: `select a + 1 as a, 'x' as b from t` },
    },
    { kind, stage: { schema: 'temp', name: 's' }, target: t, columns: ['a', 'b'], key: ['a'] },
  ];
  const view: Operation = { kind: 'publish-view', target: { schema: 'main', name: 'v' }, query: { node: 'm', sql: 'select a from t' } };

  it.each<readonly [string, readonly Operation[]]>([
    ['replaced a table', replaced],
    ['altered columns', [alter]],
    ['altered columns and loaded', [alter, ...load('delete-insert')]],
    ['altered a table that it had just replaced', [...replaced, alter, ...load('merge')]],
    ['merged', load('merge')],
    ['published a view', [view, { kind: 'drop', relation: { schema: 'main', name: 'v' }, relationKind: 'view', temporary: false }, view]],
  ])('leaves a file that opens again with everything, having %s', async (_, all) => {
    const project = builtProject();
    // Each renderer is that of the operation's own kind.
    const statements = all.flatMap((operation) =>
      (operations[operation.kind] as (operation: Operation) => readonly Statement[])(operation),
    );
    const { stdout, signal } = runScript(
      project,
      'kill.mjs',
      `${open}
      let connection = await session.connect();
      await connection.run({ sql: ${JSON.stringify(`create table t as ${query.sql}`)} });
      await session.close();
      const again = await openSession({ target: { name: 'd', type: 'duckdb', schema: 'main', threads: 4, settings: { path: 'w.db' } }, projectRoot: process.cwd(), connections: 8, readOnly: false });
      connection = await again.connect();
      await connection.begin();
      for (const statement of ${JSON.stringify(statements)}) await connection.run(statement);
      await connection.commit();
      const { rows } = await connection.query({ sql: 'select * from t order by all' });
      (await import('node:fs')).writeSync(1, JSON.stringify(rows));
      process.kill(process.pid, 'SIGKILL');`,
    );
    expect(signal).toBe('SIGKILL');
    const connection = await (await openTestSession({ path: 'w.db' }, project)).connect();
    expect(JSON.stringify(await rowsOf(connection, 'select * from t order by all'))).toBe(stdout);
    const names = (await catalog.relations(connection, ['main'])).map((entry) => entry.relation.name);
    expect(names.filter((name) => name.startsWith('_tx_'))).toEqual([]);
    await connection.run({ sql: 'insert into t (a) values (5); checkpoint' });
  });
});

describe('processes killed one after another', () => {
  it('leave a table with an index that takes rows, whenever the log was written back in between', async () => {
    const project = builtProject();
    const first = await openTestSession({ path: 'w.db' }, project);
    const connection = await first.connect();
    const rows = `select range as id, 'value number ' || range as v from range(20000)`;
    await connection.run({ sql: `create table t as ${rows}` }, { sql: 'create index ix on t (v)' });
    await first.close();
    // Other tables fill the log, so that the engine writes it back at commits that have nothing to do with the index.
    const script = `${open}
      const connection = await session.connect();
      const run = (...texts) => connection.run(...texts.map((sql) => ({ sql })));
      for (let n = 0; n < 12; n += 1) await run(\`create or replace table a\${n} as ${rows}\`);
      await connection.begin();
      await run(\`create temp table s as ${rows} where range % 3 = 0\`, 'delete from t using s where t.id = s.id', 'insert into t select * from s', 'drop table s');
      await connection.commit();
      process.kill(process.pid, 'SIGKILL');`;
    const endings = Array.from({ length: 6 }, () => runScript(project, 'kill.mjs', script).signal);
    expect(endings).toEqual(Array.from({ length: 6 }, () => 'SIGKILL'));
    const last = await (await openTestSession({ path: 'w.db' }, project)).connect();
    await last.run({ sql: 'delete from t where id % 3 = 0' }, { sql: 'checkpoint' });
    expect(await rowsOf(last, 'select count(*), count(distinct v) from t')).toEqual([[13333, 13333]]);
  }, 60_000);
});
