import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Binder, Binding, BoundQuery } from '../../src/adapter/analysis.ts';
import type { Cell, Connection } from '../../src/adapter/connection.ts';
import { EngineError } from '../../src/adapter/engine-error.ts';
import { openBinder as openDuckdbBinder } from '../../src/adapters/duckdb/analysis/open-binder.ts';
import { targetOf, useTestDatabase } from '../../src/adapters/postgres/open-test-session.ts';
import { openOfflineBinder } from '../../src/adapters/postgres/offline-binder.ts';
import { quoteIdentifier } from '../../src/adapters/postgres/quoting.ts';
import { openSession } from '../../src/adapters/postgres/session.ts';
import { openTargetBinder } from '../../src/adapters/postgres/target-binder.ts';
import { withRenamedColumn, withoutColumn } from './changed-stubs.ts';
import { casesReading, sourceColumnsOf, withOtherSource } from './column-readers.ts';
import { createLineageChecks } from './lineage-checks.ts';
import { rounds, sample, thoroughness } from './thoroughness.ts';
import { randomQuery } from './random-query.ts';
import { expectationOf, readCases, shownName } from './read-cases.ts';
import type { Expectation } from './read-cases.ts';
import { contentSql, postgresRelations, postgresStubs, seededRandom, stubs, tablesSql } from './relations.ts';

const [shared = [], own = []] = ['shared', 'postgres'].map((folder) => readCases(join(import.meta.dirname, 'cases', folder)));
const cases = [...shared, ...own];
const named = cases.map((entry) => [entry.name, entry] as const);
const database = useTestDatabase();

let binder: Binder;
let duckdb: Binder;
let connection: Connection;
let version = '';
beforeAll(async () => {
  if (database.url() === '') return undefined;
  binder = await openTargetBinder(targetOf({ url: database.url(), search_path: 'main' }));
  expect(await binder.declare(postgresStubs)).toEqual([]);
  duckdb = await openDuckdbBinder({ projectRoot: import.meta.dirname });
  expect(await duckdb.declare(stubs)).toEqual([]);
  const session = await openSession(targetOf({ url: database.url(), search_path: 'main' }));
  connection = await session.connect();
  version = session.engineVersion;
  await connection.run(
    { sql: 'create schema main' },
    ...tablesSql(postgresRelations, quoteIdentifier)
      .split('; ')
      .map((sql) => ({ sql })),
  );
  return async () => {
    await binder.close();
    await duckdb.close();
    await session.close();
  };
});

function queryOf(binding: Binding | undefined): BoundQuery {
  if (binding?.kind !== 'bound') throw new Error(`not bound: ${JSON.stringify(binding)}`);
  return binding.query;
}

async function bind(sql: string): Promise<BoundQuery> {
  return queryOf((await binder.bind([{ sql }]))[0]);
}

describe('golden cases', () => {
  it.each(named)('%s', async (_, { sql, expected }) => {
    const query = await bind(sql);
    expect(query.opaque).toEqual([]);
    expect(expectationOf(query)).toEqual(expected);
  });
  it('have names of their own, and are many', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(cases.length).toBeGreaterThanOrEqual(75);
  });
});

describe('without a server', () => {
  it('the same is known of every case, and of what is wrong', async () => {
    const offline = await openOfflineBinder({ projectRoot: import.meta.dirname, schema: 'main' });
    try {
      expect(await offline.declare(postgresStubs)).toEqual([]);
      const wrong = ['select nope from orders', 'select id + status from orders', 'select no_such(id) from orders'];
      const requests = [...cases.map(({ sql }) => sql), ...wrong].map((sql) => ({ sql }));
      const found = await offline.bind(requests);
      for (const [at, binding] of (await binder.bind(requests)).entries()) expect(found[at], requests[at]?.sql).toEqual(binding);
      expect(found.slice(-wrong.length)).toMatchObject([
        { error: { kind: 'unknown-column', position: 7 } },
        { error: { kind: 'type-mismatch' } },
        { error: { kind: 'unknown-function' } },
      ]);
    } finally {
      await offline.close();
    }
  });
});

