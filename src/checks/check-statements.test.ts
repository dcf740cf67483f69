/** Runs check statements of both forms on a real engine, against hand-made tables and a row-by-row oracle. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cell } from '../adapter/connection.ts';
import { dialect } from '../adapters/duckdb/dialect.ts';
import type { CheckArguments } from './check-definition.ts';
import type { CheckCount, CheckInput, CheckToCount } from './check-statements.ts';
import { decodeCheckRows, planCheckStatements, sampleQuery, singleCheckStatement } from './check-statements.ts';
import { findCheck } from './vocabulary.ts';

let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

async function rowsOf(sql: string): Promise<Cell[][]> {
  const reader = await connection.runAndReadAll(sql);
  return reader
    .getRows()
    .map((row) =>
      row.map((cell) =>
        typeof cell === 'bigint'
          ? Number(cell)
          : cell === null
            ? null
            : typeof cell === 'number' || typeof cell === 'boolean'
              ? cell
              : String(cell),
      ),
    );
}

function shape(check: string, column: string, args: CheckArguments = {}): CheckToCount['shape'] {
  const definition = findCheck(check);
  if (definition === undefined) throw new Error(check);
  return definition.shape(args, {
    dialect,
    column: dialect.quoteIdentifier(column),
    now: '2024-01-01T00:00:00Z',
    declared: [],
    exposed: [],
  });
}

interface Options {
  readonly where?: string;
  readonly args?: CheckArguments;
  readonly total?: boolean;
}

function toCount(check: string, column: string, { where, args, total = false }: Options = {}): CheckToCount {
  return { id: `${check}.${column}`, shape: shape(check, column, args), where, needsTotal: total };
}

const setups: readonly Omit<CheckInput, 'relation' | 'checks'>[] = [
  { form: 'union-of-counts', relationKind: 'table' },
  { form: 'union-of-counts', relationKind: 'view' },
  { form: 'filter-aggregates', relationKind: 'table' },
];

async function count(relation: string, checks: readonly CheckToCount[]): Promise<readonly (readonly CheckCount[])[]> {
  const results: (readonly CheckCount[])[] = [];
  for (const setup of setups) {
    const counts: CheckCount[] = [];
    for (const { sql } of planCheckStatements({ ...setup, relation, checks })) counts.push(...decodeCheckRows(await rowsOf(sql)));
    results.push(counts.sort((a, b) => a.index - b.index));
  }
  return results;
}

/** Counts by every form, which must agree. */
async function agreed(relation: string, checks: readonly CheckToCount[]): Promise<readonly CheckCount[]> {
  const [first = [], ...others] = await count(relation, checks);
  for (const other of others) expect(other).toEqual(first);
  return first;
}

const found = (index: number, failures: number, failingRows = failures, total?: number): CheckCount => ({
  index,
  failures,
  failingRows,
  total,
  measured: undefined,
});
const statuses: CheckArguments = { values: ['new', "it's paid"] };

const all = (options: Options = {}): readonly CheckToCount[] => [
  toCount('not_null', 'id', options),
  toCount('unique', 'id', options),
  toCount('accepted_values', 'status', { ...options, args: statuses }),
  toCount('relationships', 'parent', { ...options, args: { to: 'parents', field: 'key' } }),
];

async function makeOrders(values: string): Promise<void> {
  await connection.run('create or replace table parents as select * from (values (1), (2), (null)) as v("key")');
  await connection.run('create or replace table orders (id integer, status varchar, parent integer)');
  if (values !== '') await connection.run(`insert into orders values ${values}`);
}

