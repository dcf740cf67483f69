import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempProject } from '../support/tx.ts';
import { filesBelow } from './browser.ts';

const yaml = (sign: string): string => `models:
  - name: m
    config: { materialized: incremental, unique_key: id, incremental_predicates: ["id ${sign} 7001"], pre_hook: ["select ${sign === '>' ? 7002 : 7003}"] }
    columns: [{ name: id, tests: [{ not_null: { name: whole, config: { where: "id ${sign} 7004" } } }] }]
sources:
  - name: raw
    tables: [{ name: files, external: { location: "read_csv('data/7005.csv')" } }]
`;

describe('a site without SQL', () => {
  it('has none in facts, config and tests, and no page of an earlier run that has', async () => {
    const project = await tempProject({
      'project.yaml': 'name: shop\ndefault_target: dev\ntargets: { dev: { type: duckdb, path: shop.duckdb, schema: main } }\n',
      'models/m.sql': 'select 7006 as id\n',
      'models/m.yaml': yaml('>'),
      'data/7005.csv': 'id\n1\n',
    });
    const docs = async (...args: readonly string[]): Promise<string> => {
      const result = await project.call(['docs', '--state', 'old', ...args]);
      expect(result.code, result.stderr).toBe(0);
      return filesBelow(join(project.root, 'target'))
        .filter((path) => /^docs\b.*\.(?:html|js)$/.test(path) && !path.includes('assets/'))
        .map((path) => project.read(`target/${path}`))
        .join('\n');
    };
    const compiled = await project.call(['compile']);
    expect(compiled.code, compiled.stderr).toBe(0);
    cpSync(join(project.root, 'target'), join(project.root, 'old'), { recursive: true });
    project.write('models/m.yaml', yaml('<'));
    const said = (text: string): readonly string[] => [...new Set(text.match(/\b700\d\b/g))].sort();
    expect(said(await docs('--single-file'))).toEqual(['7001', '7002', '7003', '7004', '7005', '7006']);
    const bare = await docs('--no-code');
    expect(said(bare)).toEqual([]);
    expect(bare).toContain('<span class="tag">config</span>');
  });

  it('leaves a file of somebody else where it is', async () => {
    const project = await tempProject({
      'project.yaml': 'name: shop\ndefault_target: dev\ntargets: { dev: { type: duckdb, path: shop.duckdb, schema: main } }\n',
      'target/docs.html': '<p>mine',
    });
    expect((await project.call(['docs', '--no-code'])).code).toBe(0);
    expect(project.read('target/docs.html')).toBe('<p>mine');
  });
});
