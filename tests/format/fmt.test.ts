/** `tx fmt`: which files it takes, what it writes, and what it leaves alone; the first of each kind with the built program. */
import { chmodSync, existsSync, lstatSync, readFileSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY, tempProject } from '../support/tx.ts';
import type { TempProject } from '../support/tx.ts';

const projectYaml = 'name: shop\ntargets:\n  dev: { type: duckdb, path: warehouse.duckdb, schema: main }\n';

function project(files: Readonly<Record<string, string>>, settings = ''): Promise<TempProject> {
  return tempProject({ 'project.yaml': projectYaml + settings, ...files });
}

const unformatted = 'SELECT id,name FROM people\n';
const formatted = 'select\n    id,\n    name\nfrom people\n';

describe('the files that are formatted', () => {
  const files = {
    'models/a.sql': unformatted,
    'models/marts/b.sql': unformatted,
    'macros/m.sql': '{{#macro "m"}}\nSELECT 1\n{{/macro}}\n',
    'tests/t.sql': unformatted,
    'models/models.yaml': 'models:\n  - name:   a\n    description: "SELECT  it"\n',
    'seeds/s.csv': 'id,name\n1,SELECT\n',
    'other/c.sql': unformatted,
  };

  it('are all templates of the project, and nothing else', async () => {
    const shop = await project(files);
    const { code, stdout, stderr } = await shop.run(['fmt']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr.trim().split('\n')).toEqual([
      'formatted macros/m.sql',
      'formatted models/a.sql',
      'formatted models/marts/b.sql',
      'formatted tests/t.sql',
      '4 files formatted, 0 files unchanged',
    ]);
    for (const path of ['models/a.sql', 'models/marts/b.sql', 'tests/t.sql']) expect(shop.read(path)).toBe(formatted);
    expect(shop.read('macros/m.sql')).toBe('{{#macro "m"}}\n    select 1\n{{/macro}}\n');
    for (const path of ['models/models.yaml', 'seeds/s.csv', 'other/c.sql'] as const) expect(shop.read(path)).toBe(files[path]);
  });

  it('are those below the paths that are named, from where the user stands', async () => {
    const shop = await project(files);
    expect((await shop.call(['fmt', 'models/marts', 'tests/t.sql', 'models/models.yaml'])).stderr).toContain('2 files formatted');
    expect([shop.read('models/a.sql'), shop.read('models/marts/b.sql')]).toEqual([unformatted, formatted]);
    const { code, stderr } = await shop.call(['fmt', 'models/nothing.sql']);
    expect({ code, stderr: stderr.split('\n')[1]?.trim() }).toEqual({ code: 2, stderr: 'there is no `models/nothing.sql` to format' });
    expect((await shop.call(['fmt', '..'])).stderr).toContain('`..` is not in this project');
  });

  it('are not those that `ignore` names', async () => {
    const shop = await project(files, 'format:\n  ignore: ["models/marts/**", macros]\n');
    await shop.call(['fmt', 'models', 'macros']);
    expect([shop.read('models/a.sql'), shop.read('models/marts/b.sql')]).toEqual([formatted, unformatted]);
    expect(shop.read('macros/m.sql')).toBe(files['macros/m.sql']);
  });
});

describe('checking and showing', () => {
  it('`--check` lists what would change, writes nothing and says so by its exit code', async () => {
    const shop = await project({ 'models/a.sql': unformatted, 'models/b.sql': formatted });
    const { code, stdout, stderr } = await shop.run(['fmt', '--check']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'models/a.sql\n' });
    expect(stderr).toBe('1 file would change, 1 file unchanged\n');
    expect(shop.read('models/a.sql')).toBe(unformatted);
    expect((await shop.call(['fmt', '--check', 'models/b.sql'])).code).toBe(0);
  });

  it('`--diff` shows what would change', async () => {
    const shop = await project({ 'models/a.sql': '-- kept\nselect 1 AS id\n' });
    const { code, stdout } = await shop.call(['fmt', '--diff']);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: '--- models/a.sql\n+++ models/a.sql\n@@ -1,2 +1,2 @@\n -- kept\n-select 1 AS id\n+select 1 as id\n',
    });
    expect(shop.read('models/a.sql')).toContain('AS');
    expect((await shop.call(['fmt', '--diff', '--check'])).code).toBe(1);
  });
});

