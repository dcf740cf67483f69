import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { filesBelow, shop } from './shop.ts';

const BROKEN_BLOCK = [
  'error unknown-name  models/broken.sql:1:10',
  '    1 │ select {{nope}}',
  '      │          ^^^^ there is no value `nope` here',
  '',
].join('\n');

describe('errors of an ephemeral model', () => {
  it('are no errors of the models that read it', async () => {
    const project = await shop({
      'models/inner.sql': '{{config materialized="ephemeral" alias=7}}select 1 as id\n',
      'models/outer.sql': '{{config materialized="ephemeral"}}select id from {{ref "inner"}}\n',
      'models/reader.sql': 'select id from {{ref "outer"}}\n',
    });
    const { code, stderr } = await project.tx(['build']);
    expect(stderr.match(/^(?:error|warning) .*/gm)).toEqual(['error wrong-value  models/inner.sql:1:41']);
    expect(code).toBe(2);
  });
});

describe('errors of the database', () => {
  it('inside a macro point at the mustache, and at the line of the compiled file', async () => {
    const project = await shop({
      'macros/money.sql': '{{#macro "money" "column"}}round({{column}}, 2){{/macro}}\n',
      'models/bad.sql': 'select\n  id,\n  {{money "amout"}} as amount\nfrom {{ref "stg"}}\n',
    });
    const { code, stderr } = await project.tx(['build']);
    expect(stderr).toContain(
      [
        'error unknown-column  models/bad.sql:3:3',
        '    2 │   id,',
        '    3 │   {{money "amout"}} as amount',
        '      │   ^^^^^^^^^^^^^^^^^ column `amout` does not exist',
        '  note  compiled to  target/compiled/shop/models/bad.sql:3:9',
        '    2 │   id,',
        '    3 │   round(amout, 2) as amount',
        '      │         ^^^^^',
        '  help  did you mean `amount`?',
        '',
      ].join('\n'),
    );
    expect(code).toBe(2);
    expect(project.read('target/compiled/shop/models/bad.sql').split('\n')[2]).toBe('  round(amout, 2) as amount');
  });

  it('inside a loop point at the mustache, and at the turn of the loop', async () => {
    const project = await shop({
      'models/bad.sql': 'select id\n{{#each (array "amount" "amunt") as |c|}}\n  , {{c}} as x_{{c}}\n{{/each}}\nfrom {{ref "stg"}}\n',
    });
    const { stderr } = await project.tx(['build']);
    expect(stderr).toContain(
      [
        'error unknown-column  models/bad.sql:3:5',
        '    2 │ {{#each (array "amount" "amunt") as |c|}}',
        '    3 │   , {{c}} as x_{{c}}',
        '      │     ^^^^^ column `amunt` does not exist',
        '  note  compiled to  target/compiled/shop/models/bad.sql:3:5',
        '    2 │   , amount as x_amount',
        '    3 │   , amunt as x_amunt',
        '      │     ^^^^^',
        '  help  did you mean `amount`?',
        '',
      ].join('\n'),
    );
  });

  it('count characters, not bytes, in front of their place', async () => {
    const project = await shop({ 'models/bad.sql': 'select \'日本語 🦆 é\' as text, idd\nfrom {{ref "stg"}}\n' });
    const { stderr } = await project.tx(['build']);
    expect(stderr).toMatch(/^error unknown-column {2}models\/bad\.sql:1:\d+\n/m);
    const frame = stderr.split('\n').slice(stderr.split('\n').findIndex((line) => line.startsWith('error unknown-column')));
    expect(frame[1]).toBe("    1 │ select '日本語 🦆 é' as text, idd");
    // 26 characters stand before the name, of which four are two columns wide.
    expect(frame[2]).toBe(`      │ ${' '.repeat(26 + 4)}^^^ column \`idd\` does not exist`);
  });

  it('in a test point at its line in the property file', async () => {
    const project = await shop({
      'models/staging/more.yaml':
        'models:\n  - name: total\n    columns:\n      - name: total\n        tests:\n          - not_null: { where: "totl > 0" }\n',
    });
    const { code, stderr } = await project.tx(['build']);
    expect(stderr).toMatch(/error unknown-column {2}models\/staging\/more\.yaml:6:\d+\n/);
    expect(code).toBe(1);
  });
});

