import { describe, expect, it } from 'vitest';
import type { ConfigKeyName } from './config-keys.ts';
import { configShapes, configSpellings, findConfigKey, readConfigValue } from './config-keys.ts';
import type { YamlValue } from './project.ts';

const span = { path: 'm.sql', start: 3, end: 9 };

function read(name: ConfigKeyName, value: YamlValue): unknown {
  const outcome = readConfigValue(name, { value, span });
  return outcome.value ?? outcome.diagnostics.map((entry) => `${entry.message}${entry.help === undefined ? '' : ` (${entry.help})`}`);
}

describe('readConfigValue', () => {
  it.each<[ConfigKeyName, YamlValue, unknown]>([
    ['tags', 'daily', ['daily']],
    ['tags', ['a', 'b'], ['a', 'b']],
    ['unique_key', 'id', ['id']],
    ['incremental_strategy', 'delete+insert', 'delete_insert'],
    ['pre_hook', 'select 1', [{ sql: 'select 1', transaction: true }]],
    [
      'post_hook',
      ['a', { sql: 'b', transaction: false }],
      [
        { sql: 'a', transaction: true },
        { sql: 'b', transaction: false },
      ],
    ],
    ['limit', 10, 10],
    ['limit', { yamlNumber: 10, text: '1e1' }, 10],
    ['quarantine', { max_rows: { yamlNumber: 10, text: '1e1' } }, { max_rows: 10 }],
    ['tests', { limit: { yamlNumber: 2, text: '2.0' }, tags: 'a' }, { limit: 2, tags: ['a'] }],
    ['column_types', { id: 'bigint' }, { id: 'bigint' }],
    ['meta', { a: [1, { b: null }] }, { a: [1, { b: null }] }],
  ])('gives %s %j its canonical form', (name, value, expected) => {
    expect(read(name, value)).toEqual(expected);
  });

  it.each<[ConfigKeyName, YamlValue, string]>([
    [
      'materialized',
      'tabel',
      '`materialized` must be one of `view`, `table`, `incremental`, `ephemeral`, `materialized_view`, `external`, not `tabel` (did you mean `table`?)',
    ],
    ['enabled', 'yes', '`enabled` must be `true` or `false`, not the text "yes"'],
    ['tags', [1], '`tags` must be text or a list of texts, not a list'],
    ['limit', 0, '`limit` must be a whole number above 0, not `0`'],
    ['delimiter', ';;', '`delimiter` must be one character, not `;;`'],
    ['pre_hook', { sqll: 'x' }, '`pre_hook` must be SQL, a mapping with `sql` and `transaction`, or a list of these, not a mapping'],
    ['alias', 7, '`alias` must be a relation name, not `7` (quote it: `"7"`)'],
    ['unique_key', [], '`unique_key` must be a column or a list of columns, not `[]`'],
    ['unique_key', ['a', 'b', 'a'], '`unique_key` must be a list that names each column once, not `[a, b, a]`'],
    ['schema', null, '`schema` must be a schema name, not nothing'],
    ['tests', 'warn', '`tests` must be a mapping of config of tests, not `warn`'],
    ['tests', { sevrity: 'warn' }, 'unknown key `sevrity` in `tests` (did you mean `severity`?)'],
    ['tests', { severity: 'wran' }, '`tests.severity` must be one of `error`, `warn`, not `wran` (did you mean `warn`?)'],
    ['quarantine', { max_rows: -1 }, '`quarantine.max_rows` must be a whole number, not `-1`'],
    ['contract', {}, '`contract` has no `enforced` (add `enforced:`)'],
    ['freshness', { warn_after: { count: 1, periode: 'day' } }, 'unknown key `periode` in `freshness.warn_after`'],
    ['freshness', { warn_after: { count: 1 } }, '`freshness.warn_after` has no `period` (add `period:`)'],
    ['freshness', { warn_after: { count: 1, period: 'day', of: 1 } }, 'unknown key `of` in `freshness.warn_after`'],
  ])('refuses %s %j', (name, value, message) => {
    expect(read(name, value)).toEqual([message]);
    expect(readConfigValue(name, { value, span }).diagnostics[0]?.span).toEqual(span);
  });
});

describe('the vocabulary of config', () => {
  it('knows aliases, and keys only where they mean something', () => {
    expect(findConfigKey('model', 'strategy')?.name).toBe('incremental_strategy');
    expect(findConfigKey('seed', 'pre-hook')?.name).toBe('pre_hook');
    expect(findConfigKey('seed', 'materialized')).toBeUndefined();
    expect(findConfigKey('model', 'constructor')).toBeUndefined();
  });

  it('has the same words for tests on a node and on themselves', () => {
    expect(new Set(Object.keys(configShapes.tests.entries))).toEqual(new Set(configSpellings('test')));
    for (const resource of ['model', 'seed', 'snapshot', 'source'] as const) expect(findConfigKey(resource, 'tests')?.merge).toBe('nest');
  });

  it('holds for each kind of node exactly its keys', () => {
    expect(configSpellings('test')).toEqual([
      'enabled',
      'schema',
      'tags',
      'meta',
      'severity',
      'warn_if',
      'error_if',
      'where',
      'on_null',
      'group_by',
      'limit',
      'store_failures',
      'on_fail',
      'keep',
    ]);
    expect(configSpellings('source')).toEqual([
      'enabled',
      'tags',
      'meta',
      'tests',
      'freshness',
      'loaded_at_field',
      'loaded_at_query',
      'event_time',
    ]);
    expect(configSpellings('exposure')).toEqual(['enabled', 'tags', 'meta']);
    expect(configSpellings('seed')).toEqual([
      'enabled',
      'schema',
      'alias',
      'database',
      'tags',
      'meta',
      'group',
      'docs',
      'unlogged',
      'indexes',
      'grants',
      'tests',
      'persist_docs',
      'contract',
      'pre_hook',
      'pre-hook',
      'post_hook',
      'post-hook',
      'delimiter',
      'column_types',
      'freshness',
      'loaded_at_field',
      'loaded_at_query',
    ]);
  });
});
