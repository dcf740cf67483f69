import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { shop } from './shop.ts';
import type { Shop } from './shop.ts';

const sources = 'sources: [{ name: raw, schema: main, tables: [{ name: visits }] }]\n';

async function withVisits(): Promise<Shop> {
  const project = await shop({
    'models/sources.yaml': sources,
    'models/pages.sql': 'select id, lower(page) as page from {{source "raw" "visits"}}\n',
  });
  const instance = await DuckDBInstance.create(project.path('shop.duckdb'));
  const connection = await instance.connect();
  await connection.run('create table visits (id integer, page varchar)');
  connection.closeSync();
  instance.closeSync();
  return project;
}

describe('columns of sources', () => {
  it('are those that were seen last while the database cannot be opened, and are said to be', async () => {
    const project = await withVisits();
    const first = await project.tx(['compile']);
    expect(first.stderr).not.toContain('not known');
    const before = await project.tx(['lineage', 'pages.page', '--output', 'json']);
    expect(before.stdout).toContain('raw.visits');
    project.write('shop.duckdb', 'no database');

    const second = await project.tx(['compile']);
    expect(second.code, second.stderr).toBe(0);
    expect(second.stderr).toContain('columns of raw.visits as they were when the database could be opened last');
    expect((await project.tx(['lineage', 'pages.page', '--output', 'json'])).stdout).toBe(before.stdout);
    const without = await project.tx(['compile', '--no-cache']);
    expect(without.stderr).toMatch(/columns of \d nodes not known, because of raw\.visits/);
  });

  it('are not those of another target', async () => {
    const project = await withVisits();
    await project.tx(['compile']);
    project.write('project.yaml', 'name: shop\ntargets:\n  other: { type: duckdb, path: shop.duckdb, schema: main }\n');
    project.write('shop.duckdb', 'no database');
    expect((await project.tx(['compile'])).stderr).toContain('not known');
  });

  it('that nobody knows say nothing against a contract or described types', async () => {
    const columns = 'columns: [{ name: id, data_type: integer }, { name: page, data_type: varchar }]';
    const project = await shop({
      'models/sources.yaml': sources,
      'models/pages.sql': 'select id, page from {{source "raw" "visits"}}\n',
      'models/told.sql': 'select id, page from {{source "raw" "visits"}}\n',
      'models/pages.yaml': `models:\n  - { name: pages, config: { contract: { enforced: true } }, ${columns} }\n  - { name: told, ${columns} }\n`,
    });
    const { code, stderr } = await project.tx(['compile']);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('because of raw.visits');
    expect(stderr).not.toMatch(/contract-broken|declared-type/);
  });
});
