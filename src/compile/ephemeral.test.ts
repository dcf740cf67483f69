import { DuckDBInstance } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileFiles, compileModel, modelNamed } from './compile-fixture.ts';
import { longestChain } from './ephemeral.ts';
import { lookupSpan } from './span-map.ts';

const ephemeral = '{{config materialized="ephemeral"}}\n';
const base = {
  'models/numbers.sql': `${ephemeral}select 1 as n union all select 2`,
  'models/doubled.sql': `${ephemeral}with own as (select * from {{ref "numbers"}}) select n * 2 as n from own; -- end`,
};

let run: (sql: string) => Promise<unknown>;
beforeAll(async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  run = async (sql) => (await connection.runAndReadAll(sql)).getRowsJson();
  return () => {
    connection.closeSync();
    instance.closeSync();
  };
});

describe('an ephemeral model', () => {
  it.each([
    ['a plain query', 'select sum(n)::int as s from {{ref "doubled"}}', [[6]]],
    ['a query with WITH', '-- note\n/* more */ with x as (select * from {{ref "doubled"}}) select sum(n)::int from x', [[6]]],
    [
      'a query with WITH RECURSIVE',
      'with recursive t(n) as (select min(n) from {{ref "doubled"}} union all select n + 1 from t where n < 4) select count(*)::int from t',
      [[3]],
    ],
    [
      'a query in parentheses',
      '(select n from {{ref "numbers"}}) union all (select n from {{ref "doubled"}}) order by n',
      [[1], [2], [2], [4]],
    ],
    ['FROM first', 'from {{ref "doubled"}} select max(n)::int', [[4]]],
    ['VALUES', 'values ((select max(n) from {{ref "doubled"}}), (select min(n) from {{ref "numbers"}}))', [[4, 1]]],
    ['the same model twice', 'select a.n from {{ref "numbers"}} a join {{ref "numbers"}} b using (n) order by 1', [[1], [2]]],
    ['a trailing comment', 'select count(*)::int from {{ref "doubled"}} -- done', [[2]]],
  ])('works in %s', async (_, sql, rows) => {
    const { full } = await compileModel({ ...base, 'models/m.sql': sql }, 'm');
    expect(await run(full.sql)).toEqual(rows);
    // A query must also stand inside parentheses, as views and tables are made from it.
    expect(await run(`select count(*)::int from (${full.sql}) as q`)).toEqual([[rows.length]]);
  });

  it('comes once, after those that it reads', async () => {
    const { full, dependsOn } = await compileModel({ ...base, 'models/m.sql': 'select 1 from {{ref "doubled"}}, {{ref "numbers"}}' }, 'm');
    expect([...full.sql.matchAll(/"__tx__cte__(\w+)" as/g)].map((match) => match[1])).toEqual(['numbers', 'doubled']);
    expect(dependsOn.map((entry) => entry.id)).toEqual(['model.shop.doubled', 'model.shop.numbers']);
  });

  it('is a query of its own where it is looked at alone', async () => {
    const { full } = await compileModel(base, 'doubled');
    expect(await run(full.sql)).toEqual([[2], [4]]);
  });

  it('keeps its places in its own file', async () => {
    const { full } = await compileModel({ ...base, 'models/m.sql': 'select s.n from {{ref "doubled"}} as s' }, 'm');
    const at = full.sql.indexOf('n * 2');
    const start = base['models/doubled.sql'].indexOf('n * 2');
    expect(lookupSpan(full.map, at, 5)).toEqual({
      span: { path: 'models/doubled.sql', start, end: start + 5 },
      exact: true,
      repeated: false,
    });
    expect(lookupSpan(full.map, full.sql.indexOf('s.n'), 3)?.span).toEqual({ path: 'models/m.sql', start: 7, end: 10 });
  });

  it('works in both texts of an incremental model and in singular tests', async () => {
    const files = {
      ...base,
      'models/m.sql': '{{config materialized="incremental"}}select n from {{ref "numbers"}}{{#if is_incremental}} where n > 1{{/if}}',
      'tests/t.sql': 'select * from {{ref "doubled"}} where n > 2',
    };
    const { project, diagnostics } = await compileFiles(files);
    expect(diagnostics).toEqual([]);
    const model = modelNamed(project, 'm');
    expect([await run(model.full.sql), await run(model.incremental?.sql ?? '')]).toEqual([[[1], [2]], [[2]]]);
    const [test] = project.tests;
    expect(test?.test.kind === 'singular' ? await run(test.test.text.sql) : undefined).toEqual([[4]]);
  });

  it('may be part of a circle without an endless compile', async () => {
    const files = { 'models/a.sql': `${ephemeral}select * from {{ref "b"}}`, 'models/b.sql': `${ephemeral}select * from {{ref "a"}}` };
    const { project } = await compileFiles(files);
    expect(project.models.map((model) => model.dependsOn.map((entry) => entry.id))).toEqual([['model.shop.b'], ['model.shop.a']]);
  });

  it('may stand at the end of a long chain', async () => {
    const chain = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [
        `models/e${index}.sql`,
        `${ephemeral}select * from {{ref "${index === 0 ? 'numbers' : `e${index - 1}`}"}}`,
      ]),
    );
    const { project } = await compileFiles({ ...base, ...chain, 'models/m.sql': 'select * from {{ref "e299"}}' });
    expect(modelNamed(project, 'm').full.sql.match(/ as \(/g)?.length).toBe(301);
  });
});

describe('a chain of ephemeral models', () => {
  /** `e1` reads nothing, each other the one before it; `last` reads the end. */
  function chain(length: number): Record<string, string> {
    const files: Record<string, string> = { 'models/last.sql': `select n from {{ref "e${length}"}}` };
    for (let index = 1; index <= length; index += 1)
      files[`models/e${index}.sql`] = ephemeral + (index === 1 ? 'select 1 as n' : `select n + 1 as n from {{ref "e${index - 1}"}}`);
    return files;
  }

  it('is a query that works, up to its greatest length', async () => {
    const { full } = await compileModel(chain(longestChain), 'last');
    expect(await run(full.sql)).toEqual([[longestChain]]);
  });

  it('is refused once, where it becomes longer, and holds no text from there on', async () => {
    const tests = { 'tests/t.sql': `select * from {{ref "e${longestChain + 1}"}}`, 'tests/u.sql': 'select * from {{ref "last"}}' };
    const { project, diagnostics } = await compileFiles({ ...chain(3 * longestChain), ...tests });
    expect(diagnostics.map(({ code, node }) => [code, node])).toEqual([
      ['ephemeral-chain-too-long', `model.shop.e${longestChain + 2}`],
      ['ephemeral-chain-too-long', 'test.shop.t'],
    ]);
    expect(project.broken).toContain(`model.shop.e${longestChain + 2}`);
    expect(project.broken).toContain('model.shop.last');
    expect(project.broken).not.toContain(`model.shop.e${longestChain + 1}`);
    expect(modelNamed(project, `e${longestChain + 1}`).full.sql).toContain('with "__');
    expect(modelNamed(project, 'last').full.sql).not.toContain('with ');
  });
});
