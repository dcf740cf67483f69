/** A backfill says first how much it is. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { adapter as duckdb } from '../../src/adapters/duckdb/adapter.ts';
import { openFile } from '../kill/drive.ts';
import { useProjectEngines } from './engine-project.ts';

const files = {
  'seeds/visits.csv': `seen,page\n${Array.from({ length: 20 }, (_, day) => `2024-03-${String(day + 1).padStart(2, '0')},a\n2024-03-${String(day + 1).padStart(2, '0')},b`).join('\n')}\n2024-03-02,c\n2024-03-02,d\n2024-03-02,e\n`,
  'models/daily.sql':
    '{{config materialized="incremental" incremental_strategy="time_interval" time_column="seen" begin="2024-03-01"}}select seen, page from {{ref "visits"}} where seen >= {{interval.start}} and seen < {{interval.end}}',
};

describe('what a backfill says before it starts', () => {
  for (const engine of useProjectEngines()) {
    it(`batches, and rows, bytes and time as they were when the same was loaded, else by what the last loads took: ${engine.name}`, async () => {
      const project = await engine.project(files);
      await project.tx('seed');
      const line = (days: string, more = '') => `backfill -s daily --from 2024-03-01 --to ${days}${more}`;
      const first = await project.tx(line('2024-03-05'), '2024-04-01T00:00:00Z');
      expect(first.text).toContain(
        'daily: 4 batches of a day, 2024-03-01 to 2024-03-05; nothing was loaded yet by which to say how long that takes',
      );
      expect(first.exit, first.text).toBe(0);
      const stored = engine.name === 'postgres' ? Number((await project.rows(`select pg_total_relation_size('main.daily')`))[0]?.[0]) : 0;
      const second = await project.tx(line('2024-03-11'), '2024-04-01T00:00:00Z');
      // 11 rows that were there, and six days by the four before.
      const bytes = engine.name === 'duckdb' ? '308 B' : '([\\d.]+) kB';
      const told = new RegExp(
        `daily: 10 batches of a day, .*; about 28 rows of ${bytes} in \\d+\\.\\ds, as when they were last loaded, and as the last 4 loads where they never were\\n`,
      ).exec(second.text);
      expect(told, second.text).not.toBeNull();
      // A date of ten letters and a page of one; on PostgreSQL the pages on disk by the eleven rows that were there.
      if (engine.name === 'postgres') expect(Number(told?.[1])).toBeCloseTo((stored * 28) / 11 / 1000, 0);
      // A load of several batches counts for as many days as it loaded.
      const third = await project.tx(line('2024-03-21', ' --chunk 5'), '2024-04-01T00:00:00Z');
      expect(third.text).toMatch(
        /daily: 20 batches of a day, 5 at a time, .*; about 47 rows of [\d.]+ k?B in \d+\.\ds, as when they were last loaded, and as the last 14 loads where/,
      );
      await project.tx(line('2024-03-06'), '2024-04-01T00:00:00Z');
      const last = await project.tx('backfill -s daily --from 2024-03-02 --to 2024-03-04', '2024-04-01T00:00:00Z');
      expect(last.text).toMatch(/about 7 rows of [\d.]+ k?B in \d+\.\ds, as when they were last loaded\n/);
      expect(await project.rows('select count(*)::integer from main.daily')).toEqual([[43]]);
      const again = await project.tx('build --restate daily --from 2024-03-01 --to 2024-03-03', '2024-04-01T00:00:00Z');
      expect(again.text).toMatch(
        /daily: 13 batches of a day, 2024-03-01 to 2024-03-03, 2024-03-21 to 2024-04-01; about \d+ rows of [\d.]+ k?B in \d+\.\ds, as when .*, and as the last 25 loads/,
      );
    });
  }

  it.each([
    ['what repeats itself takes little', `repeat('x', 100)`],
    ['what does not takes what it is', `md5(i::text) || md5((i + 1)::text) || md5((i + 2)::text)`],
  ] as const)('bytes of a row are those on disk, where a table is large: %s', async (_, text) => {
    const root = mkdtempSync(join(tmpdir(), 'tx-bytes-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    const session = await openFile(duckdb, join(root, 'w.duckdb'));
    const connection = await session.connect();
    await connection.run({ sql: `create table main.large as select i, ${text} as v from range(200000) as r(i)` });
    await connection.run({ sql: 'checkpoint' });
    const bytes = await duckdb.catalog.rowBytes(connection, { schema: 'main', name: 'large' });
    await session.close();
    const { size } = statSync(join(root, 'w.duckdb'));
    expect((bytes ?? 0) * 200_000).toBeGreaterThan(size * 0.5);
    expect((bytes ?? 0) * 200_000).toBeLessThan(size * 1.5);
  });
});
