import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SiteIndex } from '../../src/docs/site-data.ts';
import { folderAddress, useBrowser } from './browser.ts';
import { largeSite } from './large-site.ts';

/** Models of a large project in folders of 100; those of the first five folders are a graph of 500 nodes and 800 edges. */
const nodes = 5000;
const shown = 500;
const folderOf = (at: number): string => `models/${at < shown ? 'core' : 'more'}/area_${Math.floor(at / 100)}`;
const children = Array.from({ length: nodes }, (): number[] => []);
for (let edge = 0; edge < 8000; edge += 1) {
  const size = edge < 800 ? shown : nodes;
  const to = 1 + ((edge * 7919) % (size - 1));
  const from = Math.max(0, to - 1 - ((edge * 104_729) % Math.min(to, 60)));
  if (children[from]?.includes(to) === false && (edge < 800 || to >= shown)) children[from]?.push(to);
}
const index: SiteIndex = {
  project: 'large',
  kinds: ['model'],
  forms: ['view'],
  tags: [],
  groups: [],
  nodes: Array.from({ length: nodes }, (_, at) => {
    const name = `model_${at}_of_many`;
    return [name, 0, `model/${name}`, `${folderOf(at)}/${name}.sql`, name, 0, 1, [], 'One row per thing.', -1] as const;
  }),
  children,
};

const showFigures = process.env['TX_TEST_FIGURES'] !== undefined;

describe('the explorer of a project of 5,000 models', () => {
  const browser = useBrowser();
  let folder = '';

  beforeAll(async () => {
    folder = await largeSite({ index, columns: index.nodes.map(() => ['id']) });
  });

  const count = (page: Page): Promise<number> => page.locator('.explorer-graph .node').count();

  it('begins with folders, and shows 500 nodes that can be moved without a jerk', async () => {
    const page = await browser.open(folderAddress(folder), 'lineage.html', { viewport: { width: 1280, height: 900 } });
    await page.locator('.explorer-graph .node').first().waitFor();
    expect(await count(page)).toBe(50);
    await page.locator('.selector input').fill('path:models/core');
    await page.keyboard.press('Enter');
    expect(await count(page)).toBe(5);
    const drawn = await page.evaluate(() => {
      const start = performance.now();
      document.querySelector<HTMLButtonElement>('.status button')?.click();
      document.querySelector('.explorer-graph')?.getBoundingClientRect();
      return performance.now() - start;
    });
    expect(await count(page)).toBe(shown);
    // All of them at once are the hardest to move.
    for (let times = 0; times < 12; times += 1) await page.getByRole('button', { name: 'Smaller' }).click();
    const frames = await page.evaluate(async () => {
      const graph = document.querySelector('.explorer-graph');
      if (graph === null) throw new Error('there is no graph');
      const { left, top } = graph.getBoundingClientRect();
      const send = (type: string, step: number): boolean =>
        graph.dispatchEvent(
          new PointerEvent(type, { bubbles: true, pointerId: 1, clientX: left + 300 + step * 4, clientY: top + 100 + step * 2 }),
        );
      // A pointer that no hand holds cannot be captured.
      graph.setPointerCapture = () => undefined;
      send('pointerdown', 0);
      const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
      const times: number[] = [await frame()];
      for (let step = 1; step <= 60; step += 1) {
        send('pointermove', step);
        times.push(await frame());
      }
      send('pointerup', 60);
      const moved = graph.querySelector('g')?.getAttribute('transform') ?? '';
      return { perSecond: 60_000 / ((times.at(-1) ?? 0) - (times[0] ?? 0)), moved };
    });
    expect(frames.moved).toMatch(/^translate\(/);
    if (showFigures)
      process.stdout.write(`${JSON.stringify({ drawn: Math.round(drawn), framesPerSecond: Math.round(frames.perSecond) })}\n`);
    // A calm machine is several times better; others may be busy, and draw without a graphics card.
    expect(drawn).toBeLessThan(3000);
    expect(frames.perSecond).toBeGreaterThan(10);
    expect(browser.complaints()).toEqual([]);
  });

  it('can be searched from the first page on, at once', async () => {
    const page = await browser.open(folderAddress(folder), 'index.html');
    const start = performance.now();
    await page.reload({ waitUntil: 'domcontentloaded' });
    await page.keyboard.press('/');
    await page.keyboard.type('4711');
    await page.locator('[role=option] b').filter({ hasText: 'model_4711_of_many' }).first().waitFor();
    const usable = performance.now() - start;
    if (showFigures) process.stdout.write(`${JSON.stringify({ usable: Math.round(usable) })}\n`);
    expect(usable).toBeLessThan(5000);
    expect(browser.complaints()).toEqual([]);
  });
});
