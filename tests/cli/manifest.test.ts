import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { callTx } from '../support/call-tx.ts';
import { REPOSITORY, copyProject } from '../support/tx.ts';
import { linesOf, PROJECT, shop, SHOP } from './shop.ts';
import type { Shop } from './shop.ts';

const ajv = new Ajv2020({ strict: false, validateFormats: false });
const readSchema = (name: string): object => JSON.parse(readFileSync(join(REPOSITORY, 'tests', 'schemas', 'dbt', name), 'utf8')) as object;
const isManifest = ajv.compile(readSchema('manifest-v12.json'));

type Json = Record<string, unknown>;
type Entries = Record<string, Json>;

/** A manifest that the schema accepts. */
function parsed(
  text: string,
): Json & { nodes: Entries; sources: Entries; macros: Entries; docs: Entries; parent_map: Json; child_map: Json } {
  const manifest = JSON.parse(text) as ReturnType<typeof parsed>;
  expect(isManifest(manifest), JSON.stringify(isManifest.errors?.filter(({ keyword }) => keyword !== 'anyOf').slice(0, 8))).toBe(true);
  return manifest;
}

/** A project with something of everything. */
const RICH: Readonly<Record<string, string>> = {
  ...SHOP,
  'project.yaml': `${PROJECT}vars: { least: 1 }
seeds: { +post_hook: 'select count(*) from {{this}}' }
models: { marts: { +meta: { owner: ann } } }
`,
  'macros/m.sql': '{{#macro "double" "x"}}({{x}} * 2){{/macro}}{{#macro "quadruple" "x"}}{{double (double x)}}{{/macro}}\n',
  'macros/js.js': 'export function three() { return 3; }\n',
  'docs/d.md': '{{#docs "amounts"}}what was paid{{/docs}}\n',
  'models/eph.sql': '{{config materialized="ephemeral"}}select id, {{quadruple "amount"}} as amount, {{three}} as t from {{ref "stg"}}\n',
  'models/marts/inc.sql':
    '{{config materialized="incremental" unique_key="id"}}select * from {{ref "eph"}}{{#if is_incremental}} where id > (select max(id) from {{this}}){{/if}}\n',
  'models/marts/reads.sql':
    'select a.*, b.* from {{source "web" "visits"}} as a, {{source "files" "raw"}} as b where b.id >= {{var "least"}}\n',
  'models/total_by_id.sql': '{{config materialized="table"}}select 1 as id',
  'models/promised.sql': '{{config materialized="table"}}select 1 as id, 1 as line, cast(2 as decimal(9, 2)) as amount',
  'models/promised.yaml': `models:
  - name: total_by_id
    columns: [{ name: id, constraints: [{ type: primary_key }] }]
  - name: promised
    config: { contract: { enforced: true } }
    constraints:
      - { type: primary_key, columns: [id, line], name: promised_key }
      - { type: check, expression: amount >= 0 }
      - { type: foreign_key, columns: [id], to: ref('total_by_id'), to_columns: [id] }
    columns:
      - { name: id, data_type: integer, constraints: [{ type: not_null }] }
      - { name: line, data_type: integer }
      - name: amount
        data_type: decimal(9, 2)
        constraints: [{ type: check, expression: amount < 100 }, { type: unique, name: once }]
`,
  'snapshots/kept.yaml': `snapshots:
  - name: kept
    relation: ref('stg')
    config: { unique_key: id, strategy: check, check_cols: [amount], hard_deletes: new_record, tags: [history] }
    columns: [{ name: id, tests: [not_null] }]
`,
  'models/off.sql': '{{config enabled=false}}select 1 as x\n',
  'models/rich.yaml': `models:
  - name: eph
    description: '{{doc "amounts"}}'
    columns:
      - { name: '10', description: ten }
      - { name: '9', data_type: int, tags: [a], meta: { n: 1.50 } }
      - { name: id, tests: [{ relationships: { to: ref('stg'), field: id } }] }
macros:
  - { name: double, description: twice }
sources:
  - name: web
    schema: web_data
    description: the web
    meta: { of: all }
    loader: a tool
    freshness: { warn_after: { count: 1, period: day } }
    loaded_at_field: at
    tables:
      - name: visits
        identifier: visits_v2
        columns: [{ name: id, tests: [not_null] }]
  - name: files
    tables:
      - { name: raw, external: seeds/raw.csv }
`,
  'models/goods_v1.sql': 'select 1 as id',
  'models/goods.sql': 'select 1 as id, 2 as price',
  'models/marts/goods_read.sql': 'select * from {{ref "goods" version=1}}',
  'models/people.yaml': `groups:
  - { name: sales, owner: { name: Ann, email: [a@x.org, b@x.org], chat: '#sales' } }
models:
  - name: goods
    group: sales
    access: public
    versions:
      - { v: 1, deprecation_date: 2030-01-01 }
      - { v: 2, tests: [{ unique: { column_name: id } }] }
exposures:
  - name: weekly
    label: Weekly numbers
    type: dashboard
    maturity: high
    url: https://example.org/weekly
    owner: { name: Bo }
    depends_on: ["ref('goods', v=1)", ref('stg'), "source('web', 'visits')"]
    tags: [board]
`,
  'selectors.yaml': `selectors:
  - name: all_of_it
    description: everything
    definition:
      union: [tag:nightly, { method: fqn, value: stg, parents: true, parents_depth: 1, exclude: [raw] }, { exclude: [eph] }]
`,
};

