import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyProject, REPOSITORY, runTx, tempProject } from '../support/tx.ts';
import { brokenLinks, filesBelow, folderAddress, useBrowser } from './browser.ts';
import { hostileTexts } from './hostile.ts';
import { validateHtml } from './validate-html.ts';

/** The example project, built and documented once. */
const example = ['project.yaml', 'models', 'seeds', 'macros', 'data', 'doc_blocks', 'tests/data'];

const pages = ['index.html', 'nodes.html', 'tests.html', 'health.html', 'runs.html', 'model/fct_orders.html', 'source/web.sessions.html'];

/** One of each layout; `npm run test:long` takes all of them. */
const judged = process.env['TX_TEST_LONG'] === undefined ? ['index.html', 'nodes.html', 'model/fct_orders.html'] : pages;

describe('the site of the example project', () => {
  const browser = useBrowser();
  let folder = '';
  /** What building and documenting printed. */
  const told: string[] = [];
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');

  beforeAll(async () => {
    const root = copyProject(REPOSITORY, example);
    folder = join(root, 'target', 'docs');
    for (const args of [['build'], ['docs']]) {
      const result = await runTx(args, { cwd: root });
      expect(result.code, result.stderr).toBe(0);
      told.push(result.stdout + result.stderr);
    }
  });

  it('has links that all lead somewhere', () => {
    const files = filesBelow(folder);
    expect(files.filter((path) => path.startsWith('model/')).length).toBe(23);
    expect(brokenLinks(files, read)).toEqual([]);
  });

  it('is valid HTML, every page of it', async () => {
    const planted = read('index.html').replace('<main id="main">', '<main id="main"><p><div>a</p></div><a href="x" href="y">b</a>');
    expect((await validateHtml('planted', planted)).length).toBeGreaterThanOrEqual(2);
    const problems: string[] = [];
    for (const path of filesBelow(folder).filter((file) => file.endsWith('.html')))
      problems.push(...(await validateHtml(path, read(path))));
    expect(problems).toEqual([]);
  });

  it('is the same for the same project', async () => {
    const before = filesBelow(folder).map((path) => [path, read(path)]);
    expect((await runTx(['docs'], { cwd: join(folder, '..', '..') })).code).toBe(0);
    expect(filesBelow(folder).map((path) => [path, read(path)])).toEqual(before);
  });

  it('has no style and no handler in its markup, and every page its policy', () => {
    for (const path of filesBelow(folder).filter((file) => file.endsWith('.html'))) {
      const tags = read(path).match(/<[a-z][^>]*>/gi) ?? [];
      expect(
        tags.filter((tag) => /\s(?:style|on\w+)=/i.test(tag)),
        path,
      ).toEqual([]);
      expect(read(path), path).toContain('content="default-src &#39;none&#39;; script-src &#39;self&#39;');
    }
  });

  it.each(pages)('shows %s from the disk without complaint, and asks for nothing outside of its folder', async (path) => {
    const page = await browser.open(folderAddress(folder), path);
    expect(await page.locator('h1').count()).toBe(1);
    expect(browser.complaints()).toEqual([]);
  });

  it.each(judged)('can be used by everybody: %s', async (path) => {
    // Only colours are other in the dark, and they are the same on all pages of a kind.
    for (const colorScheme of path === 'nodes.html' || path.startsWith('model/') ? (['light', 'dark'] as const) : (['light'] as const)) {
      const page = await browser.open(folderAddress(folder), path, { colorScheme });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
    }
    browser.complaints();
  });

  it('tells without scripts what a model is and where its columns come from', async () => {
    const page = await browser.open(folderAddress(folder), 'model/fct_orders.html', { javaScriptEnabled: false });
    expect(await page.locator('.lead').innerText()).toContain('One row per order with its money');
    const row = page.locator('#c-order_id');
    // A table of increments may hold rows of another query, so that nothing follows from this one.
    expect(await row.innerText()).toMatch(/order_id key\s+INTEGER\s[\s\S]*not_null[\s\S]*unique[\s\S]*stg_orders\.order_id unchanged/);
    expect(await page.locator('.panes pre').count()).toBe(3);
    await page.locator('svg.near a').first().click();
    expect(await page.locator('h1').innerText()).toBe('stg_orders');
  });

  it('counts on its first page what a build counts', async () => {
    const page = await browser.open(folderAddress(folder), 'index.html', { javaScriptEnabled: false });
    const numbers = (await page.locator('.numbers li').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim());
    const [, models, seeds, tests] = /(\d+) models, (\d+) seeds, (\d+) tests/.exec(told[0] ?? '') ?? [];
    const counted = (word: string): number => Number(numbers.find((text) => text.endsWith(` ${word}`))?.split(' ')[0]);
    // One model is ephemeral: it is part of those that read it, and a build does not count it.
    expect([counted('models') - 1, counted('seeds'), counted('tests') + counted('unit tests')].map(String)).toEqual([models, seeds, tests]);
  });

  it('fits the width of a phone', async () => {
    for (const path of pages) {
      const page = await browser.open(folderAddress(folder), path, { viewport: { width: 390, height: 844 } });
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(390);
    }
  });

  it('leaves SQL out when asked to', async () => {
    expect((await runTx(['docs', '--no-code'], { cwd: join(folder, '..', '..') })).code).toBe(0);
    expect(read('model/fct_orders.html')).not.toContain('id="code"');
    expect(filesBelow(folder).filter((path) => /\.(?:html|js)$/.test(path) && /from "staging"/.test(read(path)))).toEqual([]);
  });
});

