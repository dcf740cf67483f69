/** Two environments in schemas of one database, on every engine. */
import { describe, expect, it } from 'vitest';
import { useProjectEngines } from './engine-project.ts';
import type { EngineProject, ProjectEngine } from './engine-project.ts';

/** Names with all that names may have in them. */
const PROD = `Prod's "α"`;
const LONG = 'm'.repeat(50);

const FILES: Readonly<Record<string, string>> = {
  'seeds/src.csv': 'id,v\n1,a\n2,b\n',
  'models/base.sql': '{{config materialized="table" schema="Mart"}}select id, v from {{ref "src"}}',
  [`models/${LONG}.sql`]: '{{config materialized="table"}}select id from {{ref "base"}}',
  'models/eph.sql': '{{config materialized="ephemeral"}}select id, v from {{ref "base"}}',
  'models/m.sql': `{{config materialized="incremental" unique_key="id"}}
select {{star (ref "base")}} from {{ref "eph"}} where id in (select id from {{ref "${LONG}"}})
{{#if is_incremental}}or id = 9{{/if}}`,
  'models/m.yaml': `models:
  - name: m
    columns: [{ name: id, tests: [unique, { relationships: { to: ref('src'), field: id } }] }]`,
  'tests/data/all_there.sql': 'select id from {{ref "base"}} except select id from {{ref "m"}}',
};

const DEFER = ['--defer', '--state', 'state'];

/** The project as production, with its artifacts in `state`, and the target `dev`. */
async function deployed({ project }: ProjectEngine, more: Readonly<Record<string, string>> = {}): Promise<EngineProject> {
  const opened = await project({ ...FILES, ...more });
  const [, target = ''] = /dev: (\{.*\})/.exec(opened.read('project.yaml')) ?? [];
  const prod = JSON.stringify({ ...(JSON.parse(target) as object), schema: PROD });
  opened.write({ 'project.yaml': `name: shop\ntargets:\n  dev: ${target}\n  prod: ${prod}\ndefault_target: dev\n` });
  await ok(opened, ['build', '--target', 'prod']);
  opened.write({ 'state/manifest.json': opened.read('target/manifest.json') });
  return opened;
}

async function ok(project: EngineProject, args: readonly string[]): Promise<string> {
  const { exit, text } = await project.tx(args);
  expect(exit, `${args.join(' ')}\n${text}`).toBe(0);
  return text;
}

describe('a deferred build', () => {
  describe.each(useProjectEngines())('on $name', (engine) => {
    it('builds and tests what is selected over another schema, again and again', async () => {
      const project = await deployed(engine);
      const own = `select table_schema, table_name from information_schema.tables where table_schema in ('main', 'main_Mart') order by 1, 2`;
      const said = await ok(project, ['build', '-s', 'm', ...DEFER]);
      expect(said).toContain('deferred: ');
      // What production has built stands in the same state.
      expect(await ok(project, ['plan', '-s', 'm', ...DEFER])).not.toContain('no longer built');
      expect(await project.rows('select * from main.m order by id')).toEqual([
        [1, 'a'],
        [2, 'b'],
      ]);
      await ok(project, ['build', '-s', 'm', ...DEFER]);
      await ok(project, ['test', '-s', 'm', ...DEFER]);
      expect(await project.rows('select count(*) from main.m')).toEqual([[2]]);
      expect(await project.rows(own)).toEqual([['main', 'm']]);
      expect(await ok(project, ['show', '-s', 'm', ...DEFER, '--output', 'csv'])).toContain('id,v\n1,a\n2,b\n');
      const compiled = await ok(project, ['compile', '--inline', 'select * from {{ref "base"}}', ...DEFER]);
      expect(compiled).toContain(`select * from "Prod's ""α""_Mart"."base"`);
      // What stands here is taken, unless the state is favoured.
      await project.run(`create schema "main_Mart"`, `create table "main_Mart".base as select 1 as id, 'here' as v`);
      expect(await ok(project, ['plan', '-s', LONG, ...DEFER])).not.toContain('in another environment');
      expect(await ok(project, ['plan', '-s', LONG, ...DEFER, '--favor-state'])).toContain('in another environment');
    });

    it('loads changed seeds only where they are read', async () => {
      const project = await deployed(engine);
      project.write({ 'seeds/src.csv': 'id,v\n1,a\n2,b\n3,c\n' });
      await ok(project, ['build', '-s', 'base', ...DEFER]);
      expect(await project.rows('select count(*) from "main_Mart".base')).toEqual([[2]]);
      await ok(project, ['build', '-s', 'src', 'base', '--indirect-selection', 'cautious', ...DEFER]);
      expect(await project.rows('select count(*) from "main_Mart".base')).toEqual([[3]]);
    });

    it('reads histories elsewhere, and keeps histories of what is read elsewhere', async () => {
      const project = await deployed(engine, {
        'snapshots/h.yml':
          `snapshots:\n  - name: h\n    relation: ref('base')\n    config: { strategy: check, check_cols: all, unique_key: id }\n` +
          `  - name: w\n    relation: ref('view_of')\n    config: { strategy: check, check_cols: all, unique_key: id }\n`,
        'models/view_of.sql': 'select id, v from {{ref "base"}}',
        'models/now.sql': 'select id from {{ref "h"}} where dbt_valid_to is null',
      });
      await ok(project, ['build', '-s', 'now', 'w', ...DEFER]);
      await ok(project, ['snapshot', '-s', 'w', ...DEFER]);
      expect(await project.rows('select count(*) from main.now')).toEqual([[2]]);
      expect(await project.rows('select count(*) from main.w')).toEqual([[2]]);
      expect(await project.rows(`select table_name from information_schema.tables where table_schema = 'main' order by 1`)).toEqual([
        ['now'],
        ['w'],
      ]);
    });

    it('refuses a state of another database that it cannot read', async () => {
      const project = await deployed(engine);
      const manifest = project.read('state/manifest.json');
      const elsewhere = manifest
        .replaceAll(/"database":"[^"]*"/g, '"database":"elsewhere"')
        .replace('"TX_TARGET":"prod"', '"TX_TARGET":"x"');
      project.write({ 'state/manifest.json': elsewhere });
      const { exit, text } = await project.tx(['build', '-s', 'm', ...DEFER]);
      expect({ exit, isTold: text.includes('defer-elsewhere') }, text).toEqual({ exit: 2, isTold: true });
    });
  });
});
