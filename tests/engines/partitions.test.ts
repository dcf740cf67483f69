/** Whole partitions are replaced and no others, NULL being one like any other, on every engine. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spanStart } from '../../src/adapter/declared-partitions.ts';
import type { DeclaredPartitions } from '../../src/adapter/declared-partitions.ts';
import type { Cell } from '../../src/adapter/connection.ts';
import type { Operation } from '../../src/adapter/operation.ts';
import { runOperation } from '../../src/execute/perform.ts';
import { useEngines } from './sql-engines.ts';

type Row = readonly [part: number | null, other: string | null, v: number];

const rows = fc.array(fc.tuple(fc.constantFrom(0, 1, 2, null), fc.constantFrom('x', 'y', null), fc.integer({ min: 0, max: 99 })), {
  maxLength: 12,
});

function values(given: readonly Row[]): string {
  const list = given.map(([part, other, v]) => `(${part}, ${other === null ? 'null' : `'${other}'`}, ${v})`);
  return `insert into %s values ${list.join(', ')}`;
}

describe('partitions', () => {
  describe.each(useEngines())('on $name', ({ adapter, connect }) => {
    it('are replaced where a row comes, and stay where none does', { timeout: 60_000 }, async () => {
      const connection = await connect();
      await connection.run({ sql: 'create schema s' }, { sql: 'create table s.m (part integer, other varchar(1), v integer)' });
      await connection.run({ sql: 'create temp table stage (part integer, other varchar(1), v integer)' });
      const stage = { schema: adapter.dialect.temporarySchema, name: 'stage' };
      const ways: readonly (readonly [readonly string[], (row: Row) => unknown])[] = [
        [['part'], ([part]) => part],
        [['part', 'other'], ([part, other]) => [part, other]],
        [['(part / 2 >= 1)', '(other)'], ([part, other]) => [part === null ? null : part >= 2, other]],
      ];
      await fc.assert(
        fc.asyncProperty(rows, rows, fc.constantFrom(...ways), async (before, come, [partitions, partOf]) => {
          await connection.run({ sql: 'delete from s.m' }, { sql: 'delete from stage' });
          if (before.length > 0) await connection.run({ sql: values(before).replace('%s', 's.m') });
          if (come.length > 0) await connection.run({ sql: values(come).replace('%s', 'stage') });
          const columns = ['part', 'other', 'v'];
          const written = await runOperation(adapter, connection, {
            kind: 'replace-partitions',
            stage,
            target: { schema: 's', name: 'm' },
            columns,
            partitions,
          });
          const touched = new Set(come.map((row) => JSON.stringify(partOf(row))));
          const expected: readonly Row[] = [...before.filter((row) => !touched.has(JSON.stringify(partOf(row)))), ...come];
          const sorted = (all: readonly (readonly Cell[])[]): readonly string[] => all.map((row) => JSON.stringify(row)).sort();
          expect(sorted((await connection.query({ sql: 'select part, other, v from s.m' })).rows)).toEqual(sorted(expected));
          expect(written).toBe(come.length);
        }),
        { numRuns: 60 },
      );
    });

    it('of a divided table are the same, exchanged or filled in place, however often', { timeout: 60_000 }, async (context) => {
      if (!adapter.capabilities.features.declaredPartitions) context.skip('no divided tables');
      const connection = await connect();
      await connection.run({ sql: 'create schema if not exists s' });
      const stage = { schema: adapter.dialect.temporarySchema, name: 'stage' };
      const target = { schema: 's', name: 'divided' };
      const operate = (operation: Operation): Promise<number> => runOperation(adapter, connection, operation);
      const dayOf = (part: number): string => `date '2024-01-30' + ${part}`;
      const sql = (given: readonly Row[]): string =>
        `create temp table stage as select * from (values (null::integer, null::date, null::integer) ${given
          .map(([part, , v]) => `, (${part}, ${part === null ? 'null' : dayOf(part)}, ${v})`)
          .join('')}) as t (part, day, v) where v is not null`;
      const month = (part: number): number => (part < 2 ? 1 : 2);
      const ways: readonly (readonly [DeclaredPartitions, (part: number) => number])[] = [
        [{ column: 'part', granularity: 'value' }, (part) => part],
        [{ column: 'day', granularity: 'day' }, (part) => part],
        [{ column: 'day', granularity: 'month', unlogged: true }, month],
      ];
      await fc.assert(
        fc.asyncProperty(rows, rows, fc.constantFrom(...ways), fc.boolean(), async (before, come, [declared, partOf], inPlace) => {
          await connection.run({ sql: 'drop table if exists s.divided' }, { sql: 'drop table if exists stage' }, { sql: sql(before) });
          await operate({ kind: 'stage-partitions', stage: target, rows: stage, target, declared });
          await connection.run({ sql: 'drop table stage' }, { sql: sql(come) });
          // What is told of each row has to see each of them.
          if (inPlace)
            await connection.run({
              sql: `create trigger t before update on s.divided for each row execute function suppress_redundant_updates_trigger()`,
            });
          const { column, granularity } = declared;
          const partitions = [granularity === 'value' ? column : `(${spanStart(`"${column}"`, 'date', granularity)})`];
          const group = (row: Row): number | null => (row[0] === null ? null : partOf(row[0]));
          const touched = new Set(come.map(group));
          const expected = [...before.filter((row) => !touched.has(group(row))), ...come].map(([part, , v]) => JSON.stringify([part, v]));
          for (const turn of [1, 2]) {
            await operate({ kind: 'replace-partitions', stage, target, columns: ['part', 'day', 'v'], partitions, declared });
            const found = (await connection.query({ sql: 'select part, v from s.divided' })).rows.map((row) => JSON.stringify(row));
            expect(found.sort(), `run ${turn}`).toEqual(expected.sort());
          }
        }),
        { numRuns: 40 },
      );
    });
  });
});