describe('texts that mean harm', () => {
  const browser = useBrowser();

  it('are shown as text wherever they stand', async () => {
    const quote = (text: string): string => JSON.stringify(text);
    const columns = hostileTexts.map(
      (text, at) =>
        `      - { name: ${quote(`c${at} ${text}`)}, description: ${quote(text)}, tags: [${quote(text)}], meta: { ${quote(`k${at} ${text}`)}: ${quote(text)} } }`,
    );
    const selected = hostileTexts.map((text, at) => `'${text.replaceAll("'", "''")}' as "${`c${at} ${text}`.replaceAll('"', '""')}"`);
    // Names of columns may not differ by case alone.
    const named = [
      ...new Map(hostileTexts.filter((text) => !/[\t\u2028\u2029]/.test(text)).map((text) => [text.toLowerCase(), text])).values(),
    ].slice(0, 40);
    const project = await tempProject({
      'project.yaml': 'name: shop\ndefault_target: dev\ntargets: { dev: { type: duckdb, path: shop.duckdb, schema: main } }\n',
      'models/m.sql': `select 1 as id -- ${hostileTexts[0]}\n`,
      'models/wide.sql': `{{{{raw}}}}select ${selected.join(',\n').replaceAll('\t', ' ')}{{{{/raw}}}}\n`,
      'models/m.yaml': `models:
  - name: wide
    description: ${quote(hostileTexts.join('\n\n'))}
    tags: [${hostileTexts.slice(0, 20).map(quote).join(', ')}]
    columns:
${columns.join('\n')}
sources:
  - name: ${quote(`s ${hostileTexts[6] ?? ''}`)}
    description: ${quote(hostileTexts[8] ?? '')}
    tables: [{ name: ${quote(`t ${hostileTexts[0] ?? ''}`)}, description: ${quote(hostileTexts.slice(20).join(' '))} }]
exposures:
  - { name: board, type: dashboard, description: ${quote(hostileTexts.join(' '))}, url: ${quote(`javascript:window.hostile=1`)}, owner: { name: ${quote(hostileTexts[1] ?? '')} }, depends_on: ["ref('m')"] }
`,
      'README.md': hostileTexts.join('\n\n'),
      'seeds/evil.csv': `${named.map((text) => `"${text.replaceAll('"', '""')}"`).join(',')}\n${named.map((text) => `"${text.replaceAll('"', '""')}"`).join(',')}\n`,
      'seeds/evil.yaml': `seeds: [{ name: evil, description: ${quote(hostileTexts[3] ?? '')} }]\n`,
    });
    expect(hostileTexts.length).toBeGreaterThanOrEqual(60);
    const result = await project.call(['docs', '--single-file']);
    expect(result.code, result.stderr).toBe(0);
    const folder = join(project.root, 'target', 'docs');
    const html = filesBelow(folder).filter((path) => path.endsWith('.html'));
    expect(html.filter((path) => path.startsWith('source/')).length).toBe(1);
    expect(readFileSync(join(folder, 'seed', 'evil.html'), 'utf8').match(/<tr id="c-/g)).toHaveLength(named.length);
    for (const path of [...html, '../docs.html']) {
      expect(await validateHtml(path, readFileSync(join(folder, path), 'utf8'))).toEqual([]);
      const page = await browser.open(folderAddress(join(folder, '..')), join('docs', encodeURI(path)));
      // The single file has its own script and style, and data that is no script.
      const own = path === '../docs.html' ? { scripts: 5, others: 1 } : { scripts: 0, others: 0 };
      const found = await page.evaluate(() => ({
        ran: 'hostile' in window,
        scripts: [...document.scripts].filter((script) => !/\/docs\/(?:assets\/site|data\/\w+)\.js$/.test(script.src)).length,
        handlers: [...document.querySelectorAll('*')].flatMap((element) =>
          [...element.attributes].filter(({ name }) => /^on|^style$/.test(name)),
        ).length,
        others: document.querySelectorAll(
          'iframe, base, style, img, object, embed, video, meta[http-equiv=refresh], main input:not(.selector > input, .filters > input)',
        ).length,
        links: [...document.querySelectorAll('a')].filter((link) => /^(?:javascript|data|vbscript):/i.test(link.href)).length,
      }));
      expect(found, path).toEqual({ ran: false, handlers: 0, links: 0, ...own });
    }
    expect(browser.complaints()).toEqual([]);
  });
});
