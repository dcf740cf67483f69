import { memoryFiles } from '../project/memory-files.ts';
import { placedFiles } from '../project/placed-files.ts';
import { describe, expect, it } from 'vitest';
import { adapter } from '../adapters/duckdb/adapter.ts';
import { openTestSession } from '../adapters/duckdb/open-test-session.ts';
import type { Connection, Session } from '../adapter/connection.ts';
import { EngineError } from '../adapter/engine-error.ts';
import { findCheck } from '../checks/vocabulary.ts';
import type { CompiledModel, CompiledTest } from '../compile/compiled.ts';
import { graphOf, ids, model, nodeId, test as testNode } from '../graph/graph-fixture.ts';
import { queryReads } from '../graph/query-reads.ts';
import type { GraphNode } from '../graph/graph.ts';
import { buildPlan } from '../plan/build-plan.ts';
import type { PlanInput } from '../plan/plan-input.ts';
import { emptyState, readState } from '../state/state-reader.ts';
import { inspectStateLayout } from '../state/state-layout.ts';
import { executePlan } from './execute-plan.ts';
import type { RunEvent, RunResult } from './events.ts';
import type { ExecutionOptions } from './execution.ts';

interface Harness {
  readonly session: Session;
  readonly run: (
    nodes: readonly GraphNode[],
    more?: Partial<PlanInput>,
    options?: Partial<ExecutionOptions>,
    disturb?: (connection: Connection) => Partial<Connection>,
  ) => Promise<{ result: RunResult; events: RunEvent[] }>;
  readonly rows: (sql: string) => Promise<readonly (readonly unknown[])[]>;
}

let runs = 0;

async function withDatabase(use: (harness: Harness) => Promise<void>): Promise<void> {
  const session = await openTestSession();
  const rows: Harness['rows'] = async (sql) => {
    const connection = await session.connect();
    const { rows: found } = await connection.query({ sql });
    await connection.close();
    return found;
  };
  const run: Harness['run'] = async (nodes, more = {}, options = {}, disturb = () => ({})) => {
    const graph = graphOf(nodes);
    const connection = await session.connect();
    const catalog = await adapter.catalog.relations(connection, ['main', '_tx']);
    const present = inspectStateLayout('_tx', catalog, adapter.dialect).kind === 'present';
    const state = present ? await readState(connection, '_tx', adapter.dialect) : emptyState;
    await connection.close();
    runs += 1;
    const outcome = buildPlan({
      command: 'build',
      project: 'shop',
      target: { name: 'dev', engine: 'duckdb', schema: 'main' },
      stateSchema: '_tx',
      graph,
      selected: new Set(graph.order),
      dialect: adapter.dialect,
      capabilities: adapter.capabilities,
      catalog,
      state,
      seeds: new Map(),
      onRunStart: [],
      onRunEnd: [],
      findCheck,
      run: { id: `run-${runs}`, startedAt: new Date(1_700_000_000_000 + runs * 1000).toISOString() },
      fullRefresh: false,
      adopt: false,
      ...more,
    });
    expect(outcome.diagnostics).toEqual([]);
    const events: RunEvent[] = [];
    let now = 1_700_000_000_000 + runs * 1000;
    const result = await executePlan(
      outcome.value.plan,
      {
        adapter,
        session: { ...session, connect: async () => disturbed(await session.connect(), disturb) },
        clock: { now: () => (now += 1), sleep: () => Promise.resolve() },
        chance: () => 0.5,
        emit: (event) => void events.push(event),
        verifySeed: () => undefined,
        seedContent: () => ({ rows: [], rowCount: 0 }),
        places: placedFiles(memoryFiles({}), '/'),
        texts: outcome.value.texts,
        replan: (step) => Promise.reject(new Error(`${step.id} was to be planned anew`)),
        readsOf: (node) => queryReads(graph, nodeId(node), adapter.dialect),
        compiledPath: (key) => `target/compiled/${key}.sql`,
      },
      {
        threads: 2,
        failFast: false,
        txVersion: '0.0.0',
        stateVersion: state.version,
        shapes: state.shapes,
        openRuns: state.openRuns,
        lockTimeoutMs: 0,
        signal: new AbortController().signal,
        ...options,
      },
    );
    return { result, events };
  };
  try {
    await use({ session, run, rows });
  } finally {
    await session.close();
  }
}

