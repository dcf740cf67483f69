import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { engine } from './engine.ts';

const require = createRequire(import.meta.url);
const loaded = (name: string): boolean => Object.keys(require.cache).some((path) => path.includes(`node_modules/${name}/`));

it('checks settings, spells SQL and gives its adapter without loading the driver; the parser comes without it too', async () => {
  expect(engine.dialect.literal('x')).toBe("'x'");
  expect(engine.checkSettings({ url: 'postgres://h/d' })).toEqual([]);
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
  expect([loaded('pg'), loaded('libpg-query')]).toEqual([false, false]);
  const analyzer = await adapter.openAnalyzer();
  expect(await analyzer.checkQuery('select 1')).toBe(undefined);
  expect([loaded('pg'), loaded('libpg-query')]).toEqual([false, true]);
});
