import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY, runTx } from '../support/tx.ts';
import { shop } from '../cli/shop.ts';
import type { Shop } from '../cli/shop.ts';
import { startLog, startText } from './log.ts';
import type { LogEvent, WatchedLog } from './log.ts';

beforeAll(async () => {
  await runTx(['--version'], { cwd: '.' });
});

/** Longer than a change is gathered, checked and run on a busy machine. */
const LONG_MS = 1500;

/** Starts watching, and waits until the first run is over and changes are heard. */
async function startWatching(
  project: Shop,
  args: readonly string[] = ['build', '--watch'],
  env: NodeJS.ProcessEnv = {},
): Promise<WatchedLog> {
  const log = startLog(project.root, args, env);
  await log.next('watch_waiting');
  await log.ever('watch_listening');
  return log;
}

/** The names of the nodes of the next run, in order. */
async function nextRun(log: WatchedLog): Promise<readonly unknown[]> {
  const { run_id } = await log.next('run_started');
  const finished: LogEvent[] = [];
  for (;;) {
    const entry = await log.next(['node_finished', 'run_finished'], (given) => given['run_id'] === run_id);
    if (entry.event === 'node_finished') {
      finished.push(entry);
      continue;
    }
    // Now the database is free.
    await log.next(['watch_waiting', 'run_started']);
    return finished.map(({ name }) => name).toSorted();
  }
}

const runsIn = (events: readonly LogEvent[]): number => events.filter(({ event }) => event === 'run_started').length;

