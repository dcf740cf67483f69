import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { plainEnvironment, REPOSITORY, runProgram } from '../support/tx.ts';
import { filesBelow, PROJECT, shop } from './shop.ts';

/** The parts of run_results.json that are read here. */
interface RunResults {
  readonly args: Readonly<Record<string, unknown>>;
  readonly results: readonly { readonly unique_id: string; readonly status: string; readonly message: string | null }[];
}

const statuses = (text: string): Readonly<Record<string, string>> => {
  const { results } = JSON.parse(text) as RunResults;
  return Object.fromEntries(results.map((result) => [result.unique_id.split('.').slice(0, 3).join('.'), result.status]));
};

describe('build, run, seed, test', () => {
  it('do their part each, and write no compiled SQL when all goes well', async () => {
    const project = await shop();
    const seed = await project.tx(['seed']);
    expect(seed.stdout).toBe('');
    expect(statuses(project.read('target/run_results.json'))).toEqual({ 'seed.shop.raw': 'success' });
    expect((await project.tx(['run'])).code).toBe(0);
    expect(statuses(project.read('target/run_results.json'))).toEqual({ 'model.shop.stg': 'success', 'model.shop.total': 'success' });
    expect((await project.tx(['test'])).code).toBe(0);
    expect(statuses(project.read('target/run_results.json'))).toEqual({
      'test.shop.not_null_stg_id': 'pass',
      'test.shop.unique_stg_id': 'pass',
      'test.shop.total_is_positive': 'pass',
    });
    const build = await project.tx(['build']);
    expect(build).toMatchObject({ code: 0, stdout: '' });
    expect(Object.keys(statuses(project.read('target/run_results.json')))).toHaveLength(6);
    expect(filesBelow(project.path('target'))).toEqual(['manifest.json', 'run_results.json']);
    expect(await project.rows('from total')).toEqual([['60']]);
  });

  it('a run loads a seed above it again when the file changed', async () => {
    const project = await shop();
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    project.write('seeds/raw.csv', 'id,amount\n1,5\n');
    expect((await project.tx(['run', '-s', '+total'])).code).toBe(0);
    expect(await project.rows('from total')).toEqual([['5']]);
  });

  it('a run loads a seed above it again when its declared types or its delimiter changed', async () => {
    const project = await shop();
    project.write('models/kind.sql', 'select distinct typeof(amount) as kind from {{ref "raw"}}');
    const kind = async (): Promise<unknown> => {
      expect((await project.tx(['run', '-s', 'kind'])).code).toBe(0);
      return project.rows('from kind');
    };
    expect(await kind()).toEqual([['INTEGER']]);
    project.write('seeds/raw.yaml', 'seeds:\n  - name: raw\n    config: { column_types: { amount: varchar } }\n');
    expect(await kind()).toEqual([['VARCHAR']]);
    expect((await project.tx(['plan', '--for', 'run', '-s', 'kind'])).stdout).not.toContain('seed');
    project.write('seeds/raw.yaml', 'seeds:\n  - name: raw\n    columns: [{ name: amount, data_type: bigint }]\n');
    expect(await kind()).toEqual([['BIGINT']]);
    project.write('seeds/raw.yaml', 'seeds:\n  - name: raw\n    config: { delimiter: ";" }\n');
    project.write('seeds/raw.csv', 'id,x;amount\n1;2\n');
    expect(await kind()).toEqual([['INTEGER']]);
    project.write('seeds/raw.yaml', '');
    expect((await project.tx(['run', '-s', 'kind'])).code).toBe(2);
  });

  it('a failing test keeps its model from being published, and skips what is below', async () => {
    const project = await shop();
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    project.write('seeds/raw.csv', 'id,amount\n1,10\n1,20\n,30\n');
    const result = await project.tx(['build']);
    expect(result.code).toBe(1);
    expect(result.stdout).toBe('');
    expect(statuses(project.read('target/run_results.json'))).toMatchObject({
      'seed.shop.raw': 'success',
      'model.shop.stg': 'error',
      'test.shop.not_null_stg_id': 'fail',
      'test.shop.unique_stg_id': 'fail',
      'model.shop.total': 'skipped',
    });
    expect(await project.rows('from total')).toEqual([['60']]);
    expect(result.stderr).toContain('error audit-failed  models/staging/stg.sql\n  `main.stg` was not published: 2 of its tests failed\n');
    expect(filesBelow(project.path('target/compiled'))).toContain('shop/models/staging/stg.sql');
  });

  it('compiled SQL is there for what failed, and for nothing else', async () => {
    const project = await shop({
      'models/bad.sql': 'select idd from {{ref "stg"}}\n',
      'models/below.sql': 'select * from {{ref "bad"}}\n',
    });
    const result = await project.tx(['build', '--no-analyze']);
    expect(result.code).toBe(1);
    expect(filesBelow(project.path('target'))).toEqual(['compiled/shop/models/bad.sql', 'manifest.json', 'run_results.json']);
    expect(result.stderr).toContain(
      [
        'error unknown-column  models/bad.sql:1:8',
        '    1 │ select idd from {{ref "stg"}}',
        '      │        ^^^ column `idd` does not exist',
        '  help  did you mean `id`?',
        '  note  compiled: target/compiled/shop/models/bad.sql:1',
        '  note  skipped because of this: 1 model',
      ].join('\n'),
    );
    expect(result.stderr).toMatch(/\nfix, then: {2}tx retry\n$/);
  });

  it('--fail-fast starts nothing more after the first failure', async () => {
    const project = await shop({
      'models/a_bad.sql': '{{config materialized="table"}}\nselect error(\'stop\') as x\n',
      'models/b.sql': 'select 1 as b\n',
      'models/c.sql': 'select * from {{ref "b"}}\n',
    });
    const run = (...args: string[]) => project.tx(['run', '-s', 'a_bad', 'b', 'c', '--threads', '1', ...args]);
    expect((await run('--fail-fast')).code).toBe(1);
    expect(statuses(project.read('target/run_results.json'))).toEqual({
      'model.shop.a_bad': 'error',
      'model.shop.b': 'skipped',
      'model.shop.c': 'skipped',
    });
    expect((await run()).code).toBe(1);
    expect(statuses(project.read('target/run_results.json'))).toEqual({
      'model.shop.a_bad': 'error',
      'model.shop.b': 'success',
      'model.shop.c': 'success',
    });
  });

  it('name a next command that a shell and the selector take as it is', async () => {
    const project = await shop({ 'models/it (was) a b.sql': 'select 7 as id\n' });
    const { stderr } = await project.tx(['run', '--select', 'it*']);
    expect(stderr).toContain("next:  tx show --select 'it[ ][(]was[)][ ]a[ ]b'\n");
    expect((await project.tx(['show', '--output', 'csv', '--select', 'it[ ][(]was[)][ ]a[ ]b'])).stdout).toBe('id\n7\n');
  });

  it('nothing to do is no failure', async () => {
    const project = await shop();
    const result = await project.tx(['build', '-s', 'tag:hourly']);
    expect(result.stderr).toContain('nothing to do\n');
    expect(result.code).toBe(0);
    expect(filesBelow(project.root).filter((path) => /duckdb|target/.test(path))).toEqual([]);
  });
});

