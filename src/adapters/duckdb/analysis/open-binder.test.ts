import { DuckDBInstance } from '@duckdb/node-api';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Binder, Binding, BindRequest, BoundQuery, Stub } from '../../../adapter/analysis.ts';
import type { EngineErrorDetails } from '../../../adapter/engine-error.ts';
import { openBinder } from './open-binder.ts';
import { StubTables } from './stub-tables.ts';
import { keepInstance, takeInstance } from '../spare-instance.ts';
import { openTestConnection } from '../open-test-session.ts';

function stub(name: string, columns: Readonly<Record<string, string>>, more: Partial<Stub> = {}): Stub {
  return {
    relation: { schema: 'shop', name },
    columns: Object.entries(columns).map(([column, type]) => ({ name: column, type })),
    ...more,
  };
}

const folder = mkdtempSync(join(tmpdir(), 'tx-binder-'));
let binder: Binder;
beforeAll(async () => {
  writeFileSync(join(folder, 'sales.csv'), 'id,amount\n1,2.5\n');
  writeFileSync(join(folder, 'sales.2024.json'), '[{"id": 1, "note": "x"}]');
  binder = await openBinder({ projectRoot: folder });
  const problems = await binder.declare([
    stub('orders', { id: 'INTEGER', amount: 'DECIMAL(18,2)', status: 'VARCHAR', placed: 'DATE' }, { primaryKey: ['id'] }),
    stub('customers', { id: 'INTEGER', name: 'VARCHAR' }),
  ]);
  expect(problems).toEqual([]);
  return async () => {
    await binder.close();
    rmSync(folder, { recursive: true });
  };
});

async function bind(request: string | BindRequest): Promise<Binding | undefined> {
  return (await binder.bind([typeof request === 'string' ? { sql: request } : request]))[0];
}

async function bound(request: string | BindRequest): Promise<BoundQuery> {
  const binding = await bind(request);
  if (binding?.kind !== 'bound') throw new Error(JSON.stringify(binding));
  return binding.query;
}

async function refused(request: string | BindRequest): Promise<EngineErrorDetails> {
  const binding = await bind(request);
  if (binding?.kind !== 'refused') throw new Error(JSON.stringify(binding));
  return binding.error;
}

const columnsOf = async (request: string | BindRequest): Promise<readonly (readonly [string, string])[]> =>
  (await bound(request)).columns.map(({ name, type }) => [name, type]);

describe('a query that does not bind', () => {
  it('has its unknown column, the near name, and its place behind wide characters', async () => {
    const sql = `select 'é😀' as a, amont from shop.orders`;
    expect(await refused(sql)).toMatchObject({
      kind: 'unknown-column',
      name: 'amont',
      position: sql.indexOf('amont'),
    });
  });
  it('has its unknown relation and the near name', async () => {
    const sql = 'select * from shop.order';
    expect(await refused(sql)).toMatchObject({ kind: 'unknown-relation', name: 'order', position: sql.indexOf('shop.order') });
  });
  it.each([
    ['select sum(name) from shop.customers', 'type-mismatch', 'sum('],
    ['select * from shop.orders where amount > placed', 'type-mismatch', '>'],
    ['select id from shop.orders join shop.customers on true', 'ambiguous', 'id'],
    ['select case when true then placed else id end from shop.orders', 'type-mismatch', 'case'],
    ['select nope(id) from shop.orders', 'unknown-function', 'nope'],
    ['select id, sum(amount) from shop.orders', 'meaningless', 'id'],
    ['select cast(id as nope) from shop.orders', 'unknown-type', 'nope'],
  ])('%s', async (sql, kind, at) => {
    const error = await refused(sql);
    expect(error.kind).toBe(kind);
    expect(sql.slice(error.position)).toMatch(new RegExp(`^${at}`.replace('(', '\\(')));
  });
  it('does not keep others from binding', async () => {
    const bindings = await binder.bind(['select 1 as a', 'select nope', 'select 2 as b'].map((sql) => ({ sql })));
    expect(bindings.map(({ kind }) => kind)).toEqual(['bound', 'refused', 'bound']);
  });
  it('is nothing that leaves the text: a comment at the end, a semicolon', async () => {
    expect(await columnsOf('select id from shop.orders; -- the end')).toEqual([['id', 'INTEGER']]);
  });
});

