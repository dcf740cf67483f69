/** Finds what the user probably meant: the nearest of the known names. */

/** Optimal string alignment distance (Levenshtein plus swaps of neighbours), cut off above `limit`. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforePrevious[j - 2] ?? 0) + 1);
      }
      current.push(best);
    }
    if (Math.min(...current) > limit) return limit + 1;
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? limit + 1;
}

/** Up to `count` of `candidates` that are close to `name`, nearest first; case is ignored. */
export function nearest(name: string, candidates: Iterable<string>, count = 3): readonly string[] {
  const wanted = name.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const scored: { candidate: string; distance: number }[] = [];
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate.toLowerCase(), limit);
    if (distance <= limit) scored.push({ candidate, distance });
  }
  scored.sort((x, y) => x.distance - y.distance || (x.candidate < y.candidate ? -1 : 1));
  return scored.slice(0, count).map((entry) => entry.candidate);
}

/** "did you mean `a`, `b`?" for the nearest names, or undefined when nothing is near. */
export function didYouMean(name: string, candidates: Iterable<string>, spelled = (near: string): string => near): string | undefined {
  const near = nearest(name, candidates);
  return near.length === 0 ? undefined : `did you mean ${near.map((entry) => `\`${spelled(entry)}\``).join(', ')}?`;
}
