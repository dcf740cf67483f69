/** Draws what changes between two texts, as a unified diff. */
import type { Style } from '../diagnostics/paint.ts';

export type Edit = ' ' | '-' | '+';

/** A line that is in both texts, only in the first, or only in the second. */
export interface LineChange {
  readonly edit: Edit;
  readonly line: string;
}

/** Lines shown around a change. */
const context = 3;
/** Where texts differ more than this, the middle is shown as removed and added as a whole. */
const mostEdits = 2000;

/** The diff of one file, or empty text when nothing differs. */
export function renderDiff(path: string, before: string, after: string, { paint }: Pick<Style, 'paint'>): string {
  const changes = compareLines(linesOf(before), linesOf(after));
  const hunks = findHunks(changes);
  if (hunks.length === 0) return '';
  const lines = hunks.flatMap((hunk) => [paint.dim(headOf(changes, hunk)), ...drawHunk(changes, hunk, paint)]);
  return [paint.bold(`--- ${path}`), paint.bold(`+++ ${path}`), ...lines].join('\n');
}

/** What differs, in pieces with some lines around each. */
export function diffLines(before: string, after: string): readonly (readonly LineChange[])[] {
  const changes = compareLines(linesOf(before), linesOf(after));
  return findHunks(changes).map(({ from, to }) => changes.slice(from, to));
}

function linesOf(text: string): readonly string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

interface Hunk {
  readonly from: number;
  readonly to: number;
}

function findHunks(changes: readonly LineChange[]): readonly Hunk[] {
  const hunks: { from: number; to: number }[] = [];
  for (const [at, { edit }] of changes.entries()) {
    if (edit === ' ') continue;
    const from = Math.max(0, at - context);
    const to = Math.min(changes.length, at + context + 1);
    const last = hunks.at(-1);
    if (last !== undefined && from <= last.to) last.to = to;
    else hunks.push({ from, to });
  }
  return hunks;
}

function headOf(changes: readonly LineChange[], { from, to }: Hunk): string {
  const count = (side: Edit, start: number, end: number): number =>
    changes.slice(start, end).filter(({ edit }) => edit === ' ' || edit === side).length;
  const range = (side: Edit): string => {
    const length = count(side, from, to);
    return `${count(side, 0, from) + (length === 0 ? 0 : 1)},${length}`;
  };
  return `@@ -${range('-')} +${range('+')} @@`;
}

function drawHunk(changes: readonly LineChange[], { from, to }: Hunk, paint: Style['paint']): readonly string[] {
  return changes.slice(from, to).map(({ edit, line }) => {
    const text = `${edit}${line}`;
    return edit === ' ' ? text : edit === '-' ? paint.red(text) : paint.green(text);
  });
}

/** The shortest way from one list of lines to the other, by Myers' algorithm. */
function compareLines(before: readonly string[], after: readonly string[]): readonly LineChange[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const middle = compareMiddle(before.slice(head, before.length - tail), after.slice(head, after.length - tail));
  const same = (line: string): LineChange => ({ edit: ' ', line });
  return [...before.slice(0, head).map(same), ...middle, ...before.slice(before.length - tail).map(same)];
}

function compareMiddle(before: readonly string[], after: readonly string[]): readonly LineChange[] {
  const trace: Map<number, number>[] = [];
  let reached = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= Math.min(before.length + after.length, mostEdits); edits += 1) {
    trace.push(new Map(reached));
    const next = new Map(reached);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const x = furthest(before, after, reached, diagonal, edits);
      next.set(diagonal, x);
      reached = next;
      if (x >= before.length && x - diagonal >= after.length) return traceBack(before, after, trace);
    }
  }
  return [...before.map((line): LineChange => ({ edit: '-', line })), ...after.map((line): LineChange => ({ edit: '+', line }))];
}

function goesDown(reached: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean {
  return diagonal === -edits || (diagonal !== edits && (reached.get(diagonal - 1) ?? -1) < (reached.get(diagonal + 1) ?? -1));
}

function furthest(
  before: readonly string[],
  after: readonly string[],
  reached: ReadonlyMap<number, number>,
  diagonal: number,
  edits: number,
): number {
  let x = goesDown(reached, diagonal, edits) ? (reached.get(diagonal + 1) ?? 0) : (reached.get(diagonal - 1) ?? 0) + 1;
  while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x += 1;
  return x;
}

function traceBack(
  before: readonly string[],
  after: readonly string[],
  trace: readonly ReadonlyMap<number, number>[],
): readonly LineChange[] {
  const changes: LineChange[] = [];
  let x = before.length;
  let y = after.length;
  for (let edits = trace.length - 1; edits >= 0; edits -= 1) {
    const reached = trace[edits] ?? new Map<number, number>();
    const diagonal = x - y;
    const from = goesDown(reached, diagonal, edits) ? diagonal + 1 : diagonal - 1;
    const startX = edits === 0 ? 0 : (reached.get(from) ?? 0);
    const startY = edits === 0 ? 0 : startX - from;
    while (x > startX && y > startY) {
      x -= 1;
      y -= 1;
      changes.push({ edit: ' ', line: before[x] ?? '' });
    }
    if (edits === 0) break;
    if (x > startX) changes.push({ edit: '-', line: before[startX] ?? '' });
    else changes.push({ edit: '+', line: after[startY] ?? '' });
    x = startX;
    y = startY;
  }
  return changes.reverse();
}