describe('what is kept', () => {
  it.each([
    ['CRLF', 'select  1,\r\n  2\r\n', 'select\r\n    1,\r\n    2\r\n'],
    ['line ends of two kinds', 'select  1,\r\n  2\nfrom t\r\n', 'select\r\n    1,\r\n    2\nfrom t\r\n'],
    ['no line end at the end', 'select  1', 'select 1'],
    ['a byte order mark', '\ufeffselect  1\n', '\ufeffselect 1\n'],
    ['CRLF in a string', "select  'a\r\n  b'\r\n", "select 'a\r\n  b'\r\n"],
    ['an empty file of macros', '\n\n', '\n\n'],
  ])('%s', async (_, before, after) => {
    const path = before.trim() === '' ? 'macros/a.sql' : 'models/a.sql';
    const shop = await project({ [path]: before, 'models/other.sql': 'select 1\n' });
    const { code, stderr } = await shop.call(['fmt']);
    expect(code, stderr).toBe(0);
    expect(readFileSync(join(shop.root, path), 'utf8')).toBe(after);
  });

  it.skipIf(process.platform === 'win32')('a link, and the file that it leads to', async () => {
    const shop = await project({ 'shared/real.sql': unformatted, 'models/b.sql': formatted });
    symlinkSync('../shared/real.sql', join(shop.root, 'models', 'a.sql'));
    await shop.call(['fmt']);
    expect(lstatSync(join(shop.root, 'models', 'a.sql')).isSymbolicLink()).toBe(true);
    expect(shop.read('shared/real.sql')).toBe(formatted);
  });

  it('a file that is formatted: it is not written again', async () => {
    const shop = await project({ 'models/a.sql': formatted });
    const path = join(shop.root, 'models', 'a.sql');
    utimesSync(path, 1, 1);
    await shop.call(['fmt']);
    expect(statSync(path).mtimeMs).toBe(1000);
  });
});

