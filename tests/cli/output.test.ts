import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY } from '../support/tx.ts';
import type { TxResult } from '../support/tx.ts';
import { filesBelow, linesOf, PROJECT, shop } from './shop.ts';
import type { Shop } from './shop.ts';

/** Starts every sequence that colours text or moves the cursor. */
const ESCAPE = '\u001b';

/** Values that stand in rows alone, to be looked for in everything that is written. */
const ROW_VALUES = ['Ada-Lovelace-7391', '4815162342', 'not-a-number-x9'];

/** A run in which models, tests and hooks fail in every way that quotes rows. */
const FAILING: Readonly<Record<string, string>> = {
  'seeds/people.csv': 'id,name,amount\n1,Ada-Lovelace-7391,4815162342\n1,Ada-Lovelace-7391,4815162342\n2,not-a-number-x9,7\n',
  'models/people.yaml': [
    'models:',
    '  - name: checked',
    '    columns:',
    '      - name: id',
    '        tests: [unique]',
    '      - name: name',
    '        tests:',
    '          - accepted_values: { values: [Grace] }',
    '',
  ].join('\n'),
  'models/checked.sql': 'select * from {{ref "people"}}\n',
  'models/cast.sql': '{{config materialized="table"}}\nselect cast(name as integer) as n from {{ref "people"}}\n',
  'models/raised.sql': '{{config materialized="table"}}\nselect error(name) as n from {{ref "people"}}\n',
  'models/keys.sql': '{{config materialized="incremental" unique_key="name"}}\nselect * from {{ref "people"}}\n',
};

describe('streams', () => {
  it('progress and problems go to stderr, results to stdout, without a colour', async () => {
    const project = await shop({ 'models/bad.sql': '{{config materialized="table"}}\nselect error(\'stop\') as id from {{ref "stg"}}\n' });
    const result = await project.tx(['build'], { env: { NO_COLOR: undefined, CI: undefined } });
    expect(result.stdout).toBe('');
    expect(result.stderr).not.toContain(ESCAPE);
    expect(result.stderr).not.toContain('\r');
    expect(result.stderr).toMatch(/^tx \d+\.\d+\.\d+ · target dev \(duckdb shop\.duckdb\) · 3 models, 1 seed, 3 tests · 4 threads\n/);
    const counts = linesOf(result.stderr).flatMap((line) => /^(?:✔|✖|-) +(\d+)\/7 /.exec(line)?.[1] ?? []);
    expect(counts.at(-1)).toBe('7');
    expect(linesOf(result.stderr).at(-2)).toMatch(/^✖ 1 failed · 6 ok {2}in \d+\.\d\ds/);
  });

  it('what a terminal would obey comes from no file name and no argument', async () => {
    const odd = `odd${ESCAPE}[31m\u009b1m`;
    const project = await shop({ [`models/${odd}.sql`]: 'select 1 as one\n', [`tests/data/${odd}.sql`]: 'select {{nope}}\n' });
    const commands = [
      ['ls'],
      ['ls', '--output', 'name'],
      ['ls', '--output', 'path'],
      ['ls', '--output', 'json'],
      ['build'],
      ['debug'],
      [odd],
      ['run', `--${odd}`],
      ['run', '--threads', odd],
      ['run', '--target', odd],
      ['run', '--project-dir', `/${odd}`],
      ['run', '--select', odd],
      ['run', '--vars', odd],
      ['init', odd],
      ['explain', odd],
    ];
    for (const args of commands) {
      const { stdout, stderr } = await project.tx(args);
      // eslint-disable-next-line no-control-regex -- these are what it looks for
      expect(stdout + stderr, args.join(' ')).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    }
    const { stdout } = await project.tx(['ls', '--output', 'json', '-s', 'odd*']);
    expect(JSON.parse(linesOf(stdout)[0] ?? '')).toMatchObject({ name: odd });
  });

  it('colours are forced and forbidden by the usual variables', async () => {
    const project = await shop();
    const ls = (env: NodeJS.ProcessEnv, ...args: string[]) => project.tx(['ls', '-s', 'nope', ...args], { env });
    expect((await ls({ NO_COLOR: undefined, FORCE_COLOR: '1' })).stderr).toContain(ESCAPE);
    expect((await ls({ NO_COLOR: '1', FORCE_COLOR: '1' })).stderr).not.toContain(ESCAPE);
    expect((await ls({ NO_COLOR: undefined, FORCE_COLOR: '1' }, '--no-color')).stderr).not.toContain(ESCAPE);
    expect((await ls({ NO_COLOR: undefined, FORCE_COLOR: '0' })).stderr).not.toContain(ESCAPE);
  });

  it('only ASCII is written where the locale has no more', async () => {
    const project = await shop({ 'models/bad.sql': '{{config materialized="table"}}\nselect error(\'stop\') as id from {{ref "stg"}}\n' });
    const result = await project.tx(['build'], { env: { LC_ALL: 'C' } });
    expect(result.code).toBe(1);
    // eslint-disable-next-line no-control-regex -- every other character is what this looks for
    expect(result.stderr).toMatch(/^[\u0000-\u007f]+$/);
  });

  it('-q leaves results and errors', async () => {
    const project = await shop();
    expect(await project.tx(['build', '-q'])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await project.tx(['show', '-s', 'total', '-q'])).stderr).toBe('');
    expect((await project.tx(['show', '-s', 'total', '-q'])).stdout).toContain('60');
    expect((await project.tx(['compile', '-s', 'stg', '-q'])).stderr).toBe('');
    expect((await project.tx(['ls', '-s', 'tag:hourly', '-q'])).stderr).toBe('');
    project.write('models/bad.sql', '{{config materialized="table"}}\nselect error(\'stop\') as id from {{ref "stg"}}\n');
    const failed = await project.tx(['build', '-q']);
    expect(failed.stderr).toMatch(/^error database-error {2}models\/bad\.sql\b/);
    expect(failed.stderr).toContain('✖ 1 failed · 6 unchanged');
    expect(failed.code).toBe(1);
  });

  it('of tx show has lists, structs and JSON as JSON, and decimals as exact text', async () => {
    const project = await shop();
    await project.tx(['run']);
    const sql = `select [1, 2] as l, {'a': null, 'b"': date '2024-01-01'} as s, map {'k': [1]} as m, 1.50::decimal(4, 2) as d, [1] as "D x" where true`;
    const { stdout } = await project.tx(['show', '--output', 'json', '--inline', sql]);
    expect(JSON.parse(stdout)).toEqual([{ l: [1, 2], s: { a: null, 'b"': '2024-01-01' }, m: { k: [1] }, d: '1.50', 'D x': [1] }]);
    const twice = await project.tx(['show', '--output', 'json', '--inline', 'select [1] as a, [2] as a']);
    expect(twice.code).toBe(0);
    expect(JSON.parse(twice.stdout)).toHaveLength(1);
  });

  it('what helpers of the project log goes to stderr', async () => {
    const project = await shop({
      'macros/loud.js': "export function loud(text) {\n  console.log('I was called');\n  return text;\n}\n",
      'models/noise.sql': 'select {{loud "1"}} as one\n',
    });
    const result = await project.tx(['compile', '-s', 'noise']);
    expect(result.stdout).toBe('select 1 as one\n');
    expect(result.stderr).toContain('I was called\n');
  });
});

