/** Whole partitions are replaced and no others, NULL being one like any other, on every engine. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/adapter/connection.ts';
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
  });
});
