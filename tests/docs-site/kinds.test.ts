import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { tempProject } from '../support/tx.ts';
import type { TempProject } from '../support/tx.ts';
import { brokenLinks, eventually, filesBelow, folderAddress, useBrowser } from './browser.ts';

/** One of everything, with all that the page of a node can say. */
const files = {
  'project.yaml':
    'name: club\ndefault_target: dev\ndocs_paths: [doc_blocks]\ntargets: { dev: { type: duckdb, path: club.duckdb, schema: main } }\n',
  'overview.md': '# Club\n\nWho is a *member*.\n',
  'doc_blocks/words.md': '{{#docs "member"}}\nSomebody who **pays**.\n\nAuditors_of the club excepted.\n{{/docs}}\n',
  'seeds/people.csv': 'person,plan,joined_at\n1,free,2024-01-01\n2,pro,2024-01-02\n3,pro,2024-01-03\n',
  'data/visits.csv': 'person,seen\n1,2024-02-01\n2,2024-02-02\n',
  'models/members.sql': '{{config materialized="table"}}\nselect person, plan, joined_at from {{ref "people"}}\n',
  'models/visitors.sql':
    '{{config materialized="table"}}\nselect m.person, m.plan, count(*) as visits from {{ref "members"}} m join {{source "web" "visits"}} v on v.person = m.person group by all\n',
  'models/all.yaml': `groups:
  - { name: people, owner: { name: Ann, email: ann@example.org } }
models:
  - name: members
    description: "{{doc \\"member\\"}}"
    config: { group: people, tags: [core] }
    columns:
      - { name: person, description: Number of the person., tests: [not_null, unique] }
      - { name: plan, tests: [accepted_values: { values: [free], severity: warn }] }
  - name: visitors
    columns: [{ name: visits, description: "How often.\\n\\nRobots of **some_vendor** are left out." }]
sources:
  - name: web
    tables:
      - name: visits
        external: data/visits.csv
        loaded_at_field: cast(seen as timestamp)
        freshness: { error_after: { count: 36500, period: day } }
exposures:
  - { name: board, label: Board of the club, type: dashboard, maturity: high, url: "https://example.org/board", owner: { name: Bo, email: bo@example.org }, depends_on: ["ref('visitors')"] }
`,
  'snapshots/plans.yaml': `snapshots:
  - { name: plans, relation: ref('people'), config: { strategy: check, unique_key: person, check_cols: [plan] } }
`,
  'tests/data/nobody_twice.sql': 'select person from {{ref "visitors"}} group by person having count(*) > 1\n',
  '.git/HEAD': 'ref: refs/heads/main\n',
  '.git/config': '[remote "origin"]\n\turl = https://ann:secret@github.com/team/club.git\n',
};

const text = (page: Page, selector: string): Promise<string> =>
  page
    .locator(selector)
    .innerText()
    .then((found) => found.replaceAll(/\s+/g, ' ').trim());

