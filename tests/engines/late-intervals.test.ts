/** What models by interval read, loaded again for a day, is loaded again for that day in all of them, once and on every engine. */
import { describe, expect, it } from 'vitest';
import { useFirstEngine, useProjectEngines } from './engine-project.ts';
import type { EngineProject } from './engine-project.ts';

const model = (from: string, more = ''): string =>
  `{{config materialized="incremental" incremental_strategy="time_interval" time_column="day" batch_size="day" begin="2024-03-01"${more}}}
select cast(day as timestamp) as day, n from {{ref "${from}"}} where day >= {{interval.start}} and day < {{interval.end}}`;

const days = (...counts: readonly number[]): string => `day,n\n${counts.map((n, at) => `2024-03-0${at + 1},${n}\n`).join('')}`;

const FILES: Readonly<Record<string, string>> = {
  'seeds/src.csv': days(1, 2, 3, 4),
  'models/a.sql': model('src'),
  'models/seen.sql': 'select * from {{ref "a"}}',
  'models/b.sql': model('seen'),
  'models/c.sql': model('b'),
};

async function ok(project: EngineProject, line: string, at = '2024-03-05T03:00:00Z'): Promise<string> {
  const { exit, text } = await project.tx(line, at);
  expect(exit, `${line}\n${text}`).toBe(0);
  return text;
}

const counts = async (project: EngineProject, name: string): Promise<readonly number[]> =>
  (await project.rows(`select n from main.${name} order by day`)).map(([n]) => Number(n));

/** How often each day of a model was loaded. */
const loads = async (project: EngineProject, name: string): Promise<readonly number[]> =>
  (
    await project.rows(
      `select count(*) from _tx.intervals where event = 'load' and node_id = 'model.shop.${name}' group by range_start order by range_start`,
    )
  ).map(([n]) => Number(n));

const engines = useProjectEngines();

describe.each(engines)('late rows of a model by interval on $name', ({ project: open }) => {
  it('open just their days in what reads it, and once', async () => {
    const project = await open(FILES);
    await ok(project, 'build');
    project.write({ 'seeds/src.csv': days(1, 20, 3, 40) });
    await ok(project, 'seed');
    await ok(project, 'backfill -s a --from 2024-03-02 --to 2024-03-03');
    // Who loads another range alone leaves this one to be found.
    await ok(project, 'run -s b --event-time-start 2024-03-04 --event-time-end 2024-03-05');
    expect(await loads(project, 'b')).toEqual([1, 1, 1, 2]);
    const plan = await ok(project, 'plan');
    expect(plan).toMatch(/ b .*1 batch of a day, 2024-03-02 to 2024-03-03; again after a: 2024-03-02 to 2024-03-03/);
    expect(plan).toMatch(/ c .*2 batches of a day, 2024-03-02 to 2024-03-03, 2024-03-04 to 2024-03-05; again after b: /);
    expect(plan).not.toContain('gaps');
    await ok(project, 'build --force --no-gaps');
    expect(await counts(project, 'c')).toEqual([1, 20, 3, 4]);
    expect([await loads(project, 'b'), await loads(project, 'c')]).toEqual([
      [1, 2, 1, 2],
      [1, 2, 1, 2],
    ]);
    expect(await ok(project, 'build')).toContain('4 models, 1 seed unchanged');
    // One by one: each finds what the one above has loaded since.
    await ok(project, 'backfill -s a --from 2024-03-04 --to 2024-03-05');
    await ok(project, 'build -s b');
    await ok(project, 'build -s c');
    expect(await counts(project, 'c')).toEqual([1, 20, 3, 40]);
    expect(await loads(project, 'c')).toEqual([1, 2, 1, 3]);
    expect(await ok(project, 'build')).toContain('3 models, 1 seed unchanged');
  });
});

