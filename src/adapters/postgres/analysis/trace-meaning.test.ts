import { beforeAll, describe, expect, it } from 'vitest';
import type { Binder, QueryMeaning } from '../../../adapter/analysis.ts';
import { openTestSession, targetOf, useTestDatabase } from '../open-test-session.ts';
import { openTargetBinder } from '../target-binder.ts';

const database = useTestDatabase();

let binder: Binder;
beforeAll(async () => {
  if (database.url() === '') return;
  binder = await openTargetBinder(targetOf({ url: database.url() }));
  const columns = { id: 'integer', a: 'integer', b: 'text', f: 'double precision', n: 'numeric', m: 'numeric(8,2)', d: 'date' };
  const stub = (name: string) => ({
    relation: { schema: 's', name },
    columns: Object.entries(columns).map(([column, type]) => ({ name: column, type })),
  });
  expect(await binder.declare([stub('t'), stub('u')])).toEqual([]);
  return () => binder.close();
});

async function meaningOf(sql: string): Promise<QueryMeaning | undefined> {
  const [binding] = await binder.bind([{ sql, meaning: true }]);
  if (binding?.kind !== 'bound') throw new Error(`${sql}: ${JSON.stringify(binding)}`);
  return binding.query.meaning;
}

async function known(sql: string): Promise<QueryMeaning> {
  const meaning = await meaningOf(sql);
  if (meaning === undefined) throw new Error(`not followed: ${sql}`);
  return meaning;
}

const readsOf = ({ reads }: QueryMeaning['rows']): readonly string[] =>
  reads.map(({ relation, column }) => `${relation.name}.${column}`).toSorted();

