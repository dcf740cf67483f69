import { beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../adapter/connection.ts';
import { library } from './library.ts';
import { rowsOf, targetOf, valueOf } from './open-test-session.ts';
import { openSession } from './session.ts';
import { createHash } from 'node:crypto';

let connection: Connection;
beforeAll(async () => {
  const session = await openSession(targetOf('/', { path: ':memory:' }));
  connection = await session.connect();
  return () => session.close();
});

const value = (expression: string): Promise<unknown> => valueOf(connection, `select ${expression}`);
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

describe('keys and hashes', () => {
  it('joins the texts of a surrogate key with dashes and spells NULL as dbt does', async () => {
    expect(await value(library.surrogate_key([`'a'`, '1', 'null', `''`]))).toBe(md5('a-1-_dbt_utils_surrogate_key_null_-'));
  });
  it('makes another key for NULL than for the empty text', async () => {
    expect(await value(library.surrogate_key(['null']))).not.toBe(await value(library.surrogate_key([`''`])));
  });
  it('hashes the text of a value and keeps NULL', async () => {
    expect(await value(library.hash('12'))).toBe(md5('12'));
    expect(await value(library.hash('null'))).toBe(null);
  });
});

describe('date_spine', () => {
  it('gives each day from start to before end as timestamps', async () => {
    const result = await connection.query({ sql: library.date_spine('day', `'2024-02-28'`, `'2024-03-02'`) });
    expect(result.columns).toEqual([{ name: 'date_day', type: 'TIMESTAMP' }]);
    expect(result.rows.map(([day]) => day).sort()).toEqual(['2024-02-28 00:00:00', '2024-02-29 00:00:00', '2024-03-01 00:00:00']);
  });
  it('counts months from the start, so that the 31st comes back', async () => {
    const rows = await rowsOf(connection, library.date_spine('month', `date '2024-01-31'`, `date '2024-04-01'`));
    expect(rows.map(([day]) => day).sort()).toEqual(['2024-01-31 00:00:00', '2024-02-29 00:00:00', '2024-03-31 00:00:00']);
  });
  it('gives no rows when start equals end or lies after it', async () => {
    expect(await rowsOf(connection, library.date_spine('day', `'2024-01-01'`, `'2024-01-01'`))).toEqual([]);
    expect(await rowsOf(connection, library.date_spine('day', `'2024-01-05'`, `'2024-01-01'`))).toEqual([]);
  });
  it('steps by week, quarter, year and hour', async () => {
    const count = async (part: string, end: string): Promise<number> =>
      (await rowsOf(connection, library.date_spine(part, `'2024-01-01'`, end))).length;
    expect(await count('week', `'2024-01-15'`)).toBe(2);
    expect(await count('week', `'2024-01-16'`)).toBe(3);
    expect(await count('quarter', `'2024-10-01'`)).toBe(3);
    expect(await count('year', `'2026-01-01'`)).toBe(2);
    expect(await count('hour', `'2024-01-01 02:30:00'`)).toBe(3);
  });
});

describe('dates', () => {
  it('adds parts, negative ones included, and clips to the end of the month', async () => {
    expect(await value(library.dateadd('month', '1', `date '2024-01-31'`))).toBe('2024-02-29 00:00:00');
    expect(await value(library.dateadd('day', '-1', `'2024-03-01'`))).toBe('2024-02-29 00:00:00');
    expect(await value(library.dateadd('quarter', '2', `date '2024-01-01'`))).toBe('2024-07-01 00:00:00');
    expect(await value(library.dateadd('hour', '1 + 1', `timestamp '2024-01-01 23:00:00'`))).toBe('2024-01-02 01:00:00');
  });
  it('counts boundaries between two moments', async () => {
    expect(await value(library.datediff(`'2023-12-31'`, `'2024-01-01'`, 'year'))).toBe(1);
    expect(await value(library.datediff(`'2024-01-31'`, `'2024-02-01'`, 'month'))).toBe(1);
    expect(await value(library.datediff(`'2024-03-31 23:59:00'`, `'2024-04-01'`, 'quarter'))).toBe(1);
    expect(await value(library.datediff(`'2024-01-01 10:59:59'`, `'2024-01-01 11:00:00'`, 'hour'))).toBe(1);
    expect(await value(library.datediff(`'2024-01-03'`, `'2024-01-01'`, 'day'))).toBe(-2);
  });
  it('counts the Sundays passed for weeks', async () => {
    // 2024-01-07 and 2024-01-14 are Sundays.
    expect(await value(library.datediff(`'2024-01-06'`, `'2024-01-07'`, 'week'))).toBe(1);
    expect(await value(library.datediff(`'2024-01-07'`, `'2024-01-13'`, 'week'))).toBe(0);
    expect(await value(library.datediff(`'2024-01-01'`, `'2024-01-15'`, 'week'))).toBe(2);
    expect(await value(library.datediff(`'2024-01-07'`, `'2024-01-06'`, 'week'))).toBe(-1);
    expect(await value(library.datediff(`'1969-12-27'`, `'1969-12-28'`, 'week'))).toBe(1);
  });
  it('truncates, weeks to Monday, and finds the last day', async () => {
    expect(await value(library.date_trunc('week', `date '2024-01-07'`))).toBe('2024-01-01 00:00:00');
    expect(await value(library.date_trunc('quarter', `'2024-05-17 10:00:00'`))).toBe('2024-04-01 00:00:00');
    expect(await value(library.last_day(`date '2024-02-10'`, 'month'))).toBe('2024-02-29');
    expect(await value(library.last_day(`'2024-02-10'`, 'quarter'))).toBe('2024-03-31');
    expect(await value(library.last_day(`date '2024-12-31'`, 'year'))).toBe('2024-12-31');
  });
  it('knows the current moment with its zone', async () => {
    expect(await value(`typeof(${library.current_timestamp()})`)).toBe('TIMESTAMP WITH TIME ZONE');
  });
});

describe('rows', () => {
  const table = `(values (1, 'a', 10), (1, 'b', 20), (null, 'c', 5), (null, null, 7)) as v(k, t, n)`;
  it('keeps one row for each partition, NULL being one, and rows with NULLs', async () => {
    const sql = library.deduplicate({ relation: `(select * from ${table})`, partitionBy: 'k', orderBy: 'n desc' });
    expect(await rowsOf(connection, `select * from (${sql}) order by k nulls last`)).toEqual([
      [1, 'b', 20],
      [null, null, 7],
    ]);
  });
  it('pivots values into quoted or plain columns', async () => {
    const base = { column: 't', values: ['a', 'b c', 1], agg: 'sum', then: 'n', else: '0', prefix: 'n_', suffix: '' };
    const rows = `(values ('a', 1), ('a', 2), ('b c', 4), ('1', 8)) as v(t, n)`;
    const quoted = await connection.query({ sql: `select ${library.pivot({ ...base, quote: true })} from ${rows}` });
    expect(quoted.columns.map((column) => column.name)).toEqual(['n_a', 'n_b c', 'n_1']);
    expect(quoted.rows).toEqual([[3, 4, 8]]);
    const plain = await connection.query({ sql: `select ${library.pivot({ ...base, quote: false })} from ${rows}` });
    expect(plain.columns.map((column) => column.name)).toEqual(['n_a', 'n_b_c', 'n_1']);
    const digits = library.pivot({ ...base, values: ['2024-01'], prefix: '', quote: false });
    expect(digits).toContain(' as _2024_01');
  });
  it('escapes the values of a pivot', async () => {
    const sql = library.pivot({ column: 't', values: [`o'k"x`], agg: 'sum', then: '1', else: '0', prefix: '', suffix: '', quote: true });
    expect(await connection.query({ sql: `select ${sql} from (values ('o''k"x')) as v(t)` })).toMatchObject({
      columns: [{ name: `o'k"x` }],
      rows: [[1]],
    });
  });
  it('unpivots columns into rows beside the kept ones', async () => {
    const sql = library.unpivot({
      relation: `(select 1 as id, 2 as a, null as b)`,
      castTo: 'varchar',
      exclude: ['id'],
      columns: ['a', 'b'],
      fieldName: 'field_name',
      valueName: 'value',
    });
    expect(await rowsOf(connection, `select * from (${sql}) order by field_name`)).toEqual([
      [1, 'a', '2'],
      [1, 'b', null],
    ]);
  });
  it('unpivots no columns into no rows', async () => {
    const sql = library.unpivot({
      relation: `(select 1 as id)`,
      castTo: 'integer',
      exclude: ['id'],
      columns: [],
      fieldName: 'f',
      valueName: 'v',
    });
    expect((await connection.query({ sql })).columns.map((column) => column.type)).toEqual(['INTEGER', 'VARCHAR', 'INTEGER']);
  });
  it('generates numbers from one', async () => {
    expect(await rowsOf(connection, library.generate_series(3))).toEqual([[1], [2], [3]]);
    expect(await rowsOf(connection, library.generate_series(0))).toEqual([]);
  });
});

describe('text', () => {
  it('masks all but the last characters, and short texts whole', async () => {
    expect(await value(library.mask_partial(`'4111111111111234'`, 4))).toBe('************1234');
    expect(await value(library.mask_partial(`'ab'`, 2))).toBe('**');
    expect(await value(library.mask_partial('null', 2))).toBe(null);
    expect(await value(library.mask_partial(`'größe'`, 0))).toBe('*****');
  });
  it('masks the local part of an address', async () => {
    expect(await value(library.mask_email(`'jane@example.com'`))).toBe('j***@example.com');
    expect(await value(library.mask_email(`'nobody'`))).toBe('***');
    expect(await value(library.mask_email('null'))).toBe(null);
  });
  it('masks with a hash, or NULL of the same type', async () => {
    expect(await value(library.mask_hash(`'x'`))).toBe(md5('x'));
    expect(await value(`typeof(${library.mask_null(`date '2024-01-01'`)})`)).toBe('DATE');
    expect(await value(library.mask_null('1'))).toBe(null);
  });
  it('joins texts and skips NULLs', async () => {
    expect(await value(library.concat_ws(`'-'`, [`'a'`, 'null', '1']))).toBe('a-1');
  });
  it('splits, with empty text for a missing part and counting from the end for negative ones', async () => {
    expect(await value(library.split_part(`'a-b-c'`, `'-'`, 2))).toBe('b');
    expect(await value(library.split_part(`'a-b-c'`, `'-'`, 9))).toBe('');
    expect(await value(library.split_part(`'a-b-c'`, `'-'`, -1))).toBe('c');
    expect(await value(library.split_part('null', `'-'`, 1))).toBe(null);
  });
  it('finds positions from one, zero when missing', async () => {
    expect(await value(library.position(`'b'`, `'abc'`))).toBe(2);
    expect(await value(library.position(`'z'`, `'abc'`))).toBe(0);
  });
  it('aggregates texts in order, up to a limit, without NULLs', async () => {
    const from = `from (values (3), (1), (null), (2)) as v(a)`;
    expect(await value(`${library.listagg('a', `', '`, 'order by a desc', undefined)} ${from}`)).toBe('3, 2, 1');
    expect(await value(`${library.listagg('a', `','`, 'a', 2)} ${from}`)).toBe('1,2');
    expect(await value(`${library.listagg('a', `','`, undefined, undefined)} from (select null as a)`)).toBe(null);
  });
  it('turns blank text into NULL and keeps other values and types', async () => {
    const result = await connection.query({
      sql: `select ${library.nullcheck(['a', 'b', 'n'])} from (select '  ' as a, ' x ' as b, 0 as n)`,
    });
    expect(result.columns).toEqual([
      { name: 'a', type: 'VARCHAR' },
      { name: 'b', type: 'VARCHAR' },
      { name: 'n', type: 'INTEGER' },
    ]);
    expect(result.rows).toEqual([[null, ' x ', 0]]);
  });
});

describe('numbers and types', () => {
  it('divides without integer division and gives NULL for zero', async () => {
    expect(await value(library.safe_divide('1', '2'))).toBe(0.5);
    expect(await value(library.safe_divide('1', '0'))).toBe(null);
    expect(await value(library.safe_divide('7', '2 + 2'))).toBe(1.75);
  });
  it('measures great circles in miles and kilometres', async () => {
    // Berlin to Paris, with the earth's radius of 3961 miles: computed with the haversine formula by hand.
    const radians = (degrees: number): number => (degrees * Math.PI) / 180;
    const [lat1, lon1, lat2, lon2] = [52.52, 13.405, 48.8566, 2.3522];
    const a =
      Math.sin(radians(lat2 - lat1) / 2) ** 2 + Math.cos(radians(lat1)) * Math.cos(radians(lat2)) * Math.sin(radians(lon2 - lon1) / 2) ** 2;
    const miles = 2 * 3961 * Math.asin(Math.sqrt(a));
    expect(await value(library.haversine_distance('52.52', '13.405', '48.8566', '2.3522', 'mi'))).toBeCloseTo(miles, 6);
    expect(await value(library.haversine_distance('52.52', '13.405', '48.8566', '2.3522', 'km'))).toBeCloseTo(miles * 1.60934, 6);
    expect(await value(library.haversine_distance('0', '0', '0', '1', 'mi'))).toBeCloseTo((3961 * Math.PI) / 180, 6);
  });
  it('puts values into buckets, with one below and one above', async () => {
    const bucket = (x: string): Promise<unknown> => value(library.width_bucket(x, '0', '10', '5'));
    expect(await Promise.all(['-1', '0', '1.9', '2', '9.99', '10', '99', 'null'].map(bucket))).toEqual([0, 1, 1, 2, 5, 6, 6, null]);
  });
  it('casts strictly or softly', async () => {
    expect(await value(library.cast(`'5'`, 'integer'))).toBe(5);
    expect(await value(library.safe_cast(`'x'`, 'integer'))).toBe(null);
    expect(await value(library.bool_or('b') + ' from (values (false), (true)) as v(b)')).toBe(true);
    expect(await value(library.any_value('b') + ' from (values (4)) as v(b)')).toBe(4);
  });
  it('names types that exist', async () => {
    for (const type of ['string', 'timestamp', 'float', 'numeric', 'bigint', 'int', 'boolean'] as const) {
      expect(await value(`cast(null as ${library.type_name(type)})`)).toBe(null);
    }
  });
});
