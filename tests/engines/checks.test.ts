/** Each check on real tables of each engine: one that it accepts, one with a row too many, an empty one, NULLs, another type. */
import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/adapter/connection.ts';
import type { CheckToCount } from '../../src/checks/check-statements.ts';
import { decodeCheckRows, planCheckStatements, sampleQuery, singleCheckStatement } from '../../src/checks/check-statements.ts';
import { checkDefinitions, findCheck } from '../../src/checks/vocabulary.ts';
import type { CheckCase } from './check-cases.ts';
import { checkCases, now, otherRows } from './check-cases.ts';
import type { SqlEngine } from './sql-engines.ts';
import { useEngines } from './sql-engines.ts';

function toCount({ dialect }: SqlEngine, given: CheckCase, onNull: 'pass' | 'fail' = 'pass'): CheckToCount {
  const definition = findCheck(given.check);
  if (definition === undefined) throw new Error(given.check);
  const problem = definition.problem?.(given.args ?? {}, 'x');
  if (problem !== undefined) throw new Error(problem);
  const points = (given.before ?? []).map((value, at, all) => ({ at: Date.parse(now) - (all.length - at) * 86_400_000, value }));
  const column = definition.on === 'relation' ? undefined : dialect.quoteIdentifier('x');
  return {
    id: given.check,
    shape: definition.shape(given.args ?? {}, { dialect, column, columnName: 'x', now, points, declared: [], exposed: [] }),
    groupBy: (given.groupBy ?? []).map(dialect.quoteIdentifier),
    onNull: definition.decidesNulls ? onNull : 'pass',
    needsTotal: false,
  };
}

async function makeTable(connection: Connection, columns: string, rows: readonly string[]): Promise<void> {
  await connection.run({ sql: 'drop view if exists v' }, { sql: 'drop table if exists t' }, { sql: `create table t (${columns})` });
  if (rows.length > 0) await connection.run({ sql: `insert into t values ${rows.join(', ')}` });
  await connection.run({ sql: 'create view v as select * from t' });
}

/** A table, and a view of it. */
const relations = [
  ['"t"', 'table'],
  ['v', 'view'],
] as const;

/** What a query gives is counted as a view is: the same statements, with another text for the relation. */
const withQuery = [...relations, ['(select * from t)', 'view']] as const;

/** Failures in each of these relations, by a statement of its own and together with others. */
async function countIn(
  connection: Connection,
  engine: SqlEngine,
  check: CheckToCount,
  among: readonly (readonly [string, 'table' | 'view'])[] = relations,
): Promise<number> {
  const { rowCheckForm: form } = engine.capabilities;
  const { mayRepeat } = engine.dialect.checks;
  const found: number[] = [];
  const others = { ...check, where: '1 = 1' };
  for (const [relation, relationKind] of among) {
    const input = { relation, relationKind, form, mayRepeat, checks: [check, others, { ...check, needsTotal: true }] };
    const statements = [...planCheckStatements(input), singleCheckStatement(input, 0)];
    for (const { sql } of statements) {
      const counts = decodeCheckRows((await connection.query({ sql })).rows);
      found.push(...counts.map(({ failures }) => failures));
    }
  }
  expect(found).toHaveLength(4 * among.length);
  expect(new Set(found).size).toBe(1);
  return found[0] ?? -1;
}

const nameOf = ({ check, args = {}, columns }: CheckCase, at: number): string => `${at} ${check} ${JSON.stringify(args)} on ${columns}`;

const wrongCells = { integer: '7', date: `'2024-01-01'`, varchar: `'7'`, 'integer[]': 'array[7]' } as const;

/** They look only at whether a value is there, count rows or compare texts, and so take every type. */
const ofAnyType = [
  'not_null is_null required_if columns_filled null_ratio not_null_ratio at_least_one',
  'unique unique_combination distinct_count distinct_ratio distinct_count_equals not_constant',
  'row_count not_empty row_count_equals fewer_rows_than volume_anomaly castable valid_json',
].flatMap((names) => names.split(' '));

describe('checks', () => {
  it('each have a case', () => {
    const tested = new Set(checkCases.map(({ check }) => check));
    const shapes = checkDefinitions.filter(({ counts, remembers }) => counts !== 'columns' && remembers !== true);
    expect(shapes.map(({ name }) => name).filter((name) => !tested.has(name))).toEqual([]);
  });

  it('each have a case of a type that they refuse, unless they take any', () => {
    const refusing = new Set(checkCases.flatMap(({ check, wrong }) => (wrong === undefined ? [] : [check])));
    const tested = [...new Set(checkCases.map(({ check }) => check))];
    expect(tested.filter((check) => !refusing.has(check)).sort()).toEqual([...ofAnyType].sort());
  });

  describe.each(useEngines())('on $name', (engine) => {
    it.each(checkCases.map((given, at) => [nameOf(given, at), given] as const))('%s', async (_name, given) => {
      const connection = await engine.connect();
      const check = toCount(engine, given);
      await connection.run({ sql: `create table other as ${otherRows}` });
      const nulls = given.columns
        .replaceAll(/\([^)]*\)/g, '')
        .split(',')
        .map(() => 'null');
      const nullRow = `(${nulls.join(', ')})`;
      const { good, refused, columns, empty = 0, nulls: wrongNulls = 0, failingNulls = 2 } = given;

      await makeTable(connection, columns, good);
      expect(await countIn(connection, engine, check), 'of rows that it accepts').toBe(0);
      await makeTable(connection, columns, refused);
      expect(await countIn(connection, engine, check, withQuery), 'with a row that it refuses').toBe(1);
      const relation = { relation: 't', relationKind: 'table', form: engine.capabilities.rowCheckForm } as const;
      expect((await connection.query({ sql: sampleQuery(check, relation, 5) })).rows.length).toBeGreaterThan(0);

      await makeTable(connection, columns, []);
      expect(await countIn(connection, engine, check), 'without rows').toBe(empty);
      await makeTable(connection, columns, [nullRow, nullRow]);
      expect(await countIn(connection, engine, check), 'of NULLs').toBe(wrongNulls);
      expect(await countIn(connection, engine, toCount(engine, given, 'fail')), 'of NULLs that fail').toBe(failingNulls);

      if (given.wrong === undefined) return;
      const row = nulls.map((_other, at) => (at === 0 && given.wrong !== undefined ? wrongCells[given.wrong] : '1')).join(', ');
      await makeTable(connection, columns.replace(/^x \w+(\([^)]*\)| precision|\[\])?/, `x ${given.wrong}`), [`(${row})`]);
      await expect(countIn(connection, engine, check)).rejects.toThrow();
    });
  });
});
