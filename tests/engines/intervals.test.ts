/** Whatever happens to runs, the ledger says what the table holds; and runs at the same time load every interval once. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Adapter } from '../../src/adapter/adapter.ts';
import type { Cell, Connection, Session } from '../../src/adapter/connection.ts';
import { EngineError } from '../../src/adapter/engine-error.ts';
import { adapter as duckdb } from '../../src/adapters/duckdb/adapter.ts';
import { adapter as postgres } from '../../src/adapters/postgres/adapter.ts';
import { useTestDatabase } from '../../src/adapters/postgres/open-test-session.ts';
import type { IntervalConfig } from '../../src/compile/compiled.ts';
import { openFile, runBuild, runIn } from '../kill/drive.ts';
import type { RunSpec } from '../kill/drive.ts';
import { columnCheck, sqlModel } from '../kill/fixture-nodes.ts';

const day = 86_400_000;
/** The first day that counts; runs have their clocks some days later, by their order. */
const begin = Date.UTC(2023, 10, 14);
const orderAt = (days: number): number => Math.ceil((begin + days * day - 1_700_000_000_000) / 1_000_000) + 1;

/** The rows of a day as they are, with the run that loads them; days of which the source says so cannot be read. */
function facts(intervals: Partial<IntervalConfig> = {}, slow = ''): RunSpec {
  const sql =
    `select id, seen_at, {{run.id}} as run, 10 / divisor as tenth from main.source${slow} ` +
    'where seen_at >= {{interval.start}} and seen_at < {{interval.end}}';
  return {
    nodes: [
      sqlModel('facts', sql, {
        materialized: 'incremental',
        incrementalStrategy: 'time_interval',
        incremental: sql,
        intervals: {
          timeColumn: 'seen_at',
          batchSize: 'day',
          begin,
          lookback: 0,
          timeZone: 'UTC',
          allowPartials: false,
          outside: 'error',
          forwardOnly: false,
          ...intervals,
        },
      }),
      columnCheck('not_null', 'facts', 'id'),
    ],
  };
}

const dead = (): EngineError => new EngineError({ kind: 'other', message: 'dead', redacted: 'dead', retry: 'never' });
const mortal: ReadonlySet<PropertyKey> = new Set(['begin', 'commit', 'run', 'query', 'queryEach', 'load']);

/** The adapter of a machine that loses its power after so many calls: from then on nothing reaches the database. */
function dyingAfter(adapter: Adapter, calls: number): Adapter {
  let left = calls;
  const watch = (connection: Connection): Connection =>
    new Proxy(connection, {
      get: (own, key) => {
        const member: unknown = Reflect.get(own, key);
        if (typeof member !== 'function') return member;
        return (...args: readonly unknown[]): unknown => {
          if (mortal.has(key) && --left < 0) return Promise.reject(dead());
          return Reflect.apply(member, own, args);
        };
      },
    });
  const open = async (options: Parameters<Adapter['open']>[0]): Promise<Session> => {
    const session = await adapter.open(options);
    return new Proxy(session, {
      get: (own, key) => {
        const member: unknown = Reflect.get(own, key);
        if (key === 'connect') return async () => watch(await own.connect());
        return typeof member === 'function' ? (...args: readonly unknown[]): unknown => Reflect.apply(member, own, args) : member;
      },
    });
  };
  return { ...adapter, open };
}

type Act =
  | { readonly kind: 'run'; readonly days: number; readonly dies: number | undefined }
  | { readonly kind: 'reload'; readonly from: number; readonly length: number; readonly chunk: number; readonly dies: number | undefined }
  | { readonly kind: 'grow'; readonly on: number; readonly divisor: number }
  | { readonly kind: 'mend' };

const dies = fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined, freq: 2 });
const acts: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('run' as const), days: fc.integer({ min: 0, max: 3 }), dies }),
    fc.record({
      kind: fc.constant('reload' as const),
      from: fc.integer({ min: 0, max: 8 }),
      length: fc.integer({ min: 1, max: 5 }),
      chunk: fc.integer({ min: 1, max: 3 }),
      dies,
    }),
    fc.record({ kind: fc.constant('grow' as const), on: fc.integer({ min: 0, max: 12 }), divisor: fc.constantFrom(1, 1, 1, 0) }),
    fc.constant({ kind: 'mend' as const }),
  ),
  { minLength: 3, maxLength: 9 },
);

