/** The strict CSV reader: what it refuses, with the exact words, and what it keeps. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { hashSeed, readSeed } from './read-seed.ts';
import { SeedChanged, seedRows, seedText } from './seed-rows.ts';
import type { Seed, SeedOptions, SeedSource } from './seed.ts';

function sourceOf(content: string | Uint8Array, path = 'seeds/s.csv', chunk = 7): SeedSource {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return {
    path,
    size: bytes.length,
    *chunks() {
      // Every chunk in the same memory, as files are read.
      const memory = new Uint8Array(chunk);
      for (let at = 0; at < bytes.length; at += chunk) {
        const part = bytes.subarray(at, at + chunk);
        memory.set(part);
        yield memory.subarray(0, part.length);
      }
    },
  };
}

const at = (value: string) => ({ value, span: { path: 'seeds/s.yaml', start: 5, end: 6 } });
const typed = (types: Readonly<Record<string, string>>): SeedOptions => ({
  columnTypes: Object.fromEntries(Object.entries(types).map(([name, type]) => [name, at(type)])),
});

function diagnosticsOf(content: string | Uint8Array, options?: SeedOptions, path?: string): readonly Diagnostic[] {
  const { value, diagnostics } = readSeed(sourceOf(content, path), options);
  expect(value).toBeUndefined();
  return diagnostics;
}

/** `code: message (help)` of each problem. */
function problems(content: string | Uint8Array, options?: SeedOptions, path?: string): readonly string[] {
  return diagnosticsOf(content, options, path).map(({ code, message, help }) => `${code}: ${message} (${help ?? ''})`);
}

function seedOf(content: string | Uint8Array, options?: SeedOptions, path?: string): Seed {
  const { value, diagnostics } = readSeed(sourceOf(content, path), options);
  expect(diagnostics).toEqual([]);
  if (value === undefined) throw new Error('no seed');
  return value;
}

function rowsOf(content: string | Uint8Array, options?: SeedOptions, path?: string): readonly (readonly (string | null)[])[] {
  const rows = [...seedRows(sourceOf(content, path), seedOf(content, options, path))];
  expect(seedOf(content, options, path).rowCount).toBe(rows.length);
  return rows;
}

const typesOf = (content: string): readonly string[] => seedOf(content).columns.map((column) => column.type.type);

