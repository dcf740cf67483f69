import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Analyzer } from '../../adapter/analysis.ts';
import { openAnalyzer } from './analysis.ts';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await openAnalyzer();
  return () => analyzer.close();
});

const queries = [
  'select 1',
  'SELECT * FROM nowhere',
  'select 1;',
  'select 1; ; -- end',
  '; select 1',
  'with x as (select 1) select * from x',
  'with recursive r(n) as (select 1 union all select n + 1 from r where n < 3), y as materialized (select 2) from r',
  'with x as (select 1) (select * from x)',
  '(select 1) union all (select 2)',
  'values (1), (2)',
  'from t',
  'table t',
  'unpivot t on a, b',
  `pivot t on y in ('a') using sum(a)`,
  `select * from t pivot (sum(a) for y in ('a'))`,
  `select ';' as a, 'it''s -- ; no' as b, "c;d", $$;$$, $q$;$q$, e'\\';' /* ; */ -- ; x`,
  'select (select 1) as "insert"',
  'with "select" as (select 1) select * from "select"',
];

describe('checkQuery', () => {
  it.each(queries)('accepts %s', async (sql) => {
    expect(await analyzer.checkQuery(sql)).toBe(undefined);
  });
  it.each(['', '  \n', '-- only a comment', '/* x */ ;', ';;'])('finds nothing in %j', async (sql) => {
    expect(await analyzer.checkQuery(sql)).toEqual({ kind: 'empty' });
  });
  it.each(['$1', '$name', '?', '?2'])('finds a parameter, for which there is no value: %s', async (parameter) => {
    const sql = `select '$1 ?' as a, $$?$$ as b, 1 /* ? */ where 1 = ${parameter}`;
    const message = `\`${parameter}\` stands for a parameter, which nobody gives a value`;
    expect(await analyzer.checkQuery(sql)).toEqual({ kind: 'syntax', message, position: sql.lastIndexOf(parameter) });
  });
  it.each(['select 1 /* a /* ? ; */ ? ; $5 */ as x', 'select 1 as 🦆$1', 'select 1 /* /* */ drop table s; */'])(
    'reads comments and names as the engine does: %s',
    async (sql) => {
      expect(await analyzer.checkQuery(sql)).toBe(undefined);
    },
  );
  it('finds the second statement, behind text that only looks like an end', async () => {
    const sql = `select 'é;' as a; -- one;\n drop table s`;
    expect(await analyzer.checkQuery(sql)).toEqual({ kind: 'several-statements', count: 2, position: sql.indexOf('drop') });
  });
  it('refuses a text that would close the parenthesis around it', async () => {
    const sql = 'select 1 as a); drop table s; --';
    expect(await analyzer.checkQuery(sql)).toMatchObject({ kind: 'syntax', position: sql.indexOf(')') });
  });
  it.each([
    ['insert into t values (1)', 'INSERT'],
    ['with x as (select 1) insert into t select * from x', 'INSERT'],
    ['with x as (select 1), y as (select 2) delete from t', 'DELETE'],
    ['create table x as select 1', 'CREATE'],
    ['describe t', 'DESCRIBE'],
    ['show tables', 'SHOW'],
    ['summarize t', 'SUMMARIZE'],
    ['pragma version', 'PRAGMA'],
    ['explain select 1', 'EXPLAIN'],
    ['call pragma_version()', 'CALL'],
    ["copy (select 1) to 'x'", 'COPY'],
    ['begin', 'BEGIN'],
    ['use x', 'USE'],
  ])('names the statement of %s', async (sql, statement) => {
    expect(await analyzer.checkQuery(`-- c\n${sql}`)).toMatchObject({ kind: 'not-a-select', statement });
  });
  it('points at the statement behind its WITH clause', async () => {
    const sql = 'with x as (select 1) insert into t select * from x';
    expect(await analyzer.checkQuery(sql)).toEqual({ kind: 'not-a-select', statement: 'INSERT', position: sql.indexOf('insert') });
  });
  it.each(['pivot t on y using sum(a)', 'with p as (pivot t on y using sum(a)) select * from p', 'select * from (pivot t on y)'])(
    'calls %s dynamic',
    async (sql) => {
      expect(await analyzer.checkQuery(sql)).toEqual({ kind: 'dynamic', feature: 'PIVOT without IN', position: sql.indexOf('pivot') });
    },
  );
  it('gives the position of a syntax error in UTF-16, behind wide characters', async () => {
    const sql = `select 'é😀' as a, from from t`;
    expect(await analyzer.checkQuery(sql)).toEqual({
      kind: 'syntax',
      message: 'syntax error at or near "from"',
      position: sql.lastIndexOf('from'),
    });
  });
  it('refuses NUL, after which the parser would read nothing', async () => {
    expect(await analyzer.checkQuery('select 1 \0; drop table x')).toMatchObject({ kind: 'syntax', position: 9 });
  });
  it('serves two analyzers, one of which is closed', async () => {
    const second = await openAnalyzer();
    await second.close();
    expect(await analyzer.checkQuery('select 1')).toBe(undefined);
  });
});

describe('areQueries', () => {
  it('passes queries together', async () => {
    expect(await analyzer.areQueries?.(queries)).toBe(true);
  });
  it.each([
    ['', 'select 1'],
    ['select 1; select 2', 'select 3'],
    ['insert into t values (1)', 'select 1'],
    ['pivot t on y using sum(a)', 'select 1'],
    ['select 1 from from t', 'select 1'],
    ['select 1 as a); drop table s; --', 'select 1'],
    ['select (1', '+ 2)'],
    ['select (1', 'select 2)'],
    [`select 'a`, `select b'; select '2`],
    [`select 'a`, `select 'b`],
    ['select 1 /* a', 'select */ 2; select 3'],
    ['select 1 /* /* */', 'select 2 */ + 1'],
    ['select $q$ a', 'select b $q$; select $q$ c'],
    ['select "a', 'select b"; drop table s; select "c'],
    ['select 1 \0', 'select 2'],
    [`select 'a\0'`, 'select 2'],
    ['select "a\0"', 'select 2'],
    [`select e'\\'; drop table s; --'`, `select '`],
    ['select 1 /', '* 2; select 3 */'],
    ['select 1 -', '- 2; select 3'],
  ])('does not pass %j beside %j, in either order', async (first, second) => {
    expect(await analyzer.areQueries?.([first, second])).toBe(false);
    expect(await analyzer.areQueries?.([second, first, 'select 1'])).toBe(false);
  });
  it('passes nothing that would not be passed alone', async () => {
    const pieces = [
      'select 1',
      ';',
      ' ',
      "'",
      '"',
      '(',
      ')',
      '/*',
      '*/',
      '--',
      '\n',
      '$$',
      '$1',
      '?',
      'x',
      ',',
      'with a as (select 1)',
      'drop table t',
    ];
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((list) => list.join(' '));
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 3 }), async (texts) => {
        if (await analyzer.areQueries?.(texts)) for (const sql of texts) expect(await analyzer.checkQuery(sql), sql).toBe(undefined);
      }),
      { numRuns: 2000 },
    );
  });
  it('checks a thousand queries in one call', async () => {
    const many = Array.from(
      { length: 1000 },
      (_, n) =>
        `with a as (select id, count(*) as n from t_${n} group by 1) select a.id, a.n from a left join u using (id) where a.n > ${n}`,
    );
    const start = performance.now();
    expect(await analyzer.areQueries?.(many)).toBe(true);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
