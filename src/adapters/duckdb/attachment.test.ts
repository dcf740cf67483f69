import { mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { TargetSettings } from '../../adapter/adapter.ts';
import { attachment } from './attachment.ts';
import { adapter } from './adapter.ts';

const target = (path: string): TargetSettings => ({ name: 't', type: 'duckdb', schema: 'main', threads: 1, settings: { path } });

function folder(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'tx-attach-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

describe('another database beside the target', () => {
  it('has the name of its file, or one that means nothing else', () => {
    const projectRoot = folder();
    const named = (path: string): string | undefined =>
      attachment(target(path), { target: target('dev.duckdb'), projectRoot }, ['main', 'Mart'])?.name;
    expect(named('prod.duckdb')).toBe('prod');
    expect(named('a/b.c/prod.v2.duckdb')).toBe('prod.v2');
    expect(named('MAIN.duckdb')).toBe('MAIN_db');
    expect(named('mart.db')).toBe('mart_db');
    expect(named('temp.duckdb')).toBe('temp_db');
  });

  it('is none where both are one file, by whatever path, and where it has none', () => {
    const projectRoot = folder();
    writeFileSync(join(projectRoot, 'dev.duckdb'), '');
    symlinkSync('dev.duckdb', join(projectRoot, 'link.duckdb'));
    for (const path of ['dev.duckdb', './x/../dev.duckdb', join(projectRoot, 'dev.duckdb'), 'link.duckdb', ':memory:'])
      expect(attachment(target(path), { target: target('dev.duckdb'), projectRoot }, [])).toBeUndefined();
  });

  it('can be read, not written, and is let go with the session', async () => {
    const projectRoot = folder();
    const open = { projectRoot, connections: 1, readOnly: false };
    const prod = await adapter.open({ ...open, target: target("it's.duckdb") });
    await (await prod.connect()).run({ sql: 'create table t as select 42 as i' });
    await prod.close();
    const location = join(projectRoot, "it's.duckdb");
    const session = await adapter.open({
      ...open,
      target: target('dev.duckdb'),
      attached: [{ name: 'a "b"', location, description: 'other' }],
    });
    const connection = await session.connect();
    const name = adapter.dialect.relation({ database: 'a "b"', schema: 'main', name: 't' });
    expect(name).toBe('"a ""b"""."main"."t"');
    expect((await connection.query({ sql: `select i from ${name}` })).rows).toEqual([[42]]);
    await expect(connection.run({ sql: `insert into ${name} values (1)` })).rejects.toThrow(/read-only/);
    await session.close();
    const again = await adapter.open({ ...open, target: target("it's.duckdb") });
    await (await again.connect()).run({ sql: 'insert into t values (1)' });
    await again.close();
  });

  it('is read without the target where that was never built, which does not make it', async () => {
    const projectRoot = folder();
    const open = { projectRoot, connections: 1 };
    const prod = await adapter.open({ ...open, readOnly: false, target: target('prod.duckdb') });
    await (await prod.connect()).run({ sql: 'create table t as select 42 as i' });
    await prod.close();
    const attached = [{ name: 'prod', location: join(projectRoot, 'prod.duckdb'), description: 'prod.duckdb' }];
    const session = await adapter.open({ ...open, readOnly: true, target: target('dev.duckdb'), attached });
    const connection = await session.connect();
    expect((await connection.query({ sql: 'select i from prod.main.t' })).rows).toEqual([[42]]);
    expect(await adapter.catalog.relations(connection, ['main'])).toEqual([]);
    await session.close();
    expect(readdirSync(projectRoot)).toEqual(['prod.duckdb']);
    await expect(adapter.open({ ...open, readOnly: true, target: target('dev.duckdb') })).rejects.toThrow();
  });

  it('that is not there keeps the session from opening, and the target free', async () => {
    const projectRoot = folder();
    const open = { projectRoot, connections: 1, readOnly: false, target: target('dev.duckdb') };
    await expect(
      adapter.open({ ...open, attached: [{ name: 'x', location: join(projectRoot, 'none.duckdb'), description: 'none.duckdb' }] }),
    ).rejects.toMatchObject({
      details: { database: 'none.duckdb' },
    });
    const session = await adapter.open(open);
    await session.close();
  });
});
