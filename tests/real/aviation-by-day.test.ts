/** Flights of real data, loaded day by day: a file that comes late reopens the days that it touches, and no others, named by nobody. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useProjectEngines } from '../engines/engine-project.ts';
import type { EngineProject, ProjectEngine } from '../engines/engine-project.ts';
import { REPOSITORY } from '../support/tx.ts';

const DATA = join(REPOSITORY, '..', 'shared', 'data', 'aviation', 'flights-20k.json');
const PRESENT = existsSync(DATA);

interface Flight {
  readonly date: string;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

const dayOf = ({ date }: Flight): string => date.slice(0, 10).replaceAll('/', '-');
/** Two days that follow each other, and one alone. */
const lateDays: ReadonlySet<string> = new Set(['2001-01-05', '2001-02-11', '2001-02-12']);

const filesFor = (scheduledAt: string): Readonly<Record<string, string>> => ({
  'models/stg_flights.sql': `{{config materialized="view"}}
select ${scheduledAt} as scheduled_at, origin, destination, distance as distance_miles, delay as delay_minutes
from {{source "raw" "flights"}}`,
  'models/fct_flights.sql': `{{config
    materialized="incremental" incremental_strategy="time_interval" time_column="scheduled_at" begin="2001-01-01" concurrent_batches=true
}}
select scheduled_at, origin, destination, distance_miles, delay_minutes, {{run.id}} as loaded_by
from {{ref "stg_flights"}}
where scheduled_at >= {{interval.start}} and scheduled_at < {{interval.end}}`,
  'models/flights_by_day.sql': `{{config
    materialized="incremental" incremental_strategy="time_interval" time_column="flight_date" begin="2001-01-01"
}}
select cast(scheduled_at as date) as flight_date, count(*) as flights, sum(delay_minutes) as delay_minutes
from {{ref "fct_flights"}}
where scheduled_at >= {{interval.start}} and scheduled_at < {{interval.end}}
group by 1`,
});

async function ok(project: EngineProject, line: string): Promise<string> {
  const { exit, text } = await project.tx(line, '2001-04-01T00:00:00Z');
  expect(exit, `${line}\n${text}`).toBe(0);
  return text;
}

/** Where flights arrive, file by file. */
interface Arrivals {
  readonly project: EngineProject;
  readonly bring: (flights: readonly Flight[]) => Promise<void>;
}

/** Says of the source when its rows came, and when their flights left. */
const timesOf = (scheduledAt: string): string => `loaded_at_field: came_at, event_time: ${JSON.stringify(scheduledAt)}`;

/** Files that are read in place. */
async function openFiles(engine: ProjectEngine): Promise<Arrivals> {
  const scheduledAt = `strptime(date, '%Y/%m/%d %H:%M')`;
  const project = await engine.project(filesFor(scheduledAt));
  const location = JSON.stringify(join(project.at('raw'), '*.json'));
  project.write({
    'models/raw.yaml': `sources: [{ name: raw, tables: [{ name: flights, external: { location: ${location} }, ${timesOf(scheduledAt)} }] }]`,
  });
  mkdirSync(project.at('raw'));
  let files = 0;
  const bring = (flights: readonly Flight[]): Promise<void> => {
    files += 1;
    const came = `2001-04-0${files} 00:00:00`;
    writeFileSync(project.at(`raw/${files}.json`), JSON.stringify(flights.map((flight) => ({ ...flight, came_at: came }))));
    return Promise.resolve();
  };
  return { project, bring };
}

/** A table that somebody loads each file into. */
async function openTable(engine: ProjectEngine): Promise<Arrivals> {
  const scheduledAt = `to_timestamp(date, 'YYYY/MM/DD HH24:MI')::timestamp`;
  const project = await engine.project({
    ...filesFor(scheduledAt),
    'models/raw.yaml': `sources: [{ name: raw, schema: raw, tables: [{ name: flights, ${timesOf(scheduledAt)} }] }]`,
  });
  const columns = 'date text, delay integer, distance integer, origin text, destination text';
  await project.run('create schema raw', `create table raw.flights (${columns}, came_at timestamptz default clock_timestamp())`);
  const bring = (flights: readonly Flight[]): Promise<void> =>
    project.run(
      `insert into raw.flights (date, delay, distance, origin, destination) select * from json_to_recordset($$${JSON.stringify(flights)}$$) as f(${columns})`,
    );
  return { project, bring };
}

/** Flights and minutes of delay by day, as the rows say. */
function byDay(flights: readonly Flight[]): readonly (readonly [string, number, number])[] {
  const sums = new Map<string, [number, number]>();
  for (const flight of flights) {
    const [count, delay] = sums.get(dayOf(flight)) ?? [0, 0];
    sums.set(dayOf(flight), [count + 1, delay + flight.delay]);
  }
  return [...sums].map(([day, [count, delay]]) => [day, count, delay] as const).sort(([a], [b]) => (a < b ? -1 : 1));
}

describe.skipIf(!PRESENT)(`flights by day${PRESENT ? '' : ' (skipped: ../shared/data/aviation is not there)'}`, () => {
  const engines = useProjectEngines();

  it.each(engines)('are loaded again of just the days that a late file touches, on $name', { timeout: 240_000 }, async (engine) => {
    // The file is an array of such objects, says its README.
    const flights = JSON.parse(readFileSync(DATA, 'utf8')) as readonly Flight[];
    const isLate = (flight: Flight, at: number): boolean => lateDays.has(dayOf(flight)) && at % 3 === 0;
    const inTime = flights.filter((flight, at) => !isLate(flight, at));
    const late = flights.filter(isLate);
    expect(late.length).toBeGreaterThan(30);
    const { project, bring } = await (engine.name === 'duckdb' ? openFiles(engine) : openTable(engine));
    await bring(inTime);
    const counts = 'select cast(flight_date as varchar), flights, cast(delay_minutes as integer) from main.flights_by_day order by 1';
    const loaders = `select cast(cast(scheduled_at as date) as varchar) as day, min(loaded_by), max(loaded_by), count(*) from main.fct_flights group by 1 order by 1`;

    await ok(project, 'build');
    expect(await project.rows(counts)).toEqual(byDay(inTime));
    const before = await project.rows(loaders);
    expect(before).toHaveLength(90);

    await ok(project, 'build');
    expect(await project.rows(loaders)).toEqual(before);

    const seen = (await project.rows('select distinct run_id from _tx.intervals')).map(([run]) => `'${String(run)}'`);
    await bring(late);
    const again = 'again after raw.flights: 2001-01-05 to 2001-01-06, 2001-02-11 to 2001-02-13';
    expect(await ok(project, 'plan')).toContain(`3 batches of a day, 2001-01-05 to 2001-01-06, 2001-02-11 to 2001-02-13; ${again}`);
    await ok(project, 'build');

    expect(await project.rows(counts)).toEqual(byDay(flights));
    const after = await project.rows(loaders);
    expect(after.flatMap(([day], at) => (after[at]?.[1] === before[at]?.[1] ? [] : [day]))).toEqual([...lateDays]);
    expect(after.every(([, first, last]) => first === last)).toBe(true);
    const loaded = await project.rows(
      `select relation_name, cast(cast(range_start as date) as varchar) from _tx.intervals
        where event = 'load' and run_id not in (${seen.join(', ')}) order by 1, 2`,
    );
    expect(loaded).toEqual(['fct_flights', 'flights_by_day'].flatMap((name) => [...lateDays].map((day) => [name, day])));
    expect((await ok(project, 'ls --output gaps')).trim()).toBe('');
  });
});
