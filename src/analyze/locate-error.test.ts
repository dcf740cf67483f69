import { beforeAll, describe, expect, it } from 'vitest';
import type { Binder } from '../adapter/analysis.ts';
import { openBinder } from '../adapters/duckdb/analysis/open-binder.ts';
import { locateError } from './locate-error.ts';

let binder: Binder;
beforeAll(async () => {
  binder = await openBinder({ projectRoot: process.cwd() });
  const columns = ['INTEGER', 'DATE'].map((type) => ({ name: type === 'DATE' ? 'day' : 'id', type }));
  await binder.declare([{ relation: { schema: 's', name: 'a' }, columns }]);
  return () => binder.close();
});

describe('an error without a place', () => {
  it.each([
    ['select id, upper(coalesce(id::varchar, day::varchar)), 1 + coalesce(id, day) as c from s.a', 'coalesce(id, day)'],
    ['select id from s.a where day is null or /* coalesce */ coalesce(day, id) = id', 'coalesce(day, id)'],
    ['with b as (select id, coalesce(id, day) as c from s.a) select c from b where id > 1', 'coalesce(id, day)'],
    ['select id from s.a having 1 < day', 'day'],
    // Two that do the same: without either the other is still there.
    ['select coalesce(id, day) as b, coalesce(day, id) as c from s.a group by coalesce(day, id)', undefined],
    ['from s.a select coalesce(id, day)', undefined],
  ])('%s', async (sql, expected) => {
    const [binding] = await binder.bind([{ sql }]);
    if (binding?.kind !== 'refused') throw new Error('the query binds');
    expect(binding.error.position).toBeUndefined();
    const { position } = await locateError(binder, { sql }, binding.error);
    expect(position === undefined ? undefined : sql.slice(position, position + (expected?.length ?? 9))).toBe(expected);
  });
});
