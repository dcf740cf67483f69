import { describe, expect, it } from 'vitest';
import { commandLine } from './run-arguments.ts';

describe('commandLine', () => {
  it('writes flags as somebody would type them', () => {
    const args = {
      select: ['stg_orders+', 'tag:a b'],
      exclude: [],
      full_refresh: true,
      adopt: false,
      vars: "{n: 'x'}",
      target: null,
      which: 'run',
    };
    expect(commandLine('run', args)).toBe("tx run --select stg_orders+ 'tag:a b' --full-refresh --vars '{n: '\\''x'\\''}'");
  });

  it('needs no flags', () => {
    expect(commandLine('build', {})).toBe('tx build');
  });

  it('names what copies as it was typed', () => {
    expect(commandLine('build', { promote: 'pr_42', force: true, select: ['orders'] })).toBe('tx promote pr_42 --select orders');
    expect(commandLine('build', { clone: true, force: true, env: 'pr_42' })).toBe('tx clone --env pr_42');
  });
});
