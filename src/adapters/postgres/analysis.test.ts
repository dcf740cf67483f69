import { beforeAll, describe, expect, it } from 'vitest';
import type { Analyzer } from '../../adapter/analysis.ts';
import { openAnalyzer } from './analysis.ts';
import { failureOf, openTestConnection, useTestDatabase } from './open-test-session.ts';

const database = useTestDatabase();

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await openAnalyzer();
});

describe('checkQuery', () => {
  it.each([
    'select 1',
    'SELECT * FROM nowhere',
    'select 1;',
    'select 1; ; -- end',
    '; select 1',
    'with x as (select 1) select * from x',
    'with recursive r(n) as (select 1 union all select n + 1 from r where n < 3), y as materialized (select 2) select * from r',
    'with x as (select 1) (select * from x)',
    '(select 1) union all (select 2)',
    'values (1), (2)',
    'table t',
    `select ';' as a, 'it''s -- ; no' as b, "c;d", $$;$$, $q$;$q$, e'\\';' /* ; /* nested ; */ ; */ -- ; x`,
    'select (select 1) as "insert"',
    'with "select" as (select 1) select * from "select"',
    'select * from t for update',
    "select a[1:2], b @> c, d::int, e at time zone 'UTC', f -> 'x' from t tablesample system (5)",
    `select '$1', "$2", $$ $3 $$ -- $4`,
    'select count(*) filter (where a), grouping(b) from t group by rollup (b)',
    'select x from t where merge and update',
  ])('accepts %s', async (sql) => {
    expect(await analyzer.checkQuery(sql)).toBe(undefined);
  });
  it.each(['', '  \n', '-- only a comment', '/* x */ ;', ';;'])('finds nothing in %j', async (sql) => {
    expect(await analyzer.checkQuery(sql)).toEqual({ kind: 'empty' });
  });
  it('finds the second statement, behind text that only looks like an end', async () => {
    const sql = `select 'é;' as a; -- one;\n /* 表 */ drop table s; select 3`;
    expect(await analyzer.checkQuery(sql)).toEqual({ kind: 'several-statements', count: 3, position: sql.indexOf('drop') });
  });
  it('refuses a text that would close the parenthesis around it', async () => {
    const sql = 'select 1 as a); drop table s; --';
    expect(await analyzer.checkQuery(sql)).toMatchObject({ kind: 'syntax', position: sql.indexOf(')') });
  });
  it.each([
    ['insert into t values (1)', 'INSERT'],
    ['create table x as select 1', 'CREATE'],
    ['explain select 1', 'EXPLAIN'],
    ['call p()', 'CALL'],
    ["copy (select 1) to 'x'", 'COPY'],
    ['begin', 'BEGIN'],
    ['set x = 1', 'SET'],
    ['show x', 'SHOW'],
    ['do $$ begin end $$', 'DO'],
    ['execute p', 'EXECUTE'],
    ['declare c cursor for select 1', 'DECLARE'],
    ['merge into t using s on true when matched then delete', 'MERGE'],
  ])('names the statement of %s', async (sql, statement) => {
    expect(await analyzer.checkQuery(`-- é\n${sql}`)).toEqual({ kind: 'not-a-select', statement, position: 5 });
  });
  it('points at the statement behind its WITH clause', async () => {
    const sql = `with x as (select 'insert é' as insert) insert into t select * from x`;
    expect(await analyzer.checkQuery(sql)).toEqual({ kind: 'not-a-select', statement: 'INSERT', position: sql.lastIndexOf('insert') });
  });
  it('sees statements that change rows inside a query, and tables made by it', async () => {
    const cte = `select 1 from (with d as (delete from t returning *) select * from d) as x`;
    expect(await analyzer.checkQuery(cte)).toEqual({ kind: 'not-a-select', statement: 'DELETE', position: cte.indexOf('delete') });
    const into = 'select 1 as a into x union select 2';
    expect(await analyzer.checkQuery(into)).toEqual({ kind: 'not-a-select', statement: 'SELECT INTO', position: into.indexOf('into') });
  });
  it('refuses parameters, which nobody fills', async () => {
    const sql = `select 'é', $1`;
    expect(await analyzer.checkQuery(sql)).toEqual({ kind: 'syntax', message: 'there is no parameter $1', position: sql.indexOf('$') });
  });
  it('gives the position of a syntax error in UTF-16, behind wide characters', async () => {
    const sql = `select 'é😀' as a, from from t`;
    expect(await analyzer.checkQuery(sql)).toEqual({
      kind: 'syntax',
      message: 'syntax error at or near "from"',
      position: sql.indexOf('from'),
    });
    expect(await analyzer.checkQuery(`select '表`)).toMatchObject({ kind: 'syntax', position: 7 });
  });
  it('says what the server says of the same text', async () => {
    const connection = await openTestConnection(database);
    for (const sql of [
      `select 'é😀' as a, from from t`,
      `select 'x`,
      'selec 1',
      'select 1 +',
      `select "😀`,
      'select 1 /* x',
      `select e'\\ud800'`,
    ]) {
      const details = await failureOf(connection.query({ sql }));
      const { message, position } = details;
      expect(await analyzer.checkQuery(sql)).toEqual({ kind: 'syntax', message, ...(position === undefined ? {} : { position }) });
    }
  });
  it('refuses NUL, after which the parser would read nothing', async () => {
    expect(await analyzer.checkQuery('select 1 \0; drop table x')).toMatchObject({ kind: 'syntax', position: 9 });
  });
  it('checks a thousand queries at once in little time', async () => {
    const queries = Array.from(
      { length: 1000 },
      (_, n) =>
        `with a as (select id, count(*) as n from t_${n} group by 1) select a.id, a.n from a left join u using (id) where a.n > ${n}`,
    );
    const before = process.cpuUsage();
    const problems = await Promise.all(queries.map((sql) => analyzer.checkQuery(sql)));
    const { user, system } = process.cpuUsage(before);
    expect(problems.every((problem) => problem === undefined)).toBe(true);
    expect((user + system) / 1000).toBeLessThan(2000);
  });
  it('goes on after an analyzer is closed', async () => {
    const second = await openAnalyzer();
    await second.close();
    expect(await analyzer.checkQuery('select 1')).toBe(undefined);
  });
});
