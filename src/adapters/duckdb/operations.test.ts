import { describe, expect, it } from 'vitest';
import type { Connection } from '../../adapter/connection.ts';
import type { Operation, OperationKind, RenderContext } from '../../adapter/operation.ts';
import type { Statement } from '../../adapter/statement.ts';
import { catalog } from './catalog.ts';
import { operations } from './operations.ts';
import { failureOf, openTestConnection, rowsOf, valueOf } from './open-test-session.ts';

function render(operation: Operation): readonly Statement[] {
  // The renderer is that of the operation's own kind.
  return (operations[operation.kind] as (operation: Operation) => readonly Statement[])(operation);
}

/** The same for those that look before they decide, where nothing is found. */
function renderLooking(operation: Operation): Promise<readonly Statement[]> {
  const look: RenderContext['look'] = () => Promise.resolve([]);
  const context: RenderContext = {
    look,
    standing: undefined,
    lockTimeoutMs: undefined,
    isRebuilt: () => false,
    onWait: () => undefined,
    keep: () => undefined,
  };
  // As above.
  const renderer = operations[operation.kind] as (operation: Operation, context: RenderContext) => ReturnType<typeof renderLooking>;
  return Promise.resolve(renderer(operation, context));
}

async function apply(connection: Connection, ...all: readonly Operation[]): Promise<number> {
  let rows = 0;
  for (const operation of all) for (const statement of render(operation)) rows = await connection.run(statement);
  return rows;
}

const query = (sql: string): { node: string; sql: string } => ({ node: 'model.shop.m', sql });
const stage = { schema: 'odd "s"', name: '_tx_1' };
const target = { schema: 'odd "s"', name: `it's` };
const name = `"odd ""s"""."it's"`;
const setUp: Operation = { kind: 'create-schema', schema: stage.schema };
const staged = (sql: string): Operation => ({ kind: 'stage-query', stage, temporary: false, query: query(sql) });