describe('types that do not fit', () => {
  it.each([
    [`select 'é' as e from shop.orders join shop.customers on placed = customers.id`, 'INTEGER', 'DATE', 'customers.id'],
    ['select placed from shop.orders union all select id from shop.customers', 'INTEGER', 'DATE', 'id from shop.customers'],
    ['select id in (placed, null) as a from shop.orders', 'INTEGER', 'DATE', 'id'],
    ['with a as (select [id] as ids from shop.orders) select * from a where ids = 1', 'INTEGER', 'INTEGER[]', '1'],
    ['select cast(amount as uuid) as a from shop.orders', 'DECIMAL(18,2)', 'UUID', 'cast'],
  ])('%s', async (sql, from, to, at) => {
    expect((await bound(sql)).misfits).toEqual([{ from, to, position: sql.lastIndexOf(at) }]);
  });
  it.each(['id > 1', 'id between 1 and 2', 'id > 1 and id < 9', 'not (id > 1)', 'id in (1, 2)', 'id is null', 'exists (from shop.orders)'])(
    'are none where what is true or false becomes a number: %s',
    async (condition) => {
      const sql = `select cast(${condition} as integer) as a, cast(${condition} as date) as b from shop.orders`;
      const { columns, misfits } = await bound(sql);
      expect(columns.map(({ type }) => type)).toEqual(['INTEGER', 'DATE']);
      expect(misfits.map(({ from, to }) => [from, to])).toEqual([['BOOLEAN', 'DATE']]);
    },
  );
  it('are such that the engine itself cannot cast, all but a few of them', async () => {
    const connection = await openTestConnection();
    const ids = [
      'BOOLEAN',
      'INTEGER',
      'UBIGINT',
      'DOUBLE',
      'DECIMAL(18,2)',
      'DATE',
      'TIMESTAMP',
      'TIMESTAMP WITH TIME ZONE',
      'TIME',
      'INTERVAL',
      'UUID',
      'VARCHAR',
      'INTEGER[]',
      'STRUCT(a INTEGER)',
      'MAP(INTEGER, INTEGER)',
    ];
    const samples = [
      `true`,
      `1`,
      `1`,
      `1.5`,
      `1.5`,
      `date '2020-01-01'`,
      `timestamp '2020-01-01'`,
      `timestamptz '2020-01-01'`,
      `time '12:00'`,
      `interval 1 day`,
      `uuid()`,
      `'1'`,
      `[1]`,
      `{'a': 1}`,
      `map([1], [1])`,
    ];
    const unseen: string[] = [];
    for (const [from, sample] of samples.entries()) {
      for (const to of ids) {
        const value = `cast(${sample} as ${ids[from]})`;
        const failure = await connection.query({ sql: `select cast(v as ${to}) from (select ${value} as v)` }).then(
          () => '',
          (cause: unknown) => String(cause),
        );
        const { misfits } = await bound(`select cast(v as ${to}) as c from (select ${value} as v)`);
        const impossible = /Unimplemented type/.test(failure);
        if (misfits.length > 0) expect(impossible, `${ids[from]} to ${to}`).toBe(true);
        else if (impossible) unseen.push(`${ids[from]} to ${to}`);
      }
    }
    expect(unseen).toEqual([
      'DATE to TIME',
      'TIMESTAMP WITH TIME ZONE to TIME',
      'INTEGER[] to STRUCT(a INTEGER)',
      'INTEGER[] to MAP(INTEGER, INTEGER)',
      'STRUCT(a INTEGER) to INTEGER[]',
      'MAP(INTEGER, INTEGER) to INTEGER[]',
      'MAP(INTEGER, INTEGER) to STRUCT(a INTEGER)',
    ]);
  });
});

