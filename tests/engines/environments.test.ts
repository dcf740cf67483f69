/** Environments of a target, on every engine: what differs is built there, everything else is read where production has it. */
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useFirstEngine } from './engine-project.ts';
import type { EngineProject, ProjectEngine } from './engine-project.ts';

const FILES: Readonly<Record<string, string>> = {
  'seeds/src.csv': 'id,v\n1,a\n2,b\n',
  'seeds/other.csv': 'id\n1\n',
  'models/base.sql': '{{config materialized="table" schema="mart"}}select id, v from {{ref "src"}}',
  'models/beside.sql': '{{config materialized="table"}}select id from {{ref "other"}}',
  'models/shape.sql': 'select id, v from {{ref "base"}}',
  'models/total.sql': '{{config materialized="table"}}select count(*) as n from {{ref "shape"}} join {{ref "beside"}} using (id)',
  'models/facts.sql': '{{config materialized="incremental" unique_key="id"}}select id, v from {{ref "base"}}',
  'models/total.yaml': 'models:\n  - name: total\n    columns: [{ name: n, tests: [not_null] }]\n',
};

const CHANGED = { 'models/shape.sql': `select id, v || '!' as v from {{ref "base"}} where id < 2` };

async function ok(project: EngineProject, line: string): Promise<string> {
  const { exit, text } = await project.tx(line);
  expect(exit, `${line}\n${text}`).toBe(0);
  return text;
}

/** Everything that stands, by schema. */
async function standing(project: EngineProject): Promise<Readonly<Record<string, readonly string[]>>> {
  const sql = `select table_schema, table_name from information_schema.tables where table_schema like 'main%' or table_schema like '\\_tx%' escape '\\' order by 1, 2`;
  const found: Record<string, string[]> = {};
  for (const [schema, name] of await project.rows(sql)) (found[String(schema)] ??= []).push(String(name));
  return found;
}

/** All that production holds, as text. */
async function production(project: EngineProject): Promise<string> {
  const tables = [
    'main.beside',
    'main.facts',
    'main.other',
    'main.shape',
    'main.src',
    'main.total',
    'main_mart.base',
    '_tx.records',
    '_tx.runs',
    '_tx.meta',
  ];
  const parts = await Promise.all(
    tables.map(async (table) =>
      (await project.rows(`select cast(t as varchar) from ${table} as t order by 1`)).map(([row]) => `${table}: ${String(row)}`),
    ),
  );
  return parts.flat().join('\n');
}

async function deployed({ project }: ProjectEngine, more: Readonly<Record<string, string>> = {}): Promise<EngineProject> {
  const opened = await project({ ...FILES, ...more });
  await ok(opened, 'build --quiet');
  return opened;
}

