/** How much the suite does: a short form with `npm test`, everything with `npm run test:kill`; and its dice. */

/** Every call of every operation, all sides, instead of a sample. */
export const everything: boolean = process.env['TX_KILL'] === 'full';

/** Repeats an earlier choice of moments when it is set. */
export const seed: number = Number(process.env['TX_KILL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** Numbers in `[0, 1)`, the same for the same seed and name. */
export function dice(name: string): () => number {
  let state = seed;
  for (const character of name) state = (Math.imul(state, 31) + (character.codePointAt(0) ?? 0)) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One line about what was done, also when all is well. */
export function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}
