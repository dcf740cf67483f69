/**
 * Takes the pictures of the documentation site that the README shows: builds the example project in a folder of its own and opens its
 * site in the browser of the tests. For whoever changes the site, `--survey` takes every kind of page in every look instead, of the
 * example or of another site.
 *
 *     npm run build && node scripts/screenshots.mjs
 *     npm run build && node scripts/screenshots.mjs --survey /tmp/views --site other/target/docs
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import sparticuz from '@sparticuz/chromium';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The address of the explorer as it shows what `select` means, with a node and a column chosen. */
const explored = (fields) => `lineage.html#${new URLSearchParams(fields)}`;

/** The pictures of the README, by the names of their files. */
export const pictures = [
  { name: 'site-overview', page: 'index.html' },
  { name: 'site-model', page: 'model/fct_orders.html' },
  {
    name: 'site-lineage',
    page: explored({ select: '3+fct_daily_store_sales', node: 'fct_daily_store_sales', column: 'revenue' }),
    dark: true,
  },
  { name: 'site-health', page: 'health.html' },
];

/** Where they lie in the repository. */
export const folder = 'docs/images';

/** What of a page they show, in points of the screen, and how many dots a point has. */
export const frame = { width: 1200, height: 750, scale: 1.5 };

/** The ways in which a page is looked at. */
const looks = [
  { name: 'light', options: { colorScheme: 'light', viewport: { width: 1280, height: 900 } } },
  { name: 'dark', options: { colorScheme: 'dark', viewport: { width: 1280, height: 900 } } },
  {
    name: 'phone',
    options: { colorScheme: 'light', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  },
  { name: 'print', options: { colorScheme: 'light', viewport: { width: 794, height: 1123 } }, media: 'print' },
];

/** Builds the example project elsewhere and gives the folder of its site. */
function buildExample(home) {
  for (const name of ['project.yaml', 'models', 'seeds', 'macros', 'data', 'doc_blocks', 'tests/data', 'overview.md']) {
    cpSync(join(root, name), join(home, name), { recursive: true });
  }
  for (const args of [['build', '--quiet'], ['docs']]) {
    execFileSync(process.execPath, [join(root, 'bin', 'tx.cjs'), ...args], { cwd: home, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return join(home, 'target', 'docs');
}

/**
 * The site takes the font of the reader's system. Here it is the one that comes with the browser, so that pictures look the same wherever
 * they are taken; for code there is one of the machine.
 */
function chooseFonts(home) {
  const path = join(home, 'fonts.conf');
  const prefer = (family, font) => `<alias binding="same"><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
  const folders = [join(tmpdir(), 'fonts'), '/usr/share/fonts', '/usr/local/share/fonts'].map((name) => `<dir>${name}</dir>`);
  const aliases = ['sans-serif', 'sans', 'system-ui'].map((family) => prefer(family, 'Open Sans'));
  writeFileSync(
    path,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${[...folders, ...aliases, prefer('monospace', 'DejaVu Sans Mono')].join('')}<cachedir>${join(home, 'cache')}</cachedir></fontconfig>\n`,
  );
  return { ...process.env, FONTCONFIG_FILE: path };
}

async function openPage(browser, site, page, { media, ...options }) {
  const context = await browser.newContext(options);
  const opened = await context.newPage();
  if (media !== undefined) await opened.emulateMedia({ media });
  await opened.goto(`${pathToFileURL(site).href}/${page}`);
  if (page.startsWith('lineage.html')) await opened.locator('.explorer-graph .node').first().waitFor({ state: 'attached' });
  if (page.includes('column=')) await opened.locator('.tracing').waitFor({ state: 'attached' });
  return opened;
}

async function takePictures(browser, site) {
  mkdirSync(join(root, folder), { recursive: true });
  const { scale, ...viewport } = frame;
  for (const { name, page, dark = false } of pictures) {
    const opened = await openPage(browser, site, page, { viewport, deviceScaleFactor: scale, colorScheme: dark ? 'dark' : 'light' });
    const path = join(root, folder, `${name}.png`);
    await opened.screenshot({ path });
    await opened.context().close();
    console.log(`${folder}/${name}.png: ${Math.round(statSync(path).size / 1024)} kB`);
  }
}

/** One page of each kind. */
function pagesToSee(site) {
  const plain = ['index', 'nodes', 'tests', 'lineage', 'health', 'runs', 'changes'].map((name) => `${name}.html`);
  const ofNodes = ['model', 'seed', 'source', 'snapshot', 'exposure', 'test'].flatMap((kind) => {
    if (!existsSync(join(site, kind))) return [];
    const pages = readdirSync(join(site, kind)).map((name) => `${kind}/${name}`);
    const largest = pages.toSorted((a, b) => statSync(join(site, b)).size - statSync(join(site, a)).size);
    return largest.slice(0, kind === 'model' ? 2 : 1);
  });
  return [...plain.filter((name) => existsSync(join(site, name))), ...ofNodes];
}

async function survey(browser, site, to, only) {
  mkdirSync(to, { recursive: true });
  const pages = only.length > 0 ? only : pagesToSee(site);
  for (const page of pages) {
    for (const { name, options, media } of looks) {
      const opened = await openPage(browser, site, page, { ...options, media });
      const file = `${page
        .replace(/\.html/, '')
        .replaceAll(/[^\w-]+/g, '-')
        .slice(0, 80)}.${name}`;
      // What nobody scrolls to the end of needs no picture.
      const height = Math.min(await opened.evaluate(() => document.documentElement.scrollHeight), 4000);
      const { width } = opened.viewportSize();
      await opened.screenshot({ path: join(to, `${file}.png`), fullPage: true, clip: { x: 0, y: 0, width, height } });
      await opened.context().close();
    }
  }
  console.log(`${pages.length} pages in ${looks.length} looks: ${to}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({ options: { survey: { type: 'string' }, site: { type: 'string' } }, allowPositionals: true });
  const home = mkdtempSync(join(tmpdir(), 'tx-pictures-'));
  const executablePath = await sparticuz.executablePath();
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'], env: chooseFonts(home) });
  try {
    const site = values.site ?? buildExample(home);
    if (values.survey === undefined) await takePictures(browser, site);
    else await survey(browser, site, values.survey, positionals);
  } finally {
    await browser.close();
    rmSync(home, { recursive: true, force: true });
  }
}
