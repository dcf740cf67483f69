/**
 * What two runs that load intervals of the same model know together of what it reads: of each thing as much as the one knows that
 * has looked less far, since the ledger has intervals that each of them has loaded.
 */
import { readPrintedTime } from '../intervals/printed-time.ts';
import type { LedgersSeen, SourceMark } from '../state/state-writer.ts';

/** `one` is of the run that writes, `other` is what it found; absent where nothing was noted. */
export function olderSeen(one: LedgersSeen | undefined, other: LedgersSeen | undefined): LedgersSeen | undefined {
  if (one === undefined && other === undefined) return undefined;
  const [first, second] = [one?.ordinals ?? {}, other?.ordinals ?? {}];
  const ordinals = Object.entries(first).flatMap(([subject, seen]) => {
    const also = second[subject];
    return also === undefined ? [] : [[subject, Math.min(seen, also)] as const];
  });
  const marks = new Map(Object.entries(other?.sources ?? {}));
  for (const [source, mark] of Object.entries(one?.sources ?? {})) {
    const found = marks.get(source);
    marks.set(source, found === undefined || found.by !== mark.by ? mark : olderMark(mark, found));
  }
  return {
    // What one of them has loaded above itself the other one may have read before that.
    run: one?.run === other?.run ? (one?.run ?? '') : '',
    ordinals: Object.fromEntries(ordinals),
    ...(marks.size === 0 ? {} : { sources: Object.fromEntries(marks) }),
  };
}

function olderMark(one: SourceMark, other: SourceMark): SourceMark {
  if (one.at === null || other.at === null) return one.at === null ? one : other;
  const difference = compareTimes(one.at, other.at);
  if (difference !== 0) return difference < 0 ? one : other;
  return one.rows <= other.rows ? one : other;
}

/** Times as the database prints them may differ in less than a millisecond. */
function compareTimes(one: string, other: string): number {
  const difference = (readPrintedTime(one) ?? 0) - (readPrintedTime(other) ?? 0);
  return difference === 0 ? fractionOf(one) - fractionOf(other) : difference;
}

function fractionOf(time: string): number {
  return Number(/\.\d+/.exec(time)?.[0] ?? 0);
}
