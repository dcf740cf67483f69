/** What stands unchanged is not built again, and everything that has changed is noticed, on every engine. */
import { describe, expect, it } from 'vitest';
import { useProjectEngines } from './engine-project.ts';
import type { EngineProject } from './engine-project.ts';

const FILES: Readonly<Record<string, string>> = {
  'seeds/src.csv': 'id,v\n1,a\n2,b\n',
  'models/stg.sql': 'select id, v from {{ref "src"}}',
  'models/eph.sql': '{{config materialized="ephemeral"}}select id, v from {{ref "stg"}}',
  'models/t.sql': '{{config materialized="table"}}select id, v from {{ref "eph"}}',
  'models/inc.sql': '{{config materialized="incremental" unique_key="id"}}select id, v from {{ref "t"}}',
  'models/top.sql': 'select count(*) as n from {{ref "inc"}}',
  'models/p.yaml': `models:
  - name: t
    description: all of it
    columns: [{ name: id, tests: [unique, { relationships: { to: ref('src'), field: id } }] }]`,
  'snapshots/hist.yml': `snapshots:
  - name: hist
    relation: ref('t')
    config: { unique_key: id, strategy: check, check_cols: all }`,
  'tests/data/none.sql': 'select * from {{ref "t"}} where id < 0',
};

/** Runs a command that ends well, and gives the status of each node by its name: `=` for what was not done. */
async function outcome(project: EngineProject, line: string, exit = 0): Promise<Readonly<Record<string, string>>> {
  const { exit: code, text } = await project.tx(line);
  expect(code, `${line}\n${text}`).toBe(exit);
  // The form of dbt's artifact, which tests of the artifact hold it to.
  const { results } = JSON.parse(project.read('target/run_results.json')) as {
    readonly results: readonly { readonly unique_id: string; readonly status: string; readonly message: string | null }[];
  };
  return Object.fromEntries(
    results.map(({ unique_id: id, status, message }) => {
      const name = id.startsWith('test.') ? (id.split('.')[2] ?? '') : (id.split('.').at(-1) ?? '');
      return [name.replace(/_t_.*/, ''), status === 'no-op' || message?.startsWith('pass (as of') === true ? '=' : status];
    }),
  );
}

/** Of a build: what it built, without tests. */
async function builtBy(project: EngineProject, line = 'build'): Promise<readonly string[]> {
  const all = await outcome(project, line);
  return Object.keys(all)
    .filter((name) => all[name] === 'success')
    .sort();
}