describe('files without a proof', () => {
  it('are left as they are and named, at the place; others are formatted', async () => {
    const halves = 'select id from {{#if true}}\n(select 1 as id\n{{else}}\n(select 2 as id\n{{/if}}\n)\n';
    const shop = await project({ 'models/a.sql': halves, 'models/b.sql': unformatted });
    const { code, stderr } = await shop.call(['fmt']);
    expect(code).toBe(0);
    expect(stderr).toContain('warning format-refused  models/a.sql:2:1');
    expect(stderr).toContain('1 file formatted, 1 file left alone, 0 files unchanged');
    expect([shop.read('models/a.sql'), shop.read('models/b.sql')]).toEqual([halves, formatted]);
    expect((await shop.call(['fmt', '--check'])).code).toBe(0);
  });

  it('are macros whose text is part of a string, where white space would show', async () => {
    const macro = '{{#macro "label"}}\nin  stock\n{{/macro}}\n{{#macro "other"}}\nSELECT 1\n{{/macro}}\n';
    const shop = await project({
      'macros/m.sql': macro,
      'macros/n.sql': '{{#macro "n"}}\nSELECT  1\n{{/macro}}\n',
      'models/a.sql': "SELECT '{{label}}'\n",
    });
    const { code, stderr } = await shop.call(['fmt']);
    expect(code).toBe(0);
    expect(stderr).toContain('`label` in `macros/m.sql` is left as it is: its text may become part of a string');
    expect([shop.read('macros/m.sql'), shop.read('models/a.sql')]).toEqual([
      '{{#macro "label"}}\nin  stock\n{{/macro}}\n{{#macro "other"}}\n    select 1\n{{/macro}}\n',
      "select '{{label}}'\n",
    ]);
    expect(shop.read('macros/n.sql')).toBe('{{#macro "n"}}\n    select 1\n{{/macro}}\n');
  });

  it('are those that would compile to other SQL, where only compiling shows it', async () => {
    const macro = '{{#macro "label"}}\nin  stock\n{{/macro}}\n';
    const shop = await project(
      { 'macros/m.sql': macro, 'models/a.sql': 'select {{var "quote"}} {{label}} {{var "quote"}}\n' },
      `vars: { quote: "'" }\n`,
    );
    expect((await shop.call(['fmt'])).stderr).toContain('`macros/m.sql` is left as it is: the formatted text would compile to other SQL');
    expect(shop.read('macros/m.sql')).toBe(macro);
  });

  const body = '\nTotal   ,  {{x}}\n  and   MORE\n';
  const macroText = `{{#macro "label" "x"}}${body}{{/macro}}\n`;

  it.each([
    ['a branch that this target does not render', `SELECT {{#if (eq target.name "prod")}}'{{label "q"}}'{{else}}'dev'{{/if}} as s\n`],
    ['a model that is disabled', `{{config enabled=false}}\nSELECT '{{label "q"}}' as s\n`],
    ['a model that does not compile', `SELECT '{{label "q"}}' as s FROM {{ref "nowhere"}}\n`],
    ['an argument', `SELECT {{#if (eq target.name "prod")}}{{wrap (label "q")}}{{else}}1{{/if}} as s\n`],
  ])('are macros whose text may be part of a string in %s', async (_, model) => {
    const shop = await project({
      'project.yaml': `${projectYaml}  prod: { type: duckdb, path: prod.duckdb, schema: main }\ndefault_target: dev\n`,
      'macros/m.sql': macroText,
      'macros/w.sql': `{{#macro "wrap" "x"}}'{{x}}'{{/macro}}\n`,
      'models/q.sql': model,
    });
    for (let turn = 0; turn < 2; turn += 1) {
      const { code, stderr } = await shop.call(['fmt']);
      expect(code, stderr).toBe(0);
      expect(stderr).toContain('warning format-refused  macros/m.sql:1:1');
      expect(stderr).toContain('`label` in `macros/m.sql` is left as it is: its text may become part of a string');
      expect(stderr).toContain('1 file left alone');
      expect(shop.read('macros/m.sql')).toBe(macroText);
      expect(shop.read('models/q.sql')).toContain('select');
    }
  });

  it('are bodies of `set` whose text may be part of a string; what stands around them is formatted', async () => {
    const set = '{{#set "msg"}}\nTotal   ,  1\n  and   MORE\n{{/set}}\n';
    const shop = await project({
      'models/q.sql': `${set}SELECT id,{{#if (eq target.name "prod")}}'{{msg}}'{{else}}'dev'{{/if}} AS s FROM (SELECT 1 AS id)\n`,
    });
    const { stderr } = await shop.call(['fmt']);
    expect(stderr).toContain('`msg` in `models/q.sql` is left as it is');
    expect(stderr).toContain('1 file formatted, 0 files unchanged');
    const text = shop.read('models/q.sql');
    expect(text.startsWith(set)).toBe(true);
    expect(text).toContain('\nselect\n    id,\n');
    // It is named again as long as it is so, and formatted as soon as nothing quotes it.
    expect((await shop.call(['fmt'])).stderr).toContain('`msg` in `models/q.sql` is left as it is');
    shop.write('models/q.sql', text.replace("'{{msg}}'", '1'));
    expect((await shop.call(['fmt'])).stderr).toContain('1 file formatted');
    expect(shop.read('models/q.sql')).not.toContain('Total   ,');
  });

  it('are templates with an error, which is shown; the exit code tells', async () => {
    const shop = await project({ 'models/a.sql': 'select {{#if x}} 1\n', 'models/b.sql': unformatted });
    const { code, stderr } = await shop.call(['fmt']);
    expect(code).toBe(2);
    expect(stderr).toContain('error template-unclosed  models/a.sql:1:8');
    expect(shop.read('models/b.sql')).toBe(formatted);
  });

  it('may be in a project that does not compile', async () => {
    const shop = await project({ 'models/a.sql': 'SELECT * FROM {{ref "nowhere"}}\n' });
    expect((await shop.call(['fmt'])).code).toBe(0);
    expect(shop.read('models/a.sql')).toBe('select *\nfrom {{ref "nowhere"}}\n');
  });
});

