/** A run with a name does nothing twice, whoever calls it how often, on every engine. */
import { describe, expect, it } from 'vitest';
import { useProjectEngines } from './engine-project.ts';
import type { EngineProject } from './engine-project.ts';

const FILES: Readonly<Record<string, string>> = {
  'seeds/src.csv': 'id,v\n1,a\n2,b\n',
  'models/a.sql': '{{config materialized="table"}}select id, v from {{ref "src"}}',
  'models/b.sql': '{{config materialized="table"}}select id, 1 / (id - 1) as v from {{ref "a"}}',
  'models/c.sql': '{{config materialized="table"}}select id from {{ref "b"}}',
  'models/p.yaml': 'models: [{ name: a, columns: [{ name: id, tests: [unique] }] }]',
};

async function text(project: EngineProject, line: string, exit = 0): Promise<string> {
  const end = await project.tx(line);
  expect(end.exit, `${line}\n${end.text}`).toBe(exit);
  return end.text;
}

const broken = '{{config materialized="table"}}select id, cast(v as integer) as v from {{ref "a"}}';
const sound = '{{config materialized="table"}}select id, v from {{ref "a"}}';

describe('a run with a name', () => {
  const engines = useProjectEngines();
  describe.each(engines)('on $name', ({ project: open }) => {
    const builds = (project: EngineProject) =>
      project.rows(`select node_id, count(*) from _tx.node_runs where status = 'success' group by 1 order by 1`);

    it('that has succeeded does nothing the next time, whatever has changed', async () => {
      const project = await open({ ...FILES, 'models/b.sql': sound });
      await text(project, 'build --run-id daily:2024-01-01');
      project.write({
        'seeds/src.csv': 'id,v\n7,x\n',
        'models/c.sql': '{{config materialized="table"}}select id + 1 as id from {{ref "b"}}',
      });
      expect(await text(project, 'build --run-id daily:2024-01-01')).toContain(
        'nothing to do: run daily:2024-01-01 has finished all of it',
      );
      expect((await builds(project)).map(([, count]) => Number(count))).toEqual([1, 1, 1, 1]);
      await text(project, 'build --run-id daily:2024-01-02');
      expect(await project.rows('select id from main.c')).toEqual([[8]]);
      const ids = await project.rows('select distinct run_id from _tx.runs order by 1');
      expect(ids).toEqual([['daily:2024-01-01'], ['daily:2024-01-02']]);
    });

    it('that failed goes on where it stopped', async () => {
      const project = await open({ ...FILES, 'models/b.sql': broken });
      await text(project, 'build --run-id r1', 1);
      project.write({ 'models/b.sql': sound });
      const again = await text(project, 'build --run-id r1');
      expect(again).toContain('run r1 goes on with 2 of 5 nodes: the others were finished by');
      expect(Object.fromEntries((await builds(project)).map(([id, count]) => [String(id).split('.').at(-1), Number(count)]))).toEqual({
        src: 1,
        a: 1,
        b: 1,
        c: 1,
      });
      expect(await text(project, 'build --run-id r1')).toContain('nothing to do');
      expect(await project.rows(`select run_id, status from _tx.runs where status <> 'running' order by recorded_at`)).toEqual([
        ['r1', 'failed'],
        ['r1#2', 'success'],
      ]);
    });

    it('that found all but one unchanged, and failed there, does not say that it had done nothing', async () => {
      const project = await open({ ...FILES, 'models/b.sql': sound });
      await text(project, 'build');
      project.write({ 'models/b.sql': broken });
      await text(project, 'build --run-id r1', 1);
      expect(await text(project, 'build --run-id r1', 1)).toContain('run r1 goes on with all 5 nodes: it had built none of them by 20');
    });

    it('takes each part of a schedule once', async () => {
      const project = await open({ ...FILES, 'models/b.sql': sound });
      await text(project, 'seed --run-id day');
      await text(project, 'run -s a --run-id day');
      const more = await text(project, 'run -s a b --run-id day');
      expect(more).toContain('run day was begun as');
      await text(project, 'run -s a b c --run-id day');
      expect((await builds(project)).map(([, count]) => Number(count))).toEqual([1, 1, 1, 1]);
    });

    it('is not taken up with other flags', async () => {
      const project = await open({ ...FILES, 'models/b.sql': sound });
      await text(project, 'build --run-id r1');
      expect(await text(project, 'build --run-id r1 --full-refresh', 2)).toContain('run-id-of-another');
      expect(await text(project, 'build --run-id no#good', 2)).toContain('--run-id');
    });

    it('loads a range again once, and goes on with what is missing of it', async () => {
      const days = '2024-03-01,1\n2024-03-02,1\n2024-03-03,1\n';
      const model = (query: string): string =>
        `{{config materialized="incremental" incremental_strategy="time_interval" time_column="day" batch_size="day" begin="2024-03-01"}}\n${query}\nwhere day >= {{interval.start}} and day < {{interval.end}}`;
      const sum = 'select cast(day as timestamp) as day, n from {{ref "days"}}';
      const project = await open({ 'seeds/days.csv': `day,n\n${days}`, 'models/by_day.sql': model(sum) });
      const loads = async (run: string): Promise<readonly unknown[]> =>
        (
          await project.rows(
            `select cast(range_start as date) from _tx.intervals where event = 'load' and run_id like '${run}%' order by 1`,
          )
        ).map(([day]) => String(day).slice(0, 10));
      await text(project, 'run --event-time-start 2024-03-01 --event-time-end 2024-03-04 -s +by_day');
      const backfill = 'backfill -s by_day --from 2024-03-01 --to 2024-03-03';
      await text(project, `${backfill} --run-id fix`);
      expect(await text(project, `${backfill} --run-id fix`)).toContain('nothing to do: run fix has finished all of it');
      expect(await loads('fix')).toEqual(['2024-03-01', '2024-03-02']);
      expect(await text(project, 'backfill -s by_day --from 2024-03-01 --to 2024-03-04 --run-id fix', 2)).toContain('run-id-of-another');
      // One of its days fails: the next call opens nothing again, and loads that day.
      project.write({ 'models/by_day.sql': model(`${sum.replace(' n ', ' case when n > 1 then 1 / (n - n) else n end as n ')}`) });
      project.write({ 'seeds/days.csv': `day,n\n${days.replace('02,1', '02,2')}` });
      await text(project, 'seed');
      await text(project, `${backfill} --run-id again`, 1);
      await project.run(`update main.days set n = 1`);
      await text(project, `${backfill} --run-id again`);
      expect(await loads('again')).toEqual(['2024-03-01', '2024-03-02']);
      expect(await text(project, `${backfill} --run-id again`)).toContain('nothing to do');
    });

    it('loads a range of each model again that the name was not used for yet', async () => {
      const model = (column: string): string =>
        `{{config materialized="incremental" incremental_strategy="time_interval" time_column="day" batch_size="day" begin="2024-03-01"}}\nselect cast(day as timestamp) as day, ${column} as n from {{ref "days"}}\nwhere day >= {{interval.start}} and day < {{interval.end}}`;
      const files = {
        'seeds/days.csv': 'day,n\n2024-03-01,1\n2024-03-02,1\n',
        'models/x.sql': model(`cast(case when n > 5 then 'many' else '1' end as integer)`),
        'models/y.sql': model('n'),
      };
      const project = await open(files);
      const loads = async (run: string): Promise<readonly unknown[]> =>
        (
          await project.rows(
            `select node_id, count(*) from _tx.intervals where event = 'load' and run_id like '${run}%' group by node_id order by node_id`,
          )
        ).map(([node, count]) => [node, Number(count)]);
      const both = [
        ['model.shop.x', 2],
        ['model.shop.y', 2],
      ];
      await text(project, 'run -s +x y --event-time-start 2024-03-01 --event-time-end 2024-03-03');
      for (const { name, line } of [
        { name: 'fix', line: 'backfill --from 2024-03-01 --to 2024-03-03 --run-id fix' },
        { name: 'span', line: 'run --event-time-start 2024-03-01 --event-time-end 2024-03-03 --run-id span' },
      ]) {
        await text(project, `${line} -s x`);
        await text(project, `${line} -s y`);
        expect(await loads(name)).toEqual(both);
        expect(await text(project, `${line} -s x y`)).toContain('nothing to do');
      }
      // What fails is not done because another model under the name is.
      const line = 'backfill --from 2024-03-01 --to 2024-03-03 --run-id last';
      await project.run(`update main.days set n = 7 where day > date '2024-03-01'`);
      await text(project, `${line} -s x`, 1);
      await project.run(`update main.days set n = 1`);
      await text(project, `${line} -s y`);
      await text(project, `${line} -s x`);
      expect(await loads('last')).toEqual(both);
    });

    it('is finished by a retry under its name', async () => {
      const project = await open({ ...FILES, 'models/b.sql': broken });
      await text(project, 'build --run-id r1', 1);
      project.write({ 'models/b.sql': sound });
      await text(project, 'retry --run-id r1');
      expect(await text(project, 'retry --run-id r1')).toContain('nothing to retry');
      expect(await text(project, 'build --run-id r1')).toContain('nothing to do: run r1 has finished all of it');
      expect((await builds(project)).map(([, count]) => Number(count))).toEqual([1, 1, 1, 1]);
    });

    it('that has finished what failed since is refused to a retry, which does it under no name', async () => {
      const project = await open({ ...FILES, 'models/b.sql': sound });
      await text(project, 'build --run-id r1');
      project.write({ 'models/b.sql': broken });
      await text(project, 'build', 1);
      project.write({ 'models/b.sql': sound.replace(', v', ', 2 as v') });
      const said = await text(project, 'retry --run-id r1', 2);
      expect(said).toContain('run-id-finished');
      expect(said).toContain('`b`, `c`');
      await text(project, 'retry');
      expect(await project.rows('select distinct v from main.b')).toEqual([[2]]);
    });

    it('that was killed is taken up by the next one', async () => {
      const project = await open({ ...FILES, 'models/b.sql': sound });
      await text(project, 'build -s src a --run-id r1');
      // As a process leaves it that dies.
      await project.run(`delete from _tx.runs where status = 'success'`);
      const again = await text(project, 'build --run-id r1');
      expect(again).toContain('goes on with 2 of 5');
      expect((await builds(project)).map(([, count]) => Number(count))).toEqual([1, 1, 1, 1]);
    });
  });

  it('runs once where two begin at the same time on one server', async () => {
    const postgres = engines.find(({ name }) => name === 'postgres');
    const project = await postgres?.project({ ...FILES, 'models/b.sql': sound });
    if (project === undefined) throw new Error('there is no such engine');
    await text(project, 'build -s nothing --run-id none', 2);
    const ends = await Promise.all([1, 2, 3].map(() => project.tx('build --run-id twice')));
    for (const { exit, text: said } of ends) {
      expect([0, 75], said).toContain(exit);
      if (exit === 75) expect(said).toContain('run-id-at-work');
    }
    expect(ends.filter(({ exit }) => exit === 0).length).toBeGreaterThan(0);
    const built = await project.rows(`select count(*) from _tx.node_runs where status = 'success' and node_id like 'model.%'`);
    expect(Number(built[0]?.[0])).toBe(3);
  });
});

