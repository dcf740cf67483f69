import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callTx } from '../support/call-tx.ts';
import { readRows, tempFolder } from '../support/tx.ts';
import { filesBelow, linesOf, PROJECT, shop } from './shop.ts';
import type { Shop } from './shop.ts';

describe('tx init', () => {
  it('makes a project that builds at once, and refuses a folder with something in it', async () => {
    const home = tempFolder();
    const made = await callTx(['init', 'bikes'], { cwd: home });
    expect(made.stdout).toBe('');
    expect(linesOf(made.stderr)[0]).toMatch(/^created bikes\/ {3}\d+ models, \d+ seeds, a DuckDB target$/);
    expect(linesOf(made.stderr)[1]).toBe('next:  cd bikes && tx build');
    expect(made.code).toBe(0);
    expect(filesBelow(join(home, 'bikes'))).toContain('.gitignore');
    expect(await callTx(['fmt', '--check'], { cwd: join(home, 'bikes') })).toMatchObject({ code: 0 });
    const built = await callTx(['build'], { cwd: join(home, 'bikes') });
    expect(built.code, built.stderr).toBe(0);
    const before = filesBelow(home);
    const again = await callTx(['init', 'bikes'], { cwd: home });
    expect(again.stderr).toContain('error folder-not-empty\n  `bikes` exists and is not empty\n');
    expect(again.code).toBe(2);
    expect(filesBelow(home)).toEqual(before);
  });

  it('takes an empty folder, and names the project after it', async () => {
    const home = tempFolder();
    mkdirSync(join(home, 'deep', 'trips'), { recursive: true });
    const made = await callTx(['init', '.'], { cwd: join(home, 'deep', 'trips') });
    expect(linesOf(made.stderr).at(-1)).toBe('next:  tx build');
    expect(made.code).toBe(0);
    expect((await callTx(['ls', '-s', 'package:trips', '--output', 'name'], { cwd: join(home, 'deep', 'trips') })).stdout).toContain(
      'fct_trips\n',
    );
  });

  it('makes a name of hyphens, dots and spaces', async () => {
    const home = tempFolder();
    const made = await callTx(['init', 'my-new.shop'], { cwd: home });
    expect(linesOf(made.stderr)).toContain('the project is called my_new_shop, because names of projects have no hyphens, dots or spaces');
    expect((await callTx(['ls', '-s', 'package:my_new_shop'], { cwd: join(home, 'my-new.shop') })).stdout).toContain('fct_trips\n');
  });

  it('points editors to schemas that are there', async () => {
    const home = tempFolder();
    await callTx(['init', 'bikes'], { cwd: home });
    const files = filesBelow(join(home, 'bikes')).filter((path) => path.endsWith('.yaml'));
    expect(files).toHaveLength(4);
    for (const path of files) {
      const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(join(home, 'bikes', path), 'utf8')) ?? [];
      expect(existsSync(join(home, 'bikes', dirname(path), schema)), `${path}: ${schema}`).toBe(true);
    }
  });

  it('refuses what cannot be the name of a project', async () => {
    const home = tempFolder();
    expect((await callTx(['init', ''], { cwd: home })).stderr).toContain('error invalid-project-name\n');
    const result = await callTx(['init', '2-shops'], { cwd: home });
    expect(result.stderr).toBe(
      'error invalid-project-name\n  `2-shops` cannot be the name of a project\n' +
        '  help  use letters, digits and underscores, beginning with a letter, e.g. `my_project`\n\n',
    );
    expect(result.code).toBe(2);
    expect(filesBelow(home)).toEqual([]);
  });
});