/** Words of the server that the cases leave out; some of them are those of newer servers. */
const words: readonly string[] = [
  `select json_value(item::jsonb, '$.sku') as v, json_query(item, '$.price' default '0' on error) as q, json_exists(item, '$.x') as e from baskets`,
  `select t.sku from baskets, json_table(item, '$[*]' columns (sku text path '$.sku', n for ordinality, nested path '$.x[*]' columns (y int path '$'))) as t`,
  `select json_object('id': id, 'sku': item returning jsonb) as o, json_array(id, item) as a, item::text is json object as is_json from baskets`,
  `select json_arrayagg(status order by id returning jsonb) as a, json_objectagg(id: status) as o from orders`,
  `select json_arrayagg(id) over (partition by customer) as a from orders`,
  `select json_scalar(id) as s, json_serialize(item) as t from orders join baskets using (id)`,
  `select xmlelement(name a, xmlforest(id, status)) as x, xmlconcat(xmlpi(name p), xmlcomment(status)) as c, xmlserialize(content xmlelement(name b, status) as text) as s, xmlexists('//a' passing by value xmlelement(name a, id)) as e from orders`,
  `select any_value(status) as s, range_agg(int4range(id, id + 1)) as r, bit_xor(id) as b, regr_slope(amount, discount) as g from orders`,
  `select (placed, placed + interval '1 day') overlaps (timestamp '2024-01-01', timestamp '2024-01-02') as o, placed at time zone 'UTC' as z, status collate "C" as c, position('a' in status) as p, overlay(status placing 'x' from 1) as v, trim(both 'x' from status) as t from orders`,
  `select row(id, status) is null as n, row(id, status) is distinct from row(customer, status) as d, id in (values (1), (2)) as i, (id, status) = (1, 'x') as e, row(id, amount) >= row(customer, discount) as g from orders`,
  `select tags || array['x'] as t, tags[1:] as s, array[tags, tags] as m, tags[:2] as f, array_length(tags, 1) as l, (array[[1, 2], [3, 4]])[id][1] as e, 'a' = all (tags) as a, tags @> array['a'] as c from baskets`,
  `select case id when 1 then status when 2 then 'x' else null end as c, nullif(id, customer) as n, greatest(id, customer) as g, current_catalog as d, localtime as l, session_user as s, gen_random_uuid() as u from orders`,
  `select cume_dist(1.0) within group (order by amount) filter (where id > 1) as h from orders`,
  `select percentile_cont(array[0.25, 0.75]) within group (order by amount) as p, grouping(customer) as g from orders group by grouping sets ((customer), ())`,
  `select ntile(4) over w as n, lead(status, 2, 'x') over w as l, percent_rank() over w as p, sum(id) over (partition by customer order by placed groups between 1 preceding and 1 following exclude ties) as s from orders window w as (order by id)`,
  `select (o).id, (o.o).status from (select o from orders as o) as o`,
  `select jsonb_array_elements(jsonb_build_array(id, customer)) as e, regexp_split_to_table(status, 'a') as r from orders`,
  `select u.* from orders, lateral unnest(array[id], array[status]) with ordinality as u(a, b, n)`,
  `select format('%s', variadic array[status, status]) as f, concat_ws(',', status, id) as c, make_interval(days => id) as i, substring(status similar 'a#"b#"c' escape '#') as s from orders`,
  `table orders`,
  `values (1, 'a'), (2, null)`,
  `select`,
  `select from orders where id > 1`,
];

describe('words of the server', () => {
  it.each(words)('are all known: %s', async (sql) => {
    const [binding] = await binder.bind([{ sql }]);
    // An older server refuses what it does not know.
    if (binding?.kind === 'refused' && Number.parseInt(version, 10) < 18)
      expect(binding.error.message).toMatch(/syntax error|does not exist/);
    else expect(queryOf(binding).opaque).toEqual([]);
  });
});

describe('names and types', () => {
  it.each(named)('are those of a table made of the query: %s', async (_, { sql }) => {
    await connection.run({ sql: 'drop table if exists made' }, { sql: `create table made as (${sql}\n) with no data` });
    const { rows } = await connection.query({
      sql: `select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'made'::regclass and attnum > 0 order by attnum`,
    });
    expect((await bind(sql)).columns.map(({ name, type }) => [name, type])).toEqual(rows);
  });
});

function shown(cell: Cell | undefined): string {
  return typeof cell === 'object' && cell !== null ? JSON.stringify(cell) : String(cell);
}

const checks = createLineageChecks({
  relations: postgresRelations,
  store: async (content, names) => {
    await connection.run(
      ...contentSql(content, names, quoteIdentifier)
        .split('; ')
        .map((sql) => ({ sql })),
    );
  },
  run: async (sql) => {
    try {
      const { rows } = await connection.query({ sql });
      return rows.map((row) => row.map(shown));
    } catch (cause) {
      // What only values, or the planner, make impossible.
      if (cause instanceof EngineError && /^(?:division by zero|more than one row|FULL JOIN is only)/.test(cause.details.message))
        return undefined;
      throw cause;
    }
  },
});

describe('proofs hold of random rows', () => {
  it.each(sample(named))('%s', async (_, { sql }) => {
    const query = await bind(sql);
    for (let seed = 1; seed <= rounds; seed += 1) {
      await checks.storeRandom(query, seed);
      await checks.expectProofs(query, sql, seed);
    }
  });
});

