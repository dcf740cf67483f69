/** Properties of seeds: what is written is what is read, and a type never changes a value. */
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PortableType } from '../../adapter/dialect.ts';
import { castExpression } from './cast-expression.ts';
import { readSeed } from './read-seed.ts';
import { seedRows } from './seed-rows.ts';
import type { SeedSource } from './seed.ts';

function sourceOf(content: string, chunk: number): SeedSource {
  const bytes = Buffer.from(content);
  return {
    path: 'seeds/s.csv',
    size: bytes.length,
    *chunks() {
      // Every chunk in the same memory, as files are read.
      const memory = Buffer.alloc(chunk);
      for (let at = 0; at < bytes.length; at += chunk) yield memory.subarray(0, bytes.copy(memory, 0, at, at + chunk));
    },
  };
}

const chunkSize = fc.integer({ min: 1, max: 40 });
const lineEnd = fc.constantFrom('\n', '\r\n', '\r');

describe('round trip', () => {
  const delimiters = fc.constantFrom(',', ';', '\t', '|', ' ', 'x', '~');
  const character = fc.oneof(
    fc.constantFrom('"', '\n', '\r', ',', ';', '\t', '|', 'x', ' ', "'", '\\', '0'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  );
  const cell = fc.option(
    fc.array(character, { maxLength: 6 }).map((parts) => parts.join('').replaceAll('\0', '')),
    { nil: null },
  );
  const tables = fc
    .integer({ min: 1, max: 4 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 8 }).map((rows) => ({ width, rows })));

  function write(value: string | null, delimiter: string, always: boolean): string {
    if (value === null) return '';
    const needed = always || value === '' || /["\r\n]/.test(value) || value.includes(delimiter);
    return needed ? `"${value.replaceAll('"', '""')}"` : value;
  }

  test('any text written as CSV is read as the same text', () => {
    fc.assert(
      fc.property(
        tables,
        delimiters,
        fc.boolean(),
        lineEnd,
        fc.boolean(),
        chunkSize,
        ({ width, rows }, delimiter, always, end, lastEnd, chunk) => {
          const header = Array.from({ length: width }, (_, index) => `"c${index}"`);
          const lines = [header, ...rows.map((row) => row.map((value) => write(value, delimiter, always)))].map((line) =>
            line.join(delimiter),
          );
          // Without an end, a last line with nothing on it is no line.
          const content = lines.join(end) + (lastEnd || lines.at(-1) === '' ? end : '');
          const options = {
            delimiter: { value: delimiter, span: { path: 'p', start: 0, end: 1 } },
            columnTypes: Object.fromEntries(
              header.map((name) => [name.slice(1, -1), { value: 'text', span: { path: 'p', start: 0, end: 1 } }]),
            ),
          };
          const source = sourceOf(content, chunk);
          const { value: seed, diagnostics } = readSeed(source, options);
          expect(diagnostics).toEqual([]);
          expect(seed === undefined ? undefined : [...seedRows(source, seed)]).toEqual(rows);
          expect(seed?.rowCount).toBe(rows.length);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('any bytes end in a seed or in problems, never in an exception', () => {
    const bytes = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...Buffer.from('a1,"\r\n;-.:T')) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(bytes, chunkSize, (list, chunk) => {
        const data = Uint8Array.from(list);
        const source: SeedSource = {
          path: 's.csv',
          size: data.length,
          *chunks() {
            for (let at = 0; at < data.length; at += chunk) yield data.subarray(at, at + chunk);
          },
        };
        const { value, diagnostics } = readSeed(source);
        expect(value === undefined).toBe(diagnostics.length > 0);
        if (value !== undefined) expect([...seedRows(source, value)]).toHaveLength(value.rowCount);
        const whole = readSeed({ ...source, chunks: () => [data] });
        expect(whole).toEqual({ value, diagnostics });
      }),
      { numRuns: 3000 },
    );
  });

  test('a long record is read in time that grows with its length', () => {
    const long = 'x'.repeat(12_000_000);
    const source = sourceOf(`a,b\n1,"${long}"\n`, 65_536);
    const { value } = readSeed(source);
    const rows = value === undefined ? [] : [...seedRows(source, value)];
    expect(rows.map((row) => row.map((cell) => cell?.length))).toEqual([[1, 12_000_000]]);
  });
});

/** A second, slow and simple opinion on what a cell is: regular expressions, BigInt and Date. */
function kindsOf(cell: string): readonly PortableType[] {
  const kinds: PortableType[] = [];
  if (/^(true|false)$/i.test(cell)) kinds.push('boolean');
  if (/^(0|-?[1-9]\d*)$/.test(cell)) {
    const value = BigInt(cell);
    if (BigInt.asIntN(32, value) === value) kinds.push('integer');
    if (BigInt.asIntN(64, value) === value) kinds.push('bigint');
  }
  const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(cell) && cell !== '-0';
  if (number && cell.replace(/^-/, '').replace('.', '').replace(/^0+/, '').length <= 15) kinds.push('double');
  const stamp = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,6})?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/.exec(cell);
  if (stamp !== null) {
    const [, day = '', time = '00:00', seconds = ':00', zone] = stamp;
    const moment = new Date(`${day}T${time}${seconds.slice(0, 3)}Z`);
    const real = !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(`${day}T${time}`) && !day.startsWith('0000');
    const offset =
      zone === undefined || zone === 'Z' ? 0 : Math.abs(Number(zone.slice(1, 3))) * 60 + Number(zone.slice(3).replace(':', '') || 0);
    const minutes = zone === undefined ? '00' : zone.slice(3).replace(':', '') || '00';
    if (real && zone === undefined) kinds.push(...(cell.length === 10 ? (['date', 'timestamp'] as const) : (['timestamp'] as const)));
    if (real && zone !== undefined && stamp[3] !== undefined && offset <= 959 && Number(minutes) <= 59) kinds.push('timestamptz');
  }
  return kinds;
}

const narrowFirst: readonly PortableType[] = ['boolean', 'integer', 'bigint', 'double', 'date', 'timestamp', 'timestamptz'];

describe('inferred types', () => {
  const digits = fc.stringMatching(/^-?\d{1,21}$/);
  const decimal = fc.stringMatching(/^-?\d{1,9}\.\d{1,10}$/);
  const day = fc.stringMatching(/^(0000|0001|1900|2000|20[012]\d|9999)-[01]\d-[0-3]\d$/);
  const time = fc.stringMatching(/^[T ][012]\d:[0-6]\d(:[0-6]\d(\.\d{1,7})?)?(Z|[+-][01]\d(:?[0-6]\d)?)?$/);
  const value = fc.oneof(
    fc.constantFrom(
      '',
      'true',
      'False',
      't',
      '0',
      '-0',
      '2147483647',
      '2147483648',
      '-2147483648',
      '-2147483649',
      '9223372036854775807',
      '9223372036854775808',
      '-9223372036854775808',
      'x',
    ),
    fc.integer().map(String),
    fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }).map(String),
    digits,
    decimal,
    day,
    fc.tuple(day, time).map((parts) => parts.join('')),
  );
  // Most columns are of one sort of cell, else nearly all of them would be text.
  const column = fc.oneof(
    fc.array(value, { minLength: 1, maxLength: 4 }),
    ...[digits, decimal, day, fc.integer().map(String), fc.tuple(day, time).map((parts) => parts.join(''))].map((sort) =>
      fc.array(sort, { minLength: 1, maxLength: 3 }),
    ),
  );

  test('are the narrowest that every cell has, by a second opinion', () => {
    fc.assert(
      fc.property(column, (cells) => {
        const { value: seed } = readSeed(sourceOf(`c,d\n${cells.map((cell) => `${cell},\n`).join('')}`, 1000));
        const filled = cells.filter((cell) => cell !== '').map(kindsOf);
        const expected =
          filled.length === 0 ? 'text' : (narrowFirst.find((type) => filled.every((kinds) => kinds.includes(type))) ?? 'text');
        expect(seed?.columns[0]?.type.type).toBe(expected);
      }),
      { numRuns: 5000 },
    );
  });

  test('are cast by an engine without an error and without a change of value', async () => {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const names: Readonly<Record<PortableType, string>> = {
      boolean: 'boolean',
      integer: 'integer',
      bigint: 'bigint',
      double: 'double',
      date: 'date',
      timestamp: 'timestamp',
      timestamptz: 'timestamp with time zone',
      text: 'varchar',
    };
    const cells = fc.sample(value, { numRuns: 3000, seed: 7 }).filter((cell) => cell !== '');
    const byType = new Map<PortableType, string[]>();
    for (const cell of cells) {
      const type = readSeed(sourceOf(`c\n${cell}\n`, 1000)).value?.columns[0]?.type;
      if (type?.kind === 'inferred') byType.set(type.type, [...(byType.get(type.type) ?? []), cell]);
    }
    expect([...byType.keys()].sort()).toEqual([...narrowFirst, 'text'].sort());
    for (const [type, texts] of byType) {
      const cast = castExpression('c', { kind: 'inferred', type }, { typeName: (name) => names[name] });
      const list = texts.map((text) => `('${text}')`).join(', ');
      const reader = await connection.runAndReadAll(`select c, cast(${cast} as varchar) from (values ${list}) as v(c)`);
      for (const [written, read] of reader.getRows().map((row) => row.map(String)) as [string, string][]) {
        if (type === 'double') expect(Number(read)).toBe(Number(written));
        else if (type === 'timestamp') expect(new Date(`${read.replace(' ', 'T')}Z`)).toEqual(new Date(`${written.replace(' ', 'T')}Z`));
        else if (type === 'timestamptz')
          expect(new Date(read.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')).getTime()).toBe(
            new Date(
              written.replace(' ', 'T').replace(/([+-]\d\d)(\d\d)?$/, (_all, hour: string, minute = '00') => `${hour}:${minute}`),
            ).getTime(),
          );
        else expect(read).toBe(type === 'boolean' ? written.toLowerCase() : written);
      }
    }
    connection.closeSync();
    instance.closeSync();
  });
});

describe('casting', () => {
  const dialect = { typeName: (type: PortableType) => type.toUpperCase() };

  test('empty text is NULL in any type but text', () => {
    expect(castExpression('"a"', { kind: 'inferred', type: 'integer' }, dialect)).toBe(`cast(nullif("a", '') as INTEGER)`);
    expect(castExpression('"a"', { kind: 'inferred', type: 'text' }, dialect)).toBe('cast("a" as TEXT)');
    expect(castExpression('"a"', { kind: 'declared', type: 'decimal(4,2)', text: false }, dialect)).toBe(
      `cast(nullif("a", '') as decimal(4,2))`,
    );
    expect(castExpression('"a"', { kind: 'declared', type: 'varchar(3)', text: true }, dialect)).toBe('cast("a" as varchar(3))');
  });
});
