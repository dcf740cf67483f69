/** What a run sends to a PostgreSQL server, counted on the wire. */
import { describe, expect, it } from 'vitest';
import { adapter } from '../../src/adapters/postgres/adapter.ts';
import { watchWire } from '../support/watch-wire.ts';
import type { RoundTrip } from '../support/watch-wire.ts';
import { useProjectEngines } from './engine-project.ts';

const engine = useProjectEngines().find(({ name }) => name === adapter.dialect.engine);

async function sent(size: number, materialized: string, ...commands: readonly string[]): Promise<readonly (readonly RoundTrip[])[]> {
  const files = Object.fromEntries(
    Array.from({ length: size }, (_, at) => [`models/m${at}.sql`, `{{config materialized="${materialized}"}}\nselect ${at} as id\n`]),
  );
  const project = await engine?.project(files);
  if (project === undefined) throw new Error('no engine');
  const server = await watchWire(String(project.settings['url']));
  project.write({
    'project.yaml': `name: shop\ntargets:\n  dev: ${JSON.stringify({ type: 'postgres', schema: 'main', threads: 2, url: server.url })}\n`,
  });
  const found: (readonly RoundTrip[])[] = [];
  for (const command of commands) {
    const { exit, text } = await project.tx(command);
    expect(exit, text).toBe(0);
    found.push(server.take());
  }
  return found;
}

/** What a round trip is for. */
type Kind = 'settings' | 'catalog' | 'begin' | 'state' | 'commit' | 'types' | 'model';

const readsCatalog = (sql: string): boolean => /\bpg_catalog\.(?:pg_class|pg_namespace|pg_attribute|pg_type|format_type)\b/.test(sql);

