import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { readRows } from '../support/tx.ts';
import { shop } from './shop.ts';
import type { Shop } from './shop.ts';

const PROJECT = `name: shop
targets:
  dev: { type: duckdb, path: shop.duckdb, schema: main }
  prod: { type: duckdb, path: "it's prod.duckdb", schema: main }
default_target: dev
`;

/** Every way in which a node reads others. */
const READERS: Readonly<Record<string, string>> = {
  'macros/m.sql': `{{#macro "all_of" "relation"}}select * from {{relation}}{{/macro}}\n`,
  'models/eph.sql': '{{config materialized="ephemeral"}}select id, amount from {{ref "stg"}} where id > 1\n',
  'models/late.sql': `{{config materialized="table"}}
select s.id, s.amount, 'from "main"."stg"' as said from ({{all_of (ref "stg")}}) s join {{ref "eph"}} e on e.id = s.id
where s.id in (select {{ref "stg"}}.id from {{ref "stg"}})\n`,
  'models/starred.sql': '{{config materialized="table"}}select {{star (ref "stg")}} from {{ref "stg"}}\n',
  'models/late.yaml': `models:
  - name: late
    columns:
      - name: id
        tests: [{relationships: {to: ref('stg'), field: id}}]\n`,
  'tests/data/late_is_whole.sql': 'select * from {{ref "late"}} where id not in (select id from {{ref "stg"}})\n',
};

/** The shop, built as production, whose artifacts are in `state`. */
async function deployed(files: Readonly<Record<string, string | undefined>> = {}): Promise<Shop> {
  const project = await shop({ 'project.yaml': PROJECT, ...files });
  const { code, stderr } = await project.tx(['build', '--target', 'prod', '--quiet']);
  expect(code, stderr).toBe(0);
  cpSync(project.path('target'), project.path('state'), { recursive: true });
  return project;
}

const DEFER = ['--defer', '--state', 'state'];
const TABLES = `select table_name from duckdb_tables() where schema_name = 'main' order by 1`;

