/** Rows that come late into a source that says when they came open just the intervals that they touch, on every engine. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openTestSession } from '../../src/adapters/postgres/open-test-session.ts';
import { useFirstEngine, useProjectEngines } from './engine-project.ts';
import type { EngineProject } from './engine-project.ts';

const SOURCE = `sources:
  - name: raw
    schema: raw
    tables:
      - name: visits
        loaded_at_field: arrived_at
        config: { event_time: seen_at }
`;

const model = (from: string, size = 'day', begin = '2024-03-01'): string =>
  `{{config materialized="incremental" incremental_strategy="time_interval" time_column="part" batch_size="${size}" begin="${begin}"}}
select date_trunc('${size === 'day' ? size : 'hour'}', seen_at) as part, count(*) as visits from ${from}
where seen_at >= {{interval.start}} and seen_at < {{interval.end}} group by 1`;

const FILES: Readonly<Record<string, string>> = {
  'models/raw.yaml': SOURCE,
  'models/stg.sql': '{{config materialized="view"}}select * from {{source "raw" "visits"}}',
  'models/eph.sql': '{{config materialized="ephemeral"}}select * from {{ref "stg"}}',
  'models/days.sql': model('{{ref "eph"}}'),
};

const QUARTERS = model('{{ref "stg"}}', '15 minutes', '2024-03-05 02:00').replaceAll(`date_trunc('hour', seen_at)`, 'seen_at');

const NOW = '2024-03-05T03:00:00Z';

async function ok(project: EngineProject, line: string, at = NOW): Promise<string> {
  const { exit, text } = await project.tx(line, at);
  expect(exit, `${line}\n${text}`).toBe(0);
  return text;
}

/** Visits as pairs of when they were seen and when they arrived. */
async function bring(project: EngineProject, ...visits: readonly (readonly [string | null, string | null])[]): Promise<void> {
  const text = (time: string | null): string => (time === null ? 'null' : `'${time}'`);
  await project.run(`insert into raw.visits values ${visits.map(([seen, at]) => `(${text(seen)}, ${text(at)})`).join(', ')}`);
}

async function open(project: EngineProject, type = 'timestamp'): Promise<void> {
  await project.run('create schema raw', `create table raw.visits (seen_at ${type}, arrived_at timestamp)`);
  await bring(project, ['2024-03-01 08:00:00', '2024-03-05 01:00:00'], ['2024-03-02 08:00:00', '2024-03-05 01:00:00']);
}

/** How often each interval of a model was loaded. */
const loads = async (project: EngineProject, name = 'days'): Promise<readonly number[]> =>
  (
    await project.rows(
      `select count(*) from _tx.intervals where event = 'load' and node_id = 'model.shop.${name}' group by range_start order by range_start`,
    )
  ).map(([n]) => Number(n));

const visits = async (project: EngineProject, name = 'days'): Promise<readonly number[]> =>
  (await project.rows(`select visits from main.${name} order by part`)).map(([n]) => Number(n));

/** Some rows that come between two builds, seen in any hour of a week, at the moment of the one before or a second later; and whether a day has passed. */
const arrivals = fc.array(
  fc.record({
    rows: fc.array(fc.record({ hour: fc.option(fc.nat(7 * 24 - 1), { freq: 9 }), isLater: fc.boolean() }), { maxLength: 4 }),
    isNextDay: fc.boolean(),
  }),
  { minLength: 4, maxLength: 6 },
);

const timeAt = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

const engines = useProjectEngines();