/** The connection, with some of its methods replaced. */
function disturbed(real: Connection, disturb: (connection: Connection) => Partial<Connection>): Connection {
  return {
    run: (...statements) => real.run(...statements),
    query: (statement, limit) => real.query(statement, limit),
    queryEach: (...statements) => real.queryEach(...statements),
    begin: (options) => real.begin(options),
    commit: (...last) => real.commit(...last),
    rollback: () => real.rollback(),
    load: (bulk) => real.load(bulk),
    interrupt: () => real.interrupt(),
    close: () => real.close(),
    ...disturb(real),
  };
}

function sqlModel(
  name: string,
  sql: string,
  more: Partial<CompiledModel['config']> & { incremental?: string; needs?: readonly string[] } = {},
): CompiledModel {
  const { incremental, needs = [], ...config } = more;
  const base = model({ name, materialized: config.materialized ?? 'table', needs });
  const textOf = (text: string) => ({ sql: text, map: { files: [base.path], segments: [0, 0, 0, text.length, 0] }, slots: [] });
  return {
    ...base,
    config: { ...base.config, ...config },
    full: textOf(sql),
    ...(incremental === undefined ? {} : { incremental: textOf(incremental) }),
  };
}

function check(name: string, kind: 'not_null' | 'unique', of: string, column: string, severity: 'error' | 'warn' = 'error'): CompiledTest {
  const node = testNode({ name, check: kind, needs: [ids.model(of)], severity });
  return node.test.kind === 'generic' ? { ...node, test: { ...node.test, column } } : node;
}

const statuses = (result: RunResult): Record<string, string> =>
  Object.fromEntries(result.results.map((entry) => [entry.name, entry.status]));

