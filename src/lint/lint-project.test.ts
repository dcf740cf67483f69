/** Each rule finds what it is about and, above all, is silent where somebody could have meant it so. */
import { describe, expect, it } from 'vitest';
import type { LintRule } from '../project/read-lint.ts';
import { lint } from './lint-fixture.ts';

const source = `sources:
  - name: raw
    tables:
      - name: orders
      - name: order
`;

/** Orders have a key that a test declares; items are told apart by their own number. */
const shop = {
  'models/models.yaml': `models:
  - name: orders
    columns: [{ name: order_id, tests: [unique] }]
  - name: items
    columns: [{ name: item_id, tests: [unique] }]
  - name: slots
    tests:
      - unique_combination: { arguments: { columns: [order_id, day] } }
`,
  'models/orders.sql': 'select 1 as order_id, 2 as customer_id, 3 as amount, true as is_sale',
  'models/items.sql': 'select 1 as item_id, 1 as order_id, 2 as price, true as is_current',
  'models/slots.sql': 'select 1 as order_id, 2 as day',
};
const keys = { orders: [], items: [], slots: [] };

/** What one rule says of one query, at the marked text. */
async function ask(
  rule: LintRule,
  sql: string,
  path = 'models/query.sql',
  more: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const found = await lint({ ...shop, 'models/sources.yaml': source, ...more, [path]: sql }, { rules: [rule], keys });
  return found.filter((each) => each.includes(` ${path}: `)).map((each) => each.slice(each.indexOf(': ') + 2));
}

const orders = '{{ref "orders"}} as orders';
const items = '{{ref "items"}} as items';

describe('hard-coded-relation', () => {
  const rule = 'hard-coded-relation';

  it.each([
    ['select 1 from main.orders', 'main.orders'],
    ['select 1 from MAIN."orders" o', 'MAIN."orders"'],
    ['select 1 from raw.orders', 'raw.orders'],
    ['select 1 from warehouse.main.orders', 'warehouse.main.orders'],
    ['select (select max(order_id) from orders) as x', 'orders'],
    ['select 1 from {{ref "items"}} i join main.orders o on o.order_id = i.order_id', 'main.orders'],
  ])('finds %s', async (sql, marked) => {
    expect(await ask(rule, sql)).toEqual([marked]);
  });

  it.each([
    ['a call', 'select 1 from {{ref "orders"}}'],
    ['a common table of the same name', 'with orders as (select 1 as id) select 1 from orders'],
    ['one of an outer query', 'with orders as (select 1 as id) select * from (select 1 from orders) as x'],
    ['a common table in other letters', 'with "Orders" as (select 1 as id) select 1 from orders'],
    ['another database', 'select 1 from w.main.orders'],
    ['another schema', 'select 1 from other.orders'],
    ['a column', 'select orders.order_id from {{ref "orders"}} as orders'],
    ['a text and a comment', "select 'from main.orders' as x -- from main.orders"],
    ['a function', 'select 1 from range(3) as orders'],
    ['what a tag writes', 'select 1 from {{literal 1}}.orders'.replace('{{literal 1}}', '{{target.schema}}')],
  ])('says nothing of %s', async (_, sql) => {
    expect(await ask(rule, sql)).toEqual([]);
  });

  it('says nothing of a name without a schema, of a model that stands in another one than the engine looks in', async () => {
    const more = { 'models/elsewhere.sql': '{{config schema="x"}} select 1 as id' };
    expect(await ask(rule, 'select 1 from elsewhere', 'models/query.sql', more)).toEqual([]);
    expect(await ask(rule, 'select 1 from main_x.elsewhere', 'models/query.sql', more)).toEqual(['main_x.elsewhere']);
  });

  it('says nothing of the model itself, in its increments', async () => {
    const sql = '{{config materialized="incremental" unique_key="id"}} select 1 as id {{#if is_incremental}} from main.query{{/if}}';
    expect(await ask(rule, sql)).toEqual([]);
  });
});

