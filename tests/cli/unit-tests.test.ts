/** What commands say, select, remember and leave behind of unit tests. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { readRows, REPOSITORY, tempProject } from '../support/tx.ts';
import type { TempProject } from '../support/tx.ts';

const project = (): Promise<TempProject> =>
  tempProject({
    'project.yaml':
      'name: shop\ntargets:\n  dev: { type: duckdb, path: shop.duckdb, schema: main, settings: { http_proxy_password: "${PASSWORD}" } }\n',
    '.env': 'PASSWORD=pass-word-1\n',
    'models/base.sql': "select 1 as id, 'one' as word",
    'models/m.sql': '{{config materialized="table"}} select id, word from {{ref "base"}}',
    'models/below.sql': 'select * from {{ref "m"}}',
    'models/m.yaml': 'models:\n  - name: m\n    columns: [{ name: id, tests: [not_null] }]\n',
    'tests/fixtures/base.csv': 'id,word\n7,seven\n',
    'models/unit.yaml': `unit_tests:
  - name: passes
    model: m
    config: { tags: [quick] }
    given: [{ input: ref('base'), fixture: base }]
    expect: { rows: [{ id: 7 }] }
  - name: fails
    description: It shows a secret.
    model: m
    given: [{ input: ref('base'), rows: [{ id: 1, word: pass-word-1 }] }]
    expect: { rows: [{ id: 1, word: else }] }
`,
  });

const lines = (text: string): readonly string[] => text.trim().split('\n').sort();

interface Result {
  readonly unique_id: string;
  readonly status: string;
  readonly message: string | null;
  readonly failures: number | null;
  readonly compiled_code: string | null;
}

function resultsOf(shop: TempProject): ReadonlyMap<string, Result> {
  const { results } = JSON.parse(shop.read('target/run_results.json')) as { readonly results: readonly Result[] }; // The program wrote it.
  return new Map(results.map((result) => [result.unique_id, result]));
}

describe('unit tests', () => {
  it('are selected with their model, by name, type, kind and tag', async () => {
    const shop = await project();
    const ls = async (...args: readonly string[]): Promise<readonly string[]> => lines((await shop.call(['ls', ...args])).stdout);
    const both = ['shop.fails', 'shop.passes'];
    expect(await ls('-s', 'm')).toEqual(['shop.fails', 'shop.m', 'shop.not_null_m_id', 'shop.passes']);
    expect(await ls('-s', 'test_type:unit')).toEqual(both);
    expect(await ls('-s', 'resource_type:unit_test')).toEqual(both);
    expect(await ls('--resource-type', 'unit_test')).toEqual(both);
    expect(await ls('-s', 'unit_test:pass*')).toEqual(['shop.passes']);
    expect(await ls('-s', 'test_name:pass*')).toEqual(['shop.passes']);
    expect(await ls('-s', 'fails')).toEqual(['shop.fails']);
    expect(await ls('-s', 'tag:quick')).toEqual(['shop.passes']);
    expect(await ls('-s', 'test_type:data')).toEqual(['shop.not_null_m_id']);
    expect(await ls('-s', 'm', '--exclude', 'test_type:unit')).toEqual(['shop.m', 'shop.not_null_m_id']);
  });

  it('leave their table in run_results.json, JUnit and the log, with secrets masked, and their SQL', async () => {
    const shop = await project();
    const { code, stderr } = await shop.call(['build', '--log-format', 'json', '--junit', 'junit.xml']);
    expect(code).toBe(1);
    const results = resultsOf(shop);
    const failed = results.get('unit_test.shop.m.fails');
    expect(failed).toMatchObject({ status: 'fail', failures: 1 });
    expect(failed?.message).toContain('`m` gives 1 row with other values\n');
    expect(failed?.message).toMatch(/^~ 1 {3}else → \*\*\*$/m);
    expect(failed?.compiled_code).toBe(' select id, word from "temp"."base"');
    expect(results.get('unit_test.shop.m.passes')).toMatchObject({ status: 'pass', failures: 0, message: null });
    for (const id of ['model.shop.m', 'model.shop.below']) expect(results.get(id)?.status).toBe('skipped');
    const junit = shop.read('junit.xml');
    expect(junit).toMatch(/<testsuite name="tests" tests="3" failures="1"/);
    expect(junit).toMatch(/<failure message="unit test `fails` failed[^>]*>[^<]*else → \*\*\*/);
    const event = stderr.split('\n').find((line) => line.includes('"node_finished"') && line.includes('"fails"'));
    const schema: unknown = JSON.parse(readFileSync(join(REPOSITORY, 'schemas', 'log-event.schema.json'), 'utf8'));
    // The schema is an object of ours.
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema as object);
    expect(validate(JSON.parse(event ?? '{}')), JSON.stringify(validate.errors)).toBe(true);
    expect(event).toContain('else → ***');
    for (const text of [shop.read('target/run_results.json'), junit, stderr]) expect(text).not.toContain('pass-word-1');
  });

  it('are remembered like other tests, and run again by retry until they pass; then the model is built', async () => {
    const shop = await project();
    expect((await shop.call(['build'])).code).toBe(1);
    shop.write('models/unit.yaml', shop.read('models/unit.yaml').replace('word: else', 'word: pass-word-1'));
    const retried = await shop.call(['retry']);
    expect(retried.code).toBe(0);
    expect([...resultsOf(shop)].map(([id, { status }]) => [id, status])).toEqual(
      expect.arrayContaining([
        ['unit_test.shop.m.fails', 'pass'],
        ['model.shop.m', 'success'],
        ['model.shop.below', 'success'],
      ]),
    );
    const remembered = await readRows(
      join(shop.root, 'shop.duckdb'),
      `select node_id, tested_node_id, status, failures from _tx.check_results where node_id like 'unit_test.%fails' order by recorded_at`,
    );
    expect(remembered).toEqual([
      ['unit_test.shop.m.fails', 'model.shop.m', 'fail', '1'],
      ['unit_test.shop.m.fails', 'model.shop.m', 'pass', '0'],
    ]);
    // Where nothing is built any more, declared tests keep their verdict, and unit tests are asked anew.
    expect((await shop.call(['build'])).code).toBe(0);
    expect(resultsOf(shop).get('model.shop.m')).toMatchObject({ status: 'no-op' });
    expect(resultsOf(shop).get('unit_test.shop.m.fails')).toMatchObject({ status: 'pass', message: null });
    expect([...resultsOf(shop)].find(([id]) => id.startsWith('test.shop.not_null_m_id'))?.[1].message).toMatch(/^pass \(as of /);
  });

  it('have changed when their rows have, also in a file', async () => {
    const shop = await project();
    await shop.call(['compile']);
    shop.write('before/manifest.json', shop.read('target/manifest.json'));
    const changed = async (): Promise<readonly string[]> =>
      lines((await shop.call(['ls', '-s', 'state:modified', '--state', 'before'])).stdout);
    expect(await changed()).toEqual(['']);
    shop.write('tests/fixtures/base.csv', 'id,word\n8,eight\n');
    expect(await changed()).toEqual(['shop.passes']);
    shop.write(
      'models/unit.yaml',
      shop.read('models/unit.yaml').replace('word: else', 'word: other').replace('It shows', 'It still shows'),
    );
    expect(await changed()).toEqual(['shop.fails', 'shop.passes']);
  });

  it('stand in manifest.json in the form of dbt', async () => {
    const shop = await project();
    await shop.call(['compile']);
    const manifest = JSON.parse(shop.read('target/manifest.json')) as Readonly<Record<string, Readonly<Record<string, unknown>>>>; // The program wrote it.
    expect(manifest['unit_tests']?.['unit_test.shop.m.passes']).toMatchObject({
      name: 'passes',
      resource_type: 'unit_test',
      model: 'm',
      fqn: ['shop', 'passes'],
      given: [{ input: "ref('base')", rows: null, format: 'csv', fixture: 'base' }],
      expect: { rows: [{ id: '7' }], format: 'dict', fixture: null },
      config: { enabled: true, tags: ['quick'] },
      depends_on: { nodes: ['model.shop.m'] },
    });
    const schema: unknown = JSON.parse(readFileSync(join(REPOSITORY, 'tests', 'schemas', 'dbt', 'manifest-v12.json'), 'utf8'));
    // The schema is an object.
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema as object);
    expect(validate(manifest), JSON.stringify(validate.errors)).toBe(true);
  });

  it('are shown by a plan, told of by explain, and left alone by run', async () => {
    const shop = await project();
    const plan = await shop.call(['plan', '--verbose']);
    expect(plan.stdout).toMatch(/test +fails +unit +test the query before it is run/);
    expect(plan.stdout).toContain("make 1 temporary row for ref('base')");
    const explained = await shop.call(['explain', '--node', 'm']);
    expect(explained.stdout).toMatch(/fails +error +models\/unit.yaml:7:11/);
    const ran = await shop.call(['run']);
    expect(ran.code).toBe(0);
    expect(ran.stderr).not.toContain('unit');
  });

  it('are checked by compile', async () => {
    const shop = await project();
    shop.write('models/m.sql', 'select id, word from {{ref "base"}} where id > (select count(*) from {{ref "other"}})');
    shop.write('models/other.sql', 'select 1 as id');
    const compiled = await shop.call(['compile']);
    expect(compiled.code).toBe(2);
    expect(compiled.stderr).toContain("`passes` gives no rows for `ref('other')`, which `m` reads");
  });
});
