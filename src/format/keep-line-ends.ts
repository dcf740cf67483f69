/** Gives a text that was changed the line ends of the one that it was made of, line by line. */

const lineEnd = /\r\n?|\n/g;

/**
 * `after` has LF only. Where the same text stands before a line end, or behind it, up to the next change, the line end is the old one;
 * new lines end as most of the old ones do.
 */
export function keepLineEnds(before: string, after: string): string {
  const ends = before.match(lineEnd) ?? [];
  const most = mostOf(ends);
  if (ends.every((end) => end === most)) return after.replaceAll('\n', most);
  const old = places(before);
  const [one, other] = [signs(before), signs(after)];
  const start = shared(one, other);
  const end = shared([...one].reverse().join(''), [...other].reverse().join(''));
  const seen = new Map<number, number>();
  let at = 0;
  const written = after.split('\n').map((line, index, all) => {
    if (index === all.length - 1) return line;
    at += signs(line).length;
    const place = at <= start ? at : other.length - at <= end ? one.length - (other.length - at) : -1;
    const nth = seen.get(place) ?? 0;
    seen.set(place, nth + 1);
    return line + (old.get(place)?.[nth] ?? most);
  });
  return written.join('');
}

/** The line ends by how much of the text stands before them, white space aside. */
function places(text: string): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>();
  let at = 0;
  let from = 0;
  for (const { index, 0: end } of text.matchAll(lineEnd)) {
    at += signs(text.slice(from, index)).length;
    from = index + end.length;
    found.set(at, [...(found.get(at) ?? []), end]);
  }
  return found;
}

/** What is no white space; a keyword is the same in either case. */
function signs(text: string): string {
  return text.replaceAll(/\s/g, '').replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function shared(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

/** The first of those that are most. */
function mostOf(ends: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const end of ends) counts.set(end, (counts.get(end) ?? 0) + 1);
  let most = ends[0] ?? '\n';
  for (const [end, count] of counts) if (count > (counts.get(most) ?? 0)) most = end;
  return most;
}