describe('select-star', () => {
  const mart = 'models/marts/mart.sql';

  it.each([
    ['select * from {{ref "orders"}}', '*'],
    ['select orders.*, 1 as one from {{ref "orders"}} as orders', 'orders.*'],
    ['with o as (select * from {{ref "orders"}}) select o.* from o', '*'],
    ['select * from (select * from {{ref "orders"}}) as x', '*'],
    ['select order_id from {{ref "orders"}} union all (select * from {{ref "items"}})', '*'],
  ])('finds %s', async (sql, marked) => {
    expect(await ask('select-star', sql, mart)).toEqual([marked]);
  });

  it.each([
    [
      'a common table that names its columns',
      'with o as (select * from {{ref "orders"}}), final as (select order_id from o) select * from final',
    ],
    ['count(*)', 'select count(*) as n, order_id * 2 as twice from {{ref "orders"}} group by all'],
    ['a star in a condition', 'select 1 as x where exists (select * from {{ref "orders"}})'],
    ['values', 'select * from (values (1), (2)) as t (id)'],
    ['the other side of a join', 'with f as (select 1 as id) select f.* from f join {{ref "orders"}} as o on true'],
  ])('says nothing of %s', async (_, sql) => {
    expect(await ask('select-star', sql, mart)).toEqual([]);
  });

  it('says nothing outside of marts', async () => {
    expect(await ask('select-star', 'select * from {{ref "orders"}}', 'models/staging/stg_o.sql')).toEqual([]);
    const more = { 'project.yaml': 'lint: { marts: [reports] }\n' };
    expect(await ask('select-star', 'select * from {{ref "orders"}}', mart, more)).toEqual([]);
    expect(await ask('select-star', 'select * from {{ref "orders"}}', 'models/reports/r.sql', more)).toEqual(['*']);
  });

  it('sees through an ephemeral model no more than through any other', async () => {
    const more = { 'models/e.sql': '{{config materialized="ephemeral"}} select 1 as id' };
    expect(await ask('select-star', 'select * from {{ref "e"}}', mart, more)).toEqual(['*']);
  });
});

describe('filtered-left-join', () => {
  const query = (where: string): string =>
    `select 1 as x from ${orders} left join ${items} on items.order_id = orders.order_id where ${where}`;

  it.each([
    'items.price > 3',
    'items.price <> 3',
    'items.price in (1, 2)',
    'items.price not between 1 and 2',
    'items.price is not null',
    '3 = items.price',
    '1 + 2 = items.price',
    '-1 <= items.price',
    'orders.amount < items.price',
    'coalesce(orders.amount, 0) <> items.price',
    'items.price = orders.amount',
    'items.is_current is true',
    'items.price >= -1',
  ])('finds %s', async (condition) => {
    expect(await ask('filtered-left-join', query(condition))).toEqual([condition]);
    expect(await ask('filtered-left-join', query(`orders.is_sale and ${condition} and orders.amount between 1 and 2`))).toEqual([
      condition,
    ]);
  });

  it.each([
    'items.item_id is null',
    'items.price > 3 or items.price is null',
    '(items.price > 3 or items.item_id is null)',
    'coalesce(items.price, 0) > 3',
    'items.price is distinct from 3',
    'not (items.price = 3)',
    'orders.amount > 3',
    'case when items.price > 3 then false else true end',
    'orders.amount in (select items.price from {{ref "items"}} as items where items.price > 3)',
    'orders.amount > coalesce(items.price, 0)',
    'items.price + 0 is null',
    'orders.amount is distinct from items.price',
    'not orders.amount = items.price',
    'orders.amount is not null = items.price',
    'orders.amount > 1 + items.price is null',
    'orders.amount is not distinct from - items.price',
    'items.price = 3 is not true',
    'items.price < all (select 1 where false)',
    'items.price not in (select 1 where false)',
    '(items.price = 3) is null',
  ])('says nothing of %s', async (condition) => {
    expect(await ask('filtered-left-join', query(condition))).toEqual([]);
  });

  it('shows a condition that a tag writes in part', async () => {
    expect(await ask('filtered-left-join', query('items.price > {{literal 3}}'))).toEqual(['items.price > {{literal 3}}']);
  });

  it('looks at joins with USING too, but not at the column that both have', async () => {
    const joined = `select 1 as x from ${orders} left join ${items} using (order_id) where`;
    expect(await ask('filtered-left-join', `${joined} 1 = items.price`)).toEqual(['1 = items.price']);
    expect(await ask('filtered-left-join', `${joined} items.order_id > 3`)).toEqual(['items.order_id > 3']);
    expect(await ask('filtered-left-join', `${joined} order_id > 3`)).toEqual([]);
  });

  it('says nothing of an inner join, nor after a full join', async () => {
    expect(await ask('filtered-left-join', query('items.price > 3').replace('left join', 'join'))).toEqual([]);
    expect(await ask('filtered-left-join', query('items.price > 3').replace('left join', 'full join'))).toEqual([]);
  });
});

