/** Runs at the same time give what runs in a row give, and readers notice nothing, on an engine that lets several in. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Adapter } from '../../src/adapter/adapter.ts';
import type { Cell, Connection } from '../../src/adapter/connection.ts';
import { adapter as postgres } from '../../src/adapters/postgres/adapter.ts';
import { openTestSession, useTestDatabase } from '../../src/adapters/postgres/open-test-session.ts';
import { stateVersion } from '../../src/state/state-tables.ts';
import { runBuild } from '../kill/drive.ts';
import type { RunSpec } from '../kill/drive.ts';
import { olderStates } from './older-state.ts';
import { columnCheck, sqlModel } from '../kill/fixture-nodes.ts';

const database = useTestDatabase();

/** More rounds where somebody has the time: `TX_ROUNDS=20`. */
const rounds = Number(process.env['TX_ROUNDS'] ?? 2);

async function connect(): Promise<Connection> {
  const session = await openTestSession({ url: database.url() });
  return session.connect();
}

async function rowsOf(connection: Connection, sql: string): Promise<readonly (readonly Cell[])[]> {
  return (await connection.query({ sql })).rows;
}

/** An empty schema `main` with a source of 40 keys. */
async function setUp(connection: Connection): Promise<void> {
  await connection.run({
    sql: `drop schema if exists main cascade; drop schema if exists _tx cascade; create schema main;
      create table main.source as select i as id, 'first' as v from generate_series(1, 40) as i`,
    script: true,
  });
}

let order = 0;

/** Builds as a process of its own would; a replan plans the step by the same planner. */
function build(spec: RunSpec, adapter: Adapter = postgres): Promise<string> {
  order += 1;
  return runBuild(spec, { database: database.url(), runId: `run-${order}`, order, adapter, replans: true }).then(({ status }) => status);
}

const strategies = {
  append: { incrementalStrategy: 'append', sql: 'select id, v from main.source where id > (select coalesce(max(id), 0) from main.facts)' },
  delete_insert: {
    incrementalStrategy: 'delete_insert',
    uniqueKey: ['id'],
    sql: `select id, v || '!' as v from main.source where id > 20`,
  },
  insert_overwrite: {
    incrementalStrategy: 'insert_overwrite',
    partitionBy: ['(id > 20)'],
    sql: `select id, v || '!' as v from main.source where id > 20`,
  },
  events: {
    incrementalStrategy: 'merge',
    uniqueKey: ['id'],
    events: { sequenceBy: 'v', deleteWhen: `v = 'gone'` },
    sql: `select id, v || '!' as v from main.source where id > 20 union all select 41, 'gone'`,
  },
  merge: { incrementalStrategy: 'merge', uniqueKey: ['id'], sql: `select id, v || '!' as v from main.source where id > 20` },
} as const;

function facts(strategy: keyof typeof strategies): RunSpec {
  const { sql, ...config } = strategies[strategy];
  // Slow enough that runs meet.
  const slow = `select id, v from (${sql}) as q, (select pg_sleep(0.05)) as s`;
  return {
    nodes: [
      sqlModel('facts', 'select id, v from main.source where id <= 20', { materialized: 'incremental', ...config, incremental: slow }),
      sqlModel('total', 'select count(*) as n from main.facts', { materialized: 'view', reads: ['facts'] }),
      sqlModel('copy', 'select * from main.facts', { reads: ['facts'] }),
    ],
  };
}

/** The same adapter without its locks: what the tests below are there to notice. */
const unlocked: Adapter = {
  ...postgres,
  capabilities: { ...postgres.capabilities, runLock: 'database' },
};

describe('runs at the same time', () => {
  for (const strategy of ['append', 'delete_insert', 'merge', 'insert_overwrite', 'events'] as const) {
    it.each([2, 4])(`%d runs: every key once, ${strategy}`, async (runs) => {
      const connection = await connect();
      for (let round = 0; round < rounds; round += 1) {
        await setUp(connection);
        expect(await build(facts(strategy))).toBe('success');
        const statuses = await Promise.all(Array.from({ length: runs }, () => build(facts(strategy))));
        expect(statuses).toEqual(statuses.map(() => 'success'));
        const [counts] = await rowsOf(
          connection,
          'select count(*), count(distinct id), (select n from main.total), (select count(*) from main.copy) from main.facts',
        );
        expect(counts).toEqual([40, 40, 40, 40]);
        if (strategy === 'events') expect(await rowsOf(connection, 'select id from main.facts__deleted')).toEqual([[41]]);
        const builds = await rowsOf(
          connection,
          `select count(*), max(ordinal) from _tx.records where kind = 'build' and subject like '%facts%'`,
        );
        expect(builds).toEqual([[runs + 1, runs + 1]]);
      }
    });
  }

  it.each(['merge', 'events'] as const)('the first runs of all, which make the state tables: %s', async (strategy) => {
    const connection = await connect();
    for (let round = 0; round < rounds; round += 1) {
      await setUp(connection);
      const statuses = await Promise.all(Array.from({ length: 4 }, () => build(facts(strategy))));
      expect(statuses).toEqual(['success', 'success', 'success', 'success']);
      expect(await rowsOf(connection, 'select count(*), count(distinct id) from main.facts')).toEqual([[40, 40]]);
      expect(await rowsOf(connection, `select count(*) from _tx.meta`)).toEqual([[1]]);
    }
  });

  it.each(Object.entries(olderStates))('the first runs over older state tables, %s, which bring them up to date', async (_name, ddl) => {
    const connection = await connect();
    await setUp(connection);
    await connection.run({ sql: ddl, script: true });
    const statuses = await Promise.all(Array.from({ length: 4 }, () => build(facts('merge'))));
    expect(statuses).toEqual(['success', 'success', 'success', 'success']);
    expect(await rowsOf(connection, 'select count(*), count(distinct id) from main.facts')).toEqual([[40, 40]]);
    expect(await rowsOf(connection, 'select version from _tx.meta order by version')).toEqual([[1], [stateVersion]]);
    expect(await rowsOf(connection, 'select count(quarantined) from _tx.node_runs')).toEqual([[0]]);
  });

  it('without the lock keys come twice or runs fail: the tests above would notice', async () => {
    const connection = await connect();
    let wrong = 0;
    for (let round = 0; round < 5 && wrong === 0; round += 1) {
      await setUp(connection);
      await build(facts('append'), unlocked);
      const statuses = await Promise.all(Array.from({ length: 4 }, () => build(facts('append'), unlocked)));
      const [counts] = await rowsOf(connection, 'select count(*), count(distinct id) from main.facts');
      if (counts?.[0] !== counts?.[1] || statuses.includes('failed')) wrong += 1;
    }
    expect(wrong).toBe(1);
  });
});