describe('declaring', () => {
  it('replaces a relation of the same name, in whatever case', async () => {
    await binder.declare([stub('changing', { a: 'INTEGER' })]);
    expect(await columnsOf('from shop.changing')).toEqual([['a', 'INTEGER']]);
    await binder.declare([stub('Changing', { b: 'VARCHAR' })]);
    const { columns, inputs } = await bound('from shop.CHANGING');
    expect(columns.map(({ name }) => name)).toEqual(['b']);
    expect(inputs).toEqual([{ kind: 'relation', relation: { schema: 'shop', name: 'Changing' }, columns: ['b'] }]);
  });
  it('tells which type is none, and declares the others', async () => {
    const problems = await binder.declare([
      stub('good', { a: 'INTEGER' }),
      stub('bad', { a: 'INTEGER', b: 'integr' }),
      stub('doubled', { a: 'INTEGER', A: 'INTEGER' }),
    ]);
    expect(problems).toMatchObject([
      { relation: { name: 'bad' }, column: 'b', error: { message: expect.stringContaining('integr') } },
      { relation: { name: 'doubled' }, error: { message: expect.stringContaining('already exists') } },
    ]);
    expect(problems[1]?.column).toBe(undefined);
    expect(await columnsOf('from shop.good')).toEqual([['a', 'INTEGER']]);
    expect(await refused('from shop.bad')).toMatchObject({ kind: 'unknown-relation' });
  });
  it.each(['INTEGER); drop table shop.orders; --', 'INTEGER, b INTEGER', 'INTEGER -- x', '', 'DECIMAL(4'])(
    'refuses %j as a type',
    async (type) => {
      expect(await binder.declare([stub('attack', { a: type })])).toMatchObject([{ column: 'a', error: { kind: 'syntax' } }]);
      expect((await bound('from shop.orders')).columns).toHaveLength(4);
    },
  );
  it('takes every type of the engine as the binder spells it, and as the catalog does', async () => {
    const connection = await openTestConnection();
    await connection.run({
      sql: `create table every as select *, null::json as json, {'select': 1, 'Two Words': [null::enum('a', 'b''c')]} as nested from test_all_types() limit 0`,
    });
    const { rows } = await connection.query({
      sql: `select column_name, data_type from duckdb_columns() where table_name = 'every' order by column_index`,
    });
    const types = rows.map(([name, type]) => [String(name), String(type)] as const);
    expect(types.length).toBeGreaterThan(50);
    expect(await binder.declare([stub('every', Object.fromEntries(types))])).toEqual([]);
    expect(await columnsOf('from shop.every')).toEqual(types);
  });
  it('carries proofs from one query to the next', async () => {
    const { columns, proofs } = await bound('select status, count(*) as n from shop.orders group by status');
    expect(proofs).toEqual({ notNull: ['n'], unique: [['status']] });
    await binder.declare([{ relation: { schema: 'shop', name: 'counts' }, columns, proofs }]);
    expect((await bound('select STATUS as kind, N from shop.counts')).proofs).toEqual({ notNull: ['n'], unique: [['kind']] });
  });
});

describe('more relations than are kept as tables', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const columnOf = (name: string): Stub => stub(name, { [`of_${name}`]: 'INTEGER' });
  const reading = (...read: readonly string[]): BindRequest => ({
    sql: `select * from ${read.map((name) => `shop.${name}`).join(', ')}`,
    reads: read.map((name) => ({ schema: 'shop', name: name.toUpperCase() })),
  });
  const told = (bindings: readonly Binding[]) =>
    bindings.map((binding) => (binding.kind === 'bound' ? binding.query.columns.map(({ name }) => name) : binding.error.name));

  it('are there for whoever says that it reads them, and for whoever does not', async () => {
    const small = await openBinder({ projectRoot: folder }, 2);
    try {
      for (const name of names) expect(await small.declare([columnOf(name)])).toEqual([]);
      expect(told(await small.bind([reading('a', 'b', 'c'), reading('f')]))).toEqual([['of_a', 'of_b', 'of_c'], ['of_f']]);
      // In batches, each of which reads others.
      const many = Array.from({ length: 90 }, (_, at) => reading(names[Math.floor(at / 32)] ?? 'a', names[(at % 3) + 3] ?? 'a'));
      expect(told(await small.bind(many))).toEqual(many.map((_, at) => [`of_${names[Math.floor(at / 32)]}`, `of_${names[(at % 3) + 3]}`]));
      const silent = { sql: 'select x.of_a from shop.a as x', reads: [] };
      expect(told(await small.bind([silent, { sql: 'select * from shop.nowhere', reads: [] }]))).toEqual([['of_a'], 'nowhere']);
      expect(told(await small.bind([{ sql: `select * from ${names.map((name) => `shop.${name}`).join(', ')}` }]))).toEqual([
        names.map((name) => `of_${name}`),
      ]);
      await small.declare([stub('a', { other: 'INTEGER' })]);
      for (const name of names.slice(1)) await small.declare([columnOf(name)]);
      expect(told(await small.bind([reading('a')]))).toEqual([['other']]);
    } finally {
      await small.close();
    }
  });

  it('leave only so many tables', async () => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const tables = new StubTables(connection, 2);
    const standing = async () =>
      (await connection.runAndReadAll("select table_name from duckdb_tables() where schema_name = 'shop' order by 1")).getRows().flat();
    for (const name of names) await tables.declare([columnOf(name)]);
    expect(await standing()).toHaveLength(2);
    await tables.prepare([reading('a')]);
    await tables.prepare([reading('b')]);
    expect(await standing()).toEqual(['a', 'b']);
    expect(await tables.putBackAll()).toBe(true);
    expect(await standing()).toEqual(names);
    expect(await tables.putBackAll()).toBe(false);
  });
});