describe('the shape of the file', () => {
  test('a ragged row is named with its line and fields', () => {
    expect(problems('a,b,c,d\n1,2,3,4\n1,2,3\n1,2,3,4,5\n')).toEqual([
      'seed-ragged-row: line 3 has 3 of 4 fields (write every field, if only as an empty one)',
      'seed-ragged-row: line 4 has 5 of 4 fields (quote a field that holds the delimiter)',
    ]);
    expect(diagnosticsOf('a,b\n1\n')[0]?.span).toEqual({ path: 'seeds/s.csv', start: 4, end: 5 });
  });

  test('an unclosed quote is named by the line that opened it', () => {
    expect(problems('a,b\n1,"x\ny\n2,"z"\n3,"open\n\nmore,\n')).toEqual([
      'seed-text-after-quote: line 4 has text after a closing quote (write a quote inside a quoted field twice)',
      'seed-unclosed-quote: the quote opened at line 5 is never closed (close it, or write a quote inside a quoted field twice)',
    ]);
    expect(problems('"a,b\n')).toEqual([
      'seed-unclosed-quote: the quote opened at line 1 is never closed (close it, or write a quote inside a quoted field twice)',
    ]);
    expect(diagnosticsOf('a,b\n1,"x\n')[0]?.span).toEqual({ path: 'seeds/s.csv', start: 6, end: 7 });
  });

  test('text after a closing quote is refused, and the next lines are still read', () => {
    expect(problems('a,b\n"x"y,1\n2\n')).toEqual([
      'seed-text-after-quote: line 2 has text after a closing quote (write a quote inside a quoted field twice)',
      'seed-ragged-row: line 3 has 1 of 2 fields (write every field, if only as an empty one)',
    ]);
  });

  test('a quote inside an unquoted field is refused', () => {
    expect(problems('a,b\n1,5" pipe\n2, "x"\n')).toEqual([
      'seed-stray-quote: line 2 has a quote inside a field that is not quoted (quote the whole field, and write each quote in it twice)',
      'seed-stray-quote: line 3 has a quote inside a field that is not quoted (quote the whole field, and write each quote in it twice)',
    ]);
  });

  test.each([
    ['LF', 'a,b\n1,x\n2,y\n'],
    ['CRLF', 'a,b\r\n1,x\r\n2,y\r\n'],
    ['CR', 'a,b\r1,x\r2,y\r'],
    ['mixed line ends', 'a,b\r\n1,x\n2,y\r'],
    ['no line end at the end', 'a,b\n1,x\n2,y'],
    ['a byte order mark', '\uFEFFa,b\n1,x\n2,y\n'],
    ['blank lines', '\n\na,b\n\n1,x\n\r\n2,y\n\n'],
    ['quotes everywhere', '"a","b"\n"1","x"\n"2","y"\n'],
  ])('%s: accepted', (_name, content) => {
    expect(seedOf(content).columns.map(({ name, type }) => [name, type.type])).toEqual([
      ['a', 'integer'],
      ['b', 'text'],
    ]);
    expect(rowsOf(content)).toEqual([
      ['1', 'x'],
      ['2', 'y'],
    ]);
  });

  test('line ends, delimiters and doubled quotes stand inside quotes, and lines go on being counted', () => {
    const content = 'a,b\n"x\r\ny","1,2"\n"say ""hi""",z\nonly\n';
    expect(problems(content)).toEqual(['seed-ragged-row: line 5 has 1 of 2 fields (write every field, if only as an empty one)']);
    expect(rowsOf(content.replace('only\n', ''))).toEqual([
      ['x\r\ny', '1,2'],
      ['say "hi"', 'z'],
    ]);
  });

  test('in a file of one column a line with nothing on it is an empty cell, in any other it is no row', () => {
    expect(rowsOf('a\n1\n\n2\n\n')).toEqual([['1'], [null], ['2'], [null]]);
    expect(rowsOf('a,b\n1,\n\n,\n')).toEqual([
      ['1', null],
      [null, null],
    ]);
  });

  test('an empty file has no header', () => {
    for (const content of ['', '\uFEFF', '\n\r\n']) {
      expect(problems(content)).toEqual(['seed-empty: `seeds/s.csv` is empty (the first line of a seed holds the names of its columns)']);
    }
  });

  test('a header without rows needs declared types', () => {
    expect(problems('a,b,c\n', typed({ b: 'integer' }))).toEqual([
      'seed-no-rows: `seeds/s.csv` has a header and no rows, so nothing tells the type of `a`, `c` (declare the types in `column_types`)',
    ]);
    expect(rowsOf('a,b\n', typed({ a: 'integer', b: 'varchar' }))).toEqual([]);
  });

  test('a file above the size cap is not read', () => {
    const source: SeedSource = { path: 'seeds/big.csv', size: 120.5 * 1024 * 1024, chunks: () => expect.fail('was read') };
    expect(readSeed(source).diagnostics.map(({ message, help }) => [message, help])).toEqual([
      ['`seeds/big.csv` has 120.5 MiB, and a seed may have 100 MiB', 'declare the file as a source, which the engine reads in place'],
    ]);
    expect(diagnosticsOf('a\n1\n', { sizeLimit: 3 })[0]?.code).toBe('seed-too-large');
  });

  test('at most 20 problems are told, then their number', () => {
    const told = problems(`a,b\n${'1\n'.repeat(45)}`);
    expect(told).toHaveLength(21);
    expect(told.at(-1)).toBe('seed-more-problems: `seeds/s.csv` has 25 more problems (mend the first ones and run again)');
    expect(problems(`a,b\n${'1\n'.repeat(20)}`)).toHaveLength(20);
    expect(problems(`a,b\n${'1\n'.repeat(21)}`).at(-1)).toBe(
      'seed-more-problems: `seeds/s.csv` has 1 more problem (mend the first ones and run again)',
    );
  });
});

