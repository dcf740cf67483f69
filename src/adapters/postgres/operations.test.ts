import { describe, expect, it } from 'vitest';
import type { Connection } from '../../adapter/connection.ts';
import type { Operation, OperationKind, RenderContext } from '../../adapter/operation.ts';
import type { Statement } from '../../adapter/statement.ts';
import { catalog } from './catalog.ts';
import { operations } from './operations.ts';
import { failureOf, openTestConnection, rowsOf, useTestDatabase, valueOf } from './open-test-session.ts';

const database = useTestDatabase();

type Rendered = readonly Statement[];

/** Renders where nothing is known of the target; `look` is needed for what looks before it decides. */
function renderWith(operation: Operation, look: RenderContext['look']): Rendered | Promise<Rendered> {
  const context: RenderContext = {
    look,
    standing: undefined,
    lockTimeoutMs: 1000,
    isRebuilt: () => false,
    onWait: () => undefined,
    keep: () => undefined,
  };
  // The renderer is that of the operation's own kind.
  return (operations[operation.kind] as (operation: Operation, context: RenderContext) => Rendered | Promise<Rendered>)(operation, context);
}

/** Statements of an operation that needs no look. */
function render(operation: Operation): Rendered {
  const statements = renderWith(operation, () => Promise.resolve([]));
  if (statements instanceof Promise) throw new Error(`${operation.kind} looks before it decides`);
  return statements;
}

async function apply(connection: Connection, ...all: readonly Operation[]): Promise<number> {
  let rows = 0;
  for (const operation of all) {
    for (const statement of await renderWith(operation, (...looks) => connection.queryEach(...looks)))
      rows = await connection.run(statement);
  }
  return rows;
}

const query = (sql: string): { node: string; sql: string } => ({ node: 'model.shop.m', sql });
const stage = { schema: 'odd "s"', name: '_tx_1' };
const target = { schema: 'odd "s"', name: `it's` };
const name = `"odd ""s"""."it's"`;
const setUp: Operation = { kind: 'create-schema', schema: stage.schema };
const staged = (sql: string): Operation => ({ kind: 'stage-query', stage, temporary: false, query: query(sql) });

/** A connection whose schema `odd "s"` is empty. */
async function connect(): Promise<Connection> {
  const connection = await openTestConnection(database);
  await connection.run({ sql: 'drop schema if exists "odd ""s""" cascade' });
  await apply(connection, setUp, setUp);
  return connection;
}

describe('tables', () => {
  it.each([
    'select 1 as a -- no newline',
    'select 1 as a;',
    'select 1 as a; -- done',
    ';select 1 as a ; ; ',
    'with x as (select 1 as a) select * from x',
    '(select 1 as a)',
    '(select 1 as a) union all (select 2) limit 1',
    `values (1)`,
    "select 1 as a where ';' = ';' /* ; /* nested ; */ ; */",
    `select $$;$$ as a, $x$ ; $x$ as b, e'\\';' as c, ";" from (select 1 as ";") as t;`,
  ])('are made from %s', async (sql) => {
    expect(await apply(await connect(), staged(sql))).toBe(1);
  });
  it('take the place of nothing, a table and a view', async () => {
    const connection = await connect();
    for (const existing of [undefined, 'table', 'view'] as const) {
      if (existing === 'view') await connection.run({ sql: `drop table ${name}; create view ${name} as select 'old' as v`, script: true });
      await connection.begin();
      await apply(connection, staged(`select '${existing}' as v`), {
        kind: 'publish-stage',
        stage,
        target,
        ...(existing === undefined ? {} : { existing }),
      });
      await connection.commit();
      expect(await valueOf(connection, `select v from ${name}`)).toBe(String(existing));
      expect((await catalog.relations(connection, [stage.schema])).map((entry) => entry.kind)).toEqual(['table']);
    }
  });
  it('keep the user’s text where the statement says it is', async () => {
    const connection = await connect();
    const sql = `select 'é😀' as x,\n  nope from (select 1 as a) as t;`;
    const [statement] = render(staged(sql));
    const embedded = statement?.embedded;
    expect(statement?.sql.slice(embedded?.at, (embedded?.at ?? 0) + (embedded?.length ?? 0))).toBe(`${sql.slice(0, -1)} `);
    const details = await failureOf(connection.run(statement as Statement));
    expect(details).toMatchObject({ kind: 'unknown-column', name: 'nope' });
    expect((details.position ?? 0) - (embedded?.at ?? 0)).toBe(sql.indexOf('nope'));
  });
  it('refuse two columns of one name', async () => {
    expect((await failureOf(apply(await connect(), staged('select 1 as a, 2 as a')))).message).toBe('column "a" specified more than once');
  });
  it('refuse to move between schemas', async () => {
    await expect(apply(await connect(), { kind: 'publish-stage', stage, target: { schema: 'x', name: 'y' } })).rejects.toThrow(
      'another schema',
    );
  });
  it('drop only what they are told, of the kind they are told, and never with what depends on it', async () => {
    const connection = await connect();
    await apply(connection, staged('select 1 as a'));
    expect(
      (await failureOf(apply(connection, { kind: 'drop', relation: stage, relationKind: 'view', temporary: false }))).message,
    ).toContain('is not a view');
    await connection.run({ sql: 'create view "odd ""s""".v as select * from "odd ""s"""."_tx_1"' });
    const drop: Operation = { kind: 'drop', relation: stage, relationKind: 'table', temporary: false };
    expect((await failureOf(apply(connection, drop))).message).toContain('other objects depend on it');
    await connection.run({ sql: 'drop view "odd ""s""".v' });
    await apply(connection, drop);
    expect(await catalog.relations(connection, [stage.schema])).toEqual([]);
  });
  it('are made empty for bulk loads', async () => {
    const connection = await connect();
    await apply(connection, { kind: 'stage-columns', stage, temporary: false, columns: [{ name: 'a"b', type: 'text' }] });
    expect(await catalog.columns(connection, stage, false)).toEqual([{ name: 'a"b', type: 'text' }]);
  });
});

