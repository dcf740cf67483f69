import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyProject, readRows, REPOSITORY, runTx } from '../support/tx.ts';
import type { TxResult } from '../support/tx.ts';

const MINUTES = 60_000;

describe('the project that tx init copies', () => {
  const project = copyProject(join(REPOSITORY, 'templates', 'init'));
  const trips = join(project, 'seeds', 'trips.csv');
  const read = (sql: string): Promise<string[][]> => readRows(join(project, 'warehouse.duckdb'), sql);
  const build = (): Promise<TxResult> => runTx(['build', '--project-dir', project], { cwd: project });
  const countTrips = async (): Promise<number> => Number((await read('select count(*) from fct_trips'))[0]?.[0]);

  /** Trips of up to three hours in the seed, counted without SQL. No cell of the file is quoted. */
  const shortTrips = readFileSync(trips, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .filter((line) => {
      const [from = '', to = ''] = line.split(',').slice(5);
      return Date.parse(`${to}Z`) - Date.parse(`${from}Z`) <= 180 * MINUTES;
    }).length;

  beforeAll(async () => {
    const file = join(project, 'project.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('__PROJECT_NAME__', 'bikes'));
    const result = await build();
    expect(result.code, `${result.stdout}\n${result.stderr}`).toBe(0);
    expect(result.stdout + result.stderr).toContain('trips_of_guests');
  }, 2 * MINUTES);

  afterAll(() => rmSync(project, { recursive: true, force: true }));

  it('builds at once', async () => {
    expect(await countTrips()).toBe(shortTrips);
    expect(await read('select sum(departures), sum(arrivals) from station_traffic')).toEqual([[String(shortTrips), String(shortTrips)]]);
    expect(await read('select max(trips_so_far), sum(city_trips + cargo_trips) from daily_trips')).toEqual([
      [String(shortTrips), String(shortTrips)],
    ]);
  });

  it(
    'takes the new trip that its tutorial adds, and refuses the one whose number is taken',
    async () => {
      appendFileSync(trips, '161,3,ada@example.com,001,007,2025-05-15 08:05:00,2025-05-15 08:21:00\n');
      expect((await build()).code).toBe(0);
      expect(await countTrips()).toBe(shortTrips + 1);

      const before = readFileSync(trips, 'utf8');
      writeFileSync(trips, before.replace('\n161,3,', '\n160,3,'));
      expect((await build()).code).toBe(1);
      expect(await read('select trip_id, end_station from fct_trips where trip_id >= 160 order by trip_id')).toEqual([
        ['160', '001'],
        ['161', '007'],
      ]);

      writeFileSync(trips, before);
      expect((await build()).code).toBe(0);
    },
    4 * MINUTES,
  );
});
