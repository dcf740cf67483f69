/** What rules claim about queries, asked of real databases: rows that go, rows that are repeated, fixes that change nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { useProjectEngines } from './engine-project.ts';

/** Conditions that are no simple comparison, one in a line. */
const lonely = `
i.price is null
i.price is not null
i.price is distinct from 4
i.price is not distinct from 4
i.is_new
not i.is_new
i.is_new is true
i.is_new is not true
i.is_new is not false
i.price in (4, 6)
i.price not in (4)
i.label like 'a%'
i.price not in (select 5 where false)
i.price in (select 4)
i.price < all (select 1 where false)
i.price = any (select 4)
i.price between 1 and o.amount
i.price not between 1 and 5
case when i.price > 4 then false else true end
o.amount > 10
exists (select 1 where i.price = 4)
i.label || 'x' = 'ax'
i.price = case when i.is_new then 4 else 6 end
i.id = o.id
`
  .trim()
  .split('\n');

describe.each(useProjectEngines())('tx lint on $name', ({ project }) => {
  const shop = {
    'models/models.yaml':
      'models:\n  - name: orders\n    columns: [{ name: id, tests: [unique] }]\n  - name: items\n    columns: [{ name: item_id, tests: [unique] }]\n',
    'models/orders.sql': '{{config materialized="table"}}select 1 as id, 10 as amount union all select 2, 20 union all select 3, 30',
    'models/items.sql': `{{config materialized="table"}}
select 1 as item_id, 1 as id, 4 as price, true as is_new, 'a' as label union all
select 2, 1, 6, false, null union all
select 3, 2, null, null, 'b'`,
  };

  it('finds left joins that are none', async () => {
    const conditions = [
      'i.price > 3',
      'i.price <> 3',
      '4 = i.price',
      'i.price in (4, 5)',
      'i.price not in (4, 5)',
      'i.price between 1 and 5',
      'i.price is not null',
      "i.label like 'a%'",
      'i.is_new is true',
      'i.price >= -1',
    ];
    const models = conditions.flatMap((condition, at) =>
      ['left join', 'join'].map((join, nth) => [
        `models/${nth === 0 ? 'outer' : 'inner'}_${at}.sql`,
        `select o.id, i.item_id from {{ref "orders"}} as o ${join} {{ref "items"}} as i on i.id = o.id where ${condition}`,
      ]),
    );
    const opened = await project({ ...shop, ...Object.fromEntries(models) });
    const { text } = await opened.tx('lint --rule filtered-left-join');
    for (const [at, condition] of conditions.entries()) expect(text, condition).toContain(`filtered-left-join  models/outer_${at}.sql`);
    expect(text).toContain('10 warnings');
    expect((await opened.tx('run')).exit).toBe(0);
    const rows = async (model: string) => await opened.rows(`select * from main.${model} order by 1, 2`);
    for (const [at, condition] of conditions.entries()) expect(await rows(`outer_${at}`), condition).toEqual(await rows(`inner_${at}`));
  });

  it('is right about conditions made at random', async () => {
    const number = fc.constantFrom('3', '-1', 'o.amount', '(select max(5))');
    const atom = fc.oneof(
      fc
        .tuple(fc.constantFrom('i.price', 'coalesce(i.price, 0)', 'i.price + 1'), fc.constantFrom('=', '<>', '<', '>='), number)
        .map((parts) => parts.join(' ')),
      fc.tuple(number, fc.constantFrom('=', '<'), fc.constant('i.price')).map((parts) => parts.join(' ')),
      fc.constantFrom(...lonely),
    );
    const wrapped = fc.oneof(
      { weight: 4, arbitrary: atom },
      { weight: 1, arbitrary: atom.map((inner) => `(${inner})`) },
      { weight: 1, arbitrary: atom.map((inner) => `not (${inner})`) },
      { weight: 1, arbitrary: atom.map((inner) => `(${inner}) is not true`) },
    );
    const condition = fc
      .tuple(wrapped, fc.array(fc.tuple(fc.constantFrom('and', 'and', 'or'), wrapped), { maxLength: 2 }))
      .map(([first, more]) => [first, ...more.flat()].join(' '));
    const conditions = [...new Set(fc.sample(condition, { numRuns: 80, seed: 20_240_131 }))];
    const query = (join: string, where: string, orders: string, items: string): string =>
      `select o.id, i.item_id from ${orders} as o ${join} ${items} as i on i.id = o.id where ${where}`;
    const models = conditions.map(
      (where, at) => [`models/m_${at}.sql`, query('left join', where, '{{ref "orders"}}', '{{ref "items"}}')] as const,
    );
    const opened = await project({ ...shop, ...Object.fromEntries(models) });
    expect((await opened.tx('run -s orders items')).exit).toBe(0);
    const { text } = await opened.tx('lint --rule filtered-left-join');
    const flagged = [...text.matchAll(/models\/m_(\d+)\.sql/g)].flatMap(([, at]) => conditions[Number(at)] ?? []);
    expect(flagged.length).toBeGreaterThan(10);
    expect(flagged.length).toBeLessThan(conditions.length - 10);
    const kept = flagged.map(
      (where, at) =>
        `select ${at} as number, count(*) as found from (${query('left join', where, 'main.orders', 'main.items')}) as x where item_id is null`,
    );
    expect(await opened.rows(`select number from (${kept.join(' union all ')}) as y where found > 0`)).toEqual([]);
  });

  it('fixes what builds the same afterwards', async () => {
    const opened = await project({
      ...shop,
      'models/totals.sql':
        'select o.id, sum(i.price) as price from main.orders o left join "main"."items" as i on i.id = o.id group by 1 order by 1',
    });
    // Nothing but this says what comes first, as long as relations are written out.
    expect((await opened.tx('run -s orders items')).exit).toBe(0);
    expect((await opened.tx('run -s totals')).exit).toBe(0);
    const before = await opened.rows('select * from main.totals order by 1');
    const { exit, text } = await opened.tx('lint --fix --rule hard-coded-relation idle-order');
    expect({ exit, text }).toMatchObject({ exit: 0 });
    expect(text).toContain('3 fixed');
    expect((await opened.tx('lint --strict --rule hard-coded-relation idle-order')).exit).toBe(0);
    expect((await opened.tx('run --full-refresh')).exit).toBe(0);
    expect(await opened.rows('select * from main.totals order by 1')).toEqual(before);
  });

  it('is right about sums that count twice', async () => {
    const opened = await project({
      ...shop,
      'models/sums.sql': 'select sum(o.amount) as amount from {{ref "orders"}} as o left join {{ref "items"}} as i on i.id = o.id',
    });
    const { text } = await opened.tx('lint --rule fan-out-join');
    // Keys that follow from queries are known on every engine.
    expect(text).toContain('fan-out-join  models/sums.sql');
    expect((await opened.tx('run')).exit).toBe(0);
    expect(await opened.rows('select cast(amount as integer) from main.sums')).toEqual([[70]]);
    expect(await opened.rows('select cast(sum(amount) as integer) from main.orders')).toEqual([[60]]);
  });
});
