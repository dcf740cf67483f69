import { describe, expect, it } from 'vitest';
import { readUnfinishedRun, renderUnfinishedRun } from './unfinished-run.ts';

const run = { command: 'build', args: { select: ['a'], vars: null }, startedAt: '2026-01-31T06:00:00.000Z', pid: 12, exitCode: 2 } as const;

describe('readUnfinishedRun', () => {
  it('reads what was written', () => {
    expect(readUnfinishedRun(renderUnfinishedRun(run))).toEqual(run);
    const going = { ...run, exitCode: undefined, isOpen: true };
    expect(readUnfinishedRun(renderUnfinishedRun(going))).toEqual(going);
  });

  it.each(['', '{', '[]', '{}', '{"command":"ls","started_at":"","pid":1,"args":{}}', '{"command":"run"}'])(
    'knows that %s is no mark',
    (text) => {
      expect(readUnfinishedRun(text)).toBeUndefined();
    },
  );
});