describe('idle-order', () => {
  it.each([
    ['select 1 as id order by id', 'order by id'],
    ['with a as (select 1 as id) select id from a order by id', 'order by id'],
    ['select 1 as id union all select 2 order by 1', 'order by 1'],
  ])('finds %s', async (sql, marked) => {
    expect(await ask('idle-order', sql)).toEqual([marked]);
  });

  it.each([
    ['a limit', 'select 1 as id order by id limit 1'],
    ['an offset', 'select 1 as id order by id offset 1'],
    ['fetch', 'select 1 as id order by id fetch first 1 rows only'],
    ['distinct on', 'select distinct on (order_id) order_id, amount from {{ref "orders"}} order by order_id, amount'],
    ['a window', 'select row_number() over (order by order_id) as n from {{ref "orders"}}'],
    ['an aggregate', 'select list(order_id order by order_id) as n from {{ref "orders"}}'],
    ['a common table', 'with a as (select 1 as id order by id limit 1) select id from a'],
    ['a text', "select 'order by id' as x"],
  ])('says nothing of %s', async (_, sql) => {
    expect(await ask('idle-order', sql)).toEqual([]);
  });
});

describe('fan-out-join', () => {
  const rule = 'fan-out-join';
  const join = `from ${orders} left join ${items} on items.order_id = orders.order_id`;

  it.each([
    ['a sum from before the join', `select orders.customer_id, sum(orders.amount) as amount ${join} group by 1`],
    ['a sum beside an expression', `select cast(orders.customer_id as varchar) as c, sum(orders.amount) as amount ${join} group by all`],
    ['a mean', `select avg(orders.amount) as amount ${join}`],
    ['a result with the key of the first', `select orders.order_id, items.price ${join}`],
    [
      'a common table that passes on',
      `with i as (select * from {{ref "items"}}) select orders.order_id, i.price from ${orders} join i on orders.order_id = i.order_id`,
    ],
    ['half of a key', `select orders.order_id from ${orders} join {{ref "slots"}} as slots using (order_id)`],
  ])('finds %s', async (_, sql) => {
    expect(await ask(rule, sql)).toHaveLength(1);
  });

  it.each([
    ['the key of the joined relation in the result', `select orders.order_id, items.item_id ${join}`],
    ['all of its columns', `select orders.order_id, items.* ${join}`],
    [
      'a join on the key',
      `select items.item_id, sum(items.price) as p from ${items} join ${orders} on orders.order_id = items.order_id group by 1`,
    ],
    [
      'both columns of a key',
      `select orders.order_id from ${orders} join {{ref "slots"}} as slots on slots.order_id = orders.order_id and slots.day = 1`,
    ],
    ['a sum over the joined relation', `select orders.order_id, sum(items.price) as p ${join} group by 1`],
    [
      'values counted once',
      `select count(distinct orders.order_id) as n, max(orders.amount) as a, sum(distinct orders.amount) as s ${join}`,
    ],
    ['distinct', `select distinct orders.order_id ${join}`],
    ['groups of the joined relation', `select items.price, sum(orders.amount) as a ${join} group by items.price`],
    ["groups by a column that can be anybody's", `select price, sum(orders.amount) as a ${join} group by price`],
    ['a condition that may leave one row', `select orders.order_id, items.price ${join} and items.is_current`],
    ['one in where', `select orders.order_id, items.price ${join} where items.is_current`],
    ['one in where without a relation', `select orders.order_id, items.price ${join} where is_current`],
    ['a range', `select orders.order_id from ${orders} join ${items} on items.order_id = orders.order_id and items.price > orders.amount`],
    ['an or', `select orders.order_id from ${orders} join ${items} on items.order_id = orders.order_id or items.item_id = 1`],
    [
      'rows that are chosen later',
      `select orders.order_id, items.price ${join} qualify row_number() over (partition by orders.order_id) = 1`,
    ],
    [
      'a grouped query',
      `select orders.order_id from ${orders} join (select order_id from {{ref "items"}} group by 1) as i on i.order_id = orders.order_id`,
    ],
    [
      'a common table that leaves rows out',
      `with i as (select * from {{ref "items"}} where is_current) select orders.order_id from ${orders} join i on i.order_id = orders.order_id`,
    ],
    [
      'a window over all rows',
      `select orders.order_id, items.item_id, sum(orders.amount) over (partition by orders.customer_id) as s ${join}`,
    ],
  ])('says nothing of %s', async (_, sql) => {
    expect(await ask(rule, sql)).toEqual([]);
  });

  const sql = `select orders.order_id, items.price ${join}`;
  const files = { ...shop, 'models/query.sql': sql };

  it('finds a history that is joined without a moment, and says nothing with one', async () => {
    const history = {
      'models/h.yaml':
        "snapshots:\n  - name: history\n    relation: ref('orders')\n    config: { unique_key: order_id, strategy: check, check_cols: all }\n",
    };
    const joined = `select orders.order_id from ${orders} join {{ref "history"}} as h on h.order_id = orders.order_id`;
    const found = async (query: string): Promise<readonly string[]> =>
      await lint({ ...shop, ...history, 'models/query.sql': query }, { rules: [rule], keys: { ...keys, history: [] } });
    expect(await found(joined)).toHaveLength(1);
    expect(await found(`${joined} and h.dbt_valid_to is null`)).toEqual([]);
    expect(await found(`${joined} where h.dbt_valid_to is null`)).toEqual([]);
    expect(await found(`${joined} and orders.amount between h.dbt_valid_from and h.dbt_valid_to`)).toEqual([]);
  });

  it('says nothing of what nobody knows the keys of', async () => {
    expect(await lint(files, { rules: [rule], keys: {} })).toEqual([]);
  });

  it('says nothing where the key follows from the query', async () => {
    expect(await lint(files, { rules: [rule], keys: { items: [['order_id']] } })).toEqual([]);
    expect(await lint(files, { rules: [rule], keys: { items: [[]] } })).toEqual([]);
  });

  it('says nothing where a test of the own key tells', async () => {
    const yaml = `${shop['models/models.yaml']}  - name: query\n    columns: [{ name: order_id, tests: [unique] }]\n`;
    expect(await lint({ ...files, 'models/models.yaml': yaml }, { rules: [rule], keys })).toEqual([]);
  });
});