describe('--log-format json', () => {
  let project: Shop;
  let result: TxResult;
  let events: readonly Readonly<Record<string, unknown>>[];
  const schema: unknown = JSON.parse(readFileSync(join(REPOSITORY, 'schemas', 'log-event.schema.json'), 'utf8'));
  // The schema of this repository is an object.
  const accepts = new Ajv({ strict: false, validateFormats: false }).compile(schema as object);
  const parse = (text: string) => linesOf(text).map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);

  beforeAll(async () => {
    const loud = "console.log('loaded\\ntwice');\nexport function loud() {\n  console.error({ called: true });\n  return 1;\n}\n";
    project = await shop({ ...FAILING, 'project.yaml': `${PROJECT}on_run_start: "select {{loud}}"\n`, 'macros/loud.js': loud });
    result = await project.tx(['build', '--log-format', 'json']);
    events = parse(result.stderr);
  });

  it('writes one object a line that the published schema accepts', () => {
    expect(result.code).toBe(1);
    expect(result.stdout).toBe('');
    for (const event of events) expect(accepts(event), `${JSON.stringify(event)}\n${JSON.stringify(accepts.errors)}`).toBe(true);
    expect(events[0]).toMatchObject({ event: 'helper_output', level: 'info', message: 'loaded\ntwice' });
    expect(events[1]).toMatchObject({ event: 'helper_output', level: 'warn', message: '{ called: true }' });
    expect(events[2]).toMatchObject({ event: 'run_started', command: 'build', models: 6, seeds: 2, tests: 5 });
    expect(events.at(-1)).toMatchObject({ event: 'run_finished', status: 'failed' });
    const finished = events.filter((event) => event['event'] === 'node_finished').map((event) => event['node']);
    expect(finished).toHaveLength(13);
    expect(new Set(finished).size).toBe(13);
  });

  it('tells code, file, line and column of every problem', () => {
    const diagnostics = events.filter((event) => event['event'] === 'diagnostic');
    expect(diagnostics).toContainEqual(expect.objectContaining({ code: 'conversion-failed', path: 'models/cast.sql', level: 'error' }));
    expect(diagnostics).toContainEqual(expect.objectContaining({ code: 'key-not-unique', node: 'model.shop.keys' }));
  });

  it('holds no value of a row', async () => {
    for (const value of ROW_VALUES) expect(result.stderr).not.toContain(value);
    project.write('seeds/people.yaml', 'seeds:\n  - name: people\n    config:\n      column_types: { name: integer }\n');
    for (const args of [['build'], ['show', '-s', 'cast'], ['show', '--inline', 'select cast(name as integer) from {{ref "people"}}']]) {
      const failed = await project.tx([...args, '--log-format', 'json']);
      expect(failed.code, args.join(' ')).not.toBe(0);
      for (const event of parse(failed.stderr)) expect(accepts(event), JSON.stringify(event)).toBe(true);
      for (const value of ROW_VALUES) expect(failed.stderr, args.join(' ')).not.toContain(value);
    }
  });

  it('is the form of usage problems too', async () => {
    const wrong = await project.tx(['ls', '-s', 'nope', '--log-format', 'json']);
    expect(wrong.code).toBe(2);
    expect(parse(wrong.stderr).filter(({ event }) => event !== 'helper_output')).toMatchObject([
      { event: 'diagnostic', level: 'error', code: 'selector-no-match', path: '--select', line: 1, column: 1 },
    ]);
  });
});