describe('counting failures', () => {
  test('a table that satisfies every check has no failures', async () => {
    await makeOrders(`(1, 'new', 1), (2, 'it''s paid', 2), (3, null, null)`);
    expect(await agreed('orders', all())).toEqual([found(0, 0), found(1, 0), found(2, 0), found(3, 0)]);
  });

  test('one bad row fails each check once', async () => {
    await makeOrders(`(1, 'new', 1), (1, 'lost', 9), (null, null, null)`);
    expect(await agreed('orders', all())).toEqual([found(0, 1), found(1, 1, 2), found(2, 1), found(3, 1)]);
  });

  test('an empty table passes everything, and its total is 0', async () => {
    await makeOrders('');
    expect(await agreed('orders', all({ total: true }))).toEqual([0, 1, 2, 3].map((index) => found(index, 0, 0, 0)));
  });

  test('NULL fails not_null only', async () => {
    await makeOrders('(null, null, null), (null, null, null)');
    expect(await agreed('orders', all())).toEqual([found(0, 2), found(1, 0), found(2, 0), found(3, 0)]);
  });

  test('unique counts duplicated keys, and beside them the rows that hold them', async () => {
    await makeOrders('(1, null, null), (1, null, null), (1, null, null), (2, null, null), (2, null, null), (3, null, null)');
    expect(await agreed('orders', [toCount('unique', 'id')])).toEqual([found(0, 2, 5)]);
  });

  test('a combination of keys holds a NULL equal to a NULL', async () => {
    await makeOrders(`(1, null, 1), (1, null, 2), (2, 'new', 3), (2, 'old', 4)`);
    const groups: CheckToCount = { id: 'c', shape: { kind: 'groups', keys: ['id', 'status'], ignoredNulls: 'never' }, needsTotal: false };
    expect(await agreed('orders', [groups])).toEqual([found(0, 1, 2)]);
  });

  test('where leaves rows out before anything is counted, the total too', async () => {
    await makeOrders(`(1, 'lost', 9), (1, 'lost', 9), (null, 'new', 1), (4, 'gone', 9)`);
    const checks = all({ where: "status <> 'lost' -- only live ones", total: true });
    expect(await agreed('orders', checks)).toEqual([found(0, 1, 1, 2), found(1, 0, 0, 2), found(2, 1, 1, 2), found(3, 1, 1, 2)]);
  });

  test('where may name the table, and a row where it is NULL is left out', async () => {
    await makeOrders(`(null, 'new', 1), (null, null, 1)`);
    expect(await agreed('orders', [toCount('not_null', 'id', { where: "orders.status = 'new'", total: true })])).toEqual([
      found(0, 1, 1, 1),
    ]);
  });

  test('a query in parentheses is a relation too', async () => {
    await makeOrders(`(1, 'new', 1), (1, 'lost', 9)`);
    expect(await agreed('(select * from orders where id = 1)', all({ total: true }))).toEqual([
      found(0, 0, 0, 2),
      found(1, 1, 2, 2),
      found(2, 1, 1, 2),
      found(3, 1, 1, 2),
    ]);
  });

  test('columns may have the names that the statement uses itself', async () => {
    await connection.run('create or replace table odd as select * from (values (1, 1, 1), (1, 1, 5)) as v(failures, "check_index", "t0")');
    const checks = ['failures', 'check_index', 't0'].flatMap((name) => [
      toCount('not_null', name),
      toCount('unique', name),
      toCount('accepted_values', name, { args: { values: [1] }, total: true }),
    ]);
    expect(await agreed('odd', checks)).toEqual([
      found(0, 0),
      found(1, 1, 2),
      found(2, 0, 0, 2),
      found(3, 0),
      found(4, 1, 2),
      found(5, 0, 0, 2),
      found(6, 0),
      found(7, 0),
      found(8, 1, 1, 2),
    ]);
  });

  test('a row predicate that statistics cannot answer goes into the shared scan', async () => {
    await makeOrders(`(1, 'new', 1), (2, 'Lost', 1)`);
    const check: CheckToCount = {
      id: 'r',
      shape: { kind: 'rows', violation: "regexp_matches(status, '^[A-Z]')", prunable: false },
      needsTotal: false,
    };
    expect(await agreed('orders', [toCount('not_null', 'id'), check, check])).toEqual([found(0, 0), found(1, 1), found(2, 1)]);
  });
});

