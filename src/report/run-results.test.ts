import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { built, failedTest, finished, nodeId, tested } from './run-fixture.ts';
import { readRunResults, runResultsArtifact } from './run-results.ts';

const { result } = finished([
  built('stg_orders', { rows: 12, worker: 2 }),
  built('orders', { status: 'error', message: 'no such \u001b[31mcolumn' }),
  tested('unique_id', { failures: 0, total: 12 }),
  failedTest('not_null_email', 17, 18240),
  failedTest('not_null_x', 1, 2, { status: 'warn' }),
  built('report', { status: 'skipped', skippedBecause: nodeId('model.shop.orders') }),
  built('late', { status: 'cancelled' }),
]);
const input = {
  args: { select: ['stg_orders+'], full_refresh: false, vars: null },
  version: '1.0.0',
  generatedAt: '2026-11-19T08:00:03.000Z',
  compiledCode: (id: string) => (id === 'model.shop.stg_orders' ? 'select 1' : undefined),
};
const artifact = runResultsArtifact(result, input);
const schemaFile = new URL('../../tests/schemas/dbt/run-results-v6.json', import.meta.url);

describe('runResultsArtifact', () => {
  it("is valid against dbt's own schema", () => {
    // The file is dbt's schema, an object; Ajv checks that itself.
    const validate = new Ajv2020({ strict: false, allErrors: true }).compile(JSON.parse(readFileSync(schemaFile, 'utf8')) as object);
    expect(validate(JSON.parse(JSON.stringify(artifact))), JSON.stringify(validate.errors)).toBe(true);
  });

  it('tells of the run', () => {
    expect(artifact.metadata).toEqual({
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json',
      dbt_version: '1.10.0',
      generated_at: '2026-11-19T08:00:03.000Z',
      invocation_id: 'run-1',
      invocation_started_at: '2026-11-19T08:00:00.000Z',
      env: { TX_VERSION: '1.0.0', TX_STATUS: 'failed' },
    });
    expect(artifact.elapsed_time).toBe(2.3);
    expect(artifact.args).toEqual({ which: 'build', select: ['stg_orders+'], full_refresh: false, vars: null });
  });

  it('leaves no key out, whatever is known', () => {
    expect(artifact.results[0]).toEqual({
      status: 'success',
      timing: [
        { name: 'compile', started_at: '2026-11-19T08:00:00.000Z', completed_at: '2026-11-19T08:00:00.000Z' },
        { name: 'execute', started_at: '2026-11-19T08:00:00.000Z', completed_at: '2026-11-19T08:00:00.020Z' },
      ],
      thread_id: 'Thread-3',
      execution_time: 0.02,
      adapter_response: { rows_affected: 12 },
      message: null,
      failures: null,
      unique_id: 'model.shop.stg_orders',
      compiled: true,
      compiled_code: 'select 1',
      relation_name: '"main"."stg_orders"',
      batch_results: null,
    });
    for (const entry of artifact.results) expect(Object.keys(entry)).toEqual(Object.keys(artifact.results[0] ?? {}));
  });

  it("uses dbt's words, and messages without control characters", () => {
    expect(artifact.results.map((entry) => [entry.status, entry.failures, entry.message])).toEqual([
      ['success', null, null],
      ['error', null, 'no such column'],
      ['pass', 0, null],
      ['fail', 17, 'test `not_null_email` found 17 of 18,240 rows'],
      ['warn', 1, 'test `not_null_x` found 1 of 2 rows'],
      ['skipped', null, 'skipped because of model.shop.orders'],
      ['skipped', null, 'cancelled'],
    ]);
  });
});

describe('readRunResults', () => {
  it('reads back what was written', () => {
    const read = readRunResults(JSON.stringify(artifact));
    expect(read?.command).toBe('build');
    expect(read?.args).toEqual({ which: 'build', select: ['stg_orders+'], full_refresh: false, vars: null });
    expect(read?.results[1]).toEqual({ id: 'model.shop.orders', status: 'error' });
    expect(read?.results.length).toBe(7);
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['a file of another tool', JSON.stringify({ ...artifact, metadata: { ...artifact.metadata, env: {} } })],
    ['an unknown command', JSON.stringify({ ...artifact, args: { which: 'docs' } })],
    ['results of another form', JSON.stringify({ ...artifact, results: [{}] })],
  ])('refuses %s', (_, text) => {
    expect(readRunResults(text)).toBeUndefined();
  });
});
