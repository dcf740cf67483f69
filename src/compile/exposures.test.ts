import { describe, expect, it } from 'vitest';
import type { Files } from './compile-fixture.ts';
import { compileFiles, problems } from './compile-fixture.ts';

const groups = 'groups:\n  - name: finance\n    owner: { name: Ann }\n  - { name: crm, owner: { email: crm@x.org } }\n';
const base: Files = {
  'models/orders.sql': 'select 1 as id',
  'models/s.yaml': 'sources:\n  - { name: web, tables: [{ name: visits }] }\n',
};

const dashboard = (lines: string): Files => ({
  ...base,
  'models/marts/e.yaml': `exposures:\n  - name: weekly\n    type: dashboard\n    owner: { name: Bo }\n${lines}`,
});

describe('an exposure', () => {
  it('is a node below what it uses', async () => {
    const files = dashboard(`    label: Weekly
    maturity: high
    url: https://example.org
    description: 'Numbers {{doc "board"}}'
    depends_on: [ref('orders'), "source('web', 'visits')", ref('orders')]
    tags: [a]
    config: { meta: { x: 1 } }
`);
    const docs = { 'docs/d.md': '{{#docs "board"}}for the board{{/docs}}' };
    const { project, diagnostics } = await compileFiles({ ...files, ...docs });
    expect(diagnostics).toEqual([]);
    expect(project.exposures).toMatchObject([
      {
        resourceType: 'exposure',
        id: 'exposure.shop.weekly',
        name: 'weekly',
        fqn: ['shop', 'marts', 'weekly'],
        path: 'models/marts/e.yaml',
        type: 'dashboard',
        label: 'Weekly',
        maturity: 'high',
        url: 'https://example.org',
        owner: { name: 'Bo' },
        description: 'Numbers for the board',
        tags: ['a'],
        dependsOn: [{ id: 'model.shop.orders' }, { id: 'source.shop.web.visits' }],
      },
    ]);
  });

  it('that is turned off is left out and known', async () => {
    const { project, diagnostics } = await compileFiles(dashboard('    config: { enabled: false }\n    depends_on: [ref("nothing")]\n'));
    expect(diagnostics).toEqual([]);
    expect(project.exposures).toEqual([]);
    expect(project.disabled).toMatchObject([{ id: 'exposure.shop.weekly', name: 'weekly', span: { path: 'models/marts/e.yaml' } }]);
  });

  it('that uses what is not there is an error', async () => {
    expect(await problems(dashboard('    depends_on: [ref("ordrs")]\n'))).toMatchObject([
      { code: 'ref-not-found', at: 'models/marts/e.yaml:ref("ordrs")' },
    ]);
  });

  it('of which there are two is an error', async () => {
    const files = { ...dashboard(''), 'models/other.yaml': 'exposures: [{ name: weekly, type: ml, owner: { name: Bo } }]\n' };
    expect(await problems(files)).toMatchObject([
      { code: 'duplicate-properties', message: 'exposure `weekly` is described in `models/marts/e.yaml` and in `models/other.yaml`' },
    ]);
  });
});

describe('access', () => {
  const files = (reader: string, config: string): Files => ({
    ...base,
    'models/reader.sql': `${reader}select * from {{ref "orders"}}`,
    'models/g.yaml': `${groups}models:\n  - { name: orders, ${config} }\n`,
  });
  const codes = async (all: Files): Promise<readonly string[]> => (await problems(all)).map(({ code }) => code);

  it('private is for the group of the model', async () => {
    const closed = 'group: finance, access: private';
    expect(await codes(files('{{config group="finance"}}', closed))).toEqual([]);
    expect(await codes(files('', closed))).toEqual(['private-ref']);
    expect(await problems(files('{{config group="crm"}}', closed))).toMatchObject([
      { message: 'model `orders` is private to group `finance`', at: 'models/reader.sql:{{ref "orders"}}' },
    ]);
    expect(await problems(files('', 'access: private'))).toMatchObject([
      { help: 'give `orders` and `reader` the same `group`, or take `access: private` away' },
    ]);
    expect(await codes(files('', 'group: finance, config: { access: protected }'))).toEqual([]);
    expect(await codes(files('', 'group: finance, access: public'))).toEqual([]);
  });

  it('private holds for exposures, and not for tests', async () => {
    const closed = { ...files('{{config group="finance"}}', 'group: finance, access: private, columns: [{ name: id, tests: [unique] }]') };
    expect(await codes({ ...closed, 'tests/t.sql': 'select * from {{ref "orders"}}' })).toEqual([]);
    expect(
      await codes({
        ...closed,
        'models/e.yaml': 'exposures: [{ name: w, type: ml, owner: { name: Bo }, depends_on: [ref("orders")] }]\n',
      }),
    ).toEqual(['private-ref']);
  });

  it('may be given to a folder', async () => {
    const inner: Files = {
      'project.yaml': 'models: { core: { +group: finance, +access: private } }\n',
      'models/core/a.sql': 'select 1 as id',
      'models/core/b.sql': 'select * from {{ref "a"}}',
      'models/g.yaml': groups,
    };
    expect(await codes(inner)).toEqual([]);
    expect(await codes({ ...inner, 'models/c.sql': 'select * from {{ref "b"}}' })).toEqual(['private-ref']);
  });

  it.each([
    ['access: open', 'wrong-value'],
    ['group: finanse', 'unknown-group'],
  ])('%s is an error', async (config, code) => {
    expect((await codes(files('', config)))[0]).toBe(code);
  });
});
