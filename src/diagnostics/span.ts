/** A place in a user's file, as offsets: small, serialisable, and independent of how lines are counted. */

/**
 * A half-open range `[start, end)` of UTF-16 code units in one file of the project.
 * `path` is relative to the project folder and uses `/` on every platform.
 */
export interface Span {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

/** A text file as `tx` read it: `path` relative to the project folder, `text` without a byte order mark, its lines ended by LF. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A human position: `line` and `column` start at 1; `column` counts UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const LINE_BREAK = /\r\n|\n|\r/g;

/** Offsets at which each line of `text` starts; `\n`, `\r\n` and a lone `\r` end a line. */
export function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (const match of text.matchAll(LINE_BREAK)) starts.push(match.index + match[0].length);
  return starts;
}

/** The position of `offset` in `text`; offsets beyond the end give the end. O(log lines) with `starts`. */
export function positionAt(text: string, offset: number, starts: readonly number[] = lineStarts(text)): Position {
  const at = Math.max(0, Math.min(offset, text.length));
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
}
