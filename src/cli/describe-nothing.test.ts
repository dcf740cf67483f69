import { describe, expect, it } from 'vitest';
import { describeNothing } from './describe-nothing.ts';
import type { RunOptions } from './options.ts';

const now = Date.parse('2026-01-15T12:00:00Z');

const said = (options: Partial<RunOptions>): string =>
  // The flags of a selection say nothing here.
  describeNothing(options as RunOptions, now);

describe('nothing to do', () => {
  it('for a range in the future says that it is', () => {
    expect(said({ eventTimeStart: '2026-01-16T00:00:00.000Z', eventTimeEnd: '2026-01-17T06:00:00.000Z' })).toBe(
      'nothing to do: the range from 2026-01-16 to 2026-01-17T06:00:00.000Z lies in the future',
    );
    expect(said({ from: '2099-01-01', to: '2099-02-01' })).toBe(
      'nothing to do: the range from 2099-01-01 to 2099-02-01 lies in the future',
    );
  });

  it('for a range that holds nothing to load says so', () => {
    expect(said({ from: '2026-01-15', to: '2026-01-16' })).toBe(
      'nothing to do: no interval that could be loaded lies in the range from 2026-01-15 to 2026-01-16',
    );
  });

  it('without a range is about the selection', () => {
    expect(said({})).toBe('nothing to do: the selection holds nothing that this command runs');
  });
});