describe.each(engines)('late rows of a source on $name', ({ name, project: create }) => {
  it('open just the intervals that they touch, once, whoever reads the source how', async () => {
    const project = await create({
      ...FILES,
      'models/hours.sql': model('{{source "raw" "visits"}}', '12 hours', '2024-03-02'),
      'models/quarters.sql': QUARTERS,
    });
    await open(project);
    await ok(project, 'build');
    expect(await ok(project, 'build')).toContain('4 models unchanged');
    // One in the moment of the newest, one later, and those that no interval can have.
    await bring(project, ['2024-03-01 09:59:59.5', '2024-03-05 01:00:00'], ['2024-03-03 00:00:00', '2024-03-05 02:00:00']);
    await bring(project, ['2024-03-05 02:14:00', '2024-03-05 02:50:00'], ['2024-03-05 02:16:00', '2024-03-05 02:20:00']);
    await bring(project, [null, '2024-03-05 02:00:00'], ['2024-03-04 10:00:00', null], ['2030-01-01 00:00:00', '2024-03-05 02:00:00']);
    const plan = await ok(project, 'plan');
    // Rows of the first moment are told by their number alone, so all of that moment are loaded again.
    expect(plan).toMatch(/ days .*3 batches of a day, 2024-03-01 to 2024-03-04; again after raw\.visits: 2024-03-01 to 2024-03-04/);
    expect(plan).toMatch(/ hours .*2 batches of 12 hours, 2024-03-02 to 2024-03-02 12:00, 2024-03-03 to 2024-03-03 12:00/);
    expect(plan).toMatch(/ quarters .*2 batches of 15 minutes, 2024-03-05 02:00 to 2024-03-05 02:30/);
    expect(plan).not.toContain('gaps');
    // Though nothing is missing that this command alone would load.
    await ok(project, 'run');
    expect(await visits(project)).toEqual([2, 1, 1]);
    expect(await visits(project, 'hours')).toEqual([1, 1]);
    expect(await visits(project, 'quarters')).toEqual([1, 1]);
    expect(await loads(project)).toEqual([2, 2, 2, 1]);
    expect(await loads(project, 'hours')).toEqual([2, 1, 2, 1, 1, 1]);
    expect(await loads(project, 'quarters')).toEqual([2, 2, 1, 1]);
    expect(await ok(project, 'build')).toContain('4 models unchanged');
    // Whose stamp is no moment came as those without one did.
    await bring(project, ['2024-03-04 10:00:00', 'infinity'], ['2024-03-04 11:00:00', '-infinity']);
    expect(await ok(project, 'build')).toContain('4 models unchanged');
    await bring(project, ['2024-03-03 01:00:00', '2024-03-05 02:55:00']);
    await ok(project, 'build --force -s days');
    expect(await loads(project)).toEqual([2, 2, 3, 1]);
  });

  it('of which the source says only the day open all that day has', async () => {
    const local = `{{config materialized="incremental" incremental_strategy="time_interval" time_column="part" batch_size="6 hours" begin="2024-03-01" time_zone="Asia/Tokyo"}}
select seen_at as part, count(*) as visits from {{ref "stg"}}
where cast(seen_at as timestamp) = {{interval.start}} + interval '9 hours' group by 1`;
    const project = await create({ ...FILES, 'models/days.sql': model('{{ref "eph"}}', '6 hours'), 'models/local.sql': local });
    await open(project, 'date');
    await ok(project, 'build');
    await bring(project, ['2024-03-03', '2024-03-05 02:00:00']);
    const plan = await ok(project, 'plan');
    expect(plan).toMatch(/ days .*again after raw\.visits: 2024-03-03 to 2024-03-04/);
    expect(plan).toMatch(/ local .*again after raw\.visits: 2024-03-02 15:00 to 2024-03-03 15:00/);
    await ok(project, 'build');
    expect(await visits(project)).toEqual([1, 1, 1]);
    expect(await visits(project, 'local')).toEqual([1, 1, 1]);
  });

  it('are not asked for where the source does not say both, and its mistakes stand on its lines', async () => {
    const project = await create({ ...FILES, 'models/raw.yaml': SOURCE.replace(/ +config.*\n/, '') });
    await open(project);
    const asked = async (): Promise<number> => {
      await ok(project, 'build --profile profile.json');
      return project.read('profile.json').split('select max(loaded_at)').length - 1;
    };
    expect(await asked()).toBe(0);
    // Then they are for somebody to name.
    await bring(project, ['2024-03-01 09:00:00', '2024-03-05 02:00:00']);
    expect(await asked()).toBe(0);
    await ok(project, 'build --restate days --from 2024-03-01 --to 2024-03-02');
    expect(await loads(project)).toEqual([2, 1, 1, 1]);
    expect(await visits(project)).toEqual([2, 1]);
    project.write({ 'models/raw.yaml': SOURCE, 'models/again.sql': model('{{source "raw" "visits"}}') });
    expect(await asked()).toBe(1);
    project.write({ 'models/raw.yaml': SOURCE.replace('seen_at', 'sene_at') });
    const wrong = await project.tx('build', NOW);
    expect(wrong.exit).toBe(2);
    expect(wrong.text).toContain('models/raw.yaml:7:31');
    expect(wrong.text).toContain('sene_at');
    project.write({ 'models/raw.yaml': SOURCE.replace('arrived_at', 'lodaed_at') });
    const other = await project.tx('build', NOW);
    expect(other.text).toContain('models/raw.yaml:6:26');
    project.write({ 'models/raw.yaml': SOURCE.replace('seen_at', 'extract(day from seen_at)') });
    expect((await project.tx('build', NOW)).text).toContain('freshness-not-a-time  models/raw.yaml:7:31');
    // Times of another column are not compared with what was seen of the first: from now on they are noted.
    project.write({ 'models/raw.yaml': SOURCE });
    expect(await ok(project, 'build')).toContain('3 models unchanged');
  });

  // The other engine lets in one run at a time.
  it.skipIf(name === 'duckdb')('that come while another run loads their day are found by the next one', { timeout: 120_000 }, async () => {
    const lock = 'select pg_advisory_xact_lock_shared(77)';
    const project = await create({ ...FILES, 'models/days.sql': model('{{ref "eph"}} cross join (' + lock + ') as waited') });
    await open(project);
    await ok(project, 'run --event-time-start 2024-03-01 --event-time-end 2024-03-02');
    await ok(project, 'run -s stg days', '2024-03-02T03:00:00Z');
    const watcher = await (await openTestSession(project.settings)).connect();
    const waiting = async (count: number): Promise<void> => {
      const sql = `select count(*) from pg_locks where locktype = 'advisory' and not granted`;
      await expect.poll(async () => Number((await watcher.query({ sql })).rows[0]?.[0]), { timeout: 60_000, interval: 20 }).toBe(count);
    };
    await watcher.query({ sql: 'select pg_advisory_lock(77)' });
    const first = ok(project, 'run -s days');
    await waiting(1);
    // It has taken its rows of the second day by now.
    await bring(project, ['2024-03-01 09:00:00', '2024-03-05 02:00:00'], ['2024-03-02 09:00:00', '2024-03-05 02:00:00']);
    const second = ok(project, 'run -s days');
    await waiting(2);
    await watcher.query({ sql: 'select pg_advisory_unlock(77)' });
    await Promise.all([first, second]);
    await ok(project, 'run -s days');
    expect(await visits(project)).toEqual([2, 2]);
    expect(await ok(project, 'build')).toContain('2 models unchanged');
  });
});

