import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyProject, REPOSITORY, runTx } from '../support/tx.ts';
import { eventually, folderAddress, useBrowser } from './browser.ts';

const example = ['project.yaml', 'models', 'seeds', 'macros', 'data', 'doc_blocks', 'tests/data'];

const explore = (fields: Readonly<Record<string, string>>): string => `lineage.html#${new URLSearchParams(fields).toString()}`;

describe('the script of the site', () => {
  const browser = useBrowser();
  let folder = '';
  const open = (page: string, options = {}): Promise<Page> => browser.open(folderAddress(folder), page, options);
  const labels = (page: Page): Promise<string[]> => page.locator('.explorer-graph .node text').allTextContents();
  const shows = (page: Page, ...names: readonly string[]): Promise<string[]> =>
    eventually(
      () => labels(page),
      (found) => JSON.stringify([...found].sort()) === JSON.stringify([...names].sort()),
    );

  beforeAll(async () => {
    const root = copyProject(REPOSITORY, example);
    folder = join(root, 'target', 'docs');
    expect((await runTx(['docs', '--single-file'], { cwd: root })).code).toBe(0);
  });

  it('is small', () => {
    expect(gzipSync(readFileSync(join(folder, 'assets', 'site.js'))).length).toBeLessThan(60 * 1024);
  });

  it('finds columns and models from every page, by keyboard alone', async () => {
    const page = await open('model/fct_orders.html');
    await page.keyboard.press('/');
    await page.keyboard.type('store_daily.revenue_so');
    await page.locator('[role=option][aria-selected=true] b').filter({ hasText: 'store_daily_sales.revenue_so_far' }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/model\/store_daily_sales\.html#c-revenue_so_far$/);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('dim_custmers');
    await page.locator('[role=option] b').filter({ hasText: 'dim_customers' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await page.locator('dialog[open]').count()).toBe(0);
    expect(browser.complaints()).toEqual([]);
  });

  it('narrows the list of nodes down, by menus, words and address, and widens it again', async () => {
    const names = (page: Page): Promise<string[]> => page.locator('tr[data-node]:visible a:first-child').allInnerTexts();
    const page = await open('nodes.html');
    const all = (await names(page)).length;
    expect(all).toBeGreaterThan(30);
    await page.getByLabel('Kind').selectOption('model');
    await page.getByLabel('Folder').selectOption('models/staging');
    expect((await names(page)).sort()).toEqual([
      'stg_customers',
      'stg_order_items',
      'stg_orders',
      'stg_payments',
      'stg_products',
      'stg_refunds',
      'stg_stores',
      'stg_support_tickets',
      'stg_web_sessions',
    ]);
    expect(page.url()).toMatch(/nodes\.html#kind=model&folder=models%2Fstaging$/);
    expect(await page.locator('.filters [role=status]').innerText()).toBe(`9 of ${all}`);
    expect(await page.locator('section[data-kind]:visible').count()).toBe(1);
    expect(await page.locator('section[data-kind]:visible .count').innerText()).toBe('9');
    // By keyboard: the field is the first stop of the form.
    await page.getByLabel('Name or description').focus();
    await page.keyboard.type('refund');
    expect(await names(page)).toEqual(['stg_refunds']);
    await page.keyboard.press('Enter');
    expect(await names(page)).toEqual(['stg_refunds']);
    const address = page.url();
    const other = await open(address.slice(address.indexOf('nodes.html')));
    expect(await names(other)).toEqual(['stg_refunds']);
    expect(await other.getByLabel('Folder').inputValue()).toBe('models/staging');
    expect((await new AxeBuilder({ page: other }).analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
    browser.complaints();
    await page.goBack();
    expect(await page.getByLabel('Folder').inputValue()).toBe('');
    await page.getByRole('button', { name: 'Clear' }).click();
    expect((await names(page)).length).toBe(all);
    await page.goto(`${folderAddress(folder)}nodes.html#owner=nobody`);
    await page.reload();
    expect(await names(page)).toEqual([]);
    expect(await page.locator('.filters [role=status]').innerText()).toBe('Nothing is like that');
    expect(browser.complaints()).toEqual([]);
  });

  it('leads from a tag to what has it, and shows the whole list without scripts', async () => {
    const page = await open('model/fct_orders.html');
    await page.locator('a.tag').filter({ hasText: 'daily' }).click();
    await page.locator('.filters').waitFor();
    const rows = await page.locator('tr[data-node]:visible').allInnerTexts();
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.filter((text) => !text.includes('daily'))).toEqual([]);
    const plain = await open('nodes.html#tag=daily', { javaScriptEnabled: false });
    expect(await plain.locator('tr[data-node]:visible').count()).toBeGreaterThan(30);
    expect(await plain.locator('.filters').count()).toBe(0);
  });

  it('keeps the theme that the reader chose', async () => {
    const page = await open('index.html', { colorScheme: 'light' });
    const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await ground()).toBe('rgb(255, 255, 255)');
    await page.locator('.theme').click();
    await page.locator('.theme').click();
    await page.goto(`${folderAddress(folder)}nodes.html`);
    expect(await ground()).toBe('rgb(20, 24, 29)');
  });

  it('shows what a selector means, and says what is wrong with one', async () => {
    const page = await open(explore({ select: '1+fct_daily_store_sales+' }));
    await shows(page, 'fct_orders', 'fct_daily_store_sales', 'store_daily_sales');
    await page.locator('.selector input').fill('source:web+1,resource_type:model');
    await page.keyboard.press('Enter');
    await shows(page, 'stg_web_sessions');
    await page.locator('.selector input').fill('orders++');
    await page.keyboard.press('Enter');
    expect(await page.locator('.status').innerText()).toBe('there is one `+` too many');
    await page.goBack();
    await shows(page, 'stg_web_sessions');
    expect(browser.complaints()).toEqual([]);
  });

  it('starts one step around a node, and goes on step by step to either side', async () => {
    const page = await open('model/fct_daily_store_sales.html');
    await page.getByRole('link', { name: 'Explore' }).click();
    await shows(page, 'fct_orders', 'fct_daily_store_sales', 'store_daily_sales');
    await page.locator('.stub[aria-label*="inputs of store_daily_sales"]').click();
    await shows(page, 'fct_orders', 'fct_daily_store_sales', 'store_daily_sales', 'stg_stores');
    await page.getByRole('button', { name: 'Uses: one step less' }).click();
    expect(await page.locator('.selector input').inputValue()).toBe('1+fct_daily_store_sales 1+store_daily_sales');
    await page.getByRole('button', { name: 'Inputs: all of them' }).click();
    await eventually(
      () => labels(page),
      (found) => found.includes('order_items'),
    );
    await page.getByRole('button', { name: 'Copy as tx command' }).click();
    expect(await page.locator('.status').innerText()).toBe("tx ls --select '+fct_daily_store_sales 1+store_daily_sales'");
  });

  it('follows a column through all models', async () => {
    const page = await open(explore({ select: '+fct_daily_store_sales', node: 'fct_daily_store_sales' }));
    await page.getByRole('button', { name: 'revenue', exact: true }).click();
    await page.locator('.panel .flow').first().waitFor();
    const found = await page.locator('.panel .flow').first().innerText();
    expect(found).toContain('fct_orders.order_total aggregated');
    expect(found).toContain('order_items.unit_price_cents');
    expect(await page.locator('.traced .node[aria-label="model fct_orders"]').count()).toBe(1);
    expect(await page.locator('.traced .node[aria-label="model stg_refunds"]').count()).toBe(0);
    expect(page.url()).toContain('column=revenue');
    // How the values travel stands at each of the edges that they take.
    expect((await page.locator('.explorer-graph .edge-words').allTextContents()).sort()).toEqual([
      'aggregated',
      'aggregated',
      'computed',
      'computed',
    ]);
    expect(await page.locator('.explorer-graph .edge.traced').count()).toBe(4);
    // None of the texts between two boxes lies on another, or on the edge from the middle of a box.
    const overlaps = await page.evaluate(() => {
      const texts = [...document.querySelectorAll('.explorer-graph .stub text, .explorer-graph .edge-words')].map((text) => ({
        text: text.textContent,
        isStub: text.classList.length === 0,
        box: text.getBoundingClientRect(),
      }));
      const lines = [...document.querySelectorAll<SVGPathElement>('.explorer-graph .edge.traced')].flatMap((path) => {
        const matrix = path.getScreenCTM();
        const start = path.getPointAtLength(0);
        return matrix === null ? [] : [new DOMPoint(start.x + 12, start.y).matrixTransform(matrix)];
      });
      const onTexts = texts.flatMap((one, at) =>
        texts
          .slice(at + 1)
          .filter(({ box }) => one.box.left < box.right && box.left < one.box.right && one.box.top < box.bottom && box.top < one.box.bottom)
          .map(({ text }) => `${one.text} ${text}`),
      );
      const onLines = texts.filter(
        ({ isStub, box }) => isStub && lines.some(({ x, y }) => box.left < x && x < box.right && box.top + 2 < y && y < box.bottom - 2),
      );
      return { stubs: texts.filter(({ isStub }) => isStub).length, onTexts, onLines: onLines.map(({ text }) => text) };
    });
    expect(overlaps).toEqual({ stubs: expect.any(Number), onTexts: [], onLines: [] });
    expect(overlaps.stubs).toBeGreaterThan(3);
  });

  it('moves from node to node with the arrows', async () => {
    const page = await open(explore({ select: '1+fct_daily_store_sales+1' }));
    await page.locator('.node[aria-label="model fct_orders"]').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('model store_daily_sales');
    await page.keyboard.press('Enter');
    await page.locator('.panel h2').filter({ hasText: 'store_daily_sales' }).waitFor();
  });

  it('saves the graph as an image', async () => {
    const page = await open(explore({ select: '1+fct_daily_store_sales+1' }));
    await page.locator('.explorer-graph .node').first().waitFor();
    for (const [name, head] of [
      ['SVG', '<svg'],
      ['PNG', '\u2030PNG'],
    ] as const) {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name, exact: true }).click()]);
      expect(download.suggestedFilename()).toBe(`lineage.${name.toLowerCase()}`);
      const bytes = readFileSync(await download.path());
      expect(name === 'SVG' ? bytes.toString('utf8') : bytes.subarray(1, 4).toString('latin1')).toContain(head.replace('\u2030', ''));
    }
    expect(browser.complaints()).toEqual([]);
  });

  it('can be used by everybody in the explorer and the search too', async () => {
    const page = await open(explore({ select: '1+fct_orders+1', node: 'fct_orders', column: 'order_total' }));
    await page.locator('.panel .flow').first().waitFor();
    expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('orders');
    await page.locator('[role=option]').first().waitFor();
    expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
    // The judge itself tries to fetch style sheets, which the policy refuses.
    browser.complaints();
  });

  describe('in a site of one file', () => {
    const openFile = (hash: string, options = {}): Promise<Page> =>
      browser.open(folderAddress(join(folder, '..')), `docs.html${hash}`, options);
    const hasHeading = (page: Page, text: string): Promise<string> =>
      eventually(
        () => page.locator('h1:visible').innerText(),
        (found) => found === text,
      );

    it('has links that all lead to something in it', () => {
      const text = readFileSync(`${folder}.html`, 'utf8');
      const ids = new Set([...text.matchAll(/ id="([^"]*)"/g)].map(([, id = '']) => id));
      const targets = [...text.matchAll(/ href="([^"]*)"/g)].map(([, target = '']) => target);
      expect(ids.size).toBe([...text.matchAll(/ id="/g)].length);
      const inside = targets.filter((target) => !/^https?:/.test(target) && !/^#(?:lineage:|nodes:tag=)/.test(target));
      expect(inside.filter((target) => !ids.has(target.slice(1)))).toEqual([]);
    });

    it.each([true, false])('shows one page at a time, with scripts or without: %s', async (javaScriptEnabled) => {
      const page = await openFile('', { javaScriptEnabled });
      await hasHeading(page, 'shop');
      await page.locator('.top nav a').filter({ hasText: 'Nodes' }).click();
      await hasHeading(page, 'Nodes');
      await page
        .locator('.nodes a:visible')
        .filter({ hasText: /^fct_orders$/ })
        .click();
      await hasHeading(page, 'fct_orders');
      await page.goto(`${folderAddress(join(folder, '..'))}docs.html#model/dim_customers:c-tier`);
      await hasHeading(page, 'dim_customers');
      expect(browser.complaints()).toEqual([]);
    });

    it('searches and explores', async () => {
      const page = await openFile('');
      await page.keyboard.press('/');
      await page.keyboard.type('fct_daily');
      await page.locator('[role=option][aria-selected=true] b').filter({ hasText: 'fct_daily_store_sales' }).waitFor();
      await page.keyboard.press('Enter');
      await page.locator('h1:visible').filter({ hasText: 'fct_daily_store_sales' }).waitFor();
      await page.locator('.beside:visible').click();
      await shows(page, 'fct_orders', 'fct_daily_store_sales', 'store_daily_sales');
      await page.locator('.stub[aria-label*="inputs of store_daily_sales"]').click();
      await shows(page, 'fct_orders', 'fct_daily_store_sales', 'store_daily_sales', 'stg_stores');
      expect(browser.complaints()).toEqual([]);
    });
  });
});