describe('a transaction that the server gives up', () => {
  /** Fails under a code of the server until it was called so often; what is counted outlives its transaction. */
  const failing = (code: string, times: number): string =>
    `create sequence main.calls; create function main.fail() returns integer language plpgsql as $$ begin
       if nextval('main.calls') <= ${times} then raise exception using errcode = '${code}', message = 'given up'; end if; return 1; end $$`;
  const runs = 'select attempt, status, error_code from _tx.node_runs order by attempt';

  it.each(['40001', '40P01'])('is tried again, and each attempt is recorded: %s', async (code) => {
    const connection = await connect();
    await setUp(connection);
    await connection.run({ sql: failing(code, 2), script: true });
    expect(await build({ nodes: [sqlModel('facts', 'select main.fail() as id')] })).toBe('success');
    expect(await rowsOf(connection, runs)).toEqual([
      [1, 'retried', 'transaction-conflict'],
      [2, 'retried', 'transaction-conflict'],
      [3, 'success', null],
    ]);
  });

  it('is given up after five attempts, and at once where nothing will change', async () => {
    const connection = await connect();
    for (const [code, attempts] of [
      ['40001', 5],
      ['P0001', 1],
    ] as const) {
      await setUp(connection);
      await connection.run({ sql: failing(code, 9), script: true });
      expect(await build({ nodes: [sqlModel('facts', 'select main.fail() as id')] })).not.toBe('success');
      expect((await rowsOf(connection, runs)).map(([attempt, status]) => [attempt, status])).toEqual(
        Array.from({ length: attempts }, (_, at) => [at + 1, at + 1 < attempts ? 'retried' : 'error']),
      );
    }
  });
});

describe('readers', () => {
  const version = (number: number): RunSpec => ({
    nodes: [
      sqlModel('big', `select i as id, ${number} as version from generate_series(1, 2000) as i`),
      sqlModel('over', 'select count(*) as n, min(version) as low, max(version) as high from main.big', {
        materialized: 'view',
        reads: ['big'],
      }),
      columnCheck('unique', 'big', 'id'),
      // Nothing hangs on it, which is another way of replacing it.
      sqlModel('bare', `select i as id, ${number} as version from generate_series(1, 2000) as i`),
    ],
  });

  /** Reads again and again until it is told to stop; gives what was wrong and how long the longest took. */
  async function readUntil(
    isOver: () => boolean,
    sql: string,
  ): Promise<{ readonly wrong: readonly string[]; readonly worst: number; readonly reads: number }> {
    const connection = await connect();
    const wrong: string[] = [];
    let worst = 0;
    let reads = 0;
    while (!isOver()) {
      const started = performance.now();
      try {
        const [row] = await rowsOf(connection, sql);
        if (row?.[0] !== 2000 || row[1] !== row[2]) wrong.push(JSON.stringify(row));
      } catch (cause) {
        wrong.push(String(cause));
      }
      worst = Math.max(worst, performance.now() - started);
      reads += 1;
      await sleep(1);
    }
    return { wrong, worst, reads };
  }

  it('see a whole version each time, directly and through a view', async () => {
    await setUp(await connect());
    expect(await build(version(0))).toBe('success');
    let isOver = false;
    const direct = (table: string): string => `select count(*), min(version), max(version) from main.${table}`;
    const readers = [direct('big'), direct('bare'), 'select * from main.over'].map((sql) => readUntil(() => isOver, sql));
    for (let number = 1; number <= rounds * 5; number += 1) expect(await build(version(number))).toBe('success');
    isOver = true;
    for (const { wrong, reads, worst } of await Promise.all(readers)) {
      if (rounds > 3) process.stdout.write(`${reads} reads during ${rounds * 5} rebuilds, the longest ${worst.toFixed(0)} ms\n`);
      expect(wrong).toEqual([]);
      expect(reads).toBeGreaterThan(10);
    }
  });
});
