/** What a run leaves for CI systems. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempProject } from '../support/tx.ts';

const files = {
  'shop/project.yaml': 'name: shop\ndefault_target: dev\ntargets:\n  dev: { type: duckdb, path: shop.duckdb, schema: main }\n',
  'shop/models/orders.sql': "select 'secret-value' as id union all select 'secret-value'",
  'shop/models/orders.yaml':
    'models:\n  - name: orders\n    columns:\n      - name: id\n        tests: [unique, { not_null: { severity: warn } }]\n',
};

describe('a run in CI', () => {
  it('writes JUnit, annotations and a summary, and not one value of a row', async () => {
    const project = await tempProject(files);
    const summary = join(project.root, 'summary.md');
    writeFileSync(summary, 'before\n');
    const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: project.root, GITHUB_STEP_SUMMARY: summary };
    const { code, stderr } = await project.call(['build', '--project-dir', 'shop', '--junit', 'out/report.xml'], { env });
    expect(code).toBe(1);
    const annotations = stderr.split('\n').filter((line) => line.startsWith('::'));
    expect(annotations).toEqual([
      '::error file=shop/models/orders.sql,line=1,col=1,title=audit-failed · orders::`main.orders` was not published: 1 of its tests failed',
      '::error file=shop/models/orders.yaml,line=5,col=17,title=test-failed · unique_orders_id::test `unique_orders_id` found 1 key',
    ]);
    const text = project.read('summary.md');
    expect(text).toMatch(/^before\n### ❌ tx build\n/);
    expect(text).toContain('unique\\_orders\\_id');
    const junit = project.read('out/report.xml');
    expect(junit).toContain('<failure message="test `unique_orders_id` found 1 key" type="test-failed"/>');
    for (const written of [text, junit, annotations.join('\n')]) expect(written).not.toContain('secret-value');
  });

  it('says nothing of it elsewhere, and keeps lines of JSON clean', async () => {
    const project = await tempProject(files);
    const plain = await project.call(['build', '--project-dir', 'shop']);
    expect(plain.stderr).not.toContain('::error');
    const env = { GITHUB_ACTIONS: 'true' };
    const json = await project.call(['test', '--project-dir', 'shop', '--log-format', 'json'], { env });
    expect(json.stderr).not.toContain('::error');
    expect(existsSync(join(project.root, 'summary.md'))).toBe(false);
  });
});
