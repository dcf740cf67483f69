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
  afterAll(() => laboratory.close());

  it(
    'leaves each relation old or new, and the next run converges',
    async () => {
      const bench = await laboratory.prepare(largeBuild);
      const random = dice('random-kill');
      const kills = everything ? 30 : 8;
      const published: number[] = [];
      let early = 0;
      for (let kill = 0; kill < kills; kill += 1) {
        const ms = Math.round(random() * bench.buildMs);
        const trial = await bench.killAfter(ms);
        expect(trial.violations, `killed after ${ms} of ${Math.round(bench.buildMs)} ms, seed ${seed}`).toEqual([]);
        published.push(trial.published);
        if (!trial.killed) early += 1;
      }
      tell(`random kills: ${kills} of a build of ${Math.round(bench.buildMs)} ms, relations that were new: ${published.join(' ')}; ${early} ended before; seed ${seed}`);
      expect(early).toBeLessThan(kills / 2);
    },
    900_000,
  );
});
