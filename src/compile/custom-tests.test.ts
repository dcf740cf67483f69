/** Tests that a project defines with `{{#test}}` and declares by name. */
import { describe, expect, it } from 'vitest';
import { compileFiles, problems } from './compile-fixture.ts';

const declared = (tests: string, onColumn = true): string =>
  onColumn
    ? `models:\n  - name: orders\n    columns:\n      - name: id\n        tests:\n          - ${tests}\n`
    : `models:\n  - name: orders\n    tests:\n      - ${tests}\n`;

const atMost =
  '{{!-- a comment --}}\n{{#test "at_most" "model" "column" "most" least=0}}\nselect * from {{model}} where {{column}} not between {{least}} and {{most}}\n{{/test}}\n';

const files = (tests: string, definition = atMost, onColumn = true) => ({
  'models/orders.sql': 'select 1 as id',
  'models/stg.sql': '{{config materialized="ephemeral"}}select 2 as id',
  'models/p.yaml': declared(tests, onColumn),
  'tests/own.sql': definition,
});

async function sqlOf(tests: string, definition?: string, onColumn?: boolean): Promise<string | undefined> {
  const { project, diagnostics } = await compileFiles(files(tests, definition, onColumn));
  expect(diagnostics).toEqual([]);
  const [test] = project.tests;
  return test?.test.text?.sql.trim();
}

describe('a test of the project', () => {
  it('is rendered for the node and the column that it stands on', async () => {
    expect(await sqlOf('at_most: { most: 3 }')).toBe('select * from "main"."orders" where "id" not between 0 and 3');
    expect(await sqlOf('at_most: { arguments: { most: 3, least: 1 } }')).toBe(
      'select * from "main"."orders" where "id" not between 1 and 3',
    );
  });

  it('has the name, the id and the config of a declared test', async () => {
    const { project } = await compileFiles(files('at_most: { most: 3, severity: warn, tags: [own] }'));
    const [test] = project.tests;
    expect(project.tests).toHaveLength(1);
    expect(test?.name).toBe('at_most_orders_id__3');
    expect(test?.config.severity).toBe('warn');
    expect(test?.test).toMatchObject({
      kind: 'generic',
      check: 'at_most',
      column: 'id',
      attachedTo: 'model.shop.orders',
      args: { most: 3 },
    });
  });

  it('looks at the rows that `where` leaves', async () => {
    expect(await sqlOf('at_most: { most: 3, where: id > 1 -- some }')).toBe(
      'select * from (select * from "main"."orders" where (\nid > 1 -- some\n)) where "id" not between 0 and 3',
    );
  });

  it('reads other nodes, which its arguments or its text name', async () => {
    const definition = '{{#test "has_no_orphans" "model" "to"}}select * from {{model}} where id not in (select id from {{to}}){{/test}}';
    const { project, diagnostics } = await compileFiles(files(`has_no_orphans: { to: ref('stg') }`, definition, false));
    expect(diagnostics).toEqual([]);
    expect(project.tests[0]?.dependsOn.map(({ id }) => id)).toEqual(['model.shop.orders', 'model.shop.stg']);
    const inText = '{{#test "own" "model"}}select * from {{model}} join {{ref "stg"}} using (id){{/test}}';
    const sql = await sqlOf('own', inText, false);
    expect(sql).toContain('__tx__cte__stg');
    expect(sql?.startsWith('with')).toBe(true);
  });

  it('comes before a built-in check of its name', async () => {
    expect(await sqlOf('unique', '{{#test "unique" "model" "column"}}select {{column}} from {{model}}{{/test}}')).toBe(
      'select "id" from "main"."orders"',
    );
  });

  it('may be written once for each engine', async () => {
    const variants = '{{#test "own" "model" engine="other"}}select 2{{/test}}\n{{#test "own" "model"}}select 1 from {{model}}{{/test}}';
    expect(await sqlOf('own', variants, false)).toBe('select 1 from "main"."orders"');
  });

  it.each([
    ['at_most', 'check-argument-missing'],
    ['at_most: { most: 3, mots: 4 }', 'check-argument-unknown'],
    [`at_most: { most: 3, error_if: '> 5%' }`, 'check-config-misfit'],
    ['at_most: { most: 3, group_by: id }', 'check-config-misfit'],
    ['at_most: { most: [1] }', 'value-not-text'],
  ])('is refused where it cannot be called so: %s', async (tests, code) => {
    expect((await problems(files(tests))).map((problem) => problem.code)).toEqual([code]);
  });

  it('needs a column where it has a parameter for one, and takes none where it has not', async () => {
    expect((await problems(files('at_most: { most: 3 }', atMost, false))).map(({ code }) => code)).toEqual(['check-needs-column']);
    const whole = '{{#test "own" "model"}}select * from {{model}}{{/test}}';
    expect((await problems(files('own', whole))).map(({ code }) => code)).toEqual(['check-on-column']);
  });

  it.each([
    ['{{#test "own"}}select 1{{/test}}', 'macro-definition'],
    ['{{#test "own" "column"}}select 1{{/test}}', 'macro-definition'],
    ['{{#test "own" "model"}}select 1{{/test}}\nselect 2', 'macro-file-content'],
    ['{{#test "own" "model"}}select 1{{/test}}{{#test "own" "model"}}select 2{{/test}}', 'duplicate-name'],
    ['{{#test "own" "model"}}drop table x{{/test}}', 'not-a-select'],
    ['{{#test "own" "model"}}select {{nothing}} from {{model}}{{/test}}', 'unknown-name'],
  ])('is refused where it is defined so: %s', async (definition, code) => {
    expect((await problems(files('own', definition, false))).map((problem) => problem.code)).toContain(code);
  });
});
