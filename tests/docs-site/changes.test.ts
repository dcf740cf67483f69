import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { beforeAll, describe, expect, it } from 'vitest';
import { tempProject } from '../support/tx.ts';
import type { TempProject } from '../support/tx.ts';
import { brokenLinks, filesBelow, folderAddress, useBrowser } from './browser.ts';
import { hostileTexts } from './hostile.ts';
import { validateHtml } from './validate-html.ts';

const sources = `sources:
  - name: raw
    tables:
      - name: payments
        columns:
          - { name: id, data_type: INTEGER }
          - { name: amount, data_type: INTEGER }
          - { name: state, data_type: VARCHAR }
          - { name: note, data_type: VARCHAR }
`;
const exposures = `exposures:
  - { name: board, type: dashboard, owner: { name: Ann }, depends_on: ["ref('totals')"] }
  - { name: memo, type: notebook, owner: { name: Ann }, depends_on: ["ref('apart')"] }
`;

/** No database: everything is known from files. */
const files = {
  'project.yaml': `name: shop
default_target: dev
targets:
  dev: { type: duckdb, path: dev.duckdb, schema: main }
  prod: { type: duckdb, path: prod.duckdb, schema: live }
`,
  'models/sources.yaml': sources,
  'models/exposures.yaml': exposures,
  'models/stg.sql': 'select id, amount, state, note from {{source "raw" "payments"}}\n',
  'models/stg.yaml':
    'models: [{ name: stg, description: Payments., columns: [{ name: id, description: Number. }] }, { name: all, columns: [{ name: id, tests: [not_null] }] }]\n',
  'models/all.sql': 'select * from {{ref "stg"}}\n',
  'models/totals.sql': 'select id, sum(amount) as total from {{ref "stg"}} group by id\n',
  'models/kept.sql': '{{config materialized="table"}}select id from {{ref "stg"}} where state = \'kept\'\n',
  'models/apart.sql': 'select 1 as one\n',
  'models/gone.sql': 'select note as remark from {{ref "stg"}}\n',
};

const edits = {
  'models/stg.sql': 'select id, cast(amount as bigint) as amount, upper(state) as state, 7 as seven from {{source "raw" "payments"}}\n',
  'models/stg.yaml':
    'models: [{ name: stg, description: Every payment., config: { tags: [daily] }, columns: [{ name: id, description: Number. }] }, { name: all, columns: [{ name: id, tests: [unique] }] }, { name: kept, constraints: [{ type: check, expression: id > 0 }] }]\n',
  'models/fresh.sql': 'select seven from {{ref "stg"}}\n',
  'models/apart.sql': '-- a remark, and more space\nselect   1 as one\n',
};

