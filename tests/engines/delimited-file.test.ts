import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/adapter/connection.ts';
import type { Column } from '../../src/adapter/relation.ts';
import { dialect } from '../../src/adapters/duckdb/dialect.ts';
import { openTestSession } from '../../src/adapters/duckdb/open-test-session.ts';
import { openTestConnection, rowsOf, useTestDatabase } from '../../src/adapters/postgres/open-test-session.ts';
import { readSeed } from '../../src/parse/seed/read-seed.ts';
import type { Seed, SeedSource } from '../../src/parse/seed/seed.ts';
import { seedRows, seedText } from '../../src/parse/seed/seed-rows.ts';

const cell = fc.oneof(
  fc.constantFrom(
    '',
    '""',
    '"a""b"',
    '"x,y"',
    '"two\nlines"',
    'NULL',
    '007',
    ' padded ',
    '#',
    '--',
    '\\N',
    '\\.',
    '"a\n\\.\nb"',
    '\\"',
    'é',
    '日本',
    '\u00a0',
    '"\u2028"',
    "it's",
    '0',
    'true',
    '\t',
  ),
  fc.string({ maxLength: 6 }).map((text) => `"${text.replaceAll('"', '""')}"`),
  fc.string({ maxLength: 6, unit: 'grapheme' }).map((text) => text.replaceAll(/["\r\n,\0]/g, '')),
);
const files = fc.tuple(fc.array(fc.tuple(cell, cell, cell), { maxLength: 8 }), fc.boolean());

function bytesOf([rows, finalNewline]: readonly [readonly (readonly string[])[], boolean]): Uint8Array {
  return new TextEncoder().encode(['a,b,c', ...rows.map((row) => row.join(','))].join('\n') + (finalNewline ? '\n' : ''));
}

/** A file that is read in pieces, each in the same memory. */
function sourceOf(bytes: Uint8Array, size = bytes.length): SeedSource {
  return {
    path: 'seeds/s.csv',
    size: bytes.length,
    *chunks() {
      const memory = new Uint8Array(size);
      for (let at = 0; at < bytes.length; at += size) {
        const part = bytes.subarray(at, at + size);
        memory.set(part);
        yield memory.subarray(0, part.length);
      }
    },
  };
}

/** The seed in a file whose columns have these types. */
function seedOf(source: SeedSource, types: Readonly<Record<string, string>>, delimiter = ','): Seed | undefined {
  const span = { path: '', start: 0, end: 0 };
  const columnTypes = Object.fromEntries(Object.entries(types).map(([name, value]) => [name, { value, span }]));
  return readSeed(source, { columnTypes, delimiter: { value: delimiter, span } }).value;
}

const texts = { a: 'varchar', b: 'varchar', c: 'varchar' };

describe('delimitedFile', () => {
  it('gives the rows that the seed reader gives, for random files of the regular form', async () => {
    const session = await openTestSession();
    const connection = await session.connect();
    const path = join(tmpdir(), `tx-delimited-file-${process.pid}.csv`);
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(files, async (file) => {
        const bytes = bytesOf(file);
        const source = sourceOf(bytes);
        const seed = seedOf(source, texts);
        if (seed?.regular !== true) return;
        compared += 1;
        writeFileSync(path, bytes);
        const expression = dialect.delimitedFile?.({ path, delimiter: ',', columns: ['a', 'b', 'c'] });
        expect(await connection.run({ sql: `create or replace temp table t as select * from ${expression}` })).toBe(seed.rowCount);
        const loaded = await connection.query({ sql: 'select * from temp.t' });
        expect(loaded.rows).toEqual([...seedRows(source, seed)]);
      }),
      { numRuns: 300 },
    );
    rmSync(path, { force: true });
    expect(compared).toBeGreaterThan(100);
  });
});

describe('the bytes of a seed on PostgreSQL', () => {
  const database = useTestDatabase();

  /** Loads a seed by its bytes, unless its form is not regular. Gives what the table then holds, and what the reader of rows gives. */
  async function loadBytes(connection: Connection, source: SeedSource, seed: Seed | undefined, columns: readonly Column[]) {
    if (seed?.regular !== true) return undefined;
    const table = { schema: 'pg_temp', name: 't' };
    const definition = columns.map(({ name, type }) => `"${name}" ${type}`).join(', ');
    await connection.run({ sql: 'drop table if exists t' }, { sql: `create temporary table t (${definition})` });
    const text = seedText(source, seed);
    // Rows of another number would be noticed.
    expect(await connection.load({ table, columns, rows: [], text })).toBe(seed.rowCount);
    const loaded = await rowsOf(connection, `select ${columns.map(({ name }) => `"${name}"::text`).join(', ')} from t`);
    return { loaded, expected: [...seedRows(source, seed)] };
  }

  const columnsOf = (types: Readonly<Record<string, string>>): readonly Column[] =>
    Object.entries(types).map(([name, type]) => ({ name, type }));

  it('give the rows that the seed reader gives, for random files of the regular form, cut into pieces anywhere', async () => {
    const connection = await openTestConnection(database);
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 1, max: 40 }), async (file, size) => {
        const source = sourceOf(bytesOf(file), size);
        const found = await loadBytes(connection, source, seedOf(source, texts), columnsOf(texts));
        if (found === undefined) return;
        compared += 1;
        expect(found.loaded).toEqual(found.expected);
      }),
      { numRuns: 300 },
    );
    expect(compared).toBeGreaterThan(50);
  });
  it('give the rows that the seed reader gives, whatever the delimiter of one byte is', async () => {
    const connection = await openTestConnection(database);
    for (const delimiter of [';', '\t', '|', '\\', '.', 'N', "'", ' ', '\u0001', '\u007f']) {
      const rows = [`x,"y${delimiter}z",`, ',"",\\', '"1\n\n2",,"3"', '-,-,-'].map((row) => row.replaceAll(',', delimiter));
      const source = sourceOf(Buffer.from(`${['a', 'b', 'c'].join(delimiter)}\n${rows.join('\n')}`));
      const found = await loadBytes(connection, source, seedOf(source, texts, delimiter), columnsOf(texts));
      if (delimiter === '\\') expect(found).toBeUndefined();
      else expect(found?.loaded, JSON.stringify(delimiter)).toEqual(found?.expected);
    }
  });
  it('make NULL of an empty field, and of one in quotes where the column is not text', async () => {
    const connection = await openTestConnection(database);
    const types = { n: 'integer', 't t': 'text', d: 'date', f: 'numeric(12, 2)' };
    const source = sourceOf(Buffer.from('n,"t t",d,f\n1,"",2024-01-01,1.50\n,,,\n"","x","",""\n"2","é",2024-02-29,-1\n'));
    const found = await loadBytes(connection, source, seedOf(source, types), columnsOf(types));
    expect(found?.loaded).toEqual([
      ['1', '', '2024-01-01', '1.50'],
      [null, null, null, null],
      [null, 'x', null, null],
      ['2', 'é', '2024-02-29', '-1.00'],
    ]);
  });
  it('may be many, in long fields, with a header of several lines', async () => {
    const connection = await openTestConnection(database);
    const rows = Array.from({ length: 4000 }, (_, row) => `${row},"${'é""\n, '.repeat(row % 97)}",${'x'.repeat((row * 37) % 5000)}`);
    const types = { 'a\nb': 'text', 'q"': 'text', c: 'text' };
    const source = sourceOf(Buffer.from(`"a\nb","q""",c\n${rows.join('\n')}\n`), 1000 * 1000);
    const seed = seedOf(source, types);
    if (seed === undefined) throw new Error('no seed');
    expect(source.size).toBeGreaterThan(8 * 1000 * 1000);
    const found = await loadBytes(connection, source, seed, columnsOf({ a: 'text', b: 'text', c: 'text' }));
    expect(found?.loaded.length).toBe(4000);
    // Rows of different size are not where they would be in the order of the file.
    expect(found?.loaded.toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual(found?.expected);
  });
  it('are not taken where engines may read them otherwise', () => {
    const odd: Readonly<Record<string, string>> = {
      'byte order mark': '\u{feff}a,b,c\n1,2,3\n',
      'carriage return and line feed': 'a,b,c\r\n1,2,3\r\n',
      'carriage return alone': 'a,b,c\n1,2,3\r4,5,6\n',
      'carriage return in quotes': 'a,b,c\n1,"\r",3\n',
      'blank line': 'a,b,c\n1,2,3\n\n4,5,6\n',
      'blank line ahead': '\na,b,c\n1,2,3\n',
      'blank line at the end': 'a,b,c\n1,2,3\n\n',
      'end of rows': 'a,b,c\n1,"x\n\\.\ny",3\n',
      'very long record': `a,b,c\n1,2,${'x'.repeat(300_000)}\n`,
    };
    for (const [name, text] of Object.entries(odd)) {
      const seed = seedOf(sourceOf(Buffer.from(text), 5), texts);
      expect(seed?.regular, name).toBe(false);
    }
    for (const broken of ['a,b,c\n1,2\n', 'a,b,c\n1,"2,3\n', 'a,b,c\n1,2"2,3\n', 'a,b,c\n1,"2"2,3\n', 'a,b,c\n1,\0,3\n', '\u{feff}']) {
      expect(seedOf(sourceOf(Buffer.from(broken)), texts), JSON.stringify(broken)).toBeUndefined();
    }
    expect(seedOf(sourceOf(Buffer.from([97, 44, 98, 44, 99, 10, 49, 44, 0xff, 44, 51, 10])), texts)).toBeUndefined();
    const one = sourceOf(Buffer.from('a\n1\n\n2\n'));
    expect(seedOf(one, { a: 'varchar' })?.regular).toBe(false);
  });
  it('go by rows where the delimiter has several bytes', async () => {
    const connection = await openTestConnection(database);
    await connection.run({ sql: 'create temporary table t (a text, b text)' });
    const source = sourceOf(Buffer.from('a§b\n1§"2§"\n'));
    const seed = seedOf(source, { a: 'text', b: 'text' }, '§');
    if (seed?.regular !== true) throw new Error('the file is not regular');
    const columns = columnsOf({ a: 'text', b: 'text' });
    const text = seedText(source, seed);
    expect(await connection.load({ table: { schema: 'pg_temp', name: 't' }, columns, rows: seedRows(source, seed), text })).toBe(1);
    expect(await rowsOf(connection, 'select * from t')).toEqual([['1', '2§']]);
  });
});
