/** Unit tests that `tx generate unit-test` writes pass at once, hold rows that take every branch, and show no personal values. */
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../src/project/yaml/parse-yaml.ts';
import { toYamlValue } from '../../src/project/yaml/yaml-node.ts';
import { useFirstEngine } from './engine-project.ts';

type Row = Readonly<Record<string, unknown>>;

interface Test {
  readonly name: string;
  readonly overrides?: { readonly macros?: Row; readonly run_started_at?: string; readonly interval?: { start: string; end: string } };
  readonly given?: readonly { readonly input: string; readonly rows: readonly Row[] }[];
  readonly expect: { readonly rows: readonly Row[] };
}

/** The tests of a file; numbers as numbers. */
function testsIn(text: string): readonly Test[] {
  const { value, diagnostics } = parseYaml({ path: 'u.yaml', text });
  expect(diagnostics).toEqual([]);
  const plain = JSON.parse(
    JSON.stringify(value === undefined ? {} : toYamlValue(value), (_, inner: unknown) =>
      typeof inner === 'object' && inner !== null && 'yamlNumber' in inner ? inner.yamlNumber : inner,
    ),
  ) as { readonly unit_tests: readonly Test[] }; // The file was written by the command: its shape is what is tested.
  return plain.unit_tests;
}

function rowsOf(test: Test | undefined, input: string): readonly Row[] {
  return test?.given?.find((each) => each.input === input)?.rows ?? [];
}

const sources = `sources:
  - name: raw
    schema: raw
    tables: [{ name: orders }, { name: payments }, { name: customers, columns: [{ name: email, pii: email }] }]
`;

const raw = [
  'create schema raw',
  'create table raw.orders (id integer, customer integer, status varchar(20), placed_at timestamp, note varchar(50), amount numeric(12, 2))',
  'create table raw.payments (order_id integer, method varchar(20), cents bigint)',
  'create table raw.customers (id integer, email varchar(60), country varchar(2), "Loyalty Tier" varchar(10))',
  `insert into raw.orders select n, n % 97, case when n = 777 then 'odd''s "end"' when n % 3 = 0 then 'paid' when n % 500 = 1 then 'cancelled' else 'open' end,
    timestamp '2024-01-01 00:00:00' + n * interval '1 hour', null, n * 1.25 from generate_series(1, 2000) as s(n)`,
  `insert into raw.payments select n, case when n % 2 = 0 then 'card' else 'cash' end, n * 125 from generate_series(1, 2000) as s(n) where n % 3 = 0 and n <> 9`,
  `insert into raw.payments select 12, 'card', 5`,
  `insert into raw.customers select n, 'who' || n || '@shop.test', case when n % 5 = 0 then null else 'DE' end, 'gold' from generate_series(0, 96) as s(n)`,
];

const orders = `with orders as (select * from {{source "raw" "orders"}}),
paid as (
    select order_id, sum(cents) as cents, count(*) as payments
    from {{source "raw" "payments"}}
    group by order_id
)
select
    o.id,
    c.email,
    coalesce(c.country, 'none') as country,
    case when o.status = 'paid' then 1 when o.status = 'odd''s "end"' then 2 else 0 end as state,
    case when p.payments > 1 then 'several' else 'one' end as payments,
    p.cents
from orders as o
join {{source "raw" "customers"}} as c on c.id = o.customer
left join paid as p on p.order_id = o.id
where o.status <> 'cancelled'
`;