describe('names of output columns', () => {
  it('tells names that the engine invented from those of the query', async () => {
    const { columns } = await bound(
      `select orders.*, 1 + 1, count(*) over (), amount * 2 as "amount * 2", (select max(id) from shop.customers), null from shop.orders`,
    );
    expect(columns.map(({ name, unnamed }) => [name, unnamed])).toEqual([
      ['id', undefined],
      ['amount', undefined],
      ['status', undefined],
      ['placed', undefined],
      ['(1 + 1)', true],
      ['count() OVER ()', true],
      ['amount * 2', undefined],
      ['(SELECT max(id) FROM shop.customers)', true],
      ['NULL', true],
    ]);
  });
  it('asks the first part of a union, and leaves alone what stands between two stars', async () => {
    expect((await bound('select id + 1 from shop.orders union all select id as named from shop.customers')).columns).toMatchObject([
      { unnamed: true },
    ]);
    const { columns } = await bound('select orders.* exclude (status, placed), 1 + 1, customers.*, 2 + 2 from shop.orders, shop.customers');
    expect(columns.filter(({ unnamed }) => unnamed).map(({ name }) => name)).toEqual(['(2 + 2)']);
  });
  it('tells which name a column shares', async () => {
    const { columns } = await bound('select *, status as id_2 from shop.orders join shop.customers on true');
    expect(columns.map(({ name, duplicateOf }) => [name, duplicateOf])).toEqual([
      ['id', undefined],
      ['amount', undefined],
      ['status', undefined],
      ['placed', undefined],
      ['id_1', 'id'],
      ['name', undefined],
      ['id_2', undefined],
    ]);
  });
});

describe('files in a query', () => {
  const functionInput = (name: string, ...columns: readonly string[]): object => ({ kind: 'function', name, columns });
  it('are read for their columns alone, by name, by path and without an alias', async () => {
    expect(await columnsOf(`select read_csv.amount from read_csv('sales.csv') where id > 1`)).toEqual([['amount', 'DOUBLE']]);
    const { columns, inputs } = await bound(`select s.id, note from 'sales.csv' as s join 'sales.2024.json' on sales.id = s.id`);
    expect(columns.map(({ name, type }) => [name, type])).toEqual([
      ['id', 'BIGINT'],
      ['note', 'VARCHAR'],
    ]);
    expect(inputs).toEqual([functionInput('sales.csv', 'id'), functionInput('sales.2024.json', 'id', 'note')]);
  });
  it('may be read with options, behind wide characters, under names for their columns', async () => {
    const { columns } = await bound(`select 'é' as e, a from read_csv('sales.csv', header = true, delim = ',') as f(a, b)`);
    expect(columns[1]).toMatchObject({ name: 'a', type: 'BIGINT', sources: [{ kind: 'identity' }] });
  });
  it('that are not there are errors at their place', async () => {
    const sql = `select 1 from read_csv('nowhere.csv')`;
    expect(await refused(sql)).toMatchObject({ kind: 'io', position: sql.indexOf('read_csv') });
  });
  it('that are declared need not be there', async () => {
    await binder.declare([stub('raw', { id: 'INTEGER', label: 'VARCHAR' }, { primaryKey: ['id'] })]);
    const text = `read_csv('nowhere.csv', "header" = true)`;
    const files = [{ text, relation: { schema: 'shop', name: 'raw' } }];
    const query = await bound({ sql: `select r.id, count(*) as n from ${text} as r join ${text} using (id) group by r.id`, files });
    expect(query.inputs).toEqual([{ kind: 'relation', relation: { schema: 'shop', name: 'raw' }, columns: ['id'] }]);
    expect(query.proofs.unique).toEqual([['id']]);
    const sql = `select read_csv.id, 'é' as e, lable from ${text} where read_csv.id > 1`;
    expect(await refused({ sql, files })).toMatchObject({ kind: 'unknown-column', candidates: ['label'], position: sql.indexOf('lable') });
  });
});

