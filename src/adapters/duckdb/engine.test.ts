import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { engine } from './engine.ts';

const loaded = (): boolean => Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('node_modules/@duckdb'));

it('checks settings and spells SQL without loading the driver, which comes with its adapter', async () => {
  expect(engine.dialect.literal('x')).toBe("'x'");
  expect(engine.checkSettings({ path: 'w.db' })).toEqual([]);
  expect(loaded()).toBe(false);
  const adapter = await engine.load();
  const context = {
    look: () => Promise.resolve([]),
    standing: undefined,
    lockTimeoutMs: undefined,
    isRebuilt: () => false,
    onWait: () => undefined,
    keep: () => undefined,
  };
  expect(adapter.operations['create-schema']({ kind: 'create-schema', schema: 's' }, context)).toEqual([
    { sql: 'create schema if not exists "s"' },
  ]);
  expect(loaded()).toBe(true);
});
