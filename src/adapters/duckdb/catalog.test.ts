import { describe, expect, it } from 'vitest';
import type { Connection } from '../../adapter/connection.ts';
import { catalog } from './catalog.ts';
import { openTestConnection } from './open-test-session.ts';

describe('relations', () => {
  it('reads tables and views of the named schemas with their columns in order, in one statement', async () => {
    const connection = await openTestConnection({ path: 'w.db' });
    await connection.run({
      sql: `create schema "S'x"; create schema other;
        create table "S'x".t (b integer, a struct(x int, "Y z" text), c json);
        create view "S'x".v as select b, 'x' as "q ""q" from "S'x".t;
        create table other.u as select 1 as i;
        create table main.m as select 1 as i;
        create temp table hidden as select 1 as i`,
    });
    let statements = 0;
    const counting: Connection = Object.create(connection, {
      query: { value: (...args: Parameters<Connection['query']>) => ((statements += 1), connection.query(...args)) },
    }) as Connection;
    expect(await catalog.relations(counting, ["s'X", 'main', 'missing'])).toEqual([
      {
        relation: { schema: "S'x", name: 't' },
        kind: 'table',
        columns: [
          { name: 'b', type: 'INTEGER' },
          { name: 'a', type: 'STRUCT(x INTEGER, "Y z" VARCHAR)' },
          { name: 'c', type: 'JSON' },
        ],
      },
      {
        relation: { schema: "S'x", name: 'v' },
        kind: 'view',
        columns: [
          { name: 'b', type: 'INTEGER' },
          { name: 'q "q', type: 'VARCHAR' },
        ],
        // A digest, which tells it from another query.
        query: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      },
      { relation: { schema: 'main', name: 'm' }, kind: 'table', columns: [{ name: 'i', type: 'INTEGER' }] },
    ]);
    expect(statements).toBe(1);
  });
  it('lists a view whose table is gone', async () => {
    const connection = await openTestConnection({ path: 'w.db' });
    await connection.run({ sql: 'create table t as select 1 as i; create view v as from t; drop table t' });
    expect((await catalog.relations(connection, ['main'])).map((entry) => entry.relation.name)).toEqual(['v']);
  });
  it('asks nothing about no schemas', async () => {
    expect(await catalog.relations({} as Connection, [])).toEqual([]);
  });
});

describe('columns', () => {
  it('spells types like the list of relations, for temporary tables too', async () => {
    const connection = await openTestConnection({ path: 'w.db' });
    const types = `(a struct(x int, "Y z" text), b enum('q','r'), c json, d decimal(10,2), e timestamptz, f int[], g map(text,int), h union(n int), i struct("order" int)[], j varchar, k double[3])`;
    await connection.run({
      sql: `create table t ${types}; create temp table s ${types}; create table p (x decimal(4,1), y json, z integer[])`,
    });
    const relations = await catalog.relations(connection, ['main']);
    for (const { relation, columns } of relations) expect(await catalog.columns(connection, relation, false)).toEqual(columns);
    const t = relations.find((entry) => entry.relation.name === 't');
    expect(await catalog.columns(connection, { schema: 'temp', name: 's' }, true)).toEqual(t?.columns);
  });
});
