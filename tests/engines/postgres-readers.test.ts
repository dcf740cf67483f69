/** No reader waits while the tests of a build run, however long they take, and the tests see what is to be published all the same. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { adapter } from '../../src/adapters/postgres/adapter.ts';
import { openTestSession } from '../../src/adapters/postgres/open-test-session.ts';
import { useProjectEngines } from './engine-project.ts';
import type { EngineProject } from './engine-project.ts';

const engine = useProjectEngines().find(({ name }) => name === adapter.dialect.engine);

/** All of it where somebody has the time: `TX_ROUNDS=20`. */
const rebuilds = Number(process.env['TX_ROUNDS'] ?? 0.4) * 5;

const slow = '(select pg_sleep(0.2)) as pause';

/** The promise is 100 ms, which nobody can keep who has to wait for a core. */
const patienceMs = process.env['TX_ROUNDS'] === undefined ? 1000 : 100;

const rowsOf = (version: number): string => `select i as id, i + 1 as next, ${version} as version from generate_series(1, 500) as i`;

const model = (version: number): string => `{{config materialized="table"}}\n${rowsOf(version)}\n`;

const expectVersion = (version: number): string =>
  `with big as (select * from {{ref "big"}})\nselect big.id from big, ${slow} where big.version <> ${version}\nunion all\nselect 0 from {{ref "big"}} having count(*) <> 500\n`;

/** What a version changes: a table, a view, and tests that only the new rows pass. */
const filesOf = (version: number): Readonly<Record<string, string>> => ({
  'models/big.sql': model(version),
  'models/sums.sql': `select count(*) as n, min(version) as low, max(version) as high, ${version} as version from {{ref "big"}}\n`,
  'tests/version.sql': expectVersion(version),
  'tests/sums.sql': `select sums.n from {{ref "sums"}}, ${slow} where sums.version <> ${version}\n`,
  'tests/by_hand.sql': `select 1 from main.big where version <> ${version} -- {{ref "big"}}\n`,
});

const files = {
  ...filesOf(0),
  'models/big.yaml': 'models:\n  - name: big\n    columns:\n      - name: id\n        tests: [unique, slowly_positive]\n',
  'tests/generic/slowly_positive.sql': `{{#test "slowly_positive" "model" "column"}}\nselect big.{{column}} from {{model}} as big, ${slow} where big.{{column}} <= 0\n{{/test}}\n`,
};

async function open(more: Readonly<Record<string, string>> = {}): Promise<EngineProject> {
  const project = await engine?.project({ ...files, ...more });
  if (project === undefined) throw new Error('no engine');
  return project;
}

interface Readings {
  readonly wrong: readonly string[];
  readonly reads: number;
}

/** Reads until it is told to stop; whatever goes wrong is told, also a lock that it has to wait for too long. */
async function readUntil(isOver: () => boolean, sql: string, { settings }: EngineProject): Promise<Readings> {
  const connection = await (await openTestSession(settings)).connect();
  await connection.run({ sql: `set lock_timeout = ${patienceMs}` });
  const wrong = new Set<string>();
  let reads = 0;
  while (!isOver()) {
    try {
      const { rows } = await connection.query({ sql });
      const [n, low, high] = rows[0] ?? [];
      if (n !== 500 || low !== high) wrong.add(JSON.stringify(rows));
    } catch (cause) {
      wrong.add(String(cause));
    }
    reads += 1;
    await sleep(2);
  }
  return { wrong: [...wrong], reads };
}

/** Looks again and again at builds in whose tests time passes: how often one was met, and what it kept readers from meanwhile. */
async function watchUntil(
  isOver: () => boolean,
  { settings }: EngineProject,
): Promise<{ readonly met: number; readonly kept: readonly string[] }> {
  const connection = await (await openTestSession(settings)).connect();
  const kept = new Set<string>();
  let met = 0;
  while (!isOver()) {
    const { rows } = await connection.query({
      sql: `select a.pid, l.relation::regclass::text from pg_stat_activity a left join pg_locks l on l.pid = a.pid and l.granted
          and l.mode = 'AccessExclusiveLock' and l.relation in (to_regclass('main.big'), to_regclass('main.sums'))
        where a.datname = current_database() and a.pid <> pg_backend_pid() and a.state = 'active' and a.wait_event = 'PgSleep'`,
    });
    met += rows.length;
    for (const [, relation] of rows) if (relation !== null) kept.add(String(relation));
    await sleep(10);
  }
  return { met, kept: [...kept] };
}

describe.skipIf(engine === undefined)('readers', () => {
  it('of a table and of a view do not wait while tests with SQL of their own take their time', async () => {
    const project = await open();
    expect((await project.tx('build')).exit).toBe(0);
    let isOver = false;
    const readers = [
      readUntil(() => isOver, 'select count(*), min(version), max(version) from main.big', project),
      readUntil(() => isOver, 'select n, low, high from main.sums', project),
    ];
    const watching = watchUntil(() => isOver, project);
    for (let version = 1; version <= rebuilds; version += 1) {
      project.write(filesOf(version));
      const { exit, text } = await project.tx('build');
      expect(exit, text).toBe(0);
    }
    isOver = true;
    const { met, kept } = await watching;
    expect(met).toBeGreaterThan(rebuilds);
    expect(kept).toEqual([]);
    for (const { wrong, reads } of await Promise.all(readers)) {
      expect(wrong).toEqual([]);
      expect(reads).toBeGreaterThan(rebuilds * 10);
    }
    expect(await project.rows('select * from main.sums')).toEqual([[500, rebuilds, rebuilds, rebuilds]]);
  });
});
