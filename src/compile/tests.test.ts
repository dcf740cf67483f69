import { describe, expect, it } from 'vitest';
import { findCheck } from '../checks/vocabulary.ts';
import { compileFiles, problems } from './compile-fixture.ts';
import { parseThreshold } from './thresholds.ts';

const models = { 'models/orders.sql': 'select 1 as id', 'models/staging/customers.sql': 'select 1 as id' };

/** Properties of the model `orders` with tests on its column `id` (or, without `column`, on itself). */
function yaml(tests: string, column = true): Record<string, string> {
  const block = tests
    .split('\n')
    .map((line) => `${column ? '          ' : '      '}${line}`)
    .join('\n');
  return {
    ...models,
    'models/p.yaml': `models:\n  - name: orders\n${column ? '    columns:\n      - name: id\n        tests:\n' : '    tests:\n'}${block}\n`,
  };
}

describe('declared tests', () => {
  it('have the names that dbt gives', async () => {
    const { project, diagnostics } = await compileFiles(
      yaml(`- not_null
- unique
- accepted_values: { values: [placed, shipped, 1, true] }
- relationships: { arguments: { to: ref('customers'), field: id } }
- dbt.not_null: { where: "id > 0" }
- not_null: { name: own_name }`),
    );
    expect(diagnostics).toEqual([]);
    expect(project.tests.map((test) => test.name)).toEqual([
      'not_null_orders_id',
      'unique_orders_id',
      'accepted_values_orders_id__placed__shipped__1__True',
      'relationships_orders_id__id__ref_customers_',
      'dbt_not_null_orders_id',
      'own_name',
    ]);
    expect(project.tests[0]?.id).toMatch(/^test\.shop\.not_null_orders_id\.[0-9a-f]{10}$/);
  });

  it('are refused when they say the same twice', async () => {
    const found = await problems(yaml('- not_null\n- not_null: { severity: warn }'));
    expect(found).toMatchObject([{ code: 'duplicate-test', message: 'test `not_null_orders_id` is declared twice' }]);
  });

  it('stand where their check can judge', async () => {
    expect((await problems(yaml('- not_null', false))).map(({ code }) => code)).toEqual(['check-needs-column']);
    const notNull = findCheck('not_null');
    const ofTables = { findCheck: () => (notNull === undefined ? undefined : { ...notNull, on: 'relation' as const }) };
    expect((await problems(yaml('- not_null'), ofTables)).map(({ code }) => code)).toEqual(['check-on-column']);
  });

  it('get a hash where the name is long, the same as in dbt', async () => {
    const { project } = await compileFiles({
      'models/orders.sql': 'select 1 as status',
      'models/p.yaml':
        'models:\n  - name: orders\n    columns:\n      - name: status\n        tests: [{ accepted_values: { values: [placed, shipped, completed, return_pending, returned] } }]\n',
    });
    // The name of this test in the manifest of dbt's jaffle_shop.
    expect(project.tests[0]?.name).toBe('accepted_values_orders_1ce6ab157c285f7cd2ac656013faf758');
  });

  it('on sources say so', async () => {
    const { project } = await compileFiles({
      'models/s.yaml': 'sources:\n  - name: web\n    tables:\n      - name: raw\n        columns: [{ name: id, tests: [not_null] }]\n',
    });
    expect(project.tests).toMatchObject([
      { name: 'source_not_null_web_raw_id', test: { attachedTo: 'source.shop.web.raw', column: 'id' } },
    ]);
  });

  it('depend on what they judge and on the relations among their arguments', async () => {
    const files = {
      ...yaml("- relationships: { to: ref('customers'), field: id }"),
      'project.yaml': 'models: { staging: { +schema: stg } }\n',
    };
    const { project } = await compileFiles(files);
    expect(project.tests).toMatchObject([
      {
        dependsOn: [{ id: 'model.shop.orders' }, { id: 'model.shop.customers' }],
        test: {
          kind: 'generic',
          check: 'relationships',
          args: { to: '"main_stg"."customers"', field: 'id' },
          attachedTo: 'model.shop.orders',
          column: 'id',
        },
      },
    ]);
  });

  it.each([
    ['customers', '"main"."customers"'],
    ["ref('shop', 'customers')", '"main"."customers"'],
    ['web.raw', '"web"."raw"'],
    ["source('web', 'raw')", '"web"."raw"'],
    ["ref('eph')", '(\nselect 7 as id\n)'],
  ])('may name a relation as %s', async (to, sql) => {
    const files = {
      ...yaml(`- relationships: { to: "${to}", field: id }`),
      'models/s.yaml': 'sources: [{ name: web, tables: [{ name: raw }] }]\n',
      'models/eph.sql': '{{config materialized="ephemeral"}}select 7 as id',
    };
    const { project, diagnostics } = await compileFiles(files);
    expect(diagnostics).toEqual([]);
    expect(project.tests).toMatchObject([{ test: { args: { to: sql } } }]);
  });

  it.each([
    ['- not_nul', 'unknown-check: there is no check `not_nul`', 'not_nul'],
    ["- relationships: { to: ref('custmers'), field: id }", 'ref-not-found: there is no model or seed `custmers`', "ref('custmers')"],
    [
      "- relationships: { to: \"source('web', 'raw')\", field: id }",
      'source-not-found: there is no source `web.raw`',
      "source('web', 'raw')",
    ],
    [
      "- relationships: { to: \"ref('other', 'customers')\", field: id }",
      'unknown-package: there is no package `other`',
      "ref('other', 'customers')",
    ],
    ['- not_null: { warn_if: many }', 'bad-threshold: `warn_if` is not a condition: `many`', 'many'],
    ['- not_null: { where: "true) or (1=1" }', 'unbalanced-parenthesis: this `)` closes nothing', 'true) or (1=1'],
    ['- not_null: { where: "a = \'(" }', 'unclosed-quote: this string is not closed', "a = '("],
    [
      '- not_null: { where: "true; drop table t" }',
      'several-statements: the condition of a test is one query, and here a second statement starts',
      'true; drop table t',
    ],
    ['- uniq', 'unknown-check: there is no check `uniq`', 'uniq'],
    ['- not_null: { where: "a > {{oops}}" }', 'unknown-name: there is no value `oops` here', 'oops'],
    [
      '- not_null: { where: "a > {{run.started_at}}" }',
      'value-at-run-time: `run.started_at` is known only when the model runs, so the condition of a test cannot use it',
      'a > {{run.started_at}}',
    ],
    [
      '- not_null: { where: "a in (select id from {{ref \'customers\'}})" }',
      'ref-not-allowed: the condition of a test cannot use `ref "customers"`',
      "{{ref 'customers'}}",
    ],
  ])('are refused where they are wrong: %s', async (test, problem, at) => {
    const found = await problems(yaml(test));
    expect(found.map(({ code, message }) => `${code}: ${message}`)).toEqual([problem]);
    expect(found[0]?.at).toBe(`models/p.yaml:${at}`);
  });

  it('may name their column beside `columns:`', async () => {
    const { project, diagnostics } = await compileFiles(yaml('- not_null: { column_name: id }', false));
    expect(diagnostics).toEqual([]);
    expect(project.tests).toMatchObject([{ name: 'not_null_orders_id', test: { column: 'id', args: {} } }]);
  });

  it('have thresholds, severity and conditions from folders, YAML and themselves', async () => {
    const files = {
      ...yaml('- not_null: { config: { error_if: "> 0.5%", where: "id > {{var \'least\'}}", tags: nightly } }'),
      'project.yaml': 'vars: { least: 3 }\ntests: { +severity: warn, +tags: all, +warn_if: ">10" }\n',
    };
    const { project } = await compileFiles(files);
    expect(project.tests[0]?.config).toMatchObject({
      severity: 'warn',
      warnIf: { operator: '>', value: 10, percent: false, text: '>10' },
      errorIf: { operator: '>', value: 0.5, percent: true, text: '> 0.5%' },
      enabled: true,
      tags: ['all', 'nightly'],
      meta: {},
      where: 'id > 3',
    });
  });

  it('go with a disabled model, and can be turned off alone', async () => {
    const off = await compileFiles({ ...yaml('- not_null'), 'project.yaml': 'models: { +enabled: false }\n' });
    expect([off.project.tests, off.diagnostics]).toEqual([[], []]);
    const { project } = await compileFiles(yaml('- not_null: { enabled: false }\n- unique'));
    expect(project.tests.map((test) => test.name)).toEqual(['unique_orders_id']);
    expect(project.disabled.map((node) => node.name)).toEqual(['not_null_orders_id']);
  });
});