describe('executePlan', () => {
  it('blames nobody for what is skipped because fail-fast stopped what it reads', () =>
    withDatabase(async ({ run }) => {
      const endless = 'select count(*) as id from range(100000000) a, range(100000) b';
      const bad = sqlModel('bad', "select error('stop') as id");
      const slow = sqlModel('slow', endless);
      const table = await run([bad, slow, sqlModel('below', 'select 1 as id', { needs: [slow.id] })], {}, { failFast: true });
      expect(statuses(table.result)).toEqual({ bad: 'error', slow: 'cancelled', below: 'skipped' });
      const inner = sqlModel('e', endless, { materialized: 'ephemeral' });
      const tested = [bad, inner, check('e_id', 'not_null', 'e', 'id'), sqlModel('below', 'select 1 as id', { needs: [inner.id] })];
      const test = await run(tested, {}, { failFast: true });
      expect(statuses(test.result)).toEqual({ bad: 'error', e_id: 'cancelled', below: 'skipped' });
      for (const { result } of [table, test]) expect(result.results.filter((entry) => entry.skippedBecause !== undefined)).toEqual([]);
    }));

  it.each(['build', 'test'] as const)('rejects at once for a bug in a step of `tx %s`, whatever else is at work', (command) =>
    withDatabase(async ({ session, run }) => {
      const endless = 'select count(*) as id from range(100000000) a, range(100000) b';
      const nodes = [
        sqlModel('slow', endless, { materialized: 'view' }),
        sqlModel('small', 'select 1 as id', { materialized: 'view' }),
        check('slow_id', 'not_null', 'slow', 'id'),
        check('small_id', 'not_null', 'small', 'id'),
        sqlModel('below', endless, { needs: [ids.model('small')] }),
      ];
      if (command === 'test') await run(nodes.filter(({ resourceType, name }) => resourceType === 'model' && name !== 'below'));
      const disturb = (connection: Connection): Partial<Connection> => ({
        query: (statement, limit) => {
          if (/"small"/.test(statement.sql) && /count|exists/i.test(statement.sql)) throw new TypeError('a mistake of ours');
          return connection.query(statement, limit);
        },
      });
      await expect(run(nodes, { command }, {}, disturb)).rejects.toThrow('a mistake of ours');
      // Nothing is at work any more, and the database can be used.
      const connection = await session.connect();
      expect((await connection.query({ sql: 'select 1' })).rows).toEqual([[1]]);
      await connection.close();
    }),
  );

  it('builds models in order and writes what it did in the same database', () =>
    withDatabase(async ({ run, rows }) => {
      const { result } = await run([
        sqlModel('a', 'select 1 as id union all select 2'),
        sqlModel('b', 'select id * 10 as id from main.a', { materialized: 'view', needs: [ids.model('a')] }),
      ]);
      expect(result.status).toBe('success');
      expect(await rows('select id from main.b order by id')).toEqual([[10], [20]]);
      expect(await rows('select node_id, status, row_count, relation_kind from _tx.node_runs order by node_id')).toEqual([
        ['model.shop.a', 'success', 2, 'table'],
        ['model.shop.b', 'success', null, 'view'],
      ]);
      expect(await rows('select status from _tx.runs order by recorded_at, status')).toEqual([['running'], ['success']]);
      expect(result.results.find((entry) => entry.name === 'a')?.rows).toBe(2);
    }));

  it('counts the builds of a relation, those that failed left out, whatever the clock says', () =>
    withDatabase(async ({ run, rows }) => {
      await run([sqlModel('a', 'select 1 as id')]);
      await run([sqlModel('a', 'select nope')]);
      runs -= 2;
      await run([sqlModel('a', 'select 3 as id')]);
      expect(await rows('select kind, subject, ordinal from _tx.records order by kind, ordinal')).toEqual([
        ['build', '"main"."a"', 1],
        ['build', '"main"."a"', 2],
        ['failure', '"main"."a"', 0],
        // The columns stayed as they were.
        ['shape', '"main"."a"', 1],
      ]);
    }));

  it('keeps the old table when a test refuses the new one, shows the rows, and skips what depends on it', () =>
    withDatabase(async ({ run, rows }) => {
      const child = sqlModel('child', 'select * from main.a', { needs: [ids.model('a')] });
      await run([sqlModel('a', 'select 1 as id'), child]);
      const { result, events } = await run([
        sqlModel('a', 'select 1 as id union all select null'),
        child,
        check('a_id', 'not_null', 'a', 'id'),
      ]);
      expect(statuses(result)).toEqual({ a: 'error', a_id: 'fail', child: 'skipped' });
      expect(result.status).toBe('failed');
      expect(await rows('select id from main.a')).toEqual([[1]]);
      const finished = events.find((event) => event.type === 'node-finished' && event.result.name === 'a_id');
      expect(finished).toMatchObject({ sample: { rows: { rows: [[null]] } }, result: { failures: 1 } });
      expect(await rows("select status, failures from _tx.check_results where run_id = 'run-" + String(runs) + "'")).toEqual([['fail', 1]]);
      expect(await rows("select status, error_code from _tx.node_runs where run_id = 'run-" + String(runs) + "'")).toEqual([
        ['error', 'audit-failed'],
      ]);
    }));

  it('publishes in spite of a warning', () =>
    withDatabase(async ({ run, rows }) => {
      const { result } = await run([sqlModel('a', 'select null::integer as id'), check('a_id', 'not_null', 'a', 'id', 'warn')]);
      expect(statuses(result)).toEqual({ a: 'success', a_id: 'warn' });
      expect(await rows('select count(*) from main.a')).toEqual([[1]]);
    }));

  it('names the one check that cannot be evaluated, and publishes nothing', () =>
    withDatabase(async ({ run, rows }) => {
      const { result } = await run([
        sqlModel('a', 'select 1 as id'),
        check('good', 'not_null', 'a', 'id'),
        check('bad', 'not_null', 'a', 'nope'),
      ]);
      expect(statuses(result)).toEqual({ a: 'error', good: 'skipped', bad: 'error' });
      expect(await rows("select count(*) from duckdb_tables() where table_name = 'a'")).toEqual([[0]]);
    }));

  it('puts an error of the database on the template, with the near name', () =>
    withDatabase(async ({ run }) => {
      const { result } = await run([
        sqlModel('a', 'select 1 as customer_id'),
        sqlModel('b', 'select custmer_id from main.a', { needs: [ids.model('a')] }),
      ]);
      const [diagnostic] = result.results.find((entry) => entry.name === 'b')?.diagnostics ?? [];
      expect(diagnostic).toMatchObject({
        code: 'unknown-column',
        span: { path: 'models/b.sql', start: 7, end: 17 },
        help: expect.stringContaining('did you mean `customer_id`?'),
      });
    }));

  it('finds near names for a column behind an alias, for which the engine offers none', () =>
    withDatabase(async ({ run }) => {
      const { result } = await run([
        sqlModel('a', 'select 1 as customer_id'),
        sqlModel('b', 'select t.custmer_id from main.a as t', { needs: [ids.model('a')] }),
      ]);
      const [diagnostic] = result.results.find((entry) => entry.name === 'b')?.diagnostics ?? [];
      expect(diagnostic).toMatchObject({ message: 'column `custmer_id` does not exist', help: 'did you mean `customer_id`?' });
    }));

  it('applies increments by key, and the second time gives the same table', () =>
    withDatabase(async ({ run, rows }) => {
      for (const strategy of ['delete_insert', 'merge'] as const) {
        const name = `facts_${strategy}`;
        const node = sqlModel(name, "select 1 as id, 'old' as v union all select 2, 'old'", {
          materialized: 'incremental',
          uniqueKey: ['id'],
          incrementalStrategy: strategy,
          incremental: "select 2 as id, 'new' as v union all select 3, 'new'",
        });
        const expected = [
          [1, 'old'],
          [2, 'new'],
          [3, 'new'],
        ];
        await run([node]);
        await run([node]);
        expect(await rows(`select * from main.${name} order by id`)).toEqual(expected);
        await run([node]);
        expect(await rows(`select * from main.${name} order by id`)).toEqual(expected);
      }
    }));

  it('refuses NULL and duplicate keys before it touches the table, with samples', () =>
    withDatabase(async ({ run, rows }) => {
      const node = (incremental: string) =>
        sqlModel('facts', 'select 1 as id', { materialized: 'incremental', uniqueKey: ['id'], incremental });
      await run([node('select 1 as id')]);
      const { result } = await run([node('select 5 as id union all select 5 union all select null')]);
      expect(result.results[0]).toMatchObject({ status: 'error', diagnostics: [{ code: 'key-not-unique' }] });
      expect(result.results[0]?.diagnostics[0]?.message).toBe(
        'the new rows of `facts` cannot be told apart by `id`: 1 with a NULL key, 1 key more than once',
      );
      expect(result.results[0]?.diagnostics[0]?.help).toContain('id = 5');
      expect(await rows('select id from main.facts')).toEqual([[1]]);
    }));

  it('follows on_schema_change in its four forms', () =>
    withDatabase(async ({ run, rows }) => {
      const node = (name: string, onSchemaChange: CompiledModel['config']['onSchemaChange'], incremental: string) =>
        sqlModel(name, 'select 1 as id, 10 as a, 20 as b', { materialized: 'incremental', uniqueKey: ['id'], onSchemaChange, incremental });
      const wider = 'select 2 as id, 11 as a, 21 as b, 31 as c';
      for (const mode of ['ignore', 'fail', 'append_new_columns', 'sync_all_columns'] as const) await run([node(mode, mode, wider)]);
      await run([node('ignore', 'ignore', wider)]);
      expect(await rows('select * from main.ignore order by id')).toEqual([
        [1, 10, 20],
        [2, 11, 21],
      ]);
      const failed = await run([node('fail', 'fail', wider)]);
      expect(failed.result.results[0]).toMatchObject({ status: 'error', diagnostics: [{ code: 'schema-changed' }] });
      expect(await rows('select * from main.fail')).toEqual([[1, 10, 20]]);
      await run([node('append_new_columns', 'append_new_columns', wider)]);
      expect(await rows('select * from main.append_new_columns order by id')).toEqual([
        [1, 10, 20, null],
        [2, 11, 21, 31],
      ]);
      await run([node('sync_all_columns', 'sync_all_columns', "select 2 as id, 'x' as a, 31 as c")]);
      expect(await rows('select id, a, c from main.sync_all_columns order by id')).toEqual([
        [1, '10', null],
        [2, 'x', 31],
      ]);
      expect(await rows("select column_name from duckdb_columns() where table_name = 'sync_all_columns' order by column_index")).toEqual([
        ['id'],
        ['a'],
        ['c'],
      ]);
      const missing = await run([node('ignore', 'ignore', 'select 3 as id, 1 as a')]);
      expect(missing.result.results[0]).toMatchObject({ status: 'error', diagnostics: [{ code: 'increment-column-missing' }] });
      const drastic = await run([node('append_new_columns', 'sync_all_columns', 'select 3 as id')]);
      expect(drastic.result.results[0]).toMatchObject({ status: 'error', diagnostics: [{ code: 'schema-change-refused' }] });
    }));

  it('stops at once when it is cancelled, and leaves what stood there', () =>
    withDatabase(async ({ run, rows }) => {
      await run([sqlModel('slow', 'select 1 as id')]);
      const abort = new AbortController();
      setTimeout(() => abort.abort(), 100);
      const started = performance.now();
      const { result } = await run(
        [
          sqlModel('slow', 'select count(*) as id from range(100000000) a, range(100000) b'),
          sqlModel('next', 'select * from main.slow', { needs: [ids.model('slow')] }),
        ],
        {},
        { signal: abort.signal },
      );
      expect(performance.now() - started).toBeLessThan(2000);
      expect(result.status).toBe('cancelled');
      expect(statuses(result)).toEqual({ slow: 'cancelled', next: 'cancelled' });
      expect(await rows('select id from main.slow')).toEqual([[1]]);
      expect(await rows("select status from _tx.runs where run_id = 'run-" + String(runs) + "' order by recorded_at, status")).toEqual([
        ['running'],
        ['cancelled'],
      ]);
    }));

  it('stops also when it is cancelled between two statements, where no statement hears of it', () =>
    withDatabase(async ({ run, rows }) => {
      await run([sqlModel('slow', 'select 1 as id')]);
      const abort = new AbortController();
      let begins = 0;
      const { result } = await run(
        [sqlModel('slow', 'select count(*) as id from range(100000000) a, range(100000) b')],
        {},
        { signal: abort.signal },
        (real) => ({
          begin: async () => {
            const found = await real.begin();
            begins += 1;
            // The first transaction prepares the run, the second is that of the model.
            if (begins === 2) abort.abort();
            return found;
          },
        }),
      );
      expect(statuses(result)).toEqual({ slow: 'cancelled' });
      expect(await rows('select id from main.slow')).toEqual([[1]]);
    }));

  it('appends by column name without a stage, and counts what came', () =>
    withDatabase(async ({ run, rows }) => {
      const grow = sqlModel('grow', "select 1 as id, 'a' as note", {
        materialized: 'incremental',
        incrementalStrategy: 'append',
        incremental: "select true as more, 'b' as note, 2 as id union all select false, 'c', 3",
      });
      await run([grow]);
      const { result } = await run([grow]);
      expect(result.results[0]).toMatchObject({ status: 'success', rows: 2 });
      expect(await rows('select * from main.grow order by id')).toEqual([
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ]);
      const missing = await run([sqlModel('grow', 'select 1', { materialized: 'incremental', incremental: 'select 4 as id' })]);
      expect(missing.result.results[0]?.diagnostics).toMatchObject([{ code: 'increment-column-missing' }]);
      expect(await rows('select count(*) from main.grow')).toEqual([[3]]);
    }));

  it('does not build a second time when a hook after the commit meets a conflict', () =>
    withDatabase(async ({ run, rows }) => {
      const grow = sqlModel('grow', 'select 1 as id', {
        materialized: 'incremental',
        incrementalStrategy: 'append',
        incremental: 'select 2 as id',
      });
      await run([grow]);
      const sql = 'select 3 as after_commit';
      const hook = { text: { sql, map: { files: [], segments: [] }, slots: [] }, transaction: false };
      const conflict = new EngineError({
        kind: 'conflict',
        message: 'write-write conflict',
        redacted: 'write-write conflict',
        retry: 'transaction',
      });
      const { result } = await run([{ ...grow, postHooks: [hook] }], {}, {}, (real) => ({
        run: (statement) => (statement.sql === sql ? Promise.reject(conflict) : real.run(statement)),
      }));
      expect(result.results[0]).toMatchObject({ status: 'error', attempts: 1 });
      expect(await rows('select id from main.grow order by id')).toEqual([[1], [2]]);
      expect(await rows("select status from _tx.node_runs where run_id = 'run-" + String(runs) + "' order by status")).toEqual([
        ['error'],
        ['success'],
      ]);
    }));

  it('runs a last hook that ends in a comment or a semicolon', () =>
    withDatabase(async ({ run, rows }) => {
      await rows('create table main.log (line varchar)');
      const hook = (sql: string) => ({ text: { sql, map: { files: [], segments: [] }, slots: [] }, transaction: true });
      for (const sql of [
        "insert into main.log values ('x') -- noted",
        "insert into main.log values ('x');",
        "insert into main.log values ('x'); -- noted\n",
      ]) {
        const { result } = await run([{ ...sqlModel('a', 'select 1 as id'), postHooks: [hook(sql)] }]);
        expect(result.status, sql).toBe('success');
      }
      expect(await rows('select count(*) from main.log')).toEqual([[3]]);
      expect(await rows("select count(*) from _tx.node_runs where status = 'success'")).toEqual([[3]]);
    }));

  it('marks runs whose process died', () =>
    withDatabase(async ({ run, rows }) => {
      await run([sqlModel('a', 'select 1 as id')]);
      await rows("insert into _tx.runs values ('dead', 'running', now(), 'build', 'dev', '0')");
      await run([sqlModel('a', 'select 1 as id')]);
      expect(await rows("select status from _tx.runs where run_id = 'dead' order by status")).toEqual([['interrupted'], ['running']]);
    }));

  it('warns when a table that had rows is empty now', () =>
    withDatabase(async ({ run }) => {
      await run([sqlModel('a', 'select 1 as id')]);
      const { result } = await run([sqlModel('a', 'select 1 as id where false')]);
      expect(result.results[0]).toMatchObject({ status: 'success', diagnostics: [{ code: 'empty-table' }] });
      const again = await run([sqlModel('a', 'select 1 as id where false')]);
      expect(again.result.results[0]).toMatchObject({ status: 'success', diagnostics: [] });
    }));

  it('warns also when the last increment of an emptied table had brought nothing', () =>
    withDatabase(async ({ run }) => {
      const facts = (full: string) => sqlModel('facts', full, { materialized: 'incremental', incremental: 'select 1 as id where false' });
      await run([facts('select 1 as id')]);
      expect((await run([facts('select 1 as id')])).result.results[0]).toMatchObject({ rows: 0, diagnostics: [] });
      const { result } = await run([facts('select 1 as id where false')], { fullRefresh: true });
      expect(result.results[0]).toMatchObject({ rows: 0, status: 'success', diagnostics: [{ code: 'empty-table' }] });
    }));

  it('puts indexes and comments on the table that takes the place of an old one, after what hooks put there', () =>
    withDatabase(async ({ run, rows }) => {
      const index = (sql: string) => ({ text: { sql, map: { files: [], segments: [] }, slots: [] }, transaction: true });
      const node = (sql: string) => ({
        ...sqlModel('a', sql),
        postHooks: [index('create index by_hook on main.a (id)'), index(`comment on column main.a.id is 'by hook'`)],
      });
      const wide = `select 1 as id, 2 as "odd ""c", 3 as gone`;
      await run([node(wide)]);
      for (const sql of [
        `create unique index "by ""hand" on main.a ("odd ""c", (id + 1))`,
        'create index lost on main.a (gone)',
        `comment on table main.a is 'it''s'`,
        `comment on column main.a."odd ""c" is 'odd'`,
        `comment on column main.a.gone is 'gone'`,
      ])
        await rows(sql);
      const indexes = 'select index_name, is_unique, expressions from duckdb_indexes() order by index_name';
      const comments = `select comment from duckdb_tables() where table_name = 'a' union all select comment from duckdb_columns() where table_name = 'a' order by 1`;
      const kept = [
        ['by "hand', true, `['"odd ""c"', '((id + 1))']`],
        ['by_hook', false, '[id]'],
      ];
      const { result } = await run([node(wide)]);
      expect(result.results[0]).toMatchObject({ status: 'success', diagnostics: [] });
      expect(await rows(indexes)).toEqual([...kept, ['lost', false, '[gone]']]);
      expect(await rows(comments)).toEqual([['by hook'], ['gone'], [`it's`], ['odd']]);
      const narrower = await run([node(`select 1 as id, 2 as "odd ""c"`)]);
      expect(narrower.result.results[0]).toMatchObject({
        status: 'success',
        diagnostics: [{ code: 'index-not-kept', message: 'the index `lost` of `main.a` is gone: the table has no `gone` any more' }],
      });
      expect(await rows(indexes)).toEqual(kept);
      expect(await rows(comments)).toEqual([['by hook'], [`it's`], ['odd']]);
      const twice = await run([node(`select 1 as id, 2 as "odd ""c" union all select 1, 2`)]);
      // The engine looks at the keys of a new index only when it commits.
      expect(twice.result.results[0]).toMatchObject({ status: 'error', diagnostics: [{ code: 'constraint-violated' }] });
      expect(await rows('select count(*) from main.a')).toEqual([[1]]);
    }));

  it('merges by default into a table with a unique index, which the engine does not let delete and insert a key', () =>
    withDatabase(async ({ run, rows }) => {
      const facts = sqlModel('facts', "select 1 as id, 'old' as v", {
        materialized: 'incremental',
        uniqueKey: ['id'],
        incremental: "select 1 as id, 'new' as v union all select 2, 'new'",
      });
      await run([facts]);
      await rows('create unique index ix on main.facts (id)');
      const { result } = await run([facts]);
      expect(result.results[0]).toMatchObject({ status: 'success' });
      expect(await rows('select * from main.facts order by id')).toEqual([
        [1, 'new'],
        [2, 'new'],
      ]);
    }));

  it('names views of others that a rebuild has broken, and no others', () =>
    withDatabase(async ({ run, rows }) => {
      const view = sqlModel('v', 'select * from main.a', { materialized: 'view', needs: [ids.model('a')] });
      await run([sqlModel('a', 'select 1 as id, 2 as b'), view]);
      for (const sql of [
        'create schema "else where"',
        'create view "else where".reads_b as select b from main.a',
        'create view "else where".reads_id as select id from main.a',
        'create table main.other as select 1 as x',
        'create view main.broken_before as select x from main.other',
        'drop table main.other',
      ])
        await rows(sql);
      expect((await run([sqlModel('a', 'select 1 as id, 3 as b'), view])).result.warnings).toEqual([]);
      const { result } = await run([sqlModel('a', 'select 1 as id'), view]);
      expect(result.status).toBe('success');
      expect(result.warnings).toMatchObject([{ code: 'view-broken', span: { path: 'models/a.sql' } }]);
      expect(result.warnings[0]?.message).toContain('the view `else where.reads_b` reads `main.a` and cannot be read any more: ');
    }));

  it('refuses a view that reads itself, directly or through another, and says so only where it is so', () =>
    withDatabase(async ({ run, rows }) => {
      const view = (sql: string): CompiledModel => sqlModel('v', sql, { materialized: 'view' });
      await run([view('select 1 as id')]);
      await rows('create view main.above as select id from main.v');
      const codesOf = async (sql: string): Promise<readonly string[]> => {
        const { result } = await run([view(sql)]);
        return result.results.flatMap(({ diagnostics }) => diagnostics.map(({ code }) => code));
      };
      expect(await codesOf('select id from main.v -- the end')).toEqual(['self-reference']);
      expect(await codesOf('select id from main.above')).toEqual(['self-reference']);
      expect(await codesOf('select id from elsewhere.v')).toEqual(['unknown-relation']);
      expect(await codesOf('select id from main.v, main.nowhere')).toEqual(['unknown-relation']);
      expect(await rows('from main.above')).toEqual([[1]]);
      // One that somebody has made to read itself is healed by a query that does not.
      await rows('create or replace view main.v as select id from main.v');
      expect(await codesOf('select id from main.v')).toEqual(['self-reference']);
      expect(await codesOf('select 2 as id')).toEqual([]);
      expect(await rows('from main.above')).toEqual([[2]]);
    }));

  it('runs hooks inside the transaction, and undoes them when the model fails', () =>
    withDatabase(async ({ run, rows }) => {
      await rows('create table main.log (line varchar)');
      const hook = (line: string) => ({
        text: { sql: `insert into main.log values ('${line}')`, map: { files: [], segments: [] }, slots: [] },
        transaction: true,
      });
      await run([{ ...sqlModel('a', 'select 1 as id'), preHooks: [hook('pre')], postHooks: [hook('post')] }]);
      await run([{ ...sqlModel('a', 'select nope'), preHooks: [hook('lost')] }]);
      expect(await rows('select line from main.log order by line')).toEqual([['post'], ['pre']]);
    }));
});
