import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CountedKeys } from '../../adapter/check-sql.ts';
import { planCheckStatements } from '../../checks/check-statements.ts';
import type { Connection } from '../../adapter/connection.ts';
import { mayRepeat } from './may-repeat.ts';
import { quoteText } from './quoting.ts';
import { openTestConnection, useTestDatabase } from './open-test-session.ts';

const whole = { relation: '"T ""x"', groups: [], countsNulls: false } as const;
const over = (keys: readonly string[], more: Partial<CountedKeys> = {}): CountedKeys => {
  const rows = { ...whole, keys, ...more };
  return { source: `${rows.relation} where ${keys.map((key) => `${key} is not null`).join(' and ')}`, ...rows };
};

async function ask(connection: Connection, rows: CountedKeys): Promise<unknown> {
  return (await connection.query({ sql: `select ${mayRepeat(rows) ?? 'true'}` })).rows[0]?.[0];
}

describe('a key', () => {
  const database = useTestDatabase();
  const columns = '"A" text, b text, c numeric, n integer';
  const index = (what: string): string => `create unique index i on "T ""x" ${what}`;

  it.each<[string, boolean, string, CountedKeys]>([
    ['without an index may', true, 'select 1', over(['"A"'])],
    ['under a unique index cannot', false, index('("A")'), over(['"A"'])],
    ['under a primary key cannot', false, 'alter table "T ""x" add primary key ("A")', over(['"A"'])],
    ['of two columns, under an index over one, cannot', false, index('(b)'), over(['"A"', '"b"'])],
    ['of two columns, under an index over both, cannot', false, index('(b, "A")'), over(['"A"', '"b"'])],
    ['of one column, under an index over two, may', true, index('("A", b)'), over(['"A"'])],
    ['of another column may', true, index('(b)'), over(['"A"'])],
    ['with other columns beside it in the index cannot', false, index('("A") include (b)'), over(['"A"'])],
    ['that only stands beside one in the index may', true, index('(b) include ("A")'), over(['"A"'])],
    ['in groups, under an index over it, cannot', false, index('("A")'), over(['"A"'], { groups: ['"b"'] })],
    ['in groups, under an index over these too, may', true, index('("A", b)'), over(['"A"'], { groups: ['"b"'] })],
    ['of which NULLs count may', true, index('("A")'), over(['"A"'], { countsNulls: true })],
    [
      'of which NULLs would count, but cannot be, cannot',
      false,
      'alter table "T ""x" add primary key (b)',
      over(['"b"'], { countsNulls: true }),
    ],
    ['under an index over some rows may', true, index(`("A") where b = 'x'`), over(['"A"'])],
    ['under an index over an expression may', true, index('(lower("A"))'), over(['"A"'])],
    ['that is an expression may', true, index('(lower("A"))'), over(['lower("A")'])],
    ['under an index that is not unique may', true, 'create index i on "T ""x" ("A")', over(['"A"'])],
    ['that is checked at the end may', true, 'alter table "T ""x" add unique ("A") deferrable', over(['"A"'])],
    ['under an index with another collation may', true, index('("A" collate "C")'), over(['"A"'])],
    ['under an index with other operators may', true, index('("A" text_pattern_ops)'), over(['"A"'])],
    ['of a table with heirs may', true, `${index('("A")')}; create table heir () inherits ("T ""x")`, over(['"A"'])],
    ['of a table with an alias cannot', false, index('("A")'), over(['"A"'], { relation: '"T ""x" as "m"' })],
    ['of a query may', true, index('("A")'), over(['"A"'], { relation: '(select * from "T ""x") as q' })],
    ['that counts fast, and stands once, cannot', false, 'insert into "T ""x" (n) values (1), (2), (null), (null)', over(['"n"'])],
    ['that counts fast, and stands twice, may', true, 'insert into "T ""x" (n) values (1), (2), (1)', over(['"n"'])],
    ['of a view may, though it stands once', true, 'create view v as select 1 as n', over(['"n"'], { relation: '"v"' })],
    ['of a materialized view cannot', false, 'create materialized view v as select 1 as n', over(['"n"'], { relation: '"v"' })],
    ['that does not count fast may, though it stands once', true, 'insert into "T ""x" (c) values (1), (2)', over(['"c"'])],
  ])('%s: %s', async (_name, expected, setup, rows) => {
    const connection = await openTestConnection(database);
    await connection.run({ sql: `create table "T ""x" (${columns})` }, ...setup.split('; ').map((sql) => ({ sql })));
    expect(await ask(connection, rows)).toBe(expected);
  });

  it('whose NULLs count may, as long as nobody has looked whether NOT NULL holds', async () => {
    const connection = await openTestConnection(database);
    const { rows } = await connection.query({ sql: `select current_setting('server_version_num')::integer >= 180000` });
    await connection.run(
      { sql: 'create table t (k integer, n integer)' },
      { sql: 'create unique index i on t (k)' },
      { sql: 'insert into t values (null, 1), (null, 2)' },
    );
    const add = 'alter table t add constraint kn not null k not valid';
    // Servers before 18 know no such constraint: they refuse it, and the index lets NULLs in all the same.
    await connection.run({ sql: rows[0]?.[0] === true ? add : `select ${quoteText(add)}` });
    const key = over(['"k"'], { relation: '"t"', countsNulls: true });
    expect(await ask(connection, key)).toBe(true);
    await connection.run(
      { sql: 'delete from t where n = 2' },
      { sql: 'update t set k = 1' },
      { sql: 'alter table t alter k set not null' },
    );
    expect(await ask(connection, key)).toBe(false);
  });

  it('under an index is not looked for, and found where no index stands', async () => {
    const connection = await openTestConnection(database);
    await connection.run({ sql: 'create table t (a text primary key, b text)' }, { sql: `insert into t values ('x', 'y'), ('y', 'y')` });
    const sqlOf = (key: string): string => {
      const shape = { kind: 'groups', keys: [key], ignoredNulls: 'any' } as const;
      const checks = [{ id: key, shape, needsTotal: false }];
      return planCheckStatements({ relation: '"t"', relationKind: 'table', form: 'filter-aggregates', mayRepeat, checks })[0]?.sql ?? '';
    };
    const planOf = async (key: string): Promise<string> => {
      const { rows } = await connection.query({ sql: `explain (analyze, costs off, timing off) ${sqlOf(key)}` });
      return rows.flat().join('\n');
    };
    expect(await planOf('"a"')).toMatch(/Seq Scan on t \(never executed\)/);
    expect(await planOf('"b"')).toMatch(/Seq Scan on t \(actual /);
    expect((await connection.query({ sql: sqlOf('"a"') })).rows[0]?.slice(1, 3)).toEqual([0, 0]);
    expect((await connection.query({ sql: sqlOf('"b"') })).rows[0]?.slice(1, 3)).toEqual([1, 2]);
  });

  it('is never said to stand once where it stands twice', { timeout: 60_000 }, async () => {
    const connection = await openTestConnection(database);
    await connection.run({ sql: 'create table t (a integer, b integer)' });
    const cell = fc.option(fc.integer({ min: 0, max: 5 }), { nil: null });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 6 }), async (rows) => {
        const values = rows.map((row) => `(${row.map(String).join(', ')})`).join(', ');
        await connection.run({ sql: 'delete from t' }, { sql: `insert into t values ${values}` });
        const counted = rows.flatMap(([a, b]) => (a !== null && b !== null && b > 1 ? [a] : []));
        const asked = over(['"a"'], { relation: '"t"', source: '"t" where b > 1 and "a" is not null' });
        expect(await ask(connection, asked)).toBe(new Set(counted).size < counted.length);
      }),
      { numRuns: 60 },
    );
  });
});
