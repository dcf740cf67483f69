import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { registry } from '../../src/diagnostics/registry.ts';
import { REPOSITORY } from '../support/tx.ts';
import { readCase } from './read-case.ts';
import { runCase } from './run-case.ts';

const FOLDER = join(REPOSITORY, 'tests', 'cases');

/** `UPDATE_CASES=1` writes what is printed now; read the difference before it is kept. */
const UPDATE = process.env['UPDATE_CASES'] === '1';

/** Codes that no text in a folder can provoke, why, and the test that does it. */
const ELSEWHERE: Readonly<Record<string, { readonly why: string; readonly test: string }>> = {
  'artifacts-instead': { why: 'another process has to hold the database', test: 'tests/bad-inputs/database.test.ts' },
  'clock-behind': { why: 'the time of a run is another each time', test: 'tests/bad-inputs/run.test.ts' },
  'connection-lost': { why: 'an embedded database has no connection to lose', test: 'src/compile/engine-diagnostic.test.ts' },
  'copy-target-moved': { why: 'another run has to come in between', test: 'tests/engines/environments.test.ts' },
  'database-locked': { why: 'another process has to hold the file', test: 'tests/bad-inputs/database.test.ts' },
  'database-not-closed': { why: 'a disk has to be full', test: 'tests/bad-inputs/database.test.ts' },
  'dependents-not-recreated': { why: 'DuckDB binds what reads a table by name', test: 'src/compile/engine-diagnostic.test.ts' },
  'disk-full': { why: 'a disk has to be full', test: 'src/compile/engine-diagnostic.test.ts' },
  'ephemeral-chain-too-long': { why: 'it takes hundreds of files', test: 'src/compile/ephemeral.test.ts' },
  'files-not-watched': { why: 'the system has to run out of room for listeners', test: 'src/cli/watch/watch-session.test.ts' },
  'lock-timeout': { why: 'one process at a time opens a DuckDB file', test: 'src/compile/engine-diagnostic.test.ts' },
  'materialization-not-supported': { why: 'DuckDB offers all of them', test: 'src/plan/build-plan.test.ts' },
  'network-file-system': { why: 'a folder has to be on another machine', test: 'tests/bad-inputs/database.test.ts' },
  'partition-not-in-key': { why: 'DuckDB divides no table', test: 'tests/engines/declared-partitions.test.ts' },
  'partition-taken': { why: 'DuckDB divides no table', test: 'tests/engines/declared-partitions.test.ts' },
  'partitions-differ': { why: 'DuckDB divides no table', test: 'tests/engines/declared-partitions.test.ts' },
  'port-in-use': { why: 'another program has to listen', test: 'tests/docs-site/serve.test.ts' },
  'run-id-at-work': { why: 'a run has to be at work', test: 'tests/engines/run-id.test.ts' },
  'run-id-of-copies': { why: 'a promotion has to fail on its way', test: 'tests/engines/run-id.test.ts' },
  'state-in-use': { why: 'a run has to be at work', test: 'tests/engines/state-command.test.ts' },
  'statement-cancelled': { why: 'somebody has to interrupt the database', test: 'src/compile/engine-diagnostic.test.ts' },
  'strategy-not-supported': { why: 'DuckDB offers all of them', test: 'src/plan/build-plan.test.ts' },
  'transaction-conflict': { why: 'two runs have to meet', test: 'src/compile/engine-diagnostic.test.ts' },
};

const names = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

describe('golden cases', () => {
  for (const name of names) {
    const golden = readCase(readFileSync(join(FOLDER, name, 'case.txt'), 'utf8'));
    it(`${name}: ${golden.title}`, async () => {
      const { transcript, exits } = await runCase(golden);
      const path = join(FOLDER, name, 'expected.txt');
      if (UPDATE) writeFileSync(path, transcript);
      expect(transcript).toBe(existsSync(path) ? readFileSync(path, 'utf8') : '');
      expect(exits).toEqual(golden.steps.flatMap((step) => (step.kind === 'tx' ? [step.exit] : [])));
      expect(transcript).toMatch(new RegExp(`^(error|warning|fail|warn) ${name}( |$)`, 'm'));
    });
  }

  it('exist for every code that a project can provoke', () => {
    expect(Object.keys(registry).filter((code) => !names.includes(code) && !(code in ELSEWHERE))).toEqual([]);
    expect(names.filter((name) => !(name in registry))).toEqual([]);
    expect(Object.keys(ELSEWHERE).filter((code) => names.includes(code) || !(code in registry))).toEqual([]);
  });

  it('are replaced only by tests that are there', () => {
    const provoked = ([code, { test }]: [string, { readonly test: string }]): boolean => {
      const path = join(REPOSITORY, test);
      return existsSync(path) && readFileSync(path, 'utf8').includes(code);
    };
    expect(Object.entries(ELSEWHERE).filter((entry) => !provoked(entry))).toEqual([]);
  });
});
