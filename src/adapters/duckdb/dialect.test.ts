import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dialect } from './dialect.ts';
import { openTestConnection, rowsOf, temporaryProject, valueOf } from './open-test-session.ts';

/** Text without halves of surrogate pairs, which no encoding can carry. */
const anyText = fc.string({ unit: 'grapheme' });

describe('names', () => {
  it('round-trips any name without control characters as a column', async () => {
    const connection = await openTestConnection();
    await fc.assert(
      fc.asyncProperty(
        anyText.filter((name) => dialect.identifierProblem(name) === undefined),
        async (name) => {
          const { columns } = await connection.query({ sql: `select 1 as ${dialect.quoteIdentifier(name)}` });
          expect(columns[0]?.name).toBe(name);
        },
      ),
      { numRuns: 200 },
    );
  });
  it.each(['select', 'a b', 'a"b', `a'b`, 'ÄÖ', '表', 'a;drop table x', '--', '/*', '$$', '😀', '.'])(
    'creates and reads a table called %s',
    async (name) => {
      const connection = await openTestConnection();
      const relation = { schema: name, name };
      await connection.run({
        sql: `create schema ${dialect.quoteIdentifier(name)}; create table ${dialect.relation(relation)} as select 7 as v`,
      });
      expect(await valueOf(connection, `select v from ${dialect.relation(relation)}`)).toBe(7);
    },
  );
  it('says why a name cannot be used', () => {
    expect(dialect.identifierProblem('')).toBe('is empty');
    expect(dialect.identifierProblem('a\0')).toBe('contains the control character U+0000');
    expect(dialect.identifierProblem('a\nb')).toBe('contains the control character U+000A');
    expect(dialect.identifierProblem('a\ud800')).toBe('contains half of a surrogate pair, U+D800');
    expect(dialect.identifierProblem('order by')).toBe(undefined);
  });
  it('folds ASCII letters only, as the engine compares', async () => {
    expect(dialect.foldIdentifier('FooÄ')).toBe('fooÄ');
    const connection = await openTestConnection();
    await connection.run({
      sql: `create table "Foo" as select 1 as v; create table "ÄB" as select 2 as v; create table "äb" as select 3 as v`,
    });
    expect(await rowsOf(connection, `select (select v from "fOO"), (select v from "ÄB"), (select v from "äb")`)).toEqual([[1, 2, 3]]);
  });
});

describe('literals', () => {
  it('round-trips any text, NUL included', async () => {
    const connection = await openTestConnection();
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyText, fc.constantFrom('\0', `a\0'b`, `'`, `''`, '\\', `\\'`, '--', '$1', '\n')), async (text) => {
        expect(await valueOf(connection, `select ${dialect.literal(text)}`)).toBe(text);
      }),
      { numRuns: 200 },
    );
  });
  it('round-trips numbers', async () => {
    const connection = await openTestConnection();
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger()), async (number) => {
        const cell = await valueOf(connection, `select cast(${dialect.literal(number)} as double)`);
        expect(cell).toBe(number === 0 ? 0 : number);
      }),
      { numRuns: 200 },
    );
  });
  it('spells what has no digits, large integers and negative values in safe places', async () => {
    const connection = await openTestConnection();
    expect(await valueOf(connection, `select ${dialect.literal(Number.NaN)}`)).toBe('NaN');
    expect(await valueOf(connection, `select ${dialect.literal(-Infinity)}`)).toBe('-Infinity');
    expect(await valueOf(connection, `select ${dialect.literal(12345678901234567890n)}`)).toBe('12345678901234567890');
    expect(await valueOf(connection, `select 1-${dialect.literal(-5)}`)).toBe(6);
    expect(await rowsOf(connection, `select ${dialect.literal(true)}, ${dialect.literal(null)}`)).toEqual([[true, null]]);
  });
  it('types timestamps', async () => {
    const connection = await openTestConnection();
    expect(await valueOf(connection, `select ${dialect.literal({ timestamp: '2024-02-29T23:59:59.123456Z' })}`)).toBe(
      '2024-02-29 23:59:59.123456',
    );
    expect(await valueOf(connection, `select typeof(${dialect.literal({ timestamp: '2024-01-01' })})`)).toBe('TIMESTAMP');
    expect(() => dialect.literal({ timestamp: `2024-01-01'; drop` })).toThrow('not an ISO 8601 timestamp');
  });
  it('names types that the catalog spells the same', async () => {
    const connection = await openTestConnection();
    for (const type of ['boolean', 'integer', 'bigint', 'double', 'date', 'timestamp', 'timestamptz', 'text'] as const) {
      const { columns } = await connection.query({ sql: `select cast(null as ${dialect.typeName(type)}) as c` });
      expect(columns[0]?.type).toBe(dialect.typeName(type));
    }
  });
  it('casts to NULL on failure', async () => {
    const connection = await openTestConnection();
    expect(await valueOf(connection, `select ${dialect.tryCast(`'x'`, 'integer')}`)).toBe(null);
  });
});

describe('file sources', () => {
  const source = (location: string, options = {}, format?: string): string | undefined =>
    dialect.fileSource?.({ location, options, ...(format === undefined ? {} : { format }) });

  it('chooses the reader by format, else by suffix', () => {
    expect(source('data/*.csv')).toBe(`read_csv('data/*.csv')`);
    expect(source('data/x.JSON.gz')).toBe(`read_json('data/x.JSON.gz')`);
    expect(source('x.parquet', { hive_partitioning: true })).toBe(`read_parquet('x.parquet', "hive_partitioning" = true)`);
    expect(source('x.txt', {}, 'csv')).toBe(`read_csv('x.txt')`);
    expect(source('x.txt')).toBe(undefined);
    expect(source('x', {}, 'constructor')).toBe(undefined);
    expect(source(`read_csv('x', header = true)`)).toBe(`read_csv('x', header = true)`);
  });
  it('reads files of the project with options of every shape', async () => {
    const project = temporaryProject();
    writeFileSync(join(project, "o'k.csv"), 'id;name\n1;a\n2;NA\n');
    const connection = await openTestConnection({ path: ':memory:' }, project);
    const sql = source("o'k.csv", { delim: ';', header: true, nullstr: ['NA', ''], columns: { id: 'INTEGER', name: 'VARCHAR' } });
    expect(await rowsOf(connection, `select * from ${sql} order by id`)).toEqual([
      [1, 'a'],
      [2, null],
    ]);
    writeFileSync(join(project, 't.tsv'), 'a\tb\n1\t2\n');
    expect(await rowsOf(connection, `select * from ${source('t.tsv')}`)).toEqual([[1, 2]]);
    expect(readFileSync(join(project, 't.tsv'), 'utf8')).toContain('\t');
  });
});
