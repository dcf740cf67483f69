/** The example project on PostgreSQL, with its files loaded into tables, gives the numbers that it gives everywhere. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/adapter/connection.ts';
import { targetOf, useTestDatabase } from '../../src/adapters/postgres/open-test-session.ts';
import { openSession } from '../../src/adapters/postgres/session.ts';
import { copyProject, REPOSITORY, runTx } from '../support/tx.ts';
import { computeExpected, readCsv } from './expected.ts';
import { EXPORTED, rewindTo } from './rewind.ts';
import { expectSameTable } from './same-table.ts';
import { MART_TABLES, QUERIES } from './warehouse.ts';

const PROJECT = ['project.yaml', 'models', 'macros', 'seeds', 'data', 'doc_blocks', 'tests/data'];
const MINUTES = 60_000;
const database = useTestDatabase();

async function inDatabase<T>(job: (connection: Connection) => Promise<T>): Promise<T> {
  const session = await openSession(targetOf({ url: database.url() }));
  try {
    return await job(await session.connect());
  } finally {
    await session.close();
  }
}

const read = (sql: string): Promise<string[][]> =>
  inDatabase(async (connection) => {
    await connection.run({ sql: 'set search_path to analytics' });
    const { rows } = await connection.query({ sql });
    return rows.map((row) => row.map((cell) => (cell === null ? '' : String(cell))));
  });

/** The whole of every mart, rows in a fixed order. */
async function readMarts(): Promise<Record<string, string[][]>> {
  const marts: Record<string, string[][]> = {};
  for (const table of MART_TABLES) marts[table] = await read(`select * from ${table} as t order by t`);
  return marts;
}

/** A copy of the project for this engine, which reads no files: what lies in `data/` stands in tables. */
function newProject(): string {
  const folder = copyProject(REPOSITORY, PROJECT);
  const edit = (path: string, change: (text: string) => string): void =>
    writeFileSync(join(folder, path), change(readFileSync(join(folder, path), 'utf8')));
  edit('project.yaml', (text) =>
    text
      .replace('type: duckdb', 'type: postgres')
      .replace('path: warehouse.duckdb', `url: ${database.url()}`)
      .replace('schema: main', 'schema: analytics'),
  );
  edit('models/staging/sources.yaml', (text) => text.replaceAll(/^ +external:\n +location: .*\n/gm, ''));
  return folder;
}

/** Puts the files of `folder` in the place of what the source tables hold. */
async function loadSources(folder: string): Promise<void> {
  const sessions = readCsv(readFileSync(join(folder, 'data/web_sessions.csv'), 'utf8')).map((row) =>
    Object.fromEntries([...row].map(([name, cell]) => [name, cell === '' ? null : cell])),
  );
  const tables = {
    'web.sessions': [
      'session_id text, visitor_id text, customer_id integer, order_id integer, started_at timestamp, pages integer, channel text, device text',
      JSON.stringify(sessions),
    ],
    'helpdesk.tickets': [
      'ticket_id integer, customer_id integer, order_id integer, topic text, opened_at timestamp, closed_at timestamp, rating integer',
      readFileSync(join(folder, 'data/support_tickets.json'), 'utf8'),
    ],
  } as const;
  await inDatabase(async (connection) => {
    for (const [table, [columns, rows]] of Object.entries(tables)) {
      await connection.run({ sql: `create schema if not exists ${table.split('.')[0] ?? ''}` });
      await connection.run({ sql: `create table if not exists ${table} (${columns})` });
      await connection.run({ sql: `delete from ${table}` });
      await connection.run({
        sql: `insert into ${table} select * from json_populate_recordset(null::${table}, '${rows.replaceAll("'", "''")}')`,
      });
    }
  });
}

async function build(folder: string, ...args: string[]): Promise<void> {
  const result = await runTx(['build', '--project-dir', folder, ...args], { cwd: folder });
  expect(result.code, `${result.stdout}\n${result.stderr}`).toBe(0);
}

describe('the example project on PostgreSQL', () => {
  const expected = computeExpected(REPOSITORY);
  let project = '';

  beforeAll(async () => {
    if (database.url() === '') return;
    project = newProject();
    rewindTo(project, '2025-03-31 23:59:59');
    await loadSources(project);
    await build(project);
    for (const path of EXPORTED) copyFileSync(join(REPOSITORY, path), join(project, path));
    await loadSources(project);
    await build(project);
  }, 2 * MINUTES);

  it.each(Object.entries(QUERIES))('computes %s as plain JavaScript does from the files, by increments', async (name, sql) => {
    // QUERIES has one entry for each table of the expected values, by the same name.
    expectSameTable(await read(sql), expected[name as keyof typeof QUERIES]);
  });

  it('reaches by increments what a full build writes, with any number of threads', async () => {
    const incremental = await readMarts();
    await build(project, '--full-refresh', '--threads', '1');
    expect(await readMarts()).toEqual(incremental);
    await build(project, '--full-refresh', '--threads', '8');
    expect(await readMarts()).toEqual(incremental);
  });
});