/** What is planned from the times that the source gave, which is the same on every engine. */
describe.each(useFirstEngine(engines))('intervals of late rows on $name', ({ project: create }) => {
  it('are left to be found by who loads a range alone, and found after what was opened failed', async () => {
    const project = await create(FILES);
    await open(project);
    await ok(project, 'run --event-time-start 2024-03-01 --event-time-end 2024-03-03');
    await bring(project, ['2024-03-01 09:00:00', '2024-03-05 02:00:00'], ['2024-03-02 09:00:00', '2024-03-05 02:00:00']);
    await ok(project, 'run --event-time-start 2024-03-03 --event-time-end 2024-03-04');
    project.write({
      'models/tests.yaml': 'models: [{ name: days, columns: [{ name: visits, tests: [{ accepted_values: { values: [1] } }] }] }]',
    });
    expect((await project.tx('build', NOW)).exit).toBe(1);
    project.remove('models/tests.yaml');
    await ok(project, 'build');
    expect(await visits(project)).toEqual([2, 2]);
    expect(await loads(project)).toEqual([2, 2, 1, 1]);
  });

  it('make no difference to what a build from nothing would give, however they come', { timeout: 120_000 }, async () => {
    const begin = Date.UTC(2024, 2, 1);
    await fc.assert(
      fc.asyncProperty(arrivals, async (steps) => {
        const project = await create(FILES);
        await open(project);
        let [came, now] = [Date.UTC(2024, 2, 5, 1), Date.UTC(2024, 2, 4, 3)];
        await ok(project, 'build', new Date(now).toISOString());
        for (const { rows, isNextDay } of steps) {
          const more = rows.map(({ hour, isLater }) => {
            if (isLater) came += 1000;
            return [hour === null ? null : timeAt(begin + hour * 3_600_000), timeAt(came)] as const;
          });
          if (more.length > 0) await bring(project, ...more);
          if (isNextDay) now += 86_400_000;
          await ok(project, 'build', new Date(now).toISOString());
          const over = timeAt(now).slice(0, 10);
          const expected = `select cast(date_trunc('day', seen_at) as date), count(*) from raw.visits where seen_at < '${over}' group by 1 order by 1`;
          expect(await project.rows('select cast(part as date), visits from main.days order by 1')).toEqual(await project.rows(expected));
        }
      }),
      { numRuns: 2 },
    );
  });
});
