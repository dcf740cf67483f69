/** The statements of every operation, of all engines side by side, and each of them runs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Operation, OperationKind } from '../../src/adapter/operation.ts';
import { renderOperation } from '../../src/execute/perform.ts';
import { useEngines } from './sql-engines.ts';

type Texts = Readonly<Record<string, readonly string[]>>;

interface StatementCase {
  /** What it needs beside what those before it have left. */
  readonly given?: string;
  readonly operation: (temporary: string) => Operation;
  /** By engine that knows it; one line each, with `…` for what is longer than it is telling. */
  readonly is: Texts;
}

const query = { node: 'model.shop.m', sql: 'select 2 as id, 4 as v; -- end' };
const target = { schema: 's', name: 'm' };
const stage = { schema: 's', name: '_tx_1' };
const filesPath = join(mkdtempSync(join(tmpdir(), 'tx-statements-')), 'f.csv');
afterAll(() => rmSync(dirname(filesPath), { recursive: true, force: true }));
const filesForm = { format: 'csv', partitionBy: [], options: { compression: 'gzip' } } as const;
const filesColumns = [
  { name: 'id', type: 'INTEGER' },
  { name: 'v', type: 'INTEGER' },
];
const columns = ['id', 'v'];
const key = ['id'];
const constraints = [
  { type: 'not_null', columns: key },
  { type: 'check', columns: [], expression: 'id < 100', name: 'at "most"' },
] as const;
const history = { schema: 's', name: 'h' };
const versions = {
  key,
  compare: 'all',
  hardDeletes: 'invalidate',
  now: `timestamp '2026-01-01'`,
  columns: { scdId: 'i', updatedAt: 'u', validFrom: 'f', validTo: 't' },
} as const;