describe('views', () => {
  const publish = (sql: string, existing?: 'table' | 'view'): Operation => ({
    kind: 'publish-view',
    target,
    query: query(sql),
    ...(existing === undefined ? {} : { existing }),
  });

  it('take the place of nothing, a view with fewer columns and a table', async () => {
    const connection = await connect();
    await apply(connection, publish('select 1 as a'));
    await apply(connection, publish(`select 3 as a, 2 as c;`, 'view'));
    expect(await rowsOf(connection, `select * from ${name}`)).toEqual([[3, 2]]);
    await connection.run({ sql: `drop view ${name}; create table ${name} as select 1 as a`, script: true });
    await apply(connection, publish('select 3 as a', 'table'));
    expect(await valueOf(connection, `select * from ${name}`)).toBe(3);
  });
  it('leave the views that read them in peace', async () => {
    const connection = await connect();
    await apply(connection, publish('select 1 as a'));
    await connection.run({ sql: `create view "odd ""s""".reader as select a from ${name}` });
    await apply(connection, publish('select 2 as a', 'view'));
    expect(await valueOf(connection, `select a from "odd ""s""".reader`)).toBe(2);
  });
  it('are refused when they do not bind', async () => {
    expect((await failureOf(apply(await connect(), publish('select * from nowhere')))).kind).toBe('unknown-relation');
  });
  it('do not replace what nobody said was there', async () => {
    const connection = await connect();
    await apply(connection, publish('select 1 as a'));
    expect((await failureOf(apply(connection, publish('select 2 as a')))).message).toContain('already exists');
  });
});