const cast = (seconds: string, engine: string): string =>
  engine === 'duckdb' ? `cast(epoch(${seconds}) as integer)` : `cast(extract(epoch from ${seconds}) as integer)`;

/** One database, and what a person who wrote everything down would expect of it. */
class World {
  readonly #adapter: Adapter;
  readonly #place: string;
  readonly #parallel: boolean;
  #now = 1;
  #runs = 0;
  #rows = 0;
  /** How many rows each day had when a run began. */
  readonly #seen = new Map<string, ReadonlyMap<number, number>>();
  /** Of each run that died, how much it had written into the ledger. */
  readonly deaths: number[] = [];

  constructor(adapter: Adapter, place: string, parallel = false) {
    this.#adapter = adapter;
    this.#place = place;
    this.#parallel = parallel;
  }

  async with<T>(job: (connection: Connection, session: Session) => Promise<T>, adapter = this.#adapter): Promise<T> {
    const session = await openFile(adapter, this.#place);
    try {
      return await job(await session.connect(), session);
    } finally {
      await session.close();
    }
  }

  rows(sql: string): Promise<readonly (readonly Cell[])[]> {
    return this.with(async (connection) => (await connection.query({ sql })).rows);
  }

  async perform(act: Act): Promise<void> {
    if (act.kind === 'grow') {
      this.#rows += 1;
      const at = new Date(begin + act.on * day + (this.#rows % 24) * 3_600_000).toISOString().replace('T', ' ').replace('Z', '');
      await this.with((connection) =>
        connection.run({ sql: `insert into main.source values (${this.#rows}, timestamp '${at}', ${act.divisor})` }),
      );
      return;
    }
    if (act.kind === 'mend') {
      await this.with((connection) => connection.run({ sql: 'update main.source set divisor = 1 where divisor = 0' }));
      return;
    }
    if (act.kind === 'run') this.#now += act.days;
    this.#runs += 1;
    const runId = `run-${this.#runs}`;
    const { engine } = this.#adapter.dialect;
    const counted = await this.rows(`select ${cast('seen_at', engine)}, count(*) from main.source group by 1`);
    const seen = new Map<number, number>();
    for (const [second, count] of counted) {
      const cell = Math.floor((Number(second) * 1000 - begin) / day);
      seen.set(cell, (seen.get(cell) ?? 0) + Number(count));
    }
    this.#seen.set(runId, seen);
    const window = (days: number): string => new Date(begin + days * day).toISOString();
    const loads =
      act.kind === 'run'
        ? {}
        : { loads: { window: { start: window(act.from), end: window(act.from + act.length) }, only: true, again: true, chunk: act.chunk } };
    const adapter = act.dies === undefined ? this.#adapter : dyingAfter(this.#adapter, act.dies);
    const spec = this.#parallel ? { ...facts({ concurrent: true }), threads: 3 } : facts();
    const place = { runId, order: orderAt(this.#now) + this.#runs, replans: true } as const;
    const before = await this.#entries();
    try {
      const { status } = await this.with((_, session) => runIn(session, adapter, { ...spec, ...loads }, place), adapter);
      if (act.dies === undefined || status === 'success') return;
    } catch (cause) {
      const isDeath = String(cause).includes('dead') || (cause instanceof Error && String(cause.cause).includes('dead'));
      if (act.dies === undefined || !isDeath) throw cause;
    }
    this.deaths.push((await this.#entries()) - before);
  }

  /** How many there are in the ledger. */
  async #entries(): Promise<number> {
    const tables = await this.rows(`select 1 from information_schema.tables where table_schema = '_tx' and table_name = 'records'`);
    return tables.length === 0 ? 0 : Number((await this.rows(`select count(*) from _tx.records where kind = 'ledger'`))[0]?.[0]);
  }

  /** What is wrong: of each day the rows are those of the run that the ledger names, as they were when that run began. */
  async problems(): Promise<readonly string[]> {
    const tables = await this.rows(`select table_name from information_schema.tables where table_name in ('facts', 'intervals')`);
    if (tables.length < 2) return [];
    const { engine } = this.#adapter.dialect;
    const held = new Map<number, Map<string, number>>();
    for (const [second, run, count] of await this.rows(`select ${cast('seen_at', engine)}, run, count(*) from main.facts group by 1, 2`)) {
      const cell = Math.floor((Number(second) * 1000 - begin) / day);
      const runs = held.get(cell) ?? new Map<string, number>();
      runs.set(String(run), (runs.get(String(run)) ?? 0) + Number(count));
      held.set(cell, runs);
    }
    const entries = (await this.rows(`select entry from _tx.records where kind = 'ledger' order by ordinal`)).map(
      // Written by the program that is tested.
      ([entry]) => JSON.parse(String(entry)) as Readonly<Record<'event' | 'run_id' | 'range_start' | 'range_end' | 'done', string>>,
    );
    const loader = new Map<number, string>();
    for (const { event, run_id: run, range_start: start, range_end: end } of entries)
      if (event === 'load')
        for (let cell = (Date.parse(start) - begin) / day; cell < (Date.parse(end) - begin) / day; cell += 1) loader.set(cell, run);
    const done = JSON.parse(entries.at(-1)?.done ?? '[]') as readonly (readonly [number, number])[];
    const problems: string[] = [];
    const isDone = (cell: number): boolean => done.some(([start, end]) => start <= begin + cell * day && end >= begin + (cell + 1) * day);
    for (let cell = 0; cell < 30; cell += 1) {
      const runs = [...(held.get(cell) ?? [])];
      const by = loader.get(cell);
      const expected = by === undefined ? 0 : (this.#seen.get(by)?.get(cell) ?? 0);
      if (isDone(cell) && by === undefined) problems.push(`day ${cell} is loaded by nobody`);
      const found = runs.reduce((sum, [, count]) => sum + count, 0);
      if (found !== expected || runs.some(([run]) => run !== by))
        problems.push(`day ${cell} has ${JSON.stringify(runs)} and was loaded by ${by} with ${expected}`);
    }
    for (const cell of held.keys()) if (cell < 0 || cell >= 30) problems.push(`rows of day ${cell}`);
    return problems;
  }

  /** After a run that nobody disturbs everything is loaded that is over. */
  async finish(): Promise<readonly string[]> {
    await this.perform({ kind: 'mend' });
    await this.perform({ kind: 'run', days: 1, dies: undefined });
    const [[done] = []] = await this.rows(`select done from _tx.intervals order by build desc, recorded_at desc limit 1`);
    const ranges = JSON.parse(String(done)) as readonly (readonly [number, number])[];
    const [first] = ranges;
    const until = begin + this.#now * day;
    if (ranges.length !== 1 || first === undefined || first[0] !== begin || first[1] < until)
      return [`${String(done)} is not everything to ${until}`];
    return await this.problems();
  }
}

const rounds = Number(process.env['TX_ROUNDS'] ?? 4);

interface Given {
  readonly acts: readonly Act[];
  /** Queries of several batches run at a time. */
  readonly parallel: boolean;
}

/** Gives of each run that died how much it had written into the ledger. */
async function judge(adapter: Adapter, place: () => string, clear: string, { acts: all, parallel }: Given): Promise<readonly number[]> {
  const world = new World(adapter, place(), parallel);
  await world.with((connection) => connection.run({ sql: clear, script: true }));
  await world.with((connection) =>
    connection.run({ sql: 'create table main.source (id integer, seen_at timestamp, divisor integer)', script: true }),
  );
  for (const on of [0, 1, 2, 3, 4, 5, 6]) await world.perform({ kind: 'grow', on, divisor: 1 });
  for (const act of all) {
    await world.perform(act);
    expect(await world.problems(), JSON.stringify(act)).toEqual([]);
  }
  expect(await world.finish()).toEqual([]);
  return world.deaths;
}

/** Deaths between batches for sure, whatever chance brings; they are the first rounds. */
const surely: [Given][] = [false, true].map((parallel) => [
  {
    parallel,
    acts: [
      { kind: 'run', days: 4, dies: 14 },
      { kind: 'run', days: 1, dies: undefined },
      ...[20, 26, 32].map((dies): Act => ({ kind: 'reload', from: 0, length: 5, chunk: 1, dies })),
    ],
  },
]);

async function assertLedgers(judged: (given: Given) => Promise<readonly number[]>, numRuns: number): Promise<void> {
  const deaths: number[] = [];
  await fc.assert(
    fc.asyncProperty(fc.record({ acts, parallel: fc.boolean() }), async (given) => {
      deaths.push(...(await judged(given)));
    }),
    { numRuns, examples: surely },
  );
  expect(deaths.filter((entries) => entries > 1).length, JSON.stringify(deaths)).toBeGreaterThan(2);
}

describe('random batches, reloads and deaths', () => {
  const database = useTestDatabase();
  const folder = (): string => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'tx-intervals-')));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    return root;
  };

  it('leave a ledger that says what the table holds, on DuckDB', { timeout: 120_000 + rounds * 15_000 }, async () => {
    const root = folder();
    let files = 0;
    const next = (): string => join(root, `${(files += 1)}.duckdb`);
    await assertLedgers((given) => judge(duckdb, next, 'create schema if not exists main', given), rounds);
  });

  it('leave a ledger that says what the table holds, on PostgreSQL', { timeout: 120_000 + rounds * 15_000 }, async () => {
    const clear = 'drop schema if exists main cascade; drop schema if exists _tx cascade; create schema main';
    await assertLedgers((given) => judge(postgres, database.url, clear, given), Math.ceil(rounds / 2) + 1);
  });

  it.each([false, true])('at the same time load every interval once, with several queries at a time: %s', async (concurrent) => {
    const world = new World(postgres, database.url());
    await world.with((connection) =>
      connection.run({
        sql: `drop schema if exists main cascade; drop schema if exists _tx cascade; create schema main;
          create table main.source as select i as id, timestamp '2023-11-14' + i * interval '6 hours' as seen_at, 1 as divisor from generate_series(0, 79) as i`,
        script: true,
      }),
    );
    // Slow enough that runs meet.
    const spec = { ...facts(concurrent ? { concurrent } : {}, ', (select pg_sleep(0.01)) as s'), threads: 3 };
    let order = orderAt(20);
    // Each begins with days of its own and comes to those of others.
    const build = (from: number, to: number): Promise<string> => {
      order += 1;
      const moment = (days: number): string => new Date(Date.UTC(2023, 10, 14 + days)).toISOString();
      const loads = { window: { start: moment(from), end: moment(to) }, only: true, again: false, chunk: 1 };
      return runBuild(
        { ...spec, loads },
        { database: database.url(), runId: `run-${order}`, order, adapter: postgres, replans: true },
      ).then(({ status }) => status);
    };
    expect(await Promise.all([build(0, 14), build(5, 20), build(10, 20)])).toEqual(['success', 'success', 'success']);
    expect(await world.rows(`select count(*), count(distinct id), count(distinct run) > 1 from main.facts`)).toEqual([[80, 80, true]]);
    expect(
      await world.rows(`select count(*), count(distinct range_start), min(range_start) = timestamp '2023-11-14' from _tx.intervals`),
    ).toEqual([[20, 20, true]]);
  });

  it.each([1, 4])('run their queries at a time as they are told, and are published in order: %s', async (parallel) => {
    const world = new World(postgres, database.url());
    await world.with((connection) =>
      connection.run({
        sql: `drop schema if exists main cascade; drop schema if exists _tx cascade; create schema main;
          create table main.source as select i as id, timestamp '2023-11-14' + i * interval '1 day' as seen_at from generate_series(0, 9) as i`,
        script: true,
      }),
    );
    const sql =
      `select id, seen_at, clock_timestamp() as asked_at from main.source, (select pg_sleep(0.3)) as s ` +
      'where seen_at >= {{interval.start}} and seen_at < {{interval.end}}';
    const [model] = facts().nodes;
    if (model?.resourceType !== 'model') throw new Error('there is no model');
    const nodes = [sqlModel('facts', sql, { ...model.config, incremental: sql })];
    const window = { start: '2023-11-14', end: '2023-11-24' };
    const spec = { nodes, loads: { window, only: true, again: true, chunk: 1, parallel } };
    const ended = await runBuild(spec, {
      database: database.url(),
      runId: 'run-1',
      order: orderAt(20),
      adapter: postgres,
      replans: true,
    });
    expect(ended.status).toBe('success');
    // The first ones in turn make the table and look at it; queries that run at a time end at a time.
    const together = `select count(*) from (select asked_at - lag(asked_at) over (order by asked_at) as gap from main.facts) as g where gap < interval '0.25 seconds'`;
    const [[found] = []] = await world.rows(together);
    if (parallel === 1) expect(Number(found)).toBe(0);
    else expect(Number(found)).toBeGreaterThan(3);
    expect(
      await world.rows(`select string_agg(to_char(range_start, 'DD'), ' ' order by recorded_at, range_start) from _tx.intervals`),
    ).toEqual([['14 15 16 17 18 19 20 21 22 23']]);
  });
});
