import { execFile } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callTx } from '../support/call-tx.ts';
import { copyProject, readRows, REPOSITORY, runTx } from '../support/tx.ts';
import { computeExpected } from './expected.ts';
import { expectSameTable } from './same-table.ts';
import { EXPORTED, rewindTo } from './rewind.ts';
import { MART_TABLES, QUERIES } from './warehouse.ts';

const PROJECT = ['project.yaml', 'models', 'macros', 'seeds', 'data', 'doc_blocks', 'tests/data'];
const MINUTES = 60_000;

const folders: string[] = [];

function newProject(): string {
  const folder = copyProject(REPOSITORY, PROJECT);
  folders.push(folder);
  return folder;
}

async function build(folder: string, ...args: string[]): Promise<void> {
  const result = await callTx(['build', '--project-dir', folder, ...args], { cwd: folder });
  expect(result.code, `${result.stdout}\n${result.stderr}`).toBe(0);
}

const read = (folder: string, sql: string): Promise<string[][]> => readRows(join(folder, 'warehouse.duckdb'), sql);

/** Whole tables, rows in a fixed order: equal for equal warehouses. */
async function readMarts(folder: string): Promise<Record<string, string[][]>> {
  const marts: Record<string, string[][]> = {};
  for (const table of MART_TABLES) marts[table] = await read(folder, `select * from ${table} order by all`);
  return marts;
}

describe('the example project', () => {
  let project = '';
  const expected = computeExpected(REPOSITORY);

  beforeAll(async () => {
    project = newProject();
    const result = await runTx(['build', '--project-dir', project], { cwd: project });
    expect(result.code, `${result.stdout}\n${result.stderr}`).toBe(0);
  }, 2 * MINUTES);

  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it('ships the seeds that its generator writes', async () => {
    await promisify(execFile)(process.execPath, [join(REPOSITORY, 'scripts/generate-seeds.mjs'), '--check']);
  });

  it.each(Object.entries(QUERIES))('computes %s as plain JavaScript does from the files', async (name, sql) => {
    // QUERIES has one entry for each table of the expected values, by the same name.
    expectSameTable(await read(project, sql), expected[name as keyof typeof QUERIES]);
  });

  it('keeps visits by people and drops those of bots', async () => {
    expect(await read(project, 'select count(*) from fct_web_sessions')).toEqual([[String(expected.webSessions)]]);
  });

  it('keeps leading zeros and names in any script', async () => {
    const rows = await read(
      project,
      'select customer_name, postcode, region from dim_customers where customer_id in (40, 80, 120) order by customer_id',
    );
    expect(rows).toEqual([
      ['Robert "Bob" Lee', '98156', 'Pacific'],
      ['Sammy Davis, Jr.', '04153', 'New England and New Jersey'],
      ['李娜', '80257', 'Mountain'],
    ]);
  });

  it('warns of customers without an address and still succeeds', async () => {
    const result = await runTx(['test', '--project-dir', project, '--select', 'stg_customers'], { cwd: project });
    expect(result.code).toBe(0);
    expect(result.stdout + result.stderr).toContain('customers_without_email');
  });

  it(
    'writes the same rows when it is built again',
    async () => {
      const before = await readMarts(project);
      await build(project);
      expect(await readMarts(project)).toEqual(before);
    },
    2 * MINUTES,
  );

  it(
    'reaches by increments what a full build writes',
    async () => {
      const grown = newProject();
      rewindTo(grown, '2025-03-31 23:59:59');
      await build(grown);
      const early = await read(grown, 'select count(*) from fct_orders');
      expect(Number(early[0]?.[0])).toBeLessThan(expected.factOrders.length);

      for (const path of EXPORTED) copyFileSync(join(REPOSITORY, path), join(grown, path));
      await build(grown);
      const incremental = await readMarts(grown);
      expect(incremental).toEqual(await readMarts(project));

      await build(grown, '--full-refresh');
      expect(await readMarts(grown)).toEqual(incremental);
    },
    4 * MINUTES,
  );
});