describe('errors that are found before anything runs', () => {
  it('in one model concern only what needs it', async () => {
    const project = await shop({ 'models/broken.sql': 'select {{nope}}\n', 'models/child.sql': 'select * from {{ref "broken"}}\n' });
    for (const args of [
      ['build', '-s', '+total'],
      ['compile', '-s', 'stg'],
      ['plan', '-s', 'stg'],
      ['ls', '-s', 'stg'],
      ['test', '-s', 'stg'],
      ['show', '-s', 'stg'],
    ]) {
      const { code, stderr } = await project.tx(args);
      expect(code, args.join(' ')).toBe(0);
      expect(
        stderr.endsWith(
          '\nwarning compile-errors-elsewhere\n  1 error in nodes that this command did not need\n' +
            '  help  `tx compile` shows them\n  note  unknown-name  models/broken.sql:1:10\n\n',
        ),
        stderr,
      ).toBe(true);
    }
    for (const args of [['run', '-s', 'broken'], ['build', '-s', 'child'], ['build'], ['compile'], ['plan'], ['show', '-s', 'child']]) {
      const { code, stderr, stdout } = await project.tx(args);
      expect({ code, stderr, stdout }, args.join(' ')).toEqual({ code: 2, stderr: `${BROKEN_BLOCK}\n`, stdout: '' });
    }
  });

  it('in the project as such stop every command', async () => {
    const project = await shop({ 'models/a.sql': 'select * from {{ref "b"}}\n', 'models/b.sql': 'select * from {{ref "a"}}\n' });
    for (const args of [
      ['build', '-s', 'total'],
      ['compile', '-s', 'stg'],
      ['ls'],
      ['plan', '-s', 'stg'],
      ['show', '--inline', 'select 1'],
    ]) {
      const { code, stderr, stdout } = await project.tx(args);
      const said =
        args[0] === 'compile' ? 'queries and columns are not looked at, because of errors in what all of the project is made of\n' : '';
      expect(stderr.startsWith(`${said}error dependency-cycle  models/b.sql:1:15\n`), `${args.join(' ')}\n${stderr}`).toBe(true);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    }
    expect(filesBelow(project.root).filter((path) => /duckdb|^target/.test(path))).toEqual([]);
  });

  it('are told together, whatever stage finds them', async () => {
    const project = await shop({
      'models/a_name.sql': 'select {{nope}}\n',
      'models/b_several.sql': 'select 1; select 2\n',
      'models/c_statement.sql': 'drop table x\n',
      'models/d_syntax.sql': 'select from where\n',
      'models/e_key.yaml': 'models:\n  - name: stg\n    descripton: x\n',
      'seeds/f_ragged.csv': 'a,b\n1\n',
    });
    const heads = async (): Promise<readonly string[]> =>
      (await project.tx(['build'])).stderr.split('\n').filter((line) => line.startsWith('error '));
    expect(await heads()).toContain('error unknown-key  models/e_key.yaml:3:5');
    project.write('models/e_key.yaml', '');
    expect(await heads()).toEqual([
      'error unknown-name  models/a_name.sql:1:10',
      'error several-statements  models/b_several.sql:1:11',
      'error not-a-select  models/c_statement.sql:1:1',
      'error sql-syntax  models/d_syntax.sql:1:13',
      'error seed-ragged-row  seeds/f_ragged.csv:2:1',
    ]);
    expect(filesBelow(project.root).filter((path) => /duckdb|^target/.test(path))).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('warn about what has the name of a model and is no file', async () => {
    const project = await shop();
    const socket = createServer().listen(project.path('models/socket.sql'));
    onTestFinished(() => void socket.close());
    await once(socket, 'listening');
    const { code, stderr } = await project.tx(['ls']);
    expect(stderr).toContain('warning unused-file  models/socket.sql\n');
    expect(code).toBe(0);
  });

  it('warn about what nothing reads and nothing matches, and go on', async () => {
    const project = await shop({
      'models/notes.txt': 'to do\n',
      'models/more.yaml': 'models:\n  - name: totl\n    description: x\n',
      'project.yaml':
        'name: shop\ntargets:\n  dev: { type: duckdb, path: shop.duckdb, schema: main }\nmodels:\n  stagng:\n    +tags: [x]\n',
    });
    const { code, stderr } = await project.tx(['build']);
    expect(stderr).toContain('warning unused-file  models/notes.txt\n');
    expect(stderr).toContain('warning unused-properties  models/more.yaml:2:11\n');
    expect(stderr).toContain('  help  did you mean `total`?\n');
    expect(stderr).toContain('warning unused-config  project.yaml:5:3\n');
    expect(stderr).toContain('  help  did you mean `staging`?\n');
    expect(code).toBe(0);
  });
});

describe('helpers that would end the process', () => {
  it.each([
    ['when they are called', 'export function leave() {\n  process.exit(0);\n}\n', 'js-helper-failed'],
    ['when they are loaded', 'export const leave = () => 1;\nprocess.exit(0);\n', 'js-file'],
  ])('%s are errors', async (_, text, code) => {
    const project = await shop({ 'macros/leave.js': text, 'models/left.sql': 'select {{leave}} as one\n' });
    const result = await project.tx(['run', '-s', 'left'], { spawn: true });
    expect(result.stderr).toContain(`error ${code}`);
    expect(result.stderr).toContain('a helper cannot end the process with `process.exit`');
    expect(result.code).toBe(2);
  });

  it('end it with a failure when nobody can catch them', async () => {
    const project = await shop({
      'macros/leave.js': 'export function leave() {\n  setTimeout(() => process.exit(0));\n  return 1;\n}\n',
      'models/left.sql': 'select {{leave}} as one\n',
    });
    expect((await project.tx(['run', '-s', 'left'], { spawn: true })).code).not.toBe(0);
  });

  it('are no success when they wait for what never comes', async () => {
    const project = await shop({ 'macros/wait.js': 'await new Promise(() => {});\nexport const wait = () => 1;\n' });
    const result = await project.tx(['ls'], { spawn: true });
    expect(result.stderr).toContain('what it waits for cannot come\nif a JavaScript file of the project awaits something at its top');
    expect(result.code).toBe(70);
  });
});
