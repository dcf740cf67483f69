import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dialect } from './dialect.ts';
import type { Connection } from '../../adapter/connection.ts';
import { failureOf, openTestConnection, rowsOf, useTestDatabase, valueOf } from './open-test-session.ts';

const database = useTestDatabase();

const currentSchema = async (connection: Connection): Promise<string> => String(await valueOf(connection, 'select current_schema()'));

/** Text without halves of surrogate pairs, which no encoding can carry. */
const anyText = fc.string({ unit: 'grapheme' });

describe('names', () => {
  it('round-trip as columns, whatever characters they have', async () => {
    const connection = await openTestConnection(database);
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
  it.each(['select', 'a b', 'a"b', `a'b`, 'ÄÖ', '表', 'a;drop table x', '--', '/*', '$$', '😀', '.', 'a\\b', 'é'.repeat(31)])(
    'are those of schemas, tables and columns: %s',
    async (name) => {
      const connection = await openTestConnection(database);
      const relation = { schema: name, name };
      const column = dialect.quoteIdentifier(name);
      await connection.run({
        sql: `create schema ${column}; create table ${dialect.relation(relation)} as select 7 as ${column}`,
        script: true,
      });
      expect(await valueOf(connection, `select ${column} from ${dialect.relation(relation)}`)).toBe(7);
    },
  );
  it('are refused with a reason', () => {
    expect(dialect.identifierProblem('')).toBe('is empty');
    expect(dialect.identifierProblem('a\0')).toBe('contains the control character U+0000');
    expect(dialect.identifierProblem('a\nb')).toBe('contains the control character U+000A');
    expect(dialect.identifierProblem('a\ud800')).toBe('contains half of a surrogate pair, U+D800');
    expect(dialect.identifierProblem('order by')).toBe(undefined);
  });
  it('are counted in bytes, because the engine cuts them without an error', async () => {
    const connection = await openTestConnection(database);
    for (const [fits, long] of [
      ['x'.repeat(63), 'x'.repeat(64)],
      [`${'é'.repeat(31)}x`, 'é'.repeat(32)],
      [`${'😀'.repeat(15)}xyz`, '😀'.repeat(16)],
    ] as const) {
      expect(dialect.identifierProblem(fits)).toBe(undefined);
      expect(dialect.identifierProblem(long)).toBe('is 64 bytes long, and the database keeps only 63');
      const kept = async (name: string): Promise<string | undefined> =>
        (await connection.query({ sql: `select 1 as ${dialect.quoteIdentifier(name)}` })).columns[0]?.name;
      expect(await kept(fits)).toBe(fits);
      expect(await kept(long)).not.toBe(long);
    }
  });
  it('are compared as they are', async () => {
    expect(dialect.foldIdentifier('FooÄ')).toBe('FooÄ');
    const connection = await openTestConnection(database);
    await connection.run({ sql: `create table "Foo" as select 1 as v; create table "foo" as select 2 as v`, script: true });
    expect(await rowsOf(connection, `select (select v from "Foo"), (select v from "foo")`)).toEqual([[1, 2]]);
    expect((await failureOf(connection.query({ sql: `select * from "FOO"` }))).kind).toBe('unknown-relation');
  });
});

describe('literals', () => {
  it('round-trip any text', async () => {
    const connection = await openTestConnection(database);
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyText, fc.constantFrom(`'`, `''`, '\\', `\\'`, '--', '$1', '$$', '\n', 'E\\n')), async (text) => {
        fc.pre(!text.includes('\0'));
        expect(await valueOf(connection, `select ${dialect.literal(text)}`)).toBe(text);
      }),
      { numRuns: 200 },
    );
  });
  it('fail where a text has NUL, which no text of the engine can hold', async () => {
    const connection = await openTestConnection(database);
    expect((await failureOf(connection.query({ sql: `select ${dialect.literal(`a\0'; drop table x; --`)}` }))).message).toBe(
      'null character not permitted',
    );
  });
  it('round-trip numbers', async () => {
    const connection = await openTestConnection(database);
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger()), async (number) => {
        const cell = await valueOf(connection, `select cast(${dialect.literal(number)} as double precision)`);
        expect(cell).toBe(number === 0 ? 0 : number);
      }),
      { numRuns: 200 },
    );
  });
  it('spell what has no digits, large integers and negative values in safe places', async () => {
    const connection = await openTestConnection(database);
    expect(await valueOf(connection, `select ${dialect.literal(Number.NaN)}`)).toBe('NaN');
    expect(await valueOf(connection, `select ${dialect.literal(-Infinity)}`)).toBe('-Infinity');
    expect(await valueOf(connection, `select ${dialect.literal(12345678901234567890n)}`)).toBe('12345678901234567890');
    expect(await valueOf(connection, `select 1-${dialect.literal(-5)}`)).toBe(6);
    expect(await rowsOf(connection, `select ${dialect.literal(true)}, ${dialect.literal(null)}`)).toEqual([[true, null]]);
  });
  it('type timestamps', async () => {
    const connection = await openTestConnection(database);
    const { columns, rows } = await connection.query({
      sql: `select ${dialect.literal({ timestamp: '2024-02-29T23:59:59.123456Z' })} as t, ${dialect.literal({ timestamp: '2024-01-01' })} as d`,
    });
    expect(rows).toEqual([['2024-02-29 23:59:59.123456', '2024-01-01 00:00:00']]);
    expect(columns.map((column) => column.type)).toEqual(['timestamp without time zone', 'timestamp without time zone']);
    expect(() => dialect.literal({ timestamp: `2024-01-01'; drop` })).toThrow('not an ISO 8601 timestamp');
  });
  it('come with types that the catalog spells the same', async () => {
    const connection = await openTestConnection(database);
    const types = ['boolean', 'integer', 'bigint', 'double', 'date', 'timestamp', 'timestamptz', 'text'] as const;
    await connection.run({ sql: `create table t (${types.map((type) => `c_${type} ${dialect.typeName(type)}`).join(', ')})` });
    const { columns } = await connection.query({ sql: 'select * from t' });
    expect(columns.map((column) => column.type)).toEqual(types.map((type) => dialect.typeName(type)));
    const found = await rowsOf(
      connection,
      `select format_type(atttypid, atttypmod) from pg_attribute where attrelid = 't'::regclass and attnum > 0 order by attnum`,
    );
    expect(found.map(([type]) => type)).toEqual(types.map((type) => dialect.typeName(type)));
  });
});

