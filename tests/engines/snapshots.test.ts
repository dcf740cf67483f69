/** A snapshot keeps what a slow reading of its rules says, whatever happens to the rows, on every engine. */
import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Cell, Connection, Session } from '../../src/adapter/connection.ts';
import { adapter as duckdb } from '../../src/adapters/duckdb/adapter.ts';
import { adapter as postgres } from '../../src/adapters/postgres/adapter.ts';
import { useTestDatabase } from '../../src/adapters/postgres/open-test-session.ts';
import { compileFiles } from '../../src/compile/compile-fixture.ts';
import type { GraphNode } from '../../src/graph/graph.ts';
import { openFile, runIn } from '../kill/drive.ts';
import { lives, replay, rules as anyRules, turns } from './snapshot-history.ts';
import type { Row, Rules, Version } from './snapshot-history.ts';

/** Times are counted in these, from the time of the first run on: each run is ten later than the one before. */
const secondsPerUnit = 100;
const epoch = 1_700_000_000;
const timeOf = (unit: number): string => new Date((epoch + unit * secondsPerUnit) * 1000).toISOString().slice(0, 19).replace('T', ' ');
const farAway = '9999-12-31 00:00:00';

function yaml(rules: Rules): string {
  const config = {
    strategy: rules.strategy,
    unique_key: ['k', 'J'],
    hard_deletes: rules.hardDeletes,
    ...(rules.strategy === 'timestamp' || rules.stamped ? { updated_at: 'changed' } : {}),
    ...(rules.strategy === 'check' ? { check_cols: rules.compared ?? 'all' } : {}),
    ...(rules.sentinel ? { dbt_valid_to_current: `cast('${farAway}' as timestamp) -- open` } : {}),
  };
  const relation = 'snapshots:\n  - name: history\n    relation: raw.rows\n';
  return `sources:\n  - name: raw\n    schema: main\n    tables: [{ name: rows }]\n${relation}    config: ${JSON.stringify(config)}\n`;
}

async function nodesOf(rules: Rules, engine: string): Promise<readonly GraphNode[]> {
  const { project, diagnostics } = await compileFiles({ 'snapshots/history.yml': yaml(rules) });
  expect(diagnostics).toEqual([]);
  // Both engines quote alike, and fold as their dialect says: a key in another case is the same on one of them only.
  const same = (node: GraphNode): GraphNode =>
    node.resourceType === 'snapshot' && engine === 'postgres'
      ? (JSON.parse(
          JSON.stringify(node)
            .replaceAll(String.raw`\"J\"`, String.raw`\"j\"`)
            .replaceAll('["k","J"]', '["k","j"]'),
        ) as GraphNode)
      : node;
  return [...project.sources, ...project.snapshots].map(same);
}

const literal = (value: string | number | null): string => (typeof value === 'string' ? `'${value}'` : String(value));

async function put(connection: Connection, rows: readonly Row[]): Promise<void> {
  await connection.run({ sql: 'delete from main.rows' });
  for (const { k, j, v, n, at } of rows)
    await connection.run({ sql: `insert into main.rows values (${[k, j, v, n].map(literal).join(', ')}, timestamp '${timeOf(at)}')` });
}

const inUnits = (column: string): string => `cast((extract(epoch from ${column}) - ${epoch}) / ${secondsPerUnit} as bigint)`;

async function found(connection: Connection, rules: Rules): Promise<readonly (readonly Cell[])[]> {
  const deleted = rules.hardDeletes === 'new_record' ? 'dbt_is_deleted' : `'False'`;
  const sql =
    `select k, j, v, n, ${inUnits('changed')}, ${inUnits('dbt_updated_at')}, ${inUnits('dbt_valid_from')}, ` +
    `case when dbt_valid_to < timestamp '9000-01-01' then ${inUnits('dbt_valid_to')} end, ${deleted} from main.history`;
  const { rows } = await connection.query({ sql });
  return rows.map((row) => row.map((cell) => (typeof cell === 'bigint' ? Number(cell) : cell)));
}

function told(history: readonly Version[]): readonly (readonly Cell[])[] {
  return history.map(({ k, j, v, n, at, updated, from, to, deleted }) => [
    k,
    j,
    v,
    n,
    at,
    updated,
    from,
    to ?? null,
    deleted ? 'True' : 'False',
  ]);
}

const sorted = (rows: readonly (readonly Cell[])[]): readonly string[] => rows.map((row) => JSON.stringify(row)).toSorted();

async function judge(session: Session, adapter: typeof duckdb, looks: readonly (readonly Row[])[], rules: Rules): Promise<void> {
  const connection = await session.connect();
  await connection.run({ sql: 'drop schema if exists _tx cascade' });
  await connection.run({ sql: 'drop table if exists main.history' });
  const nodes = await nodesOf(rules, adapter.dialect.engine);
  let history: readonly Version[] = [];
  for (const [at, rows] of looks.entries()) {
    await put(connection, rows);
    const now = (at + 1) * 10;
    const result = await runIn(session, adapter, { nodes }, { runId: `run-${at}`, order: at + 1 });
    expect(result.status, JSON.stringify(result.results)).toBe('success');
    history = replay(history, rows, now, rules);
    expect(sorted(await found(connection, rules)), `${JSON.stringify(rules)}, look ${at + 1}`).toEqual(sorted(told(history)));
    const again = await runIn(session, adapter, { nodes }, { runId: `again-${at}`, order: at + 1 });
    expect(again.results[0]?.rows).toBe(0);
  }
  const ids = await connection.query({ sql: 'select count(*), count(distinct dbt_scd_id) from main.history' });
  expect(ids.rows[0]?.[0]).toEqual(ids.rows[0]?.[1]);
  await connection.close();
}

describe('a history', () => {
  const database = useTestDatabase();
  it.each([
    { adapter: duckdb, name: 'duckdb', numRuns: 10, where: () => ':memory:' },
    { adapter: postgres, name: 'postgres', numRuns: 3, where: () => database.url() },
  ])('is what its rules make of any life of its rows: $name', async ({ adapter, numRuns, where }) => {
    const session = await openFile(adapter, where());
    onTestFinished(() => session.close());
    const connection = await session.connect();
    await connection.run({ sql: 'create schema if not exists main' });
    await connection.run({ sql: 'create table main.rows (k integer, j varchar, v varchar, n integer, changed timestamp)' });
    await connection.close();
    await fc.assert(
      fc.asyncProperty(lives, anyRules, (looks, rules) => judge(session, adapter, looks, rules)),
      { numRuns: numRuns + turns.length, examples: [...turns] },
    );
  });
});
