/** What is remembered on every engine, and read back. */
import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/adapter/connection.ts';
import { keptPoints } from '../../src/checks/anomaly-rule.ts';
import { latestOrdinals, readState } from '../../src/state/state-reader.ts';
import { createStateTables, updateStateTables } from '../../src/state/make-state.ts';
import { inspectStateLayout, readStateVersion } from '../../src/state/state-layout.ts';
import { stateTables, stateVersion, stateViews } from '../../src/state/state-tables.ts';
import { createStateWriter, keptFailures } from '../../src/state/state-writer.ts';
import { readKeptFailures } from '../../src/state/failures-reader.ts';
import { readSeries } from '../../src/state/series-reader.ts';
import type { NodeRunRecord } from '../../src/state/state-writer.ts';
import { olderStates } from './older-state.ts';
import { useEngines } from './sql-engines.ts';

const nodeRun = (name: string, more: Partial<NodeRunRecord> = {}): NodeRunRecord => ({
  runId: 'r1',
  node: `model.shop.${name}`,
  attempt: 1,
  status: 'success',
  reason: 'selected',
  relation: { schema: 'main', name },
  relationKind: 'table',
  startedAt: '2024-01-31T09:30:00.250Z',
  durationMs: 12.5,
  rows: 3,
  contentHash: 'aa',
  ordinal: 1,
  ...more,
});

const minute = (number: number): string => `2024-01-31T10:${String(number).padStart(2, '0')}:00.000Z`;

async function rowsOf(connection: Connection, sql: string): Promise<readonly (readonly unknown[])[]> {
  return (await connection.query({ sql })).rows;
}

