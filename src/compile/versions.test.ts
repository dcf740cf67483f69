import { describe, expect, it } from 'vitest';
import type { Files } from './compile-fixture.ts';
import { compileFiles, modelNamed, problems } from './compile-fixture.ts';

const yaml = `models:
  - name: orders
    description: all orders
    config: { tags: [core], meta: { a: 1 }, materialized: table }
    columns:
      - { name: id, description: number, tests: [unique] }
      - { name: total }
    tests: [{ not_null: { column_name: id } }]
    versions:
      - v: 1
        deprecation_date: 2030-01-01
        columns: [{ include: all, exclude: [total] }, { name: amount }]
      - v: 2
        description: newer
        config: { tags: [new], meta: { b: 2 }, materialized: view }
        tests: []
      - v: 10
        defined_in: orders_next
        config: { alias: coming }
        columns: [{ name: id, description: key }]
`;

const files: Files = {
  'project.yaml': 'models: { marts: { orders: { +schema: sales, v2: { +schema: other } } } }\n',
  'models/marts/orders_v1.sql': 'select 1 as id',
  'models/marts/orders_v2.sql': 'select 2 as id',
  'models/marts/orders_next.sql': 'select 3 as id',
  'models/s.yaml': yaml,
};
const reader = (text: string, more: Files = {}): Files => ({ ...files, ...more, 'models/r.sql': text });
const sqlOf = async (all: Files): Promise<string> => {
  const { project, diagnostics } = await compileFiles(all);
  expect(diagnostics).toEqual([]);
  return modelNamed(project, 'r').full.sql;
};

