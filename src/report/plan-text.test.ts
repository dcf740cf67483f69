import { describe, expect, it } from 'vitest';
import { plainPaint } from '../diagnostics/paint.ts';
import { audit, build, check, nodeId, planOf } from './run-fixture.ts';
import type { BuildStep } from '../plan/plan.ts';
import { listOlderRows } from './older-rows.ts';
import { renderPlan } from './plan-text.ts';

const style = { paint: plainPaint, unicode: true, width: 80 };
const target = { schema: 'marts', name: 'orders' };
const stage = { schema: 'temp', name: '_tx_1' };
const query = { node: 'model.shop.orders', sql: 'select 1' };

const plan = planOf(
  [
    build('raw', {
      id: nodeId('seed.shop.raw'),
      node: nodeId('seed.shop.raw'),
      resourceType: 'seed',
      materialization: 'seed',
      reason: 'seed-changed',
      relationKind: 'table',
      transaction: [
        { kind: 'operation', operation: { kind: 'stage-columns', stage, temporary: false, columns: [] } },
        { kind: 'load-seed', path: 'seeds/raw.csv', stage, columns: ['id'] },
        { kind: 'operation', operation: { kind: 'publish-stage', stage, target: { schema: 'main', name: 'raw' } } },
      ],
    }),
    build('stg_orders', { reason: 'never-built', dependsOn: ['seed.shop.raw'] }, [check('unique_id'), check('not_null_id', 'warn')]),
    { kind: 'gate', id: 'model.shop.between', dependsOn: [], blocks: [], reason: 'selected' },
    build('orders', {
      materialization: 'incremental',
      strategy: 'merge',
      reason: 'incremental',
      relation: target,
      before: [{ kind: 'run-sql', query: { node: 'h', sql: 'vacuum\n  orders' } }],
      transaction: [
        { kind: 'operation', operation: { kind: 'stage-query', stage, temporary: true, query } },
        { kind: 'require-keys', stage, masked: [], key: ['id'] },
        { kind: 'apply-increment', stage, target, targetColumns: [], strategy: 'merge', key: ['id'], onSchemaChange: 'append_new_columns' },
        { kind: 'operation', operation: { kind: 'drop', relation: stage, relationKind: 'table', temporary: true } },
      ],
    }),
    {
      kind: 'test',
      id: 't',
      node: nodeId('source.shop.app.users'),
      dependsOn: [],
      blocks: [],
      reason: 'test',
      audit: audit('users', [check('a'), check('b')]),
    },
  ],
  {
    setup: [{ kind: 'create-schema', schema: 'marts' }],
    onRunStart: [{ name: 'on_run_start[0]', operation: { kind: 'run-sql', query: { node: 'x', sql: 'set x = 1' } } }],
    onRunEnd: [{ name: 'on_run_end[0]', operation: { kind: 'run-sql', query: { node: 'y', sql: 'analyze' } } }],
    noLongerBuilt: [{ node: 'model.shop.old', relation: { schema: 'main', name: 'old' } }],
  },
);

describe('renderPlan', () => {
  it('says of an increment by a new query that older rows stay', () => {
    const step = build('orders', { materialization: 'incremental', strategy: 'merge', reason: 'incremental' });
    const told = (more: Partial<BuildStep>) => renderPlan(planOf([{ ...step, ...more }]), { style, verbose: false }).split('\n')[2];
    expect(told({})).toBe('  model  orders  incremental merge  main.orders  new rows only');
    expect(told({ rewritten: true })).toBe(
      '  model  orders  incremental merge  main.orders  new rows only; its SQL has changed, and older rows stay: `--full-refresh` makes them anew',
    );
  });

  it('says of a view by a new query whose rows stay below, in the plan and before a run', () => {
    const plan = planOf([build('events', { materialization: 'view', reason: 'sql-changed', leaves: ['a', 'b', 'c', 'd', 'e'] })]);
    const words = 'older rows of `a`, `b`, `c` and 2 more stay: `--full-refresh` makes them anew';
    expect(renderPlan(plan, { style, verbose: false }).split('\n')[2]).toContain(`its SQL has changed; ${words}`);
    expect(listOlderRows(plan)).toEqual([`SQL of \`events\` has changed, and ${words}`]);
    expect(listOlderRows(planOf([build('events', { materialization: 'view', reason: 'sql-changed' })]))).toEqual([]);
  });

  it('does not say twice why a step is there', () => {
    const why = ['its SQL has changed', '`parent` was built since'];
    const text = renderPlan(planOf([build('orders', { reason: 'sql-changed', why })]), { style, verbose: false, explain: true });
    expect(text.split('\n').map((line) => line.trim())).toEqual(expect.arrayContaining(['`parent` was built since']));
    expect(text.match(/its SQL has changed/gi)).toHaveLength(1);
  });

  it('shows one line per step with its reason, hooks, and what nobody builds any more', () => {
    expect(`\n${renderPlan(plan, { verbose: false, style })}`).toBe(`
plan of tx build · target dev (duckdb, schema main) · 2 models, 1 seed, 4 tests

  create schema marts

  before the run
    on_run_start[0]  run hook: set x = 1

  seed   raw         seed               main.raw         file changed
  model  stg_orders  view               main.stg_orders  never built, 2 tests
  model  orders      incremental merge  marts.orders     new rows only
  test   app.users   2 tests                             test what is published

  after the run
    on_run_end[0]  run hook: analyze

  no longer built by any node; nothing is dropped:
    main.old  (was old)
`);
  });

  it('shows every act of each step when it is asked to', () => {
    const text = renderPlan(plan, { verbose: true, style: { ...style, unicode: false } });
    expect(text).toContain('plan of tx build | target dev (duckdb, schema main) | 2 models');
    expect(text).toContain(`
  model  stg_orders  view               main.stg_orders  never built, 2 tests
       1. begin
       2. create view main.stg_orders
       3. test unique_id
       4. test not_null_id (warns only)
       5. record the build
       6. commit
      waits for raw

  model  orders      incremental merge  marts.orders     new rows only
       1. run hook: vacuum orders (outside the transaction)
       2. begin
       3. run the query into a temporary table
       4. refuse NULL and duplicate keys: id
       5. merge the staged rows into marts.orders by id; if columns changed: append_new_columns
       6. drop the temporary table
       7. record the build
       8. commit
`);
  });

  it('says of a table with foreign keys that it may be filled in place', () => {
    const to = { sql: '"main"."users"', columns: ['id'] };
    const wanted = { type: 'foreign_key', name: 'orders_fk', columns: ['user_id'], to } as const;
    const acts = (
      more: Partial<Extract<BuildStep['transaction'][number], { kind: 'operation' }>['operation'] & { kind: 'publish-stage' }>,
    ) =>
      renderPlan(
        planOf([build('orders', { transaction: [{ kind: 'operation', operation: { kind: 'publish-stage', stage, target, ...more } }] })]),
        { style, verbose: true },
      );
    const words = 'put the staged table in the place of marts.orders';
    const inPlace = `${words}; where its columns stay the same, fill it in place, as it has foreign keys`;
    expect(acts({ existing: 'table', constraints: [wanted] })).toContain(`${inPlace}\n`);
    for (const more of [{ constraints: [wanted] }, { existing: 'table' as const }]) expect(acts(more)).toContain(`${words}\n`);
  });

  it('says so when there is nothing to do', () => {
    expect(renderPlan(planOf([]), { verbose: false, style })).toBe(
      'plan of tx build · target dev (duckdb, schema main)\n\n  nothing to do\n',
    );
  });
});
