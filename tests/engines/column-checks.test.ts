/** Checks of the columns of a relation, and those that compare with the last run, on real tables of each engine. */
import { describe, expect, it } from 'vitest';
import type { CheckArguments, DeclaredColumn } from '../../src/checks/check-definition.ts';
import { checkDefinitions, findCheck } from '../../src/checks/vocabulary.ts';
import { anyViolation } from '../../src/compile/thresholds.ts';
import { runAudit } from '../../src/execute/run-audit.ts';
import type { PlannedCheck } from '../../src/plan/action.ts';
import type { SqlEngine } from './sql-engines.ts';
import { useEngines } from './sql-engines.ts';

interface ColumnCase {
  readonly check: string;
  readonly args?: CheckArguments;
  /** What the project says of the columns, for those that ask. */
  readonly said?: readonly DeclaredColumn[];
  /** Columns that it accepts. */
  readonly good?: string;
  /** The same with one fault. */
  readonly refused: string;
  /** As `refused`, because the first column has another type; absent where types mean nothing. */
  readonly wrong?: string;
}

const standing = 'id integer, amount numeric(10, 2), "Day" date';
const declared = (...list: readonly (readonly [string, string?])[]): readonly DeclaredColumn[] =>
  list.map(([name, type]) => ({ name, type }));

const cases: readonly ColumnCase[] = [
  { check: 'column_exists', refused: 'ident integer' },
  { check: 'column_type', args: { types: 'integer' }, refused: 'other integer', wrong: 'id bigint' },
  { check: 'column_type', args: { types: ['decimal(10,2)'] }, good: 'id numeric(10, 2)', refused: 'id numeric(10, 3)', wrong: 'id date' },
  { check: 'column_type', args: { types: ['varchar'] }, good: 'id varchar', refused: 'id integer[]', wrong: 'id date' },
  { check: 'column_type', args: { types: ['timestamptz'] }, good: 'id timestamp with time zone', refused: 'id timestamp' },
  { check: 'column_type', args: { types: ['integer[]'] }, good: 'id integer[]', refused: 'id integer', wrong: 'id varchar[]' },
  { check: 'column_type', args: { types: ['int', 'double'] }, good: 'id double precision', refused: 'id real' },
  { check: 'columns_contain', args: { columns: ['id', 'Day'] }, refused: 'id integer, amount numeric(10, 2)' },
  { check: 'columns_are', args: { columns: ['Day', 'id', 'amount'] }, refused: `${standing}, more integer` },
  {
    check: 'columns_are',
    args: { columns: ['id', 'amount', 'Day'], ordered: true },
    refused: 'id integer, "Day" date, amount numeric(10, 2)',
  },
  { check: 'columns_exclude', args: { columns: ['more', 'other'] }, refused: `${standing}, more integer` },
  { check: 'column_count', args: { max: 3 }, refused: `${standing}, more integer` },
  {
    check: 'matches_contract',
    said: declared(['id', 'int'], ['amount', 'numeric(10,2)'], ['Day']),
    refused: `${standing}, more integer`,
    wrong: 'id bigint, amount numeric(10, 2), "Day" date',
  },
  { check: 'serves_exposures', said: declared(['id'], ['Day']), refused: 'id integer, amount numeric(10, 2)' },
  { check: 'schema_unchanged', refused: `${standing}, more integer`, wrong: 'id bigint, amount numeric(10, 2), "Day" date' },
  { check: 'schema_unchanged', args: { changes: ['type_changed'] }, refused: standing.replace('integer', 'varchar') },
];

function planned({ dialect }: SqlEngine, given: ColumnCase, previous?: string): PlannedCheck {
  const { check, args = {}, said = [] } = given;
  const definition = findCheck(check);
  if (definition === undefined) throw new Error(check);
  const target = { dialect, column: '"id"', columnName: 'id', now: '2024-01-01T00:00:00Z', declared: said, exposed: said };
  // The ids are branded for the compiler alone.
  const id = 'test.shop.t' as PlannedCheck['id'];
  const fixed = {
    relationName: 't',
    span: { path: 'm.yaml', start: 0, end: 0 },
    severity: 'error',
    maskedColumns: [],
    leadingColumns: [],
  } as const;
  const shape = definition.shape(args, { ...target, previous });
  return { ...fixed, id, name: check, check, args, shape, unit: definition.counts, warnIf: anyViolation, errorIf: anyViolation };
}

