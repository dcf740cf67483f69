/** Unit tests on real databases: what they make up never touches the target, and both engines judge alike. */
import { describe, expect, it } from 'vitest';
import { useProjectEngines } from './engine-project.ts';
import type { EngineProject } from './engine-project.ts';

const sources = `sources:
  - name: raw
    schema: raw
    tables:
      - name: orders
        columns:
          - {name: id, data_type: integer}
          - {name: customer, data_type: integer}
          - {name: amount, data_type: "decimal(10,2)"}
          - {name: status, data_type: "varchar(20)"}
          - {name: placed, data_type: timestamp}
`;

const staging = `select id, customer, amount, status, placed from {{source "raw" "orders"}}`;

const totals = `{{config materialized="incremental" unique_key="customer"}}
with stg_orders as (select * from {{ref "stg_orders"}})
select stg_orders.customer, cast(sum(amount) as decimal(12,2)) as total, max(placed) as last_at
from stg_orders
where status <> {{literal (var "skip" default="void")}}
{{#if is_incremental}} and placed > (select coalesce(max(last_at), timestamp '2000-01-01 00:00:00') from {{this}}) {{/if}}
group by 1`;

const base = {
  'models/sources.yaml': sources,
  'models/stg_orders.sql': staging,
  'models/totals.sql': totals,
};

/** A property file with one unit test; `rest` is its YAML, indented by four. */
function unitTest(model: string, rest: string, name = 'case'): string {
  return `unit_tests:\n  - name: ${name}\n    model: ${model}\n${rest.replace(/^\n/, '')}`;
}

/** All relations of the database that are no part of it from the start. */
async function relations(project: EngineProject): Promise<readonly string[]> {
  const found = await project.rows(
    `select table_schema || '.' || table_name from information_schema.tables where table_schema not in ('information_schema', 'pg_catalog') order by 1`,
  );
  return found.map(([name]) => String(name));
}

const givenOrders = `    given:
      - input: ref('stg_orders')
        rows:
          - {customer: 1, amount: 10.50, status: paid}
          - {customer: 1, amount: 1, status: paid}
          - {customer: 2, amount: 7, status: void}
          - {customer: 3, status: paid}
`;

