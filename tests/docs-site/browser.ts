/** Opens pages of a site in a real browser, and listens for all that a page must not do. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sparticuz from '@sparticuz/chromium';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';

export interface SiteBrowser {
  /** Opens a page; `base` is an address that ends with `/`. */
  readonly open: (base: string, page: string, options?: BrowserContextOptions) => Promise<Page>;
  /** What pages complained of, and what they asked for outside of their folder. Empties the list. */
  readonly complaints: () => string[];
}

/** A browser for one test file. */
export function useBrowser(): SiteBrowser {
  let browser: Browser | undefined;
  const contexts: BrowserContext[] = [];
  const complaints: string[] = [];
  beforeAll(async () => {
    // The arguments of the package turn off what is tested here.
    browser = await chromium.launch({ executablePath: await sparticuz.executablePath(), args: ['--no-sandbox'] });
  }, 120_000);
  afterAll(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    await browser?.close();
  });
  return {
    open: async (base, page, options = {}) => {
      if (browser === undefined) throw new Error('the browser did not start');
      const context = await browser.newContext(options);
      contexts.push(context);
      const opened = await context.newPage();
      opened.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(`${page}: ${message.text()}`);
      });
      opened.on('pageerror', (error) => complaints.push(`${page}: ${error.message}`));
      opened.on('request', (request) => {
        if (!request.url().startsWith(base) && !request.url().startsWith('data:')) complaints.push(`${page}: asked for ${request.url()}`);
      });
      await opened.goto(base + page);
      return opened;
    },
    complaints: () => complaints.splice(0),
  };
}

/** The address of a folder on the disk. */
export function folderAddress(folder: string): string {
  return `${pathToFileURL(folder).href}/`;
}

/** Every file below a folder, with `/`, sorted. */
export function filesBelow(folder: string, prefix = ''): string[] {
  return readdirSync(join(folder, prefix))
    .flatMap((name) => {
      const path = prefix === '' ? name : `${prefix}/${name}`;
      return statSync(join(folder, path)).isDirectory() ? filesBelow(folder, path) : [path];
    })
    .sort();
}

/** Links of pages that lead to no page, or to no place on it. */
export function brokenLinks(files: readonly string[], read: (path: string) => string): string[] {
  const ids = new Map(files.map((path) => [path, new Set([...read(path).matchAll(/ id="([^"]*)"/g)].map(([, id = '']) => id))]));
  return files
    .filter((path) => path.endsWith('.html'))
    .flatMap((path) =>
      [...read(path).matchAll(/ (?:href|src)="([^"]*)"/g)].flatMap(([, target = '']) => {
        if (/^(?:https?|mailto):/.test(target)) return [];
        const { pathname, hash } = new URL(target.replaceAll('&amp;', '&'), `file:///${path}`);
        const to = decodeURIComponent(pathname).slice(1);
        const found = ids.get(to);
        // What stands behind it there is what the explorer shows, and what the list is narrowed down to.
        if (to === 'lineage.html' && hash.startsWith('#select=')) return [];
        if (to === 'nodes.html' && hash.startsWith('#tag=')) return [];
        return found !== undefined && (hash === '' || found.has(decodeURIComponent(hash.slice(1)))) ? [] : [`${path}: ${target}`];
      }),
    );
}
/** The result of asking again until it is what it should be; a policy without `eval` lets a page not be polled otherwise. */
export async function eventually<T>(ask: () => Promise<T>, isRight: (value: T) => boolean): Promise<T> {
  let value = await ask();
  for (let times = 0; times < 100 && !isRight(value); times += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    value = await ask();
  }
  expect(isRight(value), JSON.stringify(value)).toBe(true);
  return value;
}