describe('watching without a terminal', () => {
  it('tells each event in one line of JSON, and follows YAML, macros, helpers, seeds, .env and project.yaml', async () => {
    const project = await shop({
      'project.yaml': 'name: shop\nvars: { factor: 1 }\ntargets:\n  dev: { type: duckdb, path: shop.duckdb, schema: "${SCHEMA}" }\n',
      '.env': 'SCHEMA=main\n',
      'macros/twice.sql': '{{#macro "twice" "column"}}{{column}} * 2{{/macro}}\n',
      'macros/tax.js': "import { rate } from './lib/rate.mjs';\nexport function tax() {\n  return rate;\n}\n",
      'macros/lib/rate.mjs': 'export const rate = 19;\n',
      'models/marts/scaled.sql': 'select {{twice "amount"}} as amount, {{tax}} as tax, {{var "factor"}} as factor from {{ref "stg"}}\n',
    });
    const log = await startWatching(project);
    const changes: readonly (readonly [string, string, readonly string[]])[] = [
      [
        'models/shop.yaml',
        'models:\n  - name: stg\n    columns:\n      - name: id\n        tests: [not_null]\n      - name: amount\n        tests: [not_null]\n',
        ['not_null_stg_amount'],
      ],
      ['macros/twice.sql', '{{#macro "twice" "column"}}{{column}} + {{column}}{{/macro}}\n', ['scaled']],
      ['macros/tax.js', "import { rate } from './lib/rate.mjs';\nexport function tax() {\n  return rate + 1;\n}\n", ['scaled']],
      ['macros/lib/rate.mjs', 'export const rate = 7;\n', ['scaled']],
      ['seeds/raw.csv', 'id,amount\n1,10\n2,20\n3,30\n4,40\n', ['raw']],
      [
        'project.yaml',
        'name: shop\nvars: { factor: 3 }\ntargets:\n  dev: { type: duckdb, path: shop.duckdb, schema: "${SCHEMA}" }\n',
        ['scaled'],
      ],
      ['models/new.sql', 'select 1 as one\n', ['new']],
      ['.env', 'SCHEMA=other\n', ['new', 'not_null_stg_amount', 'not_null_stg_id', 'raw', 'scaled', 'stg', 'total', 'total_is_positive']],
    ];
    for (const [path, text, expected] of changes) {
      project.write(path, text);
      expect((await log.next('files_changed'))['paths'], path).toEqual([path]);
      expect(await nextRun(log), path).toEqual(expected);
    }
    expect(await project.rows('select * from other.scaled order by 1 limit 1')).toEqual([['20', '8', '3']]);
    rmSync(project.path('models/new.sql'));
    expect((await log.next('files_changed'))['paths']).toEqual(['models/new.sql']);
    expect(await log.next('watch_waiting')).toMatchObject({ message: 'nothing changed that runs' });
    log.kill('SIGTERM');
    expect(await log.ended).toBe(143);
    await log.next('watch_ended');
    expect(log.all().at(-1)?.event).toBe('watch_ended');
  });

  it('takes the save of any editor for one change', async () => {
    const project = await shop();
    const log = await startWatching(project);
    const path = project.path('models/staging/stg.sql');
    const beside = (name: string): string => project.path(`models/staging/${name}`);
    const text = (turn: number): string => `select id, amount + ${turn} as amount from {{ref "raw"}}\n`;
    const saves: readonly ((next: string) => void | Promise<void>)[] = [
      // In place, in two writes with an empty file between them.
      async (next) => {
        writeFileSync(path, '');
        await new Promise((resolve) => setTimeout(resolve, 60));
        writeFileSync(path, next);
      },
      // A file beside it takes its name.
      (next) => {
        writeFileSync(beside('stg.sql.tmp.4711'), next);
        renameSync(beside('stg.sql.tmp.4711'), path);
      },
      // The old file is kept beside the new one, and removed.
      (next) => {
        writeFileSync(beside('4913'), '');
        unlinkSync(beside('4913'));
        renameSync(path, beside('stg.sql~'));
        writeFileSync(path, next);
        unlinkSync(beside('stg.sql~'));
      },
      // Removed and written again.
      async (next) => {
        unlinkSync(path);
        await new Promise((resolve) => setTimeout(resolve, 40));
        writeFileSync(path, next);
      },
      // Written twice in a row, with a swap file that stays.
      (next) => {
        writeFileSync(beside('.stg.sql.swp'), 'x');
        writeFileSync(path, `${next}-- first\n`);
        writeFileSync(path, next);
      },
    ];
    for (const [turn, save] of saves.entries()) {
      await save(text(turn + 1));
      expect((await log.next('files_changed'))['paths'], `save ${turn}`).toEqual(['models/staging/stg.sql']);
      expect(await nextRun(log), `save ${turn}`).toEqual(['not_null_stg_id', 'stg', 'unique_stg_id']);
      const rest = await log.quiet(LONG_MS / 2);
      expect(
        rest.filter(({ event }) => event === 'files_changed' || event === 'diagnostic'),
        `save ${turn}`,
      ).toEqual([]);
    }
  });

  // A machine that lets the test wait between two writes makes two bursts of one.
  it('runs a burst of changes once, and does nothing for comments and white space', { retry: 2 }, async () => {
    const names = Array.from({ length: 40 }, (_, index) => `many_${String(index).padStart(2, '0')}`);
    const project = await shop(Object.fromEntries(names.map((name) => [`models/many/${name}.sql`, 'select 1 as one\n'])));
    const log = await startWatching(project);
    for (const name of names) {
      project.write(`models/many/${name}.sql`, 'select 2 as one\n');
      if (name.endsWith('0')) await new Promise((resolve) => setTimeout(resolve, 8));
    }
    expect((await log.next('files_changed'))['paths']).toEqual(names.map((name) => `models/many/${name}.sql`));
    expect(await nextRun(log)).toEqual(names);
    expect(runsIn(await log.quiet(LONG_MS))).toBe(0);
    appendFileSync(project.path('models/staging/stg.sql'), '\n\n  -- only words\n');
    await log.next('files_changed');
    expect(await log.next('watch_waiting')).toMatchObject({ message: 'nothing changed that runs' });
    expect(runsIn(await log.quiet(LONG_MS / 2))).toBe(0);
  });

  it('keeps to what is selected', async () => {
    const project = await shop();
    const log = await startWatching(project, ['run', '--watch', '-s', 'total']);
    project.write('models/staging/stg.sql', 'select id, amount + 1 as amount from {{ref "raw"}}\n');
    expect(await log.next('change_checked')).toMatchObject({ nodes: ['stg', 'total'], problems: 0 });
    expect(await log.next('watch_waiting')).toMatchObject({ message: 'what changed is not selected' });
    project.write('models/marts/total.sql', 'select sum(amount) + 0 as total from {{ref "stg"}}\n');
    expect(await nextRun(log)).toEqual(['total']);
  });

  it('stops a run whose work has changed, and lets any other end before the next', async () => {
    const slow = (turn: number): string =>
      `{{config materialized="table"}}\nselect count(*) as n, ${turn} as turn from range(400000000) a, range(20) b where hash(a.range + b.range) % 7 = 1\n`;
    const project = await shop({ 'models/slow.sql': slow(0), 'models/fast.sql': 'select 1 as one\n' });
    const log = startLog(project.root, ['run', '--watch', '-s', 'slow', 'fast']);
    await log.next('node_finished', ({ name }) => name === 'fast');
    await log.ever('watch_listening');
    // Of no concern to the run: it is waited for. `fast` is done.
    project.write('models/fast.sql', 'select 2 as one\n');
    expect(await log.next('run_overtaken')).toMatchObject({ how: 'queue', paths: ['models/fast.sql'] });
    project.write('models/slow.sql', '{{config materialized="table"}}\nselect 1 as n, 1 as turn\n');
    expect(await log.next('run_overtaken')).toMatchObject({ how: 'cancel', paths: ['models/slow.sql'] });
    expect(await log.next('run_finished')).toMatchObject({ status: 'cancelled' });
    // Both changes run together then.
    expect(await nextRun(log)).toEqual(['fast', 'slow']);
    expect(await project.rows('select turn, one from slow, fast')).toEqual([['1', '2']]);
    log.kill('SIGINT');
    expect(await log.ended).toBe(130);
  });

  it('is not misled by links that lead in circles, and follows those that lead to files', async () => {
    const project = await shop({ 'shared/extra.sql': 'select 1 as one\n' });
    symlinkSync('..', project.path('models/circle'));
    symlinkSync('.', project.path('models/staging/here'));
    symlinkSync('../shared', project.path('models/linked'));
    const log = startLog(project.root, ['run', '--watch']);
    expect(await log.next('diagnostic')).toMatchObject({ code: 'link-loop' });
    await log.ever('watch_listening');
    expect(await log.quiet(LONG_MS / 2)).toEqual([]);
    unlinkSync(project.path('models/circle'));
    unlinkSync(project.path('models/staging/here'));
    expect(await nextRun(log)).toEqual(['extra', 'raw', 'stg', 'total']);
    project.write('shared/extra.sql', 'select 2 as one\n');
    expect(await nextRun(log)).toEqual(['extra']);
    symlinkSync('..', project.path('models/circle'));
    expect(await log.next('files_changed')).toMatchObject({ paths: ['models/circle'] });
    expect(await log.next('diagnostic')).toMatchObject({ code: 'link-loop' });
  });

  it('sees what another command compiled before it', async () => {
    const project = await shop({
      'macros/twice.sql': '{{#macro "twice" "column"}}{{column}} * 2{{/macro}}\n',
      'models/two.sql': 'select {{twice "amount"}} as amount from {{ref "stg"}}\n',
    });
    const log = await startWatching(project, ['run', '--watch']);
    for (let turn = 0; turn < 3; turn += 1) {
      const text = `{{#macro "twice" "column"}}{{column}} * ${turn + 3}{{/macro}}\n`;
      // The other command starts at the same moment.
      const other = project.tx(['ls']);
      project.write('macros/twice.sql', text);
      expect(await nextRun(log)).toEqual(['two']);
      await other;
    }
  });

  it('holds a model whose own tests have errors, and what stands on it, until one of them is mended', async () => {
    const project = await shop();
    const log = await startWatching(project);
    project.write('models/marts/total.sql', 'select sum(amount) + 1 as total from {{ref "stg"}}\n');
    expect(await nextRun(log)).toEqual(['total', 'total_is_positive']);
    // `total` does not need the column, but the tests of `stg` do.
    project.write('models/staging/stg.sql', 'select amount from {{ref "raw"}}\n');
    expect(await log.next('change_checked')).toMatchObject({ problems: 2 });
    const seen = await log.quiet(LONG_MS);
    expect(runsIn(seen)).toBe(0);
    expect(seen.map(({ message }) => message)).toContain('what changed does not run before its problems are solved');
    project.write('models/marts/total.sql', 'select sum(amount) + 2 as total from {{ref "stg"}}\n');
    await log.next('change_checked');
    expect(runsIn(await log.quiet(LONG_MS))).toBe(0);
    expect(await project.rows('select id from stg order by id')).toEqual([['1'], ['2'], ['3']]);
    project.write('models/shop.yaml', 'models:\n  - name: stg\n    columns:\n      - name: amount\n        tests: [unique]\n');
    expect(await nextRun(log)).toEqual(['stg', 'total', 'total_is_positive', 'unique_stg_amount']);
    expect(await project.rows('select total from total')).toEqual([['62']]);
  });

  it('stays when the database is locked, and keeps what was to run', async () => {
    const project = await shop();
    const log = await startWatching(project, ['run', '--watch', '--wait', '0']);
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(project.path('shop.duckdb'));
    project.write('models/staging/stg.sql', 'select id, amount + 1 as amount from {{ref "raw"}}\n');
    expect(await log.next('diagnostic')).toMatchObject({ code: 'database-locked' });
    instance.closeSync();
    project.write('models/marts/total.sql', '{{config materialized="table"}}\nselect sum(amount) + 0 as total from {{ref "stg"}}\n');
    expect(await nextRun(log)).toEqual(['stg', 'total']);
    expect(await project.rows('select total from total')).toEqual([['63']]);
  });

  it('waits for others who look into the database between runs', async () => {
    const project = await shop();
    const log = await startWatching(project, ['run', '--watch']);
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(project.path('shop.duckdb'));
    project.write('models/staging/stg.sql', 'select id, amount + 1 as amount from {{ref "raw"}}\n');
    await log.next('change_checked');
    expect(runsIn(await log.quiet(LONG_MS / 2))).toBe(0);
    instance.closeSync();
    expect(await nextRun(log)).toEqual(['stg']);
  });

  it('writes lines for people too, and results where they are asked for', async () => {
    const project = await shop();
    const text = startText(project.root, ['build', '--watch']);
    await expect.poll(text.stderr, { timeout: 15_000 }).toContain('listening to changes\n');
    await expect.poll(text.stderr, { timeout: 15_000 }).toContain('waiting for a change\n');
    expect(text.stderr()).toContain('watching 2 models, 1 seed, 3 tests of shop · build to dev\n');
    project.write('models/staging/stg.sql', 'select id, amount + 1 as amount from {{ref "raw"}}\n');
    await expect.poll(text.stderr, { timeout: 15_000 }).toMatch(/✔ 3 ok {2}in/);
    expect(text.stderr()).toContain('changed models/staging/stg.sql\nchecked stg, total: ok in ');
    expect(text.stderr()).toMatch(/running stg\n✔ 3\/3 {2}stg {2}view {3}\d\.\d\ds {2}2 tests\n✔ 3 ok {2}in/);
    text.kill('SIGTERM');
    expect(await text.ended).toBe(143);
    const json = await startWatching(project, ['compile', '--watch', '--output', 'json']);
    json.kill('SIGTERM');
    await json.ended;
    const objects = json
      .stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly name: string });
    expect(objects.map(({ name }) => name).toSorted()).toEqual(['stg', 'total', 'total_is_positive']);
  });

  it('writes what the schema of the log says', async () => {
    const schema = JSON.parse(readFileSync(join(REPOSITORY, 'schemas', 'log-event.schema.json'), 'utf8')) as object;
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    const project = await shop();
    const log = startLog(project.root, ['build', '--watch']);
    await log.next('watch_waiting');
    await log.ever('watch_listening');
    project.write('models/staging/stg.sql', 'select id, nothing as amount from {{ref "raw"}}\n');
    await log.next('watch_waiting');
    project.write('project.yaml', 'name: 1\n');
    await log.next('change_checked', ({ nodes }) => Array.isArray(nodes) && nodes.length === 0);
    mkdirSync(project.path('models/late'));
    log.kill('SIGTERM');
    await log.ended;
    for (const entry of log.all()) expect(validate(entry), JSON.stringify([entry, validate.errors])).toBe(true);
  });

  it('runs a unit test again when its rows change, in YAML or in a file', async () => {
    const unit = (expected: string): string =>
      `unit_tests:\n  - name: adds\n    model: plus\n    given: [{ input: ref('one'), fixture: rows }]\n    expect: { rows: [{ n: ${expected} }] }\n`;
    const project = await shop({
      'models/one.sql': 'select 1 as n',
      'models/plus.sql': 'select n + 1 as n from {{ref "one"}}',
      'models/unit.yaml': unit('6'),
      'tests/fixtures/rows.csv': 'n\n5\n',
    });
    const log = await startWatching(project, ['test', '--watch', '-s', 'plus']);
    writeFileSync(join(project.root, 'models/unit.yaml'), unit('7'));
    expect(await nextRun(log)).toEqual(['adds']);
    expect(log.all().findLast(({ event }) => event === 'node_finished')).toMatchObject({ name: 'adds', status: 'fail' });
    writeFileSync(join(project.root, 'tests/fixtures/rows.csv'), 'n\n6\n');
    expect(await nextRun(log)).toEqual(['adds']);
    expect(log.all().findLast(({ event }) => event === 'node_finished')).toMatchObject({ name: 'adds', status: 'pass' });
    writeFileSync(join(project.root, 'models/plus.sql'), 'select n + 2 as n from {{ref "one"}}');
    expect(await nextRun(log)).toEqual(['adds']);
    expect(log.all().findLast(({ event }) => event === 'node_finished')).toMatchObject({ name: 'adds', status: 'fail' });
  });
});
