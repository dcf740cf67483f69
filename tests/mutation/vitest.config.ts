/** Runs tests over sources with one mistake in them, which `TX_MUTANT` names by its number. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { mutants } from './mutants.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const number = process.env['TX_MUTANT'] ?? '';
const mutant = number === '' ? undefined : mutants[Number(number)];

export default defineConfig({
  root,
  plugins: [
    {
      name: 'mutant',
      enforce: 'pre',
      load(id) {
        if (mutant === undefined || id.split('?')[0] !== join(root, mutant.file)) return undefined;
        return readFileSync(join(root, mutant.file), 'utf8')
          .replaceAll('\r\n', '\n')
          .replace(mutant.from, () => mutant.to);
      },
    },
  ],
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    globalSetup: ['tests/support/server-broker.ts'],
    setupFiles: ['tests/support/after-each-file.ts'],
    bail: 1,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
