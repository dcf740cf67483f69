/** Where the system lets nothing be written, the site says so and claims nothing. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempProject } from '../support/tx.ts';

const files = {
  'project.yaml': 'name: shop\ntargets: { dev: { type: duckdb, path: dev.duckdb, schema: main } }\n',
  'models/orders.sql': 'select 1 as id\n',
};

describe('a site that cannot be written', () => {
  it.each(['docs', 'docs serve --port 0', 'docs --single-file'])('is not called written, nor served: %s', async (command) => {
    const project = await tempProject({ ...files, target: 'a file' });
    const result = await project.call(command.split(' '));
    expect(result.code, result.stderr).toBe(1);
    expect(result.stderr).toContain('warning artifact-not-written\n  `target/manifest.json` cannot be written');
    expect(result.stderr).toContain('warning artifact-not-written\n  `target/docs` cannot be written');
    expect(result.stdout + result.stderr).not.toMatch(/wrote|serving/);
  });

  it.each(['target/docs', 'target/docs/model', 'target/docs/assets/site.css/folder'])('has something in its way: %s', async (path) => {
    const project = await tempProject({ ...files, [path]: 'a file' });
    const result = await project.call(['docs']);
    expect(result.code, result.stderr).toBe(1);
    expect(result.stderr).toContain('wrote target/manifest.json');
    expect(result.stderr).toContain('`target/docs` cannot be written');
    expect(result.stderr).not.toContain('wrote target/docs');
  });

  it.each(['catalog.json', 'column_edges.json'])('has a folder in the place of an artifact: %s', async (name) => {
    const project = await tempProject({ ...files, [`target/${name}/folder`]: 'a file' });
    expect((await project.call(['build'])).code).toBe(0);
    const result = await project.call(['docs']);
    expect(result.code, result.stderr).toBe(1);
    expect(result.stderr).toContain(`\`target/${name}\` cannot be written`);
    expect(result.stderr).not.toContain(`wrote target/${name}`);
    expect(result.stderr).toContain('wrote target/docs/index.html');
  });

  // The administrator may read everything.
  it.skipIf(process.getuid?.() === 0)('replaces a page that it must not read', async () => {
    const project = await tempProject(files);
    expect((await project.call(['docs'])).code).toBe(0);
    const page = 'target/docs/model/orders.html';
    const text = project.read(page);
    chmodSync(join(project.root, page), 0);
    const result = await project.call(['docs']);
    expect(result.code, result.stderr).toBe(0);
    expect(project.read(page)).toBe(text);
  });
});
