import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../../adapter/connection.ts';
import type { FileForm } from '../../adapter/file-form.ts';
import type { Column } from '../../adapter/relation.ts';
import { readFiles, writeFiles } from './external-files.ts';
import { failureOf, openTestConnection, rowsOf, temporaryProject, valueOf } from './open-test-session.ts';

/** All that is easily lost on the way through a file. */
const values: Readonly<Record<string, readonly string[]>> = {
  flag: ['true', 'false', 'null'],
  tiny: ['cast(-128 as tinyint)', 'cast(127 as tinyint)'],
  big: ['cast(9223372036854775807 as bigint)', 'cast(-9223372036854775808 as bigint)'],
  unsigned: ['cast(18446744073709551615 as ubigint)', 'cast(0 as ubigint)'],
  huge: ['cast(12345678901234567890123456789012345678 as hugeint)', 'cast(-1 as hugeint)'],
  exact: [`cast('0.10' as decimal(38,10))`, `cast('1234567890123456789012345678.0000000001' as decimal(38,10))`],
  real: ['cast(0.1 as double)', `cast('nan' as double)`, `cast('infinity' as double)`],
  text: [
    `''`,
    `'a,b;c'`,
    `'say "x"'`,
    `'two' || chr(10) || 'lines'`,
    `chr(13) || 'r'`,
    `' edge '`,
    `'NULL'`,
    `'été 🦆'`,
    `'\\'`,
    `'''q'''`,
  ],
  bytes: [`'\\x00\\xFF'::blob`, `'abc'::blob`],
  day: [`date '0001-01-01'`, `date '2024-02-29'`, `date '9999-12-31'`],
  moment: [`timestamp '2024-03-31 02:30:00.123456'`, `timestamp '1969-12-31 23:59:59.999999'`],
  zoned: [`timestamptz '2024-03-31 02:30:00.5+05:30'`],
  clock: [`time '23:59:59.999999'`],
  id: [`uuid '00000000-0000-0000-0000-00000000000f'`],
  span: [`interval '1 month 2 days 3 seconds'`],
  mood: [`cast('sad, or "so"' as enum('sad, or "so"', 'ok'))`],
  list: [`['a', null, 'b, c', '']`, `[]::varchar[]`],
  record: [`{'a b': 1, 'c': ['x']}`],
  pairs: [`map {'k': 1, 'l': null}`],
};

const kinds = Object.keys(values);
const longest = Math.max(...Object.values(values).map((list) => list.length));
const allSql = Array.from({ length: longest + 1 }, (_, row) => {
  const cells = kinds.map((kind) => `${values[kind]?.[row] ?? 'null'} as ${kind}`);
  return `select ${row} as n, ${cells.join(', ')}`;
}).join(' union all ');

const columnsOf = async (connection: Connection, sql: string): Promise<readonly Column[]> =>
  (await connection.query({ sql: `select * from (${sql}) limit 0` })).columns;

async function roundTrip(
  sql: string,
  form: FileForm,
): Promise<{ readonly connection: Connection; readonly differences: unknown; readonly path: string }> {
  const root = temporaryProject();
  const connection = await openTestConnection({ path: ':memory:' }, root);
  const columns = await columnsOf(connection, sql);
  const query = { node: '', sql: `${sql} -- to the end` };
  const path = join(root, 'out');
  const rows = await connection.run(...writeFiles({ kind: 'write-files', path, form, query, columns }));
  expect(rows).toBe(Number(await valueOf(connection, `select count(*) from (${sql})`)));
  const isEmpty = rows === 0 && form.partitionBy.length > 0 ? ({ isEmpty: true } as const) : {};
  if (rows === 0 && form.partitionBy.length > 0) {
    mkdirSync(path, { recursive: true });
    await connection.run(...writeFiles({ kind: 'write-files', path, form, query, columns, isEmpty: true }));
  }
  const view = { schema: 'main', name: 'back' };
  await connection.run(...readFiles({ kind: 'read-files', view, temporary: false, path: 'out', form, columns, ...isEmpty }));
  expect(await columnsOf(connection, 'select * from back')).toEqual(columns);
  const lost = await rowsOf(connection, `select * from (${sql}) except all select * from back`);
  const gained = await rowsOf(connection, `select * from back except all select * from (${sql})`);
  return { connection, differences: { lost, gained }, path };
}

const forms: readonly (readonly [string, FileForm])[] = [
  ['parquet', { format: 'parquet', partitionBy: [], options: {} }],
  ['parquet, packed', { format: 'parquet', partitionBy: [], options: { compression: 'zstd', compressionLevel: 9, rowGroupSize: 2048 } }],
  ['csv', { format: 'csv', partitionBy: [], options: {} }],
  [
    'csv, without header, by semicolons, packed',
    { format: 'csv', partitionBy: [], options: { header: false, delimiter: ';', compression: 'gzip' } },
  ],
  ['csv by tabs', { format: 'csv', partitionBy: [], options: { delimiter: '\t', compression: 'zstd' } }],
  ['json', { format: 'json', partitionBy: [], options: {} }],
  ['json as one list, packed', { format: 'json', partitionBy: [], options: { array: true, compression: 'gzip' } }],
];

describe('rows in files', () => {
  it.each(forms)('come back with their types and values: %s', async (_name, form) => {
    const { differences } = await roundTrip(allSql, form);
    expect(differences).toEqual({ lost: [], gained: [] });
  });

  it.each(forms)('are none, and keep their columns: %s', async (_name, form) => {
    const { differences } = await roundTrip(`select * from (${allSql}) where n < 0`, form);
    expect(differences).toEqual({ lost: [], gained: [] });
  });

  const keys = `select * from (values (1, 'a/b', date '2024-01-01'), (2, '', date '2024-01-02'), (3, null, null), (4, 'x=y %', date '2024-01-01'), (5, '01', null), (6, 'été', null)) as t(n, "Key", day)`;

  it.each(['parquet', 'csv'] as const)('are divided into folders by their values: %s', async (format) => {
    const { differences } = await roundTrip(keys, { format, partitionBy: ['key', 'day'], options: {} });
    expect(differences).toEqual({ lost: [], gained: [] });
  });

  it.each(['parquet', 'csv'] as const)('are none of any folder: %s', async (format) => {
    const { connection, differences } = await roundTrip(`select * from (${keys}) where n < 0`, {
      format,
      partitionBy: ['day'],
      options: {},
    });
    expect(differences).toEqual({ lost: [], gained: [] });
    expect(await rowsOf(connection, 'select * from back')).toEqual([]);
  });

  it('refuse a text that the name of a folder cannot say', async () => {
    const failed = await failureOf(roundTrip(`select 1 as n, 'null' as key`, { format: 'parquet', partitionBy: ['key'], options: {} }));
    expect(failed.message).toContain(
      'a value of key, by which files are divided into folders, is a text that stands for no value there: null',
    );
  });
});
