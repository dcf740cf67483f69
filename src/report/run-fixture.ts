/** A small plan and the events of its runs, for tests of what is written about them. */
import type { ResultSet } from '../adapter/connection.ts';
import type { NodeId } from '../compile/compiled.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { NodeResult, RunEvent, RunResult } from '../execute/events.ts';
import type { Action, PlannedCheck } from '../plan/action.ts';
import type { BuildStep, Plan, Step } from '../plan/plan.ts';

/** Only the compiler makes ids; a test that stands in for it does the same, so the brand holds. */
export const nodeId = (text: string): NodeId => text as NodeId;

const startedAt = '2026-11-19T08:00:00.000Z';
const never = { operator: '!=', value: 0, percent: false, text: '!= 0' } as const;

export function check(name: string, severity: 'error' | 'warn' = 'error'): PlannedCheck {
  return {
    id: nodeId(`test.shop.${name}.1`),
    name,
    check: name.startsWith('unique') ? 'unique' : 'not_null',
    relationName: 'customers',
    column: 'email',
    args: {},
    span: { path: 'models/marts/marts.yaml', start: 42, end: 50 },
    shape: { kind: 'rows', violation: 'email is null', prunable: true },
    unit: 'rows',
    severity,
    warnIf: never,
    errorIf: never,
    maskedColumns: [],
    leadingColumns: [],
  };
}

export function audit(name: string, checks: readonly PlannedCheck[]): Extract<Action, { kind: 'audit' }> {
  return { kind: 'audit', relation: `"main"."${name}"`, relationKind: 'table', checks, queries: [] };
}

export function build(name: string, more: Partial<BuildStep> = {}, checks: readonly PlannedCheck[] = []): BuildStep {
  const id = nodeId(`model.shop.${name}`);
  const isView = (more.materialization ?? 'view') === 'view';
  const stage = { schema: 'main', name: '_tx_0123456789ab' };
  const target = { schema: 'main', name };
  const query = { node: id, sql: 'select 1' };
  const work: readonly Action[] = isView
    ? [{ kind: 'operation', operation: { kind: 'publish-view', target, query } }]
    : [
        { kind: 'operation', operation: { kind: 'stage-query', stage, temporary: false, query } },
        { kind: 'operation', operation: { kind: 'publish-stage', stage, target } },
      ];
  return {
    kind: 'build',
    id,
    node: id,
    name,
    path: `models/marts/${name}.sql`,
    resourceType: 'model',
    materialization: 'view',
    relation: target,
    relationKind: isView ? 'view' : 'table',
    contentHash: 'abc',
    assumes: { columns: [], ordinal: 0 },
    dependsOn: [],
    blocks: [],
    reason: 'selected',
    before: [],
    transaction: checks.length === 0 ? work : [...work, audit(name, checks)],
    after: [],
    ...more,
  };
}

export function planOf(steps: readonly Step[], more: Partial<Plan> = {}): Plan {
  return {
    version: 1,
    command: 'build',
    project: 'shop',
    target: { name: 'dev', engine: 'duckdb', schema: 'main' },
    stateSchema: '_tx',
    run: { id: 'run-1', startedAt },
    setup: [],
    onRunStart: [],
    steps,
    onRunEnd: [],
    noLongerBuilt: [],
    ...more,
  };
}

export function built(name: string, more: Partial<NodeResult> = {}): NodeResult {
  return {
    id: nodeId(`model.shop.${name}`),
    name,
    path: `models/marts/${name}.sql`,
    resourceType: 'model',
    materialization: 'view',
    status: 'success',
    reason: 'selected',
    startedAt,
    finishedAt: '2026-11-19T08:00:00.020Z',
    durationMs: 20,
    attempts: 1,
    worker: 0,
    relation: { schema: 'main', name },
    diagnostics: [],
    ...more,
  };
}

export function tested(name: string, more: Partial<NodeResult> = {}): NodeResult {
  const { relation: _, ...base } = built(name);
  return {
    ...base,
    id: nodeId(`test.shop.${name}.1`),
    path: 'models/marts/marts.yaml',
    resourceType: 'test',
    materialization: name.startsWith('unique') ? 'unique' : 'not_null',
    status: 'pass',
    reason: 'test',
    ...more,
  };
}

export function failedTest(name: string, failures: number, total: number, more: Partial<NodeResult> = {}): NodeResult {
  const status = more.status === 'warn' ? 'warn' : 'fail';
  const params = { test: name, failures, unit: 'rows', total, measured: undefined, threshold: '!= 0' };
  const where = { node: `test.shop.${name}.1`, span: { path: 'models/marts/marts.yaml', start: 42, end: 50 } };
  const diagnostic = diagnose(status === 'fail' ? 'test-failed' : 'test-warned', params, where);
  return tested(name, { status, failures, total, message: diagnostic.message, diagnostics: [diagnostic], ...more });
}

export const sampleRows: ResultSet = {
  columns: [
    { name: 'id', type: 'INTEGER' },
    { name: 'email', type: 'VARCHAR' },
    { name: 'created_at', type: 'DATE' },
  ],
  rows: [
    [881, null, '2026-11-19'],
    [1204, '', '2026-11-20'],
  ],
};

export const sources = new Map(
  [
    { path: 'models/marts/orders.sql', text: 'select\n{{#each kinds}}\n  k.{{this}},\n{{/each}}\n  o.custmer_id\nfrom orders as o\n' },
    { path: 'models/marts/marts.yaml', text: 'columns:\n  - name: email\n    tests:\n    - not_null\n' },
  ].map((file) => [file.path, file]),
);

export const unknownColumn: Diagnostic = diagnose(
  'unknown-column',
  {
    engine: 'duckdb',
    message: 'Table "o" does not have a column named "custmer_id"',
    name: 'custmer_id',
    candidates: ['customer_id', 'id'],
  },
  { node: 'model.shop.orders', span: { path: 'models/marts/orders.sql', start: 49, end: 61 } },
);

export function started(counts: { models: number; seeds: number; snapshots: number; tests: number }): RunEvent {
  return {
    type: 'run-started',
    runId: 'run-1',
    command: 'build',
    target: 'dev',
    engine: 'duckdb',
    database: 'warehouse.duckdb',
    threads: 4,
    startedAt,
    counts,
  };
}

export function finished(results: readonly NodeResult[], more: Partial<RunResult> = {}): RunEvent & { readonly result: RunResult } {
  const failed = results.some((result) => result.status === 'error' || result.status === 'fail');
  return {
    type: 'run-finished',
    result: {
      runId: 'run-1',
      command: 'build',
      startedAt,
      finishedAt: '2026-11-19T08:00:02.300Z',
      durationMs: 2300,
      status: failed ? 'failed' : 'success',
      results,
      warnings: [],
      transient: false,
      ...more,
    },
  };
}