describe('incremental loads', () => {
  const columns = ['id', 'select'];
  async function filled(): Promise<Connection> {
    const connection = await connect();
    // Another order of columns in the target: only names may decide.
    await connection.run({ sql: `create table ${name} as select 'old' || i as "select", i as id from generate_series(0, 2) as i` });
    await connection.begin();
    await connection.run({ sql: `create temp table "_tx_d" as select i as id, 'new' || i as "select" from generate_series(2, 4) as i` });
    return connection;
  }
  const delta = { schema: 'pg_temp', name: '_tx_d' };
  const expected = [
    [0, 'old0'],
    [1, 'old1'],
    [2, 'new2'],
    [3, 'new3'],
    [4, 'new4'],
  ];
  const content = (connection: Connection): Promise<unknown> =>
    rowsOf(connection, `select id, "select" from ${name} order by id, "select"`);

  it('append by column name', async () => {
    const connection = await filled();
    expect(await apply(connection, { kind: 'append', stage: delta, target, columns })).toBe(3);
    await connection.commit();
    expect(await valueOf(connection, `select count(*) from ${name}`)).toBe(6);
  });
  it('append a query by column name, wherever its error is and whatever it ends in', async () => {
    const connection = await filled();
    const sql = `select 'n' as "select", 5 as id, true as more -- two of three`;
    expect(await apply(connection, { kind: 'append-query', target, columns, query: query(sql) })).toBe(1);
    await connection.commit();
    expect(await valueOf(connection, `select "select" from ${name} where id = 5`)).toBe('n');
    const wrong = query(`select 'é' as "select", nothing as id from (values ('x')) as v(n);`);
    const [statement] = render({ kind: 'append-query', target, columns, query: wrong });
    const { position } = await failureOf(connection.run(statement as Statement));
    expect((position ?? 0) - (statement?.embedded?.at ?? 0)).toBe(wrong.sql.indexOf('nothing'));
  });
  it.each(['delete-insert', 'merge'] as const)('%s by key', async (kind) => {
    const connection = await filled();
    expect(await apply(connection, { kind, stage: delta, target, columns, key: ['id'] })).toBe(3);
    await connection.commit();
    expect(await content(connection)).toEqual(expected);
  });
  it('merge when every column is part of the key', async () => {
    const connection = await filled();
    await apply(connection, { kind: 'merge', stage: delta, target, columns, key: columns });
    expect(await valueOf(connection, `select count(*) from ${name}`)).toBe(6);
  });
  it.each([['id'], columns])('merge on a server without the word for it', async (...key: readonly string[]) => {
    const connection = await filled();
    const merge: Operation = { kind: 'merge', stage: delta, target, columns, key };
    const old = [{ columns: [{ name: 'server_version_num', type: 'text' }], rows: [['140012']] }];
    const statements = await renderWith(merge, () => Promise.resolve(old));
    const rows = await connection.run(...statements);
    await connection.commit();
    expect(statements.map(({ sql }) => sql.split(' ')[0])).toEqual(key.length === 1 ? ['with'] : ['insert']);
    // As many as by `merge`: what is changed and what is added.
    expect(rows).toBe(3);
    if (key.length === 1) expect(await content(connection)).toEqual(expected);
    else expect(await valueOf(connection, `select count(*) from ${name}`)).toBe(6);
  });
  describe('merge of keys that an index keeps apart', () => {
    const merge: Operation = { kind: 'merge', stage: delta, target, columns, key: ['id'] };
    const goesByIndex = async (connection: Connection, operation: Operation): Promise<boolean> => {
      const statements = await renderWith(operation, (...asked) => connection.queryEach(...asked));
      return statements.some(({ sql }) => sql.includes(' on conflict '));
    };
    it.each(['primary key (id)', 'unique (id)', 'unique (id) include ("select")'])(
      'inserts, and changes what is there: %s',
      async (constraint) => {
        const connection = await filled();
        await connection.run({ sql: `alter table ${name} add ${constraint}` });
        expect(await goesByIndex(connection, merge)).toBe(true);
        expect(await apply(connection, merge)).toBe(3);
        await connection.commit();
        expect(await content(connection)).toEqual(expected);
      },
    );
    it('inserts what is not there where every column is part of the key', async () => {
      const connection = await filled();
      await connection.run({ sql: `create unique index on ${name} ("select", id); insert into "_tx_d" values (1, 'old1')`, script: true });
      expect(await goesByIndex(connection, { ...merge, key: columns })).toBe(true);
      expect(await apply(connection, { ...merge, key: columns })).toBe(3);
      expect(await valueOf(connection, `select count(*) from ${name}`)).toBe(6);
    });
    it.each([
      ['no index', ''],
      ['an index that is not unique', `create index on ${name} (id)`],
      ['one over another column', `create unique index on ${name} ("select")`],
      ['one over more columns', `create unique index on ${name} (id, "select")`],
      ['one over some of the rows', `create unique index on ${name} (id) where id > 0`],
      ['one over an expression', `create unique index on ${name} ((id + 0))`],
      ['one that is looked at late', `alter table ${name} add unique (id) deferrable`],
      ['a column that no row brings', `alter table ${name} add primary key (id), add more integer`],
      ['a rule of rows', `alter table ${name} add primary key (id), enable row level security`],
      [
        'a trigger',
        `alter table ${name} add primary key (id); create function pg_temp.g() returns trigger language plpgsql as 'begin return new; end'; create trigger g before insert on ${name} for each row execute function pg_temp.g()`,
      ],
      ['a table that inherits', `alter table ${name} add primary key (id); create table child () inherits (${name})`],
    ])('is a merge all the same with %s', async (_what, sql) => {
      const connection = await filled();
      await connection.run({ sql: `${sql}; select 1`, script: true });
      expect(await goesByIndex(connection, merge)).toBe(false);
    });
    it('is a merge where not all columns change, or a condition looks at rows', async () => {
      const connection = await filled();
      await connection.run({ sql: `alter table ${name} add primary key (id)` });
      expect(await goesByIndex(connection, { ...merge, updates: [] })).toBe(false);
      expect(await goesByIndex(connection, { ...merge, predicates: ['id > 0'] })).toBe(false);
    });
  });
  it('merge on such a server under a condition that the change itself makes false', async () => {
    const connection = await filled();
    const found = [{ columns: [{ name: 'server_version_num', type: 'text' }], rows: [['140012']] }];
    await connection.run({ sql: `update "_tx_d" set id = 1, "select" = 'closed' where id = 2` });
    const merge: Operation = {
      kind: 'merge',
      stage: delta,
      target,
      columns,
      key: ['id'],
      predicates: [`target."select" is distinct from 'closed'`],
    };
    await connection.run(...(await renderWith(merge, () => Promise.resolve(found))));
    await connection.commit();
    expect(await rowsOf(connection, `select id, "select" from ${name} where id = 1`)).toEqual([[1, 'closed']]);
  });
  it.each(['delete-insert', 'merge'] as const)('%s by keys of types that have no least value', async (kind) => {
    const connection = await connect();
    const id = (digit: number): string => `cast('${String(digit).repeat(8)}-0000-0000-0000-000000000000' as uuid)`;
    await connection.run({
      sql: `create table ${name} as select ${id(1)} as id, true as b, 1 as "select" union all select ${id(5)}, false, 1`,
    });
    await connection.run({
      sql: `create temp table delta as select ${id(5)} as id, false as b, 2 as "select" union all select ${id(5)}, true, 2`,
    });
    await apply(connection, {
      kind,
      stage: { schema: 'pg_temp', name: 'delta' },
      target,
      columns: ['id', 'b', 'select'],
      key: ['b', 'id'],
    });
    expect(await rowsOf(connection, `select left(id::text, 1), b, "select" from ${name} order by 1, 2`)).toEqual([
      ['1', true, 1],
      ['5', false, 2],
      ['5', true, 2],
    ]);
  });
  it('refuse an empty key', async () => {
    await expect((async () => renderWith({ kind: 'merge', stage, target, columns, key: [] }, () => Promise.resolve([])))()).rejects.toThrow(
      'without key',
    );
  });
  it('stage a temporary table that later statements name by its schema', async () => {
    const connection = await filled();
    const temporary = { schema: 'pg_temp', name: 'x"y' };
    const nothing = query('select 9 as id, cast(null as text) as "select"');
    expect(await apply(connection, { kind: 'stage-query', stage: temporary, temporary: true, query: nothing })).toBe(1);
    expect(await apply(connection, { kind: 'append', stage: temporary, target, columns })).toBe(1);
    expect(await catalog.columns(connection, temporary, true)).toEqual([
      { name: 'id', type: 'integer' },
      { name: 'select', type: 'text' },
    ]);
    await apply(connection, { kind: 'drop', relation: temporary, relationKind: 'table', temporary: true });
    await connection.commit();
  });
});

