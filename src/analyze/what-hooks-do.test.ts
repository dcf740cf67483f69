import { describe, expect, it } from 'vitest';
import type { CompiledHook } from '../compile/compiled.ts';
import type { Graph } from '../graph/graph.ts';
import { HookEffects } from './what-hooks-do.ts';

const noNodes = { nodes: new Map() } as unknown as Graph;

function effectsOf(sql: string): HookEffects {
  return new HookEffects(noNodes, [{ text: { sql } }] as unknown as CompiledHook[]);
}

describe('what hooks may do', () => {
  it.each([
    'select public.setup()',
    'create or replace function public.round(text) returns int language sql as $q$select 1$q$',
    'create macro if not exists round(a, b, c) as a',
    'create operator = (leftarg = text, rightarg = int, function = cmp)',
    'create cast (text as int) with inout as implicit',
    'do $$ begin perform setup(); end $$',
    'call setup()',
    "set search_path = 'x'",
    'set old_implicit_casting = true',
    'create table if not exists log (id int); select setup()',
    '-- a word\n/* before */ create extension hstore',
  ])('names may be made: %s', (sql) => {
    expect(effectsOf(sql).mayMakeNames).toBe(true);
  });
  it.each([
    'grant select on s.orders to reader',
    'insert into log values (1)',
    'create index if not exists i on s.orders (id)',
    'create unique index i on s.orders (id); analyze s.orders',
    'alter table s.orders add primary key (id)',
    'alter table s.orders owner to x',
    "comment on table s.orders is 'a'",
    "set time zone 'UTC'",
    'select 1',
  ])('nothing of a query is another: %s', (sql) => {
    const effects = effectsOf(sql);
    expect([effects.mayMakeNames, effects.mayChange('orders')]).toEqual([false, false]);
  });
  it.each([
    'alter table "s"."orders" add column x int',
    'alter table Orders rename a to b',
    'create or replace table orders as select 1 as x',
    'create temp view if not exists orders as select 1 as x',
    'drop table if exists s.orders cascade',
    'select 1 as a into orders from b',
  ])('a relation may be another: %s', (sql) => {
    const effects = effectsOf(sql);
    expect([effects.mayChange('orders'), effects.mayChange('order'), effects.mayChange('rders')]).toEqual([true, false, false]);
  });
});
