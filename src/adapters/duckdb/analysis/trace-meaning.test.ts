import { beforeAll, describe, expect, it } from 'vitest';
import type { Binder, QueryMeaning } from '../../../adapter/analysis.ts';
import { openBinder } from './open-binder.ts';

let binder: Binder;
beforeAll(async () => {
  binder = await openBinder({ projectRoot: '/' });
  const columns = { id: 'INTEGER', a: 'INTEGER', b: 'VARCHAR', f: 'DOUBLE' };
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
    ['id + a', 'a + id'],
    ['a::decimal(10, 2)', 'a::decimal(10, 3)'],
    ['cast(b as integer)', 'try_cast(b as integer)'],
    [`b like 'a!%' escape '!'`, `b like 'a!%' escape '?'`],
    [`regexp_matches(b, 'a', 'i')`, `regexp_matches(b, 'a', 'c')`],
    [`regexp_extract(b, '(a)(b)', 1)`, `regexp_extract(b, '(a)(b)', 2)`],
    [`json_extract(b, '$.a')`, `json_extract(b, '$.b')`],
    [`json_transform(b, '{"a":"INT"}')`, `json_transform(b, '{"b":"INT"}')`],
    [`struct_extract({'x': id, 'y': a}, 'x')`, `struct_extract({'x': id, 'y': a}, 'y')`],
    [`{'x': id}`, `{'y': id}`],
    [`struct_insert({'x': 1}, y := id)`, `struct_insert({'x': 1}, z := id)`],
    [`list_sort([id, a], 'desc')`, `list_sort([id, a], 'asc')`],
    [`list_aggregate([id, a], 'sum')`, `list_aggregate([id, a], 'max')`],
    [`strptime(b, '%Y')`, `strptime(b, '%m')`],
    [`concat_ws(',', b, b)`, `concat_ws(';', b, b)`],
    ['f::float', 'f::real::double'],
    ['a is null', 'a is not null'],
    ['a in (1, 2)', 'a not in (1, 2)'],
    ['a is distinct from 1', 'a is not distinct from 1'],
    ['a between 1 and 2', 'a between 1 and 3'],
    ['case when a = 1 then 1 else 2 end', 'case when a = 1 then 1 else 3 end'],
    ['rank() over (order by a nulls first)', 'rank() over (order by a nulls last)'],
    ['sum(a) over (order by id)', 'sum(a) over (order by id desc)'],
    ['sum(a) over (partition by id)', 'sum(a) over (partition by b)'],
    [`cast(b as enum('x', 'y'))`, `cast(b as enum('x', 'z'))`],
    ['null', '0'],
    ['id + 9007199254740990', 'id + 9007199254740991'],
    ['0.1::double', '0.2::double'],
    ['1.0', '1.00'],
    [`'a'`, `'A'`],
    [`regexp_replace(b, 'a', 'b', 'g')`, `regexp_replace(b, 'a', 'b', 'i')`],
    [`date_trunc('day', timestamp '2020-01-01 10:00:00')`, `date_trunc('month', timestamp '2020-01-01 10:00:00')`],
    [`list_sort([id], 'DESC', 'NULLS FIRST')`, `list_sort([id], 'DESC', 'NULLS LAST')`],
    [`list_zip([id], [a, id], true)`, `list_zip([id], [a, id], false)`],
    ['[id, a][1]', '[id, a][2]'],
    [`map {'x': id}['x']`, `map {'x': id}['y']`],
    ['union_value(k := id)', 'union_value(j := id)'],
    ['least(a, 1)', 'greatest(a, 1)'],
    [`interval '1 day'`, `interval '24 hours'`],
    [`b->'a'`, `b->>'a'`],
  ])('tells %s from %s, over the same rows', async (one, other) => {
    const [first, second] = [await known(`select ${one} as x from s.t`), await known(`select ${other} as x from s.t`)];
    expect(first.columns[0]?.digest).not.toBe(second.columns[0]?.digest);
    expect(first.rows.digest).toBe(second.rows.digest);
  });

  it.each([
    ['count(distinct a)', 'count(a)'],
    ['count(a) filter (where a > 1)', 'count(a) filter (where a > 2)'],
    ['min(a)', 'max(a)'],
    ['sum(a)', 'sum(id)'],
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
    ['from s.t join s.u using (id)', 'from s.t left join s.u using (id)'],
    ['from s.t join s.u on t.a = u.a', 'from s.t join s.u on t.a = u.id'],
    ['from s.t join s.u on t.a = u.a', 'from s.t join s.u on t.a >= u.a'],
    ['from s.t join s.u on t.a = u.a', 'from s.t join s.u on t.a = u.a or t.id = 1'],
    ['from s.t semi join s.u using (id)', 'from s.t anti join s.u using (id)'],
    ['from s.t where a in (select a from s.u)', 'from s.t where a in (select id from s.u)'],
    ['from s.t where a in (select a from s.u)', 'from s.t where a in (select a from s.u where b is null)'],
    ['from s.t where a not in (select a from s.u)', 'from s.t where a in (select a from s.u)'],
    ['from s.t, s.u', 'from s.t'],
    ['from s.t group by b', 'from s.t group by b, a'],
    ['from s.t group by b', 'from s.t group by rollup (b)'],
    ['from s.t group by b', 'from s.t group by b having count(*) > 1'],
    ['from s.t union select 1', 'from s.t union all select 1'],
    ['from s.t except select 1', 'from s.t intersect select 1'],
    ['from s.t except select 1', 'from s.t except all select 1'],
    ['from (values (1), (2)) as v(a)', 'from (values (1), (2), (3)) as v(a)'],
  ])('tells the rows %s from those %s', async (one, other) => {
    const [first, second] = [await known(`select 1 as x ${one}`), await known(`select 1 as x ${other}`)];
    expect(first.rows.digest).not.toBe(second.rows.digest);
  });

  it('is the same however it is written', async () => {
    const queries = [
      'select t.id, a + 1 as x from s.t as t where b is null',
      'with r as (select * from s.t) select id, x from (select id, f, a + 1 as x from r where b is null) as q',
      'from s.t select id, -- a remark\n a+1 as x where b is null order by f',
    ];
    const [first, ...others] = await Promise.all(queries.map(known));
    for (const other of others) expect(other).toEqual(first);
  });

  it('tells two scans of one relation apart', async () => {
    const query = (side: string) => known(`select ${side}.b from s.t as l join s.t as r on l.id = r.a`);
    const [left, right] = [await query('l'), await query('r')];
    expect(left.rows.digest).toBe(right.rows.digest);
    expect(left.columns[0]?.digest).not.toBe(right.columns[0]?.digest);
  });

  it('names all that has a part in a column, and in the choice of rows', async () => {
    const { rows, columns } = await known(
      'select t.id, max(u.f) over (partition by t.b order by t.a) as m from s.t join s.u on t.id = u.a where u.b is null',
    );
    expect(readsOf(rows)).toEqual(['t.id', 'u.a', 'u.b']);
    expect(columns.map(readsOf)).toEqual([['t.id'], ['t.a', 't.b', 't.id', 'u.a', 'u.b', 'u.f']]);
    const grouped = await known('select b, count(*) as n, sum(a) as s from s.t group by b having min(id) > 1');
    expect(readsOf(grouped.rows)).toEqual(['t.b', 't.id']);
    expect(grouped.columns.map(readsOf)).toEqual([['t.b'], [], ['t.a']]);
  });

  it.each([
    'select row_number() over (order by a) as x from s.t',
    'select lead(a) over (order by id) as x from s.t',
    'select first(a) as x from s.t',
    'select any_value(a) as x from s.t group by b',
    'select array_agg(a) as x from s.t group by b',
    `select string_agg(b, ',') as x from s.t`,
    'select sum(f) as x from s.t',
    'select avg(f) over () as x from s.t',
    'select sum(a) over (order by id rows between 1 preceding and current row) as x from s.t',
    'select count(*) over (rows unbounded preceding) as x from s.t',
    'select sum(a) over (partition by id rows between current row and unbounded following) as x from s.t',
    'select row_number() over () as x from s.t',
    'select first_value(a) over () as x from s.t',
    'select list(a) over () as x from s.t',
    // 0.0 and -0.0 count as equal, and so do a month and 30 days.
    'select min(f) as x from s.t',
    'select max([f]) over () as x from s.t',
    'select f as x from s.t group by f',
    'select f::varchar as x from s.t group by f',
    'select distinct f as x from s.t',
    'select distinct {k: [f]} as x from s.t',
    'select f as x from s.t union select f from s.u',
    'select f as x from s.t intersect select f from s.u',
    'select to_days(a) as x from s.t group by to_days(a)',
    'select f as x from s.t union select f from s.u except select f from s.u',
    'select distinct b collate nocase as x from s.t',
    'select rowid as x from s.t',
    'select (select u.a from s.u limit 1) as x from s.t',
  ])('%s: may be another each time', async (sql) => {
    expect((await known(sql)).columns[0]?.steady).toBe(false);
  });

  it.each(['sum(a)', 'min(a)', 'max(b)', 'count(*)', 'avg(a)', `bool_or(b = 'x')`])('%s: is not', async (expression) => {
    expect((await known(`select ${expression} as x from s.t group by b`)).columns[0]?.steady).toBe(true);
  });

  it.each([
    'select count(*) over () as x from s.t',
    'select count(f) over (partition by a) as x from s.t',
    'select sum(a) over (order by id) as x from s.t',
    'select sum(a) over (rows between unbounded preceding and unbounded following) as x from s.t',
    'select sum(a) over (order by id rows between unbounded preceding and unbounded following exclude current row) as x from s.t',
    'select rank() over (order by f) as x from s.t',
    'select b as x from s.t group by b, f',
    'select distinct b as x, f from s.t',
    'select [a] as x from s.t union select [id] from s.u',
    'select f as x from s.t union all select f from s.u',
    'select a as x from s.t except select id from s.u',
    'select a as x from s.t intersect select id from s.u except select a from s.u',
    'select max([b]) over () as x from s.t',
  ])('%s: gives the same whatever the order of rows', async (sql) => {
    const { rows, columns } = await known(sql);
    expect({ rows: rows.steady, column: columns[0]?.steady }).toEqual({ rows: true, column: true });
  });

  it.each([
    'select id from s.t limit 3',
    'select id from (select id, count(*) over (rows unbounded preceding) as n from s.t) where n < 3',
    `select f from s.t group by f having f::varchar = '0.0'`,
    'select id from s.t qualify row_number() over (partition by b order by a) = 1',
    'select id from s.t where a = (select first(u.a) from s.u)',
  ])('%s: neither are its rows', async (sql) => {
    expect((await known(sql)).rows.steady).toBe(false);
  });

  it.each([
    'select list_transform([id], x -> x + 1) as x from s.t',
    'select id + 9007199254740993 as x from s.t',
    'select 1.00000000000000000001 as x from s.t',
    'select range as x from range(9007199254740993, 9007199254740995)',
    'select unnest([id, a]) as x from s.t',
    'select (select max(u.a) from s.u where u.id = t.id) as x from s.t',
    'select distinct on (b) id from s.t order by b, a',
    'with recursive r as (select 1 as i union all select i + 1 from r where i < 3) select i from r',
    'select id from s.t tablesample 10%',
    'select t.id from s.t positional join s.u',
    'select t.id from s.t asof join s.u on t.id >= u.id',
    `select b collate nocase as x from s.t group by b collate nocase`,
  ])('%s: nothing is told rather than too little', async (sql) => {
    expect(await meaningOf(sql)).toBeUndefined();
  });
});
