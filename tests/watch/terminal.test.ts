import { renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { runTx } from '../support/tx.ts';
import { shop } from '../cli/shop.ts';
import { startTerminal } from './terminal.ts';

beforeAll(async () => {
  await runTx(['--version'], { cwd: '.' });
});

const countOf = (text: string, word: string): number => text.split(word).length - 1;

describe('watching in a terminal', () => {
  it('builds once, runs only what a save changes, and shows one block all the time', async () => {
    const project = await shop();
    const terminal = startTerminal(project.root, ['build', '--watch']);
    const first = await terminal.see(/✔ 6 ok[^]*waiting {2}for a change/);
    expect(first).toContain('build shop to dev · watching 2 models, 1 seed, 3 tests');
    expect(first).toContain('keys     r run · d downstream · t test · f failed · a all · q quit');
    for (let turn = 1; turn <= 5; turn += 1) {
      project.write('models/staging/stg.sql', `select id, amount + ${turn} as amount from {{ref "raw"}}\n`);
      await terminal.see(new RegExp(`changed {2}models/staging/stg.sql\n(?=[^]*ran {6}stg {2}✔ 3 ok)[^]*waiting`));
      // The file is free: another process reads it while this one waits.
      await expect
        .poll(() => project.rows('select sum(amount) from stg').catch(String), { timeout: 10_000 })
        .toEqual([[String(60 + 3 * turn)]]);
    }
    // `total` was not built again.
    expect(await project.rows('select total from total')).toEqual([['60']]);
    const { screen } = terminal;
    expect(countOf(screen.text, 'watching 2 models')).toBe(1);
    expect(countOf(screen.text, 'changed ')).toBe(1);
    expect(screen.scrolled).toEqual([]);
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
    expect(countOf(screen.text, 'watching 2 models')).toBe(1);
    expect(screen.text).not.toContain('q quit');
  });

  it('has keys for what is below, tests, failures, everything, and the last change once more', async () => {
    const project = await shop();
    const terminal = startTerminal(project.root, ['build', '--watch']);
    await terminal.see(/✔ 6 ok[^]*waiting/);
    project.write('models/staging/stg.sql', 'select id, amount + 5 as amount from {{ref "raw"}}\n');
    await terminal.see(/ran {6}stg {2}✔ 3 ok[^]*waiting/);
    terminal.type('d');
    await terminal.see(/ran {6}stg, total {2}✔ 2 ok · 3 unchanged[^]*waiting/);
    expect(await project.rows('select total from total')).toEqual([['75']]);
    terminal.type('t');
    await terminal.see(/ran {6}not_null_stg_id, unique_stg_id {2}✔ 2 ok[^]*waiting/);
    terminal.type('r');
    await terminal.see(/ran {6}stg {2}✔ 3 unchanged[^]*waiting/);
    terminal.type('f');
    await terminal.see(/nothing failed/);
    project.write('tests/data/total_is_positive.sql', 'select * from {{ref "total"}} where total > 0\n');
    await terminal.see(/fail audit-failed|test-failed|total_is_positive[^]*1 failed/);
    await terminal.see(/1 failed[^]*waiting/);
    terminal.type('f');
    await terminal.see(/ran {6}total_is_positive {2}✖ 1 failed[^]*waiting/);
    terminal.type('a');
    await terminal.see(/ran {6}raw, stg, total {2}✖ 1 failed · 5 unchanged[^]*waiting/);
    terminal.type('x');
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
  });

  it('shows errors as frames, of children too, and lives through a broken project.yaml', async () => {
    const project = await shop();
    const terminal = startTerminal(project.root, ['build', '--watch', '-s', 'stg']);
    await terminal.see(/✔ \d+ ok[^]*waiting/);
    // What reads it directly is checked though it is not selected, and the change itself runs.
    project.write('models/staging/stg.sql', 'select id, amount as value from {{ref "raw"}}\n');
    const broken = await terminal.see(
      /error unknown-column {2}models\/marts\/total.sql:2:12[^]*1 problem|1 problem[^]*error unknown-column {2}models\/marts\/total.sql:2:12/,
    );
    expect(broken).toContain('│            ^^^^^^');
    await terminal.see(/ran {6}stg {2}✔ 3 ok[^]*waiting/);
    project.write('models/staging/stg.sql', 'select id, amount from {{ref "rwa"}}\n');
    await terminal.see(/error ref-not-found {2}models\/staging\/stg.sql:1:24[^]*does not run before its problems are solved/);
    project.write('project.yaml', 'name: [\n');
    await terminal.see(
      /error yaml-syntax[^]*the project cannot be used like this|the project cannot be used like this[^]*error yaml-syntax/,
    );
    project.write('project.yaml', 'name: shop\ntargets:\n  dev: { type: duckdb, path: shop.duckdb, schema: main }\n');
    await terminal.see((text) => !text.includes('yaml-syntax') && text.includes('waiting'));
    project.write('models/staging/stg.sql', 'select id, amount from {{ref "raw"}}\n');
    await terminal.see(/checked {2}✔ stg, total[^]*ran {6}stg {2}✔ 3 ok[^]*waiting/);
    expect(countOf(terminal.screen.text, 'error ')).toBe(0);
    expect(terminal.screen.scrolled).toEqual([]);
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
  });

  it('starts with a project.yaml that is broken, and runs everything once it is mended', async () => {
    const project = await shop({ 'project.yaml': 'nme: shop\n' });
    const terminal = startTerminal(project.root, ['run', '--watch']);
    await terminal.see(/unknown key `nme`/);
    project.write('project.yaml', 'name: shop\ntargets:\n  dev: { type: duckdb, path: shop.duckdb, schema: main }\n');
    await terminal.see(/run shop to dev[^]*ran {6}[^]*✔ 3 ok[^]*waiting/);
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
  });

  it('keeps its block within a small terminal, cuts long lines, and draws anew when the size changes', async () => {
    const project = await shop();
    const terminal = startTerminal(project.root, ['build', '--watch'], [60, 10]);
    await terminal.see(/✔ 6 ok/);
    const columns = Array.from({ length: 12 }, (_, index) => `wrong_${index}`);
    project.write('models/staging/stg.sql', `select ${columns.join(', ')} from {{ref "raw"}} -- ${'long '.repeat(40)}\n`);
    project.write('models/marts/total.sql', 'select sum(nothing) as total from {{ref "stgg"}}\n');
    await terminal.see(/… \d+ more lines/);
    expect(terminal.screen.scrolled).toEqual([]);
    expect(terminal.screen.text.split('\n').length).toBeLessThan(10);
    terminal.resize(100, 40);
    await terminal.see(/help {2}did you mean `stg`/);
    expect(countOf(terminal.screen.text, 'watching ')).toBe(1);
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
  });

  it('gives the terminal back and ends with the code of the signal', async () => {
    const project = await shop();
    const interrupted = startTerminal(project.root, ['build', '--watch']);
    await interrupted.see(/✔ 6 ok[^]*waiting/);
    interrupted.type('\u0003');
    expect(await interrupted.ended).toBe(130);
    const terminated = startTerminal(project.root, ['test', '--watch']);
    await terminated.see(/✔ 3 ok[^]*waiting/);
    terminated.kill('SIGTERM');
    expect(await terminated.ended).toBe(143);
  });

  it('compiles and tests too', async () => {
    const project = await shop();
    expect((await project.tx(['build'])).code).toBe(0);
    const compiling = startTerminal(project.root, ['compile', '--watch']);
    await compiling.see(/compiled[^]*waiting/);
    const text = 'select id, amount + 1 as amount from {{ref "raw"}}\n';
    // As many editors save: beside the file, and then in its place.
    writeFileSync(project.path('models/staging/.stg.sql.tmp'), text);
    renameSync(project.path('models/staging/.stg.sql.tmp'), project.path('models/staging/stg.sql'));
    await compiling.see(/checked {2}✔ stg, total[^]*ran {6}stg {2}compiled/);
    expect(project.read('target/compiled/shop/models/staging/stg.sql')).toContain('amount + 1');
    compiling.type('t');
    await compiling.see(/`tx compile` runs no tests/);
    compiling.type('q');
    expect(await compiling.ended).toBe(0);
    expect(await project.rows('select sum(amount) from stg')).toEqual([['60']]);
    const testing = startTerminal(project.root, ['test', '--watch']);
    await testing.see(/✔ 3 ok[^]*waiting/);
    project.write('models/staging/stg.sql', 'select id, amount + 2 as amount from {{ref "raw"}}\n');
    await testing.see(/ran {6}not_null_stg_id, unique_stg_id {2}✔ 2 ok[^]*waiting/);
    testing.type('q');
    expect(await testing.ended).toBe(0);
  });

  it('takes the save of any editor for one change, a burst for one run, and is not misled by links in circles', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `many_${String(index).padStart(2, '0')}`);
    const project = await shop(Object.fromEntries(names.map((name) => [`models/many/${name}.sql`, 'select 1 as one\n'])));
    const terminal = startTerminal(project.root, ['run', '--watch']);
    await terminal.see(/✔ 33 ok[^]*waiting/);
    const path = project.path('models/staging/stg.sql');
    const beside = (name: string): string => project.path(`models/staging/${name}`);
    const text = (turn: number): string => `select id, amount + ${turn} as amount from {{ref "raw"}}\n`;
    const saves: readonly ((next: string) => void | Promise<void>)[] = [
      async (next) => {
        writeFileSync(path, '');
        await new Promise((resolve) => setTimeout(resolve, 60));
        writeFileSync(path, next);
      },
      (next) => {
        writeFileSync(beside('stg.sql.tmp.4711'), next);
        renameSync(beside('stg.sql.tmp.4711'), path);
      },
      (next) => {
        renameSync(path, beside('stg.sql~'));
        writeFileSync(path, next);
        unlinkSync(beside('stg.sql~'));
      },
      (next) => {
        writeFileSync(path, `${next}-- first\n`);
        writeFileSync(path, next);
      },
    ];
    const runs = async (): Promise<number> =>
      Number((await project.rows(`select count(*) from _tx.runs where status = 'success'`))[0]?.[0]);
    for (const [turn, save] of saves.entries()) {
      await save(text(turn + 1));
      await expect
        .poll(() => project.rows('select sum(amount) from stg').catch(String), { timeout: 15_000 })
        .toEqual([[String(60 + 3 * (turn + 1))]]);
      await terminal.see(/ran {6}stg {2}✔ 1 ok[^]*waiting/);
      await expect.poll(runs, { timeout: 15_000 }).toBe(turn + 2);
    }
    for (const name of names) writeFileSync(project.path(`models/many/${name}.sql`), 'select 2 as one\n');
    await terminal.see(/ran {6}many_00[^]*✔ 30 ok[^]*waiting/);
    expect(await runs()).toBe(saves.length + 2);
    symlinkSync('..', project.path('models/circle'));
    await terminal.see(/link-loop/);
    unlinkSync(project.path('models/circle'));
    await terminal.see((shown) => !shown.includes('link-loop') && shown.includes('waiting'));
    expect(await runs()).toBe(saves.length + 2);
    expect(terminal.screen.scrolled).toEqual([]);
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
  });

  it('stops a run whose work has changed, and lets any other end before the next', async () => {
    const slow = (turn: number): string =>
      `{{config materialized="table"}}\nselect count(*) as n, ${turn} as turn from range(400000000) a, range(20) b where hash(a.range + b.range) % 7 = 1\n`;
    const project = await shop({ 'models/slow.sql': slow(0), 'models/fast.sql': 'select 1 as one\n' });
    const terminal = startTerminal(project.root, ['run', '--watch', '-s', 'slow', 'fast']);
    await terminal.see(/running[^]*slow/);
    project.write('models/fast.sql', 'select 2 as one\n');
    await terminal.see(/changed {2}models\/fast\.sql[^]*running[^]*slow/);
    project.write('models/slow.sql', '{{config materialized="table"}}\nselect 1 as n, 1 as turn\n');
    await terminal.see(/ran {6}fast, slow {2}✔ 2 ok[^]*waiting/);
    expect(await project.rows('select turn, one from slow, fast')).toEqual([['1', '2']]);
    expect(terminal.screen.scrolled).toEqual([]);
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
  });
});
