import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { RunEvent } from '../execute/events.ts';
import { createJsonLog, renderLogDiagnostic, renderLogOutput } from './json-log.ts';
import { built, failedTest, finished, nodeId, sampleRows, sources, started, tested, unknownColumn } from './run-fixture.ts';

const schema: unknown = JSON.parse(readFileSync(new URL('../../schemas/log-event.schema.json', import.meta.url), 'utf8'));
// The schema file is an object; Ajv checks that itself.
const isLogEvent = new Ajv({ allErrors: true, formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ } }).compile(
  schema as object,
);

function log(events: readonly RunEvent[]): readonly Record<string, unknown>[] {
  let text = '';
  const reporter = createJsonLog({
    channel: { write: (part) => void (text += part) },
    now: () => Date.UTC(2026, 10, 19, 9),
    sources: (path) => sources.get(path),
    version: '1.0.0',
  });
  for (const event of events) reporter.handle(event);
  reporter.stop();
  expect(text.endsWith('\n')).toBe(true);
  // Each line is checked against the schema by the caller.
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const failedHook = {
  ...diagnose('hook-failed', { hook: 'on_run_end[0]', message: 'value "secret row" is bad' }),
  redacted: '`on_run_end[0]` failed: value … is bad',
};
const failed = failedTest('not_null_email', 17, 18240);
const results = [
  built('stg_orders', { rows: 12 }),
  tested('unique_id'),
  built('orders', {
    status: 'error',
    message: 'duckdb: unknown column',
    diagnostics: [{ ...unknownColumn, message: 'could not convert "row value"' }],
  }),
  failed,
  built('report', { status: 'skipped', attempts: 0, skippedBecause: nodeId('model.shop.orders') }),
];
const events: readonly RunEvent[] = [
  started({ models: 3, seeds: 0, snapshots: 0, tests: 2 }),
  { type: 'node-started', id: nodeId('model.shop.stg_orders'), name: 'stg_orders', at: '2026-11-19T08:00:00.000Z' },
  { type: 'node-retried', id: nodeId('model.shop.stg_orders'), name: 'stg_orders', attempt: 2, message: 'conflict' },
  {
    type: 'node-waiting',
    id: nodeId('model.shop.stg_orders'),
    name: 'stg_orders',
    relation: { schema: 'main', name: 'stg_orders' },
    holder: { pid: 4711, label: 'tx:model.shop.stg_orders' },
  },
  {
    type: 'node-replanned',
    id: nodeId('model.shop.stg_orders'),
    name: 'stg_orders',
    because: 'another run has built main.stg_orders',
    reason: 'incremental',
  },
  ...results.map((result): RunEvent => ({
    type: 'node-finished',
    result,
    sample: { test: failed.id, title: 't', rows: sampleRows, shown: 2 },
  })),
  { type: 'hook-finished', name: 'on_run_start[0]', status: 'success', durationMs: 5, diagnostics: [] },
  { type: 'hook-finished', name: 'on_run_end[0]', status: 'error', durationMs: 5, diagnostics: [failedHook] },
  finished(results),
];

describe('createJsonLog', () => {
  it('writes only events that the published schema knows', () => {
    for (const line of log(events)) {
      expect(isLogEvent(line), JSON.stringify([line, isLogEvent.errors])).toBe(true);
    }
  });

  it('names events in a stable way, in the order in which they came', () => {
    expect(log(events).map((line) => line['event'])).toEqual([
      'run_started',
      'node_started',
      'node_retried',
      'node_waiting',
      'node_replanned',
      'node_finished',
      'node_finished',
      'node_finished',
      'diagnostic',
      'node_finished',
      'diagnostic',
      'node_finished',
      'hook_finished',
      'hook_finished',
      'diagnostic',
      'run_finished',
    ]);
  });

  it('names who is waited for, and what moved', () => {
    const [, , , waiting, replanned] = log(events);
    expect(waiting).toMatchObject({
      level: 'warn',
      schema: 'main',
      relation: 'stg_orders',
      holder_pid: 4711,
      holder: 'tx:model.shop.stg_orders',
    });
    expect(replanned).toMatchObject({ level: 'info', message: 'another run has built main.stg_orders', reason: 'incremental' });
  });

  it('tells of a node with all that is known', () => {
    expect(log(events)[7]).toEqual({
      ts: '2026-11-19T08:00:00.020Z',
      level: 'error',
      event: 'node_finished',
      run_id: 'run-1',
      node: 'model.shop.orders',
      name: 'orders',
      path: 'models/marts/orders.sql',
      resource_type: 'model',
      materialized: 'view',
      status: 'error',
      reason: 'selected',
      attempt: 1,
      started_at: '2026-11-19T08:00:00.000Z',
      finished_at: '2026-11-19T08:00:00.020Z',
      duration_ms: 20,
      schema: 'main',
      relation: 'orders',
      code: 'unknown-column',
      message: 'duckdb: unknown column',
    });
    expect(log(events).at(-1)).toMatchObject({ status: 'failed', statuses: { success: 1, pass: 1, error: 1, fail: 1, skipped: 1 } });
  });

  it('says why a hook failed, in the words for logs', () => {
    const message = '`on_run_end[0]` failed: value … is bad';
    expect(log(events).filter(({ code }) => code === 'hook-failed')).toMatchObject([
      { event: 'hook_finished', status: 'error', message },
      { event: 'diagnostic', message },
    ]);
  });

  it('holds no value of any row', () => {
    const text = JSON.stringify(log(events));
    for (const value of ['881', '1204', '2026-11-20', 'row value', 'secret row']) expect(text).not.toContain(value);
  });
});

describe('renderLogOutput', () => {
  it('gives what a helper printed as one event', () => {
    const line = renderLogOutput('a\n"b"\u001b[31m', { at: Date.UTC(2026, 10, 19, 9), level: 'warn' });
    expect(JSON.parse(line)).toEqual({ ts: '2026-11-19T09:00:00.000Z', level: 'warn', event: 'helper_output', message: 'a\n"b"' });
    expect(isLogEvent(JSON.parse(line))).toBe(true);
    expect(line).not.toContain('\n');
  });
});

describe('renderLogDiagnostic', () => {
  it('gives place, message and help on one line', () => {
    const line = renderLogDiagnostic(unknownColumn, { at: Date.UTC(2026, 10, 19, 9), sources: (path) => sources.get(path) });
    expect(JSON.parse(line)).toEqual({
      ts: '2026-11-19T09:00:00.000Z',
      level: 'error',
      event: 'diagnostic',
      node: 'model.shop.orders',
      code: 'unknown-column',
      path: 'models/marts/orders.sql',
      line: 5,
      column: 3,
      message: 'column `custmer_id` does not exist',
      help: 'did you mean `customer_id`?',
    });
    expect(isLogEvent(JSON.parse(line))).toBe(true);
    expect(line).not.toContain('\n');
  });
});