describe('the manifest', () => {
  let project: Shop;
  let text = '';
  beforeAll(async () => {
    project = await shop(RICH);
    const result = await project.tx(['compile']);
    expect(result.code, result.stderr).toBe(0);
    text = project.read('target/manifest.json');
  });

  it('has the form that dbt publishes', () => {
    const { metadata, nodes, sources } = parsed(text);
    expect(metadata).toMatchObject({
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
      project_name: 'shop',
      adapter_type: 'duckdb',
      env: { TX_VERSION: '0.1.0' },
    });
    expect(Object.keys(nodes).filter((id) => !id.startsWith('test.'))).toEqual([
      'model.shop.eph',
      'model.shop.goods.v1',
      'model.shop.goods.v2',
      'model.shop.goods_read',
      'model.shop.inc',
      'model.shop.promised',
      'model.shop.reads',
      'model.shop.stg',
      'model.shop.total',
      'model.shop.total_by_id',
      'seed.shop.raw',
      'snapshot.shop.kept',
    ]);
    expect(Object.keys(sources)).toEqual(['source.shop.files.raw', 'source.shop.web.visits']);
  });

  it('says of a model what readers ask for', () => {
    expect(parsed(text).nodes['model.shop.inc']).toMatchObject({
      database: 'shop',
      schema: 'main',
      name: 'inc',
      alias: 'inc',
      resource_type: 'model',
      package_name: 'shop',
      path: 'marts/inc.sql',
      original_file_path: 'models/marts/inc.sql',
      fqn: ['shop', 'marts', 'inc'],
      config: { materialized: 'incremental', unique_key: ['id'], meta: { owner: 'ann' } },
      meta: { owner: 'ann' },
      relation_name: '"shop"."main"."inc"',
      raw_code: RICH['models/marts/inc.sql'],
      compiled: true,
      compiled_path: 'target/compiled/shop/models/marts/inc.sql',
      refs: [{ name: 'eph', package: null, version: null }],
      depends_on: { nodes: ['model.shop.eph'], macros: [] },
      language: 'sql',
    });
    const { eph } = { eph: parsed(text).nodes['model.shop.eph'] };
    expect(eph).toMatchObject({
      description: 'what was paid',
      relation_name: null,
      patch_path: 'shop://models/rich.yaml',
      depends_on: { macros: ['macro.shop.quadruple', 'macro.shop.double', 'macro.shop.three'] },
      columns: { '10': { name: '10', description: 'ten' }, '9': { data_type: 'int', tags: ['a'], meta: { n: 1.5 } } },
    });
    expect(parsed(text).nodes['model.shop.reads']).toMatchObject({
      sources: [
        ['web', 'visits'],
        ['files', 'raw'],
      ],
    });
    // The same text as in its file, but for the database in front of relations, by which other tools find them.
    const compiled = project.read('target/compiled/shop/models/marts/inc.sql');
    expect(`${String(parsed(text).nodes['model.shop.inc']?.['compiled_code'])}\n`).toBe(compiled.replaceAll('"main".', '"shop"."main".'));
  });

  it('says of snapshots how they keep history', () => {
    expect(parsed(text).nodes['snapshot.shop.kept']).toMatchObject({
      resource_type: 'snapshot',
      original_file_path: 'snapshots/kept.yaml',
      relation_name: '"shop"."main"."kept"',
      config: { materialized: 'snapshot', strategy: 'check', unique_key: ['id'], check_cols: ['amount'], hard_deletes: 'new_record' },
      tags: ['history'],
      depends_on: { nodes: ['model.shop.stg'] },
    });
  });

  it('says what a contract promises, and the constraints of a table and of its columns', () => {
    const { nodes } = parsed(text);
    expect(nodes['model.shop.promised']).toMatchObject({
      contract: { enforced: true, alias_types: true, checksum: expect.stringMatching(/^[0-9a-f]{64}$/) },
      constraints: [
        { type: 'primary_key', name: 'promised_key', columns: ['id', 'line'], to: null, to_columns: [] },
        { type: 'check', name: null, expression: 'amount >= 0' },
        { type: 'foreign_key', columns: ['id'], to: "ref('total_by_id')", to_columns: ['id'] },
      ],
      columns: {
        id: { data_type: 'integer', constraints: [{ type: 'not_null', name: null }] },
        line: { data_type: 'integer', constraints: [] },
        amount: {
          data_type: 'decimal(9, 2)',
          constraints: [
            { type: 'check', expression: 'amount < 100' },
            { type: 'unique', name: 'once' },
          ],
        },
      },
    });
    const without = { contract: { enforced: false, checksum: null }, constraints: [] };
    expect(nodes['model.shop.total']).toMatchObject(without);
    expect(nodes['model.shop.promised']?.['config']).toMatchObject({ contract: { enforced: true } });
    expect(nodes['model.shop.total_by_id']).toMatchObject({ columns: { id: { constraints: [{ type: 'primary_key' }] } } });
  });

  it('says of tests what they test', () => {
    const tests = Object.entries(parsed(text).nodes).filter(([id]) => id.startsWith('test.'));
    const named = (name: string): Json | undefined => tests.find(([, node]) => node['name'] === name)?.[1];
    expect(named('unique_stg_id')).toMatchObject({
      attached_node: 'model.shop.stg',
      column_name: 'id',
      file_key_name: 'models.stg',
      path: 'unique_stg_id.sql',
      original_file_path: 'models/shop.yaml',
      test_metadata: { name: 'unique', kwargs: { column_name: 'id', model: "ref('stg')" }, namespace: null },
      config: { severity: 'error', warn_if: '!= 0' },
      depends_on: { nodes: ['model.shop.stg'] },
    });
    expect(tests.find(([, { test_metadata: test }]) => (test as Json | undefined)?.['name'] === 'relationships')?.[1]).toMatchObject({
      test_metadata: { kwargs: { to: "ref('stg')", field: 'id', column_name: 'id', model: "ref('eph')" } },
    });
    expect(named('source_not_null_web_visits_id')).toMatchObject({
      file_key_name: 'sources.web',
      test_metadata: { kwargs: { model: "source('web', 'visits')" } },
    });
    expect(named('total_is_positive')).toMatchObject({
      compiled_path: 'target/compiled/shop/tests/data/total_is_positive.sql',
      path: 'data/total_is_positive.sql',
    });
  });

  it('says of sources where they are and how old they may be', () => {
    const { sources } = parsed(text);
    expect(sources['source.shop.web.visits']).toMatchObject({
      schema: 'web_data',
      identifier: 'visits_v2',
      source_name: 'web',
      source_description: 'the web',
      source_meta: { of: 'all' },
      loader: 'a tool',
      loaded_at_field: 'at',
      freshness: { warn_after: { count: 1, period: 'day' }, error_after: null, filter: null },
      relation_name: '"shop"."web_data"."visits_v2"',
    });
    expect(sources['source.shop.files.raw']).toMatchObject({ external: { location: 'seeds/raw.csv' }, freshness: null });
  });

  it('says of versions what they are versions of, and of groups whose they are', () => {
    const { nodes, ...manifest } = parsed(text);
    const [one, two] = [nodes['model.shop.goods.v1'], nodes['model.shop.goods.v2']];
    expect(one).toMatchObject({
      name: 'goods',
      alias: 'goods_v1',
      path: 'goods_v1.sql',
      fqn: ['shop', 'goods', 'v1'],
      version: 1,
      latest_version: 2,
      deprecation_date: '2030-01-01',
      group: 'sales',
      access: 'public',
      config: { group: 'sales', access: 'public' },
    });
    expect(two).toMatchObject({ name: 'goods', alias: 'goods_v2', original_file_path: 'models/goods.sql', version: 2 });
    expect(nodes['model.shop.goods_read']).toMatchObject({
      refs: [{ name: 'goods', package: null, version: 1 }],
      version: null,
      group: null,
      access: 'protected',
    });
    expect(Object.values(nodes).find(({ name }) => name === 'unique_goods_v2_id')).toMatchObject({
      attached_node: 'model.shop.goods.v2',
      test_metadata: { kwargs: { model: "ref('goods', v=2)" } },
    });
    expect(manifest['groups']).toMatchObject({
      'group.shop.sales': { name: 'sales', owner: { name: 'Ann', email: 'a@x.org, b@x.org', chat: '#sales' } },
    });
    expect(manifest['group_map']).toEqual({ sales: ['model.shop.goods.v1', 'model.shop.goods.v2'] });
  });

  it('says of exposures what they use', () => {
    expect(parsed(text)['exposures']).toMatchObject({
      'exposure.shop.weekly': {
        name: 'weekly',
        type: 'dashboard',
        label: 'Weekly numbers',
        maturity: 'high',
        url: 'https://example.org/weekly',
        owner: { name: 'Bo' },
        tags: ['board'],
        fqn: ['shop', 'weekly'],
        depends_on: { nodes: ['model.shop.goods.v1', 'model.shop.stg', 'source.shop.web.visits'] },
        refs: [{ name: 'goods', version: 1 }, { name: 'stg' }],
        sources: [['web', 'visits']],
      },
    });
  });

  it('holds macros, doc blocks and named selectors', () => {
    const manifest = parsed(text);
    expect(manifest.macros['macro.shop.double']).toMatchObject({
      description: 'twice',
      macro_sql: '{{#macro "double" "x"}}({{x}} * 2){{/macro}}',
    });
    expect(Object.keys(manifest.macros)).toEqual(['macro.shop.double', 'macro.shop.quadruple', 'macro.shop.three']);
    expect(manifest.docs['doc.shop.amounts']).toMatchObject({ block_contents: 'what was paid', path: 'docs/d.md' });
    expect(manifest['selectors']).toEqual({
      all_of_it: {
        name: 'all_of_it',
        description: 'everything',
        default: false,
        definition: {
          union: ['tag:nightly', { method: 'fqn', value: 'stg', parents: true, parents_depth: 1, exclude: ['raw'] }, { exclude: ['eph'] }],
        },
      },
    });
  });

  it('has both maps of edges for every node, source, test and exposure, one the reverse of the other', () => {
    const {
      nodes,
      sources,
      parent_map: parents,
      child_map: children,
    } = parsed(text) as ReturnType<typeof parsed> & {
      parent_map: Record<string, readonly string[]>;
      child_map: Record<string, readonly string[]>;
    };
    const ids = [...Object.keys(nodes), ...Object.keys(sources), 'exposure.shop.weekly'].sort();
    expect(Object.keys(parents)).toEqual(ids);
    expect(Object.keys(children)).toEqual(ids);
    for (const id of ids) for (const parent of parents[id] ?? []) expect(children[parent]).toContain(id);
    for (const id of ids) for (const child of children[id] ?? []) expect(parents[child]).toContain(id);
    expect(parents['model.shop.reads']).toEqual(['source.shop.files.raw', 'source.shop.web.visits']);
    expect(parents['seed.shop.raw']).toEqual([]);
  });

  it('holds no absolute path and no back slash in a path', () => {
    expect(text).not.toContain(project.root);
    const paths = Object.values(parsed(text).nodes).flatMap((node) => [node['path'], node['original_file_path'], node['compiled_path']]);
    for (const path of paths) expect(String(path)).not.toMatch(/^\/|\\/);
  });
});

