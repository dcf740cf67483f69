import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['src/**/*.test.ts'], testTimeout: 20_000, hookTimeout: 20_000 },
      },
      {
        extends: true,
        // Projects used as data may hold test files of their own.
        test: { name: 'system', include: ['tests/**/*.test.ts'], exclude: ['tests/cases/**'], testTimeout: 120_000, hookTimeout: 180_000 },
      },
    ],
    coverage: { provider: 'v8', include: ['src/**/*.ts'], exclude: ['src/**/*.test.ts'] },
  },
});