describe('bytes', () => {
  test('a NUL character is named with its line and offset', () => {
    expect(problems('a,b\n1,x\0y\n2,"\0"\n')).toEqual([
      'seed-nul: line 2 holds a NUL character, at offset 7 of the text (delete it; a file full of them is UTF-16, and must be saved as UTF-8)',
      'seed-nul: line 3 holds a NUL character, at offset 13 of the text (delete it; a file full of them is UTF-16, and must be saved as UTF-8)',
    ]);
  });

  test.each([
    [[0x61, 0x2c, 0x62, 0x0a, 0x80], 4],
    [[0x61, 0x0a, 0xc3, 0xa9, 0xc3, 0x28], 4],
    [[0x61, 0x0a, 0xed, 0xa0, 0x80, 0x0a], 2],
    [[0x61, 0x0a, 0xc0, 0xaf], 2],
    [[0x61, 0x0a, 0xf4, 0x90, 0x80, 0x80], 2],
    [[0x61, 0x0a, 0xe2, 0x82], 2],
    [[0xef, 0xbb, 0xbf, 0x61, 0x0a, 0xff], 5],
    [[...Buffer.from('a\n0123456789'), 0xe9, 0x0a], 12],
  ])('%j: the first byte that is not UTF-8 is named', (bytes, offset) => {
    for (const chunk of [1, 3, 100]) {
      const { diagnostics } = readSeed(sourceOf(Uint8Array.from(bytes), 'seeds/s.csv', chunk));
      expect(diagnostics.map(({ message }) => message)).toEqual([`\`seeds/s.csv\` is not UTF-8: byte ${offset} starts no character`]);
    }
  });

  test.each([
    ['UTF-16 (little endian)', Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le')],
    ['UTF-16 (little endian)', Buffer.from('a,b\n1,2\n', 'utf16le')],
    ['UTF-16 (big endian)', Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le').swap16()],
    ['UTF-16 (big endian)', Buffer.from('a,b\n1,2\n', 'utf16le').swap16()],
    ['UTF-32 (little endian)', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0])],
  ])('%s is named', (encoding, bytes) => {
    for (const chunk of [1, 100]) {
      const { diagnostics } = readSeed(sourceOf(bytes, 'seeds/s.csv', chunk));
      expect(diagnostics.map(({ message, help }) => [message, help])).toEqual([
        [`\`seeds/s.csv\` is not UTF-8: it starts like ${encoding}`, 'save the file as UTF-8'],
      ]);
    }
  });

  test('places are counted in UTF-16, behind wide characters and whatever the pieces', () => {
    const content = 'naïve,b\n😀é,1\n"表",x\n日本,2\n😀😀😀,oops\n';
    const misfits = ['x', 'oops'].map((value) => [content.indexOf(`,${value}`) + 1, content.indexOf(`,${value}`) + 1 + value.length]);
    for (const chunk of [1, 2, 3, 5, 1000]) {
      const { diagnostics } = readSeed(sourceOf(content, 'seeds/s.csv', chunk), typed({ b: 'integer' }));
      expect(diagnostics.map(({ span }) => [span?.start, span?.end])).toEqual(misfits);
    }
  });

  test('a delimiter may be a character of several bytes, and is no other that begins alike', () => {
    const options = { delimiter: at('§') };
    expect(rowsOf('a§b\n1§©x\n"§"§é\n', options)).toEqual([
      ['1', '©x'],
      ['§', 'é'],
    ]);
    expect(problems('a§b\n"1"©2\n', options)).toEqual([expect.stringMatching(/^seed-text-after-quote: .*line 2/)]);
    expect(problems('a§b\n1§2§3\n', options)).toEqual([expect.stringMatching(/^seed-ragged-row: line 2 has 3 of 2 fields/)]);
  });

  test('the hash is that of the bytes', () => {
    const content = '\uFEFFa,b\r\n1,é\r\n';
    const expected = createHash('sha256').update(content).digest('hex');
    expect(seedOf(content).contentHash).toBe(expected);
    expect(hashSeed(sourceOf(content))).toBe(expected);
  });

  test('a file that changed after it was checked is noticed', () => {
    const seed = seedOf('a,b\n1,x\n2,y\n');
    for (const other of ['a,b\n1,x\n2,z\n', 'a,b\n1,x\n', 'a\n1\n', 'a,b\n1,"x\n', '']) {
      expect(() => [...seedRows(sourceOf(other), seed)]).toThrow(SeedChanged);
      expect(() => [...(seedText(sourceOf(other), seed)?.chunks() ?? [])]).toThrow(SeedChanged);
    }
    expect([...seedRows(sourceOf('a,b\n1,x\n2,y\n'), seed)]).toHaveLength(2);
  });
});

