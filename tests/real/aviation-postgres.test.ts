/** The aviation project on PostgreSQL, with its files loaded as seeds, makes the tables that it makes on DuckDB from the files in place. */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { targetOf, useTestDatabase } from '../../src/adapters/postgres/open-test-session.ts';
import { openSession } from '../../src/adapters/postgres/session.ts';
import { copyProject, readRows, REPOSITORY, runTx } from '../support/tx.ts';

const DATA = join(REPOSITORY, '..', 'shared', 'data', 'aviation');
const PRESENT = existsSync(join(DATA, 'flights-20k.json'));
const MINUTES = 60_000;

const database = useTestDatabase();

const STAGING = ['stg_airports', 'stg_bird_strikes', 'stg_flights', 'stg_seattle_weather'].map((name) => `main_staging.${name}`);
const MARTS = [
  'airport_delays_by_month',
  'fct_flights',
  'fct_flights_by_day',
  'seattle_weather_by_month',
  'strikes_by_operator',
  'strikes_by_phase',
].map((name) => `main.${name}`);

/** Floating point is not to the last digit the same everywhere. */
function plain(cell: unknown): string {
  const text = cell === null || cell === undefined ? '' : String(cell);
  return /^-?\d+(?:\.\d+)?$/.test(text) ? String(Number(Number(text).toPrecision(12))) : text;
}

type Table = readonly string[];

const asTable = (rows: readonly (readonly unknown[])[]): Table => rows.map((row) => row.map(plain).join(' | ')).sort();

function copyAviation(): string {
  return copyProject(join(REPOSITORY, 'tests', 'real', 'aviation'), ['project.yaml', 'models', 'macros', 'tests']);
}

function edit(folder: string, path: string, change: (text: string) => string): void {
  writeFileSync(join(folder, path), change(readFileSync(join(folder, path), 'utf8')));
}

/** The project as it is, with the files where they are. */
function onFiles(): string {
  const folder = copyAviation();
  edit(folder, 'models/sources.yaml', (text) => text.replaceAll(/location: .*\/aviation/g, `location: ${DATA}`));
  return folder;
}

interface Flight {
  readonly date: string;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

/** The same with the files as seeds, in a schema where the sources find them. */
function onSeeds(): string {
  const folder = copyAviation();
  edit(
    folder,
    'project.yaml',
    (text) =>
      text.replace('type: duckdb', 'type: postgres').replace('path: warehouse.duckdb', `url: ${database.url()}`) +
      'seeds: { +schema: raw }\n',
  );
  edit(folder, 'models/sources.yaml', (text) =>
    text.replaceAll(/^ +external:\n +location: .*\n/gm, '').replaceAll('    tables:', '    schema: main_raw\n    tables:'),
  );
  mkdirSync(join(folder, 'seeds'));
  for (const [file, name] of [
    ['airports', 'airports'],
    ['birdstrikes', 'bird_strikes'],
    ['seattle-weather', 'seattle_weather'],
  ] as const)
    cpSync(join(DATA, `${file}.csv`), join(folder, 'seeds', `${name}.csv`));
  // The file is an array of such objects, says its README.
  const flights = JSON.parse(readFileSync(join(DATA, 'flights-20k.json'), 'utf8')) as readonly Flight[];
  const lines = flights.map(({ date, delay, distance, origin, destination }) => [date, delay, distance, origin, destination].join(','));
  writeFileSync(join(folder, 'seeds/flights.csv'), `date,delay,distance,origin,destination\n${lines.join('\n')}\n`);
  return folder;
}

async function tx(folder: string, ...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await runTx([...args, '--project-dir', folder], { cwd: folder });
  expect(code, `${stdout}\n${stderr}`).toBe(0);
}

describe.skipIf(!PRESENT)(`aviation on PostgreSQL${PRESENT ? '' : ' (skipped: ../shared/data/aviation is not there)'}`, () => {
  let files = '';
  let seeds = '';

  const readFiles = async (name: string): Promise<Table> =>
    asTable(await readRows(join(files, 'warehouse.duckdb'), `select * from ${name}`));

  async function readServer(names: readonly string[]): Promise<readonly Table[]> {
    const session = await openSession(targetOf({ url: database.url() }));
    try {
      const connection = await session.connect();
      const tables: Table[] = [];
      for (const name of names) tables.push(asTable((await connection.query({ sql: `select * from ${name}` })).rows));
      return tables;
    } finally {
      await session.close();
    }
  }

  beforeAll(async () => {
    if (database.url() === '') return;
    files = onFiles();
    seeds = onSeeds();
    await tx(seeds, 'seed');
    for (const day of ['2001-02-01', '2001-03-01', '2001-04-01'])
      for (const folder of [files, seeds]) await tx(folder, 'build', '--exclude', 'resource_type:seed', '--vars', `{load_until: ${day}}`);
  }, 3 * MINUTES);

  it('has the rows of every relation that DuckDB has', async () => {
    const names = [...STAGING, ...MARTS];
    const found = await readServer(names);
    for (const [at, name] of names.entries()) {
      const expected = await readFiles(name);
      expect(expected.length, name).toBeGreaterThan(5);
      expect(found[at], name).toEqual(expected);
    }
  });

  it(
    'reaches by increments what a full build writes, with any number of threads',
    async () => {
      const incremental = await readServer(MARTS);
      for (const threads of ['1', '8']) {
        await tx(seeds, 'build', '--exclude', 'resource_type:seed', '--full-refresh', '--threads', threads);
        expect(await readServer(MARTS)).toEqual(incremental);
      }
    },
    2 * MINUTES,
  );
});
