import { beforeAll, describe, expect, it } from 'vitest';
import type { Binder } from '../adapter/analysis.ts';
import { openBinder } from '../adapters/duckdb/analysis/open-binder.ts';
import { lookInside } from './look-inside.ts';

let binder: Binder;
beforeAll(async () => {
  binder = await openBinder({ projectRoot: process.cwd() });
  const stub = (name: string, ...columns: readonly string[]): Parameters<Binder['declare']>[0][number] => ({
    relation: { schema: 's', name },
    columns: columns.map((column) => ({ name: column, type: 'INTEGER' })),
  });
  await binder.declare([stub('orders', 'id', 'customer', 'updated_on'), stub('kept', 'id', 'updated_at')]);
  return () => binder.close();
});

async function look(sql: string): Promise<readonly [string, string | undefined, ...string[]]> {
  const [binding] = await binder.bind([{ sql }]);
  if (binding?.kind !== 'refused') throw new Error('the query binds');
  const { kind, name, candidates = [] } = await lookInside(binder, { sql }, binding.error);
  return [kind, name, ...candidates];
}

describe('a name in a subquery', () => {
  it.each([
    ['select id from s.orders where updated_on > (select max(updated_a) from s.kept)', ['unknown-column', 'updated_a', 'updated_at', 'id']],
    [
      'select id from s.orders o where exists (select 1 from s.kept c where o.id = c.id and c.updated_a = 1)',
      ['unknown-column', 'updated_a', 'updated_at'],
    ],
    // Nothing is near in there, and something around it is.
    ['select id from s.orders where 1 > (select max(id) from s.kept where custome = 1)', undefined],
    [
      'with k as (select * from s.kept) select id from s.orders where 1 > (select max(updated_a) from k)',
      ['unknown-column', 'updated_a', 'updated_at', 'id'],
    ],
    // Not one of the subquery.
    ['select id from s.orders where 1 > (select max(c.updated_a) from s.kept)', undefined],
    ['select no_column from s.orders', undefined],
  ])('%s', async (sql, expected) => {
    const [binding] = await binder.bind([{ sql }]);
    const plain = binding?.kind === 'refused' ? [binding.error.kind, binding.error.name, ...(binding.error.candidates ?? [])] : [];
    expect(await look(sql)).toEqual(expected ?? plain);
    if (expected !== undefined) expect(plain).not.toEqual(expected);
  });
});