describe('accepted_values', () => {
  test('numbers, booleans and dates fit columns of their type and of text', async () => {
    await connection.run(
      `create or replace table typed as select * from (values (1, 1.5::decimal(4,2), 2.5::double, true, date '2024-01-01', '1'), (7, 1.51, 7, false, date '2024-01-02', '7')) as v(i, d, f, b, day, s)`,
    );
    const checks = [
      toCount('accepted_values', 'i', { args: { values: [1] } }),
      toCount('accepted_values', 'd', { args: { values: [1.5] } }),
      toCount('accepted_values', 'f', { args: { values: [2.5] } }),
      toCount('accepted_values', 'b', { args: { values: [true] } }),
      toCount('accepted_values', 'day', { args: { values: ['2024-01-01'] } }),
      toCount('accepted_values', 's', { args: { values: [1] } }),
      toCount('accepted_values', 's', { args: { values: ["'1'", 'lower(chr(55))'], quote: false } }),
    ];
    expect(await agreed('typed', checks)).toEqual([
      found(0, 1),
      found(1, 1),
      found(2, 1),
      found(3, 1),
      found(4, 1),
      found(5, 1),
      found(6, 0),
    ]);
  });

  test('a fraction is never rounded to the scale of the column', async () => {
    await connection.run('create or replace table typed as select 1 as i, 1.26::decimal(4,2) as d, 2 as n');
    const checks = [
      toCount('accepted_values', 'd', { args: { values: [1.256] } }),
      toCount('accepted_values', 'n', { args: { values: [1.5] } }),
    ];
    expect(await agreed('typed', checks)).toEqual([found(0, 1), found(1, 1)]);
  });

  test('a NULL in the list accepts nothing more', async () => {
    await makeOrders(`(1, 'new', 1), (2, 'lost', 1), (3, null, 1)`);
    const checks = [
      toCount('accepted_values', 'status', { args: { values: ['new', null] } }),
      toCount('accepted_values', 'status', { args: { values: [null] } }),
    ];
    expect(await agreed('orders', checks)).toEqual([found(0, 1), found(1, 2)]);
  });

  test('values of the wrong type make the statement fail, and each check alone tells which', async () => {
    await makeOrders(`(1, 'new', 1)`);
    const checks = [toCount('not_null', 'id'), toCount('accepted_values', 'id', { args: { values: ['new'] } })];
    for (const setup of setups) {
      const input = { ...setup, relation: 'orders', checks };
      await expect(rowsOf(planCheckStatements(input)[0]?.sql ?? '')).rejects.toThrow(/Could not convert string 'new'/);
      expect(decodeCheckRows(await rowsOf(singleCheckStatement(input, 0).sql))).toEqual([found(0, 0)]);
      await expect(rowsOf(singleCheckStatement(input, 1).sql)).rejects.toThrow(/Could not convert string 'new'/);
      expect(singleCheckStatement(input, 1).checks).toEqual(['accepted_values.id']);
    }
  });
});

describe('packing', () => {
  test('one statement holds all checks of a relation', () => {
    const checks = Array.from({ length: 300 }, (_, index) => toCount('not_null', `c${index}`));
    for (const setup of setups) expect(planCheckStatements({ ...setup, relation: 't', checks })).toHaveLength(1);
  });

  test('no checks, no statement', () => {
    expect(planCheckStatements({ relation: 't', relationKind: 'table', form: 'union-of-counts', checks: [] })).toEqual([]);
  });

  test('a statement that would be too long is split, and every check is counted once under its own index', async () => {
    await makeOrders(`(1, 'lost', 9), (1, 'lost', 9)`);
    const checks = Array.from({ length: 5 }, () => all()).flat();
    const expected = await agreed('orders', checks);
    for (const setup of setups) {
      const statements = planCheckStatements({ ...setup, relation: 'orders', checks }, 1500);
      expect(statements.length).toBeGreaterThan(3);
      for (const { sql, checks: counted } of statements) expect(sql.length <= 1500 || counted.length === 1).toBe(true);
      const counts: CheckCount[] = [];
      for (const { sql } of statements) counts.push(...decodeCheckRows(await rowsOf(sql)));
      expect(counts.sort((a, b) => a.index - b.index)).toEqual(expected);
    }
  });

  test('a table of a column store is counted check by check, a view in one scan', () => {
    const checks = [toCount('not_null', 'a'), toCount('not_null', 'b')];
    const table = planCheckStatements({ relation: 't', relationKind: 'table', form: 'union-of-counts', checks })[0]?.sql;
    const view = planCheckStatements({ relation: 't', relationKind: 'view', form: 'union-of-counts', checks })[0]?.sql;
    expect(table?.match(/from t\b/g)).toHaveLength(2);
    expect(view?.match(/from t\b/g)).toHaveLength(1);
  });

  test('an aggregate that several checks look at is computed once, for each condition on rows', async () => {
    await makeOrders(`(1, 'new', 1), (4, 'new', 2), (null, 'old', 9)`);
    const asked = [
      toCount('mean_between', 'id', { args: { min: 2 } }),
      toCount('mean_between', 'id', { args: { max: 2 } }),
      toCount('null_ratio', 'id', { args: { max: 0.4 }, total: true }),
      toCount('not_null_ratio', 'id', { args: { min: 0.7 } }),
      toCount('row_count', 'id', { args: { max: 2 } }),
      toCount('mean_between', 'id', { args: { max: 4 }, where: "status = 'new'" }),
      toCount('row_count', 'id', { args: { max: 2 }, where: "status = 'new'" }),
    ];
    const counts = await agreed('orders', asked);
    // The mean of 1 and 4; one of three is NULL.
    expect(counts.map(({ failures, measured }) => [failures, measured?.slice(0, 4)])).toEqual([
      [0, '2.5'],
      [1, '2.5'],
      [0, '0.33'],
      [1, '0.66'],
      [1, '3'],
      [0, '2.5'],
      [0, '2'],
    ]);
    expect(counts[2]?.total).toBe(3);
    for (const setup of setups) {
      const [{ sql } = { sql: '' }] = planCheckStatements({ ...setup, relation: 'orders', checks: asked });
      expect(sql.match(/avg\("id"\)/g)).toHaveLength(2);
      // Where counting all rows is free, it stands by itself.
      expect(sql.match(/count\(\*\)/g)?.length).toBeLessThanOrEqual(3);
      expect(sql.match(/from orders\b/g)?.length).toBeLessThanOrEqual(2);
    }
  });

  test('counts that an engine sends as text are read, anything else is a bug', () => {
    expect(decodeCheckRows([[0, '12', '13', null]])).toEqual([found(0, 12, 13)]);
    expect(() => decodeCheckRows([[0, 'many', 1, null]])).toThrow('many is no count');
    expect(() => decodeCheckRows([[0, 1]])).toThrow('undefined is no count');
  });
});