describe('an environment', () => {
  /** A history of a model or seed, as `past`. */
  const historyOf = (name: string): Record<string, string> => ({
    'snapshots/past.yaml': `snapshots:
  - name: past
    relation: ref('${name}')
    config: { unique_key: id, strategy: check, check_cols: all }`,
  });

  describe.each(useFirstEngine())('on $name', (engine) => {
    it('has what differs and what follows from it, reads the rest in production, and writes nothing there', async () => {
      const project = await deployed(engine);
      const before = await production(project);
      expect(await ok(project, 'build --env pr_42')).toContain('nothing of it differs');
      project.write(CHANGED);
      const said = await ok(project, 'build --env pr_42');
      expect(said).toContain('deferred: ');
      const { main__pr_42: built, main_mart__pr_42: marts } = await standing(project);
      expect(built).toEqual(['shape', 'total']);
      expect(marts).toBeUndefined();
      expect(await project.rows('select n from main__pr_42.total')).toEqual([[1]]);
      expect(await project.rows('select id, v from main__pr_42.shape')).toEqual([[1, 'a!']]);
      expect(await production(project)).toBe(before);
      expect(await ok(project, 'show -s total --env pr_42 --output csv')).toContain('n\n1\n');
      expect(await ok(project, 'test --env pr_42')).toMatch(/1 (ok|passed|pass)/);
      expect(await production(project)).toBe(before);
    });

    it('of a change that changes nothing is published and taken away as any other', async () => {
      const project = await deployed(engine);
      const before = await production(project);
      project.write({ 'models/beside.sql': '{{config materialized="table"}}select id -- as it was\nfrom {{ref "other"}}' });
      await ok(project, 'plan --env pr_42');
      await ok(project, 'test --env pr_42');
      expect((await project.tx('promote pr_42')).text).toContain('unknown-environment');
      expect(await ok(project, 'build --env pr_42')).toContain('nothing of it differs');
      expect(await ok(project, 'env')).toMatch(/pr_42 +0 /);
      expect(await ok(project, 'promote pr_42')).toContain('nothing to publish');
      for (const line of ['promote pr_24', 'env drop pr_24 --yes'])
        expect(await project.tx(line)).toMatchObject({
          exit: 2,
          text: expect.stringMatching(/unknown-environment[^]*did you mean `pr_42`/),
        });
      await ok(project, 'env drop pr_42 --yes');
      expect(await ok(project, 'env')).toContain('has no environments');
      expect(await production(project)).toBe(before);
    });

    it('builds nothing twice, until production or the files move', async () => {
      const project = await deployed(engine);
      project.write(CHANGED);
      await ok(project, 'build --env pr_42 --quiet');
      expect(await ok(project, 'build --env pr_42')).toMatch(/2 (models )?unchanged/);
      project.write({ 'seeds/other.csv': 'id\n1\n2\n' });
      const plan = await ok(project, 'plan --env pr_42');
      expect(plan).toContain('other');
      expect(plan).toContain('beside');
      await ok(project, 'build --env pr_42 --quiet');
      expect((await standing(project))['main__pr_42']).toEqual(['beside', 'other', 'shape', 'total']);
      // Production takes the new seed; what the environment has of it is not read any more.
      await ok(project, 'build -s other+ --exclude shape total --quiet');
      await project.run('delete from main__pr_42.beside');
      const said = await ok(project, 'build --env pr_42');
      expect(said).toContain('total');
      expect(await project.rows('select n from main__pr_42.total')).toEqual([[1]]);
    });

    it('is planned with what differs from production, and not as what was never built', async () => {
      const project = await deployed(engine, {
        'models/config.sql': '{{config materialized="incremental" unique_key="id"}}select id, v from {{ref "base"}}',
      });
      project.write({
        'models/base.sql': `{{config materialized="table" schema="mart"}}select id, v || '!' as v from {{ref "src"}}`,
        'models/beside.sql': '{{config materialized="view"}}select id from {{ref "other"}}',
        'models/config.sql': '{{config materialized="incremental" unique_key="v"}}select id, v from {{ref "base"}}',
        'models/fresh.sql': 'select id from {{ref "base"}}',
        'seeds/other.csv': 'id\n1\n2\n',
      });
      const explained = (text: string, name: string): readonly string[] => {
        const lines = text.split('\n');
        const at = lines.findIndex((line) => new RegExp(`^ {2}(model|seed) +${name} `).test(line));
        const end = lines.findIndex((line, index) => index > at && !line.startsWith('      '));
        return [lines[at]?.split(/ {2,}/).at(-1) ?? '', ...lines.slice(at + 1, end).map((line) => line.trim())];
      };
      const text = await ok(project, 'plan --env pr_42 --explain');
      expect(text).not.toContain('nothing is known');
      expect(explained(text, 'base')).toEqual(['its SQL has changed']);
      expect(explained(text, 'other')).toEqual(['file changed', 'its file has changed']);
      expect(explained(text, 'config')).toEqual(['its config has changed', 'its unique_key has changed from id to v']);
      expect(explained(text, 'beside')).toEqual(['was another kind of relation']);
      expect(explained(text, 'fresh')).toEqual(['never built']);
      expect(explained(text, 'shape')).toEqual(['what it reads has changed', 'reads `v` of `base`, which differs from target dev']);
      expect(explained(text, 'facts')).toEqual(['what it reads has changed', 'reads `base`, which differs from target dev']);
      const reasons = `select relation_name, reason from _tx__pr_42.node_runs where relation_name in ('base', 'fresh') order by relation_name`;
      await ok(project, 'build --env pr_42 --quiet');
      expect(await project.rows(reasons)).toEqual([
        ['base', 'sql-changed'],
        ['fresh', 'never-built'],
      ]);
      await ok(project, 'build --env pr_43 -s src --force --quiet');
      expect(await project.rows('select relation_name, reason from _tx__pr_43.node_runs')).toEqual([['src', 'never-built']]);
    });

    it('does not meet another one, nor production while that is built', async () => {
      const project = await deployed(engine);
      project.write(CHANGED);
      await ok(project, 'build --env pr_42 --quiet');
      project.write({ 'models/shape.sql': 'select id, v from {{ref "base"}} where id = 77' });
      await ok(project, 'build --env other --quiet');
      await ok(project, 'build --quiet');
      expect(await project.rows('select n from main__pr_42.total')).toEqual([[1]]);
      expect(await project.rows('select n from main__other.total')).toEqual([[0]]);
      expect(await project.rows('select n from main.total')).toEqual([[0]]);
      const results = (path: string): unknown => (JSON.parse(project.read(path)) as { readonly args: { readonly env?: string } }).args.env;
      expect([results('target/env/pr_42/run_results.json'), results('target/run_results.json')]).toEqual(['pr_42', undefined]);
    });

    it('takes a column that production does not have yet from what it builds itself', async () => {
      const project = await deployed(engine);
      project.write({
        'models/base.sql': '{{config materialized="table" schema="mart"}}select id, v, id * 2 as twice from {{ref "src"}}',
        'models/total.sql': '{{config materialized="table"}}select {{star (ref "base")}} from {{ref "base"}}',
        'models/total.yaml': '',
      });
      await ok(project, 'build --env pr_42 --quiet');
      expect(await project.rows('select id, v, twice from main__pr_42.total order by 1')).toEqual([
        [1, 'a', 2],
        [2, 'b', 4],
      ]);
      expect(Object.keys(await standing(project))).toContain('main_mart__pr_42');
    });

    it('is everything where nothing was built before', async () => {
      const project = await engine.project(FILES);
      await ok(project, 'build --env pr_42 --quiet');
      expect(Object.keys(await standing(project)).sort()).toEqual(['_tx__pr_42', 'main__pr_42', 'main_mart__pr_42']);
    });

    it('builds what is named and differs; with --force what is named', async () => {
      const project = await deployed(engine);
      project.write(CHANGED);
      await ok(project, 'build --env pr_42 -s shape beside --quiet');
      expect((await standing(project))['main__pr_42']).toEqual(['shape']);
      await ok(project, 'build --env pr_42 -s beside --force --quiet');
      expect((await standing(project))['main__pr_42']).toEqual(['beside', 'shape']);
    });

    it('reads a saved state where one is asked for', async () => {
      const project = await deployed(engine);
      project.write({ 'state/manifest.json': project.read('target/manifest.json'), ...CHANGED });
      const said = await ok(project, 'build -s state:modified+ --defer --state state --env pr_42');
      expect(said).toContain('deferred: ');
      expect((await standing(project))['main__pr_42']).toEqual(['shape', 'total']);
      // What is named is built, though it is what production has.
      expect(await ok(project, 'build -s beside --env pr_42')).toContain('nothing of it differs');
      await ok(project, 'build -s beside --defer --state state --env pr_42 --quiet');
      expect((await standing(project))['main__pr_42']).toEqual(['beside', 'shape', 'total']);
    });

    it('has a name that every database takes, and schemas of its own', async () => {
      const project = await deployed(engine);
      for (const name of ['PR', 'a__b', '_a', 'a-b', 'a.b', 'ä', 'a'.repeat(31)]) {
        const said = await project.tx(['build', `--env=${name}`]);
        expect(said.exit, said.text).toBe(2);
        expect(said.text).toContain('flag-value');
      }
      // The engine with a limit says so before anything runs.
      project.write({ 'models/beside.sql': `{{config materialized="table" schema="${'x'.repeat(40)}"}}select 1 as id` });
      const { exit, text } = await project.tx(['build', '-s', 'beside', '--env', 'a'.repeat(30)]);
      expect([engine.name, exit, text.includes('bad-identifier')]).toEqual(
        engine.name === 'postgres' ? ['postgres', 2, true] : ['duckdb', 0, false],
      );
    });

    it('is listed, and dropped with all that was made there and nothing else', async () => {
      const project = await deployed(engine);
      const before = await standing(project);
      expect(await ok(project, 'env')).toContain('has no environments');
      project.write({
        ...CHANGED,
        'models/held.sql': '{{config materialized="table" schema="mart"}}select id, v from {{ref "shape"}}',
        'models/held.yaml': `models:
  - name: held
    columns: [{ name: v, tests: [{ accepted_values: { values: [b], on_fail: quarantine } }] }]`,
      });
      await ok(project, 'build --env pr_42 --quiet');
      await ok(project, 'build --env other -s shape --quiet');
      const { environments } = JSON.parse(await ok(project, 'env --output json')) as { readonly environments: readonly object[] };
      expect(environments).toMatchObject([
        { env: 'other', relations: 1 },
        { env: 'pr_42', relations: 3 },
      ]);
      const all = await standing(project);
      expect(all['main_mart__pr_42']).toEqual(['held', 'held__quarantine']);
      expect(await ok(project, 'env drop pr_42')).toContain('nothing was dropped');
      expect(await standing(project)).toEqual(all);
      project.write({ 'target/env/pr_42/external/main__pr_42/x.csv': 'id\n', 'target/env/other/mine.txt': 'mine' });
      await ok(project, 'env drop pr_42 --yes');
      expect(existsSync(project.at('target/env/pr_42'))).toBe(false);
      expect(await ok(project, 'env drop other --yes')).toContain('left target/env/other: something of others is there');
      expect(readdirSync(project.at('target/env/other'))).toEqual(['mine.txt']);
      expect(await standing(project)).toEqual(before);
      const schemas = await project.rows(
        `select schema_name from information_schema.schemata where catalog_name = current_database() and schema_name like '%\\_\\_%' escape '\\'`,
      );
      expect(schemas).toEqual([]);
      expect((await project.tx('env drop pr_42 --yes')).text).toContain('unknown-environment');
      project.remove('models/held.yaml');
      project.remove('models/held.sql');
      project.write(FILES);
      expect(await ok(project, 'build')).toContain('unchanged');
    });

    it('keeps, when it is dropped, what is of others or read by them, and goes on once that is gone', async () => {
      const project = await deployed(engine);
      project.write(CHANGED);
      await ok(project, 'build --env pr_42 --quiet');
      await project.run('create table main__pr_42.mine as select 1 as id', 'create view main.reader as select n from main__pr_42.total');
      const said = await ok(project, 'env drop pr_42 --yes');
      expect(said).toContain('dropped main__pr_42.shape');
      expect(said).toMatch(/left main__pr_42\.total: .*reader/);
      expect((await standing(project))['main__pr_42']).toEqual(['mine', 'total']);
      expect(await project.rows('select n from main.reader')).toEqual([[1]]);
      await project.run('drop view main.reader');
      expect(await ok(project, 'env drop pr_42 --yes')).toContain('left schema main__pr_42: something of others stands there');
      expect((await standing(project))['main__pr_42']).toEqual(['mine']);
      expect(Object.keys(await standing(project))).not.toContain('_tx__pr_42');
    });

    it('is promoted: production has its rows, and is what production would have built', async () => {
      const project = await deployed(engine);
      project.write({ ...CHANGED, 'models/fresh.sql': '{{config materialized="table" schema="mart"}}select id from {{ref "shape"}}' });
      await ok(project, 'build --env pr_42 --quiet');
      await project.run('update main__pr_42.total set n = 41 + n');
      const said = await ok(project, 'promote pr_42');
      for (const name of ['shape', 'total', 'fresh']) expect(said).toContain(name);
      // The row that somebody changed there says whose rows they are.
      expect(await project.rows('select n from main.total')).toEqual([[42]]);
      expect(await project.rows('select id, v from main.shape')).toEqual([[1, 'a!']]);
      expect(await project.rows('select id from main_mart.fresh')).toEqual([[1]]);
      expect(await ok(project, 'build')).toContain('unchanged');
      expect(await project.rows('select n from main.total')).toEqual([[42]]);
      expect(await ok(project, 'promote pr_42')).toContain('nothing to publish');
      expect(await ok(project, 'build --env pr_42')).toContain('nothing of it differs');
      await ok(project, 'env drop pr_42 --yes');
      expect(await project.rows('select v from main.shape')).toEqual([['a!']]);
    });

    it('is compared with its target, from either side, as far as it was built', async () => {
      const project = await deployed(engine);
      project.write(CHANGED);
      await ok(project, 'build --env pr_42 --quiet');
      const compared = async (args: string): Promise<readonly (readonly [string, string])[]> => {
        const { exit, text } = await project.tx(`diff ${args} --quiet --output json`);
        expect(exit, text).toBe(1);
        const { nodes } = JSON.parse(text) as { readonly nodes: readonly { readonly name: string; readonly status: string }[] };
        return nodes.map(({ name, status }) => [name, status] as const);
      };
      const built = [
        ['shape', 'different'],
        ['total', 'equal'],
      ];
      expect(await compared('--env pr_42 --against dev')).toEqual(built);
      expect(await compared('--against env:pr_42')).toEqual(built);
      const said = (await project.tx('diff --against env:pr_42')).text;
      expect(said).toContain('left out, not built in environment `pr_42`');
      for (const line of ['--against env:pr_43', '--env pr_43 --against main'])
        expect(await project.tx(`diff ${line}`)).toMatchObject({
          exit: 2,
          text: expect.stringMatching(/has no environment `pr_43`[^]*did you mean `pr_42`/),
        });
      expect((await project.tx('diff --env pr_42 --against env:pr_42')).text).toContain('against-itself');
    });

    it('is not promoted when production, the files or the environment moved, and says what', async () => {
      const project = await deployed(engine);
      const refused = async (words: string): Promise<void> => {
        const before = await production(project);
        const { exit, text } = await project.tx('promote pr_42');
        expect(text).toContain('promote-moved');
        expect(text.replaceAll(/\s+/g, ' ')).toContain(words);
        expect(exit).toBe(2);
        expect(await production(project)).toBe(before);
      };
      expect((await project.tx('promote pr_42')).text).toContain('unknown-environment');
      project.write(CHANGED);
      await ok(project, 'build --env pr_42 --quiet -s shape');
      await refused('`total` differs from production and is not built there');
      await ok(project, 'build --env pr_42 --quiet');
      // A parent has other data.
      await ok(project, 'build --force --quiet -s beside');
      await refused('`beside` has other data than `total` was built from there');
      await ok(project, 'build --env pr_42 --quiet');
      // The files say something else.
      project.write({
        'models/total.sql': '{{config materialized="table"}}select count(*) + 1 as n from {{ref "shape"}} join {{ref "beside"}} using (id)',
      });
      await refused('`total` was built there before its SQL changed');
      project.write({ 'models/total.sql': FILES['models/total.sql'] ?? '' });
      // Somebody has published another one meanwhile.
      project.write({ 'models/shape.sql': 'select id, v from {{ref "base"}} where id = 2' });
      await ok(project, 'build --quiet -s shape');
      project.write(CHANGED);
      await refused('production has another `shape` than when it was built there');
      await ok(project, 'build --env pr_42 --force --quiet -s shape total');
      await project.run('alter table main__pr_42.total add column x integer');
      await refused('somebody else has changed `total` there');
      await ok(project, 'build --env pr_42 --quiet');
      await ok(project, 'promote pr_42 --quiet');
      expect(await project.rows('select v from main.shape')).toEqual([['a!']]);
      // Production builds one of two itself.
      project.write({
        'models/shape.sql': 'select id, v from {{ref "base"}} where id = 2',
        'models/total.sql': '{{config materialized="table"}}select count(*) + 1 as n from {{ref "shape"}} join {{ref "beside"}} using (id)',
      });
      await ok(project, 'build --env pr_42 --quiet');
      await ok(project, 'build --quiet -s shape');
      await refused('`total` was built there upon `shape` of the environment, and would be built upon that of production now');
    });

    it('is promoted when production has loaded the same seed meanwhile, from which it was built again there', async () => {
      const project = await deployed(engine);
      project.write({
        'models/beside.sql': '{{config materialized="table"}}select id + 10 as id from {{ref "other"}}',
        'seeds/other.csv': 'id\n1\n2\n',
      });
      await ok(project, 'build --env pr_42');
      await ok(project, 'seed -s other');
      await ok(project, 'build --env pr_42');
      await ok(project, 'promote pr_42');
      expect(await project.rows('select id from main.beside order by id')).toEqual([[11], [12]]);
    });

    it('is promoted in tested pieces: what a test refuses stays old, and a second call goes on', async () => {
      const project = await deployed(engine, {
        'tests/data/few.sql': `select n from {{ref "total"}} where n > 10`,
      });
      project.write(CHANGED);
      await ok(project, 'build --env pr_42 --quiet');
      await project.run('update main__pr_42.total set n = 99');
      const { exit, text } = await project.tx('promote pr_42');
      expect(exit, text).toBe(1);
      expect(text).toContain('fix, then:  tx promote pr_42\n');
      const retried = await project.tx('retry');
      expect(retried.exit, retried.text).toBe(1);
      expect(retried.text).toMatch(/again, with the flags of .*: {2}tx promote pr_42\n/);
      expect(await project.rows('select v from main.shape')).toEqual([['a!']]);
      expect(await project.rows('select n from main.total')).toEqual([[1]]);
      await project.run('update main__pr_42.total set n = 7');
      await ok(project, 'retry');
      expect(await project.rows('select n from main.total')).toEqual([[7]]);
      expect(await ok(project, 'retry')).toMatch(/everything in the last run succeeded, `tx promote pr_42` of/);
      expect(await ok(project, 'promote pr_42')).toContain('nothing to publish');
      expect(await ok(project, 'build')).toContain('unchanged');
    });

    it('is meant by the commands that its runs suggest', async () => {
      const project = await deployed(engine);
      project.write({ ...CHANGED, 'tests/data/few.sql': `select n from {{ref "total"}} where n < 10` });
      const failed = await project.tx('build --env pr_42');
      expect(failed.exit, failed.text).toBe(1);
      expect(failed.text).toContain('fix, then:  tx retry --env pr_42\n');
      const before = await production(project);
      project.remove('tests/data/few.sql');
      const { exit, text } = await project.tx('retry --env pr_42');
      expect(text).toMatch(/again, with the flags of .*: {2}tx build .*--env pr_42\n/);
      expect(exit, text).toBe(0);
      expect(text).toMatch(/next: {2}tx show --select \w+ --env pr_42\n/);
      expect(await production(project)).toEqual(before);
    });

    it('of histories, ledgers and rows that were set aside is not promoted', async () => {
      const project = await deployed(engine);
      project.write(historyOf('base'));
      await ok(project, 'build --env pr_42 --quiet');
      const { exit, text } = await project.tx('promote pr_42');
      expect(text).toContain('promote-impossible');
      expect(exit).toBe(2);
      expect(await ok(project, 'promote pr_42 --exclude past')).toContain('nothing to publish');
    });

    it('is not promoted when a seed has changed since, which is told and not what follows from it', async () => {
      const project = await deployed(engine, historyOf('other'));
      project.write({ 'models/total.sql': '{{config materialized="table"}}select count(*) + 1 as n from {{ref "beside"}}' });
      await ok(project, 'build --env pr_42 --quiet');
      project.write({ 'seeds/other.csv': 'id\n1\n2\n' });
      const { exit, text } = await project.tx('promote pr_42');
      expect(text).toContain('`other` differs from production and is not built there');
      for (const word of ['promote-impossible', 'past', 'total', 'beside']) expect(text).not.toContain(word);
      expect(exit).toBe(2);
    });

    it('goes on from copies of production, which stays as it is', async () => {
      const project = await deployed(engine);
      await project.run(`insert into main.facts values (9, 'kept')`);
      const before = await production(project);
      await ok(project, 'clone --env pr_42 -s facts shape --quiet');
      expect((await standing(project))['main__pr_42']).toEqual(['facts']);
      project.write({
        'models/facts.sql': `{{config materialized="incremental" unique_key="id"}}select id, v || '?' as v from {{ref "base"}}`,
      });
      const plan = await ok(project, 'plan --env pr_42 --explain');
      expect(plan).toContain('new rows only; its SQL has changed, and older rows stay: `--full-refresh` makes them anew\n');
      expect(plan).toContain('its rows were copied from another environment');
      await ok(project, 'build --env pr_42 --quiet');
      expect(await ok(project, 'plan --env pr_42')).not.toContain('older rows stay');
      expect(await project.rows('select id, v from main__pr_42.facts order by id')).toEqual([
        [1, 'a?'],
        [2, 'b?'],
        [9, 'kept'],
      ]);
      expect(await production(project)).toBe(before);
      await ok(project, 'promote pr_42 --quiet');
      expect(await project.rows('select id, v from main.facts order by id')).toEqual([
        [1, 'a?'],
        [2, 'b?'],
        [9, 'kept'],
      ]);
      expect(await ok(project, 'build')).toContain('unchanged');
      expect((await project.tx('clone -s facts')).text).toContain('clone-needs-env');
    });

    it('has the histories of production in copies', async () => {
      const project = await deployed(engine, historyOf('base'));
      project.write({ 'seeds/src.csv': 'id,v\n1,a\n2,c\n' });
      await ok(project, 'build --quiet');
      const history = (schema: string): Promise<unknown> => project.rows(`select id, v from ${schema}.past order by id, v`);
      const versions = [
        [1, 'a'],
        [2, 'b'],
        [2, 'c'],
      ];
      expect(await history('main')).toEqual(versions);
      await ok(project, 'clone --env pr_42 -s past --quiet');
      expect(await history('main__pr_42')).toEqual(versions);
      project.write({ 'seeds/src.csv': 'id,v\n1,a\n2,d\n' });
      await ok(project, 'build --env pr_42 --quiet');
      expect(await history('main__pr_42')).toEqual([...versions, [2, 'd']]);
      expect(await history('main')).toEqual(versions);
    });

    it.skipIf(engine.name === 'duckdb')('does not take the place of what another run has built since the comparison', async () => {
      const project = await deployed(engine);
      project.write(CHANGED);
      await ok(project, 'build --env pr_42 --quiet');
      const session = await engine.adapter.open({
        target: { name: 'dev', type: engine.name, schema: 'main', threads: 2, settings: project.settings },
        projectRoot: '/',
        connections: 2,
        readOnly: false,
      });
      try {
        const [builder, watcher] = [await session.connect(), await session.connect()];
        await builder.begin({ label: 'tx:other', locks: [{ schema: 'main', name: 'total' }], lockTimeoutMs: 1000 });
        const promoting = project.tx('promote pr_42');
        const waiting = `select count(*) from pg_locks where locktype = 'advisory' and not granted`;
        for (let tries = 0; tries < 300 && (await watcher.query({ sql: waiting })).rows[0]?.[0] !== 1; tries += 1)
          await new Promise((resolve) => setTimeout(resolve, 50));
        await builder.run({
          sql: `insert into _tx.records select kind, subject, ordinal + 1, recorded_at, entry from _tx.records where kind = 'build' and subject = '"main"."total"'`,
        });
        await builder.commit();
        const { exit, text } = await promoting;
        expect(text).toContain('copy-target-moved');
        expect(exit).toBe(1);
        expect(await project.rows('select v from main.shape')).toEqual([['a!']]);
      } finally {
        await session.close();
      }
    });
  });
});
