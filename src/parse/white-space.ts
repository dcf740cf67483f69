/** Cuts the white space that tags take with them: `~`, and the lines that hold nothing but statements. */
import type { Span } from '../diagnostics/span.ts';

/** Text of the template that may still shrink at both ends. */
export interface TextPiece {
  readonly kind: 'text';
  text: string;
  span: Span;
}

/** A tag between pieces of text, in source order. */
export interface TagItem {
  readonly kind: 'tag';
  readonly start: number;
  readonly end: number;
  /** Prints nothing, so that a line which holds only such tags disappears. */
  readonly statement: boolean;
  /** `~` at its left or right end. */
  readonly stripLeft: boolean;
  readonly stripRight: boolean;
}

export type SourceItem = TextPiece | TagItem;

/** Shrinks the pieces among `items`, which stand in source order and cover `text`. */
export function controlWhiteSpace(text: string, items: readonly SourceItem[]): void {
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index];
    if (item?.kind === 'tag' && item.statement) index = cutStandaloneRun(text, items, index);
  }
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index];
    if (item?.kind !== 'tag') continue;
    if (item.stripLeft) shrink(items[index - 1], 'end', (piece) => spaceBefore(text, piece.end, piece.start));
    if (item.stripRight) shrink(items[index + 1], 'start', (piece) => spaceAfter(text, piece.start, piece.end));
  }
  for (const item of items) if (item.kind === 'text') item.text = text.slice(item.span.start, item.span.end);
}

function shrink(item: SourceItem | undefined, side: 'start' | 'end', find: (span: Span) => number): void {
  if (item?.kind !== 'text') return;
  const at = find(item.span);
  const { path, start, end } = item.span;
  item.span = side === 'start' ? { path, start: Math.min(at, end), end } : { path, start, end: Math.max(at, start) };
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function isLineEnd(code: number): boolean {
  return code === 0x0a || code === 0x0d;
}

function spaceBefore(text: string, from: number, limit: number): number {
  let at = from;
  while (at > limit && text.charAt(at - 1).trim() === '') at -= 1;
  return at;
}

function spaceAfter(text: string, from: number, limit: number): number {
  let at = from;
  while (at < limit && text.charAt(at).trim() === '') at += 1;
  return at;
}

/** Statements on one line with only blanks between them form a run; gives the index of its last tag. */
function cutStandaloneRun(text: string, items: readonly SourceItem[], first: number): number {
  const opening = items[first];
  if (opening?.kind !== 'tag') return first;
  const gaps: TextPiece[] = [];
  let last = first;
  let lastTag = opening;
  for (;;) {
    const item = items[last + 1];
    const gap = item?.kind === 'text' && isBlankGap(text, item) ? item : undefined;
    const index = gap === undefined ? last + 1 : last + 2;
    const tag = items[index];
    if (tag?.kind !== 'tag' || !tag.statement) break;
    if (gap !== undefined) gaps.push(gap);
    last = index;
    lastTag = tag;
  }
  const lineStart = blanksBefore(text, opening.start);
  const lineEnd = afterLine(text, lastTag.end);
  if (lineStart === undefined || lineEnd === undefined) return last;
  shrink(items[first - 1], 'end', () => lineStart);
  for (const gap of gaps) shrink(gap, 'end', (piece) => piece.start);
  shrink(items[last + 1], 'start', () => lineEnd);
  return last;
}

function isBlankGap(text: string, piece: TextPiece): boolean {
  for (let at = piece.span.start; at < piece.span.end; at += 1) if (!isBlank(text.charCodeAt(at))) return false;
  return true;
}

/** Where the line of `at` starts, if only blanks stand between. */
function blanksBefore(text: string, at: number): number | undefined {
  let start = at;
  while (start > 0 && isBlank(text.charCodeAt(start - 1))) start -= 1;
  return start === 0 || isLineEnd(text.charCodeAt(start - 1)) ? start : undefined;
}

/** Where the next line starts, if only blanks stand between `at` and the end of its line. */
function afterLine(text: string, at: number): number | undefined {
  let end = at;
  while (end < text.length && isBlank(text.charCodeAt(end))) end += 1;
  if (end === text.length) return end;
  if (!isLineEnd(text.charCodeAt(end))) return undefined;
  return text.charCodeAt(end) === 0x0d && text.charCodeAt(end + 1) === 0x0a ? end + 2 : end + 1;
}
