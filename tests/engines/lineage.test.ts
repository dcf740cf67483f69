/** Columns, lineage and keys reach people in the same way on every engine. */
import { describe, expect, it } from 'vitest';
import { useProjectEngines } from './engine-project.ts';
import type { EngineProject } from './engine-project.ts';

const shop = {
  'seeds/orders.csv': 'id,amount,status\n1,10,paid\n2,20,open\n',
  'seeds/seeds.yml': `seeds: [{name: orders, columns: [{name: amount, description: Money of the **order**}]}]`,
  'models/paid.sql': `select id as order_id, amount, lower(status) as status from {{ref "orders"}} where status = 'paid'`,
  'models/totals.sql': `{{config materialized="table"}}
select status, amount as money, sum(amount) as total, count(*) as n from {{ref "paid"}} group by status, amount`,
  'models/totals.yml':
    'models: [{name: totals, columns: [{name: n, tests: [not_null]}], tests: [{unique_combination: {columns: [status, money]}}]}]',
};

const offline = { host: '127.0.0.1', port: 1, user: 'x' };

function goOffline(opened: EngineProject, name: string): void {
  opened.write({
    'project.yaml': `name: shop\ntargets:\n  dev: ${JSON.stringify({ type: name, schema: 'main', ...offline })}\n`,
  });
}