describe('alter-columns', () => {
  const t = { schema: 'odd "s"', name: 't' };

  it('adds, drops and retypes in one transaction with the load that follows', async () => {
    const connection = await connect();
    await connection.run({ sql: `create table "odd ""s""".t as select 1::integer as a, 2 as b, '3' as c` });
    await connection.begin();
    await apply(connection, {
      kind: 'alter-columns',
      target: t,
      add: [{ name: 'd', type: 'date' }],
      drop: ['b'],
      retype: [
        { name: 'a', type: 'bigint' },
        { name: 'c', type: 'integer' },
      ],
    });
    await connection.run({ sql: `insert into "odd ""s""".t (a, c, d) values (9000000000, 1, date '2024-01-01')` });
    await connection.commit();
    expect(await catalog.columns(connection, t, false)).toEqual([
      { name: 'a', type: 'bigint' },
      { name: 'c', type: 'integer' },
      { name: 'd', type: 'date' },
    ]);
    expect(await rowsOf(connection, 'select * from "odd ""s""".t order by a')).toEqual([
      [1, 3, null],
      [9000000000, 1, '2024-01-01'],
    ]);
  });
  it('fails and changes nothing when a value does not cast', async () => {
    const connection = await connect();
    await connection.run({ sql: `create table "odd ""s""".t as select 'x' as a` });
    await connection.begin();
    const details = await failureOf(
      apply(connection, { kind: 'alter-columns', target: t, add: [], drop: [], retype: [{ name: 'a', type: 'integer' }] }),
    );
    expect(details.kind).toBe('conversion');
    await connection.rollback();
    expect(await valueOf(connection, 'select * from "odd ""s""".t')).toBe('x');
  });
  it('sends nothing when nothing changes', () => {
    expect(render({ kind: 'alter-columns', target, add: [], drop: [], retype: [] })).toEqual([]);
  });
});