describe('other values in one source column change no output but those that lineage names', () => {
  const stable = named.filter(([, { unstable }]) => !unstable);
  it.each(sample(stable))('%s', async (_, { sql }) => {
    const query = await bind(sql);
    let seen = 0;
    for (let seed = 1; seed <= 12 && seen < rounds; seed += 1) if (await checks.expectSoundLineage(query, sql, seed)) seen += 1;
    expect(seen).toBe(rounds);
  });
});

describe('every source that lineage names is seen to matter', () => {
  it.each(sample(named))('%s', async (_, { sql }) => {
    await checks.expectSeenSources(await bind(sql), sql);
  });
});

/** What two engines have to agree on: one proves more than the other. */
function edgesOf(query: BoundQuery, sql: string): Pick<Expectation, 'columns' | 'rows'> {
  const { columns, rows } = expectationOf(query);
  if (!sql.includes('lateral')) return { columns, rows };
  // One of the engines makes conditions of a lateral join filters above it.
  return { columns, rows: [...new Set(rows.map((row) => row.replace(/^filter/, 'join')))].toSorted() };
}

describe('the other engine', () => {
  it('says the same of every query that both can run', async () => {
    let agreed = 0;
    for (let seed = 1; seed <= 600 * thoroughness; seed += 1) {
      const sql = randomQuery(seededRandom(seed), 2, 'postgres');
      const [[here], [there]] = [await binder.bind([{ sql }]), await duckdb.bind([{ sql }])];
      if (here?.kind !== 'bound' || there?.kind !== 'bound') continue;
      expect(edgesOf(here.query, sql), sql).toEqual(edgesOf(there.query, sql));
      agreed += 1;
    }
    expect(agreed).toBeGreaterThan(500 * thoroughness);
  });
});

const sourceColumns = sourceColumnsOf(postgresStubs);

describe('a source column under another name', () => {
  it.each(sourceColumns)('shows in exactly the edges that named %s.%s', async (relation, column, stub) => {
    const quoted = quoteIdentifier;
    const list = stub.columns.map(({ name }) => (name === column ? `${quoted('renamed')} as ${quoted(name)}` : quoted(name))).join(', ');
    const hidden = `with ${quoted(relation)} as (select ${list} from main.${quoted(relation)})`;
    const { touching, beside } = await casesReading(binder, cases, relation, column);
    // Only the relation itself has what these ask for, and a row of a type with a name.
    const entries = [...touching, ...beside].filter(({ sql }) => !/ctid|tablesample|select p from/.test(sql));
    await binder.declare([withRenamedColumn(stub, column, 'renamed')]);
    const bindings = await binder.bind(entries.map(({ sql }) => ({ sql: `${hidden} select * from (${sql}\n) as q` })));
    await binder.declare([stub]);
    for (const [at, { name, expected }] of entries.entries()) {
      const before = `${relation}.${shownName(column)}`;
      expect(expectationOf(queryOf(bindings[at])), name).toEqual(withOtherSource(expected, before, `${relation}.renamed`));
    }
  });
});

describe('a source column that is gone', () => {
  it.each(sourceColumns)('breaks or changes exactly the queries that touch %s.%s', async (relation, column, stub) => {
    const { touching, beside } = await casesReading(binder, cases, relation, column);
    await binder.declare([withoutColumn(stub, column)]);
    const bindings = await binder.bind([...touching, ...beside].map(({ sql }) => ({ sql })));
    await binder.declare([stub]);
    for (const [at, entry] of [...touching, ...beside].entries()) {
      const { name, sql, expected } = entry;
      const binding = bindings[at];
      // Names for all columns need them all.
      if (sql.includes('as o(a, b, c')) expect(binding?.kind, name).toBe('refused');
      else if (beside.includes(entry)) expect(expectationOf(queryOf(binding)), name).toEqual(expected);
      else if (binding?.kind === 'bound' && !sql.includes('*')) expect(expectationOf(binding.query), name).not.toEqual(expected);
      else if (binding?.kind === 'refused')
        expect(binding.error.kind, name).toMatch(/^(?:unknown-column|unknown-relation|type-mismatch|meaningless|other)$/);
    }
  });
});

describe('queries made at random', () => {
  it('have the lineage and the proofs that their rows show', async () => {
    let seen = 0;
    for (let seed = 1; seed <= 40 * thoroughness; seed += 1) {
      const sql = randomQuery(seededRandom(seed), 2, 'postgres');
      const [binding] = await binder.bind([{ sql }]);
      // Some of what is made at random is no query.
      if (binding?.kind !== 'bound') continue;
      expect(binding.query.opaque, sql).toEqual([]);
      await checks.storeRandom(binding.query, seed);
      const rows = await checks.expectProofs(binding.query, sql, seed);
      if (rows === 0 || rows > 300) continue;
      if (await checks.expectSoundLineage(binding.query, sql, seed)) seen += 1;
    }
    expect(seen).toBeGreaterThan(12 * thoroughness);
  });
});
