/** Care of what is remembered, on every engine. */
import { describe, expect, it } from 'vitest';
import { useProjectEngines } from './engine-project.ts';
import type { EngineProject } from './engine-project.ts';

const FILES: Readonly<Record<string, string>> = {
  'models/base.sql': '{{config materialized="table"}}select 1 as id, 5 as n',
  'models/shape.sql': 'select id, n from {{ref "base"}}',
  'models/facts.sql': '{{config materialized="incremental" unique_key="id"}}select id, n from {{ref "shape"}}',
};

async function ok(project: EngineProject, line: string): Promise<string> {
  const { exit, text } = await project.tx(line);
  expect(exit, `${line}\n${text}`).toBe(0);
  return text;
}

const named = `select table_schema || '.' || table_name from information_schema.tables where table_schema in ('main', 'mart') order by 1`;

async function relations(project: EngineProject): Promise<readonly string[]> {
  return (await project.rows(named)).map(([name]) => String(name));
}

// What is printed in JSON stands on one line.
const json = (text: string): { readonly relations: readonly Readonly<Record<string, unknown>>[] } =>
  JSON.parse(text) as { readonly relations: readonly Readonly<Record<string, unknown>>[] };

describe('tx state', () => {
  describe.each(useProjectEngines())('on $name', (engine) => {
    it('lists what stands, what is gone and what somebody has altered', async () => {
      const project = await engine.project(FILES);
      await ok(project, 'build --quiet');
      project.write({
        'models/base.sql': '{{config materialized="table"}}select 1 as id, 5 as n union all select 2, 6 union all select 3, 7',
      });
      project.write({ 'models/facts.sql': `${FILES['models/facts.sql']}{{#if is_incremental}} where id > 1{{/if}}` });
      await ok(project, 'build --quiet');
      expect(await project.rows('select count(*) from main.facts')).toEqual([[3]]);
      await project.run('drop table main.facts', 'alter table main.base add column x integer');
      const { relations: found } = json(await ok(project, 'state --output json'));
      expect(found.map(({ relation, kind, target, last_rows: rows, state }) => [relation, kind, target, rows, state])).toEqual([
        ['main.base', 'table', 'dev', 3, 'altered'],
        ['main.facts', 'table', 'dev', 2, 'gone'],
        ['main.shape', 'view', 'dev', null, 'stands'],
      ]);
      expect(await ok(project, 'state show shape')).toMatch(
        /relation {6}main\.shape\n[^]*fingerprint\n[^]*inputs\n {2}model\.shop\.base: /,
      );
      expect(await ok(project, 'state show main.facts')).toContain('state         gone');
    });

    it('drops with --yes what nobody builds any more, views before what they read', async () => {
      const project = await engine.project({
        ...FILES,
        'models/old.sql': '{{config materialized="table"}}select id from {{ref "base"}}',
        'models/older.sql': 'select id from {{ref "old"}}',
        'models/a_view.sql': 'select id from {{ref "older"}}',
      });
      await ok(project, 'build --quiet');
      await project.run('create table main.mine as select 1 as id', 'create view main.my_view as select id from main.shape');
      for (const name of ['old', 'older', 'a_view']) project.remove(`models/${name}.sql`);
      const before = await relations(project);
      const listed = await ok(project, 'state gc');
      expect(listed).toContain('nothing was dropped');
      expect(listed).not.toContain('NULL');
      expect(await relations(project)).toEqual(before);
      const said = await ok(project, 'state gc --yes');
      for (const name of ['old', 'older', 'a_view']) expect(said).toContain(`dropped main.${name}\n`);
      expect(await relations(project)).toEqual(['main.base', 'main.facts', 'main.mine', 'main.my_view', 'main.shape']);
      expect(await ok(project, 'state gc --yes')).toContain('nothing to drop');
      // The name is free, so what somebody else puts there is somebody else's; and counting goes on where it was.
      await project.run('create table main.old as select 7 as id');
      project.write({ 'models/old.sql': '{{config materialized="table"}}select 8 as id' });
      expect((await project.tx('build -s old')).text).toContain('relation-not-owned');
      await project.run('drop table main.old');
      await ok(project, 'build -s old --quiet');
      await ok(project, 'build -s old --force --quiet');
      const counted = `select max(ordinal) from _tx.records where kind = 'build' and subject = '"main"."old"'`;
      expect(await project.rows(counted)).toEqual([[4]]);
      expect(await ok(project, 'build -s old')).toContain('unchanged');
    });

    it('leaves and names what a view of somebody else reads, what was altered, and histories', async () => {
      const project = await engine.project({
        ...FILES,
        'models/old.sql': '{{config materialized="table"}}select 1 as id',
        'models/changed.sql': '{{config materialized="table"}}select 1 as id',
        'snapshots/past.yaml': `snapshots:
  - name: past
    relation: ref('old')
    config: { unique_key: id, strategy: check, check_cols: all }`,
      });
      await ok(project, 'build --quiet');
      for (const path of ['models/old.sql', 'models/changed.sql', 'snapshots/past.yaml']) project.remove(path);
      await project.run('create view main.theirs as select id from main.old', 'alter table main.changed add column x integer');
      const said = await ok(project, 'state gc --yes');
      expect(said).toMatch(/left main\.old: .*theirs/);
      expect(said).toContain('left main.changed: not as it was built');
      expect(said).toContain('left main.past: a history');
      expect(await project.rows('select id from main.theirs')).toEqual([[1]]);
      expect(await relations(project)).toEqual(expect.arrayContaining(['main.old', 'main.changed', 'main.past']));
      await project.run('drop view main.theirs');
      expect(await ok(project, 'state gc --yes')).toContain('dropped main.old\n');
    });

    it('drops what stands beside a model with it, again and again, and what the model no longer fills; rows set aside stay with it', async () => {
      const events =
        '{{config materialized="incremental" unique_key="id" sequence_by="n" delete_when="n > 5"}}select id, n from {{ref "base"}}';
      const strict = `models: [{ name: strict, columns: [{ name: n, tests: [{ in_range: { max: 5, on_fail: quarantine } }] }] }]`;
      const files = {
        'models/base.sql': '{{config materialized="table"}}select 1 as id, 5 as n union all select 2, 6',
        'models/log.sql': events,
        'models/strict.sql': '{{config materialized="table"}}select id, n from {{ref "base"}}',
        'models/strict.yaml': strict,
      };
      const project = await engine.project(files);
      const all = ['main.base', 'main.log', 'main.log__deleted', 'main.strict', 'main.strict__quarantine'];
      for (const _round of [1, 2]) {
        project.write(files);
        await ok(project, 'build --quiet');
        expect(await ok(project, 'state gc')).toContain('everything that was built is still built');
        for (const name of ['log.sql', 'strict.sql', 'strict.yaml']) project.remove(`models/${name}`);
        const listed = json(await ok(project, 'state gc --output json')).relations.map(({ relation, stays }) => [relation, stays]);
        expect(listed.sort()).toEqual(all.slice(1).map((name) => [name, null]));
        for (const name of all.slice(1)) expect(await ok(project, 'plan')).toContain(`${name}  (was `);
        await ok(project, 'state gc --yes');
        expect(await relations(project)).toEqual(['main.base']);
      }
      project.write(files);
      await ok(project, 'build --quiet');
      project.write({ 'models/log.sql': '{{config materialized="table"}}select id, n from {{ref "base"}}', 'models/strict.yaml': '' });
      await ok(project, 'build --quiet');
      // What somebody else has put there only looks like it.
      await project.run('create table main.base__deleted as select 1 as id');
      const said = await ok(project, 'state gc --yes');
      expect(said).toContain('dropped main.log__deleted\n');
      expect(said).toContain('left main.strict__quarantine: rows that its model may not have');
      expect(await relations(project)).toEqual(['main.base', 'main.base__deleted', 'main.log', 'main.strict', 'main.strict__quarantine']);
    });

    it('does not drop what another target or another project has built', async () => {
      const project = await engine.project({ 'models/a.sql': '{{config materialized="table"}}select 1 as id' });
      const [, target = ''] = /dev: (\{.*\})/.exec(project.read('project.yaml')) ?? [];
      const mart = JSON.stringify({ ...(JSON.parse(target) as object), schema: 'mart' });
      const settings = (name: string): string => `name: ${name}\ntargets:\n  dev: ${target}\n  prod: ${mart}\ndefault_target: dev\n`;
      project.write({ 'project.yaml': settings('shop') });
      await ok(project, 'build --target prod --quiet');
      await ok(project, 'build --quiet');
      project.remove('models/a.sql');
      project.write({ 'models/b.sql': 'select 1 as id' });
      expect(await ok(project, 'state gc --yes')).toContain('dropped main.a\n');
      expect(await relations(project)).toEqual(['mart.a']);
      project.write({ 'project.yaml': settings('other') });
      expect(await ok(project, 'state gc --yes --target prod')).toContain('nothing to drop');
      expect(await relations(project)).toEqual(['mart.a']);
    });

    it('builds anew what was reset, incremental models from nothing, and keeps them its own', async () => {
      const project = await engine.project(FILES);
      await ok(project, 'build --quiet');
      await project.run('insert into main.facts values (9, 9)');
      expect(await ok(project, 'build')).toContain('3 unchanged');
      expect(await ok(project, 'state reset facts main.base')).toContain('main.facts: forgotten');
      const plan = await ok(project, 'plan --explain');
      for (const name of ['facts', 'base']) expect(plan).toMatch(new RegExp(`model +${name} .* was reset`));
      expect(plan).toContain('nothing is known of what it was built from');
      await ok(project, 'build --quiet');
      expect(await project.rows('select id, n from main.facts')).toEqual([[1, 5]]);
      expect(await ok(project, 'build')).toContain('3 unchanged');
      const said = await project.tx('state reset nothing_like_it');
      expect(said.exit).toBe(2);
    });

    it('loads all intervals again of a model that was reset', async () => {
      const project = await engine.project({
        'models/days.sql': `{{config materialized="incremental" incremental_strategy="time_interval" time_column="day" batch_size="day" begin="2024-01-01"}}
select day, 1 as n from (values (timestamp '2024-01-01'), (timestamp '2024-01-02')) as t (day)
where day >= {{interval.start}} and day < {{interval.end}}`,
      });
      const at = '2024-01-03T06:00:00Z';
      expect((await project.tx('build', at)).exit).toBe(0);
      expect((await project.tx('build', at)).text).toContain('unchanged');
      await ok(project, 'state reset days');
      const again = await project.tx('build --output json', at);
      expect(again.exit, again.text).toBe(0);
      expect(await project.rows(`select count(*) from _tx.intervals where event = 'load'`)).toEqual([[4]]);
      expect(await project.rows('select count(*) from main.days')).toEqual([[2]]);
    });

    it('moves into an empty database by export and import, and knows everything there', async () => {
      const project = await engine.project(FILES);
      await ok(project, 'build --quiet');
      const exported = await ok(project, 'state export');
      expect(await ok(project, 'state export')).toHaveLength(exported.length);
      project.write({ 'state.json': exported });
      expect(await ok(project, 'state import state.json')).toContain('all of it is there already');
      await project.run('drop schema _tx cascade');
      expect((await project.tx('build')).text).toContain('relation-not-owned');
      expect(await ok(project, 'state import state.json')).toMatch(/\d+ rows added/);
      expect(await ok(project, 'build')).toContain('3 unchanged');
    });

    it('refuses an import over a state that knows more, and changes nothing', async () => {
      const project = await engine.project(FILES);
      await ok(project, 'build --quiet');
      project.write({ 'state.json': await ok(project, 'state export') });
      await ok(project, 'build --force --quiet');
      const count = 'select count(*) from _tx.records';
      const before = await project.rows(count);
      const said = await project.tx('state import state.json');
      expect(said.exit).toBe(2);
      expect(said.text).toContain('state-differs');
      expect(await project.rows(count)).toEqual(before);
    });

    it.skipIf(engine.name === 'duckdb')('refuses an import while a run is at work', async () => {
      const project = await engine.project(FILES);
      await ok(project, 'build --quiet');
      project.write({ 'state.json': await ok(project, 'state export') });
      const session = await engine.adapter.open({
        target: { name: 'dev', type: engine.name, schema: 'main', threads: 1, settings: project.settings },
        projectRoot: '/',
        connections: 1,
        readOnly: false,
      });
      try {
        await session.announceRun?.('r-alive');
        await project.run(`insert into _tx.runs select 'r-alive', 'running', now(), 'build', 'dev', '1'`);
        const said = await project.tx('state import state.json');
        expect(said.text).toContain('state-in-use');
        expect(said.exit).toBe(75);
      } finally {
        await session.close();
      }
    });

    it('keeps failing rows of tests out of an export', async () => {
      const project = await engine.project({
        ...FILES,
        'models/base.yaml': `models:
  - name: base
    columns: [{ name: n, tests: [{ accepted_values: { values: [1], config: { store_failures: true, severity: warn } } }] }]`,
      });
      await ok(project, 'build --quiet');
      expect(await project.rows(`select count(*) from _tx.records where kind = 'rows'`)).toEqual([[1]]);
      const { records } = JSON.parse(await ok(project, 'state export')) as { readonly records: readonly (readonly unknown[])[] };
      expect(records.length).toBeGreaterThan(3);
      expect(records.filter(([kind]) => kind === 'rows')).toEqual([]);
    });
  });
});
