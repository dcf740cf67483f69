import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY, runProgram, runTx, tempFolder } from './support/tx.ts';

interface Row {
  readonly case: string;
  readonly measure: string;
  readonly tx: number;
  readonly floor: number;
  readonly ratio: number;
}

interface Change {
  readonly case: string;
  readonly verdict: string;
}

const runner = join(REPOSITORY, 'bench', 'run.mjs');

const LONG = process.env['TX_TEST_LONG'] !== undefined;

const plainRun = [
  'version',
  'help',
  'ls-1000',
  'compile-1000',
  'unchanged-1000',
  'changed-1000',
  'changed-properties-1000',
  'changed-macro-1000',
  'changed-added-1000',
  'changed-removed-1000',
  'first-statement-1000',
  'nothing-to-do-1000',
  'typed-1000',
  'typed-again-1000',
  'docs-1000',
  'fmt-1000',
  'fmt-unchanged-1000',
  'lint-1000',
  'completion-5800',
  'run-500',
  'rerun-500',
  'incremental-append-recent',
  'incremental-delete-insert-recent',
  'incremental-delete-insert-scattered',
  'incremental-merge-recent',
  'incremental-merge-scattered',
  'seed-1m',
  'snapshot-1m',
  'batches-1000',
  'scheduler-30000',
  'pg-run-500',
  'pg-rerun-500',
  'pg-incremental-append-recent-200k',
  'pg-incremental-append-recent',
  'pg-incremental-delete-insert-recent-200k',
  'pg-incremental-delete-insert-recent',
  'pg-incremental-delete-insert-scattered-200k',
  'pg-incremental-delete-insert-scattered',
  'pg-incremental-merge-recent-200k',
  'pg-incremental-merge-recent',
  'pg-incremental-merge-scattered-200k',
  'pg-incremental-merge-scattered',
  'pg-seed-1m',
  'checks-2000',
  'pg-checks-2000',
  'checks-112-1m',
  'unique-1m',
  'pg-checks-112-1m',
  'pg-unique-1m',
  'unique-after-increment-2m',
  'pg-unique-after-increment-2m',
  'quarantine-clean',
  'pg-quarantine-clean',
];

/** Cases that are made in different ways: `npm run test:long` runs all of them. */
const oneOfEachKind = ['version', 'fmt-unchanged-1000', 'run-500', 'watch-5800', 'checks-2000'];

describe('the benchmark suite', () => {
  it(`gives figures for ${LONG ? 'each case of a plain run' : 'one case of each kind'}; those of --large and --huge are the same on other sizes`, async () => {
    const folder = tempFolder();
    // The suite measures what is built, and this builds it where `npm test` did not.
    expect((await runTx(['--version'], { cwd: folder })).code).toBe(0);
    const figures = join(folder, 'figures.json');
    const only = LONG ? [] : oneOfEachKind.flatMap((name) => ['--only', name]);
    const command = [runner, '--quick', '--runs', '1', '--postgres', '--json', figures, ...only];
    const result = await runProgram(process.execPath, command, { cwd: folder, timeoutMs: 900_000 });
    expect(result.code, result.stderr).toBe(0);
    // The suite's own report, as bench/run.mjs writes it.
    const { rows } = JSON.parse(readFileSync(figures, 'utf8')) as { readonly rows: readonly Row[] };
    // What a change alone costs is a difference, which noise can turn around where all is tiny.
    const least = (row: Row): number => (row.measure.endsWith('alone') ? Number.NEGATIVE_INFINITY : 0);
    const unusable = rows.filter(
      (row) => ![row.tx, row.floor, row.ratio].every((figure) => Number.isFinite(figure) && figure > least(row)),
    );
    expect(unusable).toEqual([]);
    expect([...new Set(rows.map((row) => row.case))]).toEqual(LONG ? plainRun : oneOfEachKind);
  }, 1_000_000);

  it('compares with an earlier report by the ratios, and tells a change from noise', async () => {
    const folder = tempFolder();
    const row = (name: string, ratio: number): object => ({ case: name, measure: 'wall', unit: 'ms', tx: 10, floor: 10 / ratio, ratio });
    const run = async (args: readonly string[]): Promise<{ readonly stdout: string; readonly changes: readonly Change[] }> => {
      const figures = join(folder, 'now.json');
      const command = [runner, '--quick', '--runs', '1', '--only', 'version', '--json', figures, ...args];
      const { code, stdout, stderr } = await runProgram(process.execPath, command, { cwd: folder });
      expect(code, stderr).toBe(0);
      return { stdout, ...(JSON.parse(readFileSync(figures, 'utf8')) as { readonly changes: readonly Change[] }) };
    };
    for (const [ratio, verdict] of [
      [0.001, 'slower'],
      [1_000, 'faster'],
    ] as const) {
      writeFileSync(
        join(folder, 'before.json'),
        JSON.stringify({ machine: { cpu: 'another' }, rows: [row('version', ratio), row('gone', 1)] }),
      );
      const { stdout, changes } = await run(['--against', 'before.json']);
      expect(changes).toMatchObject([{ case: 'version', measure: 'wall', ratioBefore: ratio, verdict }]);
      expect(stdout).toContain('cpu was another, is ');
      expect(stdout).toContain(verdict);
    }
    const broken = await runProgram(process.execPath, [runner, '--only', 'version', '--against', 'nowhere.json'], { cwd: folder });
    expect(broken.code).toBe(2);
    expect(broken.stderr).toContain('nowhere.json cannot be read');
  }, 180_000);

  it('refuses a case that it does not have', async () => {
    const result = await runProgram(process.execPath, [runner, '--only', 'no-such-case'], { cwd: tempFolder() });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('no case is called no-such-case');
  });
});