describe('tables', () => {
  it.each([
    'select 1 as a -- no newline',
    'select 1 as a;',
    'select 1 as a; -- done',
    ';select 1 as a ; ; ',
    'with x as (select 1 as a) select * from x',
    'from (select 1 as a)',
    `values (1)`,
    "pivot (select 1 as a, 'k' as b) on b in ('k') using sum(a)",
    "select 1 as a where ';' = ';' /* ; */",
  ])('are made from %s', async (sql) => {
    const connection = await openTestConnection();
    expect(await apply(connection, setUp, staged(sql))).toBe(1);
  });
  it('take the place of nothing, a table and a view', async () => {
    const connection = await openTestConnection();
    await apply(connection, setUp);
    for (const existing of [undefined, 'table', 'view'] as const) {
      if (existing === 'view') {
        await connection.run({ sql: `drop table ${name}; create view ${name} as select 'old' as v` });
      }
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
    const connection = await openTestConnection();
    await apply(connection, setUp);
    const sql = `select 'é😀' as x,\n  nope;`;
    const [statement] = render(staged(sql));
    const embedded = statement?.embedded;
    expect(statement?.sql.slice(embedded?.at, (embedded?.at ?? 0) + (embedded?.length ?? 0))).toBe(`select 'é😀' as x,\n  nope `);
    const details = await failureOf(connection.run(statement as Statement));
    expect(details).toMatchObject({ kind: 'unknown-column', name: 'nope' });
    expect((details.position ?? 0) - (embedded?.at ?? 0)).toBe(sql.indexOf('nope'));
  });
  it('refuse to move between schemas', () => {
    expect(() => render({ kind: 'publish-stage', stage, target: { schema: 'x', name: 'y' } })).toThrow('another schema');
  });
  it('drop only what they are told, of the kind they are told', async () => {
    const connection = await openTestConnection();
    await apply(connection, setUp, staged('select 1 as a'));
    expect((await failureOf(apply(connection, { kind: 'drop', relation: stage, relationKind: 'view', temporary: false }))).kind).toBe(
      'other',
    );
    await apply(connection, { kind: 'drop', relation: stage, relationKind: 'table', temporary: false });
    expect(await catalog.relations(connection, [stage.schema])).toEqual([]);
  });
  it('are made empty for bulk loads', async () => {
    const connection = await openTestConnection();
    await apply(connection, setUp, { kind: 'stage-columns', stage, temporary: false, columns: [{ name: 'a"b', type: 'VARCHAR' }] });
    expect(await catalog.columns(connection, stage, false)).toEqual([{ name: 'a"b', type: 'VARCHAR' }]);
  });
});

describe('views', () => {
  const publish = (sql: string, existing?: 'table' | 'view'): Operation => ({
    kind: 'publish-view',
    target,
    query: query(sql),
    ...(existing === undefined ? {} : { existing }),
  });

  it('take the place of nothing, a view of another shape and a table', async () => {
    const connection = await openTestConnection();
    await apply(connection, setUp, publish('select 1 as a'));
    await apply(connection, publish(`select 'x' as b, 2 as c;`, 'view'));
    expect(await rowsOf(connection, `from ${name}`)).toEqual([['x', 2]]);
    await connection.run({ sql: `drop view ${name}; create table ${name} as select 1` });
    await apply(connection, publish('select 3 as a', 'table'));
    expect(await valueOf(connection, `from ${name}`)).toBe(3);
  });
  it('are refused when they do not bind', async () => {
    const connection = await openTestConnection();
    await apply(connection, setUp);
    expect((await failureOf(apply(connection, publish('select * from nowhere')))).kind).toBe('unknown-relation');
  });
  it('do not replace what nobody said was there', async () => {
    const connection = await openTestConnection();
    await apply(connection, setUp, publish('select 1 as a'));
    expect((await failureOf(apply(connection, publish('select 2 as a')))).message).toContain('already exists');
  });
});

describe('incremental loads', () => {
  const columns = ['id', 'select'];
  async function filled(): Promise<Connection> {
    const connection = await openTestConnection({ path: 'w.db' });
    await apply(connection, setUp);
    // Another order of columns in the target: only names may decide.
    await connection.run({ sql: `create table ${name} as select 'old' || i as "select", i as id from range(3) as r(i)` });
    await connection.begin();
    await connection.run({ sql: `create temp table "_tx_d" as select i as id, 'new' || i as "select" from range(2, 5) as r(i)` });
    return connection;
  }
  const delta = { schema: 'temp', name: '_tx_d' };
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
    const wrong = query(`select 'é' as "select", cast(n as integer) as id from (values ('x')) as v(n);`);
    const [statement] = render({ kind: 'append-query', target, columns, query: wrong });
    const { position } = await failureOf(connection.run(statement as Statement));
    expect((position ?? 0) - (statement?.embedded?.at ?? 0)).toBe(wrong.sql.indexOf('cast'));
  });
  it.each(['delete-insert', 'merge'] as const)('%s by key', async (kind) => {
    const connection = await filled();
    expect(await apply(connection, { kind, stage: delta, target, columns, key: ['ID'] })).toBe(3);
    await connection.commit();
    expect(await content(connection)).toEqual(expected);
  });
  it('merge when every column is part of the key', async () => {
    const connection = await filled();
    await apply(connection, { kind: 'merge', stage: delta, target, columns, key: columns });
    expect(await valueOf(connection, `select count(*) from ${name}`)).toBe(6);
  });
  it('refuse an empty key', () => {
    expect(() => render({ kind: 'merge', stage, target, columns, key: [] })).toThrow('without key');
  });
  it('stage a temporary table that later statements name by its schema', async () => {
    const connection = await filled();
    const temporary = { schema: 'temp', name: 'x"y' };
    expect(
      await apply(connection, { kind: 'stage-query', stage: temporary, temporary: true, query: query('select 9 as id, null as "select"') }),
    ).toBe(1);
    expect(await apply(connection, { kind: 'append', stage: temporary, target, columns })).toBe(1);
    expect(await catalog.columns(connection, temporary, true)).toEqual([
      { name: 'id', type: 'INTEGER' },
      { name: 'select', type: 'INTEGER' },
    ]);
    await apply(connection, { kind: 'drop', relation: temporary, relationKind: 'table', temporary: true });
    await connection.commit();
  });
});

