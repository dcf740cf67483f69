/** Mistakes that can be made: the text of each stands where it is looked for. That tests notice them is mutation.test.ts, which takes long. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../support/tx.ts';
import { mutants } from './mutants.ts';

describe('a mistake', () => {
  it.each(mutants.map((mutant) => [mutant.mistake, mutant] as const))('%s: can be made in one place', (_, { file, from, to, tests }) => {
    const text = readFileSync(join(REPOSITORY, file), 'utf8').replaceAll('\r\n', '\n');
    expect(text.split(from), file).toHaveLength(2);
    expect(to).not.toBe(from);
    expect(existsSync(join(REPOSITORY, tests)), tests).toBe(true);
  });
});
