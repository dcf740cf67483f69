import { describe, expect, it } from 'vitest';
import { olderSeen } from './older-seen.ts';

const at = (time: string | null, rows = 1, by = 'x') => ({ by, at: time, rows });

describe('what two runs know of what a model reads', () => {
  it('is of each ledger as much as both have seen, and of no run what the other may not have seen', () => {
    const one = { run: 'one', ordinals: { p: 7, q: 2, own: 1 } };
    expect(olderSeen(one, { run: 'two', ordinals: { p: 3, q: 9 } })).toEqual({ run: '', ordinals: { p: 3, q: 2 } });
    expect(olderSeen(one, one)).toEqual(one);
    expect(olderSeen(one, undefined)).toEqual({ run: '', ordinals: {} });
    expect(olderSeen(undefined, undefined)).toBeUndefined();
  });

  it('is of each source the older mark, also where it is older by less than a millisecond or by rows of the same moment', () => {
    const merged = (one: ReturnType<typeof at>, other: ReturnType<typeof at>) =>
      [
        olderSeen({ run: 'r', ordinals: {}, sources: { s: one } }, { run: 'o', ordinals: {}, sources: { s: other } }),
        olderSeen({ run: 'o', ordinals: {}, sources: { s: other } }, { run: 'r', ordinals: {}, sources: { s: one } }),
      ].map((seen) => seen?.sources?.['s']);
    const [early, late] = [at('2026-11-30 01:00:00.0001'), at('2026-11-30 01:00:00.00015')];
    expect(merged(early, late)).toEqual([early, early]);
    expect(merged(at('2026-11-30 01:00:00'), early)).toEqual([at('2026-11-30 01:00:00'), at('2026-11-30 01:00:00')]);
    expect(merged(at('2026-11-30 01:00:00+02'), at('2026-11-30 00:00:00+00'))).toEqual(Array(2).fill(at('2026-11-30 01:00:00+02')));
    expect(merged(at('2026-11-30', 3), at('2026-11-30', 2))).toEqual([at('2026-11-30', 2), at('2026-11-30', 2)]);
    expect(merged(at(null, 0), late)).toEqual([at(null, 0), at(null, 0)]);
    // Times of two columns are not compared: who writes keeps its own.
    expect(merged(at('2026-01-01', 1, 'y'), late)).toEqual([at('2026-01-01', 1, 'y'), late]);
    expect(olderSeen({ run: 'r', ordinals: {} }, { run: 'o', ordinals: {}, sources: { s: late } })?.sources).toEqual({ s: late });
  });
});
