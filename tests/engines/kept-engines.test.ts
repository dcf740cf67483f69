/** What the tests of this folder share between commands is as good as new: see tests/support/kept-engines.ts. */
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it, onTestFinished } from 'vitest';
import { REPOSITORY, runProgram, tempFolder } from '../support/tx.ts';

/** Closes an engine that has done this, and tells whether the next one is the same. */
async function isKeptAfter(sql: string): Promise<boolean> {
  const before = await DuckDBInstance.create(':memory:');
  const connection = await before.connect();
  await connection.run(sql);
  connection.disconnectSync();
  before.closeSync();
  const after = await DuckDBInstance.create(':memory:');
  onTestFinished(() => after.closeSync());
  return after === before;
}

/** Rows of a query on the engine that is handed out next. */
async function rowsOfNext(sql: string): Promise<unknown> {
  const engine = await DuckDBInstance.create(':memory:');
  const connection = await engine.connect();
  const rows = (await connection.runAndReadAll(sql)).getRows();
  connection.disconnectSync();
  engine.closeSync();
  return rows;
}

describe('an engine of tests', () => {
  it('is used again after what every command does', async () => {
    const own = `set global threads = 1; set global errors_as_json = true; set global TimeZone = 'Asia/Tokyo'`;
    expect(await isKeptAfter(`${own}; attach ':memory:' as warehouse; create table warehouse.t as select 1; detach warehouse`)).toBe(true);
    expect(await rowsOfNext(`select current_setting('TimeZone'), current_setting('errors_as_json')`)).toEqual([['Etc/UTC', false]]);
  });

  it.each([
    'create table memory.main.t as select 1 as id',
    'create view memory.main.v as select 1 as id',
    'create schema memory.s',
    `attach ':memory:' as left_open`,
    `set global default_null_order = 'nulls_first'`,
  ])('is not after %s', async (sql) => {
    expect(await isKeptAfter(sql)).toBe(false);
  });

  it('lets go of a file that it is closed with, for other processes', async () => {
    const path = join(tempFolder(), 'held.duckdb');
    const before = await DuckDBInstance.create(':memory:');
    const connection = await before.connect();
    await connection.run(`attach '${path}' as held`);
    connection.disconnectSync();
    before.closeSync();
    const open = `require('@duckdb/node-api').DuckDBInstance.create(process.argv[1]).then((engine) => engine.closeSync())`;
    const { code, stderr } = await runProgram(process.execPath, ['-e', open, path], { cwd: REPOSITORY });
    expect(code, stderr).toBe(0);
  });

  it('is not while somebody is connected to it', async () => {
    const before = await DuckDBInstance.create(':memory:');
    const connection = await before.connect();
    before.closeSync();
    const after = await DuckDBInstance.create(':memory:');
    expect(after).not.toBe(before);
    connection.disconnectSync();
    after.closeSync();
  });
});
