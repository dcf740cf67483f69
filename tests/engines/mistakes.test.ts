/** What `tx compile` says of the mistakes that people make: which, on which line, and the way out, on a database that has tables. */
import { describe, expect, it } from 'vitest';
import { useProjectEngines } from './engine-project.ts';

const tables = {
  'seeds/orders.csv': 'id,customer_id,status,amount,placed\n1,10,new,5.5,2024-01-01\n',
  'seeds/customers.csv': 'id,name,city\n10,ann,rome\n',
  'seeds/seeds.yaml': `seeds:
  - name: orders
    config: {column_types: {id: integer, customer_id: integer, status: varchar, amount: "decimal(9, 2)", placed: date}}
  - name: customers
    config: {column_types: {id: integer, name: varchar, city: varchar}}
`,
};

/** What is said of each model: codes with their places, and helps. */
function saidOf(text: string): ReadonlyMap<string, readonly string[]> {
  const said = new Map<string, readonly string[]>();
  for (const block of text.split(/\n(?=(?:error|warning) )/)) {
    const [, severity, code, model = '', place = ''] =
      /^(error|warning) (\S+)\s+models\/(\w+)\.(?:sql|yaml)(?::(\d+:\d+))?/.exec(block) ?? [];
    if (severity === undefined) continue;
    const help = /\n {2}help {2}([^]*?)(?=\n {2}note|\n\n|$)/.exec(block)?.[1]?.replaceAll(/\s+/g, ' ') ?? '';
    said.set(model, [...(said.get(model) ?? []), `${code} ${place}: ${help}`]);
  }
  return said;
}

/** Places are read off the compiled line, which is that of the template but for its references. */
const written = (sql: string): string => `${sql.replaceAll(/@(\w+)/g, '{{ref "$1"}}')}\n`;

interface Mistake {
  readonly sql: string;
  readonly says: readonly string[];
  /** Where the engine takes it otherwise. */
  readonly duckdb?: readonly string[];
  readonly postgres?: readonly string[];
}

