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
      const { stderr } = await project.run(['build', '--vars', JSON.stringify({ rows })]);
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
    await project.run(['build', '--no-audit', '--vars', '{"rows": 500}']);
    const { stdout } = await project.run([
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