describe('the header', () => {
  test('names that are equal, also by case, and missing ones are named with their columns', () => {
    expect(problems('id,name,ID,,name, \n1,2,3,4,5,6\n')).toEqual([
      'seed-header-duplicate: column 3 is called `ID` like column 1 (rename one of them; case does not tell columns apart)',
      'seed-header-empty: column 4 of 6 has no name in the header (name it, or delete the column)',
      'seed-header-duplicate: column 5 is called `name` like column 2 (rename one of them; case does not tell columns apart)',
      'seed-header-empty: column 6 of 6 has no name in the header (name it, or delete the column)',
    ]);
  });

  test('blanks around a name count for nothing, unless it is quoted', () => {
    const { value } = readSeed(sourceOf(' id , name,\tx y ," kept "\n1, v,2,3\n'), typed({ name: 'text' }));
    expect(value?.columns.map(({ name }) => name)).toEqual(['id', 'name', 'x y', ' kept ']);
    expect(problems('id, ID\n1,2\n')).toEqual([
      'seed-header-duplicate: column 2 is called `ID` like column 1 (rename one of them; case does not tell columns apart)',
    ]);
  });

  test('a header that looks like another delimiter is refused with its name', () => {
    expect(problems('id;name;city\n1;x;y\n')).toEqual([
      'seed-header-delimiter: the header looks separated by `;`, and the seed is read with `,` (set `delimiter: ";"` in the config of the seed, or quote the name if it is one column)',
    ]);
    expect(problems('id\tname\n')).toEqual([
      'seed-header-delimiter: the header looks separated by tab, and the seed is read with `,` (set `delimiter: "\\t"` in the config of the seed, or quote the name if it is one column)',
    ]);
    expect(problems('id,name\n', {}, 'seeds/s.tsv')).toEqual([
      'seed-header-delimiter: the header looks separated by `,`, and the seed is read with tab (set `delimiter: ","` in the config of the seed, or quote the name if it is one column)',
    ]);
    expect(rowsOf('"a;b"\nx\n')).toEqual([['x']]);
  });

  test('any single character separates columns, and a tab does in a .tsv', () => {
    expect(rowsOf('a;b\n"x;y";1,5\n', { delimiter: at(';') })).toEqual([['x;y', '1,5']]);
    expect(rowsOf('a\tb\nx y\t1,5\n', {}, 'seeds/s.TSV')).toEqual([['x y', '1,5']]);
    expect(rowsOf('a b\nx y\n', { delimiter: at(' ') })).toEqual([['x', 'y']]);
    expect(rowsOf('a|b\nx,|y\n', { delimiter: at('|') })).toEqual([['x,', 'y']]);
  });

  test.each(['', ';;', '"', '\n', '\0'])('%j cannot separate columns', (delimiter) => {
    const [problem] = diagnosticsOf('a\n1\n', { delimiter: at(delimiter) });
    expect(problem?.message).toBe(`${JSON.stringify(delimiter)} cannot separate columns`);
    expect(problem?.span?.path).toBe('seeds/s.yaml');
  });

  test('a declared column that the header lacks is refused, with what the header has instead', () => {
    expect(problems('id,full_name,city\n1,x,y\n', typed({ id: 'integer', fullname: 'varchar', zip: 'varchar' }))).toEqual([
      'seed-column-not-found: a type is declared for column `fullname`, which the header does not have (did you mean `full_name`? without a declared type are `full_name`, `city`)',
      'seed-column-not-found: a type is declared for column `zip`, which the header does not have (without a declared type are `full_name`, `city`)',
    ]);
    expect(problems('id\n1\n', typed({ id: 'integer', zip: 'varchar' }))).toEqual([
      'seed-column-not-found: a type is declared for column `zip`, which the header does not have (the header has `id`)',
    ]);
  });

  test('columns without a declared type are inferred, whatever the order and case of the declarations', () => {
    expect(seedOf('id,name\n1,x\n', typed({ NAME: 'varchar(5)' })).columns).toEqual([
      { name: 'id', type: { kind: 'inferred', type: 'integer' } },
      { name: 'name', type: { kind: 'declared', type: 'varchar(5)', text: true } },
    ]);
  });
});