describe('a query whose plan cannot be shown', () => {
  it('has its columns, and opaque edges from everything that it names', async () => {
    const query = await bound(
      `select amount, c.id from query('from read_csv(''sales.csv'')') as q join shop.customers as c on c.id = q.id`,
    );
    expect(query.columns.map(({ name, type }) => [name, type])).toEqual([
      ['amount', 'DOUBLE'],
      ['id', 'INTEGER'],
    ]);
    const everything = ['id', 'name'].map((column) => ({ input: 0, column, kind: 'opaque' }));
    expect(query.columns.map(({ sources }) => sources)).toEqual([everything, everything]);
    expect(query.influences).toEqual(everything);
    expect(query.proofs).toEqual({ notNull: [], unique: [] });
    expect(query.opaque).toEqual([{ kind: 'plan', name: 'query' }]);
  });
  it('is found again when only one of its columns makes it so', async () => {
    const query = await bound('select * from unnest([1, 2]) with ordinality');
    expect(query.columns.map(({ name, type, sources }) => [name, type, sources])).toEqual([
      ['unnest', 'INTEGER', []],
      ['ordinality', 'BIGINT', []],
    ]);
  });
});

describe('an aggregate', () => {
  it.each([
    ['count(name)', true],
    ['count(distinct name) * 2', true],
    ['count(*) filter (where name is null) + count(name)', true],
    ['approx_count_distinct(name)', true],
    ['regr_count(id, length(name))', true],
    ['(select count(name) from shop.customers)', true],
    ['max(count(name)) over ()', true],
    ['count(name) over (order by id)', true],
    ['max(name)', false],
    ['any_value(name)', false],
    ['sum(length(name))', false],
    ['list(name)', false],
    ['json_group_array(name)', false],
    ['arg_max(name, id)', false],
    ['to_json({e: max(name)})', false],
    ['(select max(name) from shop.customers)', false],
    ['max(name) || count(name)', false],
    ['count(name) || max(name)', false],
  ])('%s only counts: %s', async (sql, counts) => {
    const query = await bound(`select ${sql} as x from shop.customers`);
    const edge = query.columns[0]?.sources.find(({ column }) => column === 'name');
    expect(edge?.kind).toBe('aggregation');
    expect(edge?.counted === true).toBe(counts);
  });
});

