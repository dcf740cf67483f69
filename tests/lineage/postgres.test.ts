import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Binder, Binding, BoundQuery } from '../../src/adapter/analysis.ts';
import { targetOf, useTestDatabase } from '../../src/adapters/postgres/open-test-session.ts';
import { openTargetBinder } from '../../src/adapters/postgres/target-binder.ts';
import { expectationOf, readCases } from './read-cases.ts';
import { postgresStubs } from './relations.ts';

const cases = ['shared', 'postgres'].flatMap((folder) => readCases(join(import.meta.dirname, 'cases', folder)));
const named = cases.map((entry) => [entry.name, entry] as const);
const database = useTestDatabase();

let binder: Binder;
beforeAll(async () => {
  binder = await openTargetBinder(targetOf({ url: database.url(), search_path: 'main' }));
  expect(await binder.declare(postgresStubs)).toEqual([]);
  return () => binder.close();
});

function queryOf(binding: Binding | undefined): BoundQuery {
  if (binding?.kind !== 'bound') throw new Error(`not bound: ${JSON.stringify(binding)}`);
  return binding.query;
}

describe('golden cases', () => {
  it.each(named)('%s', async (_, { sql, expected }) => {
    const query = queryOf((await binder.bind([{ sql }]))[0]);
    expect(query.opaque).toEqual([]);
    expect(expectationOf(query)).toEqual(expected);
  });
});
