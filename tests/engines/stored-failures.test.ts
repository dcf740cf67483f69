/** Failing rows are shown, kept and shown again, on every engine: as many as is said, and masked. */
import { describe, expect, it } from 'vitest';
import { useProjectEngines } from './engine-project.ts';

const lost = [1, 2, 3, 4, 5, 6, 7];
const files = {
  'seeds/src.csv': `id,email,status\n${lost.map((id) => `${id},person${id}@example.com,lost\n`).join('')}8,x@example.com,new\n`,
  'models/m.sql': '{{config materialized="table"}}\nselect * from {{ref "src"}}',
  'models/m.yaml': `models:
  - name: m
    columns:
      - name: id
        tests: [unique]
      - name: email
        pii: true
      - name: status
        tests:
          - not_equal_to: { name: known, value: lost, limit: 2 }
          - not_equal_to: { name: other, value: lost, severity: warn, store_failures: false }
`,
  'models/n.sql': '{{config materialized="table"}}\nselect id, status, array[id, 9] as parts, array[email] as emails from {{ref "src"}}',
  'models/n.yaml': `models:
  - name: n
    columns:
      - name: emails
        pii: true
      - name: status
        tests:
          - not_equal_to: { name: loose, value: lost, severity: warn, store_failures: false }
`,
};

describe('failing rows', () => {
  describe.each(useProjectEngines())('on $name', ({ name, project: open }) => {
    it(
      'are kept of what was never published, those of the newest run are shown, masked and as many as is said',
      { timeout: 120_000 },
      async () => {
        const project = await open(files, 'tests: { +store_failures: true }\n');
        const built = await project.tx('build');
        expect(built.exit).toBe(1);
        // Two of the one test, five of the other.
        expect(built.text.match(/lost +\*\*\*/g)).toHaveLength(2 + 5);
        expect(built.text).not.toContain('person');
        const kept = async (): Promise<unknown> =>
          (await project.rows(`select node_id, count(*) from _tx.test_failures group by 1 order by 1`)).map(([id, count]) => [
            String(id).split('.')[2],
            count,
          ]);
        expect(await kept()).toEqual([['known', 1]]);
        expect((await project.rows(`select count(*) from _tx.test_failures where cast(rows as varchar) like '%person%'`))[0]).toEqual([0]);
        const shown = async (...more: readonly string[]): Promise<readonly string[]> => {
          const { exit, text } = await project.tx(['show', '--failures', 'known', '--quiet', '--output', 'csv', ...more]);
          expect(exit, text).toBe(0);
          return text.trim().split('\n');
        };
        expect(await shown()).toEqual(['id,status,email', ...lost.map((id) => `${id},lost,***`)]);
        const parts = async (limit: string): Promise<unknown> => {
          const { exit, text } = await project.tx(['show', '--failures', 'loose', '--quiet', '--output', 'json', '--limit', limit]);
          expect(exit, text).toBe(0);
          return JSON.parse(text);
        };
        const row = (id: number): object => ({ id, status: 'lost', parts: [id, 9], emails: '***' });
        expect(await parts('2')).toEqual(lost.slice(0, 2).map(row));
        expect(await parts('-1')).toEqual(lost.map(row));
        expect(await shown('--limit', '3')).toEqual(['id,status,email', ...lost.slice(0, 3).map((id) => `${id},lost,***`)]);
        project.write({ 'seeds/src.csv': 'id,email,status\n9,y@example.com,lost\n' });
        expect((await project.tx('build')).exit).toBe(1);
        expect(await kept()).toEqual([['known', 2]]);
        expect(await shown()).toEqual(['id,status,email', '9,lost,***']);
      },
    );

    it(
      'are rows of a view in the schema that the test names, with the columns of all runs that are kept',
      { timeout: 120_000 },
      async () => {
        const own = (query: string): string => `{{config store_failures=true severity="warn" schema="faults"}}\n${query}`;
        const project = await open({
          'seeds/src.csv': 'id,note\n1,"a ""quoted"" text"\n2,\n',
          'seeds/src.yaml': `seeds:
  - name: src
    columns: [{ name: note, tests: [{ not_null: { name: noted, severity: warn, store_failures: true, schema: faults } }] }]`,
          'tests/data/odd.sql': own(`select id, note, note as run_id, id as id from {{ref "src"}}`),
          'tests/data/taken.sql': own('select 1 as one'),
          'tests/data/fine.sql': own('select 1 as one where 1 = 0'),
        });
        await project.run('create schema main_faults', 'create view main_faults.taken as select 42 as theirs');
        const first = await project.tx('build');
        expect(first.exit, first.text).toBe(0);
        expect(first.text).toContain('failures-not-shown');
        expect(first.text).toContain('the failing rows of `taken` are not shown in `main_faults.taken`: something else stands there');
        expect(await project.rows('select * from main_faults.taken')).toEqual([[42]]);
        expect(await project.rows('select id, note from main_faults.noted')).toEqual([['2', null]]);
        expect(
          await project.rows(`select id, note, run_id_, ${name === 'duckdb' ? 'id_1' : 'id_'} from main_faults.odd order by id`),
        ).toEqual([
          ['1', 'a "quoted" text', 'a "quoted" text', '1'],
          ['2', null, null, '2'],
        ]);
        const runs = 'select count(*) from main_faults.odd join _tx.test_failures t using (run_id, recorded_at)';
        expect(await project.rows(`${runs} where t.node_id like '%.odd'`)).toEqual([[2]]);
        const names = `select table_name from information_schema.tables where table_schema = 'main_faults' order by 1`;
        expect(await project.rows(names)).toEqual([['noted'], ['odd'], ['taken']]);

        // What others have built upon it stays, whatever becomes of the columns.
        await project.run('create view main_faults.upon as select id, note from main_faults.odd');
        project.write({ 'tests/data/odd.sql': own('select id, 2.50 as price from {{ref "src"}} where id = 1') });
        expect((await project.tx('test -s odd')).exit).toBe(0);
        expect(await project.rows('select id, note, price from main_faults.odd order by recorded_at, id')).toEqual([
          ['1', 'a "quoted" text', null],
          ['2', null, null],
          ['1', null, '2.50'],
        ]);
        expect(await project.rows('select count(*) from main_faults.upon')).toEqual([[3]]);
        const builds = `select count(*) from _tx.node_runs where relation_name = 'odd'`;
        expect(await project.rows(builds)).toEqual([[2]]);
        await project.tx('test -s odd');
        expect(await project.rows(builds)).toEqual([[2]]);

        expect((await project.tx('state gc')).text).toContain('everything that was built is still built');
        project.remove('tests/data/odd.sql');
        project.remove('tests/data/taken.sql');
        await project.run('drop view main_faults.upon');
        expect((await project.tx('state gc')).text).toContain('main_faults.odd');
        expect((await project.tx('state gc --yes')).text).toContain('dropped main_faults.odd');
        expect(await project.rows(names)).toEqual([['noted'], ['taken']]);

        // An environment has its own, and takes them with it.
        expect((await project.tx('build --env dev --force')).exit).toBe(0);
        expect(await project.rows('select id from main_faults__dev.noted')).toEqual([['2']]);
        const dropped = await project.tx('env drop dev --yes');
        expect(dropped.text).toContain('dropped main_faults__dev.noted');
        expect(await project.rows(`select 1 from information_schema.schemata where schema_name like '%\\_\\_dev' escape '\\'`)).toEqual([]);
        expect(await project.rows('select count(*) from main_faults.noted')).toEqual([[1]]);
      },
    );
  });
});