describe('inferred types', () => {
  const columnOf = (cells: readonly string[]) => seedOf(`c,x\n${cells.map((cell) => `${cell},\n`).join('')}`).columns[0]?.type;

  test.each([
    [['true', 'FALSE', 'True', ''], 'boolean'],
    [['0', '-1', '2147483647', '-2147483648'], 'integer'],
    [['1', '2147483648'], 'bigint'],
    [['9223372036854775807', '-9223372036854775808'], 'bigint'],
    [['1.5', '2', '-0.25', '1.10'], 'double'],
    [['1.5e-7', '1e-7', '2.5E+10'], 'double'],
    [['123456789012.345', '123456789012345'], 'double'],
    [['2024-02-29', '0001-01-01', '9999-12-31'], 'date'],
    [['2024-01-01 10:00', '2024-01-01T10:00:00.123456', '2024-01-01'], 'timestamp'],
    [['2024-01-01T10:00:00Z', '2024-01-01 10:00:00+02', '2024-01-01 10:00:00.5-05:30'], 'timestamptz'],
    [['', ''], 'text'],
    [['t', 'f'], 'text'],
    [['NULL', '1'], 'text'],
    [['None', '1'], 'text'],
    [['N/A', '1'], 'text'],
    [['2023-02-29'], 'text'],
    [['2024-13-01'], 'text'],
    [['0000-01-01'], 'text'],
    [['2024-1-1'], 'text'],
    [['2024-01-01 24:00:00'], 'text'],
    [['2024-01-01 10:00:00.1234567'], 'text'],
    [['2024-02-30', 'x'], 'text'],
    [['1234-56-78', '2345-67-89'], 'text'],
    [['12E4', '33E1'], 'text'],
    [['12E4', '33E1', 'x'], 'text'],
    [['true', '1'], 'text'],
    [['2024-01-01', '1'], 'text'],
    [['+5'], 'text'],
    [['-0'], 'text'],
    [['-'], 'text'],
    [['1.'], 'text'],
    [['.5'], 'text'],
    [['12E4'], 'text'],
    [['1e999', '1.5e-320'], 'text'],
    [['1.0e400'], 'text'],
    [['nan', 'inf'], 'text'],
    [['1 '], 'text'],
    [['01/02-2024'], 'text'],
    [['01/02/24'], 'text'],
    [['01/02/2024', '1'], 'text'],
    [['1.2.3'], 'text'],
    [['12.345678', '1.234567'], 'double'],
    [['1', '1_000'], 'text'],
  ] as const)('%j: %s', (cells, type) => {
    expect(columnOf(cells)).toEqual({ kind: 'inferred', type });
  });

  test.each([
    [['00123', '98104'], 'leading-zero'],
    [['02108', '1.5'], 'leading-zero'],
    [['9223372036854775808'], 'beyond-64-bit'],
    [['1', '-9223372036854775809', '1.5'], 'beyond-64-bit'],
    [['0.1234567890123456'], 'too-many-digits'],
    [['9007199254740993', '1.5'], 'too-many-digits'],
    [['01/02/2024', '31/12/2024'], 'local-date'],
    [['1.2.2024', '13.12.1999'], 'local-date'],
    [['1-2-2024'], 'local-date'],
    [['1.5', '1e5'], 'bare-exponent'],
    [['7', '12E4'], 'bare-exponent'],
    [['007', '12E4'], 'leading-zero'],
    [['0.1234567890123456', '12E4'], 'too-many-digits'],
    [['2024-01-01', '2024-02-30'], 'no-such-date'],
    [['2024-01-01 10:00', '2023-02-29 10:00', '2024-13-01'], 'no-such-date'],
    [['2024-01-01 10:00:00Z', '2023-02-29 10:00:00'], 'no-such-date'],
    [['2024-01-01 10:00:00', '2024-01-01 10:00:00Z'], 'mixed-zones'],
    [['2024-01-01', '2024-01-01 10:00:00Z'], 'mixed-zones'],
  ] as const)('%j stay text, because a number or a date would lose something or mean two things: %s', (cells, keptAsText) => {
    expect(columnOf(cells)).toEqual({ kind: 'inferred', type: 'text', keptAsText });
  });

  test('16 digits that are whole are a bigint, never a double', () => {
    expect(columnOf(['9007199254740993'])).toEqual({ kind: 'inferred', type: 'bigint' });
  });

  test('the whole file counts, not its first rows', () => {
    expect(typesOf(`a\n${'1\n'.repeat(30_000)}x\n`)).toEqual(['text']);
  });
});

