/** The functions that templates offer give the same values on every engine. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Cell, Connection } from '../../src/adapter/connection.ts';
import type { SqlLibrary } from '../../src/adapter/library.ts';
import { useEngines } from './sql-engines.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Miles between two places on a sphere of 3961 miles, by the haversine formula. */
function miles(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const half = (a: number, b: number): number => Math.sin(radians(b - a) / 2) ** 2;
  const a = half(lat1, lat2) + Math.cos(radians(lat1)) * Math.cos(radians(lat2)) * half(lon1, lon2);
  return 2 * 3961 * Math.asin(Math.sqrt(a));
}

/** Expressions and the cell that each gives. */
const values: readonly (readonly [string, (library: SqlLibrary) => string, Cell])[] = [
  ['a surrogate key', (l) => l.surrogate_key([`'a'`, '1', 'null', `''`]), md5('a-1-_dbt_utils_surrogate_key_null_-')],
  ['a surrogate key of booleans and dates', (l) => l.surrogate_key(['true', `date '2024-01-31'`]), md5('true-2024-01-31')],
  ['a surrogate key of a decimal', (l) => l.surrogate_key(['cast(1.50 as decimal(10,2))']), md5('1.50')],
  ['a surrogate key of a timestamp', (l) => l.surrogate_key([`timestamp '2024-01-31 09:30:00.5'`]), md5('2024-01-31 09:30:00.5')],
  ['a hash', (l) => l.hash('12'), md5('12')],
  ['a hash of NULL', (l) => l.hash('null'), null],
  ['dateadd to the end of a month', (l) => l.dateadd('month', '1', `date '2024-01-31'`), '2024-02-29 00:00:00'],
  ['dateadd backwards', (l) => l.dateadd('day', '-1', `'2024-03-01'`), '2024-02-29 00:00:00'],
  ['dateadd of quarters', (l) => l.dateadd('quarter', '2', `date '2024-01-01'`), '2024-07-01 00:00:00'],
  ['dateadd of weeks', (l) => l.dateadd('week', '2', `date '2024-01-01'`), '2024-01-15 00:00:00'],
  ['dateadd of an expression', (l) => l.dateadd('hour', '1 + 1', `timestamp '2024-01-01 23:00:00'`), '2024-01-02 01:00:00'],
  ['dateadd of milliseconds', (l) => l.dateadd('millisecond', '1500', `timestamp '2024-01-01 00:00:00'`), '2024-01-01 00:00:01.5'],
  ['dateadd of microseconds', (l) => l.dateadd('microsecond', '5', `timestamp '2024-01-01 00:00:00'`), '2024-01-01 00:00:00.000005'],
  ['dateadd to NULL', (l) => l.dateadd('day', '1', 'cast(null as date)'), null],
  ['datediff in years', (l) => l.datediff(`'2023-12-31'`, `'2024-01-01'`, 'year'), 1],
  ['datediff in months', (l) => l.datediff(`'2024-01-31'`, `'2024-02-01'`, 'month'), 1],
  ['datediff in months over a year', (l) => l.datediff(`'2023-11-30'`, `'2024-02-01'`, 'month'), 3],
  ['datediff in quarters', (l) => l.datediff(`'2024-03-31 23:59:00'`, `'2024-04-01'`, 'quarter'), 1],
  ['datediff in quarters over a year', (l) => l.datediff(`'2023-12-31'`, `'2024-01-01'`, 'quarter'), 1],
  ['datediff in hours', (l) => l.datediff(`'2024-01-01 10:59:59'`, `'2024-01-01 11:00:00'`, 'hour'), 1],
  ['datediff in minutes', (l) => l.datediff(`'2024-01-01 10:59:59'`, `'2024-01-02 11:00:00'`, 'minute'), 1441],
  ['datediff in seconds', (l) => l.datediff(`'2024-01-01 10:59:59.9'`, `'2024-01-01 11:00:00.1'`, 'second'), 1],
  ['datediff in milliseconds', (l) => l.datediff(`'2024-01-01 00:00:00.0009'`, `'2024-01-01 00:00:01.001'`, 'millisecond'), 1001],
  ['datediff in microseconds', (l) => l.datediff(`'2024-01-01 00:00:00'`, `'2024-01-01 00:00:00.000123'`, 'microsecond'), 123],
  ['datediff backwards', (l) => l.datediff(`'2024-01-03'`, `'2024-01-01'`, 'day'), -2],
  ['datediff backwards in hours', (l) => l.datediff(`'2024-01-01 11:00:00'`, `'2024-01-01 10:59:59'`, 'hour'), -1],
  ['datediff of dates', (l) => l.datediff(`date '2024-02-28'`, `date '2024-03-01'`, 'day'), 2],
  ['datediff with NULL', (l) => l.datediff('cast(null as date)', `date '2024-03-01'`, 'month'), null],
  // 2024-01-07 and 2024-01-14 are Sundays.
  ['a week when Sunday comes', (l) => l.datediff(`'2024-01-06'`, `'2024-01-07'`, 'week'), 1],
  ['no week until the next Sunday', (l) => l.datediff(`'2024-01-07'`, `'2024-01-13'`, 'week'), 0],
  ['two weeks', (l) => l.datediff(`'2024-01-01'`, `'2024-01-15'`, 'week'), 2],
  ['a week backwards', (l) => l.datediff(`'2024-01-07'`, `'2024-01-06'`, 'week'), -1],
  ['a week before the epoch', (l) => l.datediff(`'1969-12-27'`, `'1969-12-28'`, 'week'), 1],
  ['date_trunc to Monday', (l) => l.date_trunc('week', `date '2024-01-07'`), '2024-01-01 00:00:00'],
  ['date_trunc to the quarter', (l) => l.date_trunc('quarter', `'2024-05-17 10:00:00'`), '2024-04-01 00:00:00'],
  ['date_trunc of a timestamp with zone', (l) => l.date_trunc('day', `timestamptz '2024-05-17 23:30:00-02'`), '2024-05-18 00:00:00+00'],
  ['the last day of a month', (l) => l.last_day(`date '2024-02-10'`, 'month'), '2024-02-29'],
  ['the last day of a quarter', (l) => l.last_day(`'2024-02-10'`, 'quarter'), '2024-03-31'],
  ['the last day of a year', (l) => l.last_day(`date '2024-12-31'`, 'year'), '2024-12-31'],
  ['a masked number', (l) => l.mask_partial(`'4111111111111234'`, 4), '************1234'],
  ['a masked short text', (l) => l.mask_partial(`'ab'`, 2), '**'],
  ['a masked NULL', (l) => l.mask_partial('null', 2), null],
  ['a mask that counts characters', (l) => l.mask_partial(`'größe'`, 0), '*****'],
  ['a masked address', (l) => l.mask_email(`'jane@example.com'`), 'j***@example.com'],
  ['a masked text that is no address', (l) => l.mask_email(`'nobody'`), '***'],
  ['a masked address that is NULL', (l) => l.mask_email('null'), null],
  ['a hashed text', (l) => l.mask_hash(`'x'`), md5('x')],
  ['a value masked as NULL', (l) => l.mask_null('1'), null],
  ['texts joined without NULLs', (l) => l.concat_ws(`'-'`, [`'a'`, 'null', '1', 'true']), 'a-1-true'],
  ['a part of a text', (l) => l.split_part(`'a-b-c'`, `'-'`, 2), 'b'],
  ['a missing part', (l) => l.split_part(`'a-b-c'`, `'-'`, 9), ''],
  ['a part from the end', (l) => l.split_part(`'a-b-c'`, `'-'`, -1), 'c'],
  ['a part of NULL', (l) => l.split_part('null', `'-'`, 1), null],
  ['a position', (l) => l.position(`'b'`, `'abc'`), 2],
  ['a missing position', (l) => l.position(`'z'`, `'abc'`), 0],
  ['a division of integers', (l) => l.safe_divide('1', '2'), 0.5],
  ['a division of an expression', (l) => l.safe_divide('7', '2 + 2'), 1.75],
  ['a division by zero', (l) => l.safe_divide('1', '0'), null],
  ['a cast', (l) => l.cast(`'5'`, 'integer'), 5],
  ['the first bucket', (l) => l.width_bucket('0', '0', '10', '5'), 1],
  ['the same bucket', (l) => l.width_bucket('1.9', '0', '10', '5'), 1],
  ['the next bucket', (l) => l.width_bucket('2', '0', '10', '5'), 2],
  ['the last bucket', (l) => l.width_bucket('9.99', '0', '10', '5'), 5],
  ['the bucket above', (l) => l.width_bucket('10', '0', '10', '5'), 6],
  ['the bucket below', (l) => l.width_bucket('-1', '0', '10', '5'), 0],
  ['the bucket of NULL', (l) => l.width_bucket('null', '0', '10', '5'), null],
];