describe('size', () => {
  it('binds a query of 500 columns', async () => {
    await binder.declare([stub('wide', Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`c${at}`, 'INTEGER'])))]);
    const { columns } = await bound(
      `with a as (select * from shop.wide where c0 > 1), b as (select *, ${Array.from({ length: 500 }, (_, at) => `c${at} + c${499 - at} as d${at}`).join(', ')} from a) select * from b`,
    );
    expect(columns).toHaveLength(1000);
    expect(columns[499]?.sources).toEqual([{ input: 0, column: 'c499', kind: 'identity' }]);
    expect(columns[503]?.sources.map(({ column }) => column)).toEqual(['c3', 'c496']);
  });
  it('binds a chain of 300 CTEs', async () => {
    const ctes = Array.from({ length: 300 }, (_, at) => `c${at + 1} as (select id + 1 as id from c${at} where id > ${at})`);
    const query = await bound(`with c0 as (select id from shop.orders), ${ctes.join(', ')} select id from c300`);
    expect(query.columns[0]?.sources).toEqual([{ input: 0, column: 'id', kind: 'transformation' }]);
    expect(query.influences).toEqual([{ input: 0, column: 'id', kind: 'filter' }]);
  });
  it('binds 150 queries inside each other', async () => {
    const sql = Array.from({ length: 150 }).reduce<string>(
      (inner) => `select * from (${inner}) as q where id > 0`,
      'select id from shop.orders',
    );
    expect((await bound(sql)).columns[0]?.sources).toEqual([{ input: 0, column: 'id', kind: 'identity' }]);
  });
  it('binds a union of 1,000 queries and a sum of 900 terms', async () => {
    const union = Array.from({ length: 1000 }, (_, at) => `select id + ${at} as n from shop.orders`).join(' union all ');
    expect((await bound(union)).columns[0]?.sources).toEqual([{ input: 0, column: 'id', kind: 'transformation' }]);
    const sum = Array.from({ length: 900 }, () => 'id').join(' + ');
    expect((await bound(`select ${sum} as n from shop.orders`)).columns[0]?.sources).toHaveLength(1);
  });
  it('gives bindings in the order of their requests, however many', async () => {
    const requests = Array.from({ length: 150 }, (_, at) => ({ sql: at % 7 === 3 ? `select nope_${at}` : `select ${at} as c${at}` }));
    const bindings = await binder.bind(requests);
    expect(bindings.map((binding) => (binding.kind === 'bound' ? binding.query.columns[0]?.name : binding.error.name))).toEqual(
      requests.map((_, at) => (at % 7 === 3 ? `nope_${at}` : `c${at}`)),
    );
    expect(await binder.bind([])).toEqual([]);
  });
  it('gives data that could be written as JSON', async () => {
    const query = await bound('select status, max(amount) as most from shop.orders where placed is not null group by status');
    expect(JSON.parse(JSON.stringify(query))).toEqual(query);
  });
});

describe('a binder', () => {
  it('knows nothing of another, and checks queries as an analyzer does', async () => {
    const other = await openBinder({ projectRoot: folder });
    expect(await other.bind([{ sql: 'from shop.orders' }])).toMatchObject([{ kind: 'refused', error: { kind: 'unknown-relation' } }]);
    expect(await other.checkQuery('select 1; select 2')).toMatchObject({ kind: 'several-statements' });
    await other.close();
  });
  it('has the settings of the target, and leaves it to the database to refuse one', async () => {
    const other = await openBinder({ projectRoot: folder, settings: { settings: { nonsense: 1, old_implicit_casting: true } } });
    expect(await other.bind([{ sql: 'select substring(123, 1, 1) as x' }])).toMatchObject([
      { query: { columns: [{ name: 'x', type: 'VARCHAR' }] } },
    ]);
    await other.close();
  });
  it('leaves its engine as good as new to whoever needs one next', async () => {
    const first = await openBinder({ projectRoot: folder, settings: { settings: { old_implicit_casting: true } } });
    await first.declare([{ relation: { schema: 'shop', name: 'orders' }, columns: [{ name: 'id', type: 'INTEGER' }] }]);
    await first.close();
    const instance = await takeInstance();
    const connection = await instance.connect();
    const asked = await connection.runAndReadAll(`select count(*)::int, current_setting('old_implicit_casting'),
      current_setting('pivot_filter_threshold')::int, current_setting('file_search_path'), current_database() from duckdb_tables()`);
    expect(asked.getRows()).toEqual([[0, false, 20, '', 'memory']]);
    expect((await connection.runAndReadAll('show databases')).getRows()).toEqual([['memory']]);
    connection.disconnectSync();
    keepInstance(instance);
  });
  it('executes nothing', async () => {
    const query = await bound(`select error('never') as e, 1 / 0 as f from range(100000000000)`);
    expect(query.columns.map(({ name }) => name)).toEqual(['e', 'f']);
  });
});
