import { describe, expect, it } from 'vitest';
import { engine } from '../adapters/duckdb/engine.ts';
import type { CompiledTest, CompiledText } from '../compile/compiled.ts';
import { joinTexts, syntheticText, verbatimText } from '../compile/compiled-text.ts';
import { ids, test as testNode } from '../graph/graph-fixture.ts';
import { readStandIn } from './read-stand-in.ts';

const { dialect } = engine;

/** A test of this SQL, in which `@` is a reference to the relation and all else is written by hand. */
function standInFor(sql: string, name = 'orders'): string | undefined {
  const relation = { schema: 'main', name };
  const parts = sql.split('@').flatMap((part, at): readonly CompiledText[] => {
    const own = verbatimText('tests/t.sql', part);
    return at === 0 ? [own] : [syntheticText(dialect.relation(relation)), own];
  });
  const node = testNode({ name: 't', needs: [ids.model('orders')] });
  const test: CompiledTest = { ...node, test: { kind: 'singular', text: joinTexts(parts) } };
  return readStandIn(test, { relation, standIn: { schema: 'temp', name } }, dialect)?.test.text?.sql;
}

describe('a test with SQL of its own', () => {
  it.each([
    ['select 1 from @ where id < 0', 'select 1 from "temp"."orders" where id < 0'],
    ['select orders.id from @', 'select orders.id from "temp"."orders"'],
    ['select @.id from @', 'select "temp"."orders".id from "temp"."orders"'],
    ['with orders as (select * from @) select * from orders', 'with orders as (select * from "temp"."orders") select * from orders'],
    [
      'select 1 from @ as o join main.orders_old as x on x.orders_id = o.id',
      'select 1 from "temp"."orders" as o join main.orders_old as x on x.orders_id = o.id',
    ],
    [`select 1 from @ where kind = 'new'`, `select 1 from "temp"."orders" where kind = 'new'`],
  ])('reads the stand-in where it refers to the relation: %s', (sql, expected) => {
    expect(standInFor(sql)).toBe(expected);
  });

  it.each([
    ['select 1 from main.orders', 'no reference'],
    ['select 1 from @ as a, main.orders as b', 'a name by hand'],
    ['select 1 from @ as a, "main"."ORDERS" as b', 'a name by hand in quotes'],
    ['select 1 from @ as a, main . orders as b', 'a name by hand with spaces'],
    ['select 1 from over_orders() -- @', 'a reference in a comment'],
    ['/* @ */ select 1 from over_orders()', 'a reference in a longer comment'],
    [`select 1 from @ where to_regclass('main.orders') is null`, 'a name in a text'],
    [`select 1 from @ where not exists (select from information_schema.tables)`, 'the catalog'],
    ['select 1 from @ where f($$select 1$$)', 'code'],
  ])('keeps to the relation itself: %s', (sql) => {
    expect(standInFor(sql)).toBeUndefined();
  });

  it('finds names with any characters', () => {
    expect(standInFor('select 1 from @', 'a"b.c(*')).toBe('select 1 from "temp"."a""b.c(*"');
    expect(standInFor('select 1 from @, main."a""b.c(*"', 'a"b.c(*')).toBeUndefined();
    expect(standInFor('select 1 from @, main.Größe', 'größe')).toBeUndefined();
    expect(standInFor('select 1 from @, main.größen', 'größe')).toBe('select 1 from "temp"."größe", main.größen');
  });
});
