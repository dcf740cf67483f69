import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSeed } from '../../src/parse/seed/read-seed.ts';
import { seedRows } from '../../src/parse/seed/seed-rows.ts';
import { dialect } from '../../src/adapters/duckdb/dialect.ts';
import { openTestSession } from '../../src/adapters/duckdb/open-test-session.ts';

describe('delimitedFile', () => {
  it('gives the rows that the seed reader gives, for random files of the regular form', async () => {
    const session = await openTestSession();
    const connection = await session.connect();
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
    const path = join(tmpdir(), `tx-delimited-file-${process.pid}.csv`);
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell, cell), { maxLength: 8 }), fc.boolean(), async (rows, finalNewline) => {
        const text = ['a,b,c', ...rows.map((row) => row.join(','))].join('\n') + (finalNewline ? '\n' : '');
        const bytes = new TextEncoder().encode(text);
        const source = { path: 'seeds/s.csv', size: bytes.length, chunks: () => [bytes] };
        const types = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, { value: 'varchar', span: { path: '', start: 0, end: 0 } }]));
        const { value: seed } = readSeed(source, { columnTypes: types });
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