describe('missing-key-test', () => {
  const rules: readonly LintRule[] = ['missing-key-test', 'missing-tests'];
  const yaml = (more: string): string => `models:\n  - name: m\n    columns: [{ name: id, tests: [not_null] }, { name: day }]\n${more}`;
  const files = (more: string, config = ''): Readonly<Record<string, string>> => ({
    'models/m.sql': `${config}select 1 as id, 2 as day`,
    'models/m.yaml': yaml(more),
  });

  it('finds a model with other tests', async () => {
    expect(await lint(files(''), { rules })).toEqual(['missing-key-test models/m.yaml: m']);
    expect(await lint(files('', '{{config materialized="table"}}'), { rules, keys: { m: [] } })).toHaveLength(1);
  });

  it.each([
    ['several columns', '    tests: [unique_combination: { arguments: { columns: [id, day] } }]\n', ''],
    ['a key that increments are matched on', '', '{{config materialized="incremental" unique_key="id"}}'],
    ['a constraint of a table', '    constraints: [{ type: primary_key, columns: [id, day] }]\n', '{{config materialized="table"}}'],
  ])('says nothing of %s', async (_, more, config) => {
    expect(await lint(files(more, config), { rules })).toEqual([]);
  });

  it('says nothing of a key that follows from the query, of single rows, and of ephemeral models', async () => {
    expect(await lint(files(''), { rules, keys: { m: [['id']] } })).toEqual([]);
    expect(await lint(files(''), { rules, keys: { m: [[]] } })).toEqual([]);
    expect(await lint({ 'models/m.sql': '{{config materialized="ephemeral"}}select 1 as id' }, { rules })).toEqual([]);
  });

  it('says nothing of a model that a unit test or a singular test looks at', async () => {
    const unit = 'unit_tests:\n  - name: u\n    model: m\n    given: []\n    expect: { rows: [{ id: 1 }] }\n';
    expect(await lint({ 'models/m.sql': 'select 1 as id', 'models/m.yaml': unit }, { rules })).toEqual([]);
    expect(await lint({ 'models/m.sql': 'select 1 as id', 'tests/t.sql': 'select 1 from {{ref "m"}} where false' }, { rules })).toEqual([]);
  });
});

