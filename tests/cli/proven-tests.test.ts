import { describe, expect, it } from 'vitest';
import { tempProject } from '../support/tx.ts';

/** A model that asks for columns makes sure that columns are looked at. */
const FILES = {
  'project.yaml': 'name: shop\ntargets:\n  dev: { type: duckdb, path: shop.duckdb, schema: main }\nmodels: { +materialized: table }\n',
  'seeds/raw.csv': 'id,kind,amount\n1,a,10\n2,a,20\n2,b,\n',
  'models/kinds.sql': 'select kind, id, count(*) as n, sum(amount) as amount from {{ref "raw"}} group by kind, id',
  'models/latest.sql': 'select * from {{ref "raw"}} qualify row_number() over (partition by id order by kind) = 1',
  'models/eph.sql': '{{config materialized="ephemeral"}}select * from {{ref "latest"}}',
  'models/wide.sql':
    'select {{star (ref "eph")}}, n from {{ref "eph"}} join (select id as other, max(n) as n from {{ref "kinds"}} group by id) on other = id',
  'models/all.yaml': `models:
  - name: kinds
    tests: [unique_combination: { columns: [ID, kind] }]
    columns:
      - { name: n, tests: [not_null] }
      - { name: amount, tests: [not_null: { severity: warn }] }
      - { name: id, tests: [unique: { severity: warn }] }
  - name: latest
    columns: [{ name: id, tests: [unique, not_null] }]
  - name: wide
    columns:
      - { name: id, tests: [unique, not_null: { warn_if: "= 0", error_if: "> 5" }] }
      - { name: n, tests: [not_null] }
`,
};

interface Result {
  readonly unique_id: string;
  readonly status: string;
  readonly message: string | null;
}

type Project = Awaited<ReturnType<typeof tempProject>>;

async function verdicts(project: Project, args: readonly string[], code = 0): Promise<Readonly<Record<string, string>>> {
  const done = await project.call(args);
  expect(done.code, done.stderr).toBe(code);
  const { results } = JSON.parse(project.read('target/run_results.json')) as { results: readonly Result[] };
  return Object.fromEntries(
    results.flatMap(({ unique_id, status, message }) => {
      const name = unique_id.split('.')[2] ?? '';
      return unique_id.startsWith('test.') ? [[name, message === 'proven by the query' ? 'proven' : status]] : [];
    }),
  );
}

describe('tests that follow from the query', () => {
  it('are not run, and only these', async () => {
    const project = await tempProject(FILES);
    const found = await verdicts(project, ['build']);
    expect(found).toEqual({
      unique_combination_kinds_ID__kind: 'proven',
      not_null_kinds_n: 'proven',
      not_null_kinds_amount: 'warn',
      unique_kinds_id: 'warn',
      unique_latest_id: 'proven',
      // A seed may hold an empty field.
      not_null_latest_id: 'pass',
      unique_wide_id: 'proven',
      // Nothing fails, and the threshold says that this is worth a warning.
      not_null_wide_id: 'warn',
      not_null_wide_n: 'proven',
    });
    expect((await project.call(['build', '--force', '--select', '+wide'])).stderr).toMatch(/latest .* 2 tests \(1 proven\)/);
    expect(Object.values(await verdicts(project, ['build', '--force', '--run-proven']))).not.toContain('proven');
  });

  it('are found where columns are looked at anyway: an unchanged build looks at nothing', async () => {
    const project = await tempProject({
      ...FILES,
      'models/wide.sql': 'select * from {{ref "eph"}} join (select max(n) as n from {{ref "kinds"}}) on true',
    });
    expect(await verdicts(project, ['build'])).toMatchObject({
      unique_latest_id: 'proven',
      unique_wide_id: 'proven',
      not_null_wide_n: 'pass',
    });
    expect(Object.values(await verdicts(project, ['build', '--force']))).not.toContain('proven');
  });

  it('are run where what they follow from is not made by this run', async () => {
    const project = await tempProject(FILES);
    await verdicts(project, ['build']);
    const found = await verdicts(project, ['build', '--force', '--select', 'wide']);
    expect(Object.values(found)).not.toContain('proven');
    expect(Object.values(await verdicts(project, ['test']))).not.toContain('proven');
  });

  it('are run where a table above keeps rows of other queries, or a hook may write', async () => {
    const project = await tempProject({
      ...FILES,
      'models/latest.sql': `{{config materialized="incremental"}}\n${FILES['models/latest.sql']}`,
    });
    const found = await verdicts(project, ['build']);
    expect([found['unique_latest_id'], found['unique_wide_id'], found['not_null_kinds_n']]).toEqual(['pass', 'pass', 'proven']);
    const hooked = await tempProject({
      ...FILES,
      'models/wide.sql': `-- {{ref "z"}}\n${FILES['models/wide.sql']}`,
      'models/z.sql':
        '{{config post_hook="insert into main.latest select * from main.latest"}}select 1 as one from {{ref "latest"}} limit 1',
    });
    expect(await verdicts(hooked, ['build'], 1)).toMatchObject({
      unique_latest_id: 'pass',
      unique_wide_id: 'fail',
      not_null_kinds_n: 'pass',
    });
  });
});