describe('unit tests', () => {
  for (const engine of useProjectEngines()) {
    describe(`on ${engine.name}`, () => {
      it('run where no parent was ever built, leave nothing behind, and treat NULL as equal to NULL', async () => {
        const project = await engine.project({
          ...base,
          'models/unit.yaml': unitTest(
            'totals',
            `${givenOrders}    expect:
      rows:
        - {customer: 3, total: null}
        - {customer: 1, total: 11.50}
`,
          ),
        });
        const ran = await project.tx('test');
        expect(ran.text).toContain('1 ok');
        expect(ran.exit).toBe(0);
        expect((await relations(project)).filter((name) => !name.startsWith('_tx.'))).toEqual([]);
      });

      it('take models whose text is made from the columns of others, by the names of what they make up', async () => {
        const project = await engine.project({
          ...base,
          'models/starred.sql': `select {{star (ref "stg_orders") except=(array "placed" "status") alias="o"}}, amount * 2 as double from {{ref "stg_orders"}} as o`,
          'models/looped.sql': `select {{#join (columns (ref "stg_orders") except=(array "placed" "status")) ", " as |name|}}max({{name}}) as {{name}}{{/join}} from {{ref "stg_orders"}}`,
          'models/both.sql': `{{union_relations (array (ref "starred") (ref "stg_orders")) include=(array "id" "amount") source_column=null}}`,
          'models/starred.yaml': unitTest(
            'starred',
            `${givenOrders}    expect:
      rows:
        - {id: null, customer: 1, amount: 10.50, double: 21}
        - {id: null, customer: 1, amount: 1, double: 2}
        - {id: null, customer: 2, amount: 7, double: 14}
        - {id: null, customer: 3, amount: null, double: null}
`,
            'stars',
          ),
          'models/looped.yaml': unitTest('looped', `${givenOrders}    expect: {rows: [{id: null, customer: 3, amount: 10.50}]}\n`, 'loops'),
          'models/both.yaml': unitTest(
            'both',
            `    given:
      - input: ref('stg_orders')
        rows: [{id: 1, amount: 5}]
      - input: ref('starred')
        rows: [{id: 2, amount: 6}]
    expect: {rows: [{id: 1, amount: 5}, {id: 2, amount: 6}]}
`,
            'unions',
          ),
        });
        const ran = await project.tx('test');
        expect(ran.text).toContain('3 ok');
        expect(ran.exit).toBe(0);
      });

      it('show cell by cell what differs, and keep the model and what reads it from being built', async () => {
        const project = await engine.project({
          'models/numbers.sql': `{{config materialized="table" unique_key="id"}} select id, word, cast(amount * 2 as decimal(6,2)) as double from {{ref "base"}}`,
          'models/base.sql': `select 1 as id, cast('a' as varchar(9)) as word, cast(1.5 as decimal(6,2)) as amount`,
          'models/below.sql': `select * from {{ref "numbers"}}`,
          'models/aside.sql': `select 1 as id`,
          'models/unit.yaml': `${unitTest(
            'numbers',
            `    given:
      - input: ref('base')
        rows:
          - {id: 1, word: one, amount: 1}
          - {id: 2, word: two, amount: 2}
          - {id: 3, word: three, amount: 3}
    expect:
      rows:
        - {id: 1, word: one, double: 2}
        - {id: 2, word: zwei, double: 5}
        - {id: 4, word: four, double: 8}
`,
          )}`,
        });
        const ran = await project.tx('build');
        expect(ran.exit).toBe(1);
        expect(ran.text).toContain('unit test `case` failed: `numbers` gives 1 row with other values, lacks 1 row, gives 1 row too many');
        const lines = ran.text.split('\n').map((line) => line.trim().replaceAll(/ +/g, ' '));
        expect(lines).toContain('~ 2 zwei → two 5.00 → 4.00');
        expect(lines).toContain('- 4 four 8.00');
        expect(lines).toContain('+ 3 three 6.00');
        expect(ran.text).toContain('skipped because of this: 2 models');
        const built = await relations(project);
        expect(built).toContain('main.aside');
        expect(built).not.toContain('main.numbers');
        expect(built).not.toContain('main.below');
      });

      it('look at the text of later runs, with the rows of the model itself', async () => {
        const project = await engine.project({
          ...base,
          'models/unit.yaml': unitTest(
            'totals',
            `    overrides: {macros: {is_incremental: true}, vars: {skip: paid}}
    given:
      - input: ref('stg_orders')
        format: csv
        rows: |
          customer,amount,status,placed
          1,5,void,2024-01-03 00:00:00
          1,5,void,2024-01-01 00:00:00
          2,9,paid,2024-01-05 00:00:00
      - input: this
        rows: [{last_at: 2024-01-02 00:00:00}]
    expect:
      format: csv
      rows: |
        customer,total,last_at
        1,5,2024-01-03 00:00:00
`,
          ),
        });
        const ran = await project.tx('test');
        expect(ran.text).toContain('1 ok');
        expect(ran.exit).toBe(0);
      });

      it('count rows that are there twice', async () => {
        const files = (expected: string) => ({
          'models/m.sql': `select n from {{ref "base"}}`,
          'models/base.sql': 'select 1 as n',
          'models/unit.yaml': unitTest('m', `    given: [{input: ref('base'), rows: [{n: 1}, {n: 1}]}]\n    expect: {rows: ${expected}}\n`),
        });
        const project = await engine.project(files('[{n: 1}, {n: 1}]'));
        expect((await project.tx('test')).exit).toBe(0);
        project.write(files('[{n: 1}]'));
        const ran = await project.tx('test');
        expect(ran.text).toContain('gives 1 row too many');
        expect(ran.exit).toBe(1);
      });

      it('take rows from files and from queries, and expect nothing of no rows', async () => {
        const project = await engine.project({
          'models/m.sql': `select a.id, b.word from {{ref "a"}} a join {{ref "b"}} b on a.id = b.id`,
          'models/a.sql': 'select 1 as id, cast(1 as integer) as more',
          'models/b.sql': `select 1 as id, cast('x' as varchar(5)) as word`,
          'models/unit.yaml': `unit_tests:
  - name: files
    model: m
    given:
      - {input: ref('a'), fixture: some_a}
      - {input: ref('b'), fixture: more/some_b.sql}
    expect: {format: sql, rows: "select 2 as id, 'two' as word"}
  - name: nothing
    model: m
    given:
      - {input: ref('a'), rows: [{id: 1}]}
      - {input: ref('b'), format: sql, rows: "select 2 as id, 'x' as word"}
    expect: {rows: []}
`,
          'tests/fixtures/some_a.csv': 'id\n1\n2\n',
          'tests/fixtures/more/some_b.sql': `select 2 as id, 'two' as word`,
        });
        const ran = await project.tx('test');
        expect(ran.text).toContain('2 ok');
        project.write({ 'tests/fixtures/some_a.csv': 'id\n1\n' });
        const again = await project.tx('test');
        expect(again.text).toContain('unit test `files` failed: `m` lacks 1 row');
      });

      it('name the value that does not fit the type of its column, and one that would lose digits', async () => {
        const project = await engine.project({
          ...base,
          'models/unit.yaml': unitTest(
            'stg_orders',
            `    given:
      - input: source('raw', 'orders')
        rows:
          - {id: 1, amount: 1.25}
          - {id: many}
    expect:
      rows: [{id: 1}]
`,
          ),
        });
        const ran = await project.tx('test');
        expect(ran.text).toMatch(/error unit-test-value {2}models\/unit.yaml:8:18/);
        expect(ran.text.toLowerCase()).toContain('`many` is no value of column `id`, which is `integer`');
        project.write({
          'models/unit.yaml': unitTest(
            'stg_orders',
            `    given:
      - input: source('raw', 'orders')
        rows: [{id: 1, amount: 1.255}]
    expect: {rows: [{id: 1.5}]}
`,
          ),
        });
        const lossy = await project.tx('test');
        expect(lossy.text).toMatch(/error unit-test-value {2}models\/unit.yaml:6:32/);
        expect(lossy.text).toContain('the column keeps 2 digits behind the point');
      });

      it('name columns that the model does not give', async () => {
        const project = await engine.project({
          'models/m.sql': 'select n as number from {{ref "base"}}',
          'models/base.sql': 'select 1 as n',
          'models/unit.yaml': unitTest('m', `    given: [{input: ref('base'), rows: [{n: 1}]}]\n    expect: {rows: [{numbr: 1}]}\n`),
        });
        const ran = await project.tx('test');
        expect(ran.text).toMatch(/error unit-test-column {2}models\/unit.yaml:5:22/);
        expect(ran.text).toContain('did you mean `number`?');
        expect(ran.exit).toBe(1);
      });

      it('know names of any letters and length, and text that SQL would take for something else', async () => {
        const long = 'ä'.repeat(31);
        const project = await engine.project({
          [`models/${long}.sql`]: `select 1 as id, cast('' as varchar(9)) as "the ""word"""`,
          'models/m.sql': `select "the ""word""", id from {{ref "${long}"}}`,
          'models/unit.yaml': unitTest(
            'm',
            `    given:
      - input: ref('${long}')
        rows:
          - {id: 1, 'the "word"': "it's; --"}
          - {id: 2, 'the "word"': ""}
          - {id: 3, 'the "word"': "NULL"}
          - {id: 4, 'the "word"': null}
          - {id: 5, 'the "word"': "naïve\\\\ 🙂"}
    expect:
      rows:
        - {id: 1, 'the "word"': "it's; --"}
        - {id: 2, 'the "word"': ""}
        - {id: 3, 'the "word"': "NULL"}
        - {id: 4}
        - {id: 5, 'the "word"': "naïve\\\\ 🙂"}
`,
          ),
        });
        const ran = await project.tx('test');
        expect(ran.text).toContain('1 ok');
        expect(ran.exit).toBe(0);
      });

      it('read the model with the time of the test, its interval, and macros that give what the test says', async () => {
        const project = await engine.project({
          'models/base.sql': 'select 1 as n',
          'macros/prices.sql': '{{#macro "price" "column"}}{{column}} * 100{{/macro}}',
          'models/m.sql': `select {{price "n"}} as price, {{run.started_at}} as started, {{interval.start}} as since, {{interval.end}} as until from {{ref "base"}}`,
          'models/unit.yaml': unitTest(
            'm',
            `    overrides:
      macros: {price: "7"}
      run_started_at: 2024-02-29T12:00:00+02:00
      interval: {start: "2024-01-01", end: "2024-02-01"}
    given: [{input: ref('base'), rows: [{n: 3}]}]
    expect: {rows: [{price: 7, started: 2024-02-29 10:00:00, since: 2024-01-01 00:00:00, until: 2024-02-01 00:00:00}]}
`,
          ),
        });
        const ran = await project.tx('test');
        expect(ran.text).toContain('1 ok');
        expect(ran.exit).toBe(0);
      });

      it('give rows for an ephemeral parent, and hold up who reads a tested ephemeral model', async () => {
        const project = await engine.project({
          'models/e.sql': '{{config materialized="ephemeral"}} select n + 1 as n from {{ref "base"}}',
          'models/base.sql': 'select 1 as n',
          'models/m.sql': '{{config materialized="table"}} select n * 2 as n from {{ref "e"}}',
          'models/unit.yaml': `unit_tests:
  - name: reads_it
    model: m
    given: [{input: ref('e'), rows: [{n: 5}]}]
    expect: {rows: [{n: 10}]}
  - name: is_it
    model: e
    given: [{input: ref('base'), rows: [{n: 5}]}]
    expect: {rows: [{n: 7}]}
`,
        });
        const ran = await project.tx('build');
        expect(ran.exit).toBe(1);
        expect(ran.text).toContain('unit test `is_it` failed: `e` gives 1 row with other values');
        expect(ran.text).not.toContain('`reads_it` failed');
        expect(await relations(project)).not.toContain('main.m');
        expect(await relations(project)).toContain('main.base');
      });

      it('give columns to what is written from them', async () => {
        const project = await engine.project({
          'models/base.sql': `select 1 as id, 'x' as word, 'y' as secret`,
          'models/mid.sql': '{{union_relations (array (ref "base")) exclude=(array "secret") source_column=null}}',
          'models/m.sql': `select {{star (ref "mid") prefix="p_"}}, cast(null as integer) as nothing from {{ref "mid"}}`,
          'models/loop.sql': 'select {{#each (columns (ref "base")) as |c|}}{{c}}, {{/each}}1 as one from {{ref "base"}}',
          'models/unit.yaml': `unit_tests:
  - name: known
    model: m
    given: [{input: ref('mid'), rows: [{id: 5}, {word: w}]}]
    expect: {rows: [{p_id: 5, p_word: null}, {p_id: null, p_word: w}]}
  - name: unions
    model: mid
    given: [{input: ref('base'), rows: [{id: 5, word: w, secret: s}]}]
    expect: {rows: [{id: 5, word: w}]}
`,
        });
        const ran = await project.tx('test');
        expect(ran.text).toContain('2 ok');
        expect(ran.exit).toBe(0);
        project.write({
          'models/unit2.yaml': `unit_tests: [{name: loops, model: loop, given: [{input: ref('base'), rows: [{id: 5}]}], expect: {rows: [{one: 1}]}}]`,
        });
        expect((await project.tx('test --select loops')).text).toContain('1 ok');
      });

      it('compare lists and JSON by what they say', async () => {
        const list = engine.name === 'duckdb' ? 'integer[]' : 'int4[]';
        const project = await engine.project({
          'models/base.sql': `select cast(null as json) as doc, cast(null as ${list}) as list`,
          'models/m.sql': `select doc, list from {{ref "base"}}`,
          'models/unit.yaml': `models:
  - name: base
    columns: [{name: doc, data_type: json}, {name: list, data_type: "${list}"}]
${unitTest(
  'm',
  `    given:
      - input: ref('base')
        rows:
          - {doc: {a: 1, b: [x]}, list: [1, 2]}
          - {doc: null, list: null}
          - {list: []}
    expect:
      rows:
        - {doc: '{"a":1,"b":["x"]}', list: [1, 2]}
        - {}
        - {list: []}
`,
)}`,
        });
        const ran = await project.tx('test');
        expect(ran.text).toContain('1 ok');
        expect(ran.exit).toBe(0);
      });

      it('take the types of parents from their queries, through ephemeral models and past one that does not bind', async () => {
        const project = await engine.project({
          'models/broken.sql': 'select nothing_of_that_name as n from {{ref "first"}}',
          'models/first.sql': `select cast(1 as integer) as id, cast('2024-01-31' as date) as day`,
          'models/second.sql': '{{config materialized="ephemeral"}} select id, day, cast(id as decimal(9,3)) as share from {{ref "first"}}',
          'models/third.sql': 'select share, day from {{ref "second"}}',
          'models/m.sql':
            'select third.share + 1 as share, third.day from {{ref "third"}} left join {{ref "broken"}} as b on b.n = third.share',
          'models/unit.yaml': unitTest(
            'm',
            `    given:
      - {input: ref('third'), rows: [{share: "0.125"}]}
      - {input: ref('broken'), rows: [{n: 1}]}
    expect: {rows: [{share: 1.125, day: null}]}
`,
          ),
        });
        const ran = await project.tx('test');
        expect(ran.text).toContain('1 ok');
        project.write({
          'models/unit.yaml': unitTest(
            'm',
            `    given:
      - {input: ref('third'), rows: [{share: 1, dya: null}]}
      - {input: ref('broken'), rows: [{n: 1}]}
    expect: {rows: [{share: 2}]}
`,
          ),
        });
        expect((await project.tx('test')).text).toContain("`ref('third')` has no column `dya`");
        const plan = await project.tx('plan --for test');
        expect(plan.text).toContain("`ref('third')` has no column `dya`");
      });

      it('let a query of a fixture do nothing but give rows', async () => {
        const files = (sql: string) => ({
          'models/base.sql': 'select 1 as n',
          'models/m.sql': 'select n from {{ref "base"}}',
          'models/unit.yaml': unitTest(
            'm',
            `    given: [{input: ref('base'), format: sql, rows: "${sql}"}]\n    expect: {rows: [{n: 2}]}\n`,
          ),
        });
        const project = await engine.project(files('select 2 as n;'));
        expect((await project.tx('test')).exit).toBe(0);
        await project.run('create schema kept', 'create table kept.t as select 1 as n');
        for (const sql of ['select 2 as n; commit; drop table kept.t', 'drop table kept.t', '']) {
          project.write(files(sql));
          const ran = await project.tx('test');
          expect(ran.exit).not.toBe(0);
          expect(ran.text).toContain('error fixture-content  models/unit.yaml:4');
        }
        expect(await project.rows('select n from kept.t')).toEqual([[1]]);
      });

      it('go without types where nobody knows them, and say so where a column is missing', async () => {
        const undescribed = 'sources:\n  - name: raw\n    schema: nowhere\n    tables: [{name: orders}]\n';
        const project = await engine.project({
          'models/sources.yaml': undescribed,
          'models/m.sql': 'select id + 1 as id, day from {{source "raw" "orders"}} where kind is null',
          'models/unit.yaml': unitTest(
            'm',
            `    given:
      - input: source('raw', 'orders')
        rows: [{id: 1, day: "2024-01-31", kind: null}]
    expect: {rows: [{id: 2, day: 2024-01-31}]}
`,
          ),
        });
        const ran = await project.tx('test');
        expect(ran.text).toContain('1 ok');
        project.write({
          'models/unit.yaml': unitTest(
            'm',
            `    given:
      - input: source('raw', 'orders')
        rows: [{id: 1, day: "2024-01-31"}]
    expect: {rows: [{id: 2}]}
`,
          ),
        });
        const missing = await project.tx('test');
        expect(missing.text).toMatch(/error unknown-column {2}models\/m.sql:1/);
        expect(missing.text).toContain("the columns of `source('raw', 'orders')` are not known: give each that the model reads");
        expect(missing.exit).toBe(1);
      });
    });
  }
});