describe('tx compile', () => {
  it('writes the selected nodes and no others, and prints the one it was asked for', async () => {
    const project = await shop();
    const result = await project.tx(['compile', '-s', 'stg']);
    expect(result).toEqual({
      code: 0,
      stdout: 'select id, amount from "main"."raw"\n',
      stderr: 'compiled 1 node to target/compiled (1 file)\n',
    });
    expect(filesBelow(project.path('target'))).toEqual(['compiled/shop/models/staging/stg.sql', 'manifest.json']);
    expect(project.read('target/compiled/shop/models/staging/stg.sql')).toBe(result.stdout);
    expect(existsSync(project.path('shop.duckdb'))).toBe(false);
  });

  it('writes both texts of an incremental model', async () => {
    const project = await shop({
      'models/inc.sql':
        '{{config materialized="incremental" unique_key="id"}}\nselect 1 as id{{#if is_incremental}} where 1 > (select max(id) from {{this}}){{/if}}\n',
    });
    expect((await project.tx(['compile', '-s', 'inc'])).code).toBe(0);
    expect(project.read('target/compiled/shop/models/inc.sql')).toBe('select 1 as id\n');
    expect(project.read('target/compiled/shop/models/inc.incremental.sql')).toBe(
      'select 1 as id where 1 > (select max(id) from "main"."inc")\n',
    );
  });

  it('prints all texts as JSON, one object a line', async () => {
    const project = await shop();
    const { stdout } = await project.tx(['compile', '--output', 'json']);
    const lines = linesOf(stdout).map((line): unknown => JSON.parse(line));
    expect(lines).toEqual([
      { name: 'stg', path: 'target/compiled/shop/models/staging/stg.sql', compiled: 'select id, amount from "main"."raw"' },
      { name: 'total', path: 'target/compiled/shop/models/marts/total.sql', compiled: 'select sum(amount) as total from "main"."stg"' },
      {
        name: 'total_is_positive',
        path: 'target/compiled/shop/tests/data/total_is_positive.sql',
        compiled: 'select * from "main"."total" where total <= 0',
      },
    ]);
  });

  it('compiles a text from the command line and writes nothing', async () => {
    const project = await shop();
    const result = await project.tx(['compile', '--inline', 'select * from {{ref "stg"}}']);
    expect(result).toEqual({ code: 0, stdout: 'select * from "main"."stg"\n', stderr: '' });
    const wrong = await project.tx(['compile', '--inline', 'select * from {{ref "stgg"}}']);
    expect(wrong.stderr).toBe(
      [
        'error ref-not-found  --inline:1:15',
        '    1 │ select * from {{ref "stgg"}}',
        '      │               ^^^^^^^^^^^^^^ there is no model or seed `stgg`',
        '  help  did you mean `stg`?',
        '',
        '',
      ].join('\n'),
    );
    expect(wrong.code).toBe(2);
    expect(filesBelow(project.path('target'))).toEqual([]);
  });
});

describe('tx show', () => {
  it('previews a node as a table, JSON and CSV, with a limit', async () => {
    const project = await shop();
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    const table = await project.tx(['show', '-s', 'stg']);
    expect(table).toEqual({
      code: 0,
      stdout: 'id  amount\n──  ──────\n 1      10\n 2      20\n 3      30\n',
      stderr: 'stg (3 rows)\n',
    });
    expect((await project.tx(['show', '-s', 'stg', '--limit', '2', '--output', 'csv'])).stdout).toBe('id,amount\n1,10\n2,20\n');
    expect((await project.tx(['show', '-s', 'raw', '--limit', '1', '--output', 'json'])).stdout).toBe('[\n  {"id": 1, "amount": 10}\n]\n');
    expect((await project.tx(['show', '-s', 'stg'], { env: { TX_LIMIT: '1', TX_OUTPUT: 'csv' } })).stdout).toBe('id,amount\n1,10\n');
  });

  it('runs a text from the command line, and changes nothing', async () => {
    const project = await shop();
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    const result = await project.tx([
      'show',
      '--inline',
      'select count(*) as n, null as nothing, \'a,b\' as text from {{ref "stg"}}',
      '--output',
      'csv',
    ]);
    expect(result.stdout).toBe('n,nothing,text\n3,,"a,b"\n');
    const wrong = await project.tx(['show', '--inline', 'select idd from {{ref "stg"}}']);
    expect(wrong.stderr).toContain('error unknown-column  --inline:1:8\n');
    expect(wrong.stderr).toContain('  help  did you mean `id`?\n');
    expect(wrong.code).toBe(1);
    expect((await project.tx(['show', '--inline', 'drop table main.raw'])).code).toBe(2);
    expect(await project.rows('select count(*) from raw')).toEqual([['3']]);
  });

  it('says that there is no database yet, and makes none', async () => {
    const project = await shop();
    const result = await project.tx(['show', '-s', 'stg']);
    expect(result.stderr).toMatch(/^error missing-database {2}project\.yaml:3:3\n[^]*\^\^\^ the database `shop\.duckdb` does not exist\n/);
    expect(result.code).toBe(2);
    expect(existsSync(project.path('shop.duckdb'))).toBe(false);
  });

  it('asks for one node when several are selected', async () => {
    const project = await shop();
    const result = await project.tx(['show', '-s', 'stg', 'total']);
    expect(result.stderr).toContain('error show-needs-one\n  `tx show` previews one node, but 2 are selected\n');
    expect(result.code).toBe(2);
  });
});

