import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stateRow } from './fault-session.ts';
import type { Sabotage } from './fault-session.ts';
import { openLaboratory } from './laboratory.ts';
import type { Bench, Laboratory } from './laboratory.ts';
import { findOperation } from './operations.ts';
import type { ViolationKind } from './verdict.ts';

/** Kinds of violation that come to light when a sabotaged build dies right before the call that `text` matches. */
async function found(bench: Bench, sabotage: Sabotage, text: RegExp): Promise<readonly ViolationKind[]> {
  const at = bench.calls.findIndex((call) => text.test(call.sql)) + 1;
  expect(at).toBeGreaterThan(0);
  const sabotaged = await bench.killAt({ at, side: 'before' }, sabotage);
  const honest = await bench.killAt({ at, side: 'before' });
  expect(sabotaged.killed).toBe(true);
  expect(honest.violations).toEqual([]);
  return [...new Set(sabotaged.violations.map((violation) => violation.kind))];
}

describe('the checks of the kill tests', () => {
  let laboratory: Laboratory;
  beforeAll(async () => {
    laboratory = await openLaboratory();
  });
  afterAll(() => laboratory.close(), 60_000);

  it('see an orphaned stage and a missing table when each statement commits on its own', async () => {
    const bench = await laboratory.prepare(findOperation('table rebuild'));
    expect(await found(bench, 'split-transaction', /^drop table/)).toContain('orphan');
    expect(await found(bench, 'split-transaction', /^alter table .* rename to/)).toContain('content');
    expect(await found(bench, 'split-transaction', stateRow)).toContain('state');
  });

  it('see rows that are deleted but not yet inserted again', async () => {
    const bench = await laboratory.prepare(findOperation('incremental delete_insert'));
    expect(await found(bench, 'split-transaction', /^insert into "main"\."facts"/)).toContain('content');
  });

  it('see a column that is added but has no rows yet', async () => {
    const bench = await laboratory.prepare(findOperation('incremental append_new_columns'));
    expect(await found(bench, 'split-transaction', /^(delete from|merge into) "main"\."facts"/)).toContain('content');
  });

  it('see a hook without its model', async () => {
    const bench = await laboratory.prepare(findOperation('hooks in the transaction'));
    expect(await found(bench, 'split-transaction', /^create table/)).toContain('content');
  });

  it('see a publication that a failing audit should have stopped', async () => {
    const bench = await laboratory.prepare(findOperation('failing audit'));
    const kinds = (await bench.leaveAlone('split-transaction')).map((violation) => violation.kind);
    expect(kinds).toContain('content');
  });

  it('see a build that nobody recorded', async () => {
    for (const name of ['table rebuild', 'seed reload']) {
      const bench = await laboratory.prepare(findOperation(name));
      expect(await bench.leaveAlone()).toEqual([]);
      const kinds = (await bench.leaveAlone('drop-state-row')).map((violation) => violation.kind);
      expect(kinds).toContain('state');
    }
  });

  it('see a record that is written in a transaction after that of the data', async () => {
    const bench = await laboratory.prepare(findOperation('table rebuild'));
    expect(await found(bench, 'state-after-commit', stateRow)).toContain('state');
  });
});
