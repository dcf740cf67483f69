import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRows, REPOSITORY, runTx } from '../support/tx.ts';

const SHARED = join(REPOSITORY, '..', 'shared');
const DATA = join(SHARED, 'data', 'aviation');
const PRESENT = existsSync(join(DATA, 'flights-20k.json'));
const MINUTES = 60_000;

interface Flight {
  readonly date: string;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

/** Rows of a query on the raw files, with no project between. */
async function readRaw(sql: string): Promise<string[][]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    for (const file of ['flights-20k.json', 'airports.csv', 'birdstrikes.csv', 'seattle-weather.csv']) {
      const name = file.replace(/[-.].*$/, '');
      await connection.run(`create view ${name} as select * from '${join(DATA, file).replaceAll("'", "''")}'`);
    }
    const result = await connection.runAndReadAll(sql);
    return result.getRowsJson().map((row) => row.map((value) => (value === null ? '' : String(value))));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describe.skipIf(!PRESENT)(`the aviation project${PRESENT ? '' : ' (skipped: ../shared/data/aviation is not there)'}`, () => {
  const base = mkdtempSync(join(tmpdir(), 'tx-aviation-'));
  // The same depth as in the repository, so that the relative locations of the sources hold.
  const project = join(base, 'main', 'tests', 'real', 'aviation');
  const read = (sql: string): Promise<string[][]> => readRows(join(project, 'warehouse.duckdb'), sql);
  const countsByStep: (string | undefined)[] = [];
  let flights: readonly Flight[] = [];

  async function buildUntil(day: string, ...args: string[]): Promise<void> {
    const result = await runTx(['build', '--project-dir', project, '--vars', `{load_until: ${day}}`, ...args], { cwd: project });
    expect(result.code, `${result.stdout}\n${result.stderr}`).toBe(0);
  }

  beforeAll(async () => {
    mkdirSync(project, { recursive: true });
    cpSync(join(REPOSITORY, 'tests', 'real', 'aviation'), project, {
      recursive: true,
      filter: (source) => !/(\.duckdb(\.wal)?|[\\/]target)$/.test(source),
    });
    symlinkSync(SHARED, join(base, 'shared'), 'dir');
    // The file is an array of such objects, says its README.
    flights = JSON.parse(readFileSync(join(DATA, 'flights-20k.json'), 'utf8')) as readonly Flight[];
    for (const day of ['2001-02-01', '2001-03-01', '2001-04-01']) {
      await buildUntil(day);
      countsByStep.push((await read('select count(*) from fct_flights'))[0]?.[0]);
    }
  }, 5 * MINUTES);

  afterAll(() => rmSync(base, { recursive: true, force: true }));

  it('loads a month a step', () => {
    const until = (month: string): number => flights.filter((flight) => flight.date < month).length;
    expect(countsByStep).toEqual(['2001/02', '2001/03', '2001/04'].map((month) => String(until(month))));
    expect(countsByStep).toEqual(['6937', '12901', '20000']);
  });

  it('keeps every flight of the file as it is', async () => {
    const loaded = await read('select scheduled_at, origin, destination, distance_miles, delay_minutes from fct_flights');
    const asWritten = flights.map((flight) =>
      [`${flight.date.replaceAll('/', '-')}:00`, flight.origin, flight.destination, flight.distance, flight.delay].join(' '),
    );
    expect(loaded.map((row) => row.join(' ')).sort()).toEqual(asWritten.sort());
  });

  it('counts the days as the file does', async () => {
    const raw = await readRaw(`
      select replace(left(date, 10), '/', '-') as day, count(*), sum((delay > 14)::int), sum(delay)::bigint, sum(distance)::bigint,
             count(distinct origin)
      from flights group by all order by day`);
    expect(raw).toHaveLength(90);
    expect(await read('from fct_flights_by_day order by flight_date')).toEqual(raw);
  });

  it('finds the delays of airports by month that the file holds', async () => {
    const raw = await readRaw(`
      select f.origin, any_value(a.state), left(date, 7), count(*), sum(case when delay < 15 then 0 else 1 end), sum(delay)::bigint, max(delay)
      from flights f, airports a where a.iata = f.origin
      group by f.origin, left(date, 7) order by 1, 3`);
    const marts = await read(`
      select airport, state, strftime(month, '%Y/%m'), departures, round(delayed_share * departures)::bigint,
             round(mean_delay_minutes * departures)::bigint, longest_delay_minutes
      from airport_delays_by_month order by airport, month`);
    expect(raw).toHaveLength(598);
    expect(marts).toEqual(raw.map((row) => row.map((cell, at) => (at === 1 && cell === 'NA' ? '' : cell))));
  });

  it('adds up the strikes of operators as the file does', async () => {
    const raw = await readRaw(`
      select replace("Aircraft Airline Operator", '*', '') as operator, count(*), sum(("Effect Amount of damage" != 'None')::int),
             (sum("Cost Repair") + sum("Cost Other"))::bigint, min("Flight Date"), max("Flight Date")
      from birdstrikes group by operator order by operator`);
    const marts = await read(`
      select operator, strikes, damaging_strikes, total_cost, first_strike_on, last_strike_on from strikes_by_operator order by operator`);
    expect(marts).toEqual(raw);
  });

  it('agrees with the figures that its README gives', async () => {
    expect(await read('select count(*), sum(delay_minutes), count(*) filter (is_delayed), sum(distance_miles) from fct_flights')).toEqual([
      ['20000', '154078', '4551', '14476934'],
    ]);
    expect(
      await read(`select departures, round(delayed_share * departures)::int, round(mean_delay_minutes * departures)::int, longest_delay_minutes
        from airport_delays_by_month where airport = 'DFW' order by month`),
    ).toEqual([
      ['358', '85', '1760', '159'],
      ['345', '95', '4448', '226'],
      ['400', '102', '4254', '298'],
    ]);
    expect(
      await read(`select operator, strikes, damaging_strikes, total_cost, most_common_species from strikes_by_operator
        where operator in ('AMERICAN AIRLINES', 'US AIRWAYS', 'FEDEX EXPRESS') order by operator`),
    ).toEqual([
      ['AMERICAN AIRLINES', '2171', '119', '2194024', 'Rock pigeon'],
      ['FEDEX EXPRESS', '365', '39', '8649605', 'Canada goose'],
      ['US AIRWAYS', '1084', '172', '4564005', 'European starling'],
    ]);
    expect(await read('select count(*), sum(strikes), sum(total_cost) from strikes_by_operator')).toEqual([['46', '10000', '40545276']]);
    expect(
      await read(
        `select days, wet_days, precipitation_mm, highest_celsius, lowest_celsius from seattle_weather_by_month where month = '2015-12-01'`,
      ),
    ).toEqual([['31', '25', '284.5', '15.6', '-2.1']]);
  });

  it('finds what is odd by its tests, as often as the README says', () => {
    const readme = readFileSync(join(project, 'README.md'), 'utf8');
    const expected = [...readme.matchAll(/^\|[^|]+\| ([\d,]+)[^|]*\|[^|]+\| (`[^|]+`) \|$/gm)].flatMap(([, count = '', names = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name]) => [name, Number(count.replaceAll(',', ''))]),
    );
    expect(expected).toHaveLength(9);
    // The artifact has the form of dbt's.
    const { results } = JSON.parse(readFileSync(join(project, 'target', 'run_results.json'), 'utf8')) as {
      readonly results: readonly { readonly unique_id: string; readonly status: string; readonly failures: number | null }[];
    };
    const tests = results.filter(({ unique_id: id }) => id.startsWith('test.'));
    const found = tests.filter(({ status }) => status === 'warn').map(({ unique_id: id, failures }) => [id.split('.')[2], failures]);
    expect(found.sort()).toEqual(expected.sort());
    expect(tests.filter(({ status }) => status !== 'warn' && status !== 'pass')).toEqual([]);
    expect(tests.length).toBeGreaterThan(60);
  });

  it(
    'changes nothing when the last step runs again, or all of them at once',
    async () => {
      const whole = async (): Promise<string[][][]> => {
        const tables: string[][][] = [];
        for (const table of ['fct_flights', 'fct_flights_by_day', 'airport_delays_by_month'])
          tables.push(await read(`from ${table} order by all`));
        return tables;
      };
      const before = await whole();
      await buildUntil('2001-04-01');
      expect(await whole()).toEqual(before);
      await buildUntil('2001-04-01', '--full-refresh');
      expect(await whole()).toEqual(before);
    },
    4 * MINUTES,
  );
});
