/**
 * Sets of moments as half-open ranges: in order, apart from each other, none empty. Moments are milliseconds since the epoch, in UTC.
 * A set may have very many ranges, so those that stay as they are go from one set into the next.
 */

export interface Range {
  readonly start: number;
  /** Not included. */
  readonly end: number;
}

export type RangeSet = readonly Range[];

/** The set that has just what is in one of these ranges, which may come in any order, touch, overlap, or be empty. */
export function joinRanges(ranges: Iterable<Range>): RangeSet {
  const filled: Range[] = [];
  let isSorted = true;
  let before = -Infinity;
  for (const range of ranges) {
    if (range.start >= range.end) continue;
    if (range.start < before) isSorted = false;
    before = range.start;
    filled.push(range);
  }
  if (!isSorted) filled.sort((a, b) => a.start - b.start);
  const joined: Range[] = [];
  let last: Range | undefined;
  for (const range of filled) {
    if (last === undefined || range.start > last.end) joined.push((last = range));
    else if (range.end > last.end) joined[joined.length - 1] = last = { start: last.start, end: range.end };
  }
  return joined;
}

/** What is in one of two sets. Of a long set and a few ranges near its end only that end is gone through. */
export function withRanges(set: RangeSet, more: RangeSet): RangeSet {
  const [first] = more;
  if (first === undefined) return set;
  // What ends where the others begin touches them.
  const at = firstEndingFrom(set, first.start);
  const end = joinRanges([...set.slice(at), ...more]);
  return at === 0 ? end : set.slice(0, at).concat(end);
}

/** The place of the first range that does not end before a moment. */
function firstEndingFrom(set: RangeSet, moment: number): number {
  let [low, high] = [0, set.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((set[middle]?.end ?? Infinity) < moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What is in `all` and not in `taken`. */
export function withoutRanges(all: RangeSet, taken: RangeSet): RangeSet {
  if (taken.length === 0) return all;
  const left: Range[] = [];
  let at = 0;
  for (const range of all) {
    const { start, end } = range;
    let from = start;
    while ((taken[at]?.end ?? Infinity) <= from) at += 1;
    for (let next = at; from < end; next += 1) {
      const hole = taken[next];
      if (hole === undefined || hole.start >= end) {
        left.push(from === start ? range : { start: from, end });
        break;
      }
      if (hole.start > from) left.push({ start: from, end: hole.start });
      from = hole.end;
    }
  }
  return left;
}

/** What is in both. */
export function commonRanges(one: RangeSet, other: RangeSet): RangeSet {
  const common: Range[] = [];
  for (let a = 0, b = 0; ;) {
    const left = one[a];
    const right = other[b];
    if (left === undefined || right === undefined) return common;
    const start = Math.max(left.start, right.start);
    const end = Math.min(left.end, right.end);
    if (start < end) common.push(start === left.start && end === left.end ? left : { start, end });
    if (left.end < right.end) a += 1;
    else b += 1;
  }
}

/** What of a set lies before a moment. */
export function rangesBefore(set: RangeSet, moment: number): RangeSet {
  const at = firstEndingFrom(set, moment);
  const last = set[at];
  if (last === undefined) return set;
  const whole = set.slice(0, last.end === moment ? at + 1 : at);
  return last.end === moment || last.start >= moment ? whole : [...whole, { start: last.start, end: moment }];
}

/** Whether all of `range` is in the set. */
export function holdsRange(set: RangeSet, range: Range): boolean {
  const found = set[firstEndingFrom(set, range.end)];
  return found !== undefined && found.start <= range.start;
}
