import { describe, expect, it } from 'vitest';
import { noHistory } from '../state/history-reader.ts';
import { readCatalog, readFreshness, readLastRun } from './read-artifacts.ts';

describe('a catalog', () => {
  it('gives relations with their columns in order', () => {
    const catalog = {
      nodes: {
        'model.shop.orders': {
          metadata: { type: 'BASE TABLE' },
          columns: { b: { type: 'TEXT', index: 2, name: 'b' }, a: { type: 'INTEGER', index: 1, name: 'a' } },
          stats: { num_rows: { value: 7 } },
        },
      },
      sources: { 'source.shop.web.visits': { metadata: { type: 'VIEW' }, columns: {}, stats: {} } },
    };
    expect([...readCatalog(JSON.stringify(catalog))]).toEqual([
      ['model.shop.orders', { kind: 'table', columns: [{ name: 'a', type: 'INTEGER' }, { name: 'b', type: 'TEXT' }], rows: 7 }],
      ['source.shop.web.visits', { kind: 'view', columns: [], rows: undefined }],
    ]);
  });
});

describe('the last run', () => {
  const run = {
    metadata: { invocation_id: 'r1', generated_at: '2024-05-01T10:00:05.000Z', invocation_started_at: '2024-05-01T10:00:00.000Z' },
    args: { which: 'build' },
    results: [
      {
        unique_id: 'model.shop.orders',
        status: 'success',
        execution_time: 1.5,
        adapter_response: { rows_affected: 7 },
        timing: [{ started_at: '2024-05-01T10:00:01.000Z' }, { started_at: '2024-05-01T10:00:02.000Z' }],
      },
      { unique_id: 'test.shop.not_null.1', status: 'fail', failures: 3, timing: [] },
      { unique_id: 'model.shop.later', status: 'skipped', timing: [] },
    ],
  };

  it('tells builds from tests, and leaves out what was skipped', () => {
    const { runs, builds, checks } = readLastRun(JSON.stringify(run));
    expect(runs).toEqual([
      { runId: 'r1', command: 'build', target: '', status: 'failed', startedAt: '2024-05-01T10:00:00.000Z', endedAt: '2024-05-01T10:00:05.000Z' },
    ]);
    expect([...builds.keys()]).toEqual(['model.shop.orders']);
    expect(builds.get('model.shop.orders')?.[0]).toMatchObject({ durationMs: 1500, rows: 7, startedAt: '2024-05-01T10:00:02.000Z' });
    expect(checks.get('test.shop.not_null.1')?.[0]).toMatchObject({ status: 'fail', failures: 3, at: '2024-05-01T10:00:05.000Z' });
  });
});

describe('ages of sources', () => {
  it('have a time only where there are rows', () => {
    const results = [
      { unique_id: 'a', status: 'pass', max_loaded_at: '2024-05-01T00:00:00Z', snapshotted_at: '2024-05-02T00:00:00Z' },
      { unique_id: 'b', status: 'error', max_loaded_at: '0001-01-01T00:00:00.000Z', snapshotted_at: '2024-05-02T00:00:00Z' },
      { unique_id: 'c', status: 'runtime error', error: 'gone' },
    ];
    expect([...readFreshness(JSON.stringify({ results }))]).toEqual([
      ['a', { status: 'pass', loadedAt: '2024-05-01T00:00:00Z', checkedAt: '2024-05-02T00:00:00Z' }],
      ['b', { status: 'error', checkedAt: '2024-05-02T00:00:00Z' }],
      ['c', { status: 'runtime error' }],
    ]);
  });
});

describe('what is no artifact', () => {
  it.each(['', 'no json', '[]', 'null', '{"results":{"a":1},"nodes":[1],"metadata":3}'])('says nothing: %s', (text) => {
    expect(readLastRun(text)).toEqual(noHistory);
    expect(readCatalog(text).size).toBe(0);
    expect(readFreshness(text).size).toBe(0);
  });
});
