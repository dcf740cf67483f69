/** Checks from the command line: verdicts side by side, and from one run to the next. */
import { describe, expect, it } from 'vitest';
import type { TempProject } from '../support/tx.ts';
import { tempProject } from '../support/tx.ts';

const projectYaml =
  'name: shop\ndefault_target: dev\ntargets:\n  dev: { type: duckdb, path: shop.duckdb, schema: main }\nvars: { rows: 200, extra: "" }\n';

/** Verdicts by the names of tests. */
function verdicts(project: TempProject): Readonly<Record<string, string>> {
  const parsed: unknown = JSON.parse(project.read('target/run_results.json'));
  // The artifact has the form of dbt's.
  const { results } = parsed as { results: readonly { unique_id: string; status: string }[] };
  return Object.fromEntries(
    results.filter(({ unique_id: id }) => id.startsWith('test.')).map(({ unique_id: id, status }) => [id.split('.')[2] ?? '', status]),
  );
}

describe('checks', () => {
  const files = {
    'project.yaml': projectYaml,
    'models/orders.sql': "{{config materialized=\"table\"}}\nselect 'a' as id, 'x' as amount union all select 'b', 'y'",
    'models/orders.yaml': `models:
  - name: orders
    columns:
      - name: id
        tests:
          - not_null: { name: fine }
          - accepted_values: { name: wrong, values: [a] }
          - unique: { name: of_what, where: nope = 1 }
      - name: amount
        tests:
          - positive: { name: no_number }
    tests:
      - row_count: { name: counted, min: 1 }
      - metric: { name: no_sql, expression: sum(nope), min: 1, severity: warn }
`,
  };

  it('that cannot be evaluated are errors, and take no other along', async () => {
    const project = await tempProject(files);
    expect((await project.call(['run'])).code).toBe(0);
    const { code, stderr } = await project.call(['test']);
    expect(code).toBe(1);
    expect(verdicts(project)).toEqual({
      fine: 'pass',
      wrong: 'fail',
      of_what: 'error',
      no_number: 'error',
      counted: 'pass',
      // Whatever its severity.
      no_sql: 'error',
    });
    expect(stderr).toContain('nope');
  });

  it('keep a node from being published where they are errors', async () => {
    const project = await tempProject(files);
    const { code } = await project.call(['build']);
    expect(code).toBe(1);
    const found = verdicts(project);
    expect(Object.values(found).filter((status) => status === 'error')).toHaveLength(1);
    expect(Object.values(found)).not.toContain('pass');
    expect((await project.call(['show', '--inline', 'select * from main.orders'])).code).toBe(1);
  });

  it('do what their config says, on the test, in that of their node and for a folder', async () => {
    const project = await tempProject({
      'project.yaml': `${projectYaml}tests: { strict: { +on_null: fail, +error_if: '> 1' }, kept: { +severity: error, +on_null: pass, +error_if: '> 60%' } }
models: { kept: { +tests: { severity: warn, where: id < 6, meta: { team: a } } } }
`,
      'tests/own.sql': '{{#test "no_seven" "model"}}select * from {{model}} where n = 7{{/test}}',
      'tests/kept/lonely.sql': 'select * from {{ref "stays"}} where id = 6',
      'models/kept/stays.sql': '{{config materialized="table"}}\nselect * from {{ref "visits"}}',
      'models/kept/stays.yaml': `models:
  - name: stays
    config: { tests: { on_null: fail, group_by: shop, store_failures: true } }
    tests:
      - row_count: { name: rows_of_each, min: 2 }
      - column_exists: { name: there, column_name: id }
      - no_seven: { name: sevens, severity: error }
    columns:
      - name: id
        tests: [unique: { name: ids }]
      - name: n
        tests:
          - in_range: { name: kept_low, max: 10 }
          - in_range: { name: low, max: 10, severity: error, on_null: pass, where: id > 5, store_failures: false }
`,
      'models/strict/visits.sql': `{{config materialized="table"}}
select * from (values (1, 'a', 5), (2, 'a', null), (3, 'b', 7), (3, 'b', 9), (4, 'c', 7), (5, 'c', 7), (6, 'd', 70)) as t(id, shop, n)`,
      'models/strict/visits.yaml': `models:
  - name: visits
    tests:
      - row_count: { name: each_shop, min: 2, group_by: shop, error_if: '> 0' }
      - row_count: { name: every_shop, min: 2 }
      - expression_is_true: { name: share, expression: n < 10, on_null: pass, warn_if: '> 14%', error_if: '> 17%' }
      - expression_is_true: { name: share_of_some, expression: n < 10, on_null: pass, where: shop > 'a', error_if: '>= 20%' }
    columns:
      - name: id
        tests:
          - unique: { name: keys, error_if: '> 0' }
          - unique: { name: keys_of_most, where: id <> 3 }
          - unique: { name: few_keys }
      - name: shop
        tests: [unique: { name: shops, severity: warn, group_by: [n], where: n is not null }]
      - name: n
        tests:
          - in_range: { name: nulls_fail, min: 0, error_if: '> 0' }
          - in_range: { name: nulls_pass, min: 0, on_null: pass }
          - in_range: { name: two_fail, max: 10 }
          - in_range: { name: for_nothing, max: 1, enabled: false }
          - mean_between: { name: means, max: 10, group_by: shop, on_null: pass, error_if: '> 0', warn_if: '= 0' }
`,
    });
    expect((await project.call(['run'])).code).toBe(0);
    expect((await project.call(['test'])).code).toBe(1);
    const parsed: unknown = JSON.parse(project.read('target/run_results.json'));
    // The artifact has the form of dbt's.
    const { results } = parsed as { results: readonly { unique_id: string; status: string; failures: number }[] };
    const found = Object.fromEntries(results.map(({ unique_id: id, status, failures }) => [id.split('.')[2], `${status} ${failures}`]));
    expect(found).toEqual({
      // `d` alone has one row.
      each_shop: 'fail 1',
      every_shop: 'pass 0',
      // One of seven rows is 14.3 %, one of five 20 %.
      share: 'warn 1',
      share_of_some: 'fail 1',
      keys: 'fail 1',
      keys_of_most: 'pass 0',
      // The folder lets one go, and a failure that is let go warns.
      few_keys: 'warn 1',
      shops: 'warn 1',
      nulls_fail: 'fail 1',
      nulls_pass: 'pass 0',
      // 70, and NULL by the folder.
      two_fail: 'fail 2',
      means: 'fail 1',
      // `d` is left out, and of the others each has two.
      rows_of_each: 'pass 0',
      there: 'pass 0',
      ids: 'warn 1',
      // NULL; 70 is left out.
      kept_low: 'warn 1',
      low: 'fail 1',
      // Nobody counts the rows of which 60 % would be too many.
      sevens: 'fail 3',
      lonely: 'fail 1',
    });
    const listed = await project.call(['ls', '--select', 'kept_low', '--output', 'json']);
    expect(JSON.parse(listed.stdout)).toMatchObject({
      config: { severity: 'warn', where: 'id < 6', on_null: 'fail', group_by: 'shop', store_failures: true, meta: { team: 'a' } },
    });
    const { stdout } = await project.call(['explain', '--node', 'kept_low', '--output', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({
      config: expect.arrayContaining([
        { key: 'severity', value: 'warn', setAt: 'project.yaml:7:39' },
        { key: 'on_null', value: 'fail', setAt: 'models/kept/stays.yaml:3:33' },
      ]),
    });
    const stored = await project.call([
      'show',
      '--quiet',
      '--output',
      'csv',
      '--inline',
      'select distinct split_part(node_id, \'.\', 3) as t from "_tx"."test_failures" order by t',
    ]);
    expect(stored.stdout).toBe('t\nids\nkept_low\nsevens\n');
  });

  it('of history compare with what was published last', async () => {
    const project = await tempProject({
      'project.yaml': projectYaml,
      'models/orders.sql': '{{config materialized="table"}}\nselect n as id{{var "extra"}} from range({{var "rows"}}) as r(n)',
      'models/orders.yaml':
        'models:\n  - name: orders\n    tests:\n      - row_count_change: { name: rows, percent: 10 }\n      - schema_unchanged: { name: columns }\n',
    });
    const build = async (rows: number, extra = ''): Promise<Readonly<Record<string, string>>> => {
      await project.call(['build', '--vars', JSON.stringify({ rows, extra })]);
      return verdicts(project);
    };
    expect(await build(200)).toEqual({ rows: 'pass', columns: 'pass' });
    expect(await build(220)).toEqual({ rows: 'pass', columns: 'pass' });
    expect(await build(180)).toEqual({ rows: 'fail', columns: 'pass' });
    // What was refused is nothing to compare with.
    expect(await build(240)).toEqual({ rows: 'pass', columns: 'pass' });
    expect(await build(240, ', 1 as more')).toEqual({ rows: 'pass', columns: 'fail' });
    expect(await build(240)).toEqual({ rows: 'pass', columns: 'pass' });
  });

  it('that set rows aside ask nothing more of rows that are all right', async () => {
    const sentBy = async (onFail: string): Promise<readonly string[]> => {
      const test = (name: string, args: string): string =>
        `          - ${name}: { ${[args, onFail].filter((part) => part !== '').join(', ')} }\n`;
      const project = await tempProject({
        'project.yaml': projectYaml,
        'models/orders.sql': '{{config materialized="table"}}\nselect n as id, n % 7 as kind from range(100) as r(n)',
        'models/orders.yaml': `models:\n  - name: orders\n    columns:\n      - name: kind\n        tests:\n${test('not_null', '')}${test('in_range', 'min: 0, max: 6')}`,
      });
      expect((await project.call(['build', '--profile', 'trace.json'])).code).toBe(0);
      // As the profile writes it.
      const { traceEvents } = JSON.parse(project.read('trace.json')) as {
        readonly traceEvents: readonly { readonly cat?: string; readonly name: string; readonly args?: { readonly sql?: string } }[];
      };
      const statements = traceEvents.filter(({ cat }) => cat === 'statement').map(({ name, args }) => `${name} ${args?.sql ?? ''}`);
      // The first words: what a relation is called meanwhile differs.
      return statements.map((sql) =>
        sql
          .trim()
          .split(/\s+/)
          .slice(0, 4)
          .join(' ')
          .replaceAll(/_tx_[0-9a-f]{12}/g, 'stage'),
      );
    };
    const plain = await sentBy('');
    expect(plain.length).toBeGreaterThan(5);
    const aside = await sentBy('on_fail: quarantine');
    const asked = (list: readonly string[]): readonly string[] => list.filter((sql) => sql.startsWith('query '));
    expect(asked(aside)).toEqual(asked(plain));
    expect(aside.length).toBeLessThanOrEqual(plain.length);
  });

  it('for anomalies compare with all that was published before, and show what was expected', async () => {
    const project = await tempProject({
      'project.yaml': projectYaml,
      'models/orders.sql': '{{config materialized="table"}}\nselect n as id from range({{var "rows"}}) as r(n)',
      'models/orders.yaml': 'models:\n  - name: orders\n    tests:\n      - volume_anomaly: { name: rows, bucket: run, min_points: 3 }\n',
    });
    const build = async (rows: number): Promise<readonly [string | undefined, string]> => {
      const { stderr } = await project.call(['build', '--vars', JSON.stringify({ rows })]);
      return [verdicts(project)['rows'], stderr];
    };
    const found: (string | undefined)[] = [];
    // The first three have too little to be compared with.
    for (const rows of [100, 100, 100, 117, 118, 100, 82]) found.push((await build(rows))[0]);
    // 100 ± 3.5 × 5 of 100: what was refused is no point.
    expect(found).toEqual(['pass', 'pass', 'pass', 'pass', 'fail', 'pass', 'fail']);
    const [verdict, shown] = await build(0);
    expect(verdict).toBe('fail');
    expect(shown).toMatch(/value +expected_from +expected_to +points/);
    expect(shown).toMatch(/0 +82\.5 +117\.5 +5/);
    // What is tested after it was published is a point, whatever came of it.
    await project.call(['build', '--no-audit', '--vars', '{"rows": 500}']);
    const { stdout } = await project.call([
      'show',
      '--output',
      'csv',
      '--inline',
      "select status, measured from _tx.check_results where measured = '500'",
    ]);
    expect(stdout).toContain('fail,500');
    // So is that nothing has changed, where the model itself is skipped.
    const points = async (): Promise<string> =>
      (await project.call(['show', '--output', 'csv', '--inline', "select count(*) from _tx.records where kind = 'point'"])).stdout;
    await project.call(['build', '--vars', '{"rows": 100}']);
    const before = await points();
    expect((await project.call(['build', '--vars', '{"rows": 100}'])).stderr).toContain('1 model unchanged');
    expect(Number((await points()).split('\n')[1])).toBe(Number(before.split('\n')[1]) + 1);
  });
});
