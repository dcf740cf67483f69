/** Environments that have a database file of their own: production is read beside it and never written. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adapter as duckdb } from '../../src/adapters/duckdb/adapter.ts';
import type { Cell } from '../../src/adapter/connection.ts';
import { bug } from '../../src/diagnostics/bug.ts';
import { useFirstEngine } from './engine-project.ts';
import type { EngineProject } from './engine-project.ts';

const TARGET = '{ type: duckdb, path: warehouse.duckdb, env_path: "envs/{env}.duckdb", schema: main, threads: 2 }';
const FILES: Readonly<Record<string, string>> = {
  'project.yaml': `name: shop\ntargets:\n  dev: ${TARGET}\n`,
  'seeds/src.csv': 'id,v\n1,a\n2,b\n',
  'models/base.sql': '{{config materialized="table" schema="mart"}}select id, v from {{ref "src"}}',
  'models/shape.sql': 'select id, v from {{ref "base"}}',
  'models/total.sql': '{{config materialized="table"}}select count(*) as n from {{ref "shape"}}',
  'models/beside.sql': 'select id, v from {{ref "base"}}',
  'models/sums.sql': 'select sum(amount) as s from {{source "raw" "orders"}}',
  'models/facts.sql': '{{config materialized="incremental" unique_key="id"}}select id, v from {{ref "base"}}',
  'models/about.yaml': `sources:
  - name: raw
    tables: [{ name: orders, config: { loaded_at_query: "select max(loaded) from {{this}}", freshness: { warn_after: { count: 1, period: day } } } }]
models: [{ name: total, columns: [{ name: n, tests: [not_null] }] }]
`,
};

const CHANGED = {
  'models/shape.sql': `select id, v || '!' as v from {{ref "base"}} where id < 2`,
  'models/sums.sql': 'select sum(amount) + 1 as s from {{source "raw" "orders"}}',
};

async function ok(project: EngineProject, line: string, at?: string): Promise<string> {
  const { exit, text } = await project.tx(line, at);
  expect(exit, `${line}\n${text}`).toBe(0);
  return text;
}

const production = (project: EngineProject): string => {
  expect(existsSync(project.at('warehouse.duckdb.wal'))).toBe(false);
  return createHash('sha256')
    .update(readFileSync(project.at('warehouse.duckdb')))
    .digest('hex');
};

/** Opens the file of the database in a session of its own, and frees it again. */
async function inFile(project: EngineProject, path: string, ...statements: readonly string[]): Promise<readonly (readonly Cell[])[]> {
  const settings = { path: project.at(path) };
  const target = { name: 'dev', type: 'duckdb', schema: 'main', threads: 1, settings };
  const session = await duckdb.open({ target, projectRoot: project.at('.'), connections: 1, readOnly: false });
  try {
    const connection = await session.connect();
    let rows: readonly (readonly Cell[])[] = [];
    for (const sql of statements) ({ rows } = await connection.query({ sql }));
    return rows;
  } finally {
    await session.close();
  }
}

const standing = `select table_schema || '.' || table_name from information_schema.tables where table_schema not like '\\_tx%' escape '\\' and table_catalog = current_database() order by 1`;

