import { describe, expect, it } from 'vitest';
import type { CompiledTest } from './compiled.ts';
import type { Files } from './compile-fixture.ts';
import { compileFiles, problems } from './compile-fixture.ts';

const models = { 'models/staging/orders.sql': 'select 1 as id', 'models/items.sql': 'select 1 as id' };

async function testsOf(files: Files): Promise<ReadonlyMap<string, CompiledTest>> {
  const { project, diagnostics } = await compileFiles(files);
  expect(diagnostics).toEqual([]);
  return new Map(project.tests.map((test) => [test.name, test]));
}

/** The text that a place stands for. */
function written(files: Files, test: CompiledTest | undefined, key: string): string {
  const span = test?.rawConfig[key]?.span;
  // The fixture puts a head before project.yaml: places in it are not looked at here.
  return span === undefined ? 'nowhere' : `${span.path}:${files[span.path]?.slice(span.start, span.end) ?? ''}`;
}

describe('config of tests in the config of their node', () => {
  it('lies between the folders and the test itself, and adds up from level to level', async () => {
    const files = {
      ...models,
      'project.yaml': `tests: { +severity: warn, +limit: 4, +tags: folder, +meta: { a: 1 }, +warn_if: "> 1" }
models:
  +tests: { limit: 3, tags: tree, meta: { b: 1, c: 1 }, where: id > 1, store_failures: true }
  staging: { orders: { +tests: { where: id > 2, tags: [inner] } } }
`,
      'models/p.yaml': `models:
  - name: orders
    config: { tests: { warn_if: "> 5", tags: yaml, meta: { c: 2 }, limit: ~ } }
    tests: [unique: { name: beside, column_name: id }]
    columns:
      - name: id
        tests: [not_null: { name: inherits }, unique: { name: says, severity: error, where: id > 3, tags: own, meta: { c: 3 } }]
  - name: items
    columns: [{ name: id, tests: [not_null: { name: other }] }]
`,
      'tests/t.sql': 'select * from {{ref "orders"}}',
    };
    const tests = await testsOf(files);
    expect(tests.get('inherits')?.config).toMatchObject({
      severity: 'warn',
      limit: 3,
      tags: ['folder', 'tree', 'inner', 'yaml'],
      meta: { a: 1, b: 1, c: 2 },
      warnIf: { text: '> 5' },
      where: 'id > 2',
      storeFailures: true,
    });
    expect(tests.get('beside')?.config).toEqual(tests.get('inherits')?.config);
    expect(tests.get('says')?.config).toMatchObject({
      severity: 'error',
      limit: 3,
      tags: ['folder', 'tree', 'inner', 'yaml', 'own'],
      meta: { a: 1, b: 1, c: 3 },
      where: 'id > 3',
    });
    expect(tests.get('other')?.config).toMatchObject({ limit: 3, tags: ['folder', 'tree'], warnIf: { text: '> 1' }, where: 'id > 1' });
    // A query stands on no node.
    expect(tests.get('t')?.config).toMatchObject({ severity: 'warn', limit: 4, tags: ['folder'] });
    // Each value has the place where somebody wrote it.
    expect(written(files, tests.get('inherits'), 'warn_if')).toBe('models/p.yaml:> 5');
    expect(written(files, tests.get('inherits'), 'meta')).toBe('models/p.yaml:{ c: 2 }');
    expect(tests.get('inherits')?.rawConfig['where']?.span.path).toBe('project.yaml');
    expect(written(files, tests.get('says'), 'where')).toBe('models/p.yaml:id > 3');
  });

  it('may stand on seeds, snapshots, sources and their tables, versions, and in the file of a model', async () => {
    const files = {
      'project.yaml': 'seeds: { +tests: { tags: tree } }\nsnapshots: { +tests: { tags: tree } }\n',
      'models/m.sql': '{{config tests=(object severity="warn" tags=(array "file"))}}\nselect 1 as id',
      'models/v_v1.sql': 'select 1 as id',
      'models/v_v2.sql': 'select 1 as id',
      'seeds/s.csv': 'id\n1\n',
      'seeds/s.yaml': 'seeds: [{ name: s, config: { tests: { tags: seed } }, columns: [{ name: id, tests: [unique] }] }]\n',
      'snapshots/h.yaml': `snapshots:
  - name: h
    relation: ref('m')
    config: { strategy: check, unique_key: id, check_cols: all, tests: { tags: snapshot } }
    columns: [{ name: id, tests: [not_null] }]
`,
      'models/p.yaml': `models:
  - name: m
    config: { tests: { severity: error, tags: yaml, limit: 2 } }
    columns: [{ name: id, tests: [unique] }]
  - name: v
    config: { tests: { tags: all, limit: 1, on_null: fail } }
    columns: [{ name: id, tests: [not_null] }]
    versions: [{ v: 1 }, { v: 2, config: { tests: { tags: second, limit: 2 } } }]
sources:
  - name: web
    config: { tests: { tags: source, limit: 1, severity: warn } }
    tables:
      - { name: a, columns: [{ name: id, tests: [unique] }] }
      - { name: b, config: { tests: { tags: [table], limit: 2 } }, columns: [{ name: id, tests: [unique] }] }
`,
    };
    const tests = await testsOf(files);
    const found = Object.fromEntries(
      [...tests].map(([name, { config }]) => [name, [config.severity, config.tags.join(' '), config.limit, config.onNull]]),
    );
    expect(found).toEqual({
      unique_m_id: ['warn', 'yaml file', 2, undefined],
      not_null_v_v1_id: ['error', 'all', 1, 'fail'],
      not_null_v_v2_id: ['error', 'all second', 2, 'fail'],
      unique_s_id: ['error', 'tree seed', undefined, undefined],
      not_null_h_id: ['error', 'tree snapshot', undefined, undefined],
      source_unique_web_a_id: ['warn', 'source', 1, undefined],
      source_unique_web_b_id: ['warn', 'source table', 2, undefined],
    });
  });

  it('turns all of them off, but for those that say otherwise', async () => {
    const files = {
      ...models,
      'models/p.yaml':
        'models: [{ name: items, config: { tests: { enabled: false } }, columns: [{ name: id, tests: [unique, not_null: { enabled: true }] }] }]\n',
    };
    const { project } = await compileFiles(files);
    expect(project.tests.map(({ name }) => name)).toEqual(['not_null_items_id']);
    const [off] = project.disabled;
    expect([off?.name, files['models/p.yaml'].slice(off?.span?.start, off?.span?.end)]).toEqual(['unique_items_id', 'false']);
  });

  it('says nothing for checks that it does not fit, where the check itself would be refused', async () => {
    const on = (config: string, own: string): Files => ({
      ...models,
      'models/p.yaml': `models: [{ name: items, config: { tests: { ${config} } }, tests: [column_exists: { column_name: id${own} }] }]\n`,
    });
    const misfits = 'where: id > 1, group_by: id, on_null: fail, on_fail: quarantine, keep: { last: id }, warn_if: "> 1%"';
    expect(await problems(on(misfits, ''))).toEqual([]);
    expect((await problems(on('limit: 1', `, ${misfits}`))).map(({ code }) => code)).toEqual(Array(6).fill('check-config-misfit'));
  });

  it('tells what is wrong with a value where it stands, once for each test', async () => {
    const found = await problems({
      ...models,
      'models/p.yaml':
        'models: [{ name: items, config: { tests: { error_if: many, where: "id > {{oops}}" } }, columns: [{ name: id, tests: [unique] }] }]\n',
    });
    expect(found.map(({ code, at }) => [code, at])).toEqual([
      ['unknown-name', 'models/p.yaml:oops'],
      ['bad-threshold', 'models/p.yaml:many'],
    ]);
  });

  it('holds for tests of the project too, whose SQL looks at the rows that are left', async () => {
    const tests = await testsOf({
      ...models,
      'tests/own.sql': '{{#test "none" "model"}}select * from {{model}}{{/test}}',
      'models/p.yaml': 'models: [{ name: items, config: { tests: { where: id > 7 } }, tests: [none] }]\n',
    });
    expect(tests.get('none_items_')?.test.text?.sql).toContain('where (\nid > 7\n)');
  });
});