describe('a page of each kind', () => {
  const browser = useBrowser();
  let project: TempProject;
  let folder = '';
  const run = async (...args: readonly string[]): Promise<string> => {
    const result = await project.call(args);
    expect(result.code, result.stderr).toBe(0);
    return result.stderr;
  };
  /** As somebody sees it who allows no scripts. */
  const plain = (page: string): Promise<Page> => browser.open(folderAddress(folder), page, { javaScriptEnabled: false });

  beforeAll(async () => {
    project = await tempProject(files);
    folder = join(project.root, 'target', 'docs');
    await run('build');
    await run('build', '--full-refresh');
    await run('run', '--full-refresh', '-s', 'members');
    await run('freshness');
    await run('docs');
  });

  it('is there, with links that all lead somewhere', () => {
    const pages = filesBelow(folder).filter((path) => path.endsWith('.html'));
    for (const kind of ['model', 'seed', 'snapshot', 'source', 'exposure', 'test'])
      expect(
        pages.some((path) => path.startsWith(`${kind}/`)),
        kind,
      ).toBe(true);
    expect(brokenLinks(filesBelow(folder), (path) => readFileSync(join(folder, path), 'utf8'))).toEqual([]);
  });

  it('can be read without scripts, and complains of nothing', async () => {
    const expected = {
      index:
        /^club 2 models 1 source 1 seed 1 snapshot 1 exposure 4 tests .* Last run: tx run on dev, .* success Who is a member\. What it makes Board of the club .* visitors/,
      nodes: /^Nodes .*Exposures 1 .*board Board of the club dashboard.*Snapshots 1 .*plans check .*Sources 1 .*web\.visits file/,
      tests: /^Tests 4 tests .*nobody_twice visitors pass 0 /,
      lineage: /web\.visits.*visitors|visitors.*web\.visits/,
      health: /Failing or warning tests 1 .*accepted_values_members_plan.* members warn 2 .*Freshness 1 .*web\.visits fresh/,
      runs: /^Runs 3 runs, newest first.*tx run.*members success.*tx build.*tx build/,
      'model/members': /^club \/ models MODEL TABLE members core Edit in repository Somebody who pays\. /,
      'seed/people': /SEED FILE people .*Lineage .*members.*Columns 3/,
      'snapshot/plans': /SNAPSHOT CHECK plans .*people.*Columns 7/,
      'source/web.visits': /SOURCE FILE web\.visits .*Freshness fresh Newest row 2024-02-02 00:00 UTC/,
      'exposure/board':
        /EXPOSURE DASHBOARD Board of the club .*Name board Trust passing Owner Bo <bo@example\.org> Maturity high Address https:\/\/example\.org\/board Lineage .*visitors/,
      'test/nobody_twice':
        /TEST QUERY nobody_twice Edit in repository Last result pass Looks at visitors Fails if failures != 0 Last results 2 .*Code .*having count/,
    };
    for (const [page, words] of Object.entries(expected)) expect(await text(await plain(`${page}.html`), 'main'), page).toMatch(words);
    expect(browser.complaints()).toEqual([]);
  });

  it('tells of a model who answers for it, what its rows are, and how its columns and builds went', async () => {
    const page = await plain('model/members.html');
    expect(await text(page, '.facts')).toMatch(
      /^Trust warning In the database main\.members Rows 3 One row per person Last built .* Took .* Owner Ann <ann@example\.org> Group people$/,
    );
    expect(await text(page, '#c-person')).toMatch(
      /^person key INTEGER.* Number of the person\. not_null passing unique passing people\.person unchanged .*visitors\.person unchanged/,
    );
    expect(await text(page, '#c-plan')).toMatch(/accepted_values warning people\.plan unchanged .*visitors\.plan unchanged/);
    expect(await page.locator('.edit').getAttribute('href')).toBe('https://github.com/team/club/edit/main/models/members.sql');
    expect(await text(page, 'section:has(> #tests)')).toMatch(/accepted_values plan warn 2 /);
    expect(await text(page, 'section:has(> #runs)')).toMatch(
      /^Last builds 3 .*success .* 3 full refresh .*success .* 3 full refresh .*success .* 3 never built$/,
    );
    // The newest at the right, as high as it took long.
    expect(await page.locator('svg.trend rect.ok').count()).toBe(3);
    expect(await page.locator('svg.trend').getAttribute('aria-label')).toBe('How long the last 3 builds of members took');
    expect(await page.locator('svg.near a').count()).toBe(2);
    expect(await page.locator('.pane').count()).toBe(2);
    // What a column only hands on is described where it was written.
    const reader = await plain('model/visitors.html');
    expect(await text(reader, '#c-person')).toMatch(/Number of the person\. as in members\.person/);
    expect(await text(reader, '#c-visits')).toMatch(/How often\./);
  });

  it('can be used by everybody, whatever kind it is', async () => {
    const long = process.env['TX_TEST_LONG'] !== undefined;
    // Those of the example are judged with that.
    const others = [
      'tests',
      'lineage',
      'health',
      'runs',
      'seed/people',
      'snapshot/plans',
      'source/web.visits',
      'exposure/board',
      'test/nobody_twice',
    ];
    const found: Record<string, unknown> = {};
    for (const path of [...others, ...(long ? ['index', 'nodes', 'model/members'] : [])]) {
      for (const colorScheme of long ? (['light', 'dark'] as const) : (['light'] as const)) {
        const page = await browser.open(folderAddress(folder), `${path}.html`, { colorScheme });
        const { violations } = await new AxeBuilder({ page }).analyze();
        if (violations.length > 0) found[`${path} ${colorScheme}`] = violations.map(({ id, nodes }) => [id, nodes[0]?.html]);
        await page.close();
      }
    }
    // The judge itself tries to fetch style sheets, which the policy refuses.
    browser.complaints();
    expect(found).toEqual({});
  });

  it('tells how things went by words and shapes, not by colours alone', async () => {
    const page = await plain('model/members.html');
    expect(await page.locator('#c-plan .test .result').isVisible()).toBe(true);
    expect(await page.locator('svg.near title').allTextContents()).toEqual(
      expect.arrayContaining(['model members, warning', 'model visitors, passing']),
    );
    const shape = (where: Page, verdict: string): Promise<string | null> => where.locator(`svg .dot.${verdict}`).first().getAttribute('d');
    expect(await shape(page, 'warn')).toMatch(/h8v8h-8z$/);
    expect(await shape(page, 'ok')).toMatch(/a4 4 /);
    const explorer = await browser.open(folderAddress(folder), 'lineage.html#select=members&node=members');
    await explorer.locator('.panel .verdict').filter({ hasText: 'warning' }).waitFor();
    expect(await shape(explorer, 'warn')).toMatch(/h8v8h-8z$/);
    expect(await explorer.locator('.explorer-graph .node').getAttribute('aria-label')).toBe('model members, warning');
    await explorer.keyboard.press('Control+k');
    await explorer.keyboard.type('members');
    expect(await explorer.locator('[role=option]').first().innerText()).toMatch(/warning$/);
  });

  it('finds what is said in later lines, of columns, and in the names that people have for exposures', async () => {
    const page = await browser.open(folderAddress(folder), 'model/members.html');
    await page.keyboard.press('/');
    for (const [words, name, line] of [
      ['some_vendor', 'visitors.visits', 'How often. Robots of some_vendor are left out.'],
      ['of the club', 'board', 'Board of the club'],
    ] as const) {
      await page.locator('dialog input').fill(words);
      await page.locator('[role=option][aria-selected=true] b').filter({ hasText: name }).waitFor();
      expect(await page.locator('[role=option][aria-selected=true] .line').innerText()).toBe(line);
    }
    await page.locator('dialog input').fill('robots vendor');
    await page.keyboard.press('Enter');
    await page.waitForURL(/model\/visitors\.html#c-visits$/);
    const list = await browser.open(folderAddress(folder), 'nodes.html#text=auditors_of');
    await eventually(
      () => list.locator('tr[data-node]:visible').allInnerTexts(),
      (rows) => rows.length === 1 && /^members\b.*Somebody who pays\./s.test(rows[0] ?? ''),
    );
    expect(browser.complaints()).toEqual([]);
  });

  it('fits on paper', async () => {
    for (const path of ['index', 'nodes', 'model/members', 'health', 'runs']) {
      const page = await browser.open(folderAddress(folder), `${path}.html`, {
        viewport: { width: 700, height: 1000 },
        colorScheme: 'dark',
      });
      await page.emulateMedia({ media: 'print' });
      expect(await page.locator('.top').isVisible(), path).toBe(false);
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), path).toBe('rgb(255, 255, 255)');
      const widths = await page.evaluate(() =>
        [...document.querySelectorAll('main, main table, main svg')].map((part) => part.getBoundingClientRect().right),
      );
      expect(Math.max(...widths), path).toBeLessThanOrEqual(701);
    }
    const graph = await browser.open(folderAddress(folder), 'lineage.html', { viewport: { width: 700, height: 1000 } });
    await graph.locator('.explorer-graph .node').first().waitFor();
    await graph.emulateMedia({ media: 'print' });
    expect(await graph.locator('.explorer-tools').isVisible()).toBe(false);
    expect(await graph.locator('.explorer-graph').isVisible()).toBe(true);
  });

  it('fits the width of a phone with long names, and an empty project has its pages', async () => {
    const long = (what: string): string => `${what}_with_a_name_that_is_longer_than_any_phone_is_wide_in_this_size`;
    const other = await tempProject({
      'project.yaml': `name: ${long('project')}\ntargets: { dev: { type: duckdb, path: club.duckdb, schema: main } }\n`,
      [`models/${long('folder')}/${long('model')}.sql`]: `select 1 as ${long('column')}\n`,
      [`models/${long('folder')}/x.yaml`]: `models: [{ name: ${long('model')}, tags: [${long('tag')}], columns: [{ name: ${long('column')}, tests: [unique] }] }]\n`,
    });
    expect((await other.call(['docs'])).code).toBe(0);
    const base = folderAddress(join(other.root, 'target', 'docs'));
    for (const path of filesBelow(join(other.root, 'target', 'docs')).filter((name) => name.endsWith('.html'))) {
      const page = await browser.open(base, path, { viewport: { width: 390, height: 844 } });
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(390);
    }
    other.write('models/kept.sql', '{{config materialized="external" location="out/kept.parquet"}}select 1 as id\n');
    expect((await other.call(['docs'])).code).toBe(0);
    expect(await text(await browser.open(base, 'model/kept.html'), '.facts')).toContain('Kept in out/kept.parquet');
    rmSync(join(other.root, 'models'), { recursive: true });
    expect((await other.call(['docs'])).code).toBe(0);
    const page = await browser.open(base, 'index.html');
    expect(await text(page, 'main')).toMatch(/– documented – tested There is nothing in this project yet\.$/);
    expect(browser.complaints()).toEqual([]);
    other.remove();
  });

  it('has small pages where nearly every folder reads nearly every other one', async () => {
    const count = 300;
    const name = (at: number): string => `m_${at}`;
    const models = Array.from({ length: count }, (_, at) => {
      const read = at < 30 ? [] : [1, 2, 3].map((step) => name((at * (step * 7919) + step) % (at - (at % 5))));
      const sql =
        read.length === 0 ? 'select 1 as id' : `select a.id from ${read.map((of, nth) => `{{ref "${of}"}} as ${'abc'[nth]}`).join(', ')}`;
      return [`models/f_${Math.floor(at / 5)}/${name(at)}.sql`, `${sql}\n`] as const;
    });
    const other = await tempProject({
      'project.yaml': 'name: many\ntargets: { dev: { type: duckdb, path: club.duckdb, schema: main } }\n',
      ...Object.fromEntries(models),
    });
    expect((await other.call(['docs'])).code).toBe(0);
    const packed = (path: string): number => gzipSync(readFileSync(join(other.root, 'target', 'docs', path))).length;
    const drawn = readFileSync(join(other.root, 'target', 'docs', 'lineage.html'), 'utf8');
    expect(drawn.match(/<rect class="box"/g)).toHaveLength(60);
    // Each path here is one step: what follows from others is left out.
    expect(drawn.match(/<path class="edge"/g)?.length).toBeLessThan(120);
    expect(packed('lineage.html')).toBeLessThan(10 * 1024);
    expect(packed('index.html') + packed('assets/site.js') + packed('assets/site.css')).toBeLessThan(150 * 1024);
    // Who shows every node can send that to somebody.
    const base = folderAddress(join(other.root, 'target', 'docs'));
    const page = await browser.open(base, 'lineage.html');
    const drawnNodes = (where: Page): Promise<number> => where.locator('.explorer-graph .node').count();
    await page.locator('.explorer-graph .node').first().waitFor();
    expect(await drawnNodes(page)).toBe(60);
    await page.getByRole('button', { name: 'Show every node' }).click();
    expect(await drawnNodes(page)).toBe(count);
    expect(page.url()).toMatch(/lineage\.html#show=nodes$/);
    const sent = await browser.open(base, 'lineage.html#show=nodes');
    await sent.locator('.explorer-graph .node').first().waitFor();
    expect(await drawnNodes(sent)).toBe(count);
    await page.goBack();
    expect(await drawnNodes(page)).toBe(60);
    expect(browser.complaints()).toEqual([]);
    other.remove();
  });

  it('pins several nodes in the explorer', async () => {
    const page = await browser.open(folderAddress(folder), 'lineage.html#select=members&node=members');
    const shows = (...labels: readonly string[]): Promise<string[]> =>
      eventually(
        () => page.locator('.explorer-graph .node text').allTextContents(),
        (found) => JSON.stringify(found.sort()) === JSON.stringify(labels),
      );
    await shows('members');
    await page.getByRole('button', { name: 'Uses: one step more' }).click();
    await shows('members', 'visitors');
    await page.locator('.node[aria-label="model visitors, passing"]').click();
    await page.getByRole('button', { name: 'Pin', exact: true }).click();
    expect(await page.locator('.selector input').inputValue()).toBe('members+1 visitors');
    await page.locator('.node[aria-label="model members, warning"]').click();
    await page.getByRole('button', { name: 'Unpin' }).click();
    await shows('visitors');
    expect(browser.complaints()).toEqual([]);
  });

  it('is made from artifacts alone where no database is', async () => {
    const other = await tempProject(files);
    mkdirSync(join(other.root, 'target'));
    for (const name of ['catalog.json', 'run_results.json', 'sources.json'])
      cpSync(join(project.root, 'target', name), join(other.root, 'target', name));
    expect((await other.call(['docs'])).stderr).toContain('there is no database yet');
    expect(existsSync(join(other.root, 'club.duckdb'))).toBe(false);
    const page = await browser.open(folderAddress(join(other.root, 'target', 'docs')), 'model/members.html', { javaScriptEnabled: false });
    expect(await text(page, '.facts')).toMatch(/Rows 3 .*Last built /);
    expect(await text(page, 'section:has(> #runs)')).toMatch(/^Last builds 1 .*success/);
    await page.goto(`${folderAddress(join(other.root, 'target', 'docs'))}source/web.visits.html`);
    expect(await text(page, '.facts')).toMatch(/Freshness fresh/);
    other.remove();
  });

  it.skipIf(process.platform === 'win32' || process.platform === 'darwin')('is shown in the browser of the user by --open', async () => {
    const programs = join(project.root, 'programs');
    mkdirSync(programs);
    writeFileSync(join(programs, 'xdg-open'), `#!/bin/sh\nprintf %s "$1" > "${join(project.root, 'opened')}"\n`);
    chmodSync(join(programs, 'xdg-open'), 0o755);
    const result = await project.run(['docs', '--open'], { env: { PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}` } });
    expect(result.code, result.stderr).toBe(0);
    const opened = await eventually(
      () => Promise.resolve(existsSync(join(project.root, 'opened')) ? project.read('opened') : ''),
      (found) => found !== '',
    );
    expect(opened).toBe(pathToFileURL(join(folder, 'index.html')).href);
    rmSync(programs, { recursive: true });
  });
});
