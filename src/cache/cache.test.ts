import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editSequences, soundProject } from '../compile/edits-fixture.ts';
import type { MemoryFiles } from '../project/memory-files.ts';
import { load, projectFiles, root, visible } from './cache-fixture.ts';

const build = 'b1';

interface Step {
  readonly edits: readonly { readonly path: string; readonly content: string | undefined }[];
  readonly inPlace: boolean;
  readonly pause: number;
}

const steps = fc
  .tuple(editSequences, fc.infiniteStream(fc.boolean()), fc.infiniteStream(fc.constantFrom(0, 0, 1, 5, 50)))
  .map(([sequence, places, pauses]) =>
    sequence.map((edits): Step => ({ edits, inPlace: places.next().value, pause: pauses.next().value })),
  );

/** Small ones, so that everything happens that happens to a large cache in the course of time. */
const limits = fc.record({
  segments: fc.constantFrom(2, 3, 8),
  changes: fc.constantFrom(-1, 2_000, 256 * 1024),
  waste: fc.constantFrom(0, 20, 1000),
});

function apply(memory: MemoryFiles, { edits, inPlace, pause }: Step): void {
  memory.clock += pause;
  for (const { path, content } of edits) {
    const absolute = `${root}/${path}`;
    if (content === undefined) memory.remove(absolute);
    else if (inPlace && memory.content.has(absolute)) memory.rewrite(absolute, content);
    else memory.writeAtomic(absolute, content);
  }
}

describe('a project that is loaded with a cache', () => {
  it('is the same as without one, after any edits', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom(1, 10), limits, async (sequence, tick, given) => {
        const memory = projectFiles(soundProject);
        memory.tick = tick;
        for (const step of [{ edits: [], inPlace: false, pause: 0 }, ...sequence]) {
          apply(memory, step);
          const cached = await load(memory, { build, limits: given });
          expect(visible(cached)).toEqual(visible(await load(memory)));
        }
      }),
      { numRuns: Number(process.env['RUNS'] ?? 20) },
    );
  }, 600_000);
});
