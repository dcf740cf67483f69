import { describe, expect, it } from 'vitest';
import { runTx } from '../support/tx.ts';

describe('help', () => {
  it('is the same text whether the build printed it or the program does', async () => {
    const printed = await runTx(['--help'], { cwd: '.' });
    const live = await runTx(['help'], { cwd: '.', env: { COLUMNS: '80' } });
    expect(printed.code).toBe(0);
    expect(printed.stdout).toBe(live.stdout);
    expect((await runTx(['-h'], { cwd: '.' })).stdout).toBe(printed.stdout);
  });

  it('of a command shows its flags and examples', async () => {
    const { stdout, code } = await runTx(['build', '--help'], { cwd: '.' });
    expect(code).toBe(0);
    for (const text of ['--select', '--exclude', '--fail-fast', '--full-refresh', 'TX_THREADS', 'Examples:', 'tx build'])
      expect(stdout).toContain(text);
  });
});
