/** The tests notice mistakes: each of them, made in the sources, turns the tests red that are to notice it. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY, runProgram } from '../support/tx.ts';
import { mutants } from './mutants.ts';

const vitest = join(REPOSITORY, 'node_modules', 'vitest', 'vitest.mjs');
const config = join(REPOSITORY, 'tests', 'mutation', 'vitest.config.ts');

async function run(tests: string, mutant: string): Promise<{ readonly code: number; readonly text: string }> {
  const given = { cwd: REPOSITORY, env: { TX_MUTANT: mutant }, timeoutMs: 280_000 };
  const { code, stdout, stderr } = await runProgram(process.execPath, [vitest, 'run', '--config', config, tests], given);
  return { code, text: stdout + stderr };
}

describe('a mistake', () => {
  it.each(mutants.map((mutant, at) => [mutant.mistake, mutant, at] as const))(
    '%s: is noticed',
    { timeout: 300_000 },
    async (_, mutant, at) => {
      const { code, text } = await run(mutant.tests, String(at));
      expect(code, text).not.toBe(0);
      // By a test that looked, and not because nothing could be loaded.
      expect(text).toMatch(/AssertionError|Property failed|to be|rejected/);
    },
  );

  it.each([...new Set(mutants.map(({ tests }) => tests))])('is none: %s is green', { timeout: 300_000 }, async (tests) => {
    const { code, text } = await run(tests, '');
    expect(code, text).toBe(0);
  });
});