describe.each(useFirstEngine())('tx generate unit-test on $name', ({ project }) => {
  it('takes every branch and join with few rows, and few columns', async () => {
    const shop = await project({ 'models/sources.yaml': sources, 'models/fct.sql': orders });
    await shop.run(...raw);
    const shown = await shop.tx('generate unit-test fct --diff');
    expect(shown.exit, shown.text).toBe(0);
    expect(() => shop.read('models/unit_fct.yaml')).toThrow();
    const { exit, text } = await shop.tx('generate unit-test fct');
    expect(exit, text).toBe(0);
    const written = shop.read('models/unit_fct.yaml');
    for (const line of ['+++ models/unit_fct.yaml', '+  - name: fct_from_sampled_rows', "+      - input: \"source('raw', 'orders')\""])
      expect(shown.text).toContain(line);
    const [test, ...others] = testsIn(written);
    expect(others).toEqual([]);
    const given = rowsOf(test, "source('raw', 'orders')");
    const partners = rowsOf(test, "source('raw', 'customers')");
    const payments = rowsOf(test, "source('raw', 'payments')");
    // Every status that the query tells apart, by rows that really stand there.
    expect(new Set(given.map(({ status }) => status))).toEqual(new Set(['paid', 'cancelled', 'open', 'odd\'s "end"']));
    expect(given.length + partners.length + payments.length, written).toBeLessThan(20);
    const used = new Set(given.flatMap((row) => Object.keys(row)));
    expect(used).toEqual(new Set(['id', 'customer', 'status']));
    for (const row of given) {
      const found = await shop.rows(
        `select count(*) from raw.orders where id = ${String(row['id'])} and customer = ${String(row['customer'])}`,
      );
      expect(Number(found[0]?.[0]), written).toBe(1);
    }
    // Both sides of the joins, of the missing value, and a group of several rows.
    const paid = payments.map((row) => row['order_id']);
    expect(given.some(({ id }) => paid.includes(id))).toBe(true);
    expect(given.some(({ id, status }) => status !== 'cancelled' && !paid.includes(id))).toBe(true);
    expect(new Set(paid).size).toBeLessThan(paid.length);
    expect(partners.some(({ country }) => country === undefined)).toBe(true);
    expect(partners.some(({ country }) => country === 'DE')).toBe(true);
    expect(given.some((row) => !partners.some(({ id }) => id === row['customer']))).toBe(true);
    expect(written).toMatch(/they take (\d+) of \1 branches/);
    const ran = await shop.tx('test -s test_type:unit');
    expect(ran.exit, `${ran.text}\n${written}`).toBe(0);
    expect(ran.text).toContain('1 ok');
    // Once more, from the cache.
    expect((await shop.tx('test -s test_type:unit')).exit).toBe(0);
    // It tells a wrong query from a right one.
    shop.write({ 'models/fct.sql': orders.replace("'paid' then 1", "'paid' then 3") });
    expect((await shop.tx('test -s test_type:unit')).exit).toBe(1);
  });

  it('gives the same file of the same data, however many threads look for it', async () => {
    const grouped = `with paid as (select order_id, sum(cents) as cents from {{source "raw" "payments"}} group by order_id)
select o.customer, count(*) as orders, sum(p.cents) as cents, max(case when o.status = 'odd''s "end"' then 1 when o.amount > 3 then 2 end) as kind
from {{source "raw" "orders"}} as o left join paid as p on p.order_id = o.id join {{source "raw" "customers"}} as c on c.id = o.customer
where o.note is null group by o.customer having count(*) > 1`;
    const shop = await project({ 'models/sources.yaml': sources, 'models/grouped.sql': grouped });
    await shop.run(
      ...raw,
      // More than a thread reads at once, in an order that is none.
      `insert into raw.orders select 2001 + (n * 7) % 200000, n % 97, 'open', timestamp '2024-01-01 00:00:00', null, n % 7 from generate_series(0, 199999) as s(n)`,
      `insert into raw.payments select id, 'cash', id % 11 from raw.orders where id % 2 = 0`,
    );
    const written: string[] = [];
    for (const threads of [4, 1]) {
      shop.write({ 'project.yaml': shop.read('project.yaml').replace(/"threads": ?\d+/, `"threads":${threads}`) });
      const { exit, text } = await shop.tx('generate unit-test grouped');
      expect(exit, text).toBe(0);
      written.push(shop.read('models/unit_grouped.yaml'));
      shop.remove('models/unit_grouped.yaml');
    }
    expect(new Set(written).size, written.join('\n')).toBe(1);
    // What one of many rows has is found all the same.
    expect(written[0]).toContain('status: "odd\'s \\"end\\""');
  });

  it('replaces nothing that is there', async () => {
    const shop = await project({
      'models/sources.yaml': sources,
      'models/fct.sql': orders,
      'models/unit_fct.yaml': '# mine\nversion: 2\n',
    });
    await shop.run(...raw);
    const { exit, text } = await shop.tx('generate unit-test fct');
    expect(exit).toBe(2);
    expect(text).toContain('generate-file-exists');
    expect(shop.read('models/unit_fct.yaml')).toBe('# mine\nversion: 2\n');
  });

  it('makes personal values up, and rows that are joined by them still are', async () => {
    const shop = await project({
      'models/sources.yaml': sources,
      'models/mails.sql': `select o.note as mail, c.email, c.id, count(*) as orders from {{source "raw" "customers"}} as c join {{source "raw" "orders"}} as o on o.note = c.email group by 1, 2, 3`,
    });
    await shop.run(...raw, `update raw.orders set note = 'who' || customer || '@shop.test' where id < 50`);
    const { exit, text } = await shop.tx('generate unit-test mails');
    expect(exit, text).toBe(0);
    const written = shop.read('models/unit_mails.yaml');
    expect(written).not.toMatch(/who\d|shop\.test/);
    expect(written).toMatch(/person_\d+@example\.com/);
    const [test] = testsIn(written);
    expect(test?.expect.rows.length, written).toBeGreaterThan(0);
    for (const row of test?.expect.rows ?? []) expect(row['mail']).toBe(row['email']);
    const ran = await shop.tx('test -s test_type:unit');
    expect(ran.exit, ran.text + written).toBe(0);
  });

  it('follows personal values through models, and says which branches made-up values no longer take', async () => {
    const shop = await project({
      'models/sources.yaml': sources,
      'models/stg.sql': `{{config materialized="table"}}select id, lower(email) as mail, country, email is not null as known, length(email) as letters from {{source "raw" "customers"}}`,
      'models/hand.sql': `{{config materialized="ephemeral"}}select id, mail as address, country, known, letters from {{ref "stg"}}`,
      'models/stg.yaml': 'models: [{ name: stg, columns: [{ name: country, pii: true }, { name: letters, pii: false }] }]',
      'models/top.sql': `select id, coalesce(address, 'nobody') as contact, known, letters,
  case when address like '%shop.test' then 'ours' else 'other' end as kind, case when country = 'DE' then 1 else 2 end as home
from {{ref "hand"}} where address <> 'who3@shop.test'`,
    });
    await shop.run(...raw, `insert into raw.customers values (500, 'Zoe@else.test', 'FR', 'gold')`);
    expect((await shop.tx('run -s stg')).exit).toBe(0);
    const { exit, text } = await shop.tx('generate unit-test top');
    expect(exit, text).toBe(0);
    const written = shop.read('models/unit_top.yaml');
    // What the query names itself stays, so that it is still left out by name.
    expect(written.replaceAll('who3@shop.test', ''), written).not.toMatch(/who\d|shop\.test"|zoe/i);
    const given = rowsOf(testsIn(written)[0], "ref('hand')");
    expect(new Set(given.map(({ country }) => country))).toContain('DE');
    expect(given.some(({ address }) => address === 'who3@shop.test')).toBe(true);
    expect(written).not.toMatch(/known: null/);
    expect(
      given.every(({ known, letters }) => known === true && Number(letters) >= 12),
      written,
    ).toBe(true);
    expect(written).toMatch(/Values are made up in ref\('hand'\): address, ref\('hand'\): country/);
    expect(written).toMatch(/With made-up values no row is any more\n[^-]*like '%shop\.test'/);
    expect(written.split('With made-up')[0]).not.toContain("like '%shop.test'");
    const ran = await shop.tx('test -s test_type:unit');
    expect(ran.exit, ran.text + written).toBe(0);
  });

  it('makes up what aggregates take of personal values, and what comes of a query that cannot be followed', async () => {
    const shop = await project({
      'models/sources.yaml': `sources:
  - { name: raw, schema: raw, tables: [{ name: staff, columns: [{ name: Ssn, pii: true }, { name: born, pii: true }, { name: email, pii: email }] }] }
`,
      'models/per_team.sql': `{{config materialized="table"}}select team, max(ssn) as one, sum(ssn) as total, min(born) as eldest,
  max(email) as mail, (select max(ssn) from {{source "raw" "staff"}}) as top, count(ssn) as people, max(email) is null as is_silent
from {{source "raw" "staff"}} group by team`,
      // Nothing vouches for the columns of a name that the project does not make.
      'models/odd.sql': `{{config materialized="table"}}select o.team, o.email from raw.other as o where o.team in (select team from {{source "raw" "staff"}})`,
      'models/odd.yaml': `models: [{ name: odd, columns: [{ name: team, data_type: integer }, { name: email, data_type: varchar }] }]`,
      'models/odd_report.sql': `select team, email from {{ref "odd"}} where team > 0`,
      'models/report.sql': `select team, one, total, eldest, mail, top, people, is_silent from {{ref "per_team"}} where people > 1`,
    });
    await shop.run(
      'create schema raw',
      'create table raw.staff (team integer, ssn bigint, born date, email varchar(40))',
      `insert into raw.staff select n % 3, 777000000 + n, date '1961-02-03', 'who' || n || '@shop.test' from generate_series(1, 12) as s(n)`,
    );
    await shop.run('create table raw.other as select team, email from raw.staff');
    expect((await shop.tx('run -s per_team odd')).exit).toBe(0);
    expect((await shop.tx('generate unit-test odd_report')).exit).toBe(0);
    expect(shop.read('models/unit_odd_report.yaml')).toMatch(/person_\d/);
    expect(shop.read('models/unit_odd_report.yaml')).not.toMatch(/who\d|shop\.test/);
    const { exit, text } = await shop.tx('generate unit-test report');
    expect(exit, text).toBe(0);
    const written = shop.read('models/unit_report.yaml');
    expect(written).not.toMatch(/7770000|1554|2331|3108|1961|who\d|shop\.test/);
    // Four rows of each team, as they are.
    expect(written).toMatch(/people: 4, is_silent: false/);
    const ran = await shop.tx('test -s test_type:unit');
    expect(ran.exit, ran.text + written).toBe(0);
  });

  it('makes one value up for each in both tests of an incremental model', async () => {
    const shop = await project({
      'models/sources.yaml': sources,
      'models/people.sql': `{{config materialized="incremental" unique_key="email"}}
select email, max(id) as id from {{source "raw" "customers"}}
{{#if is_incremental}}where email not in (select email from {{this}}){{/if}} group by email`,
    });
    await shop.run(...raw);
    const { exit, text } = await shop.tx('generate unit-test people');
    expect(exit, text).toBe(0);
    const written = shop.read('models/unit_people.yaml');
    expect(written).not.toMatch(/who\d|shop\.test/);
    const [, later] = testsIn(written);
    const standing = rowsOf(later, 'this').map(({ email }) => email);
    const coming = rowsOf(later, "source('raw', 'customers')").map(({ email }) => email);
    expect(standing.length, written).toBeGreaterThan(0);
    expect(coming.filter((email) => standing.includes(email)).length, written).toBeGreaterThan(0);
    expect(later?.expect.rows.length).toBeGreaterThan(0);
    const ran = await shop.tx('test -s test_type:unit');
    expect(ran.exit, ran.text + written).toBe(0);
  });

  it('tests both texts of an incremental model', async () => {
    const shop = await project({
      'models/sources.yaml': sources,
      'models/inc.sql': `{{config materialized="incremental" unique_key="id"}}
select id, placed_at, status from {{source "raw" "orders"}}
{{#if is_incremental}}where placed_at > (select max(placed_at) from {{this}}){{/if}}`,
      'models/same.sql': `{{config materialized="incremental" unique_key="id"}}select id from {{source "raw" "orders"}}`,
    });
    await shop.run(...raw);
    // Nothing has to be built for that.
    const { exit, text } = await shop.tx('generate unit-test inc');
    expect(exit, text).toBe(0);
    const written = shop.read('models/unit_inc.yaml');
    const [full, later] = testsIn(written);
    expect(full?.overrides).toBeUndefined();
    expect(later?.overrides?.macros).toEqual({ is_incremental: true });
    expect(Object.keys(rowsOf(later, 'this')[0] ?? {}), written).toEqual(['placed_at']);
    // Some rows are newer than what stands, and some are not.
    expect(later?.expect.rows.length).toBeGreaterThan(0);
    expect(later?.expect.rows.length).toBeLessThan(rowsOf(later, "source('raw', 'orders')").length);
    expect((await shop.tx('generate unit-test same')).exit).toBe(0);
    expect(testsIn(shop.read('models/unit_same.yaml'))).toHaveLength(1);
    const ran = await shop.tx('test -s test_type:unit');
    expect(ran.exit, ran.text + written).toBe(0);
    expect(ran.text).toContain('3 ok');
  });

  it('tells the partitions of windows apart, and their order', async () => {
    const query = (partition: string, order: string, rank: string): string =>
      `with ranked as (select id, customer, row_number() over (partition by ${partition} order by ${order}) as place from {{source "raw" "orders"}}),
paid as (select order_id, sum(cents) as cents, rank() over (order by ${rank}) as rank from {{source "raw" "payments"}} group by order_id)
select r.id, r.customer, p.rank from ranked as r left join paid as p on p.order_id = r.id where r.place = 1`;
    const right = query('customer', 'placed_at desc', 'sum(cents) desc');
    const shop = await project({ 'models/sources.yaml': sources, 'models/latest.sql': right });
    await shop.run(...raw);
    const { exit, text } = await shop.tx('generate unit-test latest');
    expect(exit, text).toBe(0);
    const written = shop.read('models/unit_latest.yaml');
    expect(written).toMatch(/they take (\d+) of \1 branches/);
    expect((await shop.tx('test -s test_type:unit')).exit, written).toBe(0);
    // Each mistake in a window is found.
    for (const wrong of [query('1', 'placed_at desc', 'sum(cents) desc'), query('customer', 'placed_at', 'sum(cents) desc')]) {
      shop.write({ 'models/latest.sql': wrong });
      expect((await shop.tx('test -s test_type:unit')).exit, `${wrong}\n${written}`).toBe(1);
    }
  });

  it('sets times of the run and intervals', async () => {
    const shop = await project({
      'models/sources.yaml': sources,
      'models/days.sql': `{{config materialized="incremental" incremental_strategy="time_interval" time_column="placed_at" batch_size="day" begin="2024-01-01"}}
select id, placed_at, {{run.started_at}} as loaded_at from {{source "raw" "orders"}}
where placed_at >= {{interval.start}} and placed_at < {{interval.end}}`,
    });
    await shop.run(...raw);
    const { exit, text } = await shop.tx('generate unit-test days');
    expect(exit, text).toBe(0);
    const written = shop.read('models/unit_days.yaml');
    const [test] = testsIn(written);
    expect(test?.overrides?.interval?.start).toMatch(/^2024-\d\d-\d\dT00:00:00Z$/);
    expect(test?.overrides?.run_started_at).toMatch(/^\d{4}-\d\d-\d\dT00:00:00Z$/);
    const ran = await shop.tx('test -s test_type:unit');
    expect(ran.exit, ran.text + written).toBe(0);
  });

  it('leaves out what is not the same each time, and warns of what may change another day', async () => {
    const shop = await project({
      'models/sources.yaml': sources,
      'models/odd.sql': `select id, random() as chance, {{run.id}} as run, row_number() over (order by 1) as place from {{source "raw" "orders"}}`,
      'models/dated.sql': `select id, current_date as today from {{source "raw" "orders"}}`,
      'models/chance.sql': `select random() as chance from {{source "raw" "orders"}}`,
    });
    await shop.run(...raw);
    const { exit, text } = await shop.tx('generate unit-test odd');
    expect(exit, text).toBe(0);
    expect(text).toContain('generate-unsteady');
    const written = shop.read('models/unit_odd.yaml');
    expect(written).toContain('not the same each time: chance, run');
    expect(testsIn(written)[0]?.expect.rows.every((row) => !('chance' in row) && 'id' in row)).toBe(true);
    expect((await shop.tx('test -s test_type:unit')).exit).toBe(0);
    const dated = await shop.tx('generate unit-test dated --diff');
    expect(dated.text).toContain('current_date');
    const chance = await shop.tx('generate unit-test chance');
    expect(chance.exit).toBe(2);
    expect(chance.text).toContain('generate-nothing-steady');
  });

  it('reads ephemeral models, unions, subqueries, and names of any kind', async () => {
    const shop = await project({
      'models/sources.yaml': sources,
      'models/eph.sql': `{{config materialized="ephemeral"}}select id, "Loyalty Tier" as tier, email from {{source "raw" "customers"}} where id > 3`,
      'models/Odd.sql':
        `select 'a' as part, id, tier as "The ""Tier""", tier as "ünï" from {{ref "eph"}} where exists (select 1 from {{source "raw" "orders"}} as o where o.customer = eph.id and o.status = 'paid')
union all
select 'b', id, (select max(status) from {{source "raw" "orders"}} as o where o.customer = c.id), null from {{source "raw" "customers"}} as c where c.id < 3`
          .replaceAll('eph.id', '__eph.id')
          .replaceAll('{{ref "eph"}}', '{{ref "eph"}} as __eph'),
    });
    await shop.run(...raw);
    const { exit, text } = await shop.tx('generate unit-test Odd');
    expect(exit, text).toBe(0);
    const written = shop.read('models/unit_Odd.yaml');
    const [test] = testsIn(written);
    expect(new Set(test?.expect.rows.map((row) => row['part']))).toEqual(new Set(['a', 'b']));
    expect(Object.keys(test?.expect.rows[0] ?? {})).toEqual(['part', 'id', 'The "Tier"', 'ünï']);
    const ran = await shop.tx('test -s test_type:unit');
    expect(ran.exit, ran.text + written).toBe(0);
  });

  it('keeps NULLs, odd values, and types that only the engine knows', async () => {
    const shop = await project({
      'models/values.sql': `select s.* from {{source "raw" "odd"}} as s`,
      'models/sources.yaml': 'sources: [{ name: raw, tables: [{ name: odd }] }]',
    });
    await shop.run(
      'create schema raw',
      'create table raw.odd (t varchar(40), d numeric(30, 10), f double precision, b boolean, day date, seen timestamp, z timestamptz, u uuid, i interval, l integer[], big bigint)',
      `insert into raw.odd values ('no', 1.5, 0.1, true, date '2024-02-29', timestamp '2024-01-01 10:00:00.5', timestamptz '2024-01-01 10:00:00+00', '00000000-0000-0000-0000-00000000000a', interval '1 day', array[1, 2], 9007199254740993)`,
      `insert into raw.odd (t) values ('a: {{b}} # "c" ''d'''), ('01'), ('1e3'), (''), (null), (' x ')`,
    );
    const { exit, text } = await shop.tx('generate unit-test values');
    expect(exit, text).toBe(0);
    const written = shop.read('models/unit_values.yaml');
    expect(written, written).not.toContain('Left out');
    const ran = await shop.tx('test -s test_type:unit');
    expect(ran.exit, ran.text + written).toBe(0);
  });

  it('leaves the database as it was, and says what it cannot read', async () => {
    const shop = await project({
      'models/sources.yaml': sources,
      'models/stg.sql': `{{config materialized="table"}}select id from {{source "raw" "orders"}}`,
      'models/top.sql': `select id from {{ref "stg"}}`,
      'models/none.sql': `select id from {{source "raw" "payments"}} as p join {{ref "empty"}} as e on e.id = p.order_id`,
      'models/empty.sql': `{{config materialized="table"}}select id from {{source "raw" "orders"}} where id < 0`,
    });
    await shop.run(...raw, 'delete from raw.payments');
    const missing = await shop.tx('generate unit-test top');
    expect(missing.exit).toBe(2);
    expect(missing.text).toContain('generate-input-unreadable');
    const unknown = await shop.tx('generate unit-test tpo');
    expect(unknown.text).toContain('generate-model-unknown');
    expect((await shop.tx('run')).exit).toBe(0);
    const before = await shop.rows('select table_schema, table_name from information_schema.tables order by 1, 2');
    expect((await shop.tx('generate unit-test top')).exit).toBe(0);
    expect(await shop.rows('select table_schema, table_name from information_schema.tables order by 1, 2')).toEqual(before);
  });
});
