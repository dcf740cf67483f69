import { describe, expect, it, onTestFinished } from 'vitest';
import type { Binder, Binding } from '../../adapter/analysis.ts';
import { readView } from './analysis/bound-view.ts';
import { watchWire } from '../../../tests/support/watch-wire.ts';
import {
  apartCasts,
  counts,
  equalities,
  neighbours,
  numbering,
  overRows,
  strictCasts,
  strictFunctions,
  unnesting,
} from './analysis/trusted-functions.ts';
import { openTestSession, rowsOf, targetOf, useTestDatabase } from './open-test-session.ts';
import { openTargetBinder } from './target-binder.ts';

const database = useTestDatabase();

const orders = {
  relation: { schema: 'main', name: 'orders' },
  columns: [
    { name: 'id', type: 'integer' },
    { name: 'paid at', type: 'timestamp(3) without time zone' },
    { name: 'code', type: 'character varying(4)' },
  ],
};

async function openBinder(): Promise<Binder> {
  const binder = await openTargetBinder(targetOf({ url: database.url() }));
  onTestFinished(() => binder.close());
  expect(await binder.declare([orders])).toEqual([]);
  return binder;
}

const typesOf = (binding: Binding | undefined): unknown =>
  binding?.kind === 'bound' ? binding.query.columns.map(({ name, type }) => `${name} ${type}`) : binding;

const all = ['id integer', 'paid at timestamp(3) without time zone', 'code character varying(4)'];

describe('queries over relations that are nowhere', () => {
  it('have columns and types, many at once', async () => {
    const binder = await openBinder();
    const queries = Array.from({ length: 120 }, (_, at) => ({ sql: `select *, ${at} as n from "main"."orders"` }));
    const bindings = await binder.bind(queries);
    expect(new Set(bindings.map((binding) => JSON.stringify(typesOf(binding))))).toEqual(new Set([JSON.stringify([...all, 'n integer'])]));
  });

  it('are refused one by one, with the place, and the others are not', async () => {
    const binder = await openBinder();
    const [good, bad, other, misfit, nowhere] = await binder.bind([
      { sql: 'select id from "main"."orders"' },
      { sql: 'select nope from "main"."orders"' },
      { sql: 'select code from "main"."orders"' },
      { sql: 'select sum(code) from "main"."orders"' },
      { sql: 'select no_such(code) from "main"."orders"' },
    ]);
    // The server has one code for both.
    const message = 'function sum(character varying) does not exist, only with other arguments';
    expect(misfit).toMatchObject({ kind: 'refused', error: { kind: 'type-mismatch', position: 7, message } });
    expect(nowhere).toMatchObject({ kind: 'refused', error: { kind: 'unknown-function', position: 7 } });
    expect(typesOf(good)).toEqual(['id integer']);
    expect(bad).toMatchObject({ kind: 'refused', error: { kind: 'unknown-column', position: 7 } });
    expect(typesOf(other)).toEqual(['code character varying(4)']);
    expect(typesOf((await binder.bind([{ sql: 'select * from "main"."orders"' }]))[0])).toEqual(all);
  });

  it.each([
    ['select orders.ctid is null as c, orders.id from "main"."orders"', ['c boolean', 'id integer']],
    ['select id from "main"."orders" tablesample system (10)', ['id integer']],
    ['select id from "main"."orders" for update', ['id integer']],
  ])('may ask for what only tables have: %s', async (sql, columns) => {
    const binder = await openBinder();
    expect(typesOf((await binder.bind([{ sql }]))[0])).toEqual(columns);
    expect(typesOf((await binder.bind([{ sql: 'select 1 as n' }, { sql }]))[1])).toEqual(columns);
  });

  it('may ask for it of what gives its rows to columns of others, which stay as they are', async () => {
    const binder = await openBinder();
    const [whole, deeper, other] = ['whole', 'deeper', 'other'].map((name) => ({ schema: 'main', name }));
    if (whole === undefined || deeper === undefined || other === undefined) throw new Error('three names give three relations');
    await binder.declare([{ relation: whole, columns: [{ name: 'w', type: 'orders' }] }]);
    await binder.declare([
      { relation: deeper, columns: [{ name: 'd', type: 'whole' }] },
      { relation: other, columns: [{ name: 'n', type: 'bigint' }] },
    ]);
    const asked = [
      { sql: 'select o.ctid is null as c, o.id from "main"."orders" as o' },
      { sql: 'select ((d.d).w).code, o.n from "main"."deeper" as d, "main"."other" as o' },
      { sql: 'select w.w, w.ctid is null as c from "main"."whole" as w' },
    ];
    const expected = [
      ['c boolean', 'id integer'],
      ['code character varying(4)', 'n bigint'],
      ['w orders', 'c boolean'],
    ];
    expect((await binder.bind(asked)).map(typesOf)).toEqual(expected);
    expect(lineageOf((await binder.bind(asked))[1])).toMatchObject({
      columns: ['code transformation main.deeper.d', 'n identity main.other.n'],
    });
  });

  it('tell what is only counted from what is told', async () => {
    const counting = ['count(code)', 'count(distinct code) * 2', '(select count(code) from "main"."orders")', 'max(count(code)) over ()'];
    const telling = [
      'max(code)',
      'sum(length(code))',
      'array_agg(code)',
      'json_agg(code)',
      '(select max(code) from "main"."orders")',
      'array(select code from "main"."orders")',
      'count(code) || max(code)',
    ];
    const binder = await openBinder();
    const bindings = await binder.bind([...counting, ...telling].map((sql) => ({ sql: `select ${sql} as x from "main"."orders"` })));
    const edges = bindings.map((binding) => (binding.kind === 'bound' ? binding.query.columns[0]?.sources : binding));
    const edge = { input: 0, column: 'code', kind: 'aggregation' };
    expect(edges).toEqual([...counting.map(() => [{ ...edge, counted: true }]), ...telling.map(() => [edge])]);
  });

  it('read what is declared anew, and a type that is none is told of its relation', async () => {
    const binder = await openBinder();
    expect(await binder.declare([{ ...orders, columns: [{ name: 'id', type: 'text' }] }])).toEqual([]);
    expect(typesOf((await binder.bind([{ sql: 'select * from "main"."orders"' }]))[0])).toEqual(['id text']);
    const wrong = { relation: { schema: 'main', name: 'wrong' }, columns: [{ name: 'x', type: 'no_type' }] };
    const right = { relation: { schema: 'other', name: 'orders' }, columns: [{ name: 'y', type: 'date' }] };
    expect(await binder.declare([wrong, right])).toMatchObject([{ relation: wrong.relation, column: 'x' }]);
    expect(typesOf((await binder.bind([{ sql: 'select a.*, b.* from "main"."orders" as a, "other"."orders" as b' }]))[0])).toEqual([
      'id text',
      'y date',
    ]);
    expect(await binder.declare([{ relation: { schema: 'main', name: 'none' }, columns: [] }])).toEqual([]);
  });
});