const mistakes: Readonly<Record<string, Mistake>> = {
  misspelt_function: { sql: 'select uper(status) as s from @orders', says: ['unknown-function 1:8: did you mean `upper`'] },
  near_a_function_of_somebody: {
    sql: 'select made_by_hond(id) as n from @orders',
    says: ['unknown-function 1:8: did you mean `made_by_hand`?'],
  },
  function_of_somebody: { sql: 'select made_by_hand(id) as n from @orders', says: [] },
  function_in_no_schema: {
    sql: 'select nowhere.f(id) as n, lower(nmae) as l from @customers',
    says: ['unknown-function 1:8', 'unknown-column 1:34: did you mean `name`?'],
  },
  function_in_another_schema: { sql: 'select public.made_by_hand(id) as n from @orders', says: [], postgres: ['unknown-function 1:8'] },
  type_in_no_schema: { sql: 'select id::"No".t as n from @orders', says: ['unknown-type 1:1'] },
  collation_in_no_schema: { sql: 'select status collate nowhere.c as n from @orders', says: [] },
  function_in_from: { sql: 'select n from generate_seres(1, 3) as g (n)', says: ['unknown-function 1:15: did you mean `generate_series`'] },
  misspelt_type: { sql: 'select cast(id as intger) as n from @orders', says: ['unknown-type 1:19: did you mean `integer`'] },
  arguments_exchanged: {
    sql: "select date_trunc(placed, 'month') as n from @orders",
    says: ['type-mismatch 1:8: `date_trunc` takes `('],
  },
  sum_of_text: { sql: 'select sum(status) as n from @orders', says: ['type-mismatch 1:8: `sum` takes `('] },
  name_again: { sql: 'select id, status, status from @orders', says: ['duplicate-column 1:20: give one of them another name with `as`'] },
  name_again_behind_star: { sql: 'select o.*, c.id from @orders o join @customers c on true', says: ['duplicate-column 1:13'] },
  name_again_in_star: { sql: 'select c.id, o.* from @orders o join @customers c on true', says: ['duplicate-column 1:14'] },
  narrow_branch: {
    sql: 'select id, status from @orders\nunion all\nselect id from @customers',
    says: ['query-invalid 3:8: give all of them the same columns in the same order'],
  },
  wide_branch_in_a_common_table: {
    sql: 'with a as (select 1 as x union select 2, 3) select x from a',
    says: ['query-invalid 1:39: give all of them the same columns in the same order'],
  },
  alias_again: {
    sql: 'select a.id from @orders a\nleft join @customers a on true',
    says: ['query-invalid 2:11: give each an alias of its own'],
  },
  many_of_all_kinds: {
    sql: 'select nme, uper(status) as u, sum(placed) over () as p, id, id from @orders where placed > amount and stauts is null',
    says: [
      'unknown-column 1:8:',
      'unknown-function 1:13: did you mean `upper`',
      'type-mismatch 1:32: `sum` takes `(',
      'duplicate-column 1:62:',
      'type-mismatch 1:100: cast one side',
      'unknown-column 1:113: did you mean `status`?',
    ],
  },
  what_follows_from_a_mistake: {
    sql: 'with a as (select uper(status) as s, id from @orders), b as (select s || id as k from a) select k + 1 as n, sum(k) as m from b',
    says: ['unknown-function 1:19:'],
  },
  coalesce_of_two_types: {
    sql: "select 'a' as x, coalesce(id, placed) as c from @orders",
    says: ['type-mismatch 1:31: cast them to one type'],
    duckdb: ['type-mismatch 1:18: cast them to one type'],
  },
  having_of_a_column: {
    sql: 'select 1 as one from @orders having amount > 1',
    says: ['query-invalid 1:46: group by it too'],
  },
  alias_in_where: {
    sql: 'select amount * 2 as twice from @orders where twice > 3',
    says: ['unknown-column 1:56: `twice` is made by this `select`, after its `where`'],
    // It reads the alias there.
    duckdb: [],
  },
  alias_in_on: {
    sql: 'select o.id, amount * 2 as d from @orders o join @customers c on d = c.id',
    says: ['unknown-column 1:84: `d` is made by this `select`, after its `on`'],
  },
  text_in_double_quotes: {
    sql: 'select id from @orders where status = "new"',
    says: ["unknown-column 1:48: double quotes are for names; a text stands in single quotes: `'new'`"],
  },
  name_in_double_quotes: { sql: 'select id from @orders where status = "statu"', says: ['unknown-column 1:48: did you mean `status`?'] },
  column_of_a_subquery: {
    sql: 'select id, (select name from @customers c where c.idd = o.customer_id) as n from @orders o',
    says: ['unknown-column 1:58: did you mean `id`?'],
  },
  no_cast: { sql: 'select cast(placed as integer) as x from @orders', says: ['type-mismatch 1:8: no cast leads there'] },
  no_such_value: { sql: "select id from @orders limit 'a'", says: ['conversion-failed 1:39: write a value that the type has'] },
  missing_below_operators: {
    sql: 'select -amountt as a, amountt * pricee as b from @orders',
    says: ['unknown-column 1:9', 'unknown-column 1:33'],
  },
  missing_below_casts: {
    sql: 'select o.idd::text, o.nam::text from @orders as o',
    says: ['unknown-column 1:8', 'unknown-column 1:21'],
  },
  text_that_is_no_date: {
    sql: "select id from @orders where placed > 'yesterdy'",
    says: ['conversion-failed 1:48: write a value that the type has'],
  },
  day_that_is_none: {
    sql: "select date '2024-13-01' as d from @orders",
    says: ['conversion-failed 1:13: write a value that the type has'],
  },
  misspelt_where: { sql: 'select id from @orders wher amount > 1', says: ['sql-syntax 1:38: is `wher` meant to be `where`?'] },
  misspelt_from: { sql: 'select id as n form @orders', says: ['sql-syntax 1:16: is `form` meant to be `from`?'] },
  quoted_by_a_helper: { sql: 'select {{nullcheck (array "zz")}} from @customers', says: ['unknown-column 1:8: check the name'] },
  column_of_a_text: { sql: 'select (status).id as n from @orders', says: ['type-mismatch 1:9'], duckdb: ['query-invalid 1:8'] },
  sample_of_no_kind: {
    sql: 'select id from @orders tablesample bernouli (10)',
    says: ['unknown-function 1:45: did you mean `bernoulli`?'],
    duckdb: ['sql-syntax'],
  },
  no_over: { sql: 'select lag(id) as n from @orders', says: ['query-invalid 1:8: write `over (partition by … order by …)` behind it'] },
};

