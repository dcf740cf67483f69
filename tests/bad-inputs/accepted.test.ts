import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRows } from '../support/tx.ts';
import { badProject, blocks, run } from './bad-input.ts';

/** Builds the project, which must succeed without a word of complaint, and answers the query. */
async function buildAndRead(files: Parameters<typeof badProject>[0], sql: string): Promise<string[][]> {
  const project = await badProject(files);
  const result = await run(project, ['build', '-q']);
  expect(result, result.stderr).toEqual({ code: 0, stdout: '', stderr: '' });
  return await readRows(join(project.root, 'shop.duckdb'), sql);
}

const seed = (text: string, types?: string) => ({
  'seeds/s.csv': text,
  ...(types === undefined ? {} : { 'seeds/s.yaml': `seeds:\n  - name: s\n    config:\n      column_types: ${types}\n` }),
});

const typeOf = (column: string): string => `select distinct typeof(${column}) from s`;

describe('models that look wrong and work', () => {
  it('row 9: reserved words as names', async () => {
    const files = {
      'models/select.sql': 'select 1 as "order", 2 as "group"\n',
      'models/table.sql': 'select "order" from {{ref "select"}}\n',
    };
    expect(await buildAndRead(files, 'from "table"')).toEqual([['1']]);
  });

  it('row 15: a semicolon or a comment at the end', async () => {
    const files = {
      'models/a.sql': 'select 1 as a;\n',
      'models/b.sql': 'select 2 as b --',
      'models/c.sql': 'select 3 as c -- ; \n;\n',
      'models/d.sql': '{{config materialized="table"}}\nselect 4 as d; -- the end',
    };
    expect(await buildAndRead(files, 'select a, b, c, d from a, b, c, d')).toEqual([['1', '2', '3', '4']]);
  });

  it('row 23: a byte order mark, and every kind of line end', async () => {
    const files = {
      'models/a.sql': '\ufeffselect 1 as a\n',
      'models/b.sql': 'select\r\n 2 as b -- x\r\n',
      'models/c.sql': 'select\r 3 as c -- x\r',
    };
    expect(await buildAndRead(files, 'select a, b, c from a, b, c')).toEqual([['1', '2', '3']]);
  });

  it('row 23: neither changes the content hash or the compiled text', async () => {
    const lines = ['{{config materialized="table"}}', '{{#if true}}', 'select 1 as a', '{{/if}}', '-- the end', ''];
    const forms = { lf: lines.join('\n'), crlf: lines.join('\r\n'), cr: lines.join('\r'), bom: `\ufeff${lines.join('\n')}` };
    const project = await badProject(Object.fromEntries(Object.entries(forms).map(([name, text]) => [`models/${name}.sql`, text])));
    const { code, stdout } = await run(project, ['plan', '--output', 'json']);
    expect(code).toBe(0);
    const hashes = [...stdout.matchAll(/"contentHash": "([0-9a-f]+)"/g)].map(([, hash]) => hash);
    expect(hashes).toHaveLength(4);
    expect(new Set(hashes).size).toBe(1);
    expect((await run(project, ['compile', '-s', 'crlf'])).code).toBe(0);
    expect(project.read('target/compiled/shop/models/crlf.sql')).not.toContain('\r');
  });

  it('row 23: line ends do not move the place of an error', async () => {
    const project = await badProject({ 'models/a.sql': '\ufeffselect\r\n  1 as a,\r\n  {{nope}}\r\n' });
    const { code, stderr } = await run(project, ['build']);
    expect(blocks(stderr)).toEqual([
      ['error unknown-name  models/a.sql:3:5', '    2 │   1 as a,', '    3 │   {{nope}}', '      │     ^^^^ there is no value `nope` here'],
    ]);
    expect(code).toBe(2);
  });

  it('row 49: a number in a variable prints as it is written', async () => {
    const files = {
      'project.yaml': 'name: shop\ntargets:\n  dev: { type: duckdb, path: shop.duckdb, schema: main }\nvars: { rate: 1.10 }\n',
      'models/a.sql': 'select \'{{var "rate"}}\' as rate\n',
    };
    expect(await buildAndRead(files, 'from a')).toEqual([['1.10']]);
  });
});