describe('versions of a model', () => {
  it('are models of their own', async () => {
    const { project, diagnostics } = await compileFiles(files);
    expect(diagnostics).toEqual([]);
    expect(
      project.models.map(({ id, name, fqn, path, relation }) => [id, name, fqn.join('.'), path, `${relation.schema}.${relation.name}`]),
    ).toEqual([
      ['model.shop.orders.v10', 'orders.v10', 'shop.marts.orders.v10', 'models/marts/orders_next.sql', 'main_sales.coming'],
      ['model.shop.orders.v1', 'orders.v1', 'shop.marts.orders.v1', 'models/marts/orders_v1.sql', 'main_sales.orders_v1'],
      ['model.shop.orders.v2', 'orders.v2', 'shop.marts.orders.v2', 'models/marts/orders_v2.sql', 'main_other.orders_v2'],
    ]);
    expect(modelNamed(project, 'orders.v1').version).toMatchObject({ model: 'orders', v: 1, latest: 10, deprecationDate: '2030-01-01' });
    expect(project.tests.map(({ name }) => name).sort()).toEqual([
      'not_null_orders_v10_id',
      'not_null_orders_v1_id',
      'unique_orders_v1_id',
      'unique_orders_v2_id',
    ]);
  });

  it('take over what they do not say', async () => {
    const { project } = await compileFiles(files);
    const [one, two, ten] = ['orders.v1', 'orders.v2', 'orders.v10'].map((name) => modelNamed(project, name));
    expect(one).toMatchObject({ description: 'all orders', tags: ['core'], config: { materialized: 'table', meta: { a: 1 } } });
    expect(two).toMatchObject({ description: 'newer', tags: ['core', 'new'], config: { materialized: 'view', meta: { a: 1, b: 2 } } });
    expect([one, two, ten].map((model) => model?.columns.map(({ name, description }) => `${name} ${description}`.trim()))).toEqual([
      ['id number', 'amount'],
      ['id number', 'total'],
      ['id key'],
    ]);
  });

  it('are referred to by their number, or as the latest one', async () => {
    expect(await sqlOf(reader('select * from {{ref "orders"}}'))).toBe('select * from "main_sales"."coming"');
    expect(await sqlOf(reader('select * from {{ref "orders" version=1}}'))).toBe('select * from "main_sales"."orders_v1"');
    expect(await sqlOf(reader('select * from {{ref "shop" "orders" v="2"}}'))).toBe('select * from "main_other"."orders_v2"');
    const older = { 'models/s.yaml': yaml.replace('    versions:', '    latest_version: 2\n    versions:') };
    expect(await sqlOf(reader('select * from {{ref "orders"}}', older))).toBe('select * from "main_other"."orders_v2"');
  });

  it('that are not there are errors', async () => {
    expect(await problems(reader('select * from {{ref "orders" version=3}}'))).toMatchObject([
      {
        code: 'unknown-version',
        message: 'model `orders` has no version `3`',
        help: 'its versions are `1`, `2`, `10`',
        at: 'models/r.sql:3',
      },
    ]);
    const latest = { ...files, 'models/s.yaml': yaml.replace('    versions:', '    latest_version: 4\n    versions:') };
    expect(await problems(latest)).toMatchObject([{ code: 'unknown-version', at: 'models/s.yaml:4' }]);
    const twice = { ...files, 'models/s.yaml': yaml.replace('v: 2', 'v: 1') };
    expect((await problems(twice))[0]).toMatchObject({
      code: 'duplicate-properties',
      message: 'version `orders.v1` is described twice in `models/s.yaml`',
    });
  });

  it('that are turned off are errors that say where', async () => {
    const off = { 'models/s.yaml': yaml.replace('alias: coming', 'enabled: false') };
    expect((await problems(reader('select * from {{ref "orders" version=10}}', off)))[0]).toMatchObject({ code: 'disabled-ref' });
    expect((await problems(reader('select * from {{ref "orders"}}', off)))[0]).toMatchObject({ code: 'disabled-ref' });
  });

  it('may have the latest one in a file without a number', async () => {
    const plain = yaml.replace('        defined_in: orders_next\n        config: { alias: coming }\n', '');
    const { 'models/marts/orders_next.sql': next = '', ...others } = files;
    const { project, diagnostics } = await compileFiles({ ...others, 'models/marts/orders.sql': next, 'models/s.yaml': plain });
    expect(diagnostics).toEqual([]);
    expect(modelNamed(project, 'orders.v10')).toMatchObject({
      path: 'models/marts/orders.sql',
      relation: { schema: 'main_sales', name: 'orders_v10' },
    });
  });

  it('may have names, and be ephemeral', async () => {
    const named: Files = {
      'models/a_vold.sql': '{{config materialized="ephemeral"}}select 1 as id',
      'models/a_vnew.sql': 'select * from {{ref "a" version="old"}}',
      'models/s.yaml': 'models: [{ name: a, latest_version: old, versions: [{ v: old }, { v: new }] }]\n',
    };
    const { project, diagnostics } = await compileFiles(named);
    expect(diagnostics).toEqual([]);
    expect(modelNamed(project, 'a.vnew').full.sql).toContain('"__tx__cte__a.vold"');
  });

  it('are meant by references in tests', async () => {
    const test = (to: string): Files =>
      reader('select 1 as id', {
        'models/t.yaml': `models: [{ name: r, columns: [{ name: id, tests: [{ relationships: { to: "${to}", field: id } }] }] }]\n`,
      });
    const parents = async (to: string): Promise<readonly string[] | undefined> => {
      const { project, diagnostics } = await compileFiles(test(to));
      expect(diagnostics).toEqual([]);
      return project.tests.find(({ name }) => name.startsWith('relationships'))?.dependsOn.map(({ id }) => id);
    };
    expect(await parents("ref('orders', v=2)")).toContain('model.shop.orders.v2');
    expect(await parents("ref('orders', version='1')")).toContain('model.shop.orders.v1');
    expect(await parents("ref('orders')")).toContain('model.shop.orders.v10');
    expect((await problems(test("ref('orders', v=7)")))[0]).toMatchObject({ code: 'unknown-version' });
  });
});