describe('the program', () => {
  it('loads the formatter for this command only', async () => {
    await (await project({})).call(['fmt']);
    const dist = join(REPOSITORY, 'dist');
    const seen = new Set<string>();
    const waiting = ['main.js'];
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (seen.has(name)) continue;
      seen.add(name);
      const imports = readFileSync(join(dist, name), 'utf8').matchAll(/\b(?:from|import)\s*"\.\/([\w-]+\.js)"/g);
      waiting.push(...[...imports].map(([, path = '']) => path));
    }
    const holders = readdirSync(dist).filter(
      (name) => name.endsWith('.js') && readFileSync(join(dist, name), 'utf8').includes('Parse error: Ambiguous grammar'),
    );
    expect(holders).toHaveLength(1);
    expect([...seen]).not.toContain(holders[0]);
    expect(seen.size).toBeGreaterThan(3);
  });
});

describe('settings', () => {
  it('decide about case, indentation, commas and width', async () => {
    const settings = 'format:\n  keyword_case: upper\n  indent: 2\n  comma: leading\n  line_width: 40\n';
    const shop = await project({ 'models/a.sql': 'select id, coalesce(first_name, last_name, nick_name) as name from people\n' }, settings);
    await shop.call(['fmt']);
    expect(shop.read('models/a.sql')).toBe(
      'SELECT\n  id\n  , coalesce(\n    first_name\n    , last_name\n    , nick_name\n  ) AS name\nFROM people\n',
    );
  });

  it('take a tab for indentation', async () => {
    const shop = await project({ 'models/a.sql': unformatted }, 'format: { indent: tab, keyword_case: preserve }\n');
    await shop.call(['fmt']);
    expect(shop.read('models/a.sql')).toBe('SELECT\n\tid,\n\tname\nFROM people\n');
  });

  it('are checked', async () => {
    const shop = await project({ 'models/a.sql': unformatted }, 'format: { indent: 9, comma: middle, ignored: x }\n');
    const { code, stderr } = await shop.call(['fmt']);
    expect(code).toBe(2);
    expect(stderr).toContain('`indent` must be a whole number from 1 to 8, or `tab`');
    expect(stderr).toContain('`comma` must be one of `trailing`, `leading`');
    expect(stderr).toContain('ignored');
  });
});

describe('the record of formatted files', () => {
  const record = (shop: TempProject): string => join(shop.root, 'target', 'cache', 'format.json');

  it('lets unchanged files be skipped, by their content', async () => {
    const shop = await project({ 'models/a.sql': 'SELECT 1\n' }, 'format: { keyword_case: preserve }\n');
    await shop.call(['fmt']);
    // The record now says of other settings that they were met: only a file that is not looked at passes.
    writeFileSync(record(shop), readFileSync(record(shop), 'utf8').replace('preserve', 'lower'));
    shop.write('project.yaml', projectYaml);
    expect((await shop.call(['fmt', '--check'])).code).toBe(0);
    shop.write('models/a.sql', 'SELECT 2\n');
    expect((await shop.call(['fmt', '--check'])).code).toBe(1);
  });

  it('counts for nothing when settings change, or when it is broken', async () => {
    const shop = await project({ 'models/a.sql': unformatted });
    await shop.call(['fmt']);
    shop.write('project.yaml', `${projectYaml}format: { keyword_case: upper }\n`);
    expect((await shop.call(['fmt', '--check'])).code).toBe(1);
    writeFileSync(record(shop), '{ broken');
    expect((await shop.call(['fmt'])).stderr).toContain('1 file formatted');
  });

  it('is removed by `tx clean`, and a target folder that cannot be written is a warning', async () => {
    const shop = await project({ 'models/a.sql': unformatted });
    await shop.call(['fmt']);
    expect((await shop.call(['clean'])).code).toBe(0);
    expect(existsSync(join(shop.root, 'target'))).toBe(false);
    shop.write('target', 'a file\n');
    const { code, stderr } = await shop.call(['fmt']);
    expect(code).toBe(0);
    expect(stderr).toContain('artifact-not-written');
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    `a file that cannot be written is an error, others stay whole${process.getuid?.() === 0 ? ' (the superuser may write everything)' : ''}`,
    async () => {
      const shop = await project({ 'models/a.sql': unformatted });
      chmodSync(join(shop.root, 'models'), 0o555);
      const { code, stderr } = await shop.call(['fmt']);
      chmodSync(join(shop.root, 'models'), 0o755);
      expect(code).toBe(1);
      expect(stderr).toContain('file-not-written');
      expect(shop.read('models/a.sql')).toBe(unformatted);
    },
  );
});