describe('seeds that look wrong and work', () => {
  it('row 33: mixed line ends', async () => {
    expect(await buildAndRead(seed('a,b\r\n1,x\n2,y\r\n'), 'from s order by a')).toEqual([
      ['1', 'x'],
      ['2', 'y'],
    ]);
  });

  it('row 35: declared types are found by name, whatever the order', async () => {
    expect(await buildAndRead(seed('b,a\n1,2\n', '{ a: text, b: bigint }'), 'select a, typeof(a), b, typeof(b) from s')).toEqual([
      ['2', 'VARCHAR', '1', 'BIGINT'],
    ]);
  });

  it('row 37: digits with a leading zero stay text', async () => {
    expect(await buildAndRead(seed('zip,n\n01234,1\n80331,2\n'), 'select zip, typeof(zip), typeof(n) from s order by n')).toEqual([
      ['01234', 'VARCHAR', 'INTEGER'],
      ['80331', 'VARCHAR', 'INTEGER'],
    ]);
  });

  it('row 38: no digit of a large integer is lost', async () => {
    expect(await buildAndRead(seed('n\n9007199254740993\n'), 'select n, typeof(n) from s')).toEqual([['9007199254740993', 'BIGINT']]);
    expect(await buildAndRead(seed('n\n9007199254740993\n9223372036854775808\n'), 'select n, typeof(n) from s order by n')).toEqual([
      ['9007199254740993', 'VARCHAR'],
      ['9223372036854775808', 'VARCHAR'],
    ]);
  });

  it('row 39: a date that could be two days stays text', async () => {
    expect(await buildAndRead(seed('d\n01/02/2024\n'), 'select d, typeof(d) from s')).toEqual([['01/02/2024', 'VARCHAR']]);
  });

  it('rows 37 and 39: a note says why text is no number or date, until the type is declared', async () => {
    const project = await badProject(seed('zip,d,n\n01234,01/02/2024,1\n'));
    const notes = async (...args: readonly string[]) =>
      (await run(project, ['seed', ...args])).stderr.split('\n').filter((line) => line.startsWith('note'));
    expect(await notes()).toEqual([
      'note  seeds/s.csv: column `zip` stays text: its digits begin with zeros, which a number would lose (declare its type to silence this)',
      'note  seeds/s.csv: column `d` stays text: dates such as 01/02/2024 do not tell day and month apart; as `YYYY-MM-DD` they would be dates (declare its type to silence this)',
    ]);
    expect(await notes('--quiet')).toEqual([]);
    project.write('seeds/s.yaml', 'seeds:\n  - name: s\n    config: { column_types: { zip: varchar, d: text } }\n');
    expect(await notes()).toEqual([]);
  });

  it('row 40: t, NULL, None and N/A are text unless declared', async () => {
    const text = 'a,b,c,d\nt,NULL,None,N/A\nf,NULL,None,N/A\n';
    expect(await buildAndRead(seed(text), 'from s order by a desc')).toEqual([
      ['t', 'NULL', 'None', 'N/A'],
      ['f', 'NULL', 'None', 'N/A'],
    ]);
    expect(await buildAndRead(seed('a\nt\nf\n', '{ a: boolean }'), 'select a from s order by a')).toEqual([['false'], ['true']]);
  });

  it('row 41: nothing is NULL, two quotes are the empty text', async () => {
    expect(await buildAndRead(seed('a,n\n"",1\n,2\nx,3\n'), "select n, a is null, a = '' from s order by n")).toEqual([
      ['1', 'false', 'true'],
      ['2', 'true', ''],
      ['3', 'false', 'false'],
    ]);
  });

  it('row 42: a header alone is an empty table when its types are declared', async () => {
    expect(await buildAndRead(seed('a,b\n', '{ a: integer, b: text }'), 'select count(*) from s')).toEqual([['0']]);
  });

  it('row 44: a byte order mark, CRLF, and line breaks and quotes inside fields', async () => {
    expect(await buildAndRead(seed('\ufeffa,b\r\n1,"two\r\nlines"\r\n2,"say ""hi"""\r\n'), 'from s order by a')).toEqual([
      ['1', 'two\r\nlines'],
      ['2', 'say "hi"'],
    ]);
    expect(await buildAndRead(seed('\ufeffa\r\n1\r\n'), typeOf('a'))).toEqual([['INTEGER']]);
  });
});