describe('tx retry with several targets', () => {
  const [engine] = useProjectEngines();

  it('repeats the last run of the target that is named, whatever others did meanwhile', async () => {
    const project = await engine?.project({ ...FILES, 'models/b.sql': broken, 'models/p.yaml': '' });
    if (project === undefined) throw new Error('there is no engine');
    const targets = Object.entries({ dev: 'main', prod: 'live' }).map(
      ([name, schema]) => `  ${name}: ${JSON.stringify({ type: 'duckdb', ...project.settings, schema })}`,
    );
    project.write({ 'project.yaml': `name: shop\ndefault_target: dev\nstate_schema: _tx\ntargets:\n${targets.join('\n')}\n` });
    await text(project, 'build -t prod', 1);
    project.write({ 'models/b.sql': sound });
    await text(project, 'build');
    expect(await text(project, 'retry')).toContain('nothing to retry: everything in the last run succeeded, `tx build`');
    expect(await text(project, 'retry -t dev')).toContain('nothing to retry');
    expect(await text(project, 'retry -t prod')).toContain('tx build --target prod');
    expect(await project.rows('select id from live.c order by 1')).toEqual([[1], [2]]);
    expect(await text(project, 'retry -t prod')).toContain('nothing to retry');
    // What was cut off there is not forgotten while another target is built.
    project.write({ 'models/b.sql': '{{config materialized="table"}}select nothing from {{ref "a"}}' });
    await text(project, 'build -t prod', 2);
    await text(project, 'run -s a');
    expect(await text(project, 'retry -t prod', 2)).toContain('last-run-unfinished');
    expect(await text(project, 'retry -t dev')).toContain('nothing to retry');
    await text(project, 'clean');
    expect(await text(project, 'retry -t prod', 2)).toContain('`target/run_results.prod.json` does not exist');
  });

  it('takes no name where rows are copied', async () => {
    const project = await engine?.project({ ...FILES, 'models/b.sql': sound });
    if (project === undefined) throw new Error('there is no engine');
    await text(project, 'build');
    project.write({ 'models/c.sql': '{{config materialized="table"}}select id + 1 as id from {{ref "b"}}' });
    await text(project, 'build --env pr');
    await text(project, 'promote pr');
    project.write({ 'target/run_results.json': project.read('target/run_results.json').replace('"status":"success"', '"status":"error"') });
    expect(await text(project, 'retry --run-id r1', 2)).toContain('run-id-of-copies');
  });
});