/** In an order in which each finds what those before it have left. */
const cases: { readonly [K in OperationKind]: StatementCase } = {
  'create-schema': {
    operation: () => ({ kind: 'create-schema', schema: 's' }),
    is: { duckdb: ['create schema if not exists "s"'], postgres: ['create schema if not exists "s"'] },
  },
  'stage-query': {
    operation: () => ({ kind: 'stage-query', stage, temporary: false, query }),
    is: {
      duckdb: ['create table "s"."_tx_1" as ( select 2 as id, 4 as v -- end )'],
      postgres: ['create table "s"."_tx_1" as ( select 2 as id, 4 as v -- end )'],
    },
  },
  'stage-indexes': {
    operation: () => ({ kind: 'stage-indexes', stage, target, indexes: [{ columns: ['id', '(v + 1)'], unique: false }] }),
    is: { postgres: ['create index "…'] },
  },
  'stage-constraints': {
    operation: () => ({ kind: 'stage-constraints', stage, target, constraints }),
    is: {
      postgres: [
        'alter table "s"."_tx_1" add constraint "m_…',
        'alter table "s"."_tx_1" add constraint "at ""most""" check (id < 100 )',
        `comment on constraint "at ""most""" on "s"."_tx_1" is 'm_…`,
      ],
    },
  },
  'stage-partitions': {
    given: 'create temp table parted_rows as select 1 as id, 2 as v union all select null, 3',
    operation: (schema) => ({
      kind: 'stage-partitions',
      stage: { schema: 's', name: 'parted' },
      rows: { schema, name: 'parted_rows' },
      target: { schema: 's', name: 'parted' },
      declared: { column: 'id', granularity: 'value' },
    }),
    is: {
      postgres: [
        'create table "s"."parted" (like "pg_temp"."parted_rows") partition by list ("id")',
        `create table "s"."parted_1_…`,
        `create table "s"."parted_null_…`,
        'insert into "s"."parted" select * from "pg_temp"."parted_rows"',
      ],
    },
  },
  'publish-stage': {
    operation: () => ({ kind: 'publish-stage', stage, target }),
    is: { duckdb: ['alter table "s"."_tx_1" rename to "m"'], postgres: ['alter table "s"."_tx_1" rename to "m"'] },
  },
  describe: {
    operation: () => ({
      kind: 'describe',
      target,
      relationKind: 'table',
      comment: `it's`,
      columns: { id: 'the key', nothing: 'not there' },
    }),
    is: {
      duckdb: [`comment on table "s"."m" is 'it''s'`, `comment on column "s"."m"."id" is 'the key'`],
      postgres: [`comment on table "s"."m" is 'it''s'`, `comment on column "s"."m"."id" is 'the key'`],
    },
  },
  grant: {
    operation: () => ({ kind: 'grant', target, grants: { select: ['public'] } }),
    is: { postgres: ['grant select on "s"."m" to public'] },
  },
  'stage-columns': {
    operation: (schema) => ({
      kind: 'stage-columns',
      stage: { schema, name: 'd' },
      temporary: true,
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'v', type: 'integer' },
      ],
    }),
    is: {
      duckdb: ['create temp table "temp"."d" ("id" integer, "v" integer)'],
      postgres: ['create temp table "pg_temp"."d" ("id" integer, "v" integer)'],
    },
  },
  'append-query': {
    operation: () => ({ kind: 'append-query', target, columns, query }),
    is: {
      duckdb: ['insert into "s"."m" ("id", "v") select "id", "v" from ( select 2 as id, 4 as v -- end ) as increment'],
      postgres: ['insert into "s"."m" ("id", "v") select "id", "v" from ( select 2 as id, 4 as v -- end ) as increment'],
    },
  },
  append: {
    operation: (schema) => ({ kind: 'append', stage: { schema, name: 'd' }, target, columns }),
    is: {
      duckdb: ['insert into "s"."m" ("id", "v") select "id", "v" from "temp"."d"'],
      postgres: ['insert into "s"."m" ("id", "v") select "id", "v" from "pg_temp"."d"'],
    },
  },
  'delete-insert': {
    operation: (schema) => ({ kind: 'delete-insert', stage: { schema, name: 'd' }, target, columns, key }),
    is: {
      duckdb: ['delete from "s"."m" …', 'insert into "s"."m" ("id", "v") select "id", "v" from "temp"."d"'],
      postgres: [
        'delete from "s"."m" as target using "pg_temp"."d" as stage where target."id" = stage."id" and target."id" >= (select "id" from "pg_temp"."d" order by "id" asc limit 1) and target."id" <= (select "id" from "pg_temp"."d" order by "id" desc limit 1)',
        'insert into "s"."m" ("id", "v") select "id", "v" from "pg_temp"."d"',
      ],
    },
  },
  'replace-range': {
    operation: (schema) => ({ kind: 'replace-range', stage: { schema, name: 'd' }, target, columns, column: 'v', from: '1', to: '3' }),
    is: {
      duckdb: ['delete from "s"."m" where "v" >= 1 and "v" < 3', 'insert into "s"."m" ("id", "v") select "id", "v" from "temp"."d"'],
      postgres: ['delete from "s"."m" where "v" >= 1 and "v" < 3', 'insert into "s"."m" ("id", "v") select "id", "v" from "pg_temp"."d"'],
    },
  },
  'replace-partitions': {
    operation: (schema) => ({
      kind: 'replace-partitions',
      stage: { schema, name: 'd' },
      target,
      columns,
      partitions: ['id', '(v % 10 -- last digit\n)'],
    }),
    is: {
      duckdb: [
        'delete from "s"."m" where ("id", ((v % 10 -- last digit ) )) in (select _tx_p0, _tx_p1 from (select distinct "id" as _tx_p0, …',
        'delete from "s"."m" where ("id" is null or ((v % 10 -- last digit ) ) is null) and exists (select 1 from (…',
        'insert into "s"."m" ("id", "v") select "id", "v" from "temp"."d"',
      ],
      postgres: [
        'delete from "s"."m" where ("id", ((v % 10 -- last digit ) )) in (select _tx_p0, _tx_p1 from (select distinct "id" as _tx_p0, …',
        'delete from "s"."m" where ("id" is null or ((v % 10 -- last digit ) ) is null) and exists (select 1 from (…',
        'insert into "s"."m" ("id", "v") select "id", "v" from "pg_temp"."d"',
      ],
    },
  },
  merge: {
    operation: (schema) => ({ kind: 'merge', stage: { schema, name: 'd' }, target, columns, key }),
    is: {
      duckdb: ['merge into "s"."m" …'],
      postgres: ['merge into "s"."m" as target using "pg_temp"."d" as stage on target."id" = stage."id" and target."id" >= (…'],
    },
  },
  'settle-events': {
    given: 'create table s.h__deleted (id integer, v integer, _tx_deleted boolean)',
    operation: (schema) => ({
      kind: 'settle-events',
      stage: { schema, name: 'd' },
      target,
      key,
      sequence: 'v',
      compared: columns,
      deleteWhen: 'v < 0 -- gone',
      deletions: { relation: { schema: 's', name: 'h__deleted' }, exists: true },
    }),
    is: {
      duckdb: [
        'delete from "temp"."d" where rowid in (select _tx_row from (select _tx_row, rank() over (partition by _tx_k0 order by _tx_seq desc, …',
        'delete from "temp"."d" where rowid in (select _tx_row from (select e._tx_row, row_number() over (partition by e._tx_k0 order by md5(…',
        'delete from "temp"."d" where rowid in (…',
        'delete from "temp"."d" where rowid in (…',
        'delete from "s"."m" as target using (select rowid as _tx_row, "id" as _tx_k0, "v" as _tx_seq, case when (v < 0 -- gone ) then true else false end as _tx_gone from …',
        'delete from "s"."h__deleted" as d using (…',
        'insert into "s"."h__deleted" ("id", "v", "_tx_deleted") select …',
        'delete from "temp"."d" where case when (v < 0 -- gone ) then true else false end',
      ],
      postgres: [
        'delete from "pg_temp"."d" where ctid in (select _tx_row from (select _tx_row, rank() over (partition by _tx_k0 order by _tx_seq desc, …',
        'delete from "pg_temp"."d" where ctid in (select _tx_row from (select e._tx_row, row_number() over (partition by e._tx_k0 order by md5(…',
        'delete from "pg_temp"."d" where ctid in (…',
        'delete from "pg_temp"."d" where ctid in (…',
        'delete from "s"."m" as target using (select ctid as _tx_row, "id" as _tx_k0, "v" as _tx_seq, case when (v < 0 -- gone ) then true else false end as _tx_gone from …',
        'delete from "s"."h__deleted" as d using (…',
        'insert into "s"."h__deleted" ("id", "v", "_tx_deleted") select …',
        'delete from "pg_temp"."d" where case when (v < 0 -- gone ) then true else false end',
      ],
    },
  },
  'stage-changes': {
    given: 'create table s.h (id integer, v integer, i varchar, u timestamp, f timestamp, t timestamp)',
    operation: (schema) => ({
      kind: 'stage-changes',
      stage: { schema, name: 'd' },
      changes: { schema, name: 'c' },
      target: history,
      columns,
      compared: [{ name: 'v', asText: false }],
      versions,
    }),
    is: {
      duckdb: ['create temp table "temp"."c" as with tx_rows as not materialized (select * from "temp"."d") select case when …'],
      postgres: ['create temp table "pg_temp"."c" as with tx_rows as not materialized (select * from "pg_temp"."d") select case when …'],
    },
  },
  'apply-changes': {
    operation: (schema) => ({ kind: 'apply-changes', changes: { schema, name: 'c' }, mayReturn: true, target: history, columns, versions }),
    is: {
      duckdb: ['update "temp"."c" set begins = …', 'update "s"."h" as t set "t" = c.begins …', 'insert into "s"."h" ("id", "v", "i", …'],
      postgres: [
        'update "pg_temp"."c" set begins = …',
        'update "s"."h" as t set "t" = c.begins …',
        'insert into "s"."h" ("id", "v", "i", …',
      ],
    },
  },
  'alter-columns': {
    operation: () => ({
      kind: 'alter-columns',
      target,
      add: [{ name: 'w', type: 'integer' }],
      drop: [],
      retype: [{ name: 'v', type: 'bigint' }],
    }),
    is: {
      duckdb: ['alter table "s"."m" add column "w" integer', 'alter table "s"."m" alter …'],
      postgres: ['alter table "s"."m" add column "w" integer, alter column "v" set data type bigint using cast("v" as bigint)'],
    },
  },
  'publish-view': {
    operation: () => ({ kind: 'publish-view', target: { schema: 's', name: 'v' }, query }),
    is: {
      duckdb: ['create view "s"."v" as ( select 2 as id, 4 as v -- end )'],
      postgres: ['create view "s"."v" as ( select 2 as id, 4 as v -- end )'],
    },
  },
  'publish-materialized': {
    operation: () => ({ kind: 'publish-materialized', target: { schema: 's', name: 'mv' }, query }),
    is: { postgres: ['create materialized view "s"."mv" as ( select 2 as id, 4 as v -- end )'] },
  },
  'write-files': {
    operation: () => ({ kind: 'write-files', path: filesPath, form: filesForm, query, columns: filesColumns }),
    is: {
      duckdb: [
        `copy (select * from ( select 2 as id, 4 as v -- end ) as written) to '${filesPath}' (format csv, compression 'gzip', header true, delimiter ',', quote '"', escape '"', nullstr '')`,
      ],
    },
  },
  'read-files': {
    operation: () => ({
      kind: 'read-files',
      view: { schema: 's', name: 'fv' },
      temporary: false,
      path: filesPath,
      form: filesForm,
      columns: filesColumns,
    }),
    is: {
      duckdb: [
        `create view "s"."fv" as select cast("id" as INTEGER) as "id", cast("v" as INTEGER) as "v" from read_csv('${filesPath}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, columns = {'id': 'INTEGER', 'v': 'INTEGER'}, compression = 'gzip', hive_partitioning = false)`,
      ],
    },
  },
  'stage-view': {
    operation: (schema) => ({ kind: 'stage-view', stage: { schema, name: 'tv' }, query }),
    is: {
      duckdb: ['create temp view "tv" as ( select 2 as id, 4 as v -- end )'],
      postgres: ['create temp view "pg_temp"."tv" as ( select 2 as id, 4 as v -- end )'],
    },
  },
  drop: {
    operation: () => ({ kind: 'drop', relation: { schema: 's', name: 'v' }, relationKind: 'view', temporary: false }),
    is: { duckdb: ['drop view "s"."v"'], postgres: ['drop view "s"."v"'] },
  },
  'release-constraints': {
    operation: () => ({ kind: 'release-constraints', stage: target, target, constraints: constraints.slice(0, 1) }),
    is: { duckdb: [], postgres: ['alter table "s"."m" drop constraint "at ""most"""'] },
  },
  'sync-constraints': {
    operation: () => ({ kind: 'sync-constraints', target, stage, constraints }),
    is: {
      duckdb: [
        'create table "s"."_tx_again_m" ("id" INTEGER not null, "v" BIGINT, "w" INTEGER, check (id < 100 ))',
        'insert into "s"."_tx_again_m" select * from "s"."m"',
        'drop table "s"."m"',
        'alter table "s"."_tx_again_m" rename to "m"',
      ],
      postgres: [
        'alter table "s"."m" add constraint "at ""most""" check (id < 100 )',
        `comment on constraint "at ""most""" on "s"."m" is 'm_…`,
      ],
    },
  },
  'sync-indexes': {
    operation: () => ({ kind: 'sync-indexes', target, stage, indexes: [{ columns: ['id', '(v + 1)'], unique: false }] }),
    is: {
      duckdb: ['create index "m_…'],
      postgres: ['alter index "s"."…'],
    },
  },
  'run-sql': {
    operation: () => ({ kind: 'run-sql', query: { node: 'hook', sql: 'drop table s.m; drop schema s cascade' } }),
    is: { duckdb: ['drop table s.m; drop schema s cascade'], postgres: ['drop table s.m; drop schema s cascade'] },
  },
};

