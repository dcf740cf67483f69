import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Binder, Binding, BoundQuery } from '../../src/adapter/analysis.ts';
import type { Connection } from '../../src/adapter/connection.ts';
import { openBinder } from '../../src/adapters/duckdb/analysis/open-binder.ts';
import { quoteIdentifier } from '../../src/adapters/duckdb/quoting.ts';
import { openSession } from '../../src/adapters/duckdb/session.ts';
import { withRenamedColumn, withoutColumn } from './changed-stubs.ts';
import { casesReading, sourceColumnsOf, withOtherSource } from './column-readers.ts';
import { createLineageChecks } from './lineage-checks.ts';
import { rounds, sample, thoroughness } from './thoroughness.ts';
import { randomQuery } from './random-query.ts';
import { expectationOf, readCases, shownName } from './read-cases.ts';
import type { LineageCase } from './read-cases.ts';
import { contentSql, relations, seededRandom, stubs, tablesSql } from './relations.ts';

const cases = ['shared', 'duckdb'].flatMap((folder) => readCases(join(import.meta.dirname, 'cases', folder)));
const named = cases.map((entry) => [entry.name, entry] as const);

let binder: Binder;
let connection: Connection;
beforeAll(async () => {
  const projectRoot = import.meta.dirname;
  binder = await openBinder({ projectRoot });
  expect(await binder.declare(stubs)).toEqual([]);
  const target = { name: 'test', type: 'duckdb', schema: 'main', threads: 1, settings: { path: ':memory:' } };
  const session = await openSession({ target, projectRoot, connections: 1, readOnly: false });
  connection = await session.connect();
  await connection.run({ sql: tablesSql(relations, quoteIdentifier) });
  return async () => {
    await binder.close();
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
    expect(expectationOf(query)).toEqual(expected);
    expect(query.opaque).toEqual([]);
  });
  it('have names of their own, and are many', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(cases.length).toBeGreaterThanOrEqual(75);
  });
});

const checks = createLineageChecks({
  relations,
  store: async (content, names) => {
    await connection.run({ sql: contentSql(content, names, quoteIdentifier) });
  },
  run: async (sql) => {
    const { rows } = await connection.query({ sql: `select columns(*)::varchar from (${sql}\n)` });
    return rows.map((row) => row.map(String));
  },
});

describe('names and types', () => {
  it.each(named)('are those of a table made of the query: %s', async (_, { sql }) => {
    await connection.run({ sql: `create or replace table made as (${sql}\n) with no data` });
    const { rows } = await connection.query({
      sql: `select column_name, data_type from duckdb_columns() where table_name = 'made' order by column_index`,
    });
    expect((await bind(sql)).columns.map(({ name, type }) => [name, type])).toEqual(rows);
  });
});

describe('proofs hold of random rows', () => {
  it.each(named)('%s', async (_, { sql }) => {
    const query = await bind(sql);
    for (let seed = 1; seed <= rounds; seed += 1) {
      await checks.storeRandom(query, seed);
      await checks.expectProofs(query, sql, seed);
    }
  });
});

describe('other values in one source column change no output but those that lineage names', () => {
  const stable = named.filter(([, { unstable }]) => !unstable);
  it.each(stable)('%s', async (_, { sql }) => {
    const query = await bind(sql);
    for (let seed = 1; seed <= rounds; seed += 1) expect(await checks.expectSoundLineage(query, sql, seed)).toBe(true);
  });
});

describe('every source that lineage names is seen to matter', () => {
  it.each(sample(named))('%s', async (_, { sql }) => {
    await checks.expectSeenSources(await bind(sql), sql);
  });
});

const sourceColumns = sourceColumnsOf(stubs);

describe('a source column under another name', () => {
  it.each(sourceColumns)('shows in exactly the edges that named %s.%s', async (relation, column, stub) => {
    const quoted = quoteIdentifier;
    const list = stub.columns.map(({ name }) => (name === column ? `${quoted('renamed')} as ${quoted(name)}` : quoted(name))).join(', ');
    const hidden = `with ${quoted(relation)} as (select ${list} from main.${quoted(relation)})`;
    const { touching, beside } = await casesReading(binder, cases, relation, column);
    // Only the relation itself has row numbers, and the text of a query in a query sees no CTE around it.
    const entries = [...touching, ...beside].filter(({ sql }) => !/rowid|from query\(/.test(sql));
    await binder.declare([withRenamedColumn(stub, column, 'renamed')]);
    const bindings = await binder.bind(entries.map(({ sql }) => ({ sql: `${hidden} select * from (${sql}\n)` })));
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
    // What EXCLUDE names has to be there, and is not read.
    const excluding = ({ sql }: LineageCase): boolean => /exclude \(([^)]*)\)/.exec(sql)?.[1]?.split(', ').includes(column) === true;
    await binder.declare([withoutColumn(stub, column)]);
    const bindings = await binder.bind([...touching, ...beside].map(({ sql }) => ({ sql })));
    await binder.declare([stub]);
    for (const [at, entry] of [...touching, ...beside].entries()) {
      const { name, sql, expected } = entry;
      const binding = bindings[at];
      const refused = binding?.kind === 'refused' ? binding.error.kind : undefined;
      if (excluding(entry)) expect(refused, name).toBe('unknown-column');
      else if (beside.includes(entry)) expect(expectationOf(queryOf(binding)), name).toEqual(expected);
      else if (refused === undefined && !sql.includes('*')) expect(expectationOf(queryOf(binding)), name).not.toEqual(expected);
      else if (refused !== undefined)
        expect(refused, name).toMatch(/^(?:unknown-column|unknown-relation|type-mismatch|meaningless|other)$/);
    }
  });
});

describe('queries made at random', () => {
  it('have the lineage and the proofs that their rows show', async () => {
    let seen = 0;
    for (let seed = 1; seed <= 40 * thoroughness; seed += 1) {
      const sql = randomQuery(seededRandom(seed), 2);
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