describe('samples', () => {
  const relation = { relation: 'orders', relationKind: 'table', form: 'union-of-counts' } as const;

  test('show whole rows for a row check and for an orphan', async () => {
    await makeOrders(`(null, 'new', 1), (2, 'lost', 9), (3, 'lost', 9)`);
    expect(await rowsOf(sampleQuery(toCount('not_null', 'id'), relation, 5))).toEqual([[null, 'new', 1]]);
    expect(
      await rowsOf(
        sampleQuery(toCount('relationships', 'parent', { args: { to: 'parents', field: 'key' }, where: 'id < 3' }), relation, 5),
      ),
    ).toEqual([[2, 'lost', 9]]);
  });

  test('show keys and values with their number of rows, most rows first', async () => {
    await makeOrders(`(1, 'b', 1), (1, 'a', 1), (2, 'c', 1), (2, 'c', 1), (2, 'new', 1), (3, null, 1)`);
    expect(await rowsOf(sampleQuery(toCount('unique', 'id'), relation, 5))).toEqual([
      [2, 3],
      [1, 2],
    ]);
    expect(await rowsOf(sampleQuery(toCount('accepted_values', 'status', { args: statuses }), relation, 2))).toEqual([
      ['c', 2],
      ['a', 1],
    ]);
  });
});

describe('any rows', () => {
  const small = fc.option(fc.integer({ min: 0, max: 4 }), { nil: null });
  const rows = fc.array(fc.tuple(small, small), { maxLength: 12 });
  const wheres = [undefined, 'b > 1', 'a is null or b = 0'] as const;

  /** The same checks, one row at a time. */
  function oracle(data: readonly (readonly [number | null, number | null])[], where: (typeof wheres)[number]): readonly CheckCount[] {
    const kept = data.filter(([a, b]) => where === undefined || (where === 'b > 1' ? b !== null && b > 1 : a === null || b === 0));
    const times = new Map<number, number>();
    for (const [a] of kept) if (a !== null) times.set(a, (times.get(a) ?? 0) + 1);
    const repeated = [...times.values()].filter((n) => n > 1);
    const total = kept.length;
    const nulls = kept.filter(([a]) => a === null).length;
    const bad = kept.filter(([, b]) => b !== null && b !== 1 && b !== 3).length;
    const orphans = kept.filter(([, b]) => b !== null && !data.some(([a]) => a === b)).length;
    return [
      found(0, nulls, nulls, total),
      found(
        1,
        repeated.length,
        repeated.reduce((sum, n) => sum + n, 0),
        total,
      ),
      found(2, bad, bad, total),
      found(3, orphans, orphans, total),
    ];
  }

  test('are counted alike by every form and by a row-by-row oracle', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom(...wheres), async (data, where) => {
        await connection.run('create or replace table random (a integer, b integer)');
        if (data.length > 0) await connection.run(`insert into random values ${data.map(([a, b]) => `(${a}, ${b})`).join(', ')}`);
        const options = { where, total: true };
        const checks = [
          toCount('not_null', 'a', options as Options),
          toCount('unique', 'a', options as Options),
          toCount('accepted_values', 'b', { ...(options as Options), args: { values: [1, 3] } }),
          toCount('relationships', 'b', { ...(options as Options), args: { to: 'random', field: 'a' } }),
        ];
        expect(await agreed('random', checks)).toEqual(oracle(data, where));
      }),
      { numRuns: 120 },
    );
  });

  test('in increasing order skip the grouping and still find a late duplicate', async () => {
    await connection.run('create or replace table ordered as select i::integer as id from range(300000) as r(i)');
    expect(await agreed('ordered', [toCount('unique', 'id')])).toEqual([found(0, 0)]);
    await connection.run('insert into ordered values (7), (null), (null)');
    expect(await agreed('ordered', [toCount('unique', 'id')])).toEqual([found(0, 1, 2)]);
  });
});