describe('an environment in a file of its own', () => {
  const [engine] = useFirstEngine();
  const opened = async (files: Readonly<Record<string, string>>): Promise<EngineProject> =>
    (await engine?.project(files)) ?? bug('there is no engine');

  async function deployed(): Promise<EngineProject> {
    const project = await opened(FILES);
    await inFile(
      project,
      'warehouse.duckdb',
      'create schema raw',
      `create table raw.orders as select 1 as id, 10 as amount, timestamp '2026-03-01 08:00:00' as loaded`,
    );
    await ok(project, 'build --quiet');
    return project;
  }

  it('has what differs under the names of production, reads the rest there, and leaves the file of production as it was', async () => {
    const project = await deployed();
    const before = production(project);
    expect((await project.tx('promote pr_42')).text).toContain('unknown-environment');
    expect(await ok(project, 'plan --env pr_42')).toContain('nothing of it differs');
    expect(existsSync(project.at('envs'))).toBe(false);
    expect(await ok(project, 'build --env pr_42')).toContain('nothing of it differs');
    expect(await ok(project, 'promote pr_42')).toContain('nothing to publish');
    expect(await ok(project, 'env drop pr_42 --yes')).not.toContain('left');
    expect(existsSync(project.at('envs/pr_42.duckdb'))).toBe(false);
    project.write(CHANGED);
    expect(await ok(project, 'plan --env pr_42')).toContain('"warehouse"');
    expect(existsSync(project.at('envs/pr_42.duckdb'))).toBe(false);
    const said = await ok(project, 'build --env pr_42');
    expect(said).toContain('deferred: base to "warehouse"."main_mart"."base"');
    expect(await ok(project, 'build --env pr_42')).toMatch(/2 (models )?unchanged|3 (models )?unchanged/);
    for (const [name, rows] of [
      ['total', 'n\n1\n'],
      ['shape', 'id,v\n1,a!\n'],
      ['sums', 's\n11\n'],
    ] as const)
      expect(await ok(project, `show -s ${name} --env pr_42 --output csv`)).toContain(rows);
    await ok(project, 'test --env pr_42');
    await ok(project, 'clone --env pr_42 -s facts');
    expect(await ok(project, 'state --env pr_42')).toContain('main.facts');
    // The environment, read by another program, has names of production; its own base of that name would be nobody's.
    expect(await inFile(project, 'envs/pr_42.duckdb', standing)).toEqual([['main.facts'], ['main.shape'], ['main.sums'], ['main.total']]);
    expect(await inFile(project, 'envs/pr_42.duckdb', 'select id, v from main.facts order by 1')).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
    expect((await project.tx('freshness --env pr_42', '2026-03-01T09:00:00Z')).text).toMatch(/raw\.orders/);
    expect(await ok(project, 'freshness --env pr_42', '2026-03-01T09:00:00Z')).not.toContain('runtime error');
    expect(production(project)).toBe(before);
  });

  it('reads a view of production with what production has below it, whatever stands in its own file', async () => {
    const project = await deployed();
    project.write({ 'models/base.sql': '{{config materialized="table" schema="mart"}}select id, v from {{ref "src"}} where id = 2' });
    await ok(project, 'build --env pr_42 -s base --quiet');
    const { exit, text } = await project.tx('diff --env pr_42 --against dev --output json --quiet');
    expect(exit, text).toBe(1);
    expect(text).toContain('"only_there": 1');
    project.write({ 'models/base.sql': FILES['models/base.sql'] ?? '', 'models/top.sql': 'select count(*) as n from {{ref "beside"}}' });
    await ok(project, 'build --env pr_42 -s top --quiet');
    expect(await ok(project, 'show -s top --env pr_42 --output csv')).toContain('n\n2\n');
  });

  it('is promoted as its rows are, is then what production would have built, and goes away with its file', async () => {
    const project = await deployed();
    project.write(CHANGED);
    await ok(project, 'build --env pr_42 --quiet');
    await inFile(project, 'envs/pr_42.duckdb', 'update main.total set n = 41 + n');
    const before = createHash('sha256')
      .update(readFileSync(project.at('envs/pr_42.duckdb')))
      .digest('hex');
    await ok(project, 'promote pr_42');
    expect(
      createHash('sha256')
        .update(readFileSync(project.at('envs/pr_42.duckdb')))
        .digest('hex'),
    ).toBe(before);
    expect(await inFile(project, 'warehouse.duckdb', 'select n from main.total')).toEqual([[42]]);
    expect(await inFile(project, 'warehouse.duckdb', 'select id, v from main.shape')).toEqual([[1, 'a!']]);
    expect(await inFile(project, 'warehouse.duckdb', 'select s from main.sums')).toEqual([[11]]);
    expect(await ok(project, 'promote pr_42')).toContain('nothing to publish');
    expect(await ok(project, 'build -s total')).toContain('unchanged');
    expect(JSON.parse(await ok(project, 'env --output json'))).toMatchObject({ environments: [{ env: 'pr_42', relations: 3 }] });
    expect(await ok(project, 'env drop pr_42')).toContain('and the file of the environment');
    expect(existsSync(project.at('envs/pr_42.duckdb'))).toBe(true);
    const dropped = (await ok(project, 'env drop pr_42 --yes')).split('\n').filter((line) => line.startsWith('dropped'));
    expect(dropped.sort()).toEqual([
      'dropped envs/pr_42.duckdb',
      ...['shape', 'sums', 'total'].map((name) => `dropped main.${name} of envs/pr_42.duckdb`),
    ]);
    expect(existsSync(project.at('envs/pr_42.duckdb'))).toBe(false);
    expect(await ok(project, 'env')).toContain('has no environments');
    expect((await project.tx('env drop pr_42 --yes')).text).toContain('unknown-environment');
  });

  it('is not promoted when production moved, and keeps what is of others when it is dropped', async () => {
    const project = await deployed();
    project.write(CHANGED);
    await ok(project, 'build --env pr_42 --quiet');
    await ok(project, 'build --force --quiet -s base');
    const before = production(project);
    const moved = await project.tx('promote pr_42');
    expect([moved.exit, moved.text]).toEqual([2, expect.stringContaining('promote-moved')]);
    expect(production(project)).toBe(before);
    await inFile(project, 'envs/pr_42.duckdb', 'create table main.mine as select 1 as id');
    expect(await ok(project, 'env drop pr_42 --yes')).toContain('left envs/pr_42.duckdb: something of others stands there, main.mine');
    expect(await inFile(project, 'envs/pr_42.duckdb', standing)).toEqual([['main.mine']]);
    expect(await ok(project, 'env')).toContain('has no environments');
  });

  it('is compared from where both can be read, and no link leads it to the file of production', async () => {
    const project = await deployed();
    project.write(CHANGED);
    await ok(project, 'build --env pr_42 --quiet');
    await ok(project, 'build --env pr_43 --quiet');
    expect((await project.tx('diff --env pr_42 --against dev')).exit).toBe(1);
    expect((await project.tx('diff --env pr_42 --against env:pr_43')).exit).toBe(0);
    const other = await project.tx('diff --against env:pr_42');
    expect([other.exit, other.text.replaceAll(/\s+/g, ' ')]).toEqual([
      2,
      expect.stringContaining('look from there, `tx diff --env pr_42 --against dev`'),
    ]);
    const before = production(project);
    symlinkSync(project.at('warehouse.duckdb'), join(project.at('envs'), 'linked.duckdb'));
    for (const line of ['build --env linked --force', 'env drop linked --yes', 'state --env linked']) {
      const { exit, text } = await project.tx(line);
      expect([line, exit, text]).toEqual([line, 2, expect.stringMatching(/env-file-taken|unknown-environment/)]);
    }
    expect(production(project)).toBe(before);
  });

  it('does not touch the file of another target that has the name of the environment', async () => {
    const project = await deployed();
    project.write({ 'project.yaml': FILES['project.yaml'] + '  prod: { type: duckdb, path: envs/prod.duckdb, schema: main }\n' });
    const inProd = ['--target', 'prod'];
    await inFile(
      project,
      'envs/prod.duckdb',
      'create schema raw',
      `create table raw.orders as select 1 as id, 10 as amount, now() as loaded`,
    );
    expect((await project.tx(['build', '--quiet', ...inProd])).exit).toBe(0);
    project.write(CHANGED);
    const built = await project.tx(['build', '--target', 'dev', '--env', 'prod']);
    expect([built.exit, built.text]).toEqual([2, expect.stringContaining('relation-not-owned')]);
    const dropped = await project.tx(['env', 'drop', 'prod', '--yes', '--target', 'dev']);
    expect([dropped.exit, dropped.text]).toEqual([2, expect.stringContaining('unknown-environment')]);
    expect(await inFile(project, 'envs/prod.duckdb', 'select n from main.total')).toEqual([[2]]);
  });

  it('is everything where nothing was built before, and goes by a saved state where one is asked for', async () => {
    const project = await opened({ ...FILES, 'models/sums.sql': 'select 3 as s' });
    await ok(project, 'build --env pr_42 --quiet');
    expect(existsSync(project.at('warehouse.duckdb'))).toBe(false);
    expect(await inFile(project, 'envs/pr_42.duckdb', 'select n from main.total')).toEqual([[2]]);
    await ok(project, 'env drop pr_42 --yes');
    await ok(project, 'build --quiet');
    project.write({ 'state/manifest.json': project.read('target/manifest.json'), 'models/shape.sql': CHANGED['models/shape.sql'] });
    const said = await ok(project, 'build -s state:modified+ --defer --state state --env pr_42');
    expect(said).toContain('deferred: base to "warehouse"."main_mart"."base"');
    expect(await inFile(project, 'envs/pr_42.duckdb', standing)).toEqual([['main.shape'], ['main.total']]);
  });
});