/** On one line; what `…` stands for is left out. */
function shorten(sql: string, wanted: string | undefined): string {
  const line = sql.replaceAll(/\s+/g, ' ').trim();
  const head = wanted?.endsWith('…') === true ? wanted.slice(0, -1) : undefined;
  return head !== undefined && line.startsWith(head) ? `${head}…` : line;
}

describe('statements', () => {
  it.each(useEngines())('on $name are these, and run', async ({ name, adapter, dialect, connect }) => {
    const connection = await connect();
    for (const [kind, { given, operation, is }] of Object.entries(cases)) {
      if (is[name] === undefined) continue;
      if (given !== undefined) await connection.run({ sql: given });
      const statements = await renderOperation(adapter, connection, operation(dialect.temporarySchema));
      const wanted = is[name] ?? [];
      expect(
        statements.map(({ sql }, at) => shorten(sql, wanted[at])),
        kind,
      ).toEqual(wanted);
      await connection.run(...statements);
      if (kind !== 'stage-view') continue;
      const relation = { schema: dialect.temporarySchema, name: 'tv' };
      expect((await connection.query({ sql: `select * from ${dialect.relation(relation)}` })).rows).toEqual([[2, 4]]);
      await connection.run(
        ...(await renderOperation(adapter, connection, { kind: 'drop', relation, relationKind: 'view', temporary: true })),
      );
    }
  });

  it.each(useEngines())('on $name compare the rows of a query that may give others the next time as it gives them once', async (engine) => {
    const connection = await engine.connect();
    const changes = { schema: engine.dialect.temporarySchema, name: 'c' };
    const shared = { kind: 'stage-changes', stage, changes, target, columns, compared: [], versions } as const;
    for (const [steady, words] of [
      [true, 'with tx_rows as not materialized (\nselect 2 as id, 4 as v'],
      [false, 'with tx_rows as materialized (\nselect 2 as id, 4 as v'],
    ] as const) {
      const [statement] = await renderOperation(engine.adapter, connection, { ...shared, direct: { query, steady } });
      expect(statement?.sql).toContain(words);
      // A place in it is one of the text of the user.
      const { at = 0, length } = statement?.embedded ?? {};
      expect(statement?.sql.slice(at, at + (length ?? 0))).toBe(query.sql.replace(';', ' '));
    }
  });
});