describe('alter-columns', () => {
  it('adds, drops and retypes in one transaction with the load that follows', async () => {
    const connection = await openTestConnection({ path: 'w.db' });
    await connection.run({ sql: 'create table t as select 1::integer as a, 2 as b, 3 as c' });
    const t = { schema: 'main', name: 't' };
    await connection.begin();
    await apply(connection, {
      kind: 'alter-columns',
      target: t,
      add: [{ name: 'd', type: 'DATE' }],
      drop: ['b'],
      retype: [{ name: 'a', type: 'BIGINT' }],
    });
    await connection.run({ sql: `insert into t (a, c, d) values (9000000000, 1, date '2024-01-01')` });
    await connection.commit();
    expect(await catalog.columns(connection, t, false)).toEqual([
      { name: 'a', type: 'BIGINT' },
      { name: 'c', type: 'INTEGER' },
      { name: 'd', type: 'DATE' },
    ]);
    expect(await rowsOf(connection, 'from t order by a')).toEqual([
      [1, 3, null],
      [9000000000, 1, '2024-01-01'],
    ]);
  });
  it('fails and changes nothing when a value does not cast', async () => {
    const connection = await openTestConnection({ path: 'w.db' });
    await connection.run({ sql: `create table t as select 'x' as a` });
    await connection.begin();
    expect(
      (
        await failureOf(
          apply(connection, {
            kind: 'alter-columns',
            target: { schema: 'main', name: 't' },
            add: [],
            drop: [],
            retype: [{ name: 'a', type: 'INTEGER' }],
          }),
        )
      ).kind,
    ).toBe('conversion');
    await connection.rollback();
    expect(await valueOf(connection, 'from t')).toBe('x');
  });
  it('sends nothing when nothing changes', () => {
    expect(render({ kind: 'alter-columns', target, add: [], drop: [], retype: [] })).toEqual([]);
  });
});

describe('all operations', () => {
  it('never emit what the engine cannot replay', async () => {
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
    const column = { name: 'a', type: 'INTEGER' };
    const constraints = [{ type: 'not_null', columns: ['a'] }] as const;
    const all: {
      readonly [
        K in Exclude<OperationKind, 'stage-partitions' | 'stage-indexes' | 'stage-constraints' | 'grant' | 'publish-materialized'>
      ]: Extract<Operation, { kind: K }>;
    } = {
      'create-schema': { kind: 'create-schema', schema: 's' },
      'stage-query': { kind: 'stage-query', stage, temporary: false, query: query('select 1') },
      'stage-view': { kind: 'stage-view', stage: { ...stage, schema: 'pg_temp' }, query: query('select 1') },
      'stage-columns': { kind: 'stage-columns', stage, temporary: false, columns: [column] },
      'publish-stage': { kind: 'publish-stage', stage, target, existing: 'table' },
      'publish-view': { kind: 'publish-view', target, existing: 'view', query: query('select 1') },
      'write-files': {
        kind: 'write-files',
        path: '/f',
        form: { format: 'csv', partitionBy: [], options: {} },
        query: query('select 1 as a'),
        columns: [column],
      },
      'read-files': {
        kind: 'read-files',
        view: target,
        temporary: false,
        path: 'f',
        form: { format: 'csv', partitionBy: [], options: {} },
        columns: [column],
      },
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
      'release-constraints': { kind: 'release-constraints', stage, target, constraints },
      'sync-constraints': { kind: 'sync-constraints', target, constraints },
      'run-sql': { kind: 'run-sql', query: query('select 1') },
    };
    for (const operation of Object.values(all)) {
      for (const { sql } of await renderLooking(operation))
        expect(sql).not.toMatch(/\bdefault\b|alter .* using|create or replace table|cascade|install|load/i);
    }
  });
  it('runs hooks as they are', async () => {
    const connection = await openTestConnection();
    const [statement] = render({ kind: 'run-sql', query: query('create table h as select 1 as a; insert into h values (2)') });
    expect(await connection.run(statement as Statement)).toBe(1);
    expect(statement?.embedded?.at).toBe(0);
  });
});
