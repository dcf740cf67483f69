import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { engine } from './engine.ts';

const loaded = (): boolean => Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('node_modules/@duckdb'));

it('checks settings and spells SQL without loading the driver, which comes with its adapter', async () => {
  expect(engine.dialect.literal('x')).toBe("'x'");
  expect(engine.checkSettings({ path: 'w.db' })).toEqual([]);
  expect(loaded()).toBe(false);
  const adapter = await engine.load();
  const context = { look: () => Promise.resolve([]), standing: undefined };
  expect(adapter.operations['create-schema']({ kind: 'create-schema', schema: 's' }, context)).toEqual([
    { sql: 'create schema if not exists "s"' },
  ]);
  expect(loaded()).toBe(true);
});

it('names what is wrong with its settings', () => {
  expect(engine.checkSettings({ path: 'w.db', memory_limit: '1.5 GiB', read_only: true })).toEqual([]);
  expect(engine.checkSettings({}).map((problem) => problem.key)).toEqual(['path']);
  expect(engine.checkSettings({ path: ' ', memory_limit: 4, read_only: 'yes' }).map((problem) => problem.key)).toEqual([
    'path',
    'memory_limit',
    'read_only',
  ]);
  expect(engine.checkSettings({ path: 'x', memory_limit: 'lots' }).map((problem) => problem.key)).toEqual(['memory_limit']);
});