describe('run_results.json', () => {
  const SCHEMA = join(REPOSITORY, 'tests', 'schemas', 'dbt', 'run-results-v6.json');

  it('is valid by the schema of dbt, after good runs and bad ones', async () => {
    const accepts = new Ajv({ strict: false, validateFormats: false }).compile(schemaOf(SCHEMA));
    const project = await shop();
    for (const files of [{}, FAILING]) {
      for (const [path, text] of Object.entries(files)) project.write(path, text);
      await project.tx(['build']);
      const artifact: unknown = JSON.parse(project.read('target/run_results.json'));
      expect(accepts(artifact), JSON.stringify(accepts.errors)).toBe(true);
    }
  });

  it('holds no value of a row', async () => {
    const project = await shop(FAILING);
    expect((await project.tx(['build'])).code).toBe(1);
    const text = project.read('target/run_results.json');
    for (const value of ROW_VALUES) expect(text).not.toContain(value);
  });
});

function schemaOf(path: string): object {
  // Ajv knows this draft without its meta-schema, which the file names with another spelling than Ajv's.
  const { $schema: _, ...schema } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  return schema;
}

describe('secrets', () => {
  const SECRET = 'kX9_canary+Secret/42=';

  it('that stand in .env and targets appear nowhere: no output, log, artifact, compiled file or table of state', async () => {
    const yaml = [
      'name: shop',
      'default_target: dev',
      'targets:',
      '  dev: { type: duckdb, path: shop.duckdb, schema: main }',
      `  prod: { type: duckdb, path: shop.duckdb, schema: main, database: "https://ada:${encodeURIComponent(SECRET)}@host/db" }`,
      '  broken: { type: duckdb, path: "${DATABASE_URL}", schema: main, threads: "${TEST_CANARY}" }',
      '',
    ].join('\n');
    const project = await shop({
      ...FAILING,
      'project.yaml': yaml,
      '.env': `TEST_CANARY='${SECRET}'\nDATABASE_URL='https://ada:${SECRET}@host/db'\n`,
      'models/peek.sql': "select '{{target.name}} {{target.schema}} {{target.database}}' as target\n",
      'macros/leak.js': `export function leak() {\n  console.log('password: ${SECRET}');\n  return 1;\n}\n`,
      'models/leak.sql': 'select {{leak}} as a\n',
      'models/env.sql': 'select \'{{env "TEST_CANARY"}}\' as secret\n',
    });
    const spellings = [SECRET, encodeURIComponent(SECRET), encodeURI(SECRET), Buffer.from(SECRET).toString('base64').replace(/=+$/, '')];
    const clean = (text: string, where: string): void => {
      for (const spelling of spellings) expect(text.includes(spelling), where).toBe(false);
    };
    const commands = [
      ['debug'],
      ['build', '--exclude', 'env'],
      ['build', '--exclude', 'env', '--log-format', 'json'],
      ['retry', '--log-format', 'json'],
      ['compile', '-s', 'env'],
      ['compile', '-s', 'peek'],
      ['plan', '-s', 'peek', '--output', 'json'],
      ['ls', '--output', 'json'],
      ['show', '-s', 'env'],
      ['build', '-t', 'prod', '-s', 'peek', '--vars', '{a: 1, a: 2}'],
    ];
    for (const args of commands) {
      const result = await project.tx(args);
      expect(result.code, result.stderr).not.toBe(70);
      clean(result.stdout, args.join(' '));
      clean(result.stderr, args.join(' '));
    }
    expect((await project.tx(['compile', '-s', 'leak'])).stderr).toMatch(/^password: \*\*\*\n/);
    const masked = await project.tx(['compile', '-t', 'prod', '-s', 'peek']);
    expect(masked.stdout).toContain('https://ada:');
    clean(masked.stdout, 'compiled SQL on stdout');
    const broken = await project.tx(['debug', '-t', 'broken']);
    expect(broken.code).toBe(2);
    clean(broken.stderr, 'a target whose settings do not fit');
    for (const path of filesBelow(project.path('target'))) {
      if (!path.startsWith('compiled/')) clean(project.read(`target/${path}`), path);
    }
    clean(readFileSync(project.path('shop.duckdb'), 'latin1'), 'shop.duckdb');
  });
});
