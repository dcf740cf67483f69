import { describe, expect, it, onTestFinished } from 'vitest';
import type { Binder, Binding } from '../../adapter/analysis.ts';
import { targetOf, useTestDatabase } from './open-test-session.ts';
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
    const [good, bad, other] = await binder.bind([
      { sql: 'select id from "main"."orders"' },
      { sql: 'select nope from "main"."orders"' },
      { sql: 'select code from "main"."orders"' },
    ]);
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

  it('read what is declared anew, and a type that is none is told of its relation', async () => {
    const binder = await openBinder();
    expect(await binder.declare([{ ...orders, columns: [{ name: 'id', type: 'text' }] }])).toEqual([]);
    expect(typesOf((await binder.bind([{ sql: 'select * from "main"."orders"' }]))[0])).toEqual(['id text']);
    const wrong = { relation: { schema: 'main', name: 'wrong' }, columns: [{ name: 'x', type: 'no_type' }] };
    const right = { relation: { schema: 'other', name: 'orders' }, columns: [{ name: 'y', type: 'date' }] };
    expect(await binder.declare([wrong, right])).toMatchObject([{ relation: wrong.relation }]);
    expect(typesOf((await binder.bind([{ sql: 'select a.*, b.* from "main"."orders" as a, "other"."orders" as b' }]))[0])).toEqual([
      'id text',
      'y date',
    ]);
    expect(await binder.declare([{ relation: { schema: 'main', name: 'none' }, columns: [] }])).toEqual([]);
  });
});
