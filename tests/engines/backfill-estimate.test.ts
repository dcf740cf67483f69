/** A backfill says first how much it is. */
import { describe, expect, it } from 'vitest';
import { useProjectEngines } from './engine-project.ts';

const files = {
  'seeds/visits.csv': `seen,page\n${Array.from({ length: 20 }, (_, day) => `2024-03-${String(day + 1).padStart(2, '0')},a\n2024-03-${String(day + 1).padStart(2, '0')},b`).join('\n')}\n`,
  'models/daily.sql':
    '{{config materialized="incremental" incremental_strategy="time_interval" time_column="seen" begin="2024-03-01"}}select seen, page from {{ref "visits"}} where seen >= {{interval.start}} and seen < {{interval.end}}',
};

describe('what a backfill says before it starts', () => {
  for (const engine of useProjectEngines()) {
    it(`batches, and rows and time by what the last loads took: ${engine.name}`, async () => {
      const project = await engine.project(files);
      await project.tx('seed');
      const line = (days: string, more = '') => `backfill -s daily --from 2024-03-01 --to ${days}${more}`;
      const first = await project.tx(line('2024-03-05'), '2024-04-01T00:00:00Z');
      expect(first.text).toContain(
        'daily: 4 batches of a day, 2024-03-01 to 2024-03-05; nothing was loaded yet by which to say how long that takes',
      );
      expect(first.exit, first.text).toBe(0);
      const second = await project.tx(line('2024-03-11'), '2024-04-01T00:00:00Z');
      expect(second.text).toMatch(/daily: 10 batches of a day, .*; about 20 rows in \d+\.\ds, as the last 4 loads took/);
      // A load of several batches counts for as many days as it loaded.
      const third = await project.tx(line('2024-03-21', ' --chunk 5'), '2024-04-01T00:00:00Z');
      expect(third.text).toMatch(/daily: 20 batches of a day, 5 at a time, .*; about 40 rows in \d+\.\ds, as the last 14 loads took/);
      const last = await project.tx(line('2024-03-03'), '2024-04-01T00:00:00Z');
      expect(last.text).toMatch(/about 4 rows in \d+\.\ds, as the last 18 loads took/);
      expect(await project.rows('select count(*)::integer from main.daily')).toEqual([[40]]);
    });
  }
});
