/** Models that are kept in files: what stands there is old or new, tested before it is published, and known by what it is. */
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { useProjectEngines } from './engine-project.ts';
import type { EngineProject } from './engine-project.ts';

const orders = (more = '', query = 'select id, day, amount from {{ref "src"}}'): string =>
  `{{config materialized="external" ${more}}}\n${query}`;

const FILES: Readonly<Record<string, string>> = {
  'seeds/src.csv': 'id,day,amount\n1,2024-01-01,1.50\n2,2024-01-01,2.25\n3,2024-01-02,\n',
  'models/orders.sql': orders('location="exports/orders.parquet"'),
  'models/total.sql': '{{config materialized="table"}}select day, count(*) as n, sum(amount) as amount from {{ref "orders"}} group by day',
  'models/p.yaml': `models:
  - name: orders
    columns: [{ name: id, tests: [unique, not_null] }]
seeds:
  - name: src
    config: { column_types: { id: integer, day: date, amount: "decimal(8,2)" } }`,
};

async function ok(project: EngineProject, line: string): Promise<string> {
  const { exit, text } = await project.tx(line);
  expect(exit, `${line}\n${text}`).toBe(0);
  return text;
}

async function fails(project: EngineProject, line: string, exit: number): Promise<string> {
  const { exit: code, text } = await project.tx(line);
  expect(code, `${line}\n${text}`).toBe(exit);
  return text;
}

/** Reads a Parquet and a CSV file as another program would, until it is told to stop; says what was not whole, and which versions it saw. */
const readAgainAndAgain = `
const { readFileSync } = require('node:fs');
const { parentPort, workerData: [packed, list] } = require('node:worker_threads');
const wrong = new Set();
const versions = new Set();
const look = () => {
  try {
    const bytes = readFileSync(packed);
    if (bytes.subarray(0, 4) + '' + bytes.subarray(-4) !== 'PAR1PAR1') wrong.add('half of ' + packed);
    const lines = readFileSync(list, 'utf8').trim().split('\\n').slice(1);
    const seen = new Set(lines.map((line) => line.split(',')[1]));
    if (lines.length !== 2000 || seen.size !== 1) wrong.add(lines.length + ' lines of ' + [...seen]);
    for (const version of seen) versions.add(version);
  } catch (cause) {
    wrong.add(cause.message);
  }
};
parentPort.once('message', () => {
  clearInterval(timer);
  parentPort.postMessage({ wrong: [...wrong], versions: [...versions] });
});
const timer = setInterval(look, 3);`;

