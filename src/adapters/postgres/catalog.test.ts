import { describe, expect, it } from 'vitest';
import type { Connection } from '../../adapter/connection.ts';
import { catalog } from './catalog.ts';
import { openTestConnection, useTestDatabase } from './open-test-session.ts';

const database = useTestDatabase();

describe('relations', () => {
  it('are those of the named schemas with their columns in order, in one statement', async () => {
    const connection = await openTestConnection(database);
    await connection.run({
      sql: `create schema "S'x"; create schema other; create schema "M";
        create type other.mood as enum ('ok');
        create domain other.code as varchar(3);
        create table "S'x".t (b integer, gone text, a numeric(10,2)[], m other.mood, c other.code);
        alter table "S'x".t drop column gone;
        create view "S'x".v as select b, 'x' as "q ""q" from "S'x".t;
        create table other.u as select 1 as i;
        create table "M".empty ();
        create table "M".parted (i integer) partition by range (i);
        create materialized view "M".stored as select 1 as i;
        create sequence "M".counter;
        create index on other.u (i);
        create temp table hidden as select 1 as i`,
      script: true,
    });
    let statements = 0;
    const counting: Connection = Object.create(connection, {
      query: { value: (...args: Parameters<Connection['query']>) => ((statements += 1), connection.query(...args)) },
    }) as Connection;
    // A digest, which tells it from another query.
    const query = expect.stringMatching(/^[0-9a-f]{32}$/) as string;
    expect(await catalog.relations(counting, ["S'x", 'M', 'missing'])).toEqual([
      { relation: { schema: 'M', name: 'empty' }, kind: 'table', columns: [] },
      {
        relation: { schema: 'M', name: 'parted' },
        kind: 'table',
        division: { strategy: 'range', column: 'i' },
        columns: [{ name: 'i', type: 'integer' }],
      },
      { relation: { schema: 'M', name: 'stored' }, kind: 'materialized view', columns: [{ name: 'i', type: 'integer' }], query },
      {
        relation: { schema: "S'x", name: 't' },
        kind: 'table',
        columns: [
          { name: 'b', type: 'integer' },
          { name: 'a', type: 'numeric(10,2)[]' },
          { name: 'm', type: 'other.mood' },
          { name: 'c', type: 'other.code' },
        ],
      },
      {
        relation: { schema: "S'x", name: 'v' },
        kind: 'view',
        columns: [
          { name: 'b', type: 'integer' },
          { name: 'q "q', type: 'text' },
        ],
        query,
      },
    ]);
    expect(statements).toBe(1);
    expect(await catalog.relations(connection, ["s'X", 'm'])).toEqual([]);
  });
  it('are not asked for without schemas', async () => {
    expect(await catalog.relations({} as Connection, [])).toEqual([]);
  });
});

describe('columns', () => {
  it('spell types like the list of relations, for temporary tables too', async () => {
    const connection = await openTestConnection(database);
    const types = `(a timestamptz(3), b varchar(7), c json, d numeric(10,2), e double precision, f int[], g "char", h name, i bit(3), j interval)`;
    await connection.run({ sql: `create schema spelled; create table spelled.t ${types}; create temp table "s t" ${types}`, script: true });
    const [only] = await catalog.relations(connection, ['spelled']);
    expect(only?.columns).toHaveLength(10);
    expect(await catalog.columns(connection, { schema: 'spelled', name: 't' }, false)).toEqual(only?.columns);
    expect(await catalog.columns(connection, { schema: 'pg_temp', name: 's t' }, true)).toEqual(only?.columns);
    const { columns } = await connection.query({ sql: 'select * from spelled.t' });
    expect(columns).toEqual(only?.columns);
  });
  it('of a domain keep its name, which results do not', async () => {
    const connection = await openTestConnection(database);
    await connection.run({ sql: `create domain code as varchar(3); create temp table d (c code)`, script: true });
    expect(await catalog.columns(connection, { schema: 'pg_temp', name: 'd' }, true)).toEqual([{ name: 'c', type: 'code' }]);
    expect((await connection.query({ sql: 'select * from d' })).columns).toEqual([{ name: 'c', type: 'character varying(3)' }]);
  });
});
