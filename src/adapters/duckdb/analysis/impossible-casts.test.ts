import { describe, expect, it, onTestFinished } from 'vitest';
import type { Binder } from '../../../adapter/analysis.ts';
import { openBinder } from './open-binder.ts';
import { openTestConnection, rowsOf } from '../open-test-session.ts';

const texts = (
  'yesterday|now|today|tomorrow|epoch|infinity|-inf|nan|current_date|n/a||-|2024-02-29|2023-02-29|2100-02-29|2024-13-01|2024-00-10|2024-04-31|2024-04-31 10:00:00|' +
  '2024-1-5|24-01-45|20240145|2024-12-31T00:00:00Z|0001-02-29 (BC)|99999-13-01|2024-13-01-05|x1|1e3|١'
).split('|');
const types = ['date', 'timestamp', 'timestamp with time zone', 'integer', 'double', 'decimal(9, 2)', 'boolean', 'varchar', 'time', 'json'];

/** A binder that knows a table `s.a` of an integer and a date. */
async function openOverTable(): Promise<Binder> {
  const binder = await openBinder({ projectRoot: process.cwd() });
  onTestFinished(() => binder.close());
  const columns = [
    { name: 'id', type: 'INTEGER' },
    { name: 'day', type: 'DATE' },
  ];
  await binder.declare([{ relation: { schema: 's', name: 'a' }, columns }]);
  return binder;
}

describe('a text that is cast', () => {
  it('is told where the engine cannot cast it, and never where it can', async () => {
    const connection = await openTestConnection();
    const binder = await openBinder({ projectRoot: process.cwd() });
    onTestFinished(() => binder.close());
    const pairs = texts.flatMap((text) => types.map((type) => ({ text, type })));
    const bindings = await binder.bind(pairs.map(({ text, type }) => ({ sql: `select '${text}'::${type} as a` })));
    const told = pairs.filter((_, at) => {
      const binding = bindings[at];
      return binding?.kind === 'bound' && binding.query.misfits.length > 0;
    });
    const possible = await rowsOf(
      connection,
      `select ${told.map(({ text, type }) => `try_cast('${text}' as ${type}) is not null`).join(', ')}`,
    );
    expect(told.filter((_, at) => possible[0]?.[at] === true)).toEqual([]);
    const mistakes = ['yesterday', 'n/a', '2023-02-29', '2024-13-01', '2024-04-31 10:00:00'];
    expect(mistakes.filter((text) => !told.some((one) => one.text === text && one.type === 'date'))).toEqual([]);
    expect(told.some(({ text, type }) => text === 'n/a' && type === 'decimal(9, 2)')).toBe(true);
  });
  it.each([
    ["select id from s.a where day > 'yesterday'", "'yesterday'", 'yesterday'],
    ["select 'é' as e, date '2024-13-01' as d from s.a", "'2024-13-01'", '2024-13-01'],
    ["values (1, 'a'), ('b', 'c')", "'b'", 'b'],
    ["select id from s.a where id > 1 and day = 'n/a'", "'n/a'", 'n/a'],
    ["select case id when 'b' then 1 when 'c' then 2 end as c from s.a", "'b'", 'b'],
  ])('%s', async (sql, at, value) => {
    const binder = await openOverTable();
    const [binding] = await binder.bind([{ sql }]);
    const misfits = binding?.kind === 'bound' ? binding.query.misfits : binding;
    expect(misfits).toMatchObject([{ position: sql.indexOf(at), value }]);
  });
  it('is not told where nobody may come by, or where a failure gives NULL', async () => {
    const binder = await openOverTable();
    const queries = [
      "select try_cast('b' as integer) as b, coalesce(id, 'b') as c, case when id > 1 then id else 'b' end as d from s.a",
      "select id from s.a where ('all' = 'all' or id = 'all')",
      "select id from s.a where '' <> '' and (id = 1 or id = '')",
      "select try('b'::integer) as a, if(true, 1, 'b'::integer) as b, case id when 1 then 1 when 'b' then 2 end as c from s.a",
      "select sum(id + 'b'::integer) filter (id > 1) as a from s.a",
      "select id from s.a where false and id = 'b'",
      "select 'b'::integer as a where false",
      "select 'b'::integer as a limit 0",
      'select try_cast(day as integer) as a, try(day::integer) as b, coalesce(id, day::integer) as c from s.a',
      'select case when false then day::integer end as a, (null::date)::integer as b from s.a',
      'select id::date as a from s.a where 1 = 0',
      'select id from s.a where false and day::integer = 1',
    ];
    const bindings = await binder.bind(queries.map((sql) => ({ sql })));
    expect(bindings.map((binding) => (binding.kind === 'bound' ? binding.query.misfits : binding))).toEqual(queries.map(() => []));
  });
});
