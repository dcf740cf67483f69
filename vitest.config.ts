import { defineConfig } from 'vitest/config';

/** Files that take long and rarely tell anything new: `npm run test:long` runs them, and everything else. */
const long = [
  'src/adapters/duckdb/process.test.ts',
  'tests/analyze/example-columns.test.ts',
  'tests/bench.test.ts',
  'tests/kill/harness.test.ts',
  'tests/kill/harness-postgres.test.ts',
  'tests/kill/thread-count.test.ts',
  'tests/real/aviation-postgres.test.ts',
];
const leftOut = process.env['TX_TEST_LONG'] === undefined && process.env['TX_KILL'] === undefined ? long : [];

export default defineConfig({
  test: {
    maxWorkers: 2,
    globalSetup: ['tests/support/server-broker.ts'],
    projects: [
      {
        extends: true,
        // They change nothing that another file sees, so modules are loaded once for all of them.
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts'],
          exclude: ['src/adapters/*/engine.test.ts', ...leftOut],
          isolate: false,
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        extends: true,
        // They look at what has been loaded.
        test: { name: 'loading', include: ['src/adapters/*/engine.test.ts'], testTimeout: 20_000 },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/cases/**', ...leftOut],
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'cases',
          include: ['tests/cases/*.test.ts'],
          testTimeout: 20_000,
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
