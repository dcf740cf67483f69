/** Staged rows reach a table without losing a value, whatever their types are, on every engine. */
import { describe, expect, it } from 'vitest';
import type { Adapter } from '../../src/adapter/adapter.ts';
import type { IncrementalStrategy } from '../../src/adapter/capabilities.ts';
import type { Cell, Connection } from '../../src/adapter/connection.ts';
import type { OnSchemaChange } from '../../src/compile/compiled.ts';
import { appendQuery, applyIncrement, requireKeys } from '../../src/execute/apply-increment.ts';
import { StepFailure } from '../../src/execute/step-failure.ts';
import { useEngines } from './sql-engines.ts';

const place = { node: 'model.shop.m', name: 'm', path: 'models/m.sql' };

interface Increment {
  /** Queries of what the table holds, and of what comes. */
  readonly table: string;
  readonly rows: string;
  readonly key?: string;
  readonly strategy?: IncrementalStrategy;
  readonly onSchemaChange?: OnSchemaChange;
}

/** The rows of the table afterwards, or what was refused. */
async function bring(adapter: Adapter, connection: Connection, increment: Increment): Promise<readonly (readonly Cell[])[] | string[]> {
  const { strategy = 'delete_insert', onSchemaChange = 'ignore' } = increment;
  const target = { schema: 's', name: 'm' };
  const stage = { schema: adapter.dialect.temporarySchema, name: 'stage' };
  await connection.run({ sql: 'drop schema if exists s cascade' });
  await connection.run({ sql: 'create schema s' });
  await connection.run({ sql: `create table s.m as ${increment.table}` });
  const targetColumns = await adapter.catalog.columns(connection, target, false);
  await connection.begin();
  try {
    if (increment.key === undefined) {
      const query = { node: place.node, sql: increment.rows };
      await appendQuery(adapter, connection, { kind: 'append-query', stage, target, targetColumns, query }, place);
    } else {
      const key = [increment.key];
      await connection.run({ sql: `create temp table stage as ${increment.rows}` });
      const staged = await requireKeys(adapter, connection, { kind: 'require-keys', stage, key, masked: [] }, place);
      const action = { kind: 'apply-increment', stage, target, targetColumns, strategy, key, onSchemaChange } as const;
      await applyIncrement(adapter, connection, action, { ...place, staged });
      await connection.run({ sql: 'drop table stage' });
    }
    await connection.commit();
  } catch (cause) {
    await connection.rollback();
    if (cause instanceof StepFailure) return cause.diagnostics.map((diagnostic) => diagnostic.message);
    throw cause;
  }
  return (await connection.query({ sql: 'select * from s.m order by 1, 2' })).rows;
}

