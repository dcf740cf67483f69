import { stateVersion } from '../../src/state/state-tables.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { execute, REPOSITORY, readRows, runProgram } from '../support/tx.ts';
import type { TempProject } from '../support/tx.ts';
import { SCREEN, badProject, blocks, filesBelow, run, runApart } from './bad-input.ts';

const driver = JSON.stringify(createRequire(import.meta.url).resolve('@duckdb/node-api'));
const MODEL = { 'models/good.sql': '{{config materialized="table"}}\nselect 1 as id\n' };

/** Runs statements on the database of a project, as another program would. */
const change = (project: TempProject, sql: string): Promise<void> => execute(join(project.root, 'shop.duckdb'), sql);

const read = (project: TempProject, sql: string): Promise<string[][]> => readRows(join(project.root, 'shop.duckdb'), sql);

/** Holds the database open in another process until `release` is called. */
async function holdOpen(project: TempProject): Promise<{ readonly pid: number; readonly release: () => Promise<void> }> {
  const script = `
    const { DuckDBInstance } = require(${driver});
    DuckDBInstance.create(process.argv[1]).then(async (instance) => {
      globalThis.connection = await instance.connect();
      process.stdin.resume().on('end', () => process.exit());
      console.log('open');
    });`;
  const child = spawn(process.execPath, ['-e', script, join(project.root, 'shop.duckdb')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  return {
    pid: child.pid ?? 0,
    release: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

describe('database files', () => {
  it('row 54: a path that leads through a file', async () => {
    const project = await badProject({
      ...MODEL,
      'project.yaml': 'name: shop\ntargets:\n  dev: { type: duckdb, path: project.yaml/x.duckdb, schema: main }\n',
    });
    const { code, stderr } = await run(project, ['build']);
    expect(blocks(stderr)).toEqual([
      [
        'error database-not-opened  project.yaml:3:3',
        '  the duckdb database `project.yaml/x.duckdb` cannot be opened: Cannot open file',
        '  "project.yaml/x.duckdb": Not a directory',
        '    2 │ targets:',
        '    3 │   dev: { type: duckdb, path: project.yaml/x.duckdb, schema: main }',
        '      │   ^^^',
        '  help  something in its path is no folder',
      ],
    ]);
    expect(code).toBe(2);
  });

  it('row 55: a database in use names the process, exits 75, and can be waited for', async () => {
    const project = await badProject(MODEL);
    expect((await run(project, ['build'])).code).toBe(0);
    const holder = await holdOpen(project);
    try {
      for (const args of [['build'], ['show', '-s', 'good'], ['plan']]) {
        const { code, stderr, stdout } = await run(project, args);
        expect(stdout).toBe('');
        expect(blocks(stderr)).toEqual([
          [
            'error database-locked',
            `  \`shop.duckdb\` is in use by process ${holder.pid} (${process.execPath})`,
            '  help  wait for it to end, or let tx wait with `--wait`',
          ],
        ]);
        expect(code, args.join(' ')).toBe(75);
      }
      const late = await run(project, ['build', '--wait', '1']);
      expect(late.stderr).toMatch(/^waiting for the database: `shop\.duckdb` is in use by process \d+ \(/);
      expect(late.stderr).toContain('  help  it did not end in 1 s: wait longer with `--wait`, or see what it does\n');
      expect(late.code).toBe(75);
      const waiting = run(project, ['build'], { TX_WAIT: 'true' });
      // On a busy machine the program takes its time to get as far as the database.
      await new Promise((resolve) => setTimeout(resolve, 4000));
      await holder.release();
      const { code, stderr } = await waiting;
      expect(stderr).toMatch(/^waiting for the database: /);
      expect(code, stderr).toBe(0);
    } finally {
      await holder.release();
    }
  });

  it('an environment in a file of its own names the process that writes production', async () => {
    const target = '{ type: duckdb, path: shop.duckdb, env_path: "{env}.duckdb", schema: main }';
    const project = await badProject({ ...MODEL, 'project.yaml': `name: shop\ntargets:\n  dev: ${target}\n` });
    expect((await run(project, ['build'])).code).toBe(0);
    expect((await run(project, ['build', '--env', 'pr_1', '--force'])).code).toBe(0);
    const holder = await holdOpen(project);
    try {
      for (const args of [['build'], ['state'], ['show', '-s', 'good', '--no-defer']]) {
        const { code, stderr } = await run(project, [...args, '--env', 'pr_1']);
        expect(stderr).toContain(`\`shop.duckdb\` is in use by process ${holder.pid}`);
        expect(code, args.join(' ')).toBe(75);
      }
    } finally {
      await holder.release();
    }
  });

  it('the documentation of a database in use is made from artifacts, if there are any', async () => {
    const project = await badProject(MODEL);
    expect((await run(project, ['build'])).code).toBe(0);
    const holder = await holdOpen(project);
    try {
      const without = await run(project, ['docs']);
      expect(without.stderr).toContain('error database-locked');
      expect(without.code).toBe(75);
      await holder.release();
      expect((await run(project, ['docs'])).code).toBe(0);
    } finally {
      await holder.release();
    }
    const again = await holdOpen(project);
    try {
      const { code, stderr } = await run(project, ['docs']);
      expect(stderr).toContain('warning artifacts-instead');
      expect(stderr.replaceAll(/\s+/g, ' ')).toContain(`\`shop.duckdb\` is in use by process ${again.pid}`);
      expect(stderr).toContain('wrote target/manifest.json; the database was not asked\n');
      expect(code, stderr).toBe(0);
    } finally {
      await again.release();
    }
  });

  it('row 56: a file that is no database stays as it is', async () => {
    const project = await badProject(MODEL);
    writeFileSync(join(project.root, 'shop.duckdb'), 'This is a letter, not a database.\n'.repeat(400));
    const before = readFileSync(join(project.root, 'shop.duckdb'));
    const { code, stderr } = await run(project, ['build']);
    expect(blocks(stderr)).toEqual([
      [
        'error not-a-database-file  project.yaml:3:3',
        '  `shop.duckdb` cannot be opened as a duckdb database: The file "shop.duckdb" exists, but it is not',
        '  a valid DuckDB database file!',
        '    2 │ targets:',
        '    3 │   dev: { type: duckdb, path: shop.duckdb, schema: main }',
        '      │   ^^^',
        '  help  check `path` of the target; if the file was a database, restore it from a copy',
      ],
    ]);
    expect(code).toBe(2);
    expect(readFileSync(join(project.root, 'shop.duckdb')).equals(before)).toBe(true);
    expect(filesBelow(project.root)).toEqual(['models/good.sql', 'project.yaml', 'shop.duckdb']);
  });

  it('row 56: a database of a newer version is refused', async () => {
    const project = await badProject(MODEL);
    expect((await run(project, ['build'])).code).toBe(0);
    const path = join(project.root, 'shop.duckdb');
    const bytes = readFileSync(path);
    expect(bytes.subarray(8, 12).toString('latin1')).toBe('DUCK');
    // The main header holds a checksum (8 bytes), the magic word and the version of the storage.
    bytes.writeBigUInt64LE(9999n, 12);
    writeFileSync(path, bytes);
    const { code, stderr } = await run(project, ['build']);
    expect(code).toBe(2);
    expect(blocks(stderr)).toHaveLength(1);
    expect(stderr).toMatch(/^error (?:newer-storage|not-a-database-file) {2}project\.yaml:3:3\n/);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('row 57: a disk that fills up while the database is closed hides no result', async () => {
    const project = await badProject(MODEL);
    // A limit on the size of files stands for the full disk: the log stays below it, the database does not.
    const tx = join(REPOSITORY, 'bin', 'tx.cjs');
    const script = `ulimit -f 100; exec "${process.execPath}" "${tx}" run`;
    expect((await run(project, ['clean'])).code).toBe(0);
    const { code, stderr } = await runProgram('/bin/sh', ['-c', script], { cwd: project.root, env: SCREEN });
    expect(stderr).toContain('\n✔ 1 ok');
    expect(stderr).toContain('\nwarning database-not-closed\n  `shop.duckdb` was not closed in good order: duckdb: Checkpoint failed');
    expect(stderr).not.toContain('bug');
    expect(code).toBe(0);
    expect(await read(project, 'from good')).toEqual([['1']]);
    expect(await run(project, ['run', '-q'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it.skipIf(process.platform === 'win32')('row 57: a disk that fills up inside of a model', async () => {
    const project = await badProject({
      ...MODEL,
      'models/big.sql': `{{config materialized="table"}}
select x as id, {{#if (var "wide" default=false)}}md5(x::text) || md5((x + 1)::text){{else}}'small'{{/if}} as t
from range({{#if (var "wide" default=false)}}2000000{{else}}10{{/if}}) as r(x)`,
    });
    expect((await run(project, ['run', '-q'])).code).toBe(0);
    // A limit on the size of files stands for the full disk.
    const tx = join(REPOSITORY, 'bin', 'tx.cjs');
    const script = `ulimit -f 20000; exec "${process.execPath}" "${tx}" run --vars '{wide: true}'`;
    const { code, stderr } = await runProgram('/bin/sh', ['-c', script], { cwd: project.root, env: SCREEN });
    expect(stderr).toMatch(
      /\nerror disk-full {2}models\/big\.sql\n {2}duckdb: Could not write file ".*shop\.duckdb":\s+File too\s+large\n {2}help {2}free some space and run again: the database stands as after its last commit\n/,
    );
    expect(stderr).toContain('✖ 1 failed · 1 ok');
    expect(code).toBe(1);
    expect(await read(project, 'select count(*), min(t) from big')).toEqual([['10', 'small']]);
    expect((await run(project, ['run', '-q', '--vars', '{wide: true}'])).code).toBe(0);
    expect(await read(project, 'select count(*), min(length(t)) from big')).toEqual([['2000000', '64']]);
  });

  it('row 58: a table that tx did not build is replaced only with --adopt', async () => {
    const project = await badProject(MODEL);
    await change(project, 'create table main.other as select 1 as id');
    expect((await run(project, ['build'])).code).toBe(0);
    await change(project, 'create table main.theirs as select 42 as x');
    project.write('models/theirs.sql', 'select 2 as id\n');
    const refused = await run(project, ['build']);
    expect(blocks(refused.stderr)).toEqual([
      [
        'error relation-not-owned  models/theirs.sql',
        '  table `main.theirs` exists already and was not built by `tx`',
        '  help  give the model another name or `alias`, or run with `--adopt` to let `tx` take it over',
      ],
    ]);
    expect(refused.code).toBe(2);
    expect((await run(project, ['plan'])).code).toBe(2);
    expect(await read(project, 'from theirs')).toEqual([['42']]);
    expect((await run(project, ['build', '-s', 'good'])).code).toBe(0);
    expect((await run(project, ['build', '--adopt'])).code).toBe(0);
    expect(await read(project, 'from theirs')).toEqual([['2']]);
    expect((await run(project, ['build'])).code).toBe(0);
  });

  it('row 58: without the state schema everything is foreign, and the message says so', async () => {
    const project = await badProject(MODEL);
    expect((await run(project, ['build'])).code).toBe(0);
    await change(project, 'drop schema _tx cascade');
    const { code, stderr } = await run(project, ['build']);
    expect(blocks(stderr)).toEqual([
      [
        'error relation-not-owned  models/good.sql',
        '  table `main.good` exists already and was not built by `tx`',
        '  help  the state schema `_tx` is missing; if `tx` built it, put back what `tx state export` saved',
        '        with `tx state import state.json`, or run again with `--adopt` to take it over',
      ],
    ]);
    expect(code).toBe(2);
    expect((await run(project, ['build', '--adopt'])).code).toBe(0);
  });

  it('row 63: state of a newer tx is not touched', async () => {
    const project = await badProject(MODEL);
    expect((await run(project, ['build'])).code).toBe(0);
    await change(project, "insert into _tx.meta by name select 99 as version, '9.9.9' as tx_version");
    const runs = await read(project, 'select count(*) from _tx.runs');
    for (const args of [['build'], ['plan'], ['test']]) {
      const { code, stderr } = await run(project, args);
      expect(blocks(stderr)).toEqual([
        [
          'error state-newer',
          `  the state in \`_tx\` was written by a newer \`tx\` (9.9.9): version 99, this one knows ${stateVersion}`,
          '  help  upgrade `tx` to 9.9.9 or later, or give this one a `state_schema` of its own; nothing was',
          '        changed',
        ],
      ]);
      expect(code).toBe(2);
    }
    expect(await read(project, 'select count(*) from _tx.runs')).toEqual(runs);
  });

  it('row 63: state of a newer tx is told also where its tables are others', async () => {
    const project = await badProject(MODEL);
    expect((await run(project, ['build'])).code).toBe(0);
    await change(project, "insert into _tx.meta by name select 99 as version, '9.9.9' as tx_version; drop view _tx.node_runs");
    const { code, stderr } = await run(project, ['build']);
    expect(blocks(stderr)).toEqual([expect.arrayContaining(['error state-newer'])]);
    expect(code).toBe(2);
  });

  it('row 63: state of an older tx is read as it is, and brought up to date by the next run', async () => {
    const project = await badProject(MODEL);
    expect((await run(project, ['build'])).code).toBe(0);
    await change(
      project,
      `drop view _tx.test_failures; drop view _tx.check_results;
      create or replace view _tx.node_runs as select (entry::json ->> 'run_id') as run_id, (entry::json ->> 'node_id') as node_id from _tx.records;
      delete from _tx.meta; insert into _tx.meta by name select 1 as version, '0.0.1' as tx_version`,
    );
    expect((await run(project, ['plan'])).code).toBe(0);
    expect(await read(project, 'select version from _tx.meta')).toEqual([['1']]);
    expect((await run(project, ['build'])).code).toBe(0);
    expect(await read(project, 'select version from _tx.meta order by 1')).toEqual([['1'], [String(stateVersion)]]);
    expect(await read(project, 'select count(*), count(quarantined) from _tx.node_runs')).toEqual([['1', '0']]);
    expect(await read(project, 'select count(*) from _tx.test_failures')).toEqual([['0']]);
    // An older one that holds something else is not touched.
    await change(project, `delete from _tx.meta where version = ${stateVersion}; alter table _tx.runs drop column status`);
    const { code, stderr } = await run(project, ['build']);
    expect(blocks(stderr)).toEqual([expect.arrayContaining(['error state-foreign'])]);
    expect(code).toBe(2);
  });

  it('row 63: a schema of somebody else is not taken for state', async () => {
    const project = await badProject(MODEL);
    await change(project, 'create schema _tx; create table _tx.runs (x int)');
    const { code, stderr } = await run(project, ['build']);
    expect(blocks(stderr)).toEqual([
      [
        'error state-foreign',
        '  `_tx.runs` is not a state table of `tx`: it has no column `run_id`, `status`, `recorded_at`,',
        '  `command`, `target`, `tx_version`',
        '  help  set another `state_schema` in project.yaml; nothing was touched',
      ],
    ]);
    expect(code).toBe(2);
    expect(await read(project, "select table_schema || '.' || table_name from information_schema.tables")).toEqual([['_tx.runs']]);
  });

  it('row 68: a read-only target can be read and not built', async () => {
    const project = await badProject(MODEL);
    expect((await run(project, ['build'])).code).toBe(0);
    project.write('project.yaml', 'name: shop\ntargets:\n  dev: { type: duckdb, path: shop.duckdb, schema: main, read_only: true }\n');
    const before = readFileSync(join(project.root, 'shop.duckdb'));
    const { code, stderr } = await run(project, ['build']);
    expect(blocks(stderr)).toEqual([
      [
        'error database-read-only  project.yaml:3:3',
        '  duckdb: the target is `read_only`, and this command writes schemas, relations and its own records',
        '  to shop.duckdb',
        '    2 │ targets:',
        '    3 │   dev: { type: duckdb, path: shop.duckdb, schema: main, read_only: true }',
        '      │   ^^^',
        '  help  this command writes; choose a target that may be written',
      ],
    ]);
    expect(code).toBe(2);
    expect((await run(project, ['show', '-s', 'good', '--output', 'csv'])).stdout).toBe('id\n1\n');
    expect((await run(project, ['plan'])).code).toBe(0);
    expect(readFileSync(join(project.root, 'shop.duckdb')).equals(before)).toBe(true);
  });

  it('row 70: a network file system is refused before a file is made', async () => {
    const project = await badProject(MODEL);
    // No test can mount one: the program is told that the folder is on NFS.
    mkdirSync(join(project.root, 'hook'));
    const hook = join(project.root, 'hook', 'nfs.cjs');
    writeFileSync(
      hook,
      "const fs = require('node:fs');\nfs.statfsSync = () => ({ type: 0x6969 });\nrequire('node:module').syncBuiltinESMExports();\n",
    );
    const { code, stderr } = await runApart(project, ['build'], { NODE_OPTIONS: `--require ${hook}` });
    expect(blocks(stderr)).toEqual([
      [
        'error network-file-system  project.yaml:3:3',
        '  `shop.duckdb` is on a network file system, where locks between machines cannot be trusted',
        '    2 │ targets:',
        '    3 │   dev: { type: duckdb, path: shop.duckdb, schema: main }',
        '      │   ^^^',
        '  help  put the database on a local disk',
      ],
    ]);
    expect(code).toBe(2);
    expect(filesBelow(project.root)).toEqual(['hook/nfs.cjs', 'models/good.sql', 'project.yaml']);
  });
});