describe('the meaning of a query', () => {
  it.each([
    ['id + 1', 'id + 2'],
    ['id + 0', 'id + 1'],
    ['id + a', 'a + id'],
    ['id - a', 'id + a'],
    ['a::decimal(10, 2)', 'a::decimal(10, 3)'],
    ['b::varchar(3)', 'b::varchar(4)'],
    ['id::bigint', 'id::smallint'],
    [`b like 'a!%' escape '!'`, `b like 'a!%' escape '?'`],
    ['b like $$a$$', 'b ilike $$a$$'],
    [`b collate "C"`, `b collate "POSIX"`],
    [`lower(b collate "C")`, `lower(b collate "POSIX")`],
    [`regexp_replace(b, 'a', 'b', 'g')`, `regexp_replace(b, 'a', 'b', 'i')`],
    [`b::json->'a'`, `b::json->>'a'`],
    [`b::json->'a'`, `b::json->'b'`],
    ['a is null', 'a is not null'],
    ['(a > 1) is true', '(a > 1) is not false'],
    ['a in (1, 2)', 'a not in (1, 2)'],
    ['a = any (array[1, 2])', 'a = all (array[1, 2])'],
    ['a is distinct from 1', 'a is not distinct from 1'],
    ['a between 1 and 2', 'a between 1 and 3'],
    ['a > 1 and id > 1', 'a > 1 or id > 1'],
    ['case when a = 1 then 1 else 2 end', 'case when a = 1 then 1 else 3 end'],
    ['case a when 1 then 1 end', 'case id when 1 then 1 end'],
    ['coalesce(a, id)', 'coalesce(id, a)'],
    ['nullif(a, 1)', 'nullif(a, 2)'],
    ['rank() over (order by a nulls first)', 'rank() over (order by a nulls last)'],
    ['rank() over (order by a)', 'dense_rank() over (order by a)'],
    ['sum(a) over (order by id)', 'sum(a) over (order by id desc)'],
    ['sum(a) over (partition by id)', 'sum(a) over (partition by b)'],
    ['sum(a) over (partition by id)', 'sum(a) over (order by id)'],
    ['sum(a) over (order by id)', 'sum(a) over (order by id groups between 1 preceding and current row)'],
    [
      'sum(a) over (order by id range between 1 preceding and current row)',
      'sum(a) over (order by id range between 2 preceding and current row)',
    ],
    ['sum(a) filter (where id > 1) over ()', 'sum(a) filter (where id > 2) over ()'],
    ['null', '0'],
    ['null::integer', '0'],
    ['false', 'true'],
    [`''`, 'null::text'],
    ['id + 9007199254740992', 'id + 9007199254740993'],
    ['1.00000000000000000001', '1.00000000000000000002'],
    ['0.1::float8', '0.2::float8'],
    ['1.0', '1.00'],
    [`'a'`, `'A'`],
    [`'a'::text`, `'a'::varchar`],
    [`e'a\\\\ b'`, `e'a b'`],
    [`'é'`, `'è'`],
    [`date_trunc('day', d)`, `date_trunc('month', d)`],
    ['array[id, a]', 'array[a, id]'],
    ['(array[id, a])[1]', '(array[id, a])[2]'],
    ['(array[id, a])[1:1]', '(array[id, a])[1:2]'],
    ['row(id, a) = row(1, 2)', 'row(a, id) = row(1, 2)'],
    ['row(id, a) < row(1, 2)', 'row(a, id) < row(1, 2)'],
    ['least(a, 1)', 'greatest(a, 1)'],
    [`interval '1 day'`, `interval '24 hours'`],
    [`extract(day from d)`, `extract(month from d)`],
    ['make_interval(days => id)', 'make_interval(hours => id)'],
    ['(select max(u.a) from s.u)', '(select max(u.id) from s.u)'],
    ['(select max(u.a) from s.u)', '(select max(u.a) from s.u where u.id = 1)'],
    ['exists (select from s.u)', 'exists (select from s.u where a = 1)'],
    ['a in (select u.a from s.u)', 'a in (select u.id from s.u)'],
    ['a > all (select u.a from s.u)', 'a > any (select u.a from s.u)'],
  ])('tells %s from %s, over the same rows', async (one, other) => {
    const [first, second] = [await known(`select ${one} as x from s.t`), await known(`select ${other} as x from s.t`)];
    expect(first.columns[0]?.digest).not.toBe(second.columns[0]?.digest);
    expect(first.rows.digest).toBe(second.rows.digest);
    expect(await known(`select ${one} as x from s.t`)).toEqual(first);
  });

  it.each([
    ['count(distinct a)', 'count(a)'],
    ['count(a) filter (where a > 1)', 'count(a) filter (where a > 2)'],
    ['min(a)', 'max(a)'],
    ['sum(a)', 'sum(id)'],
    [`string_agg(b, ',' order by a)`, `string_agg(b, ',' order by a desc)`],
    [`string_agg(b, ',' order by a)`, `string_agg(b, ',' order by id)`],
    ['percentile_cont(0.5) within group (order by a)', 'percentile_cont(0.4) within group (order by a)'],
    ['percentile_cont(0.5) within group (order by a)', 'percentile_cont(0.5) within group (order by id)'],
  ])('tells %s from %s, over the same groups', async (one, other) => {
    const [first, second] = [
      await known(`select ${one} as x from s.t group by b`),
      await known(`select ${other} as x from s.t group by b`),
    ];
    expect(first.columns[0]?.digest).not.toBe(second.columns[0]?.digest);
    expect(first.rows.digest).toBe(second.rows.digest);
  });

  it.each([
    ['from s.t', 'from s.u'],
    ['from s.t', 'from s.t where a > 1'],
    ['from s.t where a > 1', 'from s.t where a > 2'],
    ['from s.t', 'from s.t limit 1'],
    ['from s.t limit 1', 'from s.t limit 2'],
    ['from s.t join s.u using (id)', 'from s.t left join s.u using (id)'],
    ['from s.t left join s.u using (id)', 'from s.t full join s.u using (id)'],
    ['from s.t join s.u on t.a = u.a', 'from s.t join s.u on t.a = u.id'],
    ['from s.t join s.u on t.a = u.a', 'from s.t join s.u on t.a >= u.a'],
    ['from s.t join s.u on t.a = u.a', 'from s.t join s.u on t.a = u.a or t.id = 1'],
    ['from s.t left join s.u on t.a = u.a and u.id = 1', 'from s.t left join s.u on t.a = u.a where u.id = 1'],
    ['from s.t left join s.u on t.a = u.a', 'from s.u left join s.t on t.a = u.a'],
    ['from s.t where a in (select a from s.u)', 'from s.t where a in (select id from s.u)'],
    ['from s.t where a in (select a from s.u)', 'from s.t where a in (select a from s.u where b is null)'],
    ['from s.t where a not in (select a from s.u)', 'from s.t where a in (select a from s.u)'],
    ['from s.t, s.u', 'from s.t'],
    ['from s.t group by b', 'from s.t group by b, a'],
    ['from s.t group by b', 'from s.t group by rollup (b)'],
    ['from s.t group by rollup (b)', 'from s.t group by cube (b, a)'],
    ['from s.t group by grouping sets ((a), (b))', 'from s.t group by grouping sets ((a, b), ())'],
    ['from s.t group by rollup (id, b), rollup (id)', 'from s.t group by distinct rollup (id, b), rollup (id)'],
    ['from s.t group by b', 'from s.t group by b having count(*) > 1'],
    ['from s.t having count(*) > 1', 'from s.t having count(*) > 2'],
    ['from s.t union select 1', 'from s.t union all select 1'],
    ['from s.t except select 1', 'from s.t intersect select 1'],
    ['from s.t except select 1', 'from s.t except all select 1'],
    ['from (values (1), (2)) as v(a)', 'from (values (1), (2), (3)) as v(a)'],
    ['from generate_series(1, 2)', 'from generate_series(1, 3)'],
    ['from s.t, generate_series(1, t.a)', 'from s.t, generate_series(1, t.id)'],
    ['from unnest(array[1, 2]) with ordinality', 'from unnest(array[1, 2])'],
  ])('tells the rows %s from those %s', async (one, other) => {
    const [first, second] = [await known(`select 1 as x ${one}`), await known(`select 1 as x ${other}`)];
    expect(first.rows.digest).not.toBe(second.rows.digest);
  });

  it('is the same however it is written', async () => {
    const queries = [
      'select t.id, a + 1 as x from s.t as t where b is null',
      'with r as (select * from s.t) select id, x from (select id, f, a + 1 as x from r where b is null) as q',
      'select id, -- a remark\n a+1 as x from s.t where b is null order by f',
    ];
    const first = await known(queries[0] ?? '');
    for (const query of queries) expect(await known(query)).toEqual(first);
  });

  it('tells two scans of one relation apart', async () => {
    const query = (side: string) => known(`select ${side}.b from s.t as l join s.t as r on l.id = r.a`);
    const [left, right] = [await query('l'), await query('r')];
    expect(left.rows.digest).toBe(right.rows.digest);
    expect(left.columns[0]?.digest).not.toBe(right.columns[0]?.digest);
  });

  it.each([
    (side: string) => `select l.id, g from s.t as l, s.t as r, generate_series(1, ${side}.id) as g`,
    (side: string) => `select l.id, g from s.t as l cross join (s.t as r cross join generate_series(1, ${side}.id) as g)`,
    (side: string) => `select l.id, g from s.t as l join s.t as r on l.id = r.a join generate_series(1, ${side}.id) as g on true`,
  ])('tells two scans of one relation apart in what stands beside them in FROM', async (query) => {
    expect((await known(query('l'))).rows.digest).not.toBe((await known(query('r'))).rows.digest);
  });

  it('names all that has a part in a column, and in the choice of rows', async () => {
    const { rows, columns } = await known(
      'select t.id, max(u.a) over (partition by t.b order by t.a) as m from s.t join s.u on t.id = u.a where u.b is null',
    );
    expect(readsOf(rows)).toEqual(['t.id', 'u.a', 'u.b']);
    expect(columns.map(readsOf)).toEqual([['t.id'], ['t.a', 't.b', 't.id', 'u.a', 'u.b']]);
    const grouped = await known('select b, count(*) as n, sum(a) as s from s.t group by b having min(id) > 1');
    expect(readsOf(grouped.rows)).toEqual(['t.b', 't.id']);
    expect(grouped.columns.map(readsOf)).toEqual([['t.b'], [], ['t.a']]);
    const united = await known('select a from s.t union select id from s.u');
    expect(readsOf(united.rows)).toEqual(['t.a', 'u.id']);
  });

  it.each([
    'row_number() over (order by a)',
    'lead(a) over (order by id)',
    'first_value(a) over (order by id)',
    'ntile(3) over (order by id)',
    'array_agg(a)',
    `string_agg(b, ',')`,
    'sum(f)',
    'avg(f)',
    'stddev(a)',
    'min(n)',
    'max(f)',
    'sum(distinct n)',
    'json_agg(a)',
    'sum(a) over (order by id rows between 1 preceding and current row)',
    'count(*) over (rows unbounded preceding)',
    'sum(a) over (partition by id rows between current row and unbounded following)',
    'row_number() over ()',
    'first_value(a) over ()',
    'array_agg(a) over ()',
    'array(select u.a from s.u)',
    '(select u.a from s.u limit 1)',
  ])('%s: may be another each time', async (expression) => {
    expect(
      (await known(`select ${expression} as x from s.t${expression.includes(' over ') ? '' : ' group by b'}`)).columns[0]?.steady,
    ).toBe(false);
  });

  it.each(['sum(a)', 'sum(n)', 'min(m)', 'max(b)', 'min(d)', 'count(*)', 'count(distinct n)', 'avg(a)', `bool_or(b = 'x')`])(
    '%s: is not',
    async (expression) => {
      expect((await known(`select ${expression} as x from s.t group by b`)).columns[0]?.steady).toBe(true);
    },
  );

  it.each([
    'count(*) over ()',
    'sum(a) over (order by id)',
    'sum(a) over (rows between unbounded preceding and unbounded following)',
    'sum(a) over (order by id rows between unbounded preceding and unbounded following exclude current row)',
    'sum(a) over (order by id groups between 1 preceding and current row)',
    'rank() over (order by b)',
  ])('%s: gives the same whatever the order of rows', async (expression) => {
    expect((await known(`select ${expression} as x from s.t`)).columns[0]?.steady).toBe(true);
  });

  it.each([
    ['select n as x from s.t group by n', false],
    ['select n::text as x from s.t group by n', false],
    ['select distinct n as x from s.t', false],
    ['select n as x from s.t union select m from s.u', false],
    ['select n as x from s.t union all select m from s.u', true],
    ['select distinct m as x, b from s.t', true],
    ['select b as x from s.t group by b', true],
    ['select a as x from s.t union select id from s.u', true],
    ['select distinct b collate "unicode" as x from s.t', false],
  ])('%s: of values that count as equal any one is shown (steady: %s)', async (sql, steady) => {
    const { rows, columns } = await known(sql);
    expect({ rows: rows.steady, column: columns[0]?.steady }).toEqual({ rows: true, column: steady });
  });

  it.each([
    'select id from s.t limit 3',
    'select id from (select id, row_number() over (partition by b order by a) as r from s.t) as q where r = 1',
    'select id from s.t where a = (select u.a from s.u limit 1)',
    'select id from s.t offset 1',
    'select id from (select id, count(*) over (rows unbounded preceding) as n from s.t) as q where n < 3',
    `select n from s.t group by n having n::text = '1.0'`,
  ])('%s: neither are its rows', async (sql) => {
    expect((await known(sql)).rows.steady).toBe(false);
  });

  it.each([
    'select unnest(array[id, a]) as x from s.t',
    'select (select max(u.a) from s.u where u.id = t.id) as x from s.t',
    'select distinct on (b) id from s.t order by b, a',
    'with recursive r as (select 1 as i union all select i + 1 from r where i < 3) select i from r',
    'select id from s.t, lateral (select u.a from s.u where u.id = t.id) as l',
    'select l.id, v.x from s.t as l, s.t as r, lateral (values (l.id)) as v(x)',
    'select t from s.t',
    'select current_date as x from s.t',
    'select 1 as x from pg_catalog.pg_class',
    `select 1 as x from xmltable('/r' passing (xml '<r/>') columns v text path '.')`,
  ])('%s: nothing is told rather than too little', async (sql) => {
    expect(await meaningOf(sql)).toBeUndefined();
  });

  it('of functions, operators and aggregates that somebody made nothing is told: they may become others', async () => {
    const session = await openTestSession({ url: database.url() });
    const connection = await session.connect();
    for (const sql of [
      'create function public.twice(integer) returns integer language sql immutable return $1 * 2',
      'create operator public.@@@ (function = public.twice, rightarg = integer)',
      'create aggregate public.total(integer) (sfunc = int4pl, stype = integer)',
    ])
      await connection.run({ sql });
    for (const expression of ['public.twice(a)', 'operator(public.@@@) a', 'public.total(a)', 'public.total(a) over ()'])
      expect(await meaningOf(`select ${expression} as x from s.t`), expression).toBeUndefined();
    expect(await meaningOf('select x from public.twice(3) as f(x)')).toBeUndefined();
  });

  it('is not told where nobody asks', async () => {
    const [binding] = await binder.bind([{ sql: 'select id from s.t' }]);
    expect(binding).not.toHaveProperty('query.meaning');
  });
});