describe('tx debug', () => {
  it('tells what tx sees, before and after the first build', async () => {
    const project = await shop();
    const before = await project.tx(['debug']);
    expect(before.stdout).toContain('connection:   no database yet: `tx build` makes it\n');
    expect(before.code).toBe(0);
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    const after = await project.tx(['debug'], { in: 'models' });
    expect(after.stderr).toBe('');
    expect(after.stdout).toMatch(/^connection: +ok: shop\.duckdb, duckdb \d+\.\d+\.\d+$/m);
    expect(after.stdout).toContain('target:       dev\n');
    expect(after.code).toBe(0);
  });

  it('exits 1 when the database cannot be opened', async () => {
    const project = await shop();
    writeFileSync(project.path('shop.duckdb'), 'This is a letter.\n'.repeat(1000));
    const result = await project.tx(['debug']);
    expect(result.stdout).toContain('connection:   failed\n');
    expect(result.stderr).toContain('error not-a-database-file');
    expect(result.code).toBe(1);
  });
});

describe('tx clean', () => {
  it('removes the target folder', async () => {
    const project = await shop();
    expect((await project.tx(['compile', '-q'])).code).toBe(0);
    expect(await project.tx(['clean'])).toEqual({ code: 0, stdout: '', stderr: 'removed target\n' });
    expect(existsSync(project.path('target'))).toBe(false);
    expect(await project.tx(['clean'])).toEqual({ code: 0, stdout: '', stderr: 'nothing to clean: target does not exist\n' });
  });

  it.each([
    ['the project itself', 'target_path: .\n', 'path-outside-project'],
    ['a folder above it', 'target_path: ../..\n', 'path-outside-project'],
    ['a folder with models', 'target_path: models\n', 'paths-overlap'],
    ['a folder with seeds', 'target_path: seeds\n', 'paths-overlap'],
    ['a folder with doc blocks', 'target_path: docs\n', 'it holds `docs/orders.md`'],
  ])('refuses %s', async (_what, line, why) => {
    const project = await shop({ 'project.yaml': PROJECT + line, 'docs/orders.md': '{{#docs "orders"}}One row per order.{{/docs}}\n' });
    const before = filesBelow(project.root);
    const result = await project.tx(['clean']);
    expect(result.stderr).toContain(why);
    expect(result.code).toBe(2);
    expect(filesBelow(project.root)).toEqual(before);
  });

  it('refuses a link and a file', async () => {
    const project = await shop({ 'project.yaml': `${PROJECT}target_path: out\n` });
    const elsewhere = tempFolder();
    writeFileSync(join(elsewhere, 'letter.txt'), 'dear');
    symlinkSync(elsewhere, project.path('out'));
    expect((await project.tx(['clean'])).stderr).toContain('`out` is not cleaned: it is a link\n');
    expect(filesBelow(elsewhere)).toEqual(['letter.txt']);
    const file = await shop({ 'project.yaml': `${PROJECT}target_path: out\n`, out: 'text' });
    const result = await file.tx(['clean']);
    expect(result.stderr).toContain('`out` is not cleaned: it is not a folder\n');
    expect(result.code).toBe(2);
  });

  it('follows links on the way to the folder and to the database', async () => {
    const away = await shop({ 'project.yaml': `${PROJECT}target_path: build/target\n` });
    const elsewhere = tempFolder();
    mkdirSync(join(elsewhere, 'target', 'compiled'), { recursive: true });
    symlinkSync(elsewhere, away.path('build'));
    const refused = await away.tx(['clean']);
    expect(refused.stderr).toContain('`build/target` is not cleaned: a link leads to it\n');
    expect(refused.code).toBe(2);
    expect(existsSync(join(elsewhere, 'target', 'compiled'))).toBe(true);

    const linked = await shop({ 'project.yaml': PROJECT.replace('shop.duckdb', 'data/shop.duckdb') });
    mkdirSync(linked.path('target/compiled/store'), { recursive: true });
    symlinkSync('target/compiled/store', linked.path('data'));
    expect((await linked.tx(['build', '-q'])).code).toBe(0);
    const result = await linked.tx(['clean']);
    expect(result.stderr).toContain('`target` is not cleaned: it holds the database `data/shop.duckdb`\n');
    expect(result.code).toBe(2);
    expect(existsSync(linked.path('data/shop.duckdb'))).toBe(true);
  });

  it('removes only what tx wrote', async () => {
    const project = await shop({
      'project.yaml': `${PROJECT}target_path: .git\n`,
      '.git/HEAD': 'ref: refs/heads/main\n',
      '.git/config': '',
    });
    expect(await project.tx(['clean'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'nothing to clean in .git; kept what is not its own: HEAD, config\n',
    });
    expect((await project.tx(['compile', '-q'])).code).toBe(0);
    project.write('.git/.run_results.json.4711-1.tmp', '{"half');
    expect((await project.tx(['clean'])).stderr).toBe('removed what tx wrote to .git; kept what is not its own: HEAD, config\n');
    project.write('.git/external/main/x.parquet', '');
    project.write('.git/env/pr/manifest.json', '{}');
    expect((await project.tx(['clean'])).stderr).toBe(
      'nothing to clean in .git; kept external, the rows of external models; kept env, the output of environments: ' +
        '`tx clean --env <name>` and `tx env drop <name>` remove it; kept what is not its own: HEAD, config\n',
    );
    expect(filesBelow(project.path('.git'))).toEqual(['HEAD', 'config', 'env/pr/manifest.json', 'external/main/x.parquet']);
  });

  it('refuses a folder with the database of any target', async () => {
    const targets = 'name: shop\ndefault_target: dev\ntargets:\n  dev: { type: duckdb, path: shop.duckdb, schema: main }\n';
    const project = await shop({
      'project.yaml': `${targets}  prod: { type: duckdb, path: "\${TEST_FOLDER:-target}/prod.duckdb", schema: main }\n`,
    });
    expect((await project.tx(['build', '-q', '-t', 'prod'])).code).toBe(0);
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    const result = await project.tx(['clean']);
    expect(result.stderr).toContain('`target` is not cleaned: it holds the database `target/prod.duckdb`\n');
    expect(result.code).toBe(2);
    expect(await readRows(project.path('target/prod.duckdb'), 'from total')).toEqual([['60']]);
  });
});

describe('tx env', () => {
  it('leaves nothing behind of an environment that is not there', async () => {
    const project = await shop();
    expect((await project.tx(['build'])).code).toBe(0);
    const { code, stderr } = await project.tx(['env', 'drop', 'tpyo', '--yes']);
    expect([code, stderr.includes('unknown-environment')]).toEqual([2, true]);
    expect(existsSync(project.path('target/env'))).toBe(false);
  });
});

describe('tx explain', () => {
  it('prints the page of a code, lists the codes, and knows near ones', async () => {
    const home = tempFolder();
    const list = await callTx(['explain'], { cwd: home });
    expect(linesOf(list.stdout)).toContain('ref-not-found');
    const page = await callTx(['explain', 'ref-not-found'], { cwd: home });
    expect(page.stdout).toMatch(/^# ref-not-found\n/);
    expect({ ...page, stdout: '' }).toEqual({ code: 0, stdout: '', stderr: '' });
    const wrong = await callTx(['explain', 'ref-not-fuond'], { cwd: home });
    expect(wrong).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error unknown-code\n  there is no error code `ref-not-fuond`\n  help  did you mean `ref-not-found`?\n\n',
    });
  });

  it('has a page for every code that it lists', async () => {
    const home = tempFolder();
    const { stdout } = await callTx(['explain'], { cwd: home });
    const { REPOSITORY } = await import('../support/tx.ts');
    const pages = filesBelow(join(REPOSITORY, 'docs', 'errors')).map((path) => path.replace(/\.md$/, ''));
    expect(pages).toEqual(expect.arrayContaining([...linesOf(stdout)]));
  });
});