describe('state', () => {
  describe.each(useEngines())('on $name', ({ dialect, capabilities, catalog, connect }) => {
    const writer = createStateWriter('_tx', dialect);

    async function withoutTables(): Promise<Connection> {
      const connection = await connect();
      await connection.run({ sql: 'drop schema if exists _tx cascade' });
      return connection;
    }

    async function withTables(): Promise<Connection> {
      const connection = await withoutTables();
      for (const statement of createStateTables('_tx', { dialect, capabilities }, { txVersion: '0.9', at: '2024-01-01T00:00:00Z' }))
        await connection.run(statement);
      return connection;
    }

    describe('the record of a build', () => {
      it('is read by columns with their types, a name with quotes and a missing number included', async () => {
        const connection = await withTables();
        const strange = `it's "a.b" \\ 表`;
        await connection.run(writer.outcome({ at: minute(1), nodeRun: nodeRun(strange) }));
        const failed = nodeRun('bad', { status: 'error', rows: null, errorCode: 'sql-syntax', runId: 'r2', attempt: 2 });
        await connection.run(writer.outcome({ at: minute(2), nodeRun: failed }));
        const columns = 'run_id, node_id, attempt, status, relation_name, started_at, duration_ms, row_count, error_code';
        expect(await rowsOf(connection, `select ${columns} from _tx.node_runs order by run_id`)).toEqual([
          ['r1', `model.shop.${strange}`, 1, 'success', strange, '2024-01-31 09:30:00.25', 12.5, 3, null],
          ['r2', 'model.shop.bad', 2, 'error', 'bad', '2024-01-31 09:30:00.25', 12.5, null, 'sql-syntax'],
        ]);
        const { columns: typed } = await connection.query({ sql: 'select attempt, row_count, duration_ms from _tx.node_runs' });
        const types = (['integer', 'bigint', 'double'] as const).map((type) => dialect.typeName(type));
        expect(typed.map(({ type }) => type.toLowerCase())).toEqual(types.map((type) => type.toLowerCase()));
      });

      it('stands beside the verdicts of its tests in one statement', async () => {
        const connection = await withTables();
        const check = { runId: 'r1', node: 'test.shop.t', testedNode: 'model.shop.a', status: 'warn', failures: 2, total: null };
        const checks = [check, { ...check, node: 'test.shop.u', status: 'pass', failures: 0, total: 7 }];
        expect(await connection.run(writer.outcome({ at: minute(1), nodeRun: nodeRun('a'), checks }))).toBe(3);
        expect(
          await rowsOf(connection, 'select node_id, tested_node_id, status, failures, row_count, recorded_at from _tx.check_results'),
        ).toEqual([
          ['test.shop.t', 'model.shop.a', 'warn', 2, null, '2024-01-31 10:01:00'],
          ['test.shop.u', 'model.shop.a', 'pass', 0, 7, '2024-01-31 10:01:00'],
        ]);
        expect(await rowsOf(connection, 'select count(*) from _tx.node_runs')).toEqual([[1]]);
      });
    });

    describe('tests', () => {
      const check = { runId: 'r1', testedNode: 'model.shop.a', status: 'pass', failures: 0, total: null };
      const pass = (node: string, ordinal: number, fingerprint: string) => ({ ...check, node, passed: { ordinal, fingerprint } });
      const measure = (node: string, measured: string, remembered = true) => ({ ...check, node, measured, remembered });

      it('are remembered by the newest build that they passed, and by what they measured last', async () => {
        const connection = await withTables();
        await connection.run(
          writer.outcome({ at: minute(1), checks: [pass('t', 3, 'new'), measure('m', '10'), measure('n', '1', false)] }),
        );
        // As by a clock that went back.
        await connection.run(writer.outcome({ at: minute(0), checks: [pass('t', 2, 'old'), { ...check, node: 'u' }] }));
        await connection.run(writer.outcome({ at: minute(2), checks: [measure('m', '12')] }));
        const { passes, measures } = await readState(connection, '_tx', dialect);
        expect(passes).toEqual({ t: { ordinal: 3, fingerprint: 'new' } });
        expect(measures).toEqual({ m: '12' });
      });

      it('keep the last value of each bucket, and of so many buckets', async () => {
        const connection = await withTables();
        const point = (node: string, bucket: number, measured: string) => ({ ...check, node, point: bucket, measured });
        const grown = { rows: [], points: ['t'] };
        for (let bucket = 1; bucket <= keptPoints + 2; bucket += 1) {
          const checks = [point('t', bucket, `${bucket}.5`), point('other', bucket, '1e3')];
          await connection.run(writer.outcome({ at: minute(bucket % 50), checks }), ...writer.prune(grown));
        }
        await connection.run(writer.outcome({ at: minute(58), checks: [point('t', 50, '7')] }), ...writer.prune(grown));
        const { points, measures } = await readState(connection, '_tx', dialect);
        const expected = Array.from({ length: keptPoints }, (_, at) => ({ at: at + 3, value: at + 3 === 50 ? 7 : at + 3.5 }));
        expect([...(points['t'] ?? [])].sort((a, b) => a.at - b.at)).toEqual(expected);
        expect(points['other']).toHaveLength(keptPoints + 2);
        expect(points['other']?.every(({ value }) => value === 1000)).toBe(true);
        expect(measures).toEqual({});
      });

      it('leave series of numbers behind, as tables do', async () => {
        const connection = await withTables();
        const relation = { schema: 'main', name: `odd "a"` };
        const build = (ordinal: number, rows: number | null, more: Partial<NodeRunRecord> = {}) => ({
          at: minute(ordinal),
          nodeRun: nodeRun(relation.name, { ordinal, rows, ...more }),
        });
        await connection.run(
          writer.outcome(build(1, 10)),
          writer.outcome(build(2, 4, { reason: 'incremental' })),
          writer.outcome(build(3, 7, { status: 'error' })),
          writer.outcome(build(4, null)),
          writer.outcome({
            ...build(5, 12),
            checks: [{ ...check, node: 'p', point: 5, measured: '2.5' }, measure('m', '3'), measure('n', 'x')],
          }),
          writer.outcome({
            at: minute(6),
            checks: [{ ...check, node: 'p', measured: '9' }, measure('other', '1'), { ...check, node: 'n' }],
          }),
        );
        const series = await readSeries(connection, '_tx', dialect, { tests: ['p', 'm', 'n'], tables: [relation] });
        const at = (number: number): number => Date.parse(minute(number));
        expect(series.ofTable(relation)).toEqual([
          { at: at(1), value: 10, refused: false },
          { at: at(5), value: 12, refused: false },
        ]);
        expect(series.ofTest('p')).toEqual([
          { at: 5, value: 2.5, refused: false },
          { at: at(6), value: 9, refused: true },
        ]);
        expect(series.ofTest('m')).toEqual([{ at: at(5), value: 3, refused: false }]);
        expect(['n', 'other'].map((test) => series.ofTest(test))).toEqual([[], []]);
        expect((await readSeries(connection, '_tx', dialect, { tests: [], tables: [] })).ofTest('p')).toEqual([]);
      });

      it('keep the failing rows of their last runs', async () => {
        const connection = await withTables();
        for (let at = 0; at < keptFailures + 3; at += 1) {
          const failures = ['t', 'other'].map((node) => ({ runId: `r${at}`, node, columns: ['id', 'it"s'], rows: [[at, null]] }));
          await connection.run(writer.outcome({ at: minute(at), failures }), ...writer.prune({ rows: ['t'], points: [] }));
        }
        expect(await rowsOf(connection, 'select node_id, count(*) from _tx.test_failures group by 1 order by 1')).toEqual([
          ['other', keptFailures + 3],
          ['t', keptFailures],
        ]);
        const place = { schema: '_tx', dialect };
        const kept = await readKeptFailures(connection, 't', place);
        expect(kept?.runId).toBe(`r${keptFailures + 2}`);
        expect(kept?.rows.columns.map(({ name }) => name)).toEqual(['id', 'it"s']);
        expect(kept?.rows.rows).toEqual([[keptFailures + 2, null]]);
        expect(await readKeptFailures(connection, 'nobody', place)).toBeUndefined();
      });
    });

    describe('readState', () => {
      it('gives the newest build of each relation, whichever node built it, failures left out', async () => {
        const connection = await withTables();
        const write = async (at: number, record: NodeRunRecord): Promise<void> =>
          void (await connection.run(writer.outcome({ at: minute(at), nodeRun: record })));
        await write(5, nodeRun('a', { contentHash: 'old' }));
        // As by a clock that went back.
        await write(2, nodeRun('a', { contentHash: 'middle', ordinal: 2 }));
        await write(3, nodeRun('a', { contentHash: 'new', node: 'seed.shop.a', runId: 'r3', rows: null, ordinal: 3 }));
        await write(4, nodeRun('a', { contentHash: 'worst', status: 'error' }));
        await write(1, nodeRun('v', { relationKind: 'view' }));
        const { builds, version, txVersion } = await readState(connection, '_tx', dialect);
        expect({ version, txVersion }).toEqual({ version: stateVersion, txVersion: '0.9' });
        expect([...builds].sort((x, y) => x.relation.name.localeCompare(y.relation.name))).toEqual([
          {
            node: 'seed.shop.a',
            relation: { schema: 'main', name: 'a' },
            relationKind: 'table',
            contentHash: 'new',
            runId: 'r3',
            ordinal: 3,
            startedAt: '2024-01-31T09:30:00.250Z',
            rows: undefined,
          },
          {
            node: 'model.shop.v',
            relation: { schema: 'main', name: 'v' },
            relationKind: 'view',
            contentHash: 'aa',
            runId: 'r1',
            ordinal: 1,
            startedAt: '2024-01-31T09:30:00.250Z',
            rows: 3,
          },
        ]);
        const latest = async (name: string): Promise<unknown> =>
          (await connection.query(latestOrdinals('_tx', { schema: 'main', name }, dialect))).rows;
        expect([await latest('a'), await latest('never')]).toEqual([[[3, 0]], [[0, 0]]]);
      });

      it('takes the spellings of one relation for one', async () => {
        const connection = await withTables();
        await connection.run(writer.outcome({ at: minute(1), nodeRun: nodeRun('Odd "Name"', { contentHash: 'old' }) }));
        await connection.run(writer.outcome({ at: minute(2), nodeRun: nodeRun('odd "name"', { contentHash: 'new', ordinal: 2 }) }));
        const { builds } = await readState(connection, '_tx', dialect);
        const same = dialect.foldIdentifier('A') === dialect.foldIdentifier('a');
        expect(builds.map((build) => build.contentHash).sort()).toEqual(same ? ['new'] : ['new', 'old']);
      });

      it('takes tables whose version somebody deleted for its own, which they fit', async () => {
        const connection = await withTables();
        await connection.run(writer.outcome({ at: minute(1), nodeRun: nodeRun('a') }));
        await connection.run({ sql: 'delete from _tx.meta' });
        expect(await readState(connection, '_tx', dialect)).toMatchObject({
          version: stateVersion,
          txVersion: '',
          builds: [{ runId: 'r1' }],
        });
      });

      it('names the runs that never ended', async () => {
        const connection = await withTables();
        const run = { runId: 'dead', status: 'running', at: minute(1), command: 'run', target: 'dev', txVersion: '0.9' } as const;
        await connection.run(writer.run(run));
        await connection.run(writer.run({ ...run, runId: 'done' }));
        await connection.run(writer.run({ ...run, runId: 'done', status: 'success' }));
        expect((await readState(connection, '_tx', dialect)).openRuns).toEqual(['dead']);
      });
    });

    describe.each(Object.entries(olderStates))('an older form, %s,', (_name, ddl) => {
      const note = { txVersion: '0.9', at: '2024-02-01T00:00:00Z' };
      const old = async (): Promise<Connection> => {
        const connection = await withoutTables();
        await connection.run({ sql: ddl, script: true });
        await connection.run(writer.outcome({ at: minute(1), nodeRun: nodeRun('a') }));
        return connection;
      };
      const standing = (connection: Connection): ReturnType<typeof catalog.relations> => catalog.relations(connection, ['_tx']);
      const update = async (connection: Connection): Promise<void> => {
        const found = await standing(connection);
        await connection.begin();
        await connection.commit(...updateStateTables('_tx', { dialect, capabilities }, note, found));
      };

      it('is known as one of version 1 and read as it is', async () => {
        const connection = await old();
        const found = await standing(connection);
        expect(inspectStateLayout('_tx', found, dialect, 1)).toEqual({ kind: 'present' });
        expect(await readStateVersion(connection, '_tx', dialect)).toEqual({ version: 1, txVersion: '0.0.1' });
        expect(await readState(connection, '_tx', dialect)).toMatchObject({ version: 1, builds: [{ runId: 'r1' }] });
      });

      it('is brought up to date with its rows, and with the views that others built upon its own', async () => {
        const connection = await old();
        await connection.run({ sql: 'drop schema if exists boards cascade; create schema boards', script: true });
        await connection.run({ sql: 'create view boards.last as select node_id, row_count from _tx.node_runs' });
        await update(connection);
        expect(inspectStateLayout('_tx', await standing(connection), dialect)).toEqual({ kind: 'present' });
        expect(await rowsOf(connection, 'select version, tx_version from _tx.meta order by 1')).toEqual([
          [1, '0.0.1'],
          [stateVersion, '0.9'],
        ]);
        expect(await rowsOf(connection, 'select node_id, row_count, quarantined, content_hash from _tx.node_runs')).toEqual([
          ['model.shop.a', 3, null, 'aa'],
        ]);
        expect(await rowsOf(connection, 'select * from boards.last')).toEqual([['model.shop.a', 3]]);
        await connection.run(writer.outcome({ at: minute(2), nodeRun: nodeRun('a', { ordinal: 2, quarantined: 7 }) }));
        expect(await rowsOf(connection, 'select max(quarantined) from _tx.node_runs')).toEqual([[7]]);
      });

      it('is as before when the process dies in the middle', async () => {
        const connection = await old();
        const before = await standing(connection);
        const statements = updateStateTables('_tx', { dialect, capabilities }, note, before);
        for (let sent = 1; sent <= statements.length; sent += 1) {
          await connection.begin();
          await connection.run(...statements.slice(0, sent));
          await connection.rollback();
          expect(await standing(connection)).toEqual(before);
        }
        await update(connection);
        expect(await readStateVersion(connection, '_tx', dialect)).toMatchObject({ version: stateVersion });
      });

      it('with a table of another form is foreign', async () => {
        const connection = await old();
        await connection.run({ sql: 'alter table _tx.runs drop column status' });
        const found = await standing(connection);
        expect(inspectStateLayout('_tx', found, dialect, 1)).toMatchObject({ kind: 'foreign', table: 'runs', missing: ['status'] });
      });
    });

    it('gets tables and columns that came later, whichever they are', async () => {
      const connection = await withTables();
      await connection.run({ sql: 'drop table _tx.runs; alter table _tx.meta drop column recorded_at', script: true });
      const found = await catalog.relations(connection, ['_tx']);
      const note = { txVersion: '0.9', at: '2024-02-01T00:00:00Z' };
      await connection.begin();
      await connection.commit(...updateStateTables('_tx', { dialect, capabilities }, note, found));
      const made = new Map((await catalog.relations(connection, ['_tx'])).map((entry) => [entry.relation.name, entry.columns]));
      const names = (name: string): readonly string[] | undefined => made.get(name)?.map((column) => column.name);
      for (const [name, columns] of Object.entries(stateTables)) expect(names(name)).toEqual(Object.keys(columns));
      for (const [name, view] of Object.entries(stateViews)) expect(names(name)).toEqual(Object.keys(view.columns));
    });

    describe('inspectStateLayout', () => {
      const layout = async (connection: Connection): Promise<unknown> =>
        inspectStateLayout('_tx', await catalog.relations(connection, ['_tx']), dialect);

      it('knows its own tables and views, and an empty schema', async () => {
        expect(await layout(await withoutTables())).toEqual({ kind: 'absent' });
        expect(await layout(await withTables())).toEqual({ kind: 'present' });
      });
      it.each([
        ['alter table _tx.runs drop column status', 'runs', ['status']],
        ['drop view _tx.check_results; create table _tx.check_results (run_id text)', 'check_results', expect.arrayContaining(['status'])],
        ['drop view _tx.node_runs', 'node_runs', expect.arrayContaining(['node_id', 'content_hash'])],
        [
          'create table _tx.copy as select * from _tx.node_runs; drop view _tx.node_runs; alter table _tx.copy rename to node_runs',
          'node_runs',
          [],
        ],
      ])('names what is not its own after %s', async (sql, table, missing) => {
        const connection = await withTables();
        await connection.run({ sql, script: true });
        expect(await layout(connection)).toEqual({ kind: 'foreign', table, missing, versioned: true });
      });
    });
  });
});