const nameOf = ({ check, args = {} }: ColumnCase, at: number): string => `${at} ${check} ${JSON.stringify(args)}`;

describe('checks of columns', () => {
  it('each have a case', () => {
    const tested = new Set([...cases.map(({ check }) => check), 'row_count_change']);
    const these = checkDefinitions.filter(({ counts, remembers }) => counts === 'columns' || remembers === true);
    expect(these.map(({ name }) => name).filter((name) => !tested.has(name))).toEqual([]);
    expect(these).toHaveLength(tested.size);
  });

  describe.each(useEngines())('on $name', (engine) => {
    it.each(cases.map((given, at) => [nameOf(given, at), given] as const))('%s', async (_name, given) => {
      const connection = await engine.connect();
      const { dialect, capabilities } = engine;
      const ask = async (columns: string, relationKind: 'table' | 'view', previous?: string) => {
        await connection.run({ sql: 'drop view if exists v' }, { sql: 'drop table if exists t' }, { sql: `create table t (${columns})` });
        await connection.run({ sql: 'create view v as select * from t' });
        const relation = relationKind === 'table' ? 't' : 'v';
        const audit = { kind: 'audit', relation, relationKind, checks: [planned(engine, given, previous)], queries: [] } as const;
        const [outcome] = await runAudit({ connection, dialect, capabilities, apart: false }, audit);
        return outcome;
      };
      const { good = standing } = given;
      for (const kind of ['table', 'view'] as const) {
        const first = await ask(good, kind);
        expect(first, 'of columns that it accepts').toMatchObject({ verdict: 'pass', failures: 0 });
        expect(await ask(good, kind, first?.measured), 'once more').toMatchObject({ verdict: 'pass', failures: 0 });
        expect(await ask(given.refused, kind, first?.measured), 'with one fault').toMatchObject({ verdict: 'fail', failures: 1 });
        if (given.wrong === undefined) continue;
        expect(await ask(given.wrong, kind, first?.measured), 'of another type').toMatchObject({ verdict: 'fail', failures: 1 });
      }
    });

    it('row_count_change', async () => {
      const connection = await engine.connect();
      const { dialect, capabilities } = engine;
      await connection.run({ sql: 'create table t (id integer)' });
      const ask = async (rows: string, args: CheckArguments, previous?: string) => {
        await connection.run({ sql: 'delete from t' }, ...(rows === '' ? [] : [{ sql: `insert into t ${rows}` }]));
        const checks = [planned(engine, { check: 'row_count_change', args, refused: '' }, previous)];
        const [outcome] = await runAudit(
          { connection, dialect, capabilities, apart: false },
          { kind: 'audit', relation: 't', relationKind: 'table', checks, queries: [] },
        );
        return [outcome?.verdict, outcome?.measured];
      };
      const hundred = 'select case when n % 2 = 0 then n end from generate_series(1, 100) as s(n)';
      expect(await ask(hundred, { percent: 5 })).toEqual(['pass', '100']);
      expect(await ask(hundred, { percent: 5 }, '105')).toEqual(['pass', '100']);
      expect(await ask(hundred, { percent: 5 }, '106')).toEqual(['fail', '100']);
      expect(await ask(hundred, { percent: 5, direction: 'rise' }, '106')).toEqual(['pass', '100']);
      expect(await ask('', { percent: 5 }, '100')).toEqual(['fail', '0']);
      // Rows of NULLs are rows.
      expect(await ask('values (null), (null)', { percent: 5, min_rows: 1 }, '2')).toEqual(['pass', '2']);
      expect(await ask('values (null), (null)', { percent: 5, min_rows: 1 }, '3')).toEqual(['fail', '2']);
    });
  });
});
