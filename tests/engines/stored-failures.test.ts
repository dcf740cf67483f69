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
  describe.each(useProjectEngines())('on $name', ({ project: open }) => {
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
  });
});
