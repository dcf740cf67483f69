import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY, tempProject } from '../support/tx.ts';
import type { TempProject } from '../support/tx.ts';
import { brokenLinks, filesBelow, folderAddress, useBrowser } from './browser.ts';
import { validateHtml } from './validate-html.ts';

/** What stands under `password` is a secret, in every target. */
const yaml = (secrets: readonly string[]): string =>
  `name: shop\ndefault_target: dev\ntargets:\n  dev: { type: duckdb, path: shop.duckdb, schema: main }\n${secrets
    .map((secret, at) => `  other_${at}: { type: postgres, host: localhost, schema: main, password: ${JSON.stringify(secret)} }\n`)
    .join('')}`;

async function document(project: TempProject): Promise<{ readonly files: readonly string[]; readonly read: (path: string) => string }> {
  const result = await project.call(['docs', '--single-file']);
  expect(result.code, result.stderr).toBe(0);
  return { files: filesBelow(join(project.root, 'target', 'docs')), read: (path) => project.read(`target/docs/${path}`) };
}

describe('secrets that are ordinary words', () => {
  const browser = useBrowser();
  const words = [
    'test',
    'node',
    'data',
    'class',
    'page',
    'source',
    'id',
    'index',
    'name',
    'nodes',
    'columns',
    'Lineage',
    'Columns',
    'model',
    'unchanged',
    'description',
  ];

  it('are hidden in texts, and the site stays whole', async () => {
    const project = await tempProject({
      'project.yaml': yaml(words),
      'README.md': 'The first page of all data',
      'models/data.sql': 'select 1 as test, 2 as plain\n',
      'models/test.sql': 'select test as node_id from {{ref "data"}}\n',
      'models/m.yaml':
        'models: [{ name: data, description: A test of data, tags: [node], columns: [{ name: test, tests: [not_null] }] }]\n',
    });
    const { files, read } = await document(project);
    expect(brokenLinks(files, read)).toEqual([]);
    for (const name of ['site.js', 'site.css']) expect(read(`assets/${name}`)).toBe(readFileSync(join(REPOSITORY, 'dist', name), 'utf8'));
    for (const path of files.filter((file) => file.endsWith('.html'))) expect(await validateHtml(path, read(path)), path).toEqual([]);
    expect(files.filter((path) => path.startsWith('model/'))).toHaveLength(2);
    for (const path of ['docs/lineage.html', 'docs.html#lineage']) {
      const page = await browser.open(folderAddress(join(project.root, 'target')), path);
      await page.locator('.node').first().click();
      expect(await page.locator('.panel h2').innerText()).toBe('***');
    }
    // Words of the site are not those of the project.
    const model = await browser.open(
      folderAddress(join(project.root, 'target', 'docs')),
      files.find((path) => /^model\/.*\.html$/.test(path)) ?? '',
    );
    expect(await model.title()).toBe('*** · shop');
    expect((await model.locator('nav[aria-label=Site] a').allTextContents()).join(' ')).toBe('Overview Nodes Lineage Health Runs');
    expect((await model.locator('main h2').allTextContents()).map((text) => text.replace(/ .*/, ''))).toEqual(
      expect.arrayContaining(['Lineage', 'Columns']),
    );
    expect(await model.locator('p.kind').textContent()).toBe('model view');
    expect(await model.locator('.how').first().textContent()).toBe('unchanged');
    // Parts of an artifact keep their names too.
    // It is of our own making.
    const manifest = JSON.parse(project.read('target/manifest.json')) as { readonly nodes: Readonly<Record<string, object>> };
    const entries = Object.values(manifest.nodes);
    // Both models are called by a secret, and look alike.
    expect(entries.length).toBe(2);
    for (const entry of entries)
      expect(Object.keys(entry)).toEqual(expect.arrayContaining(['name', 'columns', 'description', 'unique_id']));
    expect(JSON.stringify(manifest)).not.toMatch(/"(?:name|description)":"[^"]*\bdata\b/);
    const page = await browser.open(folderAddress(join(project.root, 'target', 'docs')), 'index.html');
    expect(await page.locator('main').innerText()).toContain('The first *** of all ***');
    expect(browser.complaints()).toEqual([]);
  });
});

describe('a secret', () => {
  const secret = 'k_9*a&b<c"d`e';

  it('appears nowhere, in no spelling, wherever the project says it', async () => {
    const quoted = JSON.stringify(secret);
    const project = await tempProject({
      'project.yaml': yaml([secret]),
      'README.md': `# It is ${secret}\n\nand *${secret}*, [there](https://example.com/?a=${encodeURIComponent(secret)})`,
      'models/m.sql': `select '${secret}' as id -- ${secret}\n`,
      'models/m.yaml': `models: [{ name: m, description: ${JSON.stringify(`Says ${secret} again`)}, tags: [${quoted}], meta: { owner: ${quoted} }, columns: [{ name: id, description: ${quoted}, meta: { k: ${quoted} }, tests: [{ accepted_values: { values: [${quoted}] } }] }] }]\n`,
    });
    const { files, read } = await document(project);
    const html = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
    const bare = secret.replaceAll(/[`*_]/g, '');
    const inJson = JSON.stringify(secret).slice(1, -1);
    const spellings = [secret, html, inJson, encodeURIComponent(secret), bare, 'b&lt;c', 'b\\u003cc'];
    for (const path of [...files.filter((file) => !file.startsWith('assets/')), '../docs.html'])
      expect(
        spellings.filter((spelling) => read(path).includes(spelling)),
        path,
      ).toEqual([]);
    expect(read('index.html')).toContain('<em>***</em>');
    expect(brokenLinks(files, read)).toEqual([]);
  });
});
