/** Makes a set of rows small: takes away what is not needed for something to hold. */

/**
 * The rows without those that can go. `holds` is asked of subsets, with what was taken from the last one of which it held;
 * it is taken to hold of all rows. Halves go first, then smaller
 * parts; at most `most` questions are asked.
 */
export async function shrinkRows<T>(
  rows: readonly T[],
  holds: (kept: readonly T[], gone: readonly T[]) => Promise<boolean>,
  most: number,
): Promise<readonly T[]> {
  let kept = rows;
  let asked = 0;
  for (let size = Math.ceil(rows.length / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    let again = true;
    while (again) {
      again = false;
      // Later rows are worth less: they were found further away.
      for (let end = kept.length; end > 0; end -= size) {
        if (asked >= most) return kept;
        const start = Math.max(0, end - size);
        const rest = [...kept.slice(0, start), ...kept.slice(end)];
        asked += 1;
        if (!(await holds(rest, kept.slice(start, end)))) continue;
        kept = rest;
        // One row may have stood in the way of another.
        again = size === 1;
      }
    }
  }
  return kept;
}