/** Texts, the type they are softly cast to, and the cell. */
const softCasts: readonly (readonly [string, string, Cell])[] = [
  [`'x'`, 'integer', null],
  [`'5'`, 'integer', 5],
  [`' -5 '`, 'integer', -5],
  [`'1.5'`, 'integer', 2],
  [`'2147483648'`, 'integer', null],
  [`'-9223372036854775808'`, 'bigint', '-9223372036854775808'],
  [`'9223372036854775808'`, 'bigint', null],
  [`'1e3'`, 'bigint', 1000],
  [`''`, 'integer', null],
  [`'1.25'`, 'double', 1.25],
  [`'-inf'`, 'double', '-Infinity'],
  [`'NaN'`, 'double', 'NaN'],
  [`'x'`, 'double', null],
  [`'12.345'`, 'decimal(5,2)', '12.35'],
  [`'1234.5'`, 'decimal(5,2)', null],
  [`'999.995'`, 'decimal(5,2)', null],
  [`'true'`, 'boolean', true],
  [`'F'`, 'boolean', false],
  [`'maybe'`, 'boolean', null],
  [`'2024-02-29'`, 'date', '2024-02-29'],
  [`'2023-02-29'`, 'date', null],
  [`'2024-01-31 09:30:00'`, 'timestamp', '2024-01-31 09:30:00'],
  [`'2024-02-30 09:30:00'`, 'timestamp', null],
  [`'2024-01-31T09:30:15.25'`, 'timestamp', '2024-01-31 09:30:15.25'],
  [`'2024-01-31'`, 'timestamp', '2024-01-31 00:00:00'],
  [`'2024-01-31 25:00:00'`, 'timestamp', null],
  [`'no time'`, 'timestamp', null],
  [`' 2024-12-31 '`, 'date', '2024-12-31'],
  [`'2024-13-01'`, 'date', null],
  [`'2024-01-31 09:30:00+02'`, 'timestamptz', '2024-01-31 07:30:00+00'],
  [`'x'`, 'text', 'x'],
  ['12', 'text', '12'],
  ['null', 'integer', null],
];