describe('what nothing uses', () => {
  it('is no model for people, no public one, and none that an exposure names', async () => {
    const files = {
      'models/marts/m.sql': 'select 1 as id',
      'models/other.sql': 'select 1 as id',
      'models/staging/stg_public.sql': '{{config access="public"}} select 1 as id',
      'models/staging/stg_shown.sql': 'select 1 as id',
      'models/staging/stg_asked.sql': 'select 1 as id',
      'models/staging/stg_idle.sql': 'select 1 as id',
      'models/e.sql': '{{config materialized="ephemeral"}} select 1 as id',
      'tests/asked.sql': 'select 1 as id from {{ref "stg_asked"}} where false',
      'models/models.yaml': `models:
  - name: stg_idle
    columns: [{ name: id, tests: [unique] }]
exposures:
  - name: dashboard
    type: dashboard
    owner: { name: x }
    depends_on: [ref('stg_shown')]
`,
    };
    expect(await lint(files, { rules: ['unused-model'] })).toEqual([
      'unused-model models/e.sql: {{config materialized="ephemeral"}} select 1 as id',
      'unused-model models/models.yaml: stg_idle',
    ]);
  });

  it('is no macro that another calls, that a property file names, or that a branch not taken calls', async () => {
    const files = {
      'macros/m.sql':
        ['a', 'b', 'c', 'idle'].map((name) => `{{#macro "${name}"}}1{{/macro}}`).join('\n') + '\n{{#macro "d"}}{{a}}{{/macro}}',
      'models/m.sql': 'select {{d}} as x {{#if false}}{{b}}{{/if}} -- idle, in no tag {{! idle }}',
      'models/m.yaml': 'models:\n  - name: m\n    description: "{{c}} c"\n    meta: { how: c, twice: c }\n',
    };
    expect(await lint(files, { rules: ['unused-macro'] })).toEqual(['unused-macro macros/m.sql: "idle"']);
  });

  it('is no model that a hook reads', async () => {
    const files = {
      'project.yaml': 'on_run_end: "select 1 from {{ref \'stg_a\'}}"\n',
      'models/staging/stg_a.sql': 'select 1 as id',
      'models/staging/stg_b.sql': 'select 1 as id',
      'models/marts/m.sql': 'select 1 as id',
      'models/marts/m.yaml': 'models:\n  - name: m\n    config: { post_hook: "select 1 from {{ref \'stg_b\'}}" }\n',
    };
    expect(await lint(files, { rules: ['unused-model'] })).toEqual([]);
  });

  it('is no variable of a name that is worked out', async () => {
    const vars = 'vars: { a: 1, b: 2 }\n';
    const files = { 'project.yaml': vars, 'models/m.sql': 'select {{var "a"}} as x' };
    expect(await lint(files, { rules: ['unread-variable'] })).toEqual(['unread-variable project.yaml: 2']);
    expect(await lint({ ...files, 'models/m.sql': 'select {{var (concat "a" "")}} as x' }, { rules: ['unread-variable'] })).toEqual([]);
  });
});