describe('a build', () => {
  describe.each(useProjectEngines())('on $name', ({ name: engine, project: open }) => {
    const built = async (more: Readonly<Record<string, string>> = {}, settings = ''): Promise<EngineProject> => {
      const project = await open({ ...FILES, ...more }, settings);
      await outcome(project, 'build');
      return project;
    };

    it('of what is unchanged builds and tests nothing, and writes nothing', async () => {
      const project = await built();
      const before = await project.rows('select (select count(*) from _tx.records), (select count(*) from _tx.runs)');
      const all = await outcome(project, 'build');
      expect(Object.values(all).filter((status) => status !== '=')).toEqual([]);
      expect(Object.keys(all).sort()).toEqual(['hist', 'inc', 'none', 'relationships', 'src', 'stg', 't', 'top', 'unique']);
      expect(await project.rows('select (select count(*) from _tx.records), (select count(*) from _tx.runs)')).toEqual(before);
    });

    it('takes comments and white space for nothing, inside of texts for something', async () => {
      const project = await built();
      project.write({ 'models/t.sql': '{{config materialized="table"}}\nselect id,\n  v -- the value\nfrom /* all */ {{ref "eph"}}\n' });
      expect(await builtBy(project)).toEqual([]);
      project.write({ 'models/t.sql': `{{config materialized="table"}}select id, v || ' ' as v from {{ref "eph"}}` });
      expect(await builtBy(project)).toEqual(['hist', 'inc', 't', 'top']);
      project.write({ 'models/t.sql': `{{config materialized="table"}}select id, v || '  ' as v from {{ref "eph"}}` });
      expect(await builtBy(project)).toEqual(['hist', 'inc', 't', 'top']);
      expect(await builtBy(project)).toEqual([]);
    });

    it('follows a change through views and ephemeral models, and to nothing else', async () => {
      const project = await built({ 'models/apart.sql': '{{config materialized="table"}}select 1 as id' });
      project.write({ 'models/eph.sql': '{{config materialized="ephemeral"}}select id, v from {{ref "stg"}} where id > 1' });
      const plan = (await project.tx('plan --explain')).text;
      expect(plan).toMatch(/its SQL has changed/);
      expect(plan).not.toContain('read through');
      expect(await builtBy(project)).toEqual(['hist', 'inc', 't', 'top']);
      project.write({ 'models/stg.sql': 'select id, upper(v) as v from {{ref "src"}}' });
      // An ephemeral model has no data that could be others.
      const again = (await project.tx('plan --explain')).text;
      expect(again).toContain('`stg`, read through `eph`, has other data than it was built from');
      expect(again).not.toContain('`eph` has other data');
      expect(await builtBy(project)).toEqual(['hist', 'inc', 'stg', 't', 'top']);
      project.write({ 'seeds/src.csv': 'id,v\n2,b\n3,c\n' });
      expect(await builtBy(project)).toEqual(['hist', 'inc', 'src', 'stg', 't', 'top']);
      expect(await project.rows('select id, v from main.t order by id')).toEqual([
        [2, 'B'],
        [3, 'C'],
      ]);
      expect(await builtBy(project)).toEqual([]);
    });

    it('notices a parent that was built by another command, selected or not', async () => {
      const project = await built();
      expect(await builtBy(project, 'run -s t')).toEqual(['t']);
      expect(await builtBy(project, 'build -s inc')).toEqual(['inc']);
      expect(await builtBy(project)).toEqual(['hist', 'top']);
      expect(await builtBy(project)).toEqual([]);
    });

    it('sets comments without building', async () => {
      const project = await built({}, 'models: { persist_docs: { relation: true, columns: true } }');
      expect(await project.comments()).toMatchObject({ t: 'all of it' });
      await project.run('create table main.seen as select * from main.t');
      project.write({ 'models/p.yaml': FILES['models/p.yaml']?.replace('all of it', 'the whole') ?? '' });
      const { text } = await project.tx('plan --explain');
      expect(text).toMatch(/main\.t +comments and rights only/);
      expect(await builtBy(project)).toEqual(['t']);
      expect(await project.comments()).toMatchObject({ t: 'the whole' });
      expect(
        await project.rows(`select reason from _tx.node_runs where node_id = 'model.shop.t' order by started_at desc limit 1`),
      ).toEqual([['metadata-changed']]);
      expect(await builtBy(project)).toEqual([]);
    });

    it('builds what was dropped, and what somebody altered', async () => {
      const project = await built();
      await project.run('drop view main.top');
      expect(await builtBy(project)).toEqual(['top']);
      await project.run('alter table main.t add column more integer');
      expect((await project.tx('plan --explain')).text).toContain('its columns are not those that it was built with');
      expect(await builtBy(project)).toEqual(['hist', 'inc', 't', 'top']);
      expect(await project.rows('select * from main.t order by id')).toEqual([
        [1, 'a'],
        [2, 'b'],
      ]);
      expect(await builtBy(project)).toEqual([]);
    });

    it('knows the query of a view again once the database was closed', async () => {
      const project = await open({
        'seeds/src.csv': FILES['seeds/src.csv'] ?? '',
        'models/cast.sql':
          'select substring(trim(v) from 1 for 1) as v, cast(id as numeric(10, 2)) as n, cast(v as text) as t from {{ref "src"}}',
        'models/more.sql': `select nullif(lower(v), '') as v, cast('2024-01-01' as date) as d, extract(year from date '2024-01-01') as y from {{ref "cast"}}`,
      });
      await outcome(project, 'build');
      expect(await builtBy(project)).toEqual([]);
      expect(await builtBy(project, 'build -s src cast --force')).toEqual(['cast', 'src']);
      expect(await builtBy(project)).toEqual(['more']);
      expect(await builtBy(project)).toEqual([]);
    });

    it('builds a view that somebody gave another query, and what reads it is not taken for granted meanwhile', async () => {
      const project = await built({
        'models/below.sql': '{{config materialized="table"}}select v from {{ref "top2"}}',
        'models/top2.sql': 'select id, v from {{ref "t"}}',
      });
      const restored = async (line: string): Promise<void> => {
        // Where queries may be respelled, one that seems to be another is not believed twice in a row.
        await outcome(project, 'run -s top2');
        await project.run('create or replace view main.top2 as select id, v from main.t where id > 1');
        expect((await project.tx('plan --explain')).text).toMatch(
          /top2 .*does not stand as it was built\n +its query is not the one that it was built with/,
        );
        expect(await builtBy(project, line)).toContain('top2');
        expect(await project.rows('select id from main.top2 order by id')).toEqual([[1], [2]]);
        expect(await builtBy(project)).toEqual([]);
      };
      await restored('build');
      await restored('run -s top2');
      await restored('build --force');
      await outcome(project, 'run -s top2');
      // Where it is not selected, what is built from it now is built again once it stands as it should.
      await project.run('create or replace view main.top2 as select id, v from main.t where id > 1');
      expect(await builtBy(project, 'build -s below --force')).toEqual(['below']);
      expect(await project.rows('select v from main.below')).toEqual([['b']]);
      expect(await builtBy(project)).toEqual(['below', 'top2']);
      expect(await project.rows('select v from main.below order by v')).toEqual([['a'], ['b']]);
      // A table that takes the place of another one leaves the views above it as they are.
      expect(await builtBy(project, 'run -s t')).toEqual(['t']);
      const { text } = await project.tx('plan --explain');
      expect(text).not.toContain('does not stand as it was built');
      expect(text).toMatch(/top2 .*what it reads has changed/);
    });

    it('builds what asks for the moment, what reads sources, what nobody named, and what has hooks, each time', async () => {
      const project = await open({
        'models/s.yaml': 'sources: [{ name: raw, schema: main, tables: [{ name: orders }] }]',
        'models/clock.sql': '{{config materialized="table"}}select current_timestamp as moment',
        'models/view_clock.sql': 'select current_timestamp as moment',
        'models/below_clock.sql': '{{config materialized="table"}}select moment from {{ref "view_clock"}}',
        'models/run.sql': '{{config materialized="table"}}select {{run.started_at}} as moment',
        'models/src.sql': 'select id from {{source "raw" "orders"}}',
        'models/of_src.sql': '{{config materialized="table"}}select id from {{ref "src"}}',
        'models/unnamed.sql': '{{config materialized="table"}}select id from main.orders',
        'models/hooked.sql': '{{config materialized="table" post_hook="select 1"}}select 1 as id',
        'models/plain.sql': '{{config materialized="table"}}select i as id from generate_series(1, 3) as g(i)',
      });
      await project.run('create schema if not exists main', 'create table main.orders as select 1 as id');
      const always = ['below_clock', 'clock', 'hooked', 'of_src', 'run', 'unnamed'];
      expect(await builtBy(project)).toEqual([...always, 'plain', 'src', 'view_clock'].sort());
      expect(await builtBy(project)).toEqual(always);
      const { text } = await project.tx('plan --explain');
      for (const words of [
        'it asks for current_timestamp',
        'it asks for {{run.started_at}}',
        'it asks for main.orders',
        'its hooks may do anything',
        'whether `raw.orders` has new data is not known',
        '`view_clock` asks for current_timestamp',
      ])
        expect(text).toContain(words);
    });

    it('asks a test again when it, its data or its verdict has changed', async () => {
      const project = await built();
      project.write({ 'tests/data/none.sql': 'select * from {{ref "t"}} where id < -1' });
      expect(await outcome(project, 'build')).toMatchObject({ none: 'pass', unique: '=', relationships: '=' });
      await outcome(project, 'seed');
      expect(await outcome(project, 'build')).toMatchObject(
        // Where nobody else can load a seed meanwhile, the same file is the same data.
        engine === 'duckdb' ? { relationships: '=', none: '=' } : { relationships: 'pass', none: 'pass' },
      );
      project.write({ 'tests/data/none.sql': 'select * from {{ref "t"}} where id = 1' });
      expect(await outcome(project, 'build', 1)).toMatchObject({ none: 'fail', unique: '=' });
      expect(await outcome(project, 'build', 1)).toMatchObject({ none: 'fail', unique: '=' });
      expect(await outcome(project, 'test', 1)).toMatchObject({ none: 'fail', unique: 'pass' });
    });

    it('skips nothing with --force, with --full-refresh and in other commands', async () => {
      const project = await built();
      for (const line of ['build --force', 'build --full-refresh']) {
        const all = await outcome(project, line);
        expect(Object.values(all)).not.toContain('=');
      }
      expect(await builtBy(project, 'run')).toEqual(['inc', 'stg', 't', 'top']);
      expect(Object.values(await outcome(project, 'test'))).not.toContain('=');
    });

    it('builds again what a run made of older records, and then no more', async () => {
      const project = await built();
      await project.run(`update _tx.records set entry = replace(entry, '"fingerprint":', '"former":') where kind = 'build'`);
      expect(await builtBy(project)).toEqual(['hist', 'inc', 'src', 'stg', 't', 'top']);
      expect(await builtBy(project)).toEqual([]);
    });
  });
});
