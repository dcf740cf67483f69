import { it } from 'vitest';
import { writeFileSync } from 'node:fs';
import { createConsoleReporter } from './console-reporter.ts';
import { audit, build, built, check, failedTest, finished, nodeId, planOf, sampleRows, sources, started, tested, unknownColumn } from './run-fixture.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';

it('demo', () => {
  const steps = [
    build('stg_orders', {}, [check('unique_stg_orders_id'), check('not_null_stg_orders_id')]),
    build('stg_customers'),
    build('dim_customers', { materialization: 'table' }, [check('not_null_dim_customers_email'), check('unique_dim_customers_id')]),
    build('orders', { materialization: 'incremental', strategy: 'merge' }),
    build('fct_orders', { materialization: 'table' }, [check('not_null_fct')]),
    build('report', { materialization: 'table' }),
    build('revenue', { materialization: 'incremental', strategy: "delete_insert" } , [check('not_null_rev', 'warn')]),
    { kind: 'test' as const, id: 't1', node: nodeId('source.shop.raw.orders'), dependsOn: [], blocks: [], reason: 'test' as const, audit: audit('raw', [check('a'), check('b'), check('c')]) },
    { kind: 'test' as const, id: 't2', dependsOn: [], blocks: [], reason: 'test' as const, audit: audit('raw', [check('revenue_is_positive')]) },
  ];
  const plan = planOf(steps);
  for (const [isTty, columns, colour, unicode] of [[false, 100, false, true], [true, 80, true, true], [false, 60, false, false]] as const) {
    let text = '';
    let now = 0;
    const r = createConsoleReporter({ plan, channel: { write: (t) => void (text += t), isTty, columns, colour, unicode }, version: '1.0.0', sources: (p) => sources.get(p), quiet: false, now: () => now, every: () => () => {} });
    const results = [
      built('stg_orders'), tested('unique_stg_orders_id'), tested('not_null_stg_orders_id'),
      built('stg_customers'),
      built('dim_customers', { status: 'error', rows: 18240, durationMs: 310, diagnostics: [diagnose('audit-failed', { relation: 'main.dim_customers', tests: 1 }, { span: { path: 'models/marts/dim_customers.sql', start: 0, end: 0 } })] }),
      failedTest('not_null_dim_customers_email', 17, 18240), tested('unique_dim_customers_id'),
      built('fct_orders', { status: 'skipped', skippedBecause: nodeId('model.shop.dim_customers'), durationMs: 0 }),
      tested('not_null_fct', { status: 'skipped', skippedBecause: nodeId('model.shop.dim_customers'), durationMs: 0 }),
      built('report', { status: 'skipped', skippedBecause: nodeId('model.shop.dim_customers'), durationMs: 0 }),
      built('orders', { status: 'error', durationMs: 1920, diagnostics: [unknownColumn] }),
      built('revenue', { rows: 18240, durationMs: 65100 }), failedTest('not_null_rev', 3, 18240, { status: 'warn' }),
      tested('a'), tested('b'), tested('c'), failedTest('revenue_is_positive', 2, 100),
    ];
    r.handle(started({ models: 7, seeds: 0, tests: 10 }));
    for (const x of results) { now += 150; r.handle({ type: 'node-started', id: x.id, name: x.name, at: '' }); r.handle({ type: 'node-finished', result: x, ...(x.name === 'not_null_dim_customers_email' ? { sample: { test: x.id, title: x.name, rows: sampleRows, shown: 2 } } : {}) }); }
    r.handle(finished(results));
    writeFileSync(`/tmp/demo-${columns}.txt`, text);
  }
});