describe('models in files', () => {
  const engines = useProjectEngines();
  describe.each(engines.filter(({ name }) => name === 'duckdb'))('on $name', ({ project: open }) => {
    const readFile = (project: EngineProject, path = 'exports/orders.parquet'): Promise<readonly (readonly unknown[])[]> =>
      project.rows(`select id, amount from '${project.at(path)}' order by id`);

    it('are files for others and relations for models, and stand where nothing has changed', async () => {
      const project = await open(FILES);
      expect(await ok(project, 'build')).toContain('external');
      expect(await readFile(project)).toEqual([
        [1, '1.50'],
        [2, '2.25'],
        [3, null],
      ]);
      expect(await project.rows('select day, n, amount from main.total order by day')).toEqual([
        ['2024-01-01', 2, '3.75'],
        ['2024-01-02', 1, null],
      ]);
      expect(await ok(project, 'build')).toContain('unchanged');
      expect(await ok(project, 'ls --output json -s orders')).toContain('"location":"exports/orders.parquet"');
    });

    it('are written again where somebody else has written them, and what reads them follows', async () => {
      const project = await open(FILES);
      await ok(project, 'build');
      writeFileSync(project.at('exports/orders.parquet'), 'not parquet at all');
      expect(await ok(project, 'plan --explain')).toContain('its files are not those that were written');
      const text = await ok(project, 'build');
      expect(text).toMatch(/✔ .*orders/);
      expect(text).toMatch(/✔ .*total/);
      expect(await readFile(project)).toHaveLength(3);
      project.remove('exports/orders.parquet');
      expect(await ok(project, 'build')).toMatch(/✔ .*orders/);
      expect(await ok(project, 'build')).not.toMatch(/✔ .*orders/);
    });

    it('are whole and of one version for whoever reads them while they are replaced, over and over', async () => {
      const version = (number: number): string => `select range as id, ${number} as version from range(2000)`;
      const files = (number: number): Readonly<Record<string, string>> => ({
        'models/orders.sql': orders('location="exports/orders.parquet"', version(number)),
        'models/list.sql': orders('location="exports/list.csv"', version(number)),
      });
      const project = await open(files(0));
      await ok(project, 'build');
      // On a thread of its own: what happens between two calls of the program is seen too.
      const paths = ['exports/orders.parquet', 'exports/list.csv'].map(project.at);
      const reader = new Worker(readAgainAndAgain, { eval: true, workerData: paths });
      onTestFinished(async () => void (await reader.terminate()));
      for (let number = 1; number <= 3; number += 1) {
        project.write(files(number));
        await ok(project, 'build --quiet');
      }
      const told = once(reader, 'message');
      reader.postMessage('stop');
      // What a worker sends is what its program says.
      const [{ wrong, versions }] = (await told) as [{ readonly wrong: readonly string[]; readonly versions: readonly string[] }];
      expect(wrong).toEqual([]);
      expect(versions.length).toBeGreaterThan(2);
    });

    it('are not published where a test fails, the first time as later', async () => {
      const project = await open({ ...FILES, 'seeds/src.csv': 'id,day,amount\n1,2024-01-01,1.50\n1,2024-01-01,2.25\n' });
      expect(await fails(project, 'build', 1)).toContain('audit-failed');
      expect(readdirSync(project.at('exports'))).toEqual([]);
      project.write({ 'seeds/src.csv': FILES['seeds/src.csv'] ?? '' });
      await ok(project, 'build');
      const before = readFileSync(project.at('exports/orders.parquet'));
      project.write({ 'seeds/src.csv': 'id,day,amount\n9,2024-01-01,1.50\n9,2024-01-01,2.25\n' });
      await fails(project, 'build', 1);
      expect(readFileSync(project.at('exports/orders.parquet')).equals(before)).toBe(true);
      expect(readdirSync(project.at('exports'))).toEqual(['orders.parquet']);
    });

    it('are what they were where something after the publication fails', async () => {
      const hook = 'post_hook="insert into main.nowhere select 1"';
      for (const place of ['location="exports/orders.parquet"', 'location="exports/" partition_by="day"']) {
        const project = await open({ ...FILES, 'models/orders.sql': orders(place) });
        await ok(project, 'build');
        const before = await project.rows('select * from main.orders order by id');
        project.write({ 'models/orders.sql': orders(`${place} ${hook}`, 'select id + 10 as id, day, amount from {{ref "src"}}') });
        await fails(project, 'build', 1);
        expect(await project.rows('select * from main.orders order by id')).toEqual(before);
        expect(readdirSync(project.at('exports')).filter((name) => name.includes('tx-'))).toEqual([]);
        // What stands there is not what was recorded any more only if it differs.
        project.write({ 'models/orders.sql': orders(place) });
        expect(await ok(project, 'plan --explain')).not.toContain('its files');
      }
      const first = await open({ ...FILES, 'models/orders.sql': orders(`location="exports/orders.parquet" ${hook}`) });
      await fails(first, 'build', 1);
      expect(readdirSync(first.at('exports'))).toEqual([]);
    });

    it('are divided into folders by columns, all of which are replaced together', async () => {
      const project = await open({
        ...FILES,
        'models/orders.sql': orders('location="exports/orders/" partition_by="day" options=(object "compression" "zstd")'),
      });
      await ok(project, 'build');
      expect(readdirSync(project.at('exports/orders/orders')).sort()).toEqual(['day=2024-01-01', 'day=2024-01-02']);
      project.write({ 'seeds/src.csv': 'id,day,amount\n3,2024-01-03,\n' });
      await ok(project, 'build');
      expect(readdirSync(project.at('exports/orders/orders'))).toEqual(['day=2024-01-03']);
      expect(readdirSync(project.at('exports/orders'))).toEqual(['orders']);
      project.write({ 'seeds/src.csv': 'id,day,amount\n' });
      await ok(project, 'build');
      expect(await project.rows('select * from main.orders')).toEqual([]);
      expect(await project.rows(`select * from read_parquet('${project.at('exports/orders/orders')}/**/*.parquet')`)).toEqual([]);
    });

    it('become tables and files again', async () => {
      const project = await open(FILES);
      await ok(project, 'build');
      project.write({ 'models/orders.sql': '{{config materialized="table"}}select id, day, amount from {{ref "src"}}' });
      await ok(project, 'build');
      expect(existsSync(project.at('exports/orders.parquet'))).toBe(true);
      project.write({ 'models/orders.sql': orders('format="csv" options=(object "delimiter" ";" "header" false)') });
      await ok(project, 'build');
      expect(readFileSync(project.at('target/external/main/orders.csv'), 'utf8')).toBe(
        '1;2024-01-01;1.50\n2;2024-01-01;2.25\n3;2024-01-02;\n',
      );
      project.write({ 'models/orders.sql': orders('location="exports/orders.ndjson.gz"') });
      await ok(project, 'build');
      expect(await readFile(project, 'exports/orders.ndjson.gz')).toHaveLength(3);
    });

    it('never take the place of what is not theirs', async () => {
      const project = await open(FILES);
      mkdirSync(project.at('exports'));
      writeFileSync(project.at('exports/orders.parquet'), 'mine');
      expect(await fails(project, 'build', 2)).toContain('files-not-owned');
      expect(readFileSync(project.at('exports/orders.parquet'), 'utf8')).toBe('mine');
      await ok(project, 'build --adopt');
      await ok(project, 'build');
      for (const [location, why] of [
        ['models/x.parquet', '`models` holds files of the project'],
        ['.', 'it is the folder of the project'],
        ['../x.parquet', 'it leads out of the project'],
        ['warehouse.duckdb', 'the database of the target is there'],
        ['target/manifest.json', '`target` holds other output'],
        ['s3://bucket/x.parquet', 'it is an address'],
        ['exports/*.parquet', 'it has a letter that stands for others'],
        ['project.yaml', 'it belongs to the project'],
        ['exports/x.csv', 'it ends like csv, and the `format` is parquet'],
      ]) {
        project.write({ 'models/orders.sql': orders(`format="parquet" location="${location}"`) });
        expect(await fails(project, 'compile', 2), location).toContain(why);
      }
      project.write({
        'models/orders.sql': orders('location="exports/orders.parquet"'),
        'models/other.sql': '{{config materialized="external" location="exports/Orders.parquet"}}select 1 as id',
      });
      expect(await fails(project, 'build', 2)).toContain('keeps its files there');
      project.remove('models/other.sql');
      project.write({
        'models/s.yaml': 'sources: [{ name: raw, tables: [{ name: o, external: { location: "exports/*.parquet" } }] }]',
        'models/orders.sql': orders('location="exports" partition_by="day"'),
      });
      expect(await fails(project, 'build', 2)).toContain('source `raw.o` reads what is there');
    });

    it('have places of their own in an environment', async () => {
      const project = await open(FILES);
      await ok(project, 'build');
      const before = statSync(project.at('exports/orders.parquet')).mtimeMs;
      project.write({
        'models/orders.sql': orders('location="exports/orders.parquet"', 'select id * 10 as id, day, amount from {{ref "src"}}'),
      });
      await ok(project, 'build --env pr_1');
      expect(statSync(project.at('exports/orders.parquet')).mtimeMs).toBe(before);
      expect(await project.rows('select max(id) from main__pr_1.orders')).toEqual([[30]]);
      expect(await project.rows('select max(id) from main.orders')).toEqual([[3]]);
      await ok(project, 'promote pr_1');
      expect(await project.rows('select max(id) from main.orders')).toEqual([[30]]);
      expect(await readFile(project)).toEqual([
        [10, '1.50'],
        [20, '2.25'],
        [30, null],
      ]);
    });
  });

  describe.each(engines.filter(({ name }) => name !== 'duckdb'))('on $name', ({ project: open }) => {
    it('are no way to keep rows, and that is said', async () => {
      const project = await open(FILES);
      expect(await fails(project, 'build', 2)).toContain('materialization-not-supported');
    });
  });
});