describe('--output json', () => {
  const parsed = async (project: Shop, ...args: readonly string[]): Promise<{ readonly code: number; readonly value: unknown }> => {
    const { code, stdout } = await project.tx([...args, '--output', 'json']);
    return { code, value: JSON.parse(stdout) };
  };

  it('prints the results of a run, as the file has them', async () => {
    const project = await shop({ 'models/bad.sql': '{{config materialized="table"}}\nselect error(\'stop\') as id from {{ref "stg"}}\n' });
    const built = await parsed(project, 'build');
    expect(built.code).toBe(1);
    expect(built.value).toEqual(JSON.parse(project.read('target/run_results.json')));
    expect(built.value).toMatchObject({
      results: expect.arrayContaining([expect.objectContaining({ unique_id: 'model.shop.stg', status: 'success' })]),
    });
    project.write('models/bad.sql', 'select id from {{ref "stg"}}\n');
    expect((await parsed(project, 'retry')).value).toMatchObject({ results: [{ unique_id: 'model.shop.bad' }] });
    expect((await parsed(project, 'retry')).value).toEqual({ results: [] });
    expect((await parsed(project, 'test', '-s', 'tag:nothing')).value).toEqual({ results: [] });
    expect((await parsed(project, 'seed', '-s', 'stg')).value).toEqual({ results: [] });
  });

  it('prints what debug and explain have to say', async () => {
    const project = await shop();
    expect((await parsed(project, 'debug')).value).toMatchObject({ project: 'shop (project.yaml)', target: 'dev', engine: 'duckdb' });
    expect((await parsed(project, 'explain')).value).toContain('unknown-column');
    const { value } = await parsed(project, 'explain', 'unknown-column');
    expect(value).toEqual({ code: 'unknown-column', page: expect.stringMatching(/^# unknown-column\n/) });
  });
});