describe('all operations', () => {
  it('never take away what depends on a relation', async () => {
    const history = {
      target,
      columns: ['a'],
      versions: {
        key: ['a'],
        hardDeletes: 'new_record',
        now: `timestamp '2026-01-01'`,
        columns: { scdId: 'i', updatedAt: 'u', validFrom: 'f', validTo: 't', isDeleted: 'd' },
      },
    } as const;
    const column = { name: 'a', type: 'integer' };
    const constraints = [{ type: 'foreign_key', columns: ['a'], to: { sql: 'other', columns: ['b'] } }] as const;
    const all: { readonly [K in Exclude<OperationKind, 'write-files' | 'read-files'>]: Extract<Operation, { kind: K }> } = {
      'create-schema': { kind: 'create-schema', schema: 's' },
      'stage-query': { kind: 'stage-query', stage, temporary: false, query: query('select 1') },
      'stage-view': { kind: 'stage-view', stage: { ...stage, schema: 'pg_temp' }, query: query('select 1') },
      'stage-columns': { kind: 'stage-columns', stage, temporary: false, columns: [column] },
      'stage-partitions': {
        kind: 'stage-partitions',
        stage,
        rows: { ...stage, schema: 'pg_temp' },
        target,
        declared: { column: 'a', granularity: 'value' },
      },
      'publish-stage': { kind: 'publish-stage', stage, target, existing: 'table' },
      'publish-view': { kind: 'publish-view', target, existing: 'view', query: query('select 1') },
      'publish-materialized': { kind: 'publish-materialized', target, query: query('select 1') },
      append: { kind: 'append', stage, target, columns: ['a'] },
      'append-query': { kind: 'append-query', target, columns: ['a'], query: query('select 1 as a') },
      'delete-insert': { kind: 'delete-insert', stage, target, columns: ['a'], key: ['a'] },
      'replace-range': { kind: 'replace-range', stage, target, columns: ['a'], column: 'a', from: '1', to: '2' },
      'replace-partitions': { kind: 'replace-partitions', stage, target, columns: ['a'], partitions: ['a', '(a + 1)'] },
      merge: { kind: 'merge', stage, target, columns: ['a'], key: ['a'] },
      'settle-events': {
        kind: 'settle-events',
        stage,
        target,
        key: ['a'],
        sequence: 'a',
        compared: ['a'],
        deleteWhen: 'false',
        deletions: { relation: target, exists: true },
      },
      'stage-changes': { kind: 'stage-changes', stage, changes: stage, compared: [], ...history },
      'apply-changes': { kind: 'apply-changes', changes: stage, mayReturn: true, ...history },
      'alter-columns': { kind: 'alter-columns', target, add: [column], drop: ['a'], retype: [column] },
      drop: { kind: 'drop', relation: target, relationKind: 'table', temporary: false },
      'sync-indexes': { kind: 'sync-indexes', target, indexes: [{ columns: ['a'], unique: false }] },
      describe: { kind: 'describe', target, relationKind: 'table', comment: 'c', columns: {} },
      'stage-indexes': { kind: 'stage-indexes', stage, target, indexes: [{ columns: ['a'], unique: false }] },
      'stage-constraints': { kind: 'stage-constraints', stage, target, constraints },
      'release-constraints': { kind: 'release-constraints', stage, target, constraints },
      'sync-constraints': { kind: 'sync-constraints', target, constraints },
      grant: { kind: 'grant', target, grants: { select: ['public'] } },
      'run-sql': { kind: 'run-sql', query: query('select 1') },
    };
    for (const operation of Object.values(all)) {
      for (const { sql } of await renderWith(operation, () => Promise.resolve([]))) expect(sql).not.toMatch(/cascade|truncate/i);
    }
  });
  it('run hooks as they are', async () => {
    const connection = await connect();
    const [statement] = render({ kind: 'run-sql', query: query('create table h as select 1 as a; insert into h values (2) -- end') });
    expect(await connection.run(statement as Statement)).toBe(1);
    expect(statement?.embedded?.at).toBe(0);
  });
});
