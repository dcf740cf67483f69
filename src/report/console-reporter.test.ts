import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { NodeResult, RunEvent, RunResult } from '../execute/events.ts';
import type { Plan } from '../plan/plan.ts';
import { createConsoleReporter } from './console-reporter.ts';
import type { RunReporter } from './console-reporter.ts';
import type { Channel } from './output.ts';
import {
  audit,
  build,
  built,
  check,
  failedTest,
  finished,
  nodeId,
  planOf,
  sampleRows,
  sources,
  started,
  tested,
  unknownColumn,
} from './run-fixture.ts';

interface Bench {
  readonly reporter: RunReporter;
  readonly text: () => string;
  /** Moves the clock, and calls what should be called on the way. */
  readonly wait: (ms: number) => void;
  readonly timers: () => number;
}

function bench(plan: Plan, channel: Partial<Channel> = {}, quiet = false): Bench {
  let text = '';
  let now = 0;
  const timers = new Set<{ ms: number; callback: () => void; next: number }>();
  const reporter = createConsoleReporter({
    plan,
    channel: { write: (part) => void (text += part), isTty: false, columns: 80, colour: false, unicode: true, ...channel },
    version: '1.0.0',
    sources: (path) => sources.get(path),
    quiet,
    now: () => now,
    every: (ms, callback) => {
      const timer = { ms, callback, next: now + ms };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  });
  const wait = (ms: number): void => {
    const end = now + ms;
    for (;;) {
      const [timer] = [...timers].filter((entry) => entry.next <= end).sort((a, b) => a.next - b.next);
      if (timer === undefined) break;
      now = timer.next;
      timer.next += timer.ms;
      timer.callback();
    }
    now = end;
  };
  return { reporter, text: () => text, wait, timers: () => timers.size };
}

const start = (name: string): RunEvent => ({
  type: 'node-started',
  id: nodeId(`model.shop.${name}`),
  name,
  at: '2026-11-19T08:00:00.000Z',
});
const finish = (result: NodeResult): RunEvent => ({ type: 'node-finished', result });

function run(
  plan: Plan,
  results: readonly NodeResult[],
  settings: { channel?: Partial<Channel>; quiet?: boolean; result?: Partial<RunResult> } = {},
): string {
  const { reporter, text } = bench(plan, settings.channel, settings.quiet);
  reporter.handle(started({ models: plan.steps.length, seeds: 0, snapshots: 0, tests: 0 }));
  for (const result of results) {
    if (result.resourceType === 'model' && result.status !== 'skipped') reporter.handle(start(result.name));
    const sample =
      result.name === 'not_null_email' && result.status === 'fail'
        ? { sample: { test: result.id, title: result.name, rows: sampleRows, shown: 2 } }
        : {};
    reporter.handle({ type: 'node-finished', result, ...sample });
  }
  reporter.handle(finished(results, settings.result));
  return `\n${text()}`;
}

const shop = planOf([
  build('stg_orders', {}, [check('unique_id'), check('not_null_id')]),
  build('dim_customers', { materialization: 'table' }, [check('not_null_email'), check('unique_email')]),
  build('orders', { materialization: 'incremental', strategy: 'merge' }),
  build('fct_orders', { materialization: 'table' }, [check('not_null_fct')]),
  build('report'),
]);

const refused = diagnose(
  'audit-failed',
  { relation: 'main.dim_customers', tests: 1 },
  { node: 'model.shop.dim_customers', span: { path: 'models/marts/dim_customers.sql', start: 0, end: 0 } },
);
const because = { status: 'skipped', skippedBecause: nodeId('model.shop.dim_customers'), durationMs: 0 } as const;

const good: readonly NodeResult[] = [
  built('stg_orders'),
  tested('unique_id'),
  tested('not_null_id'),
  built('dim_customers', { rows: 18240, durationMs: 310 }),
  tested('not_null_email'),
  tested('unique_email'),
  built('orders', { rows: 1, durationMs: 1920, attempts: 2 }),
  built('fct_orders', { rows: 0, durationMs: 65_000 }),
  tested('not_null_fct'),
  built('report'),
];

const bad: readonly NodeResult[] = [
  built('stg_orders'),
  tested('unique_id'),
  tested('not_null_id'),
  built('dim_customers', { status: 'error', rows: 18240, durationMs: 310, diagnostics: [refused] }),
  failedTest('not_null_email', 17, 18240),
  failedTest('unique_email', 3, 18240, { status: 'warn' }),
  built('fct_orders', because),
  tested('not_null_fct', because),
  built('report', because),
  built('orders', { status: 'error', durationMs: 1920, diagnostics: [unknownColumn] }),
];

describe('a run that goes well', () => {
  it('keeps the columns of all lines, whatever the length of a name', () => {
    const long = `relationships_${'x'.repeat(60)}`;
    const text = run(planOf([build('short'), build(long)]), [built('short'), built(long)]);
    const lines = text.split('\n').filter((line) => line.startsWith('✔') && line.includes('/2'));
    expect(lines.map((line) => line.indexOf('view'))).toEqual([49, 49]);
    expect(lines[1]).toContain('xxx…  view');
  });

  it('says one line for each model, with its tests counted, and what to do next', () => {
    expect(run(shop, good)).toBe(`
tx 1.0.0 · target dev (duckdb warehouse.duckdb) · 5 models · 4 threads
✔  3/10  stg_orders     view                             0.02s  2 tests
✔  6/10  dim_customers  table              18,240 rows   0.31s  2 tests
✔  7/10  orders         incremental merge       +1 row   1.92s  attempt 2
✔  9/10  fct_orders     table                   0 rows  1m 05s  1 test
✔ 10/10  report         view                             0.02s

✔ 10 ok  in 2.30s  (slowest: fct_orders 1m 05s)
next:  tx show --select report
`);
  });

  it('says nothing at all when it is quiet', () => {
    expect(run(shop, good, { quiet: true })).toBe('\n');
  });

  it('has the tests of one source on one line, and single tests by name', () => {
    const plan = planOf([
      {
        kind: 'test',
        id: 'a',
        node: nodeId('source.shop.raw.orders'),
        dependsOn: [],
        blocks: [],
        reason: 'test',
        audit: audit('raw', [check('one'), check('two')]),
      },
      { kind: 'test', id: 'b', dependsOn: [], blocks: [], reason: 'test', audit: audit('raw', [check('unique_three')]) },
    ]);
    expect(run(plan, [tested('one'), tested('two'), tested('unique_three')], { result: { command: 'test' } })).toBe(`
tx 1.0.0 · target dev (duckdb warehouse.duckdb) · 2 models · 4 threads
✔ 2/3  raw.orders    2 tests   0.02s
✔ 3/3  unique_three  unique    0.02s

✔ 3 ok  in 2.30s  (slowest: one 0.02s)
`);
  });

  it('counts warnings of models that were built, and shows them before the verdict', () => {
    const empty = diagnose('empty-table', { relation: 'main.orders' }, { span: { path: 'models/marts/orders.sql', start: 0, end: 0 } });
    expect(run(planOf([build('orders', { materialization: 'table' })]), [built('orders', { rows: 0, diagnostics: [empty] })])).toBe(`
tx 1.0.0 · target dev (duckdb warehouse.duckdb) · 1 model · 4 threads
! 1/1  orders  table       0 rows   0.02s  empty-table models/marts/orders.sql

warning empty-table  models/marts/orders.sql
  \`main.orders\` had rows before and has none now
  help  most tests pass on an empty table; look at the sources

✔ 1 warning · 1 ok  in 2.30s
next:  tx show --select orders
`);
  });
});

describe('a run that fails', () => {
  it('repeats each problem at the end under the line of the user, with rows and with what was skipped', () => {
    expect(run(shop, bad)).toBe(`
tx 1.0.0 · target dev (duckdb warehouse.duckdb) · 5 models · 4 threads
✔  3/10  stg_orders     view                             0.02s  2 tests
✖  6/10  dim_customers  table              18,240 rows   0.31s  not published · 0 of 2 tests ok
         ✖ not_null_email  failed: 17 of 18,240
         ! unique_email  warning: 3 of 18,240
-  9/10  2 models, 1 test skipped: dim_customers failed
✖ 10/10  orders         incremental merge                1.92s  unknown-column models/marts/orders.sql:5:3

warning test-warned  models/marts/marts.yaml:4:7
    3 │     tests:
    4 │     - not_null
      │       ^^^^^^^^ test \`unique_email\` found 3 of 18,240 rows

fail test-failed  models/marts/marts.yaml:4:7
    3 │     tests:
    4 │     - not_null
      │       ^^^^^^^^ test \`not_null_email\` found 17 of 18,240 rows
  rows  2 of 17
      id  email  created_at
     881  NULL   2026-11-19
    1204  ""     2026-11-20

error audit-failed  models/marts/dim_customers.sql
  \`main.dim_customers\` was not published: 1 of its tests failed
  help  what was there before is untouched
  note  skipped because of this: 2 models, 1 test

error unknown-column  models/marts/orders.sql:5:3
    4 │ {{/each}}
    5 │   o.custmer_id
      │   ^^^^^^^^^^^^ column \`custmer_id\` does not exist
  help  did you mean \`customer_id\`?

✖ 3 failed · 3 skipped · 1 warning · 3 ok  in 2.30s  (slowest: orders 1.92s)
fix, then:  tx retry
`);
  });

  it('prints errors and the verdict only when it is quiet', () => {
    const text = run(shop, bad, { quiet: true });
    expect(text.startsWith('\nfail test-failed  models/marts/marts.yaml:4:7\n')).toBe(true);
    expect(text).not.toContain('tx 1.0.0');
    expect(text).not.toContain('test-warned');
    expect(text).toContain('\n✖ 3 failed · 3 skipped');
  });

  it('names a single skipped model and stays in ASCII where it must', () => {
    const plan = planOf([build('a'), build('b')]);
    const results = [
      built('a', { status: 'error', message: 'no' }),
      built('b', { status: 'skipped', skippedBecause: nodeId('model.shop.a'), durationMs: 0 }),
    ];
    const text = run(plan, results, { channel: { unicode: false, columns: 60 }, result: { transient: true } });
    expect(text).toBe(`
tx 1.0.0 | target dev (duckdb warehouse.duckdb) | 2 models | 4 threads
x 1/2  a  view   0.02s
- 2/2  b  view  skipped: a failed

x 1 failed | 1 skipped  in 2.30s
try again:  tx retry
`);
    // eslint-disable-next-line no-control-regex
    expect(text).toMatch(/^[\u0000-\u007f]*$/);
  });

  it('tells of a failed hook and of a cancelled run', () => {
    const { reporter, text } = bench(planOf([build('a')]));
    const problem = diagnose('hook-failed', { hook: 'on_run_end[0]', message: 'no such table' });
    reporter.handle(started({ models: 1, seeds: 0, snapshots: 0, tests: 0 }));
    reporter.handle(finish(built('a')));
    reporter.handle({ type: 'hook-finished', name: 'on_run_end[0]', status: 'error', durationMs: 3, diagnostics: [problem] });
    reporter.handle(finished([built('a')], { status: 'failed', command: 'run' }));
    expect(text()).toContain('✖ hook on_run_end[0]  failed\n');
    expect(text()).toContain('error hook-failed\n  hook `on_run_end[0]` failed: no such table\n');
    expect(text()).toContain('✖ 1 hook failed · 1 ok  in 2.30s\nfix, then:  tx run\n');

    const cancelled = run(
      planOf([build('a'), build('b'), build('c')]),
      [built('a'), built('b', { status: 'cancelled' }), built('c', { status: 'cancelled' })],
      {
        result: { status: 'cancelled' },
      },
    );
    expect(cancelled).toContain('- 3/3  2 models skipped: cancelled\n');
    expect(cancelled).toContain('✖ cancelled · 2 not run · 1 ok  in 2.30s\ngo on with:  tx retry\n');
  });

  it('counts a node that stands unchanged once where some of its tests run', () => {
    const { id, node, name, path, resourceType, materialization, relation, relationKind } = build('a');
    const base = { dependsOn: [], blocks: [], reason: 'unchanged' } as const;
    const asOf = '2026-11-19T07:00:00.000Z';
    const { reporter, text } = bench(
      planOf([
        {
          ...base,
          kind: 'unchanged',
          id,
          tests: [],
          build: { node, name, path, resourceType, materialization, relation, relationKind, asOf },
        },
        { ...base, kind: 'test', id: 'test:a', node, audit: audit('a', [check('unique_a'), check('not_null_a')]) },
      ]),
    );
    const results = [built('a', { asOf }), tested('unique_a'), tested('not_null_a')];
    reporter.handle(started({ models: 1, seeds: 0, snapshots: 0, tests: 2 }));
    reporter.handle(finish(built('a', { asOf })));
    reporter.handle({ type: 'node-started', id: node, name, at: asOf });
    for (const result of results.slice(1)) reporter.handle(finish(result));
    reporter.handle(finished(results));
    expect(text()).toContain('= 1 model unchanged\n');
    expect(text()).toContain('✔ 2 ok · 1 unchanged');
  });

  it('says how many batches of a model are done, where its line changes and where it does not', () => {
    for (const channel of [{}, { isTty: true, columns: 80 }]) {
      const { reporter, text, wait } = bench(planOf([build('a', { materialization: 'incremental' })]), channel);
      reporter.handle(started({ models: 1, seeds: 0, snapshots: 0, tests: 0 }));
      reporter.handle(start('a'));
      wait(29_000);
      const batch = { type: 'batch-finished', id: nodeId('model.shop.a'), name: 'a', start: '', end: '', status: 'success' } as const;
      for (const number of [1, 2]) reporter.handle({ ...batch, number, total: 34, durationMs: 10 });
      wait(1_000);
      expect(text()).toMatch(/\ba 2\/34 30\.0s/);
      reporter.stop();
    }
  });

  it('says when another attempt is made', () => {
    const { reporter, text } = bench(planOf([build('a')]));
    reporter.handle({ type: 'node-retried', id: nodeId('model.shop.a'), name: 'a', attempt: 2, message: 'conflict\nwith another run' });
    expect(text()).toBe('! a  attempt 2, after: conflict with another run\n');
  });

  it('says whom it waits for, and that it planned anew', () => {
    const { reporter, text } = bench(planOf([build('a')]));
    const node = { id: nodeId('model.shop.a'), name: 'a' };
    const relation = { schema: 'main', name: 'a' };
    reporter.handle({ type: 'node-waiting', ...node, relation, holder: { pid: 4711, label: 'tx:model.shop.a' } });
    reporter.handle({ type: 'node-waiting', ...node, relation, holder: undefined });
    // With the next batch of the same node.
    reporter.handle({ type: 'node-waiting', ...node, relation, holder: { pid: 4711, label: 'tx:model.shop.a' } });
    reporter.handle({ type: 'node-replanned', ...node, because: 'another run has built main.a', reason: 'incremental' });
    expect(text()).toBe(
      '! a  waits for main.a, which tx:model.shop.a holds (process 4711)\n' +
        '! a  waits for main.a, which another session holds\n' +
        '· a  planned anew: another run has built main.a\n',
    );
  });

  it('writes no control characters that came from names, messages or rows', () => {
    const evil = '\u001b[2J\u001b]0;owned\u0007\r\u202e';
    const name = `a${evil}b`;
    const results = [
      built('a', { name, status: 'error', diagnostics: [{ ...unknownColumn, message: `no ${evil}column`, help: `try${evil} it` }] }),
      failedTest('not_null_email', 2, 5, { name: `t${evil}` }),
    ];
    const plan = planOf([{ ...build('a', {}, [check('not_null_email')]), name }]);
    const { reporter, text } = bench(plan);
    const rows = { columns: [{ name: `c${evil}`, type: 'VARCHAR' }], rows: [[`v${evil}`]] };
    reporter.handle({ ...started({ models: 1, seeds: 0, snapshots: 0, tests: 1 }), database: `db${evil}` } as RunEvent); // The same event with another name in it.
    reporter.handle({ type: 'node-retried', id: nodeId('model.shop.a'), name, attempt: 2, message: evil });
    for (const result of results)
      reporter.handle({ type: 'node-finished', result, sample: { test: result.id, title: `t${evil}`, rows, shown: 1 } });
    reporter.handle(finished(results));
    // eslint-disable-next-line no-control-regex
    expect(text()).toMatch(/^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]*$/);
    expect(text()).not.toContain('owned');
    expect(text()).toContain('a b');
  });
});