describe.each(useProjectEngines())('mistakes on $name', ({ name, project: open }) => {
  it('are all told at once, each on its line with a way out', async () => {
    const models = Object.entries(mistakes).map(([model, { sql }]) => [`models/${model}.sql`, written(sql)]);
    const project = await open(tables);
    expect((await project.tx('seed')).exit).toBe(0);
    await project.run(
      name === 'duckdb'
        ? 'create macro main.made_by_hand(x) as x + 1'
        : "create function main.made_by_hand(x int) returns int language sql as 'select x + 1'",
    );
    project.write(Object.fromEntries(models));
    const said = saidOf((await project.tx('compile')).text);
    for (const [model, mistake] of Object.entries(mistakes)) {
      const expected = mistake[name === 'duckdb' ? 'duckdb' : 'postgres'] ?? mistake.says;
      const found = said.get(model) ?? [];
      expect([model, ...found.map((line, at) => line.slice(0, expected[at]?.length))]).toEqual([model, ...expected]);
    }
  });

  it('are none where hooks make what a query names', async () => {
    const project = await open({
      ...tables,
      'models/a.sql':
        '{{config materialized="table" post_hook=(array "alter table {{this}} add column x integer" "create table if not exists main.audit (n integer)")}}\nselect 1 as id\n',
      'models/b.sql': 'select x from {{ref "a"}}\n',
      'models/c.sql': 'select b.y from (select a.*, x as y from {{ref "a"}} as a) as b\n',
      'models/d.sql': '-- {{ref "a"}}\nselect n from main.audit\n',
      'models/e.sql': 'select idd from {{ref "orders"}}\n',
    });
    expect((await project.tx('seed')).exit).toBe(0);
    expect([...saidOf((await project.tx('compile')).text).keys()]).toEqual(['e']);
    const words = {
      duckdb: 'create or replace macro main.round(a, b, c) as a',
      postgres: `create or replace function main.round(a text) returns int language sql as 'select 1'`,
    };
    project.write({
      'models/a.sql': `{{config materialized="table" post_hook="${name === 'duckdb' ? words.duckdb : words.postgres}"}}\nselect 1 as id\n`,
      'models/b.sql': `-- {{ref "a"}}\nselect round(${name === 'duckdb' ? '1, 2, 3' : `'a'::text`}) as x\n`,
      'models/c.sql': 'select made_by_call(1) as x\n',
      'models/d.sql': '{{config pre_hook="select public.setup()"}}\nselect sum(status) as x from {{ref "orders"}}\n',
    });
    expect([...saidOf((await project.tx('compile')).text).keys()]).toEqual(['e']);
  });

  it('are none that only follow from a contract, where the query of its model cannot be typed', async () => {
    const contract = (type: string, config = '{contract: {enforced: true}}'): string => `models:
  - name: middle
    config: ${config}
    columns: [{name: id, data_type: integer}, {name: n, data_type: ${type}}]
`;
    const files = {
      'seeds/raw.csv': 'id,n\n1,2\n',
      'seeds/raw.yaml': 'seeds: [{name: raw, columns: [{name: id, data_type: nosuch}, {name: n, data_type: integer}]}]\n',
      'models/middle.sql': 'select id, n from {{ref "raw"}}\n',
      'models/middle.yaml': contract('text'),
      'models/sums.sql': 'select sum(n) as s from {{ref "middle"}}\n',
      'models/below.sql': 'select s + 1 as t from {{ref "sums"}}\n',
      'models/typo.sql': 'select idd, uper(n) as u from {{ref "middle"}}\n',
      'models/star.sql': 'select {{star (ref "middle")}} from {{ref "middle"}}\n',
      'models/of_star.sql': 'select nn from {{ref "star"}}\n',
    };
    const project = await open(files);
    const compile = async (): Promise<readonly string[]> => {
      const { exit, text } = await project.tx('compile');
      expect(exit).toBe(2);
      return [...text.matchAll(/^(?:error|warning) (\S+ +\S+)/gm)].map(([, told = '']) => told.replace(/ +/, ' '));
    };
    const names = ['unknown-column models/of_star.sql:1:8', 'unknown-column models/typo.sql:1:8', 'unknown-function models/typo.sql:1:13'];
    expect(await compile()).toEqual([...names, 'seed-type seeds/raw.yaml:1:53']);
    // Nor where the query itself is wrong, in whichever way.
    project.write({ 'seeds/raw.yaml': '', 'models/middle.sql': 'select id, m as n from {{ref "raw"}}\n' });
    expect(await compile()).toEqual(['unknown-column models/middle.sql:1:12', ...names]);
    expect((await project.tx('compile')).text).toContain('its contract tells the columns of `middle`, whose query cannot be typed yet');
    project.write({ 'models/middle.sql': 'selec id from {{ref "raw"}}\n' });
    expect(await compile()).toEqual(['sql-syntax models/middle.sql:1:1', ...names]);
    // A description may have left columns out, and counts only where nothing above is known to be wrong.
    project.write({ 'models/middle.yaml': contract('text', '{}'), 'models/middle.sql': 'select id, m as n from {{ref "raw"}}\n' });
    expect(await compile()).toEqual(['unknown-column models/middle.sql:1:12']);
    // What can be typed is held against its contract itself.
    project.write({ 'models/middle.yaml': contract('text'), 'models/middle.sql': files['models/middle.sql'] });
    expect(await compile()).toEqual(['contract-broken models/middle.yaml:3:24', ...names]);
  });

  it('are none where somebody made functions of the names in the database', async () => {
    const project = await open({
      ...tables,
      'models/a.sql':
        name === 'duckdb'
          ? "select round(1, 2, 3) as a, main.lower('A') + 1 as b, zz from range(3)\n"
          : 'select full_name(o) as a, o.full_name as b, nobody(id) as c from {{ref "orders"}} as o\n',
      'models/e.sql': 'select idd, sum(status) as s from {{ref "orders"}}\n',
    });
    const made =
      name === 'duckdb'
        ? ['macro main.round(a, b, c) as a', 'macro main.lower(a) as 5', 'macro main.range(n) as table select 1 as zz']
        : [
            "function main.full_name(o main.orders) returns text language sql as 'select o.status'",
            "function main.nobody(o int) returns int language sql as 'select 1'",
          ];
    const hooks = made.map((what) => `"create ${what}"`).join(' ');
    project.write({ 'models/made.sql': `{{config pre_hook=(array ${hooks})}}\n-- {{ref "orders"}}\nselect 1 as id\n` });
    expect((await project.tx('build -s +made')).exit).toBe(0);
    project.remove('models/made.sql');
    expect(saidOf((await project.tx('compile')).text)).toMatchObject(
      new Map([['e', [expect.stringContaining('unknown-column'), expect.stringContaining('type-mismatch')]]]),
    );
  });
});
