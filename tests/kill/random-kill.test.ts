import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLaboratory } from './laboratory.ts';
import type { Laboratory } from './laboratory.ts';
import { largeBuild } from './operations.ts';
import { dice, everything, seed, tell } from './size.ts';

describe('a build of twenty models killed at a random time', () => {
  let laboratory: Laboratory;
  beforeAll(async () => {
    laboratory = await openLaboratory();
  });
  afterAll(() => laboratory.close(), 60_000);

  it('leaves each relation old or new, and the next run converges', async () => {
    const bench = await laboratory.prepare(largeBuild);
    const random = dice('random-kill');
    const kills = everything ? 30 : 2;
    const published: number[] = [];
    let slowest = bench.buildMs;
    let early = 0;
    while (published.length < kills) {
      const ms = Math.round(random() * slowest);
      const trial = await bench.killAfter(ms);
      expect(trial.violations, `killed after ${ms} of ${Math.round(slowest)} ms, seed ${seed}`).toEqual([]);
      if (trial.killed) published.push(trial.published);
      else {
        // The machine has less to do by now; a build that ends before its kill proves nothing.
        early += 1;
        slowest = Math.min(slowest, trial.lastedMs);
        expect(early).toBeLessThan(kills * 2);
      }
    }
    tell(
      `random kills: ${kills} of a build of ${Math.round(slowest)} ms, relations that were new: ${published.join(' ')}; ${early} more ended before; seed ${seed}`,
    );
  }, 900_000);
});
