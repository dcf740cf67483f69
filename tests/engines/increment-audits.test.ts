/** Looking at the rows of an increment alone gives the verdicts of looking at the whole table, on every engine. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/adapter/connection.ts';
import { findCheck } from '../../src/checks/vocabulary.ts';
import type { CheckArguments } from '../../src/checks/check-definition.ts';
import { anyViolation } from '../../src/compile/thresholds.ts';
import { applyIncrement } from '../../src/execute/apply-increment.ts';
import { placeChecks } from '../../src/execute/check-places.ts';
import { runAudit } from '../../src/execute/run-audit.ts';
import { checkFingerprint } from '../../src/plan/check-fingerprint.ts';
import type { Action, PlannedCheck } from '../../src/plan/action.ts';
import type { SqlEngine } from './sql-engines.ts';
import { useEngines } from './sql-engines.ts';

type Audit = Extract<Action, { kind: 'audit' }>;
type Row = readonly [key: number, a: number | null, b: number | null];

const target = { schema: 's', name: 'm' };

interface Options extends Pick<PlannedCheck, 'where' | 'onNull' | 'groupBy'> {
  readonly args?: CheckArguments;
}

function planned({ dialect }: SqlEngine, check: string, column: string | undefined, options: Options = {}): PlannedCheck {
  const { args = {}, ...config } = options;
  const definition = findCheck(check);
  if (definition === undefined) throw new Error(check);
  const quoted = column === undefined ? undefined : dialect.quoteIdentifier(column);
  const shape = definition.shape(args, {
    dialect,
    column: quoted,
    columnName: column,
    now: '2024-01-01T00:00:00Z',
    declared: [],
    exposed: [],
  });
  // The ids are branded for the compiler alone.
  const id = `test.shop.${check}.${JSON.stringify([column, options])}` as PlannedCheck['id'];
  const fixed = {
    relationName: 'm',
    span: { path: 'm.yaml', start: 0, end: 0 },
    severity: 'error',
    maskedColumns: [],
    leadingColumns: [],
  } as const;
  return { ...fixed, ...config, id, name: id, check, args, shape, unit: definition.counts, warnIf: anyViolation, errorIf: anyViolation };
}

const checksFor = (engine: SqlEngine): readonly PlannedCheck[] => [
  planned(engine, 'not_null', 'a'),
  planned(engine, 'unique', 'a'),
  planned(engine, 'unique', 'a', { where: 'b > 1 -- some' }),
  planned(engine, 'unique', 'a', { groupBy: ['"b"'] }),
  planned(engine, 'unique_combination', undefined, { args: { columns: ['a', 'b'] } }),
  planned(engine, 'unique_combination', undefined, { args: { columns: 'b' } }),
  planned(engine, 'unique_combination', undefined, { args: { columns: ['a', 'b'], ignore_row_if: 'any_value_is_missing' } }),
  planned(engine, 'unique_combination', undefined, { args: { columns: ['a', 'b'], ignore_row_if: 'all_values_are_missing' } }),
  planned(engine, 'accepted_values', 'b', { args: { values: [0, 1, 2] } }),
  planned(engine, 'accepted_values', 'b', { args: { values: [0, 1, 2] }, onNull: 'fail' }),
  planned(engine, 'in_range', 'a', { args: { min: 1 }, where: 'b is not null' }),
];

async function fillTable(connection: Connection, name: string, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const values = rows.map((row) => `(${row.map((cell) => cell ?? 'null').join(', ')})`).join(', ');
  await connection.run({ sql: `insert into ${name} values ${values}` });
}

describe('audits of increments', () => {
  const small = fc.option(fc.integer({ min: 0, max: 3 }), { nil: null, freq: 4 });
  const rows = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 9 }), small, small), { selector: ([key]) => key, maxLength: 7 });

  describe.each(useEngines())('on $name', (engine) => {
    it('count what the whole table would', { timeout: 120_000 }, async () => {
      const connection = await engine.connect();
      const { adapter, dialect, capabilities } = engine;
      const checks = checksFor(engine);
      const relation = dialect.relation(target);
      const tools = { connection, dialect, capabilities, apart: false };
      const whole: Audit = { kind: 'audit', relation, relationKind: 'table', checks, queries: [] };
      const stage = { schema: dialect.temporarySchema, name: 'stage' };
      const failures = async (audit: Audit): Promise<readonly number[]> =>
        (await runAudit(tools, audit)).map((outcome) => outcome.failures);
      let narrowed = 0;
      await connection.run({ sql: 'drop schema if exists s cascade' }, { sql: 'create schema s' });
      await fc.assert(
        fc.asyncProperty(rows, rows, fc.constantFrom('delete_insert', 'merge', 'append'), async (before, increment, strategy) => {
          await connection.run(
            { sql: 'drop table if exists s.m' },
            { sql: 'drop table if exists stage' },
            { sql: 'create table s.m (k integer, a integer, b integer)' },
            { sql: 'create temp table stage (k integer, a integer, b integer)' },
          );
          await fillTable(connection, 's.m', before);
          await fillTable(connection, 'stage', increment);
          const old = await failures(whole);
          const passed = checks.filter((_check, at) => old[at] === 0).map(({ id }) => id);
          narrowed += passed.length;
          const targetColumns = await adapter.catalog.columns(connection, target, false);
          const apply = { kind: 'apply-increment', stage, target, targetColumns, strategy, key: ['k'], onSchemaChange: 'ignore' } as const;
          await applyIncrement(adapter, connection, apply, { node: 'm', name: 'm', path: 'm.sql', staged: undefined });
          expect(await failures({ ...whole, delta: { stage, target, checks: passed } })).toEqual(await failures(whole));
        }),
        { numRuns: 30 },
      );
      expect(narrowed).toBeGreaterThan(100);
    });

    it('look at the whole table where a cast stands between it and the stage', async () => {
      const connection = await engine.connect();
      const { dialect, capabilities } = engine;
      await connection.run(
        { sql: 'drop schema if exists s cascade' },
        { sql: 'create schema s' },
        { sql: 'create table s.m as select 1 as k, 1 as a' },
        { sql: `create temp table stage as select 1 as k, cast('1' as varchar) as a` },
      );
      const checks = [planned(engine, 'not_null', 'a')];
      const stage = { schema: dialect.temporarySchema, name: 'stage' };
      const audit = (columns: readonly PlannedCheck[]): Audit => ({
        kind: 'audit',
        relation: dialect.relation(target),
        relationKind: 'table',
        checks: columns,
        queries: [],
        delta: { stage, target, checks: columns.map(({ id }) => id) },
      });
      const relationOf = async (): Promise<string | undefined> =>
        (await placeChecks({ connection, dialect, capabilities }, audit(checks)))[0]?.relation.relation;
      expect(await relationOf()).toBe(dialect.relation(target));
      await connection.run({ sql: 'drop table stage' }, { sql: 'create temp table stage as select 1 as a, 1 as k' });
      expect(await relationOf()).toBe(dialect.relation(stage));
    });
  });
});

describe('the fingerprint of a check', () => {
  const shape = (violation: string) => ({ kind: 'rows', violation, prunable: false }) as const;

  it('changes with everything that decides about rows', () => {
    const base = { shape: shape('"a" > 1') };
    const others = [{ shape: shape('"a" > 2') }, { ...base, where: 'b = 1' }, { ...base, onNull: 'fail' as const }];
    const all = [base, ...others].map(checkFingerprint);
    expect(new Set(all).size).toBe(all.length);
    expect(all).not.toContain(undefined);
  });

  it.each(['"a" > (select 1)', '"a" < current_date', '"a" < now()', '"a" > random()', 'statement_timestamp() > "a"'])(
    'is none where a row may be judged otherwise another day: %s',
    (violation) => {
      expect(checkFingerprint({ shape: shape(violation) })).toBeUndefined();
      expect(checkFingerprint({ shape: shape('"a" > 1'), where: violation })).toBeUndefined();
    },
  );

  it('is none for what a row alone does not decide', () => {
    expect(checkFingerprint({ shape: { kind: 'anti-join', column: 'a', parent: 'p', parentColumn: 'b' } })).toBeUndefined();
    expect(checkFingerprint({ shape: { kind: 'query', query: ['select 1'] } })).toBeUndefined();
  });
});
