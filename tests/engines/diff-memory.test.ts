/** `tx diff` between two databases takes rows as they come, and keeps none. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useTestDatabase } from '../../src/adapters/postgres/open-test-session.ts';
import { REPOSITORY, runProgram } from '../support/tx.ts';
import { runIn, twoDatabases } from './two-databases.ts';

const database = useTestDatabase();

const bigKey = 'models: [{ name: big, columns: [{ name: id, tests: [unique] }] }]\n';

describe('tx diff with another database', () => {
  it('needs no more memory for tables that are fifteen times as large', async () => {
    const { project, other } = await twoDatabases(database, {
      'models/big.sql': `{{config materialized="table"}}select 1 as id`,
      'models/big.yaml': bigKey,
    });
    const peaks: number[] = [];
    for (const rows of [20_000, 300_000]) {
      for (const url of [database.url(), other])
        await runIn(
          url,
          'create schema if not exists shop',
          'drop table if exists shop.big',
          `create table shop.big as select id, md5(id::text) as name, id * 1.5 as amount, repeat('x', 80) as note from generate_series(1, ${rows}) as s (id)`,
        );
      await runIn(other, 'update shop.big set amount = 0 where id = 777');
      const usage = join(project.root, 'usage.json');
      const args = [
        '--require',
        join(REPOSITORY, 'bench/report-usage.cjs'),
        join(REPOSITORY, 'bin/tx.cjs'),
        'diff',
        '--against',
        'prod',
        '-q',
      ];
      const { code, stdout, stderr } = await runProgram(process.execPath, args, { cwd: project.root, env: { BENCH_USAGE_FILE: usage } });
      expect(code, stderr).toBe(1);
      expect(stdout).toContain(`found     ${(rows - 1).toLocaleString('en')} the same, 1 changed`);
      const [file = ''] = readdirSync(project.root).filter((name) => name.startsWith('usage.json'));
      // The file is written by a script of this repository.
      const { peakMb } = JSON.parse(project.read(file)) as { readonly peakMb: number };
      rmSync(join(project.root, file));
      peaks.push(peakMb);
    }
    expect((peaks[1] ?? 0) - (peaks[0] ?? 0), peaks.join()).toBeLessThan(60);
  });
});
