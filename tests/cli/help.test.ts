import { describe, expect, it } from 'vitest';
import { artifactTables } from '../../src/report/artifact-tables.ts';
import { callTx } from '../support/call-tx.ts';
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
    for (const text of ['--select', '--exclude', '--fail-fast', '--full-refresh', 'Selection:', 'TX_FAIL_FAST', 'Examples:', 'tx build'])
      expect(stdout).toContain(text);
  });

  it('of every command takes one line for each flag, in groups that stand together', async () => {
    for (const command of ['run', 'plan', 'show', 'ls', 'freshness', 'debug', 'init']) {
      const { stdout } = await callTx([command, '--help'], { cwd: '.', env: { COLUMNS: '80' } });
      const lines = stdout.split('\n');
      const flags = lines.filter((line) => /^ +-/.test(line));
      expect(lines.filter((line) => /^ {10}/.test(line)).length, command).toBeLessThan(2);
      expect(flags.length, command).toBeGreaterThan(4);
      expect(lines.length, command).toBeLessThan(62);
    }
  });

  it('of `query` names all tables', async () => {
    const { stdout } = await callTx(['query', '--help'], { cwd: '.', env: { COLUMNS: '200' } });
    for (const { name } of artifactTables({ manifest: {}, catalog: undefined, runResults: undefined, columnEdges: undefined }))
      expect(stdout).toContain(`\`${name}\``);
  });

  it('of a command names a flag that it has as an example of variables', async () => {
    for (const [command, hint] of [
      ['build', 'TX_FAIL_FAST stands for --fail-fast'],
      ['init', 'TX_ENGINE stands for --engine'],
      ['clean', 'TX_PROJECT_DIR stands for --project-dir'],
    ] as const) {
      const { stdout } = await callTx([command, '--help'], { cwd: '.' });
      expect(stdout.match(/TX_[A-Z_]+ stands for .*(?=\.)/g), command).toEqual([hint]);
    }
  });

  it('of examples quotes what a shell would take for a pattern', async () => {
    const { stdout } = await callTx(['run', '--help'], { cwd: '.' });
    expect(stdout).toContain("tx run -s 'staging.*' +fct_orders\n");
  });
});