describe('layers and names', () => {
  const files = {
    'models/sources.yaml': source,
    'models/marts/m.sql': 'select 1 as x from {{source "raw" "orders"}}',
    'models/marts/n.sql': 'select x from {{ref "m"}}',
    'models/free.sql': 'select x from {{ref "m"}} union all select 1 from {{source "raw" "orders"}}',
  };

  it('let marts read sources where nothing else could', async () => {
    expect(await lint(files, { rules: ['layer-reference'] })).toEqual([]);
    expect(await lint({ ...files, 'models/staging/stg_x.sql': 'select 1 as x' }, { rules: ['layer-reference'] })).toEqual([
      'layer-reference models/marts/m.sql: {{source "raw" "orders"}}',
    ]);
  });

  it('let a layer read itself, and staging its bases', async () => {
    const staging = { 'models/staging/base/base_x.sql': 'select 1 as x', 'models/staging/stg_x.sql': 'select x from {{ref "base_x"}}' };
    expect(await lint(staging, { rules: ['layer-reference', 'model-naming'] })).toEqual([]);
  });
});

describe('silence', () => {
  const rules: readonly LintRule[] = ['missing-tests', 'idle-order', 'idle-ignore'];

  it('holds on the line, on the next one, and at the top for the file', async () => {
    const files = {
      'models/a.sql': '-- tx-ignore: missing-tests\nselect 1 as id\norder by id -- tx-ignore: idle-order\n',
      'models/b.sql': '{{!-- of this file:\n tx-ignore: missing-tests, idle-order --}}\nselect 1 as id order by id\n',
      'models/c.sql': 'select 1 as id -- tx-ignore: missing-tests\n/* tx-ignore: idle-order */\n-- and one more line\norder by id\n',
      'models/d.sql': 'select 1 as id order by id -- tx-ignore: idle-order',
      'models/d.yaml': 'models:\n  - name: d # tx-ignore: missing-tests\n',
    };
    expect(await lint(files, { rules })).toEqual([]);
  });

  it('does not reach further, and is told where it does nothing', async () => {
    const files = {
      'models/a.sql': "select 1 as id, '-- tx-ignore: idle-order' as t\n-- tx-ignore: idle-order\n\norder by id\n",
      'models/a.yaml':
        'models:\n  - name: a\n    description: "text # tx-ignore: missing-tests"\n    # tx-ignore: missing-test\n    columns: [{ name: id, tests: [unique] }]\n',
    };
    expect(await lint(files, { rules })).toEqual([
      'idle-ignore models/a.sql: idle-order',
      'idle-order models/a.sql: order by id',
      'idle-ignore models/a.yaml: missing-test',
    ]);
  });
});

describe('a query that cannot be read', () => {
  it.each(['from {{ref "orders"}} select order_id', 'pivot {{ref "orders"}} on order_id', 'table main.orders'])(
    'is left alone: %s',
    async (sql) => {
      const found = await lint({ ...shop, 'models/marts/query.sql': sql }, { keys });
      expect(found.filter((each) => each.includes('query.sql') && !each.startsWith('missing'))).toEqual([]);
    },
  );
});