describe('increments', () => {
  describe.each(useEngines())('on $name', ({ adapter, connect }) => {
    const texts = `select cast('01' as text) as k, cast('old 01' as text) as v union all select '1', 'old 1' union all select '7', 'x'`;

    it.each(['delete_insert', 'merge'] as const)('touch only the keys that they bring, of another type too: %s', async (strategy) => {
      const rows = `select 1 as k, 'new' as v union all select 12, 'more'`;
      expect(await bring(adapter, await connect(), { table: texts, rows, key: 'k', strategy })).toEqual([
        ['01', 'old 01'],
        ['1', 'new'],
        ['12', 'more'],
        ['7', 'x'],
      ]);
    });

    it.each(['append', 'delete_insert', 'merge'] as const)('give the same rows where a column is missing: %s', async (strategy) => {
      const connection = await connect();
      const table = `select 1 as id, 'old' as b, 'kept' as c union all select 2, 'old', 'kept'`;
      const rows = `select 2 as id, 'new' as b union all select 3, 'new'`;
      const old = [1, 'old', 'kept'];
      const added = await bring(adapter, connection, { table, rows, key: 'id', strategy, onSchemaChange: 'append_new_columns' });
      const replaced =
        strategy === 'append'
          ? [
              [2, 'new', null],
              [2, 'old', 'kept'],
            ]
          : [[2, 'new', null]];
      expect(added).toEqual([old, ...replaced, [3, 'new', null]]);
      const more = `select 2 as id, 'new' as b, true as d`;
      const both = await bring(adapter, connection, { table, rows: more, key: 'id', strategy, onSchemaChange: 'append_new_columns' });
      const beside = strategy === 'append' ? [[2, 'old', 'kept', null]] : [];
      expect(both).toEqual([[...old, null], [2, 'new', null, true], ...beside]);
      expect(await bring(adapter, connection, { table, rows, key: 'id', strategy, onSchemaChange: 'ignore' })).toEqual([
        'the query no longer has `c`, which `s.m` has',
      ]);
      const dropped = await bring(adapter, connection, { table, rows, key: 'id', strategy, onSchemaChange: 'sync_all_columns' });
      const other =
        strategy === 'append'
          ? [
              [2, 'new'],
              [2, 'old'],
            ]
          : [[2, 'new']];
      expect(dropped).toEqual([[1, 'old'], ...other, [3, 'new']]);
    });

    it('never make two keys of a table one', async () => {
      const connection = await connect();
      const onSchemaChange = 'sync_all_columns';
      const refused = await bring(adapter, connection, { table: texts, rows: `select 9 as k, 'new' as v`, key: 'k', onSchemaChange });
      expect(refused).toHaveLength(1);
      expect(refused[0]).toMatch(/^column `k` of `s\.m` cannot change from .*: the cast would change 1 stored value$/);
      expect(await bring(adapter, connection, { table: texts, rows: `select 'a' as k, 'n' as v`, key: 'k', onSchemaChange })).toHaveLength(
        4,
      );
    });

    it('keep every stored value when columns change their type, or nothing is changed', async () => {
      const connection = await connect();
      const stored = (type: string, value: string): string => `select 1 as id, cast('${value}' as ${type}) as v`;
      const sync = (table: string, rows: string) =>
        bring(adapter, connection, { table, rows, key: 'id', onSchemaChange: 'sync_all_columns' });
      const lost = [
        [stored('double precision', '19.99'), 'select 2 as id, 20 as v'],
        [stored('timestamp', '2024-05-01 13:45:00'), `select 2 as id, date '2024-05-02' as v`],
        [stored('decimal(9,3)', '12.345'), 'select 2 as id, cast(1 as decimal(9,1)) as v'],
        [stored('text', '01'), 'select 2 as id, 5 as v'],
      ] as const;
      for (const [table, rows] of lost)
        expect((await sync(table, rows))[0]).toMatch(/cannot change.*the cast would change 1 stored value$/);
      expect((await sync(stored('text', 'one'), 'select 2 as id, 5 as v'))[0]).toMatch(
        /cannot change.*not every stored value can be cast$/,
      );
      expect(await sync(stored('integer', '7'), 'select 2 as id, cast(5000000000 as bigint) as v')).toEqual([
        [1, 7],
        [2, 5_000_000_000],
      ]);
      expect(await sync(stored('double precision', '19'), 'select 2 as id, 20 as v')).toEqual([
        [1, 19],
        [2, 20],
      ]);
    });

    it.each(['ignore', 'append_new_columns'] as const)(
      'bring no value that the type of the table would change: %s',
      async (onSchemaChange) => {
        const connection = await connect();
        const table = 'select 1 as id, 10 as v';
        const rows = (value: string): string => `select 2 as id, cast(${value} as double precision) as v`;
        const [refused] = await bring(adapter, connection, { table, rows: rows('2.7'), key: 'id', onSchemaChange });
        expect(refused).toMatch(/^column `v` of `s\.m` is .*, and the query gives .*: the cast would change 1 new value$/);
        expect(await bring(adapter, connection, { table, rows: rows('3'), key: 'id', onSchemaChange })).toEqual([
          [1, 10],
          [2, 3],
        ]);
      },
    );

    it('are appended under the same rule', async () => {
      const connection = await connect();
      const table = 'select 1 as id, 10 as v';
      const rows = (value: string): string => `select cast(${value} as double precision) as v, 2 as id`;
      expect((await bring(adapter, connection, { table, rows: rows('2.7') }))[0]).toMatch(/the cast would change 1 new value$/);
      expect(await bring(adapter, connection, { table, rows: rows('3') })).toEqual([
        [1, 10],
        [2, 3],
      ]);
    });

    it('count NULL and duplicate keys, whatever the key is called', async () => {
      const connection = await connect();
      const rows = (name: string): string =>
        ['5', '5', 'null', 'null', '6'].map((value) => `select ${value} as "${name}", 1 as v`).join(' union all ');
      for (const name of ['id', 'n', 'count', 'key_0', 'found']) {
        const refused = await bring(adapter, connection, { table: `select 1 as "${name}", 1 as v`, rows: rows(name), key: name });
        expect(refused, name).toEqual([
          `the new rows of \`m\` cannot be told apart by \`${name}\`: 2 with a NULL key, 1 key more than once`,
        ]);
      }
    });
  });
});