describe('the manifest of the example project', () => {
  it('has the form that dbt publishes', async () => {
    const folder = copyProject(REPOSITORY, ['project.yaml', 'models', 'macros', 'seeds', 'data', 'doc_blocks', 'tests/data']);
    expect((await callTx(['compile', '--quiet'], { cwd: folder })).code).toBe(0);
    expect(Object.keys(parsed(readFileSync(join(folder, 'target/manifest.json'), 'utf8')).nodes).length).toBeGreaterThan(50);
  });
});

describe('the manifest is written', () => {
  const manifest = (project: Shop): string => project.read('target/manifest.json');

  it('by commands that compile or run, and by no other', async () => {
    for (const command of ['compile', 'test']) {
      const project = await shop();
      if (command === 'test') {
        await project.tx(['build']);
        await project.tx(['clean']);
      }
      await project.tx(['ls']);
      await project.tx(['plan']);
      expect(() => manifest(project)).toThrow('ENOENT');
      expect((await project.tx([command])).code, command).toBe(0);
      parsed(manifest(project));
    }
  });

  it('only when it would say something else', async () => {
    const project = await shop(RICH);
    const write = async (args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<string> => {
      expect((await project.tx(['compile', ...args], { env })).code).toBe(0);
      return manifest(project);
    };
    const first = await write();
    expect(await write()).toBe(first);
    expect(await write(['-s', 'stg'])).toBe(first);
    for (const [path, change] of [
      ['models/staging/stg.sql', 'select id, amount, 1 as one from {{ref "raw"}}\n'],
      ['models/shop.yaml', 'models: []\n'],
      ['seeds/raw.csv', 'id,amount\n1,10\n2,20\n3,31\n'],
      ['macros/js.js', 'export function three() { return 4; }\n'],
      ['selectors.yaml', 'selectors: []\n'],
    ] as const) {
      const before = manifest(project);
      project.write(path, change);
      expect(await write(), path).not.toBe(before);
      expect(await write(), path).toBe(manifest(project));
    }
    const before = manifest(project);
    expect(await write(['--vars', '{least: 2}'])).not.toBe(before);
  });

  it('with the same bytes for the same input, wherever and whenever', async () => {
    const env = { SOURCE_DATE_EPOCH: '1700000000' };
    const texts = [];
    for (let at = 0; at < 2; at += 1) {
      const project = await shop(RICH);
      await project.tx(['build', '-s', 'stg+', '--exclude', 'reads'], { env });
      texts.push(manifest(project));
    }
    expect(texts[0]).toBe(texts[1]);
    expect(parsed(texts[0] ?? '')['metadata']).toMatchObject({ generated_at: '2023-11-14T22:13:20.000Z' });
  });

  it('without what must not be seen', async () => {
    const project = await shop({
      'project.yaml': PROJECT,
      'models/s.yaml': 'sources: [{name: s, tables: [{name: t, external: "https://ann:hunter2@example.org/a.csv"}]}]\n',
    });
    expect((await project.tx(['compile', '-s', 'stg'])).code).toBe(0);
    expect(manifest(project)).toContain('example.org');
    expect(manifest(project)).not.toContain('hunter2');
  });

  it('also where some models do not compile', async () => {
    const project = await shop({ 'models/bad.sql': 'select {{nothing}} from {{ref "stg"}}\n' });
    expect((await project.tx(['compile', '-s', 'stg'])).code).toBe(0);
    expect(parsed(manifest(project)).nodes['model.shop.bad']).toMatchObject({ compiled: false, compiled_code: null });
  });
});

describe('state:', () => {
  it('compares with the target folder of an earlier run', async () => {
    const project = await shop(RICH);
    await project.tx(['compile', '--quiet']);
    cpSync(project.path('target'), project.path('before'), { recursive: true });
    const chosen = async (spec: string, args: readonly string[] = []): Promise<readonly string[]> => {
      const { stdout, code, stderr } = await project.tx([
        'ls',
        '-s',
        spec,
        '--state',
        'before',
        '--output',
        'name',
        '--indirect-selection',
        'empty',
        ...args,
      ]);
      expect(code, stderr).toBe(0);
      return linesOf(stdout);
    };
    expect(await chosen('state:modified')).toEqual([]);
    expect(await chosen('state:new')).toEqual([]);
    // A variable that reaches the SQL is a change; one that says nothing is none.
    expect(await chosen('state:modified', ['--vars', '{least: 2}'])).toEqual(['reads']);
    expect(await chosen('state:modified', ['--vars', '{other: 2}'])).toEqual([]);
    project.write('project.yaml', (RICH['project.yaml'] ?? '').replace('schema: main', 'schema: dev_ann'));
    expect(await chosen('state:modified')).toEqual([]);
    // What exposures say is all that there is of them.
    project.write('models/people.yaml', (RICH['models/people.yaml'] ?? '').replace('name: Bo', 'name: Bob').replace('public', 'protected'));
    expect([...(await chosen('state:modified'))].sort()).toEqual(['goods.v1', 'goods.v2', 'weekly']);
    expect(await chosen('state:modified.body')).toEqual(['weekly']);
    project.write('models/people.yaml', RICH['models/people.yaml'] ?? '');
    // What rows have to keep is built with the table.
    for (const [from, to] of [
      ['amount >= 0', 'amount > 0'],
      ['amount < 100', 'amount <= 100'],
      ['decimal(9, 2)', 'decimal(10, 2)'],
      ['enforced: true', 'enforced: false'],
    ] as const) {
      project.write('models/promised.yaml', (RICH['models/promised.yaml'] ?? '').replace(from, to));
      expect(await chosen('state:modified')).toEqual(['promised']);
    }
    project.write('models/promised.yaml', RICH['models/promised.yaml'] ?? '');
    project.write('models/staging/stg.sql', 'select id, amount + 0 as amount -- more\nfrom {{ref "raw"}}\n');
    project.write('models/more.sql', 'select 1 as one\n');
    project.write('seeds/raw.csv', 'id,amount\n4,10\n');
    project.write('macros/m.sql', (RICH['macros/m.sql'] ?? '').replace('* 2', '* 2.0'));
    // The SQL of an ephemeral model is part of the SQL of those who read it.
    expect([...(await chosen('state:modified'))].sort()).toEqual(['eph', 'inc', 'more', 'raw', 'stg']);
    expect(await chosen('state:new')).toEqual(['more']);
    expect(await chosen('state:modified.macros')).toEqual(['eph']);
    expect(await chosen('state:modified.configs')).toEqual(['more']);
    expect(await chosen('state:modified+,total')).toEqual(['total']);
  });
});

describe('a secret that changes', () => {
  it('is taken out of a manifest that nothing else has changed, once', async () => {
    const project = await shop({
      'project.yaml': `name: shop
targets:
  dev: { type: postgres, host: localhost, user: u, password: '\${PW}', database: shop, schema: main }
`,
      'models/marts/total.yaml': 'models: [{ name: total, meta: { port: 4711, code: 47110 } }]\n',
    });
    const compile = async (password: string): Promise<string> => {
      const { code, stderr } = await project.tx(['compile', '--no-analyze'], { env: { PW: password } });
      expect(code, stderr).toBe(0);
      return project.read('target/manifest.json');
    };
    const metaOf = (text: string): unknown => parsed(text).nodes['model.shop.total']?.['meta'];
    expect(metaOf(await compile('abcdef'))).toEqual({ port: 4711, code: 47_110 });
    const masked = await compile('4711');
    expect(metaOf(masked)).toEqual({ port: '***', code: 47_110 });
    // Keys are the words of every manifest, whatever the secret is: they are no reason to write it again.
    const again = await compile('nodes');
    expect(await compile('nodes')).toBe(again);
  });
});
