import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { callTx } from '../support/call-tx.ts';
import { tempFolder } from '../support/tx.ts';
import { linesOf, PROJECT, shop } from './shop.ts';

describe('usage errors', () => {
  it.each([
    [['build', '--selct', 'x'], 'unknown-flag', '`tx build` has no flag `--selct`', 'did you mean `--select`?'],
    [['biuld'], 'unknown-command', 'there is no command `biuld`', 'did you mean `build`?'],
    [
      ['build', '--threads', '0'],
      'flag-value',
      '`--threads` cannot be `0`: it must be a whole number from 1 to 1024',
      '`tx build --help` shows its form',
    ],
    [['build', '--threads'], 'flag-value', '`--threads` needs a value', '`tx build --help` shows its form'],
    [['list', '--output', 'xml'], 'flag-value', '`--output` cannot be `xml`', 'write `selector`, `text`, `name`, `path`, `json`, `gaps`'],
    [['build', 'orders'], 'wrong-arguments', '`tx build` is given too many arguments: 1', 'name nodes with `--select`'],
    [
      ['show', '--limit', 'ten'],
      'flag-value',
      '`--limit` cannot be `ten`: it must be a whole number from 1, or -1 for all',
      '`tx show --help` shows its form',
    ],
    [['generate'], 'wrong-arguments', '`tx generate` needs to be told what to write', '`tx generate --help` shows what it takes'],
    [['init'], 'wrong-arguments', '`tx init` needs to be told the folder', '`tx init --help` shows what it takes'],
    [
      // No day of any year: JavaScript would take it for the 2nd of March.
      ['run', '--event-time-start', '2023-02-30'],
      'flag-value',
      '`--event-time-start` cannot be `2023-02-30`: it must be a date like',
      '`tx run --help` shows its form',
    ],
    [
      ['run', '--event-time-start', "'"],
      'flag-value',
      "`--event-time-start` cannot be `'`: it must be a date like",
      '`tx run --help` shows its form',
    ],
    [
      ['run', '--vars', '{a: 1}', '--vars', '{b: 2}'],
      'flag-value',
      '`--vars` cannot be `{b: 2}`: it must be given once, as in `{a: 1, b: 2}`',
      '`tx run --help` shows its form',
    ],
  ])('tx %s exits 2 and says what is wrong', async (args, code, message, help) => {
    const home = tempFolder();
    const result = await callTx(args, { cwd: home, env: { COLUMNS: '200' } });
    expect(result.stderr).toMatch(new RegExp(`^error ${code}\\n {2}`));
    expect(result.stderr).toContain(message);
    expect(result.stderr).toContain(`\n  help  ${help}\n`);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('have the form of the log where that was asked for', async () => {
    const { stderr } = await callTx(['build', '--selct', 'x', '--log-format', 'json'], { cwd: tempFolder() });
    expect(JSON.parse(stderr)).toMatchObject({ event: 'diagnostic', code: 'unknown-flag', message: '`tx build` has no flag `--selct`' });
  });

  it.each([
    [{ TX_VARS: '{day: 1' }, 'error yaml-syntax  TX_VARS:1:8\n    1 │ {day: 1\n'],
    [{ TX_SELECTOR: 'weekly' }, 'error unknown-selector  TX_SELECTOR:1:1\n    1 │ weekly\n'],
    [{ TX_SELECT: 'tag:' }, 'error selector-syntax  TX_SELECT:1:1\n    1 │ tag:\n'],
  ])('in a variable have its name: %j', async (env, report) => {
    const { code, stderr } = await (await shop()).tx(['ls'], { env });
    expect(stderr).toContain(report);
    expect(code).toBe(2);
  });

  it('half of an interval names the other half', async () => {
    const project = await shop();
    const result = await project.tx(['run', '--event-time-start', '2024-01-01']);
    expect(result.stderr).toBe(
      'error interval-incomplete\n  an interval needs both ends: `--event-time-end` is missing\n  help  add `--event-time-end 2024-02-01`\n\n',
    );
    expect(result.code).toBe(2);
    expect(existsSync(project.path('shop.duckdb'))).toBe(false);
  });

  it('a folder without a project exits 2', async () => {
    const result = await callTx(['ls'], { cwd: tempFolder() });
    expect(result.stderr).toMatch(
      /^error project-not-found\n {2}no project\.yaml in `\S+` or in any folder above it\n {2}help {2}change to the folder/,
    );
    expect(result.code).toBe(2);
  });

  it('variables that are no YAML mapping point into the flag', async () => {
    const project = await shop();
    const result = await project.tx(['ls', '--vars', '{a: 1, a: 2}']);
    expect(result.stderr).toMatch(/^error yaml-duplicate-key {2}--vars:1:8\n/);
    expect(result.code).toBe(2);
  });
});

describe('help', () => {
  it('tx --help names every command, and each command explains itself with examples', async () => {
    const home = tempFolder();
    const { stdout, stderr, code } = await callTx(['--help'], { cwd: home });
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    const commands = [...stdout.matchAll(/^ {2}([a-z]+)(?:\|[a-z]+)?(?: \[[a-z]+\])* /gm)].map(([, name = '']) => name);
    expect(commands).toEqual([
      'init',
      'run',
      'build',
      'test',
      'seed',
      'snapshot',
      'backfill',
      'retry',
      'plan',
      'compile',
      'lineage',
      'show',
      'diff',
      'query',
      'freshness',
      'quarantine',
      'anomaly',
      'docs',
      'ls',
      'state',
      'env',
      'clone',
      'promote',
      'lint',
      'generate',
      'fmt',
      'debug',
      'clean',
      'completion',
      'explain',
      'help',
    ]);
    for (const command of commands.filter((name) => name !== 'help')) {
      const help = await callTx([command, '--help'], { cwd: home });
      expect(help.stdout).toMatch(new RegExp(String.raw`\nExamples:\n.*\btx ${command}\b`));
      expect({ ...help, stdout: '' }, command).toEqual({ code: 0, stdout: '', stderr: '' });
    }
  });
});

describe('environment twins', () => {
  it('stand for flags, and a flag wins', async () => {
    const project = await shop();
    const ls = async (args: readonly string[], env: NodeJS.ProcessEnv): Promise<readonly string[]> =>
      linesOf((await project.tx(['ls', ...args], { env })).stdout);
    const env = { TX_OUTPUT: 'name', TX_RESOURCE_TYPE: 'model seed' };
    expect(await ls([], { ...env, TX_SELECT: 'stg' })).toEqual(['stg']);
    expect(await ls(['-s', 'raw'], { ...env, TX_SELECT: 'stg' })).toEqual(['raw']);
    expect([...(await ls([], { ...env, TX_SELECT: 'stg raw' }))].sort()).toEqual(['raw', 'stg']);
    expect([...(await ls([], { ...env, TX_EXCLUDE: 'raw' }))].sort()).toEqual(['stg', 'total']);
    expect(await ls(['--output', 'path'], { ...env, TX_SELECT: 'stg' })).toEqual(['models/staging/stg.sql']);
    expect(await ls(['-s', 'stg'], { TX_OUTPUT: 'name', TX_INDIRECT_SELECTION: 'empty' })).toEqual(['stg']);
    expect(await ls(['-s', 'stg'], { ...env, TX_SELECT: '' })).toEqual(['stg']);
  });

  it('of `docs` close a gate, leave SQL out and make one file', async () => {
    const project = await shop();
    const docs = (env: NodeJS.ProcessEnv, ...args: readonly string[]): ReturnType<typeof project.tx> =>
      project.tx(['docs', '-q', ...args], { env });
    expect((await docs({})).code).toBe(0);
    expect(existsSync(project.path('target/docs.html'))).toBe(false);
    const gate = await docs({ TX_FAIL_UNDER: '100' });
    expect(gate.stderr).toContain('error coverage-too-low\n');
    expect(gate.code).toBe(1);
    expect((await docs({ TX_SINGLE_FILE: '1' })).code).toBe(0);
    expect(project.read('target/docs.html')).toContain('sum(amount)');
    expect((await docs({ TX_SINGLE_FILE: '1', TX_NO_CODE: '1' })).code).toBe(0);
    expect(project.read('target/docs.html')).not.toContain('sum(amount)');
    const refused = await docs({ TX_NO_CODE: 'perhaps' });
    expect(refused.stderr).toContain('`TX_NO_CODE` cannot be `perhaps`');
    expect(refused.code).toBe(2);
  });

  it('take the target from flag, environment, .env and file, in this order', async () => {
    const targets = ['a', 'b', 'c', 'd'].map((name) => `  ${name}: { type: duckdb, path: ${name}.duckdb, schema: main }\n`).join('');
    const project = await shop({ 'project.yaml': `name: shop\ndefault_target: d\ntargets:\n${targets}` });
    const target = async (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string | undefined> =>
      /^target: +(\w+) /m.exec((await project.tx(['debug', ...args], { env })).stdout)?.[1];
    expect(await target([])).toBe('d');
    project.write('.env', 'TX_TARGET=c\n');
    expect(await target([])).toBe('c');
    expect(await target([], { TX_TARGET: 'b' })).toBe('b');
    expect(await target(['-t', 'a'], { TX_TARGET: 'b' })).toBe('a');
    const wrong = await project.tx(['debug', '-t', 'e']);
    expect(wrong.stderr).toBe('error unknown-target\n  the project has no target `e`\n  help  did you mean `a`, `b`, `c`?\n\n');
    expect(wrong.code).toBe(2);
  });

  it('of flags say yes with 1 and true, no with 0 and false, and nothing else', async () => {
    const project = await shop();
    const build = (env: NodeJS.ProcessEnv, args: readonly string[] = []) => project.tx(['build', '-s', 'raw', ...args], { env });
    for (const yes of ['1', 'true', 'TRUE']) expect(await build({ TX_QUIET: yes })).toEqual({ code: 0, stdout: '', stderr: '' });
    for (const no of ['0', 'false', '']) expect((await build({ TX_QUIET: no })).stderr).toContain('1 unchanged');
    expect((await build({ TX_QUIET: '1' }, ['--no-quiet'])).stderr).toContain('1 unchanged');
    for (const name of ['TX_QUIET', 'TX_FULL_REFRESH', 'TX_FAIL_FAST', 'TX_ADOPT']) {
      const { code, stderr } = await build({ [name]: 'maybe' });
      expect(code).toBe(2);
      expect(stderr).toMatch(new RegExp(`^error flag-value\\n {2}\`${name}\` cannot be \`maybe\`: it must be 1, 0, true or false\\n`));
    }
  });

  it('do what their flags do', async () => {
    const project = await shop({
      'models/inc.sql': '{{config materialized="incremental"}}\nselect {{var "n"}} as n, {{interval.start}} as since\n',
    });
    const env = { TX_VARS: '{n: 1}', TX_EVENT_TIME_START: '2024-01-01', TX_EVENT_TIME_END: '2024-01-02', TX_THREADS: '2', TX_QUIET: '0' };
    const first = await project.tx(['run', '-s', 'inc'], { env });
    expect(first.stderr).toContain(' · 2 threads\n');
    expect((await project.tx(['run', '-s', 'inc', '--vars', '{n: 2}'], { env })).code).toBe(0);
    expect(await project.rows('select n, since from inc order by n')).toEqual([
      ['1', '2024-01-01 00:00:00'],
      ['2', '2024-01-01 00:00:00'],
    ]);
    expect((await project.tx(['run', '-s', 'inc'], { env: { ...env, TX_FULL_REFRESH: '0' } })).code).toBe(0);
    expect(await project.rows('select count(*) from inc')).toEqual([['3']]);
    expect((await project.tx(['run', '-s', 'inc'], { env: { ...env, TX_FULL_REFRESH: '1' } })).code).toBe(0);
    expect(await project.rows('select count(*) from inc')).toEqual([['1']]);
    expect((await project.tx(['ls', '-s', 'total'], { env: { TX_PROJECT_DIR: project.root }, in: '..' })).code).toBe(0);
  });
});

describe('the project folder', () => {
  it('is found upwards, or named', async () => {
    const project = await shop();
    const expected = (await project.tx(['ls'])).stdout;
    expect((await project.tx(['ls'], { in: 'models/staging' })).stdout).toBe(expected);
    expect((await callTx(['ls', '--project-dir', project.root], { cwd: tempFolder() })).stdout).toBe(expected);
    const wrong = await project.tx(['ls', '--project-dir', 'models']);
    expect(wrong.stderr).toMatch(/^error project-not-found\n {2}no project\.yaml in\s+`\/\S+\/models`\n/);
    expect(wrong.code).toBe(2);
  });

  it('is where files named in SQL, the database and the target folder are, wherever tx was started', async () => {
    const project = await shop({ 'data/events.csv': 'a,b\n1,2\n', 'models/events.sql': "select * from 'data/events.csv'\n" });
    expect((await project.tx(['build', '-s', 'events'], { in: 'models/staging' })).code).toBe(0);
    expect((await project.tx(['show', '-s', 'events', '--output', 'csv'], { in: 'models' })).stdout).toBe('a,b\n1,2\n');
    expect(existsSync(project.path('shop.duckdb'))).toBe(true);
    expect(existsSync(project.path('target/run_results.json'))).toBe(true);
    expect(existsSync(project.path('models/staging/target'))).toBe(false);
    project.write('models/events.sql', "select * from read_csv('data/evens.csv')\n");
    const missing = await project.tx(['build', '-s', 'events']);
    expect(missing.stderr).toContain('error file-not-read  models/events.sql:1:15\n');
    expect(missing.stderr).toContain('  help  paths in SQL are relative to the project folder\n');
    expect(missing.code).toBe(1);
  });

  it('may have its project file under the other ending, not under both', async () => {
    const project = await shop({ 'project.yaml': undefined, 'project.yml': PROJECT });
    expect((await project.tx(['ls', '-s', 'stg', '--resource-type', 'model'])).stdout).toBe('shop.staging.stg\n');
    project.write('project.yaml', PROJECT);
    const both = await project.tx(['ls']);
    expect(both.stderr).toContain('error two-project-files');
    expect(both.code).toBe(2);
  });
});