async function ok(project: Shop, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<{ stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await project.tx(args, { env });
  expect(code, `${args.join(' ')}\n${stdout}\n${stderr}`).toBe(0);
  return { stdout, stderr };
}

describe('--defer', () => {
  it('reads in the database of production what is not selected and not built', async () => {
    const project = await deployed();
    const { stderr } = await ok(project, ['build', '-s', 'total', ...DEFER]);
    expect(stderr).toContain(`deferred: stg to "it's prod"."main"."stg"`);
    expect(await project.rows('select * from main.total')).toEqual([['60']]);
    // Nothing else was built, not even the seed that a build brings along.
    expect(await project.rows(TABLES)).toEqual([['total']]);
    expect((await ok(project, ['show', '-s', 'total', ...DEFER, '--output', 'csv'])).stdout).toBe('total\n60\n');
    const inline = ['show', '--inline', 'select count(*) as n from {{ref "raw"}}', ...DEFER, '--output', 'csv'];
    expect((await ok(project, inline)).stdout).toBe('n\n3\n');
  });

  it('does so in macros, ephemeral models, columns and tests, and leaves names alone that somebody wrote', async () => {
    const project = await deployed(READERS);
    // What stands counts, not what the file says by now: nobody built that.
    project.write('models/staging/stg.sql', 'select id, amount, 1 as more from {{ref "raw"}}\n');
    await ok(project, ['build', '-s', 'late', 'starred', ...DEFER]);
    expect(await project.rows('select * from main.late order by id')).toEqual([
      ['2', '20', 'from "main"."stg"'],
      ['3', '30', 'from "main"."stg"'],
    ]);
    expect(await project.rows(`select column_name from duckdb_columns() where table_name = 'starred' order by column_index`)).toEqual([
      ['id'],
      ['amount'],
    ]);
    expect(await project.rows(TABLES)).toEqual([['late'], ['starred']]);
    const tested = await ok(project, ['test', '-s', 'late', ...DEFER, '--output', 'json']);
    expect(tested.stdout.match(/"status":\s*"pass"/g)).toHaveLength(2);
  });

  it('shows what it does before it is done: in compiled SQL and in the plan', async () => {
    const project = await deployed();
    expect((await ok(project, ['compile', '-s', 'total', '--resource-type', 'model', ...DEFER])).stdout).toBe(
      `select sum(amount) as total from "it's prod"."main"."stg"\n`,
    );
    expect((await ok(project, ['compile', '--inline', 'from {{ref "stg"}}', ...DEFER])).stdout.trim()).toBe(
      `from "it's prod"."main"."stg"`,
    );
    const { stdout } = await ok(project, ['plan', '-s', 'total', ...DEFER]);
    expect(stdout).toContain(`read in another environment:\n    stg  it's prod.main.stg`);
    const json = JSON.parse((await ok(project, ['plan', '-s', 'total', ...DEFER, '--output', 'json'])).stdout) as { deferred: unknown };
    expect(json.deferred).toEqual([
      { node: 'model.shop.stg', name: 'stg', relation: { database: "it's prod", schema: 'main', name: 'stg' } },
    ]);
    // Neither the cache nor the manifest takes it for what the project says.
    expect((await ok(project, ['compile', '-s', 'total', '--resource-type', 'model'])).stdout).toBe(
      'select sum(amount) as total from "main"."stg"\n',
    );
    const manifest = readFileSync(project.path('target/manifest.json'), 'utf8');
    await ok(project, ['compile', '-s', 'total', '--resource-type', 'model', ...DEFER]);
    expect(readFileSync(project.path('target/manifest.json'), 'utf8')).toBe(manifest);
    expect(manifest).not.toContain("it's prod");
  });

  it('prefers what stands in the target, unless the state is favoured', async () => {
    const project = await deployed();
    project.write('seeds/raw.csv', 'id,amount\n1,1\n');
    await ok(project, ['build', '-s', '+stg']);
    const total = async (...args: readonly string[]): Promise<unknown> => {
      await ok(project, ['run', '-s', 'total', '--state', 'state', ...args]);
      return (await project.rows('select total from main.total'))[0]?.[0];
    };
    expect(await total('--defer')).toBe('1');
    expect(await total('--defer', '--favor-state')).toBe('60');
    expect(await total('--favor-state')).toBe('60');
    expect(await total('--favor-state', '--no-defer')).toBe('1');
    // What is selected is meant as it is here.
    await ok(project, ['build', ...DEFER, '--favor-state']);
    expect(await project.rows('select total from main.total')).toEqual([['1']]);
    const { stdout } = await ok(project, ['plan', '-s', 'total', '--favor-state', '--state', 'state']);
    expect(stdout).not.toContain('no longer');
  });

  it('has variables, and is repeated by a retry', async () => {
    const project = await deployed();
    const env = { TX_DEFER: '1', TX_STATE: 'state' };
    project.write('tests/data/total_is_positive.sql', 'select * from {{ref "total"}} where total > 0\n');
    expect((await project.tx(['build', '-s', 'total'], { env })).code).toBe(1);
    project.write('tests/data/total_is_positive.sql', 'select * from {{ref "total"}} where total <= 0\n');
    const { stderr } = await ok(project, ['retry']);
    expect(stderr).toContain('deferred: stg to');
    expect(await project.rows('select * from main.total')).toEqual([['60']]);
  });

  it('keeps views over the other database readable', async () => {
    const project = await deployed({ 'models/v.sql': 'select * from {{ref "stg"}}\n', 'models/w.sql': 'select * from {{ref "v"}}\n' });
    await ok(project, ['build', '-s', 'v', ...DEFER]);
    // Nothing is deferred now, and yet the other database is needed.
    await ok(project, ['build', '-s', 'w', ...DEFER]);
    expect((await ok(project, ['show', '-s', 'w', ...DEFER, '--output', 'csv'])).stdout).toBe('id,amount\n1,10\n2,20\n3,30\n');
  });

  it('never writes to the other database', async () => {
    const project = await deployed({
      'models/hooked.sql': `{{config post_hook="insert into {{ref 'raw'}} values (9, 9)"}}select 1 as one from {{ref "raw"}}\n`,
    });
    const before = readFileSync(project.path("it's prod.duckdb"));
    const refused = await project.tx(['run', '-s', 'hooked', ...DEFER]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('read-only');
    await ok(project, ['build', '-s', 'total', ...DEFER]);
    expect(readFileSync(project.path("it's prod.duckdb")).equals(before)).toBe(true);
  });

  it('knows the columns of the other environment before anything runs', async () => {
    const project = await deployed();
    project.write('models/marts/total.sql', 'select sum(amuont) as total from {{ref "stg"}}\n');
    const { code, stderr } = await project.tx(['build', '-s', 'total', ...DEFER]);
    expect(code).toBe(2);
    expect(stderr).toContain('error unknown-column  models/marts/total.sql:1:12');
    expect(stderr).toContain('`amount`');
  });

  it('waits for production while somebody writes there, and says who that is', async () => {
    const project = await deployed();
    const instance = await DuckDBInstance.create(project.path("it's prod.duckdb"));
    const refused = await project.tx(['run', '-s', 'total', ...DEFER], { spawn: true });
    expect(refused.code).toBe(75);
    expect(refused.stderr).toContain(`\`it's prod.duckdb\` is in use by process ${process.pid}`);
    const waiting = project.tx(['run', '-s', 'total', ...DEFER, '--wait', '60'], { spawn: true });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    instance.closeSync();
    expect((await waiting).code).toBe(0);
    expect(await project.rows('select * from main.total')).toEqual([['60']]);
  });

  it('shows the rows for which a test fails there', async () => {
    const project = await deployed();
    project.write('tests/data/total_is_positive.sql', 'select total, 1 as more from {{ref "total"}} where total > 0\n');
    const shown = await ok(project, ['show', '--failures', 'total_is_positive', ...DEFER, '--output', 'csv']);
    expect(shown.stdout).toBe('total,more\n60,1\n');
    // Looking makes no database of one's own.
    expect((await ok(project, ['show', '-s', 'total', ...DEFER, '--output', 'csv'])).stdout).toBe('total\n60\n');
    expect(existsSync(project.path('shop.duckdb'))).toBe(false);
  });

  it('leaves alone what stands nowhere', async () => {
    const project = await deployed();
    project.write('models/fresh.sql', 'select 1 as amount\n');
    project.write('models/marts/total.sql', 'select sum(amount) as total from {{ref "fresh"}}\n');
    const { code, stderr } = await project.tx(['run', '-s', 'total', ...DEFER]);
    expect(code).toBe(1);
    expect(stderr).toContain('error parent-not-built');
  });

  it('says what is wrong with the state', async () => {
    const project = await deployed();
    const says = async (args: readonly string[]): Promise<string> => {
      const { code, stderr } = await project.tx(['build', '-s', 'total', ...args]);
      expect(code, stderr).toBe(2);
      return stderr;
    };
    expect(await says(['--defer'])).toContain('`--defer` looks into the `manifest.json` of an earlier run, and none was named');
    expect(await says(['--defer', '--state', 'nowhere'])).toContain('`--defer` needs `nowhere/manifest.json`, which does not exist');
    project.write('state/manifest.json', '[]');
    expect(await says(DEFER)).toContain('cannot be read: it is no manifest');
    const manifest = readFileSync(project.path('target/manifest.json'), 'utf8');
    project.write('state/manifest.json', manifest.replace('"TX_TARGET":"prod"', '"TX_TARGET":"live"'));
    expect(await says(DEFER)).toContain("the saved state is of the database `it's prod`, which cannot be read from `shop`");
    project.write('state/manifest.json', manifest);
    rmSync(project.path("it's prod.duckdb"));
    for (const command of ['run', 'plan', 'compile']) {
      const { code, stderr } = await project.tx([command, '-s', 'total', ...DEFER]);
      expect({ code, isTold: stderr.includes('error missing-database') && stderr.includes("it's prod.duckdb") }, stderr).toEqual({
        code: 2,
        isTold: true,
      });
    }
  });

  it('shares a file between schemas, and attaches nothing then', async () => {
    const project = await shop({ 'project.yaml': PROJECT.replace(/prod: .*/, 'prod: { type: duckdb, path: shop.duckdb, schema: live }') });
    await ok(project, ['build', '--target', 'prod', '--quiet']);
    cpSync(project.path('target'), project.path('state'), { recursive: true });
    await ok(project, ['build', '-s', 'total', ...DEFER]);
    expect(await readRows(project.path('shop.duckdb'), TABLES)).toEqual([['total']]);
    expect((await ok(project, ['compile', '-s', 'total', '--resource-type', 'model', ...DEFER])).stdout).toBe(
      'select sum(amount) as total from "live"."stg"\n',
    );
  });
});
