import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/support/longest-first.ts';

/** Files that take long and rarely tell anything new: `npm run test:long` runs them, and everything else. */
const long: readonly string[] = [
  'tests/mutation/mutation.test.ts',
  'tests/real/aviation-postgres.test.ts',
  'tests/real/aviation-by-day.test.ts',
  'tests/engines/column-edits.test.ts',
  'tests/engines/diff-memory.test.ts',
  'tests/docs-site/search-time.test.ts',
  'tests/docs-site/explorer-time.test.ts',
  // `npm run test:kill` runs these too: that the kill tests see what they look for, and deaths at any time.
  'tests/kill/harness.test.ts',
  'tests/kill/harness-postgres.test.ts',
  'tests/kill/random-kill.test.ts',
];
const leftOut = process.env['TX_TEST_LONG'] === undefined && process.env['TX_KILL'] === undefined ? [...long] : [];

/** Files that run most commands in their own process. */
const commands = [
  'tests/cli/*.test.ts',
  'tests/bad-inputs/*.test.ts',
  'tests/lint/*.test.ts',
  'tests/scale/*.test.ts',
  'tests/docs.test.ts',
  'tests/format/fmt.test.ts',
  'tests/analyze/example-columns.test.ts',
  'tests/example/example.test.ts',
];

/** Files that run commands on databases of their own; what they load is loaded once for all of them. */
const engines = ['tests/engines/*.test.ts', 'tests/lineage/*.test.ts'];

export default defineConfig({
  test: {
    // One more than the least machine has cores: many tests wait for disks, servers and clocks.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    globalSetup: ['tests/support/server-broker.ts'],
    setupFiles: ['tests/support/after-each-file.ts'],
    projects: [
      {
        extends: true,
        // They change nothing that another file sees, so modules are loaded once for all of them.
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts'],
          exclude: ['src/adapters/*/engine.test.ts', ...leftOut],
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        // They look at what has been loaded.
        test: { name: 'loading', include: ['src/adapters/*/engine.test.ts'], testTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/cases/**', ...commands, ...engines, ...leftOut],
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'engines',
          include: engines,
          exclude: leftOut,
          isolate: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        // They run commands in their own process, one after the other, each in a folder of its own.
        test: {
          name: 'commands',
          include: commands,
          exclude: leftOut,
          isolate: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
          // JavaScript of a project is loaded as Node loads it, so that its errors read as users see them.
          server: { deps: { external: [/\/tx-test-/] } },
        },
      },
      {
        extends: true,
        test: {
          name: 'cases',
          include: ['tests/cases/*.test.ts'],
          testTimeout: 60_000,
          // A command changes the working folder, which worker threads cannot.
          pool: 'forks',
          // JavaScript of a project is loaded as Node loads it, so that its errors read as users see them.
          server: { deps: { external: [/\/tx-golden-case-/] } },
        },
      },
    ],
    coverage: { provider: 'v8', include: ['src/**/*.ts'], exclude: ['src/**/*.test.ts'] },
  },
});