describe.each(useProjectEngines())('on $name', ({ name, project }) => {
  it('a column without a value from elsewhere is told with the flag that shows what decides about its rows', async () => {
    const opened = await project(shop);
    const told = async (args: string): Promise<readonly string[]> =>
      (await opened.tx(`lineage ${args}`)).text.split('\n').filter((line) => /^(?:comes|goes)/.test(line));
    expect(await told('totals.n')).toEqual([
      'comes from no other column by its value; `--indirect` shows filters, joins, groups and their like',
      'goes into nothing of this project',
    ]);
    expect(await told('totals.n --indirect')).toEqual(['comes from', 'goes into nothing of this project']);
    expect(await told('orders.id --upstream')).toEqual(['comes from nothing of this project']);
  });

  it('goes through ephemeral models as through all others, and all columns of a model are shown together', async () => {
    const opened = await project({
      ...shop,
      'models/e1.sql': `{{config materialized="ephemeral"}}\nselect id, amount, ')' as x from {{ref "orders"}} where status = 'paid'`,
      'models/e2.sql': `{{config materialized="ephemeral"}}\nwith a as (select id, amount + 1 as more from {{ref "e1"}}) select * from a`,
      'models/last.sql':
        'with b as (select * from {{ref "e2"}}) select b.more as most, o.id from b join {{ref "orders"}} as o on o.id = b.id',
    });
    const told = async (args: string): Promise<readonly string[]> =>
      (await opened.tx(`lineage ${args}`)).text.trimEnd().split('\n').slice(2);
    expect(await told('e1.amount --downstream')).toEqual(['goes into', '└─ e2.more  transformation', '   └─ last.most  identity']);
    expect(await told('last.most --upstream')).toEqual([
      'comes from',
      '└─ e2.more  identity',
      '   └─ e1.amount  transformation',
      '      └─ orders.amount  identity',
    ]);
    expect(await told('e2.id --downstream --indirect')).toEqual(['goes into', '├─ last.most  join', '└─ last.id  join']);
    const { text } = await opened.tx('lineage last --upstream');
    expect(
      text
        .split('\n')
        .filter((line) => /^\S+\.\S+ /.test(line))
        .map((line) => line.split(' ')[0]),
    ).toEqual(['last.most', 'last.id']);
    const json = JSON.parse((await opened.tx('lineage last --upstream --output json')).text) as unknown;
    expect(json).toMatchObject({
      node: 'model.shop.last',
      columns: [
        { column: 'most', edges: [{}, {}, {}] },
        { column: 'id', edges: [{}] },
      ],
    });
    for (const form of ['dot', 'mermaid']) {
      const drawn = (await opened.tx(`lineage e2 --output ${form}`)).text.split('\n').filter((line) => /--?>/.test(line));
      expect(new Set(drawn).size).toBe(drawn.length);
      // e1.id into e2.id, e1.amount into e2.more, both from orders, and e2.more into last.most.
      expect(drawn).toHaveLength(5);
    }
  });

  it('the site shows where columns come from, and descriptions that they inherit', async () => {
    const opened = await project(shop);
    const { exit, text } = await opened.tx('docs');
    expect(exit, text).toBe(0);
    const page = opened.read('target/docs/model/totals.html');
    expect(page).toContain('Money of the <strong>order</strong>');
    expect(page).toMatch(/as in [^]*orders\.amount/);
    const [, data = ''] = /^txData\("lineage",(.*)\)\n$/.exec(opened.read('target/docs/data/lineage.js')) ?? [];
    expect(JSON.parse(data)).toMatchObject({ kinds: ['unchanged', 'computed', 'aggregated'] });
    const { edges } = JSON.parse(data) as { readonly edges: readonly (readonly number[])[] };
    expect(edges.map(({ length }) => length)).toEqual([6, 6, 6, 6, 6]);
  });

  it('tests that follow from a query are proven, and hold', async () => {
    const opened = await project(shop);
    const { exit, text } = await opened.tx('build');
    expect(exit, text).toBe(0);
    const proven = (opened.read('target/run_results.json').match(/proven by the query/g) ?? []).length;
    expect(proven).toBe(2);
    const again = await opened.tx('build --force --run-proven');
    expect(again.exit, again.text).toBe(0);
    expect(opened.read('target/run_results.json')).not.toContain('proven by the query');
  });

  it('compiling says what is wrong with columns, of all models at once', async () => {
    const opened = await project({
      ...shop,
      'models/wrong.sql': 'select nope, amount from {{ref "paid"}}',
      'models/elsewhere.sql': 'select orders.id, nope from {{ref "orders"}} as o',
      'models/summed.sql': 'select sum(status) as s from {{ref "orders"}}',
      'models/joined.sql': 'select amount from {{ref "orders"}} join {{ref "paid"}} using (order_idd)',
      'models/starred.sql': 'select {{star (ref "orders") alias="orders"}} from {{ref "orders"}} as o',
    });
    const { exit, text } = await opened.tx('compile');
    expect(exit, text).toBe(2);
    expect(text).toContain('unknown-column');
    expect(text).toContain('models/wrong.sql:1:8');
    // A name that nothing in FROM has is no relation that may stand in the target.
    for (const at of ['unknown-relation  models/elsewhere.sql:1:8', 'unknown-column  models/elsewhere.sql:1:19'])
      expect(text).toContain(at);
    expect(text).toContain('unknown-relation  models/starred.sql:1:8');
    expect(text).toContain('type-mismatch  models/summed.sql:1:8');
    expect(text).toContain('unknown-column  models/joined.sql:1:64');
    expect(text).not.toContain('not known');
    // What is no query, or does not compile, keeps none of this from being told; its readers are not judged.
    opened.write({
      'models/unread.sql': 'selec 1 as id',
      'models/unwritten.sql': 'select {{no_such_helper "x"}} as id',
      'models/reader.sql': 'select nope from {{ref "unread"}}',
    });
    const more = await opened.tx('compile');
    expect(more.exit).toBe(2);
    for (const name of ['unread', 'unwritten', 'wrong', 'elsewhere', 'summed']) expect(more.text).toContain(`models/${name}.sql:1:`);
    expect(more.text).not.toContain('models/reader.sql');
  });

  it('what is described has to be there, with a type that there is; of two columns of one name the model is told', async () => {
    const described = `models:
  - { name: paid, columns: [{ name: order_id, data_type: no_such_type }, { name: ghost, description: Nobody gives it. }] }
sources:
  - { name: raw, tables: [{ name: t, columns: [{ name: x, data_type: no_such_type }] }] }`;
    const opened = await project({
      ...shop,
      'models/paid.yml': described,
      'models/reads.sql': 'select x from {{source "raw" "t"}}',
      'models/twice.sql': 'select amount, amount from {{ref "orders"}}',
    });
    const { text } = await opened.tx('compile');
    const places = ['unknown  models/paid.yml:2:58', 'unknown  models/paid.yml:4:70'].map((place) => `warning declared-type-${place}`);
    for (const place of places) expect(text).toContain(place);
    expect(text).toContain('warning described-column-missing  models/paid.yml:2:82');
    const twice = { duckdb: 'warning', postgres: 'error' }[name];
    expect(text).toContain(`${twice} duplicate-column  models/twice.sql:1:16`);
  });

  it('an increment that reads a column which its table does not have yet is told how to build it anew', async () => {
    const growing = (columns: string, condition = ''): string =>
      `{{config materialized="incremental"}}\nselect ${columns} from {{ref "orders"}} {{#if is_incremental}}${condition}{{/if}}`;
    const opened = await project({ ...shop, 'models/growing.sql': growing('id') });
    await opened.tx('build -q');
    opened.write({ 'models/growing.sql': growing('id, 1 as v', 'where 1 > (select max(t.v) from {{this}} as t)') });
    const { exit, text } = await opened.tx('run -s growing');
    expect(exit).toBe(1);
    expect(text.replaceAll(/\s+/g, ' ')).toContain('`tx build --full-refresh --select growing` builds it anew');
    expect((await opened.tx('build --full-refresh -s growing')).exit).toBe(0);
  });

  it('is the same without a database', async () => {
    const opened = await project(shop);
    const lineage = async (): Promise<string> => {
      const { exit, text } = await opened.tx('lineage totals.total --output json');
      expect(exit, text).toBe(0);
      return text.split('\n').find((line) => line.startsWith('{')) ?? '';
    };
    const before = await lineage();
    expect(before).toContain('aggregation');
    if (name !== 'duckdb') goOffline(opened, name);
    expect(await lineage()).toBe(before);
    // An operator that nobody here knows may be there in the target.
    const own = name === 'duckdb' ? 'select 1 as x' : 'select order_id <%> 1 as x from {{ref "paid"}}';
    opened.write({ 'models/wrong.sql': 'select nope, amount from {{ref "paid"}}', 'models/own.sql': own });
    const { exit, text } = await opened.tx('compile');
    expect(exit, text).toBe(2);
    expect(text).toContain('models/wrong.sql:1:8');
    expect(text).not.toContain('models/own.sql');
    if (name !== 'duckdb') expect(text).toMatch(/columns are worked out without the target: .*127\.0\.0\.1:1/);
  });
});