describe('singular tests', () => {
  it('are rendered like models', async () => {
    const files = { ...models, 'tests/money/t.sql': '{{config severity="warn" tags=(array "m")}}\nselect * from {{ref "orders"}};' };
    const { project, diagnostics } = await compileFiles(files);
    expect(diagnostics).toEqual([]);
    expect(project.tests).toMatchObject([
      {
        id: 'test.shop.t',
        fqn: ['shop', 'money', 't'],
        tags: ['m'],
        config: { severity: 'warn' },
        dependsOn: [{ id: 'model.shop.orders' }],
        test: { kind: 'singular', text: { sql: 'select * from "main"."orders"' } },
      },
    ]);
  });

  it('have no relation of their own, and one name each', async () => {
    const found = await problems({ 'tests/a/t.sql': 'select {{this}}', 'tests/b/t.sql': 'select 1' });
    expect(found.map(({ code, message }) => [code, message])).toEqual([
      ['duplicate-name', '`t` is the name of `tests/a/t.sql` and of `tests/b/t.sql`'],
      ['ref-not-allowed', 'a test cannot use `this`'],
    ]);
  });

  it('are refused config that says nothing for them, and pass it over on a folder', async () => {
    const misfits = { error_if: '> 1%', where: 'id > 1', on_null: 'fail', group_by: 'id', on_fail: 'quarantine', keep: 'none' };
    const inFile = Object.entries(misfits).map(([key, value]) => `${key}="${value}"`);
    const found = await problems({ ...models, 'tests/t.sql': `{{config limit=1 ${inFile.join(' ')}}}select * from {{ref "orders"}}` });
    expect(found.map(({ code, at }) => [code, at])).toEqual(
      ['where', 'group_by', 'on_null', 'on_fail', 'keep', 'error_if'].map((key) => [
        'check-config-misfit',
        `tests/t.sql:"${misfits[key as keyof typeof misfits]}"`,
      ]),
    );
    const onFolder = Object.entries(misfits).map(([key, value]) => `+${key}: "${value}"`);
    const files = { ...models, 'tests/t.sql': 'select * from {{ref "orders"}}', 'project.yaml': `tests: { ${onFolder.join(', ')} }\n` };
    expect(await problems(files)).toEqual([]);
  });

  it('that fail to compile are listed as broken, under their own id', async () => {
    const { project, diagnostics } = await compileFiles({ 'tests/t.sql': 'delete from x' });
    expect(project.broken).toEqual(['test.shop.t']);
    expect(diagnostics.map(({ code, node }) => [code, node])).toEqual([['not-a-select', 'test.shop.t']]);
  });
});

describe('a threshold', () => {
  it.each([
    ['> 10', { operator: '>', value: 10, percent: false, text: '> 10' }],
    [' >=0.5 % ', { operator: '>=', value: 0.5, percent: true, text: '>=0.5 %' }],
    ['<> 0', { operator: '!=', value: 0, percent: false, text: '<> 0' }],
    ['== 3', { operator: '=', value: 3, percent: false, text: '== 3' }],
    ['10', undefined],
    ['> ten', undefined],
    ['> -1', undefined],
  ])('%j', (text, threshold) => {
    expect(parseThreshold(text)).toEqual(threshold);
  });
});