describe('hooks of a run', () => {
  it('run before and after it, on a project that has them', async () => {
    const hooks = [
      'on_run_start: "create table if not exists log (at_ text, run text)"',
      'on_run_end:',
      '  - "insert into log values (\'end\', {{run.id}})"',
      '  - {sql: "insert into log values (\'last\', {{run.id}})", transaction: false}',
    ];
    const project = await shop({
      'project.yaml': `${PROJECT}${hooks.join('\n')}\n`,
      'models/hooked.sql':
        '{{config pre_hook="insert into log values (\'pre\', {{run.id}})" post_hook="insert into log values (\'post\', {{run.id}})"}}\nselect 1 as id\n',
    });
    const result = await project.tx(['build', '-s', 'hooked']);
    expect(result.code, result.stderr).toBe(0);
    expect(await project.rows('select at_ from log')).toEqual([['pre'], ['post'], ['end'], ['last']]);
    expect(await project.rows('select count(distinct run) from log')).toEqual([['1']]);
  });

  it('that fails at the start skips everything, and points at its line', async () => {
    const project = await shop({ 'project.yaml': `${PROJECT}on_run_start:\n  - select 1\n  - select * from nope\n` });
    const result = await project.tx(['build']);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('error hook-failed  project.yaml:6:19\n');
    expect(result.stderr).toContain('✖ 1 hook failed · 6 skipped');
    expect(Object.values(statuses(project.read('target/run_results.json')))).toEqual(Array.from({ length: 6 }, () => 'skipped'));
  });
});

