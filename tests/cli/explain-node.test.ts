import { expect, it } from 'vitest';
import { shop } from './shop.ts';

const FILES = {
  'project.yaml': `name: shop
targets:
  dev: { type: duckdb, path: shop.duckdb, schema: main }
models:
  marts: { +materialized: table, +tags: [nightly] }
`,
  'models/marts/total.sql': `{{config on_schema_change="fail"}}
select sum(amount) as total from {{ref "stg"}}
`,
  'models/marts/facts.sql': `{{config materialized="incremental" unique_key="id"}}
select id from {{ref "stg"}} {{#if is_incremental}} where id > (select max(id) from {{this}}) {{/if}}
`,
};

it('tells what a build would do, where each value of the config is set, and what is around the node', async () => {
  const project = await shop(FILES);
  const { code, stdout } = await project.tx(['explain', '--node', 'total', '--output', 'json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    id: 'model.shop.total',
    relation: '"main"."total"',
    next: { action: 'table', reason: 'never built' },
    config: [
      { key: 'materialized', value: 'table', setAt: 'project.yaml:5:27' },
      { key: 'tags', value: ['nightly'], setAt: 'project.yaml:5:41' },
      { key: 'on_schema_change', value: 'fail', setAt: 'models/marts/total.sql:1:27' },
      { key: 'enabled', value: true },
      { key: 'meta', value: {} },
      { key: 'access', value: 'protected' },
    ],
    parents: ['model stg'],
    children: [],
    tests: [{ name: 'total_is_positive', severity: 'error', declaredAt: 'tests/data/total_is_positive.sql' }],
    sql: { full: 'select sum(amount) as total from "main"."stg"' },
  });
});

it('shows both texts of an incremental model, and why it is built the one or the other way', async () => {
  const project = await shop(FILES);
  const before = await project.tx(['explain', '--node', 'facts']);
  expect(before.stdout).toContain('incremental (never built)');
  expect(before.stdout).toContain('sql of a later build\nselect id from "main"."stg"  where id > (select max(id) from "main"."facts")');
  expect((await project.tx(['build', '-s', '+facts'])).code).toBe(0);
  expect((await project.tx(['explain', '--node', 'facts'])).stdout).toContain('incremental (unchanged)');
  project.write('seeds/raw.csv', 'id,amount\n7,8\n');
  expect((await project.tx(['explain', '--node', '+facts'])).stdout).toContain('incremental delete_insert (new rows only)');
});

it('takes a selector, leaves tests out, and says what it does not know', async () => {
  const project = await shop();
  const marts = await project.tx(['explain', '--node', 'stg+', '--output', 'json']);
  expect((JSON.parse(marts.stdout) as readonly { readonly name: string }[]).map(({ name }) => name)).toEqual(['stg', 'total']);
  const test = await project.tx(['explain', '--node', 'total_is_positive']);
  expect(test.stdout).toContain('test total_is_positive');
  expect(test.stdout).toContain('select * from "main"."total" where total <= 0');
  const missing = await project.tx(['explain', '--node', 'totl']);
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain('did you mean `total`?');
});