describe('colour', () => {
  it('is there when the channel shows it, and the words stay', () => {
    const plain = run(shop, bad);
    const coloured = run(shop, bad, { channel: { colour: true } });
    expect(coloured).toContain('\u001b[31m✖\u001b[39m');
    expect(coloured).toContain('\u001b[1m\u001b[31mfail\u001b[39m\u001b[22m');
    // eslint-disable-next-line no-control-regex
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(plain);
  });
});

describe('on a terminal', () => {
  const plan = planOf([build('stg_orders'), build('dim_customers')]);

  it('keeps one line that changes below those that stay, and takes it away at the end', () => {
    const { reporter, text, wait, timers } = bench(plan, { isTty: true, columns: 60 });
    reporter.handle(started({ models: 2, seeds: 0, snapshots: 0, tests: 0 }));
    reporter.handle(start('stg_orders'));
    wait(100);
    reporter.handle(start('dim_customers'));
    wait(200);
    reporter.handle(finish(built('stg_orders')));
    expect(text()).toBe(
      'tx 1.0.0 · target dev (duckdb warehouse.duckdb) · 2 models · 4 threads\n' +
        '⠙ running stg_orders 0.0s            ░░░░░░   0% · 0 failed' +
        '\r\u001b[2K⠹ running stg_orders 0.1s            ░░░░░░   0% · 0 failed' +
        '\r\u001b[2K⠸ running stg_orders 0.2s · dim_cu…  ░░░░░░   0% · 0 failed' +
        '\r\u001b[2K⠼ running stg_orders 0.3s · dim_cu…  ░░░░░░   0% · 0 failed' +
        '\r\u001b[2K✔ 1/2  stg_orders     view   0.02s\n' +
        '⠴ running dim_customers 0.2s         ███░░░  50% · 0 failed',
    );
    reporter.handle(finish(built('dim_customers')));
    reporter.handle(finished([built('stg_orders'), built('dim_customers')]));
    expect(timers()).toBe(0);
    expect(text().endsWith('\r\u001b[2K\n✔ 2 ok  in 2.30s  (slowest: stg_orders 0.02s)\nnext:  tx show --select dim_customers\n')).toBe(
      true,
    );
  });

  it('redraws at most ten times a second, and leaves a clean line when it is stopped', () => {
    const { reporter, text, wait } = bench(planOf(Array.from({ length: 50 }, (_, index) => build(`m${index}`))), { isTty: true });
    reporter.handle(started({ models: 50, seeds: 0, snapshots: 0, tests: 0 }));
    for (let index = 0; index < 50; index += 1) {
      reporter.handle(start(`m${index}`));
      wait(10);
    }
    expect(text().split('running').length - 1).toBeLessThanOrEqual(6);
    reporter.stop();
    expect(text().endsWith('\r\u001b[2K')).toBe(true);
  });

  it('draws no changing line when quiet', () => {
    const { reporter, text, wait } = bench(plan, { isTty: true }, true);
    reporter.handle(started({ models: 2, seeds: 0, snapshots: 0, tests: 0 }));
    reporter.handle(start('stg_orders'));
    wait(60_000);
    expect(text()).toBe('');
  });
});

describe('in a log', () => {
  it('says every 30 seconds what still runs', () => {
    const { reporter, text, wait } = bench(planOf([build('a'), build('b'), build('c')]));
    reporter.handle(started({ models: 3, seeds: 0, snapshots: 0, tests: 0 }));
    reporter.handle(start('a'));
    wait(29_000);
    reporter.handle(start('b'));
    wait(31_000);
    reporter.handle(finish(built('a', { durationMs: 60_000 })));
    expect(text().split('\n').slice(1)).toEqual([
      '… still running: a 30.0s',
      '… still running: a 1m 00s · b 31.0s',
      '✔ 1/3  a  view  1m 00s',
      '',
    ]);
    expect(text()).not.toContain('\r');
  });

  it('takes a run of 10,000 nodes in short time', () => {
    const plan = planOf(Array.from({ length: 5000 }, (_, index) => build(`m${index}`, {}, [check(`t${index}`)])));
    const results = Array.from({ length: 5000 }, (_, index) => [built(`m${index}`), tested(`t${index}`)]).flat();
    const before = performance.now();
    const lines = run(plan, results).split('\n');
    expect(performance.now() - before).toBeLessThan(3000);
    expect(lines.filter((line) => line.startsWith('✔')).length).toBe(5001);
  });
});