describe('tx retry', () => {
  it('runs exactly what failed or was skipped, with the flags of the run', async () => {
    const project = await shop({
      'models/bad.sql': '{{config materialized="table"}}\nselect error(\'stop\') as id, {{var "n"}} as n from {{ref "stg"}}\n',
      'models/below.sql':
        '{{config materialized="incremental"}}\nselect {{var "n"}} as n, {{interval.start}} as since\n-- depends_on: {{ref "bad"}}\n',
    });
    const flags = ['--vars', '{n: 7}', '--event-time-start', '2024-01-01', '--event-time-end', '2024-02-01', '--full-refresh'];
    expect((await project.tx(['build', ...flags])).code).toBe(1);
    project.write('models/bad.sql', 'select id, {{var "n"}} as n from {{ref "stg"}}\n');
    const retry = await project.tx(['retry']);
    expect(retry.code, retry.stderr).toBe(0);
    expect(retry.stderr).toMatch(/^again, with the flags of [\d -]+:\d\d:\d\d UTC: {2}tx build --full-refresh .*--vars '\{n: 7\}'\n/);
    expect(statuses(project.read('target/run_results.json'))).toEqual({ 'model.shop.bad': 'success', 'model.shop.below': 'success' });
    const { args } = JSON.parse(project.read('target/run_results.json')) as RunResults;
    expect(args).toMatchObject({ which: 'build', full_refresh: true, vars: '{n: 7}', event_time_start: '2024-01-01T00:00:00.000Z' });
    expect(await project.rows('select n, since from below')).toEqual([['7', '2024-01-01 00:00:00']]);
    const again = await project.tx(['retry']);
    expect(again).toEqual({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(
        /^nothing to retry: everything in the last run succeeded, `tx build --full-refresh .*--vars '\{n: 7\}'` of [\d -]+:\d\d:\d\d UTC\n$/,
      ),
    });
  });

  it('needs a run to retry, and one that tx recorded', async () => {
    const project = await shop();
    const none = await project.tx(['retry']);
    expect(none.stderr).toBe(
      'error nothing-to-retry\n  there is no earlier run to retry: `target/run_results.json` does not exist\n  help  run `tx build` first\n\n',
    );
    expect(none.code).toBe(2);
    for (const text of ['{', '{}', '{"metadata": {}, "results": [], "args": {"which": "build"}}']) {
      project.write('target/run_results.json', text);
      const result = await project.tx(['retry']);
      expect(result.stderr).toContain('error retry-unreadable\n');
      expect(result.code).toBe(2);
    }
  });
});

const slow = '{{config materialized="table"}}\nselect sum(a.range * b.range) as s from range(1000000) a, range(10000000) b\n';

