import { beforeAll, describe, expect, it } from 'vitest';
import type { Binder } from '../adapter/analysis.ts';
import { openBinder } from '../adapters/duckdb/analysis/open-binder.ts';
import { findFurtherErrors } from './find-further-errors.ts';

let binder: Binder;
beforeAll(async () => {
  binder = await openBinder({ projectRoot: process.cwd() });
  const relation = { schema: 'shop', name: 'a' };
  await binder.declare([
    {
      relation,
      columns: [
        { name: 'id', type: 'INTEGER' },
        { name: 'name', type: 'VARCHAR' },
        { name: 'placed', type: 'DATE' },
      ],
    },
  ]);
  return () => binder.close();
});

/** What stands in the query from each error on, the first included, in the order of the text. */
async function errorsOf(sql: string): Promise<readonly string[]> {
  const [first] = await binder.bind([{ sql }]);
  if (first?.kind !== 'refused') throw new Error('the query binds');
  const { errors, misfits } = await findFurtherErrors(binder, { sql }, first.error);
  const positions = [first.error, ...errors, ...misfits].map(({ position = 0 }) => position).sort((a, b) => a - b);
  return positions.map((position) => /^(?:"[^"]*"|[^\s,()]*)/.exec(sql.slice(position))?.[0] ?? '');
}

describe('a query with several mistakes', () => {
  it.each([
    ['select id + nme as x, ida from shop.a', ['nme', 'ida']],
    [`select '😀é' as e, nme, "I d", a.zz from shop.a where plcd > 1`, ['nme', '"I d"', 'a.zz', 'plcd']],
    [
      'select upper(nme), count(*) filter (where idd) from shop.a group by id having max(foo) > 1 qualify row_number() over (partition by bar) = 1 order by baz',
      ['nme', 'idd', 'foo', 'bar', 'baz'],
    ],
    // Who reads a column that is missing further in makes no mistake of its own.
    ['with b as (select ida, a.zz from shop.a) select b.ida, ida, zz, nme from b order by ida', ['ida', 'a.zz', 'nme']],
    ['select x.ida + 1 as y, nme from (select ida, id from shop.a) x', ['nme', 'ida']],
    ['select id, nme from shop.a a join shop.a b on true', ['id', 'nme']],
    ['select nme from shop.a union all select idd from shop.a', ['nme', 'idd']],
    ['select nme, id = placed as same from shop.a join shop.a b using (placed)', ['nme', 'id']],
    ['select nme from shop.a join shop.a b on a.id = b.placed', ['nme', 'a.id']],
    // A name that nothing in FROM has is one mistake, however many columns stand behind it.
    ['select nme, b.id, b.name, upper(c.id) from shop.a where idd', ['nme', 'b.id', 'c.id', 'idd']],
    // Where nothing can stand in, the search ends.
    ['select unnest(nme), idd from shop.a', ['nme', 'idd']],
    // What a binder tells of one kind at a time.
    ['select nope(id), nme from shop.a', ['nope', 'nme']],
    ['select nme, id = placed as x, uper(name) as u, id, id from shop.a', ['nme', 'id', 'uper']],
    ['select sum(name) as s from shop.a where name + 1 > 2 and upper(placed, 1) = 3', ['sum', '+', 'upper']],
    ['select id from shop.a where count(*) > 1 and nme = 1 and cast(id as nope) = 1', ['count', 'nme', 'nope']],
    ['select upper(id, lower(nme)), nme from shop.a', ['nme']],
    // A column that is read further out as what it would be makes no mistake there; what has nothing to do with it does.
    ['with b as (select nope(id) as n, name from shop.a) select n + name as m, sum(name), upper(n, 2) from b', ['nope', 'sum']],
    ['with b as (select nope(id) from shop.a) select "nope(id)", idd from b', ['nope']],
    ['with b as (select nope(id) + 1 from shop.a) select "(nope(id) + 1)" from b', ['nope']],
    ['with b (x) as (select nope(id) from shop.a) select sum(name) from (select x as name from b)', ['nope']],
    [
      'with b as (select id as a from shop.a union all select nope(id) from shop.a) select sum(n), sum(name) from (select a + 1 as n, name from b, shop.a)',
      ['nope', 'sum'],
    ],
    ['select nope(id) as k, name, count(*) from shop.a group by nope(id)', ['nope']],
    ['select nope(id) as k, name from shop.a group by all having sum(id) > 1', ['nope']],
  ])('%s', async (sql, expected) => {
    expect(await errorsOf(sql)).toEqual(expected);
  });

  // Names that others read and nobody can foresee, and values that are no longer what they were.
  it.each([
    ['with b as (select upper(nme) from shop.a) select "upper(nme)" as u from b', ['nme']],
    ['with b as (select plcd + 1 from shop.a) select "(plcd + 1)" as u, idd from b, shop.a', ['plcd', 'idd']],
    ["select (plcd + 1)::date as d, date_trunc('day', id) as t from shop.a", ['plcd', 'date_trunc']],
    ['with b as (select plcd as k from shop.a) select k::date as d, id::date as f from b, shop.a', ['plcd', '::date']],
    ["with b as (select plcd as k from shop.a) select date_trunc('day', m) as z from b as d(m)", ['plcd']],
    ["with b as (select plcd as k from shop.a) select date_trunc('day', m) as z from b d(m)", ['plcd']],
    ["with b as (select plcd as k from shop.a), d as (select * rename (k as m) from b) select date_trunc('day', m) as z from d", ['plcd']],
    [
      "with b as (select plcd as k from shop.a), d as (select * replace (k as id) from b, shop.a) select date_trunc('day', id) as z from d",
      ['plcd'],
    ],
    ["with b as (select plcd as k from shop.a), d as (from b select k as m) select date_trunc('day', m) as z from d", ['plcd']],
    ["select cast(nme as decimal(9, 2)) as d, date_trunc('day', id) as t from shop.a", ['nme', 'date_trunc']],
  ])('%s', async (sql, expected) => {
    expect(await errorsOf(sql)).toEqual(expected);
  });

  it('shows no more than twenty', async () => {
    const columns = Array.from({ length: 50 }, (_, at) => `nope_${at}`);
    expect(await errorsOf(`select ${columns.join(', ')} from shop.a`)).toEqual(columns.slice(0, 20));
    const isCut = async (count: number): Promise<boolean> => {
      const sql = `select ${columns.slice(0, count).join(', ')} from shop.a`;
      const [first] = await binder.bind([{ sql }]);
      return first?.kind === 'refused' && (await findFurtherErrors(binder, { sql }, first.error)).isCut;
    };
    expect([await isCut(20), await isCut(21)]).toEqual([false, true]);
  });
});