describe('empty cells', () => {
  test('nothing is NULL; empty quotes are empty text in a text column and NULL in any other', () => {
    expect(rowsOf('t,n,d\nx,1,2024-01-01\n"","",""\n,,\n')).toEqual([
      ['x', '1', '2024-01-01'],
      ['', null, null],
      [null, null, null],
    ]);
    expect(rowsOf('a,b\n"",""\n', typed({ a: 'varchar(3)', b: 'integer' }))).toEqual([['', null]]);
  });
});

describe('declared types', () => {
  const misfits = (type: string, cells: readonly string[]) =>
    readSeed(sourceOf(`c,x\n${cells.map((cell) => `${cell},\n`).join('')}`), typed({ c: type })).diagnostics.map(({ message }) => message);

  test.each([
    ['integer', '1.5', 'is not a whole number, and the column is declared `integer`'],
    ['integer', '2147483648', 'is beyond the range of `integer`'],
    ['INT', 'N/A', 'is not a whole number, and the column is declared `INT`'],
    ['smallint', '-32769', 'is beyond the range of `smallint`'],
    ['bigint', '9223372036854775808', 'is beyond the range of `bigint`'],
    ['utinyint', '-1', 'is beyond the range of `utinyint`'],
    ['decimal(4,2)', '1.256', 'has 3 decimal places, and `decimal(4,2)` keeps 2'],
    ['decimal(4,2)', '-123', 'has 3 digits before the point, and `decimal(4,2)` holds 2'],
    ['decimal(4,2)', '-', 'is not a decimal number, and the column is declared `decimal(4,2)`'],
    ['decimal(4,2)', '1.2.3', 'is not a decimal number, and the column is declared `decimal(4,2)`'],
    ['decimal(4,2)', '123.4', 'has 3 digits before the point, and `decimal(4,2)` holds 2'],
    ['numeric', '1.2345', 'has 4 decimal places, and `numeric` keeps 3 on some engines'],
    ['decimal(9)', '1.5', 'has 1 decimal place, and `decimal(9)` keeps 0'],
    ['decimal(4,2)', '1e1', 'is not a decimal number, and the column is declared `decimal(4,2)`'],
    ['double precision', '1.5x', 'is not a number, and the column is declared `double precision`'],
    ['double', '1e309', 'is beyond the range of `double`'],
    ['real', '1e39', 'is beyond the range of `real`'],
    ['float', '16777217', 'would be kept as 16777216 in `float`'],
    ['double', '0.12345678901234567890', 'would be kept as 0.12345678901234568 in `double`'],
    ['double', '9007199254740993', 'would be kept as 9007199254740992 in `double`'],
    ['double', '1e-400', 'would be kept as 0 in `double`'],
    ['uuid', '550e8400', 'is not a UUID'],
    ['time', '12:00:00+02', 'is not a time of day, and the column is declared `time`'],
    ['time', '12:00:00.1234567', 'has 7 digits after the second, and `time` keeps 6'],
    ['json', '{a:1}', 'is not JSON'],
    ['varchar(3)', 'abcd', 'has 4 characters, and `varchar(3)` holds 3'],
    ['boolean', 'maybe', 'is not a boolean'],
    ['date', '01/02/2024', 'is ambiguous: day first or month first'],
    ['date', '2023-02-29', 'is not a date of the calendar in ISO form'],
    ['date', '31.12.2024', 'is not a date of the calendar in ISO form'],
    ['timestamp', '2024-01-01 10:00:00Z', 'has a time zone, which `timestamp` would drop'],
    ['timestamp', '2024-01-01 10:00:00.1234567', 'has 7 digits after the second, and `timestamp` keeps 6'],
    ['timestamp(0)', '2024-01-01 10:00:00.5', 'has 1 digit after the second, and `timestamp(0)` keeps 0'],
    ['timestamptz', '2024-01-01 10:00:00', 'has no time zone, and `timestamptz` needs one'],
    ['timestamp with time zone', 'now', 'is not a timestamp in ISO form'],
  ])('%s refuses %s', (type, cell, reason) => {
    expect(misfits(type, [cell])).toEqual([`line 2: \`${cell}\` in column \`c\` ${reason}`]);
  });

  test.each([
    ['integer', ['1', '-2147483648', '+5', '007', '-0', `-${'0'.repeat(60)}7`, '']],
    ['hugeint', ['170141183460469231731687303715884105727']],
    ['decimal(4,2)', ['1.25', '-12.3', '1.250', '0012.5', '.5', '-.5', '5.', '+5', '12', '-99.99']],
    [
      'double',
      ['0.10000000000000001', '1e5', 'NaN', '-Infinity', '-0', '0.1000000000000000000000', '1e23', '100000000000000000000000', '.5', '5.'],
    ],
    ['float', ['16777216', '0.1', '19.99', '-1.256789', '3.4e38', 'inf']],
    ['float(53)', ['16777217']],
    ['time', ['09:30', '23:59:59.123456']],
    ['json', ['[1.5]', 'null', '"[1,""x""]"']],
    ['varchar(3)', ['abc', 'é€😀', '']],
    ['text', ['00123', 'anything']],
    ['boolean', ['true', 'F', 'yes', '0']],
    ['date', ['2024-02-29']],
    ['timestamp', ['2024-01-01', '2024-01-01T10:00', '2024-01-01 10:00:00.1234560']],
    ['timestamp(3)', ['2024-01-01 10:00:00.123']],
    ['timestamptz', ['2024-01-01 10:00:00+02:00']],
    ['uuid', ['550e8400-e29b-41d4-a716-446655440000', '{550E8400E29B41D4A716446655440000}']],
    ['interval', ['left to the engine']],
  ])('%s takes %j', (type, cells) => {
    expect(misfits(type, cells)).toEqual([]);
  });

  test('the cell is marked, on its line, also inside a quoted field that spans lines', () => {
    const content = 'n,c\n"two\nlines","x""y"\n';
    const [problem] = diagnosticsOf(content, typed({ c: 'integer' }));
    expect(problem?.message).toBe('line 3: `x"y` in column `c` is not a whole number, and the column is declared `integer`');
    expect(content.slice(problem?.span?.start, problem?.span?.end)).toBe('x""y');
    expect(problem?.help).toBe('an empty cell is NULL');
  });

  test('a doubled quote counts as one character', () => {
    expect(rowsOf('c,d\n"a""b",1\n', typed({ c: 'varchar(3)' }))).toEqual([['a"b', '1']]);
  });

  test('a help tells the ISO form of a date, and a decimal that would hold the value', () => {
    expect(diagnosticsOf('c\n01/02/2024\n', typed({ c: 'date' }))[0]?.help).toBe('write dates as `YYYY-MM-DD`');
    expect(diagnosticsOf('c\n123.456\n', typed({ c: 'decimal(4,2)' }))[0]?.help).toBe('declare `decimal(6,3)` or more');
  });

  test('values of a masked column are not shown, long ones are shortened', () => {
    const options = { ...typed({ c: 'integer' }), maskedColumns: ['C'] };
    expect(diagnosticsOf('c\nsecret\n', options)[0]?.message).toBe(
      'line 2: the value in column `c` is not a whole number, and the column is declared `integer`',
    );
    expect(diagnosticsOf(`c\n${'x'.repeat(90)}\n`, typed({ c: 'integer' }))[0]?.message).toContain(`\`${'x'.repeat(40)}…\``);
  });
});
