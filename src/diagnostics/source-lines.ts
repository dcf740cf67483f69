/** Draws lines of source text with numbers in the margin and carets under exactly the marked part. */
import { MASK } from './hide-secrets.ts';
import type { FindSecrets } from './hide-secrets.ts';
import type { Style } from './paint.ts';
import { graphemes, graphemeWidth, textWidth } from './text-width.ts';

/** Lines to draw: `from` and `to` are line numbers with columns, all from 1; `to` is the place after the last marked character. */
export interface MarkedLines {
  /** The line with this number, without its line break. */
  readonly line: (number: number) => string | undefined;
  readonly from: { readonly line: number; readonly column: number };
  readonly to: { readonly line: number; readonly column: number };
}

export interface LineStyle extends Style {
  readonly findSecrets?: FindSecrets | undefined;
  /** Colour of the carets and of what stands beside them. */
  readonly mark: (text: string) => string;
}

/** One character as drawn: where it stood in the line, what is shown, and how wide. */
interface DrawnCharacter {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly column: number;
  readonly width: number;
}

const TAB = 4;
const LONGEST_ELLIPSIS = 3;
// What a terminal would obey, and marks that change the direction of reading.
// eslint-disable-next-line no-control-regex
const INVISIBLE = /^[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]+$/u;

function drawCharacters(line: string, style: LineStyle): { characters: readonly DrawnCharacter[]; width: number } {
  const secrets = style.findSecrets?.(line) ?? [];
  const characters: DrawnCharacter[] = [];
  let start = 0;
  let column = 0;
  let secret = 0;
  for (const grapheme of graphemes(line)) {
    while (secret < secrets.length && start >= (secrets[secret]?.end ?? 0)) secret += 1;
    const range = secrets[secret];
    let text = grapheme;
    let width = 0;
    if (range !== undefined && start >= range.start) {
      text = start === range.start ? MASK : '';
      width = text.length;
    } else if (grapheme === '\t') {
      width = TAB - (column % TAB);
      text = ' '.repeat(width);
    } else if (INVISIBLE.test(grapheme)) {
      text = style.unicode ? '\ufffd' : '?';
      width = 1;
    } else width = graphemeWidth(grapheme);
    characters.push({ start, end: start + grapheme.length, text, column, width });
    start += grapheme.length;
    column += width;
  }
  return { characters, width: column };
}

/** Columns `[start, end)` of the marked part; at least one wide. */
interface Columns {
  readonly start: number;
  readonly end: number;
}

function columnsOf(characters: readonly DrawnCharacter[], width: number, from: number, to: number): Columns {
  const first = characters.find((character) => character.end > from);
  const next = characters.find((character) => character.start >= to);
  const start = first?.column ?? width;
  return { start, end: Math.max(next?.column ?? width, start + 1) };
}

/** First column that is shown, such that the marked part is in sight with some text before it. */
function chooseWindow(marked: Columns, width: number, room: number): number {
  if (Math.max(width, marked.end) <= room) return 0;
  const before = Math.floor(room / 3);
  const latest = Math.max(width, marked.end) - room;
  const wanted = Math.min(marked.start - before, latest);
  // A mark that can be seen whole is; of a longer one the beginning is.
  const whole = marked.end - marked.start + 2 * LONGEST_ELLIPSIS <= room;
  const first = whole ? Math.max(wanted, marked.end - room + LONGEST_ELLIPSIS) : wanted;
  return Math.max(0, Math.min(first, latest));
}

/** The part of a line that is seen through a window, with marks where something is cut away. */
function cut(characters: readonly DrawnCharacter[], width: number, window: { first: number; room: number; ellipsis: string }): string {
  const { first, room, ellipsis } = window;
  if (first === 0 && width <= room) return characters.map((character) => character.text).join('');
  const left = first > 0 ? ellipsis.length : 0;
  const right = width > first + room ? ellipsis.length : 0;
  let text = '';
  let column = first + left;
  for (const character of characters) {
    if (character.column < first + left) continue;
    if (character.column + character.width > first + room - right) break;
    if (character.column > column) text += ' '.repeat(character.column - column);
    text += character.text;
    column = character.column + character.width;
  }
  const head = left > 0 && width > first ? ellipsis : '';
  return head + text + (right > 0 ? ' '.repeat(Math.max(0, first + room - right - column)) + ellipsis : '');
}

const CONTEXT_LINES = 1;
/** Marked lines beyond this number are left out in the middle. */
const MOST_LINES = 4;

/**
 * The lines of `marked` as text lines. `label` stands beside the caret when it fits there; `labelled` tells whether it did.
 */
export function drawLines(
  marked: MarkedLines,
  style: LineStyle,
  label?: string,
): { readonly lines: readonly string[]; readonly labelled: boolean } {
  const { from, to } = marked;
  const single = from.line === to.line;
  const numbers = linesToShow(from.line, to.line);
  const digits = Math.max(3, String(numbers.at(-1) ?? from.line).length);
  const bar = style.unicode ? '│' : '|';
  const ellipsis = style.unicode ? '…' : '...';
  const margin = digits + 5;
  const room = Math.max(20, style.width - margin);
  const lines: string[] = [];
  const margined = (head: string, text: string): string =>
    `${style.paint.dim(`  ${head.padStart(digits)} ${bar}`)}${text === '' ? '' : ` ${text}`}`;
  let labelled = false;
  let first = 0;
  if (single) {
    const drawn = drawCharacters(marked.line(from.line) ?? '', style);
    first = chooseWindow(columnsOf(drawn.characters, drawn.width, from.column - 1, to.column - 1), drawn.width, room);
  }
  for (const number of numbers) {
    if (number === undefined) {
      lines.push(margined('', style.paint.dim(ellipsis)));
      continue;
    }
    const source = marked.line(number) ?? '';
    const drawn = drawCharacters(source, style);
    lines.push(margined(String(number), cut(drawn.characters, drawn.width, { first, room, ellipsis }).trimEnd()));
    if (number < from.line || (!single && source.trim() === '')) continue;
    const begin = number === from.line ? from.column - 1 : source.length - source.trimStart().length;
    const end = number === to.line ? to.column - 1 : source.trimEnd().length;
    if (!single && end <= begin) continue;
    const columns = columnsOf(drawn.characters, drawn.width, begin, end);
    const edge = first > 0 ? ellipsis.length : 0;
    const at = Math.max(edge, columns.start - first);
    const length = Math.max(1, Math.min(columns.end - first, room) - at);
    const carets = ' '.repeat(at) + style.mark('^'.repeat(length));
    labelled = single && label !== undefined && !label.includes('\n') && at + length + 1 + textWidth(label) <= room;
    lines.push(margined('', labelled ? `${carets} ${style.mark(label ?? '')}` : carets));
  }
  return { lines, labelled };
}

/** Numbers of the lines to show; undefined stands for lines left out. */
function linesToShow(from: number, to: number): readonly (number | undefined)[] {
  const numbers: (number | undefined)[] = [];
  for (let number = Math.max(1, from - CONTEXT_LINES); number <= from; number += 1) numbers.push(number);
  if (to - from + 1 > MOST_LINES) return [...numbers, from + 1, undefined, to];
  for (let number = from + 1; number <= to; number += 1) numbers.push(number);
  return numbers;
}