const lineageOf = (binding: Binding | undefined): unknown =>
  binding?.kind === 'bound'
    ? {
        columns: binding.query.columns.map(({ name, sources }) =>
          [
            name,
            ...sources.map(({ input, column, kind }) => {
              const from = binding.query.inputs[input];
              return `${kind} ${from?.kind === 'relation' ? `${from.relation.schema}.${from.relation.name}` : `${from?.name}()`}.${column}`;
            }),
          ].join(' '),
        ),
        opaque: binding.query.opaque,
      }
    : binding;

describe('where columns come from', () => {
  const sql = 'select a.id, b.code || a.code as code from "main"."orders" as a join "other"."orders" as b on b.id = a.id';
  const expected = {
    columns: ['id identity main.orders.id', 'code transformation other.orders.code transformation main.orders.code'],
    opaque: [],
  };

  it('is told of relations of one name by their schemas, before and after the server refused something', async () => {
    const binder = await openBinder();
    const other = {
      relation: { schema: 'other', name: 'orders' },
      columns: [
        { name: 'code', type: 'text' },
        { name: 'id', type: 'bigint' },
      ],
    };
    expect(await binder.declare([other])).toEqual([]);
    expect(lineageOf((await binder.bind([{ sql }]))[0])).toEqual(expected);
    const [refused, again] = await binder.bind([{ sql: 'select nope' }, { sql }]);
    expect(refused).toMatchObject({ kind: 'refused' });
    expect(lineageOf(again)).toEqual(expected);
    expect(await binder.declare([{ ...other, columns: [{ name: 'new', type: 'text' }, ...other.columns] }])).toEqual([]);
    expect(lineageOf((await binder.bind([{ sql }]))[0])).toEqual(expected);
  });

  it('is told of what nobody declared by its own names: a table with a dropped column, the catalog, functions', async () => {
    const admin = await openTestSession({ url: database.url() });
    const connection = await admin.connect();
    await connection.run(
      { sql: 'create table public.standing (a integer, gone integer, "b c" text)' },
      { sql: 'alter table public.standing drop column gone' },
      { sql: `create function public.twice(n integer) returns setof integer language sql as 'select n union all select n'` },
    );
    const binder = await openBinder();
    const queries = [
      { sql: 'select x.z, o.id from public.standing as x(y, z) join "main"."orders" as o on o.id = x.y' },
      { sql: 'select relname from pg_catalog.pg_class' },
      { sql: 'select t.n from public.twice(3) as t(n)' },
      { sql: "select current_setting from current_setting('TimeZone')" },
      { sql: 'select s.id from (select o as whole from "main"."orders" as o) as w, lateral (select (w.whole).id) as s' },
    ];
    const bindings = await binder.bind(queries);
    expect(bindings.map(lineageOf)).toEqual([
      { columns: ['z identity public.standing.b c', 'id identity main.orders.id'], opaque: [] },
      { columns: ['relname identity pg_catalog.pg_class.relname'], opaque: [] },
      { columns: ['n identity twice().n'], opaque: [] },
      { columns: ['current_setting identity current_setting().current_setting'], opaque: [] },
      { columns: ['id identity main.orders.id'], opaque: [] },
    ]);
    expect((await binder.bind(queries)).map(lineageOf)).toEqual(bindings.map(lineageOf));
  });

  it('stays open where a query is thousands of queries deep, or its tree is none', async () => {
    const binder = await openBinder();
    const deep = `${'select * from ('.repeat(700)}select id from "main"."orders"${') as t'.repeat(700)}`;
    const [first, second] = await binder.bind([{ sql: deep }, { sql: 'select id from "main"."orders"' }]);
    expect(lineageOf(first)).toEqual({ columns: ['id identity main.orders.id'], opaque: [] });
    expect(lineageOf(second)).toEqual({ columns: ['id identity main.orders.id'], opaque: [] });
    const level = '{QUERY :rtable ({RANGETBLENTRY :rtekind 1 :subquery ';
    const from =
      '}) :jointree {FROMEXPR :fromlist ({RANGETBLREF :rtindex 1})} :targetList ({TARGETENTRY :expr {VAR :varno 1 :varattno 1}})}';
    const none = { relation: () => undefined, function: () => undefined };
    for (const tree of [`(${level.repeat(30_000)}{QUERY}${from.repeat(30_000)})`, '', '({PLAN})', '({QUERY} {QUERY})', '<>']) {
      const view = { columns: [], rows: [['id', 'integer', tree]] };
      expect(readView(view, none)).toMatchObject({ columns: [{ name: 'id', type: 'integer', sources: [] }], opaque: [{ kind: 'plan' }] });
    }
  });

  it('costs no round trip more than the columns alone, and one for names of the server', async () => {
    const wire = await watchWire(database.url());
    const binder = await openTargetBinder(targetOf({ url: wire.url }));
    onTestFinished(() => binder.close());
    wire.take();
    await binder.declare([orders]);
    expect(wire.take()).toHaveLength(1);
    await binder.bind(Array.from({ length: 120 }, (_, at) => ({ sql: `select *, ${at} as n from "main"."orders"` })));
    const batches = wire.take();
    expect(batches.map(({ statements }) => statements.length)).toEqual([103, 103, 43]);
    const series = { sql: 'select n from generate_series(1, 3) as s(n)' };
    await binder.bind([series, { sql: 'select id from "main"."orders"' }]);
    expect(wire.take()).toHaveLength(2);
    await binder.bind([series, series]);
    expect(wire.take()).toHaveLength(1);
  });

  it('costs the same for each query that is refused, however much is declared', async () => {
    const costs: (readonly number[])[] = [];
    for (const declared of [1, 40]) {
      const wire = await watchWire(database.url());
      const binder = await openTargetBinder(targetOf({ url: wire.url }));
      onTestFinished(() => binder.close());
      const others = Array.from({ length: declared }, (_, at) => ({ ...orders, relation: { schema: 'main', name: `other_${at}` } }));
      await binder.declare([orders, ...others]);
      const queries = Array.from({ length: 60 }, (_, at) => ({ sql: `select ${at % 2 === 0 ? 'id' : 'nope'} from "main"."orders"` }));
      wire.take();
      const bindings = await binder.bind(queries);
      expect(bindings.map(({ kind }) => kind)).toEqual(queries.map((_, at) => (at % 2 === 0 ? 'bound' : 'refused')));
      const trips = wire.take();
      costs.push([trips.length, trips.flatMap(({ statements }) => statements).length]);
    }
    expect(costs[1]).toEqual(costs[0]);
    const [trips = 0, statements = 0] = costs[0] ?? [];
    // Each of the 30 is told and undone, its name is looked up among functions, and what stood before it is asked again.
    expect(trips).toBeLessThanOrEqual(30 * 4 + 5);
    expect(statements).toBeLessThanOrEqual(60 * 11);
  });

  it('makes what is declared a table once, and leaves nothing behind that was refused', async () => {
    const wire = await watchWire(database.url());
    const binder = await openTargetBinder(targetOf({ url: wire.url }));
    onTestFinished(() => binder.close());
    const wrong = {
      relation: { schema: 'main', name: 'wrong' },
      columns: [
        { name: 'x', type: 'integer' },
        { name: 'y', type: 'no_type' },
      ],
    };
    const last = { ...orders, relation: { schema: 'other', name: 'orders' } };
    expect(await binder.declare([orders, wrong, last, { ...wrong, relation: { schema: 'other', name: 'wrong' } }])).toMatchObject([
      { relation: { schema: 'main' }, column: 'y' },
      { relation: { schema: 'other' }, column: 'y' },
    ]);
    const sampled = { sql: 'select ctid is null as c, id from "main"."orders" tablesample system (10)' };
    const asked = [sampled, { sql: 'select nope from "main"."orders"' }, { sql: 'select x from "main"."wrong"' }, sampled];
    wire.take();
    const bindings = await binder.bind([...asked, ...asked]);
    expect(bindings.map(({ kind }) => kind)).toEqual(['bound', 'refused', 'refused', 'bound', 'bound', 'refused', 'refused', 'bound']);
    const texts = wire.take().flatMap(({ statements }) => statements);
    expect(texts.filter((sql) => sql.startsWith('create temporary table'))).toHaveLength(1);
    expect(lineageOf(bindings[7])).toEqual({ columns: ['c', 'id identity main.orders.id'], opaque: [] });
  });
});

