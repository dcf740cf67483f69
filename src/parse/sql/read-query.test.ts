/** The shape of queries, and that no text brings its reader down. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Query } from './query.ts';
import { readText, seenQueries } from './read-query.ts';
import type { Range, Tokens } from '../code-tokens.ts';

/** The tokens of a range, with single spaces. */
function show({ list }: Tokens, range: Range | undefined): string | undefined {
  return range === undefined
    ? undefined
    : list
        .slice(range.from, range.to)
        .map(({ text }) => text)
        .join(' ');
}

function shapeOf(sql: string): unknown {
  const text = readText(sql);
  if (text === undefined) return undefined;
  const { tokens } = text;
  const describeQuery = (query: Query): unknown => ({
    ...(query.commonTables.length === 0 ? {} : { with: query.commonTables.map(({ name }) => name) }),
    branches: query.branches.map((branch) => {
      if (branch.kind !== 'select') return branch.kind === 'query' ? describeQuery(branch.query) : 'unread';
      return {
        items: branch.items.map((item) => `${item.star === undefined ? '' : '* '}${show(tokens, item.range)}`),
        from: branch.from.map(
          ({ join, source, alias, on, using }) =>
            `${join} ${source.kind === 'relation' ? source.name.parts.join('.') : source.kind} ${alias ?? '-'}${on === undefined ? '' : ` on ${show(tokens, on)}`}${using === undefined ? '' : ` using ${using.join(' ')}`}`,
        ),
        ...(branch.where === undefined ? {} : { where: show(tokens, branch.where) }),
        ...(branch.groupBy === undefined ? {} : { groupBy: show(tokens, branch.groupBy) }),
      };
    }),
    ...(query.orderBy === undefined ? {} : { orderBy: show(tokens, query.orderBy) }),
    ...(query.hasLimit ? { limit: true } : {}),
  });
  return describeQuery(text.query);
}

describe('the shape of a query', () => {
  it('has clauses, whatever is inside of their brackets', () => {
    expect(
      shapeOf(`with a as materialized (select 1 from x), "B" (c) as (select 2)
select distinct on (q) extract(year from d) as y, a.*, * exclude (w), "B"."C", count(*) filter (where z) -- from nowhere
from "S"."T" t1, lateral (select 1) l left outer join u using (k, "K") natural join v cross join (select 3) as w join f(1) g on true
where a is distinct from b and c in (select d from e where f group by g order by h) group by all having x window win as (order by y)
order by 1, (select 2 limit 3) limit 5`),
    ).toEqual({
      with: ['a', 'b'],
      branches: [
        {
          items: ['extract ( year from d ) as y', '* a . *', '* * exclude ( w )', '"B" . "C"', 'count ( * ) filter ( where z )'],
          from: ['first S.T t1', 'comma unread -', 'left u u using k K', 'other v v', 'cross query w', 'inner unread -'],
          where: 'a is distinct from b and c in ( select d from e where f group by g order by h )',
          groupBy: 'all',
        },
      ],
      orderBy: 'order by 1 , ( select 2 limit 3 )',
      limit: true,
    });
  });

  it('has a branch for each side of a set operation', () => {
    expect(shapeOf('select 1 union all by name (select 2 order by 1) except select * except (a) from t order by 2')).toEqual({
      branches: [
        { items: ['1'], from: [] },
        { branches: [{ items: ['2'], from: [] }], orderBy: 'order by 1' },
        { items: ['* * except ( a )'], from: ['first t t'] },
      ],
      orderBy: 'order by 2',
    });
  });

  it.each([
    '',
    'from t',
    'values (1)',
    'select (1',
    "select 'x",
    'with a as select 1',
    'insert into t select 1',
    ')',
    'with',
    'select 1 /* x',
  ])('is not read in %j, or says nothing', (sql) => {
    const found = readText(sql);
    expect(found === undefined || seenQueries(found.tokens, found.query).length > 0).toBe(true);
  });

  it('is read without an end to any soup of words', () => {
    const word = fc.constantFrom(
      ...'select from where group by order limit union all with as ( ) , . * a b "c" 1 \'x\' join left on using and or between case when end = < is null distinct in not over [ ] ; exists lateral'.split(
        ' ',
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const text = readText(words.join(' '));
        if (text === undefined) return;
        for (const { query } of seenQueries(text.tokens, text.query)) {
          expect(query.range.from).toBeLessThanOrEqual(query.range.to);
          for (const branch of query.branches)
            if (branch.kind === 'select')
              for (const { range } of branch.items) expect(range.from >= branch.range.from && range.to <= branch.range.to).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('is read of thousands of brackets, one in another, in the blink of an eye', () => {
    const deep = (depth: number): string => `${'select * from ('.repeat(depth)}select 1${')'.repeat(depth)}`;
    expect(readText(deep(5000))).toBeUndefined();
    const text = readText(deep(150));
    expect(text === undefined ? 0 : seenQueries(text.tokens, text.query).length).toBe(151);
  });
});