describe('a load', () => {
  const cells: Readonly<Record<string, readonly string[]>> = {
    boolean: ['true', 'F', 'yes', '0'],
    smallint: ['-32768', '7'],
    integer: ['2147483647', ' 7 ', '-0'],
    int8: ['-9223372036854775808'],
    'numeric(12, 2)': ['1.005', '-0.00', '1e3', 'NaN'],
    decimal: ['0.1234567890123456789'],
    real: ['0.1', '1e-40', 'Infinity'],
    'double precision': ['0.1', '-1e308'],
    text: ['', ' a ', String.raw`\N`, 'a\tb\nc', "'"],
    varchar: ['', 'é'.repeat(300)],
    date: ['2024-02-29', '0044-03-15', 'infinity'],
    timestamp: ['2024-01-01 00:00:00.1234567', '2024-01-01T10:00'],
    'timestamp with time zone': ['2024-01-01 10:00+02', '2024-01-01 10:00'],
  };

  it.each(Object.entries(cells))('of %s is what a cast of the text is', async (type, texts) => {
    expect(dialect.loadsAs?.(type)).toBe(true);
    const connection = await openTestConnection(database);
    await connection.run({ sql: `create table loaded (cell ${type}); create table cast_from (cell text)`, script: true });
    const rows = [...texts.map((cell) => [cell]), [null]];
    for (const name of ['loaded', 'cast_from'])
      await connection.load({ table: { schema: await currentSchema(connection), name }, columns: [{ name: 'cell', type }], rows });
    const found = await rowsOf(connection, 'select cell::text from loaded');
    expect(found).toHaveLength(texts.length + 1);
    expect(found).toEqual(await rowsOf(connection, `select cast(cell as ${type})::text from cast_from`));
  });

  it.each(['varchar(3)', 'char(3)', 'bpchar', 'uuid', 'json', 'citext', 'interval', 'mood', 'integer[]', 'money', 'text; drop table x'])(
    'of %s may be something else',
    (type) => {
      expect(dialect.loadsAs?.(type)).toBe(false);
    },
  );
});