describe('a query that waits for somebody', () => {
  it('is asked once where the server ends it', async () => {
    const holder = await (await openTestSession({ url: database.url() })).connect();
    await holder.run({ sql: 'create table public.held (a integer)' });
    await holder.begin();
    await holder.run({ sql: 'lock table public.held' });
    const wire = await watchWire(database.url());
    const binder = await openTargetBinder(targetOf({ url: wire.url, statement_timeout: '200ms' }));
    onTestFinished(() => binder.close());
    await binder.declare([orders]);
    wire.take();
    const [ended, other] = await binder.bind([
      { sql: 'select h.a, o.id from public.held as h, "main"."orders" as o' },
      { sql: 'select id from "main"."orders"' },
    ]);
    expect(ended).toMatchObject({
      kind: 'refused',
      error: { kind: 'other', message: expect.stringContaining('statement timeout') as string },
    });
    expect(typesOf(other)).toEqual(['id integer']);
    const texts = wire.take().flatMap(({ statements }) => statements);
    expect(texts.filter((sql) => sql.includes('from public.held'))).toHaveLength(1);
    await holder.rollback();
  });
});

describe('functions that the walk trusts', () => {
  const all = { strictFunctions, strictCasts, apartCasts, equalities, counts, overRows, numbering, neighbours, unnesting };
  it.each(Object.entries(all))('have these numbers on the server: %s', async (_, named) => {
    const admin = await openTestSession({ url: database.url() });
    const connection = await admin.connect();
    const expected = Object.entries(named).flatMap(([name, oids]) => oids.map((oid) => `${oid} ${name}`));
    const oids = Object.values(named).flat();
    const rows = await rowsOf(connection, `select oid || ' ' || proname from pg_catalog.pg_proc where oid in (${oids.join(', ')})`);
    expect(rows.flat().toSorted()).toEqual(expected.toSorted());
  });
  it('give NULL for NULL', async () => {
    const admin = await openTestSession({ url: database.url() });
    const connection = await admin.connect();
    const oids = [strictFunctions, strictCasts, apartCasts, equalities].flatMap((named) => Object.values(named).flat());
    expect(
      await rowsOf(connection, `select proname from pg_catalog.pg_proc where not proisstrict and oid in (${oids.join(', ')})`),
    ).toEqual([]);
    const operators = `select o.oprname from pg_catalog.pg_operator o join pg_catalog.pg_proc p on p.oid = o.oprcode where o.oprresult = 'bool'::regtype and not p.proisstrict and p.oid < 16384`;
    expect(await rowsOf(connection, operators)).toEqual([]);
  });
});