function kindOf({ statements }: RoundTrip): Kind {
  const [first = ''] = statements;
  // The number of the transaction, the lock, and what stands of the relation come with it.
  if (/^begin\b/i.test(first)) return 'begin';
  if (/^commit$/i.test(first)) return 'commit';
  if (/^select pg_catalog\.set_config\('(?:client_connection_check_interval|application_name)'/.test(first)) return 'settings';
  if (/^(?:savepoint|rollback)\b/i.test(first)) return 'types';
  if (statements.every(readsCatalog)) return 'catalog';
  return statements.every((sql) => sql.includes('"_tx"')) ? 'state' : 'model';
}

type Counts = Readonly<Record<Kind, number>>;

function count(trips: readonly RoundTrip[]): Counts {
  const counts = { settings: 0, catalog: 0, begin: 0, state: 0, commit: 0, types: 0, model: 0 };
  for (const trip of trips) counts[kindOf(trip)] += 1;
  return counts;
}

const sizes = [3, 13] as const;

/** What each further model costs a command, and what the command costs whatever its models are. */
async function costs(
  materialized: string,
  ...commands: readonly string[]
): Promise<readonly { readonly each: Counts; readonly fixed: Counts }[]> {
  const [few, many] = [await sent(sizes[0], materialized, ...commands), await sent(sizes[1], materialized, ...commands)];
  return commands.map((_, at) => {
    const [small, large] = [count(few[at] ?? []), count(many[at] ?? [])];
    const of = (sum: (kind: Kind) => number): Counts => {
      const counts = { ...small };
      // The keys of an object that was made here.
      for (const kind of Object.keys(counts) as Kind[]) counts[kind] = sum(kind);
      return counts;
    };
    const each = of((kind) => (large[kind] - small[kind]) / (sizes[1] - sizes[0]));
    return { each, fixed: of((kind) => small[kind] - each[kind] * sizes[0]) };
  });
}

const nothing: Counts = { settings: 0, catalog: 0, begin: 0, state: 0, commit: 0, types: 0, model: 0 };

describe.skipIf(engine === undefined)('what a run sends', () => {
  it('asks the catalog at most three times, however many models there are', async () => {
    const [first, again] = await costs('table', 'run', 'run');
    // What stands, the same once more under the lock of whoever makes the state tables, and what was built in the end.
    expect(first?.fixed).toMatchObject({ catalog: 3, begin: 2, commit: 1, types: 2 });
    expect(again?.fixed).toMatchObject({ catalog: 2, begin: 1, commit: 1, types: 0 });
    // Typing asks about all of them together. Staging is one round trip, and publishing with the record another.
    expect(first?.each).toEqual({ ...nothing, begin: 1, model: 2, commit: 1 });
    expect(again?.each).toEqual({ ...nothing, begin: 1, model: 2, commit: 1 });
  });

  it('of a view one statement less, and none that writes it where nothing changed', async () => {
    const [first, again] = await costs('view', 'run', 'run');
    expect(first?.each).toEqual({ ...nothing, begin: 1, model: 1, commit: 1 });
    // The columns that it would have now are looked at, in a view that is gone at once.
    expect(again?.each).toEqual({ ...nothing, begin: 1, model: 1, state: 1, commit: 1 });
    expect(again?.fixed.catalog).toBe(2);
  });

  it('asks what stands of a relation once, with the BEGIN that locks it', async () => {
    const [, again = []] = await sent(3, 'table', 'run', 'run');
    const begins = again.filter((trip) => kindOf(trip) === 'begin');
    expect(begins.map(({ statements }) => statements.filter(readsCatalog).length)).toEqual([0, 1, 1, 1]);
  });

  it('sends nothing that writes for a plan', async () => {
    const [, plan = []] = await sent(3, 'table', 'run', 'plan');
    expect(new Set(plan.map(kindOf))).toEqual(new Set<Kind>(['settings', 'catalog', 'state']));
    expect(count(plan).catalog).toBe(1);
    for (const { statements } of plan) for (const sql of statements) expect(sql).toMatch(/^\s*select\b/i);
  });

  it('compiles with one look at the catalog, however many sources and mistakes there are, and with none where types are described', async () => {
    const trips: number[][] = [];
    for (const size of sizes) {
      const numbers = Array.from({ length: size }, (_, at) => at);
      const sources = (columns: string): string =>
        `sources:\n${numbers.map((at) => `  - {name: raw${at}, tables: [{name: t${columns}}]}\n`).join('')}`;
      const readers = numbers.map((at) => [`models/m${at}.sql`, `select id + ${at} as id from {{source "raw${at}" "t"}}\n`]);
      const project = await engine?.project({ ...Object.fromEntries(readers), 'models/s.yml': sources('') });
      if (project === undefined) throw new Error('no engine');
      for (const at of numbers) await project.run(`create schema raw${at}`, `create table raw${at}.t (id bigint)`);
      const server = await watchWire(String(project.settings['url']));
      const target = { type: 'postgres', schema: 'main', url: server.url };
      project.write({ 'project.yaml': `name: shop\ntargets:\n  dev: ${JSON.stringify(target)}\n` });
      const compile = async (exit: number): Promise<number> => {
        const end = await project.tx('compile --no-cache');
        expect(end.exit, end.text).toBe(exit);
        return server.take().filter((trip) => kindOf(trip) === 'catalog').length;
      };
      const plain = await compile(0);
      // A relation that nobody declared may stand in the target: that is looked up among what is known already.
      project.write({ 'models/no.sql': 'select x from nowhere\n', 'models/nor.sql': 'select x from main.nowhere\n' });
      const wrong = await compile(2);
      project.write({ 'models/no.sql': 'select 1 as x\n', 'models/nor.sql': 'select 2 as x\n' });
      project.write({ 'models/s.yml': sources(', columns: [{name: id, data_type: bigint}]') });
      trips.push([plain, wrong, await compile(0)]);
    }
    expect(trips).toEqual([
      [1, 1, 0],
      [1, 1, 0],
    ]);
  });

  it('asks about queries that have changed a few times, however many there are, and not where none has', async () => {
    const trips: (readonly Counts[])[] = [];
    for (const size of sizes) {
      const readers = Array.from({ length: size }, (_, at) => [
        `models/m${at}.sql`,
        `{{config materialized="table"}}\nselect a + ${at} as a from {{ref "parent"}}\n`,
      ]);
      const parent = (sql: string) => ({ 'models/parent.sql': `{{config materialized="table"}}\n${sql}\n` });
      const project = await engine?.project({ ...Object.fromEntries(readers), ...parent('select 1 as a, 2 as b') });
      if (project === undefined) throw new Error('no engine');
      const server = await watchWire(String(project.settings['url']));
      const target = { type: 'postgres', schema: 'main', threads: 2, url: server.url };
      project.write({ 'project.yaml': `name: shop\ntargets:\n  dev: ${JSON.stringify(target)}\n` });
      await project.tx('build');
      server.take();
      await project.tx('plan');
      const unchanged = count(server.take());
      project.write(parent('select 1 as a, 3 as b, 4 as c'));
      expect((await project.tx('plan --explain')).text).toContain('reads none of the changed columns of `parent`');
      trips.push([unchanged, count(server.take())]);
    }
    const [few, many] = trips;
    expect(many).toEqual(few);
    expect(few?.[0]).toMatchObject({ types: 0, model: 0 });
    expect(few?.[1]?.catalog).toBeLessThanOrEqual(3);
  });
});

describe.skipIf(engine === undefined)('the connections of a run', () => {
  it.each([1, 3])('are as many as its threads, and one beside them: %d', async (threads) => {
    // Each model counts who is there while the others take their time, too.
    const counting = `select (select count(*) from pg_stat_activity where datname = current_database() and application_name like 'tx:model.%') as busy,
      (select count(*) from pg_stat_activity where datname = current_database() and backend_type = 'client backend') as present from pg_sleep(0.3)`;
    const files = Array.from({ length: 5 }, (_, at) => [`models/m${at}.sql`, `{{config materialized="table"}}\n${counting}\n`]);
    const project = await engine?.project(Object.fromEntries(files));
    if (project === undefined) throw new Error('no engine');
    const { exit, text } = await project.tx(`run --threads ${threads}`);
    expect(exit, text).toBe(0);
    const counted = files.map((_, at) => `select busy, present from main.m${at}`).join(' union all ');
    expect(await project.rows(`select max(busy), max(present) from (${counted}) as c`)).toEqual([[threads, threads + 1]]);
  });
});