const pairs = `(select 1 as k, 'a' as t, 10 as n union all select 1, 'b', 20 union all select null, 'c', 5 union all select null, null, 7)`;

describe('the library', () => {
  const engines = useEngines();

  describe.each(engines)('of $name', ({ dialect, connect }) => {
    const { library } = dialect;
    const sorted = (rows: readonly (readonly Cell[])[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
    const spine = async (connection: Connection, part: string, start: string, end: string): Promise<readonly Cell[]> =>
      (await connection.query({ sql: library.date_spine(part, start, end) })).rows.map(([day]) => day ?? null).sort();

    it('gives one value for each expression', async () => {
      const connection = await connect();
      for (const [name, render, expected] of values) {
        const { rows } = await connection.query({ sql: `select ${render(library)} as v` });
        expect(rows, name).toEqual([[expected]]);
      }
    });

    it('casts softly, constants and columns alike', async () => {
      const connection = await connect();
      for (const [text, type, expected] of softCasts) {
        const name = type === 'double' ? dialect.typeName('double') : type;
        for (const sql of [
          `select ${library.safe_cast(text, name)} as v`,
          `select ${dialect.tryCast('x', name)} as v from (select cast(${text} as ${dialect.typeName('text')}) as x) as t`,
        ]) {
          const { rows } = await connection.query({ sql });
          expect(rows, sql).toEqual([[expected]]);
        }
      }
    });

    it('gives each day from start to before end', async () => {
      const connection = await connect();
      expect(await spine(connection, 'day', `'2024-02-28'`, `'2024-03-02'`)).toEqual([
        '2024-02-28 00:00:00',
        '2024-02-29 00:00:00',
        '2024-03-01 00:00:00',
      ]);
      const { columns } = await connection.query({ sql: library.date_spine('day', `'2024-02-28'`, `'2024-03-02'`) });
      expect(columns).toEqual([{ name: 'date_day', type: dialect.typeName('timestamp') }]);
    });

    it('counts the steps of a spine from its start', async () => {
      const connection = await connect();
      expect(await spine(connection, 'month', `date '2024-01-31'`, `date '2024-04-01'`)).toEqual([
        '2024-01-31 00:00:00',
        '2024-02-29 00:00:00',
        '2024-03-31 00:00:00',
      ]);
      expect(await spine(connection, 'day', `'2024-01-01'`, `'2024-01-01'`)).toEqual([]);
      expect(await spine(connection, 'day', `'2024-01-05'`, `'2024-01-01'`)).toEqual([]);
      expect(await spine(connection, 'week', `'2024-01-01'`, `'2024-01-16'`)).toHaveLength(3);
      expect(await spine(connection, 'quarter', `'2024-01-01'`, `'2024-10-01'`)).toHaveLength(3);
      expect(await spine(connection, 'year', `'2024-01-01'`, `'2026-01-01'`)).toHaveLength(2);
      expect(await spine(connection, 'hour', `'2024-01-01'`, `'2024-01-01 02:30:00'`)).toHaveLength(3);
    });

    it('keeps one row for each partition, NULL being one', async () => {
      const connection = await connect();
      const sql = library.deduplicate({ relation: pairs, partitionBy: 'k', orderBy: 'n desc' });
      expect(sorted((await connection.query({ sql: `select * from (${sql}) as d` })).rows)).toEqual(['[1,"b",20]', '[null,null,7]']);
      const several = library.deduplicate({ relation: pairs, partitionBy: 'k, t', orderBy: '' });
      expect((await connection.query({ sql: several })).rows).toHaveLength(4);
    });

    it('pivots values into columns, quoted or plain, whatever characters they have', async () => {
      const connection = await connect();
      const base = { column: 't', agg: 'max', then: 'n', else: '0', prefix: 'n_', suffix: '' };
      const from = `from (select 'a' as t, 1 as n union all select 'a', 2 union all select 'b c', 4 union all select '1', 8) as v`;
      const quoted = await connection.query({ sql: `select ${library.pivot({ ...base, values: ['a', 'b c', 1], quote: true })} ${from}` });
      expect(quoted.columns.map((column) => column.name)).toEqual(['n_a', 'n_b c', 'n_1']);
      expect(quoted.rows).toEqual([[2, 4, 8]]);
      const plain = await connection.query({ sql: `select ${library.pivot({ ...base, values: ['a', 'b c'], quote: false })} ${from}` });
      expect(plain.columns.map((column) => column.name)).toEqual(['n_a', 'n_b_c']);
      const odd = library.pivot({ ...base, values: [`o'k"x`], then: '1', prefix: '', quote: true });
      expect(await connection.query({ sql: `select ${odd} from (select 'o''k"x' as t) as v` })).toMatchObject({
        columns: [{ name: `o'k"x` }],
        rows: [[1]],
      });
    });

    it('unpivots columns into rows beside the kept ones', async () => {
      const connection = await connect();
      const base = {
        relation: `(select 1 as id, 2 as a, cast(null as integer) as b)`,
        exclude: ['id'],
        fieldName: 'field_name',
        valueName: 'value',
      };
      const sql = library.unpivot({ ...base, castTo: 'varchar', columns: ['a', 'b'] });
      expect(sorted((await connection.query({ sql })).rows)).toEqual(['[1,"a","2"]', '[1,"b",null]']);
      const none = await connection.query({ sql: library.unpivot({ ...base, castTo: 'integer', columns: [] }) });
      expect(none.rows).toEqual([]);
      const [integer, text] = [dialect.typeName('integer'), dialect.typeName('text')];
      expect(none.columns.map((column) => column.type)).toEqual([integer, text, integer]);
    });

    it('aggregates texts in order, up to a limit, without NULLs', async () => {
      const connection = await connect();
      const from = `from (select 3 as a union all select 1 union all select null union all select 2) as v`;
      const one = async (expression: string, rows = from): Promise<Cell | undefined> =>
        (await connection.query({ sql: `select ${expression} ${rows}` })).rows[0]?.[0];
      expect(await one(library.listagg('a', `', '`, 'order by a desc', undefined))).toBe('3, 2, 1');
      expect(await one(library.listagg('a', `','`, 'a', 2))).toBe('1,2');
      expect(await one(library.listagg('a', `','`, undefined, undefined), 'from (select null as a) as v')).toBe(null);
      expect(await one(library.bool_or('a > 2'))).toBe(true);
      expect(await one(library.any_value('a'), 'from (select null as a union all select 4) as v')).toBe(4);
      expect(await one(library.any_value('a'), 'from (select 1 as a where false) as v')).toBe(null);
    });

    it('turns blank text into NULL and keeps other values and types', async () => {
      const connection = await connect();
      const { columns, rows } = await connection.query({
        sql: `select ${library.nullcheck(['a', 'b', 'n'])} from (select '  ' as a, ' x ' as b, 0 as n) as v`,
      });
      expect(rows).toEqual([[null, ' x ', 0]]);
      expect(columns.map((column) => column.type)).toEqual(['text', 'text', 'integer'].map((type) => dialect.typeName(type as 'text')));
    });

    it('masks with NULL of the same type, and knows the moment with its zone', async () => {
      const connection = await connect();
      const { columns } = await connection.query({
        sql: `select ${library.mask_null(`date '2024-01-01'`)} as d, ${library.current_timestamp()} as t`,
      });
      expect(columns.map((column) => column.type)).toEqual([dialect.typeName('date'), dialect.typeName('timestamptz')]);
    });

    it('generates numbers from one', async () => {
      const connection = await connect();
      expect((await connection.query({ sql: library.generate_series(3) })).rows).toEqual([[1], [2], [3]]);
      expect((await connection.query({ sql: library.generate_series(0) })).rows).toEqual([]);
    });

    it('measures great circles', async () => {
      const connection = await connect();
      const distance = async (lat1: string, lon1: string, lat2: string, lon2: string, unit: 'mi' | 'km'): Promise<number> =>
        Number((await connection.query({ sql: `select ${library.haversine_distance(lat1, lon1, lat2, lon2, unit)}` })).rows[0]?.[0]);
      const expected = miles(52.52, 13.405, 48.8566, 2.3522);
      expect(await distance('52.52', '13.405', '48.8566', '2.3522', 'mi')).toBeCloseTo(expected, 6);
      expect(await distance('52.52', '13.405', '48.8566', '2.3522', 'km')).toBeCloseTo(expected * 1.60934, 6);
      expect(await distance('0', '0', '0', '1', 'mi')).toBeCloseTo((3961 * Math.PI) / 180, 6);
    });

    it('names types that exist', async () => {
      const connection = await connect();
      for (const type of ['string', 'timestamp', 'float', 'numeric', 'bigint', 'int', 'boolean'] as const) {
        expect((await connection.query({ sql: `select cast(null as ${library.type_name(type)}) as v` })).rows).toEqual([[null]]);
      }
    });
  });
});
