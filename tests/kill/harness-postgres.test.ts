/** The checks of the kill tests notice on a server what they are there for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../src/adapters/postgres/open-test-session.ts';
import { stateRow } from './fault-session.ts';
import { openLaboratory } from './laboratory.ts';
import type { Laboratory } from './laboratory.ts';
import { findOperation } from './operations.ts';
import { openServerYard } from './yard.ts';

const database = useTestDatabase();

describe('the checks of the kill tests, on PostgreSQL', () => {
  let laboratory: Laboratory;
  beforeAll(async () => {
    laboratory = await openLaboratory(() => Promise.resolve(openServerYard(database.url())));
  });
  afterAll(() => laboratory.close(), 60_000);

  it('see an orphaned stage, a missing table and a build that nobody recorded', async () => {
    const bench = await laboratory.prepare(findOperation('table rebuild'));
    const at = bench.calls.findIndex((call) => call.sql.startsWith('drop table')) + 1;
    expect(at).toBeGreaterThan(0);
    const split = await bench.killAt({ at, side: 'before' }, 'split-transaction');
    expect(split.violations.map(({ kind }) => kind)).toContain('orphan');
    expect((await bench.killAt({ at, side: 'before' })).violations).toEqual([]);
    const named = bench.calls.findIndex((call) => /^alter table .* rename to/.test(call.sql)) + 1;
    const unnamed = await bench.killAt({ at: named, side: 'before' }, 'split-transaction');
    expect(unnamed.violations.map(({ kind }) => kind)).toContain('content');
    const dropped = await bench.leaveAlone('drop-state-row');
    expect(dropped.map(({ kind }) => kind)).toContain('state');
    const recorded = bench.calls.findIndex((call) => stateRow.test(call.sql)) + 1;
    const late = await bench.killAt({ at: recorded, side: 'before' }, 'state-after-commit');
    expect(late.violations.map(({ kind }) => kind)).toContain('state');
  });
});
