import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../support/tx.ts';
import { PROJECT, shop } from './shop.ts';
import type { Shop } from './shop.ts';

const isCatalog = new Ajv2020({ strict: false, validateFormats: false }).compile(
  JSON.parse(readFileSync(join(REPOSITORY, 'tests', 'schemas', 'dbt', 'catalog-v1.json'), 'utf8')) as object,
);

interface Entry {
  readonly metadata: object;
  readonly columns: Readonly<Record<string, { readonly type: string; readonly index: number }>>;
  readonly stats: object;
}

interface Catalog {
  readonly nodes: Readonly<Record<string, Entry>>;
  readonly sources: Readonly<Record<string, Entry>>;
  readonly errors: readonly string[] | null;
}

function catalogOf(project: Shop): Catalog {
  const catalog = JSON.parse(project.read('target/catalog.json')) as Catalog;
  expect(isCatalog(catalog), JSON.stringify(isCatalog.errors)).toBe(true);
  return catalog;
}

const FILES = {
  'models/eph.sql': '{{config materialized="ephemeral"}}select 1 as one\n',
  'models/later.sql': 'select 2 as two\n',
  'models/s.yaml': `sources:
  - { name: files, tables: [{ name: raw, external: seeds/raw.csv }, { name: gone, external: seeds/gone.csv }] }
  - { name: web, schema: web_data, tables: [{ name: visits }, { name: nowhere }] }
`,
  'project.yaml': `${PROJECT}on_run_start: ["create schema if not exists web_data", "create table if not exists web_data.visits (Id int, seen timestamp)"]\n`,
};

describe('tx docs generate', () => {
  it('writes what stands in the database, and the manifest', async () => {
    const project = await shop(FILES);
    expect((await project.tx(['build', '--exclude', 'later'])).code).toBe(0);
    const result = await project.tx(['docs', 'generate']);
    expect(result).toEqual({
      code: 0,
      stdout: '',
      stderr: 'wrote target/manifest.json; wrote target/catalog.json (5 relations)\nwrote target/docs/index.html and 17 more pages\n',
    });
    const { nodes, sources, errors } = catalogOf(project);
    expect(Object.keys(nodes)).toEqual(['model.shop.stg', 'model.shop.total', 'seed.shop.raw']);
    expect(nodes['model.shop.total']).toMatchObject({
      metadata: { type: 'BASE TABLE', schema: 'main', name: 'total', database: 'shop' },
      columns: { total: { type: 'HUGEINT', index: 1, name: 'total' } },
      stats: { has_stats: { value: true }, num_rows: { value: 1 } },
    });
    expect(nodes['model.shop.stg']).toMatchObject({ metadata: { type: 'VIEW' }, stats: { has_stats: { value: false } } });
    expect(sources['source.shop.web.visits']).toMatchObject({
      metadata: { schema: 'web_data' },
      columns: { Id: { type: 'INTEGER', index: 1 }, seen: { type: 'TIMESTAMP', index: 2 } },
    });
    expect(Object.keys(sources['source.shop.files.raw']?.columns ?? {})).toEqual(['id', 'amount']);
    expect(sources).not.toHaveProperty('source.shop.web.nowhere');
    expect(errors).toEqual([expect.stringContaining('source.shop.files.gone: ')]);
    expect(JSON.parse(project.read('target/manifest.json'))).toHaveProperty('nodes');
  });

  it('writes a file only when it would say something else', async () => {
    const project = await shop();
    await project.tx(['build']);
    const bytes = async (): Promise<string> => {
      expect((await project.tx(['docs', 'generate'])).code).toBe(0);
      return project.read('target/catalog.json');
    };
    const first = await bytes();
    expect(await bytes()).toBe(first);
    project.write('models/marts/total.sql', '{{config materialized="table"}}select sum(amount) as total, 1 as one from {{ref "stg"}}\n');
    await project.tx(['run']);
    expect(await bytes()).not.toBe(first);
  });

  it('writes a site before the first build, without a catalog', async () => {
    const project = await shop();
    expect(await project.tx(['docs'])).toMatchObject({ code: 0, stderr: expect.stringContaining('there is no database yet') });
    expect(project.read('target/docs/model/stg.html')).toContain('<h1>stg</h1>');
    expect(existsSync(join(project.root, 'target', 'catalog.json'))).toBe(false);
  });

  it('shows how the last runs went', async () => {
    const project = await shop();
    await project.tx(['build']);
    project.write('seeds/raw.csv', 'id,amount\n1,-10\n1,-20\n');
    await project.tx(['seed']);
    expect((await project.tx(['build'])).code).toBe(1);
    await project.tx(['docs']);
    const seed = project.read('target/docs/seed/raw.html');
    expect(seed).toContain('Last builds <span class="count">2</span>');
    expect(seed).toMatch(/<td class="number" data-of="rows">2<\/td>[\s\S]*<td class="number" data-of="rows">3<\/td>/);
    const [test = ''] = readdirSync(project.path('target/docs/test')).filter((name) => name.startsWith('unique_'));
    expect(project.read(`target/docs/test/${test}`)).toMatch(
      /verdict fail">fail<[\s\S]*failing">1<[\s\S]*verdict ok">pass<[\s\S]*failing">0</,
    );
    expect(project.read('target/docs/health.html')).toContain(`href="test/${test}"`);
    expect(project.read('target/docs/runs.html').match(/class="run"/g)).toHaveLength(3);
  });

  it('shows unit tests with their last result, and how many rows were set aside', async () => {
    const project = await shop({
      'models/staging/stg.yaml': `models:
  - name: total
    columns:
      - name: total
        tests: [in_range: { max: 50, on_fail: quarantine }]
unit_tests:
  - name: adds_up
    description: "Amounts are *added*."
    model: total
    given: [{ input: ref('stg'), rows: [{ amount: 1 }, { amount: 2 }] }]
    expect: { rows: [{ total: 3 }] }
  - name: never_ran
    model: stg
    given: [{ input: ref('raw'), rows: [] }]
    expect: { rows: [] }
`,
    });
    await project.tx(['build', '--exclude', 'never_ran', 'total_is_positive']);
    expect((await project.tx(['docs', 'generate'])).code).toBe(0);
    const total = project.read('target/docs/model/total.html');
    expect(total).toMatch(/Unit tests <span class="count">1<[\s\S]*<code>adds_up<\/code>[\s\S]*<em>added<\/em>[\s\S]*pass[\s\S]*Set aside/);
    expect(total).toMatch(/data-of="rows">0<\/td><td class="number" data-of="set aside">1<\/td><td>never built/);
    const stg = project.read('target/docs/model/stg.html');
    expect(stg).toMatch(/<code>never_ran<\/code>[\s\S]*not run/);
    expect(stg).not.toContain('Set aside');
  });

  it('takes pages away when their nodes are gone', async () => {
    const project = await shop();
    await project.tx(['docs']);
    project.write('models/marts/total.sql', '{{config enabled=false}}select 1 as x');
    project.write('tests/data/total_is_positive.sql', 'select * from {{ref "stg"}} where id < 0\n');
    expect((await project.tx(['docs'])).code).toBe(0);
    expect(readdirSync(project.path('target/docs/model'))).toEqual(['stg.html']);
    expect((await project.tx(['clean'])).code).toBe(0);
    expect(existsSync(project.path('target'))).toBe(false);
  });

  it('knows what it can do', async () => {
    const project = await shop();
    expect(await project.tx(['docs', 'publish'])).toMatchObject({ code: 2, stderr: expect.stringContaining('generate') });
  });
});