describe('what has changed', () => {
  const browser = useBrowser();
  let project: TempProject;
  let folder = '';
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
  const docs = async (...args: readonly string[]): Promise<void> => {
    const result = await project.call(['docs', '--state', 'old', ...args]);
    expect(result.code, result.stderr).toBe(0);
  };
  const keep = (name: string): void => cpSync(join(project.root, 'target', 'manifest.json'), join(project.root, name, 'manifest.json'));
  /** The items of the page under one heading, without space at ends. */
  const itemsOf = async (how: string): Promise<string[]> => {
    const page = await browser.open(folderAddress(folder), 'changes.html', { javaScriptEnabled: false });
    const texts = await page.locator(`section:has(> #${how}) > .changed-nodes > li`).allInnerTexts();
    return texts.map((text) => text.replaceAll(/\s+/g, ' ').trim());
  };

  beforeAll(async () => {
    project = await tempProject(files);
    folder = join(project.root, 'target', 'docs');
    expect((await project.call(['compile'])).code).toBe(0);
    keep('old');
    for (const [path, text] of Object.entries(edits)) project.write(path, text);
    rmSync(join(project.root, 'models', 'gone.sql'));
    await docs('--single-file');
  });

  it('is told without a database and without scripts: nodes, columns with their types, and what they reach', async () => {
    expect(existsSync(join(project.root, 'dev.duckdb'))).toBe(false);
    expect(await itemsOf('added')).toEqual(['model fresh']);
    // Its own text is the same: it has all columns of the node above it.
    expect(await itemsOf('inherited')).toEqual([
      'model all columns ~ amount INTEGER → BIGINT other type + seven INTEGER added − note VARCHAR removed',
    ]);
    expect(await itemsOf('changed')).toEqual([
      'model kept constraints',
      [
        'model stg SQL tags columns description reaches 4 nodes and board',
        '~ amount INTEGER → BIGINT other type goes into all.amount, totals.total',
        '+ seven INTEGER added goes into all.seven, fresh.seven',
        '− note VARCHAR removed goes into all.note, gone.remark',
      ].join(' '),
    ]);
    expect(await itemsOf('removed')).toEqual(['model gone What it was']);
    expect(await itemsOf('tests')).toEqual(['added unique_all_id', 'removed not_null_all_id']);
    const page = await browser.open(folderAddress(folder), 'changes.html', { javaScriptEnabled: false });
    expect(await page.locator('.numbers').innerText()).toMatch(
      /^1\s+added\s+2\s+changed\s+1\s+changed by what they read\s+1\s+removed\s+1\s+exposure reached$/,
    );
    expect(await page.locator('.cards').innerText()).toMatch(/^board\s+by stg$/);
    await page.locator('summary').filter({ hasText: 'What it was' }).click();
    expect(await page.locator('section:has(> #removed) .diff.code').innerText()).toContain('select note as remark');
    expect(browser.complaints()).toEqual([]);
  });

  it('is marked on the lists and told on the page of a node', async () => {
    const list = await browser.open(folderAddress(folder), 'nodes.html', { javaScriptEnabled: false });
    const marked = await list.locator('tr:has(.change)').allInnerTexts();
    expect(marked.map((text) => text.split(/\s+/).slice(0, 2).join(' ')).sort()).toEqual([
      'all changed',
      'fresh new',
      'kept changed',
      'stg daily',
    ]);
    await list.locator('tr:has(a[href$="model/stg.html"]) .change').click();
    await list.locator('#changed').waitFor();
    const section = list.locator('section.changes');
    expect(await section.locator('.config-changes tbody').innerText()).toMatch(/^tags\s+\[\]\s+\["daily"\]$/);
    const linesOf = async (lines: string): Promise<string[]> => (await section.locator(lines).allInnerTexts()).map((text) => text.trim());
    expect(await linesOf('.diff.words del')).toEqual(['Payments.']);
    expect(await linesOf('.diff.words ins')).toEqual(['Every payment.']);
    expect(await linesOf('.diff.code del')).toEqual([files['models/stg.sql'].trim()]);
    expect(await linesOf('.diff.code ins')).toEqual([edits['models/stg.sql'].trim()]);
    await list.goto(`${folderAddress(folder)}index.html`);
    expect(await list.locator('main').innerText()).toContain(
      'Compared with old: 1 added, 2 changed, 1 changed by what they read, 1 removed, 2 tests changed',
    );
    expect(browser.complaints()).toEqual([]);
  });

  it('names the queries in which a changed column decides', async () => {
    project.write('models/stg.sql', edits['models/stg.sql'].replace('upper(state)', 'length(state)'));
    project.write('models/kept.sql', 'select id from {{ref "stg"}} where state = 4\n');
    await docs();
    const stg = (await itemsOf('changed')).find((text) => text.startsWith('model stg'));
    expect(stg).toContain('~ state VARCHAR → BIGINT other type goes into all.state decides in kept');
    project.write('models/stg.sql', edits['models/stg.sql']);
    project.write('models/kept.sql', files['models/kept.sql']);
    await docs('--single-file');
  });

  it('has links that all lead somewhere, and pages for everybody', async () => {
    expect(brokenLinks(filesBelow(folder), read)).toEqual([]);
    for (const path of filesBelow(folder).filter((file) => file.endsWith('.html')))
      expect(await validateHtml(path, read(path))).toEqual([]);
    for (const path of ['changes.html', 'model/stg.html']) {
      // Colours are the same on all pages.
      for (const colorScheme of path === 'changes.html' ? (['light', 'dark'] as const) : (['light'] as const)) {
        const page = await browser.open(folderAddress(folder), path, { colorScheme });
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
      }
      // The judge itself tries to fetch style sheets, which the policy refuses.
      browser.complaints();
      const phone = await browser.open(folderAddress(folder), path, { viewport: { width: 390, height: 844 } });
      expect(await phone.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(390);
    }
  });

  it('stands in the site of one file too', async () => {
    const page = await browser.open(folderAddress(join(folder, '..')), 'docs.html');
    await page.locator('.top nav a').filter({ hasText: 'Changes' }).click();
    await page.locator('h1:visible').filter({ hasText: 'What changed' }).waitFor();
    await page.locator('.changed-nodes a:visible').filter({ hasText: /^stg$/ }).click();
    await page.locator('h1:visible').filter({ hasText: 'stg' }).waitFor();
    expect(browser.complaints()).toEqual([]);
  });

  it('is the same for the same input, and shows no SQL where none is wanted', async () => {
    const all = (): unknown => filesBelow(folder).map((path) => [path, read(path)]);
    const before = all();
    await docs('--single-file');
    expect(all()).toEqual(before);
    await docs('--no-code');
    expect(filesBelow(folder).filter((path) => /\.(?:html|js)$/.test(path) && /select note|cast\(amount/.test(read(path)))).toEqual([]);
  });

  it('is nothing on another target of the same project, whatever its names', async () => {
    expect((await project.call(['compile', '--target', 'prod'])).code).toBe(0);
    keep('prod');
    expect((await project.call(['docs', '--state', 'prod'])).code).toBe(0);
    expect(read('changes.html')).toContain('Nothing has changed.');
    expect(read('model/stg.html')).not.toContain('id="changed"');
  });

  it('has no page, and leaves no mark, where nothing is compared', async () => {
    expect((await project.call(['docs'])).code).toBe(0);
    expect(existsSync(join(folder, 'changes.html'))).toBe(false);
    expect(filesBelow(folder).filter((path) => path.endsWith('.html') && /class="change |changes\.html/.test(read(path)))).toEqual([]);
  });

  it('needs a manifest: state-file-missing, state-file-unreadable', async () => {
    const missing = await project.call(['docs', '--state', 'nowhere']);
    expect([missing.code, missing.stderr]).toEqual([
      2,
      expect.stringContaining('`--state` needs `nowhere/manifest.json`, which does not exist'),
    ]);
    project.write('broken/manifest.json', '{"nodes": [');
    const broken = await project.call(['docs', '--state', 'broken']);
    expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining('which cannot be read: it is no manifest')]);
  });

  it('takes a manifest for text, whatever is in it', async () => {
    const names = hostileTexts.map((text, at) => [`model.shop.h${at}`, text] as const);
    const entry = (id: string, text: string): object => ({
      unique_id: id,
      resource_type: 'model',
      name: text,
      description: text,
      raw_code: text,
      compiled_code: at(id) === 0 ? "copy (select 1) to 'written.csv'" : text,
      relation_name: `"main"."${id}"`,
      schema: 'main',
      alias: id,
      columns: { [text]: { name: text, description: text, data_type: text } },
      config: { [text]: text },
      tags: [text],
      // Each is above the next, and the last above the first: no order can be made of them.
      depends_on: { nodes: [`model.shop.h${(at(id) + 1) % 3}`] },
    });
    const at = (id: string): number => Number(id.slice('model.shop.h'.length));
    const odd = {
      'model.shop.stg': { ...entry('model.shop.h7', hostileTexts[7] ?? ''), unique_id: 'model.shop.stg' },
      'model.shop.null': null,
      x: 5,
    };
    const nodes = { ...Object.fromEntries(names.map(([id, text]) => [id, entry(id, text)])), ...odd };
    project.write(
      'hostile/manifest.json',
      JSON.stringify({ metadata: { generated_at: '<b>', env: { TX_VERSION: '1' } }, nodes, sources: [], exposures: null }),
    );
    const result = await project.call(['docs', '--state', 'hostile']);
    expect(result.code, result.stderr).toBe(0);
    expect(existsSync(join(project.root, 'written.csv'))).toBe(false);
    for (const path of ['changes.html', 'model/stg.html']) {
      expect(await validateHtml(path, read(path))).toEqual([]);
      const page = await browser.open(folderAddress(folder), path);
      const found = await page.evaluate(() => ({
        ran: 'hostile' in window,
        others: document.querySelectorAll('main script, iframe, base, style, img, object, embed, video, main input').length,
        handlers: [...document.querySelectorAll('*')].flatMap((element) =>
          [...element.attributes].filter(({ name }) => /^on|^style$/.test(name)),
        ).length,
        links: [...document.querySelectorAll('a')].filter((link) => /^(?:javascript|data|vbscript):/i.test(link.href)).length,
      }));
      expect(found, path).toEqual({ ran: false, others: 0, handlers: 0, links: 0 });
    }
    expect(browser.complaints()).toEqual([]);
  });
});