/** What is planned from the ledger, which is the same on every engine. */
describe.each(useFirstEngine(engines))('days of a model that were loaded late, on $name', ({ project: open }) => {
  it('that its lookback finds are found below in the same run, also where that fails first', async () => {
    const project = await open({
      ...FILES,
      'models/a.sql': model('src', ' lookback=1'),
      'models/c.yaml': 'models: [{ name: b, columns: [{ name: n, tests: [{ accepted_values: { values: [1, 2, 3, 4, 5] } }] }] }]',
    });
    await ok(project, 'build');
    project.write({ 'seeds/src.csv': days(1, 2, 3, 40, 5) });
    const next = '2024-03-06T03:00:00Z';
    expect((await project.tx('build', next)).exit).toBe(1);
    // What was opened stays missing until it is loaded.
    project.write({ 'models/c.yaml': '' });
    await ok(project, 'build', next);
    expect(await counts(project, 'c')).toEqual([1, 2, 3, 40, 5]);
    expect(await loads(project, 'c')).toEqual([1, 1, 1, 2, 1]);
    expect(await ok(project, 'build', next)).toContain('4 models, 1 seed unchanged');
  });

  it('are none once the same days are loaded again below by name', async () => {
    const project = await open(FILES);
    await ok(project, 'build');
    await ok(project, 'backfill -s a b c --from 2024-03-01 --to 2024-03-04');
    expect(await ok(project, 'build')).toContain('3 models, 1 seed unchanged');
    // Days that are new to all of them, as a scheduler loads them.
    await ok(project, 'run -s a b c --event-time-start 2024-03-05 --event-time-end 2024-03-06', '2024-03-06T03:00:00Z');
    expect(await ok(project, 'build', '2024-03-06T03:00:00Z')).toContain('3 models, 1 seed unchanged');
    expect([await loads(project, 'b'), await loads(project, 'c')]).toEqual([
      [2, 2, 2, 1, 1],
      [2, 2, 2, 1, 1],
    ]);
    // More of the parent than of what reads it, now and before: the rest is found.
    project.write({ 'seeds/src.csv': days(10, 20, 30, 40) });
    await ok(project, 'seed');
    await ok(project, 'backfill -s a --from 2024-03-04 --to 2024-03-05');
    await ok(project, 'backfill -s a b --from 2024-03-01 --to 2024-03-02');
    await ok(project, 'backfill -s b --from 2024-03-02 --to 2024-03-03');
    await ok(project, 'build');
    expect(await counts(project, 'c')).toEqual([10, 2, 3, 40]);
    expect(await loads(project, 'b')).toEqual([4, 3, 2, 2, 1]);
    expect(await ok(project, 'build')).toContain('4 models, 1 seed unchanged');
  });

  it('are found where what reads it was first loaded by range, and where a state does not say what was seen', async () => {
    const project = await open({ 'seeds/src.csv': days(1, 2, 3, 4), 'models/a.sql': model('src'), 'models/b.sql': model('a') });
    await ok(project, 'build -s src a');
    await ok(project, 'run -s b --event-time-start 2024-03-01 --event-time-end 2024-03-05');
    project.write({ 'seeds/src.csv': days(1, 20, 3, 4) });
    await ok(project, 'seed');
    await ok(project, 'backfill -s a --from 2024-03-02 --to 2024-03-03');
    await ok(project, 'build');
    expect(await counts(project, 'b')).toEqual([1, 20, 3, 4]);
    expect(await loads(project, 'b')).toEqual([1, 2, 1, 1]);
    // As it was written before that was noted: nobody knows, so all of it is loaded, once.
    await project.run(`update _tx.records set entry = regexp_replace(entry, ',"seen":[{].*?[}][}]', '') where kind = 'ledger'`);
    expect(await project.rows(`select 1 from _tx.records where kind = 'ledger' and entry like '%"seen"%'`)).toEqual([]);
    project.write({ 'seeds/src.csv': days(1, 20, 30, 4) });
    await ok(project, 'seed');
    await ok(project, 'backfill -s a --from 2024-03-03 --to 2024-03-04');
    await ok(project, 'build');
    expect(await counts(project, 'b')).toEqual([1, 20, 30, 4]);
    expect(await loads(project, 'b')).toEqual([2, 3, 2, 2]);
    expect(await ok(project, 'build')).toContain('2 models, 1 seed unchanged');
  });

  it('of a parent that is loaded by interval only now are found below, beside those of one that always was', async () => {
    const plain = (n: string): string =>
      `{{config materialized="table"}}select cast(day as timestamp) as day, ${n} as n from {{ref "src"}}`;
    const project = await open({
      'seeds/src.csv': days(1, 2),
      'models/a.sql': model('src'),
      'models/plain.sql': plain('n'),
      'models/b.sql': model('a').replace(', n from', ', plain.n from').replace('where', 'join {{ref "plain"}} as plain using (day) where'),
    });
    await ok(project, 'build');
    project.write({ 'models/plain.sql': model('src').replace(', n', ', n * 10 as n') });
    await ok(project, 'build -s plain');
    await ok(project, 'build');
    expect(await counts(project, 'b')).toEqual([10, 20]);
    expect(await ok(project, 'build')).toContain('3 models, 1 seed unchanged');
  });
});
