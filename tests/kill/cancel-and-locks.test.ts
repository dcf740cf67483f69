import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readRows, runTx, tempProject } from '../support/tx.ts';
import type { TempProject } from '../support/tx.ts';
import { startTx } from './live-tx.ts';
import type { LiveTx } from './live-tx.ts';

const project = `name: shop
default_target: dev
targets:
  dev: { type: duckdb, path: warehouse.duckdb, schema: main, threads: 2 }
models:
  +materialized: table
`;
const endless = 'select count(*) as id from range(100000000) as a, range(100000) as b\n';
/** One value that takes long: the engine looks for an interrupt only between rows. */
const deaf = `select levenshtein(repeat('ab', 30000), repeat('ba', 30000)) as id\n`;

let folder: TempProject;

const rows = (sql: string): Promise<string[][]> => readRows(join(folder.root, 'warehouse.duckdb'), sql);
const lastRun = async (): Promise<string[]> => {
  const found = await rows(
    `select status from _tx.runs where run_id = (select arg_max(run_id, recorded_at) from _tx.runs where status = 'running') order by status`,
  );
  return found.flat();
};

/** Starts a build of `slow` and waits until its statement runs. */
async function startSlow(sql = endless): Promise<LiveTx> {
  folder.write('models/slow.sql', sql);
  const tx = startTx(['run', '--select', 'slow', '--log-format', 'json'], folder.root);
  await tx.says('"event":"node_started"');
  await new Promise((resolve) => setTimeout(resolve, 300));
  return tx;
}

beforeAll(async () => {
  // Builds the program, if nobody has.
  expect((await runTx(['--version'], { cwd: process.cwd() })).code).toBe(0);
});

beforeEach(async () => {
  folder = await tempProject({ 'project.yaml': project, 'models/slow.sql': 'select 1 as id\n', 'models/quick.sql': 'select 2 as id\n' });
  const first = await folder.run(['run']);
  expect(first.code, first.stdout + first.stderr).toBe(0);
});

describe('a signal during a long statement', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s ends the run within two seconds with %i; the old table stands and the run is on record as cancelled',
    async (signal, code) => {
      const tx = await startSlow();
      const sent = performance.now();
      tx.kill(signal);
      const ending = await tx.end;
      expect(performance.now() - sent).toBeLessThan(2000);
      expect(ending.code, ending.output).toBe(code);
      expect(ending.output).toContain('"status":"cancelled"');
      expect(await rows('select id from main.slow')).toEqual([['1']]);
      expect(await lastRun()).toEqual(['cancelled', 'running']);
      expect(await rows(`select status from _tx.node_runs where node_id = 'model.shop.slow' order by started_at`)).toEqual([
        ['success'],
        ['cancelled'],
      ]);
      expect(await rows(`select table_name from duckdb_tables() where table_name like '\\_tx\\_%' escape '\\'`)).toEqual([]);
    },
  );

  it('a second SIGINT right behind the first ends it too, and the next run repairs what is left', async () => {
    const tx = await startSlow();
    tx.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 5));
    const sent = performance.now();
    tx.kill('SIGINT');
    const ending = await tx.end;
    expect(performance.now() - sent).toBeLessThan(1000);
    expect(ending.code === 130 || ending.signal === 'SIGINT', ending.output).toBe(true);
    expect(await rows('select id from main.slow')).toEqual([['1']]);
    folder.write('models/slow.sql', 'select 3 as id\n');
    expect((await folder.run(['run'])).code).toBe(0);
    expect(await rows('select id from main.slow')).toEqual([['3']]);
    expect(await rows('select run_id from _tx.runs group by run_id having count(*) = 1')).toEqual([]);
  });

  it('a second SIGINT ends it at once also in a statement that cannot be interrupted', async () => {
    const tx = await startSlow(deaf);
    tx.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 100));
    tx.kill('SIGINT');
    const late = new Promise<string>((resolve) => setTimeout(resolve, 4000, 'late'));
    expect(await Promise.race([tx.end.then(() => 'ended'), late])).toBe('ended');
  });
});

describe('a database that another process has open', () => {
  it('is refused at once with 75, naming the process and the way to wait', async () => {
    const holder = await startSlow();
    const second = await folder.run(['run', '--select', 'quick']);
    expect(second.code).toBe(75);
    expect(second.stderr).toContain('database-locked');
    expect(second.stderr).toContain(String(holder.pid));
    expect(second.stderr).toContain('--wait');
    holder.kill('SIGINT');
    expect((await holder.end).code).toBe(130);
  });

  it('is waited for with --wait, and the run then succeeds', async () => {
    const holder = await startSlow();
    const waiter = startTx(['run', '--select', 'quick', '--wait', '20'], folder.root);
    await waiter.says('waiting for the database');
    holder.kill('SIGINT');
    await holder.end;
    const freed = performance.now();
    const ending = await waiter.end;
    expect(ending.code, ending.output).toBe(0);
    expect(performance.now() - freed).toBeLessThan(5000);
    expect(await rows(`select count(*) from _tx.node_runs where node_id = 'model.shop.quick' and status = 'success'`)).toEqual([['2']]);
  });

  it('is free at once when its process is killed, and the waiting run marks the dead one', async () => {
    const holder = await startSlow();
    const waiter = startTx(['run', '--select', 'quick', '--wait', '20'], folder.root);
    await waiter.says('waiting for the database');
    holder.kill('SIGKILL');
    expect((await holder.end).signal).toBe('SIGKILL');
    const ending = await waiter.end;
    expect(ending.code, ending.output).toBe(0);
    expect(await rows(`select count(*) from _tx.runs where status = 'interrupted'`)).toEqual([['1']]);
    expect(await rows('select id from main.slow')).toEqual([['1']]);
  });

  it('is given up with 75 when the time is over', async () => {
    await startSlow();
    const started = performance.now();
    const second = await folder.run(['run', '--select', 'quick', '--wait', '1']);
    expect(second.code).toBe(75);
    expect(performance.now() - started).toBeGreaterThan(1000);
  });

  it('makes a waiting run end with 130 when it is cancelled', async () => {
    await startSlow();
    const waiter = startTx(['run', '--select', 'quick', '--wait', '20'], folder.root);
    await waiter.says('waiting for the database');
    waiter.kill('SIGINT');
    expect((await waiter.end).code).toBe(130);
  });
});