describe('tx retry after a run without a record', () => {
  it('is refused while the run is at work, and after it was killed', async () => {
    const project = await shop();
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    project.write('models/slow.sql', slow);
    const record = project.read('target/run_results.json');
    const child = spawn(process.execPath, [join(REPOSITORY, 'bin', 'tx.cjs'), 'run', '--log-format', 'json', '-s', 'slow'], {
      cwd: project.root,
      env: plainEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = once(child, 'exit');
    await once(child.stderr, 'data');
    const during = await project.tx(['retry']);
    expect(during.stderr).toMatch(
      new RegExp(`^error last-run-unfinished\\n.*\`tx run --select slow\` of .* has not ended: process ${child.pid}\\s`),
    );
    expect(during.code).toBe(2);
    const mark = project.read('target/unfinished_run.json');
    const clean = await project.tx(['clean'], { env: { COLUMNS: '200' } });
    expect(clean.stderr).toContain(`\`tx run --select slow\` may be at work in process ${child.pid}: what it writes comes back\n`);
    project.write('target/run_results.json', record);
    project.write('target/unfinished_run.json', mark);
    child.kill('SIGKILL');
    await ended;
    const after = await project.tx(['retry'], { env: { COLUMNS: '200' } });
    expect(after.stderr).toContain('was cut off and left no record of what it did\n  help  run it again: `tx run --select slow`\n');
    expect(after.code).toBe(2);
    expect(project.read('target/run_results.json')).toBe(record);
    expect((await project.tx(['run', '-q', '-s', 'stg'])).code).toBe(0);
    expect((await project.tx(['retry'])).code).toBe(0);
  });

  it('of a backfill that was cut off offers to load what is left of it', async () => {
    // It fails where the mark of a backfill does not say that the range is open.
    const project = await shop({
      'models/visits.sql': `{{config materialized="incremental" incremental_strategy="time_interval" time_column="day" begin="2024-01-01" batch_size="year"}}
select {{interval.start}} as day, case when content like '%"backfill":true%' and content not like '%"open":true%' then error('not open') end as mark
from read_text('target/unfinished_run.json')`,
    });
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    const backfill = ['backfill', '-s', 'visits', '--from', '2024-01-01', '--to', '2024-02-01'];
    expect((await project.tx(backfill)).code).toBe(0);
    const resumed = await project.tx([...backfill, '--resume']);
    expect(resumed.stderr).toContain('nothing of the range is missing: it is loaded, or was never opened');
    const args = { select: ['visits'], backfill: true, from: '2024-01-01', to: '2024-02-01', chunk: null, resume: false };
    const mark = { command: 'build', started_at: '2026-01-31T06:00:00.000Z', pid: 99_999_999, exit_code: null, open: true, args };
    project.write('target/unfinished_run.json', JSON.stringify(mark));
    const said = async (): Promise<string | undefined> =>
      /^ {2}help.*$/m.exec((await project.tx(['retry'], { env: { COLUMNS: '300' } })).stderr)?.[0];
    const line = 'tx backfill --select visits --from 2024-01-01 --to 2024-02-01';
    expect(await said()).toBe(`  help  load what is left of it: \`${line} --resume\`; or all of it again: \`${line}\``);
    // One that did not begin, or not in the target, has nothing to go on from.
    const { open: _isOpen, ...early } = mark;
    project.write('target/unfinished_run.json', JSON.stringify(early));
    expect(await said()).toBe(`  help  run it again: \`${line}\``);
    project.write('target/unfinished_run.json', JSON.stringify({ ...mark, exit_code: 75 }));
    expect(await said()).toBe(`  help  run it again: \`${line}\``);
  });

  it('is refused although an older record has failures', async () => {
    const project = await shop({ 'models/bad.sql': '{{config materialized="table"}}\nselect error(\'stop\') as id from {{ref "stg"}}\n' });
    expect((await project.tx(['build', '-q'])).code).toBe(1);
    expect((await project.tx(['build', '-q', '-s', 'nobody'])).code).toBe(2);
    expect((await project.tx(['retry'])).code).toBe(2);
  });

  it('goes on after a retry that did not start, and after a run with nothing to do', async () => {
    const project = await shop({ 'models/bad.sql': '{{config materialized="table"}}\nselect error(\'stop\') as id from {{ref "stg"}}\n' });
    expect((await project.tx(['build', '-q'])).code).toBe(1);
    project.write('models/bad.sql', 'select id from {{ref "stgg"}}\n');
    expect((await project.tx(['retry', '-q'])).code).toBe(2);
    project.write('models/bad.sql', 'select id from {{ref "stg"}}\n');
    expect((await project.tx(['build', '-q', '-s', 'tag:none'])).code).toBe(0);
    expect((await project.tx(['retry', '-q'])).code).toBe(0);
    expect(statuses(project.read('target/run_results.json'))).toEqual({ 'model.shop.bad': 'success' });
    expect(filesBelow(project.path('target'))).not.toContain('unfinished_run.json');
  });

  it('knows that a run with nothing to do is no run', async () => {
    const project = await shop();
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    expect((await project.tx(['build', '-q', '-s', 'nobody'])).code).toBe(2);
    expect((await project.tx(['build', '-q', '-s', 'tag:none'])).code).toBe(0);
    expect((await project.tx(['retry'])).stderr).toContain('`tx build --select nobody`');
  });

  it('is refused after variables that are no mapping, and where project.yaml could not be read', async () => {
    const project = await shop();
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    expect((await project.tx(['build', '-q', '--vars', '{'])).code).toBe(2);
    expect((await project.tx(['retry'])).code).toBe(2);
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    const settings = project.read('project.yaml');
    project.write('project.yaml', `${settings}\n\tbad: [`);
    expect((await project.tx(['build', '-q'])).code).toBe(2);
    project.write('project.yaml', settings);
    const result = await project.tx(['retry']);
    expect(result.stderr).toContain('error last-run-unfinished\n');
    expect(result.code).toBe(2);
  });
});

describe.skipIf(process.platform === 'win32')('signals', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s ends a helper that never comes to an end', async (signal) => {
    const project = await shop({
      'macros/spin.js': "export function spin() {\n  process.stderr.write('spinning');\n  for (;;);\n}\n",
      'models/spin.sql': 'select {{spin}} as a\n',
    });
    const child = spawn(process.execPath, [join(REPOSITORY, 'bin', 'tx.cjs'), 'run'], {
      cwd: project.root,
      env: plainEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    // Code and signal come as `unknown` from the event.
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    const [said] = await once(child.stderr, 'data');
    expect(String(said)).toBe('spinning');
    const sent = Date.now();
    child.kill(signal);
    expect(await ended).toEqual([null, signal]);
    expect(Date.now() - sent).toBeLessThan(2_000);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s rolls back, records the run and exits %i', async (signal, expected) => {
    const project = await shop({ 'models/slow.sql': slow, 'models/below.sql': 'select * from {{ref "slow"}}\n' });
    const child = spawn(process.execPath, [join(REPOSITORY, 'bin', 'tx.cjs'), 'build', '--log-format', 'json', '-s', 'slow+'], {
      cwd: project.root,
      env: plainEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    // The code comes as `unknown` from the event.
    const ended = once(child, 'exit') as Promise<[number | null]>;
    let log = '';
    let started = 0;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (started > 0 || !log.includes('"node_started"')) return;
      started = Date.now();
      child.kill(signal);
    });
    const [code] = await ended;
    expect(code).toBe(expected);
    expect(Date.now() - started).toBeLessThan(5_000);
    expect(statuses(project.read('target/run_results.json'))).toEqual({ 'model.shop.slow': 'skipped', 'model.shop.below': 'skipped' });
    expect(await project.rows("select count(*) from information_schema.tables where table_schema = 'main'")).toEqual([['0']]);
    expect(await project.rows('select status from _tx.runs order by recorded_at desc limit 1')).toEqual([['cancelled']]);
  });
});

describe('a bug of our own', () => {
  it.each(['build', 'test'])('in the middle of `tx %s` ends the process with its own code', async (command) => {
    const project = await shop();
    expect((await project.tx(['build', '-q'])).code).toBe(0);
    // The first time that is told after a step has begun goes wrong.
    project.write(
      'broken.cjs',
      `const write = process.stderr.write.bind(process.stderr);
let isArmed = false;
process.stderr.write = (text, ...rest) => {
  isArmed ||= /"event":"node_started"/.test(text);
  return write(text, ...rest);
};
const { toISOString } = Date.prototype;
Date.prototype.toISOString = function () {
  if (!isArmed) return toISOString.call(this);
  isArmed = false;
  throw new TypeError('a mistake of ours');
};
`,
    );
    project.write('models/staging/stg.sql', 'select id, amount + 1 as amount from {{ref "raw"}}\n');
    const program = join(REPOSITORY, 'bin', 'tx.cjs');
    const args = ['--require', project.path('broken.cjs'), program, command, '--log-format', 'json'];
    const { code, stderr } = await runProgram(process.execPath, args, { cwd: project.root, timeoutMs: 60_000 });
    expect(code, stderr).toBe(70);
    expect(stderr).toContain('this is a bug in tx, not in your project:\nTypeError: a mistake of ours');
  });
});
