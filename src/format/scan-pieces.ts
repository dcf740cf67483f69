/** Cuts a template into pieces: tokens of SQL, comments, tags. Every character but white space ends up in one of them. */
import { scanMustaches } from '../parse/scan-mustaches.ts';
import { nextSqlToken } from '../parse/sql-scan.ts';
import type { SqlToken } from '../parse/sql-scan.ts';
import type { Manner, Stretch } from './find-tags.ts';
import { findStretches, isAlone } from './find-tags.ts';
import { operatorLength } from './operators.ts';
import type { Piece, PieceKind, Refusal } from './piece.ts';
import { isCode } from './piece.ts';
import { isReserved } from './words.ts';

/** Deeper templates are refused by the parser too. */
const maxDepth = 100;

export type Cut = { readonly pieces: readonly Piece[]; readonly refusal?: undefined } | { readonly refusal: Refusal };

/** Cuts `text`, whose lines end with LF and whose tags are known to nest. */
export function scanPieces(text: string, manner: Manner): Cut {
  const { tags } = scanMustaches(text, maxDepth);
  const stretches = findStretches(text, tags, manner);
  return cutRange({ text, letter: maskLetter(text) }, stretches, 0, text.length);
}

interface Source {
  readonly text: string;
  /** A letter that the text does not have: what a value is covered with while SQL is read. */
  readonly letter: string;
}

function maskLetter(text: string): string {
  for (let code = 0xa000; code < 0xa48c; code += 1) {
    const letter = String.fromCharCode(code);
    if (!text.includes(letter)) return letter;
  }
  // A megabyte of text can hold them all only on purpose; then one of them reads as part of a value, which the proof sees.
  return String.fromCharCode(0xa000);
}

/** A piece before the white space around it is looked at. */
interface Draft {
  readonly kind: PieceKind;
  readonly start: number;
  readonly end: number;
  readonly comment?: boolean;
  readonly stretch?: Stretch;
}

function cutRange(source: Source, stretches: readonly Stretch[], from: number, to: number): Cut {
  const covered = cover(source, stretches, from, to);
  const tokens: Draft[] = [];
  for (let token = nextSqlToken(covered, 0); token !== undefined; token = nextSqlToken(covered, tokens.at(-1)?.end ?? covered.length)) {
    if (!token.closed) return { refusal: { why: 'unclosed', start: from + token.start, end: from + token.start + 1 } };
    tokens.push(draftOf(covered, token));
  }
  const code = joinGlued(covered, tokens, source.letter).map((draft) => ({ ...draft, start: draft.start + from, end: draft.end + from }));
  return addTags(source, code, stretches, { from, to });
}

/** The range with values as letters and other tags as blanks. */
function cover({ text, letter }: Source, stretches: readonly Stretch[], from: number, to: number): string {
  let covered = '';
  let at = from;
  for (const stretch of stretches) {
    const { kind, start, end } = stretch;
    if (start < at) continue;
    const isValue = kind === 'value' || kind === 'block' || (kind === 'comment' && isInsideWord(text, start, end));
    const [first, last] = kind === 'value' ? withStripped(text, start, end) : [start, end];
    covered += text.slice(at, Math.max(first, at)) + (isValue ? letter : ' ').repeat(last - Math.max(first, at));
    at = last;
  }
  return covered + text.slice(at, to);
}

function isInsideWord(text: string, start: number, end: number): boolean {
  return /[\p{L}\p{N}_$}"']/u.test(text.slice(start - 1, start)) && /[\p{L}\p{N}_${"']/u.test(text.slice(end, end + 1));
}

/** A `~` takes the white space beside the tag away, so what it would join belongs to the value. */
function withStripped(text: string, start: number, end: number): readonly [number, number] {
  let first = start;
  let last = end;
  if (text[start + 2] === '~') while (first > 0 && text.charAt(first - 1).trim() === '') first -= 1;
  if (text[end - 3] === '~') while (last < text.length && text.charAt(last).trim() === '') last += 1;
  const joins = /[^\s,;()[\]]/;
  const joinsLeft = joins.test(text.slice(first - 1, first)) && !text.startsWith('*/', first - 2);
  const joinsRight = joins.test(text.slice(last, last + 1)) && !text.startsWith('/*', last);
  return [joinsLeft ? first : start, joinsRight ? last : end];
}

const OPERATOR = /[+\-*/<>=~!@#%^&|`?]+/y;

function draftOf(text: string, { kind, start, end }: SqlToken): Draft {
  switch (kind) {
    case 'word':
      return { kind, start, end };
    case 'number':
      return { kind, start, end: exponentEnd(text, end) };
    case 'string':
      return { kind, start, end };
    case 'quoted-name':
      return { kind: 'name', start, end };
    case 'line-comment':
      return { kind: 'end-comment', start, end };
    case 'block-comment':
      return { kind: 'inner-comment', start, end };
    case 'sign':
      return signOf(text, start);
  }
}

/** `1e` is followed by a sign and digits in `1e-5`. */
function exponentEnd(text: string, end: number): number {
  if (!/[eE]/.test(text.charAt(end - 1))) return end;
  return end + (/^[+-]\d+/.exec(text.slice(end, end + 24))?.[0].length ?? 0);
}

function signOf(text: string, start: number): Draft {
  if (/^\.\d/.test(text.slice(start, start + 2)) && !/[\p{L}\p{N}_$")\]]/u.test(text.slice(start - 1, start)))
    return { kind: 'number', start, end: start + (/^\.\d+(?:[eE][+-]?\d+)?/.exec(text.slice(start, start + 80))?.[0].length ?? 1) };
  if (text.startsWith('::', start)) return { kind: 'sign', start, end: start + 2 };
  if (text.startsWith(':=', start)) return { kind: 'operator', start, end: start + 2 };
  OPERATOR.lastIndex = start;
  const run = OPERATOR.exec(text)?.[0];
  if (run !== undefined) return { kind: 'operator', start, end: start + operatorLength(run) };
  return { kind: '()[]{},;.:'.includes(text.charAt(start)) ? 'sign' : 'operator', start, end: start + 1 };
}

const joinable: ReadonlySet<PieceKind> = new Set<PieceKind>(['word', 'number', 'string', 'name', 'opaque']);

/** What stands together and holds a value is one piece; so are the prefix of a string and the string, and `$1`. */
function joinGlued(text: string, drafts: readonly Draft[], letter: string): readonly Draft[] {
  const joined: Draft[] = [];
  for (const draft of drafts) {
    const last = joined.at(-1);
    const kind =
      joinable.has(draft.kind) && text.slice(draft.start, draft.end).includes(letter) && !isText(text, draft) ? 'opaque' : draft.kind;
    const next: Draft = { ...draft, kind };
    if (last !== undefined && last.end === draft.start && joins(text, last, next))
      joined[joined.length - 1] = { kind: kindOfJoined(last, next), start: last.start, end: draft.end };
    else joined.push(next);
  }
  return joined;
}

function isText(text: string, { start }: Draft): boolean {
  return text[start] === "'" || text[start] === '$' || text[start] === '"';
}

function joins(text: string, last: Draft, next: Draft): boolean {
  if (last.kind === 'operator' && text.slice(last.start, last.end) === '$') return next.kind === 'word' || next.kind === 'number';
  if (isUnicodePrefix(text, last, next)) return true;
  if (!joinable.has(last.kind) || !joinable.has(next.kind)) return false;
  if (last.kind === 'opaque' || next.kind === 'opaque') return true;
  if (last.kind === 'word') return (next.kind === 'string' || next.kind === 'name') && !isReserved(text.slice(last.start, last.end));
  return false;
}

/** `U&'…'`: the sign joins the letter, and the string both. */
function isUnicodePrefix(text: string, last: Draft, next: Draft): boolean {
  const written = text.slice(last.start, next.end);
  if (next.kind === 'operator') return /^u&$/i.test(written) && /^['"]/.test(text.slice(next.end, next.end + 1));
  return /^u&['"]/i.test(written) && text.slice(last.start, last.end).length === 2;
}

function kindOfJoined(last: Draft, next: Draft): PieceKind {
  return last.kind === 'opaque' || next.kind === 'opaque' || last.kind === 'operator' ? 'opaque' : next.kind;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Puts the tags between the pieces of code, and sets apart what has a line of its own. */
function addTags(source: Source, code: readonly Draft[], stretches: readonly Stretch[], range: Range): Cut {
  const { text } = source;
  const blank = stretches.filter(
    ({ kind, start, end }) => kind !== 'value' && kind !== 'block' && !code.some((draft) => draft.start < end && start < draft.end),
  );
  const tags = blank.map((stretch): Draft => ({ kind: tagKind(text, stretch), start: stretch.start, end: stretch.end, stretch }));
  const drafts = [...code, ...tags].sort((a, b) => a.start - b.start);
  const pieces: Piece[] = [];
  let at = range.from;
  for (const [index, draft] of drafts.entries()) {
    if (draft.start < at) continue;
    const gap = text.slice(at, draft.start);
    const newlines = gap.split('\n').length - 1;
    const island = islandOf(source, draft.stretch);
    if (island?.refusal !== undefined) return { refusal: island.refusal };
    const before = pieces.findLast((piece) => isCode(piece) || (piece.kind === 'own-line' && piece.comment !== true));
    const after = drafts.slice(index + 1, index + 4).find(({ kind }) => kind !== 'end-comment' && kind !== 'inner-comment');
    const placed = place(text, draft, drafts[index + 1], { first: index === 0, newlines, before, after });
    pieces.push({
      kind: placed.kind,
      text: text.slice(draft.start, placed.end),
      start: draft.start,
      glued: gap === '' && index > 0,
      newlines,
      ...(placed.comment === true ? { comment: true } : {}),
      ...(island === undefined ? {} : { island: island.value }),
    });
    at = placed.end;
  }
  return { pieces };
}

function tagKind(text: string, stretch: Stretch): PieceKind {
  switch (stretch.kind) {
    case 'open':
      return 'open-tag';
    case 'else':
      return 'else-tag';
    case 'close':
      return 'close-tag';
    case 'island':
      return 'island';
    case 'comment':
      return isAlone(text, stretch) ? 'own-line' : 'inner-comment';
    default:
      return 'own-line';
  }
}

function islandOf(
  source: Source,
  stretch: Stretch | undefined,
): { readonly value: NonNullable<Piece['island']>; readonly refusal?: undefined } | { readonly refusal: Refusal } | undefined {
  if (stretch?.body === undefined) return undefined;
  const { start, end, inner } = stretch.body;
  const cut = cutRange(source, inner, start, end);
  if (cut.refusal !== undefined) return { refusal: cut.refusal };
  return { value: { open: source.text.slice(stretch.start, start), body: cut.pieces, close: source.text.slice(end, stretch.end) } };
}

interface Surroundings {
  readonly first: boolean;
  readonly newlines: number;
  /** The last piece that is no tag of a block. */
  readonly before: Piece | undefined;
  /** The next one. */
  readonly after: Draft | undefined;
}

type Placed = Pick<Draft, 'kind' | 'end' | 'comment'>;

/** Comments and values that are alone on their lines get lines of their own. */
function place(text: string, draft: Draft, next: Draft | undefined, around: Surroundings): Placed {
  const { kind, end } = draft;
  const startsLine = around.first || around.newlines > 0;
  const lineEnd = text.indexOf('\n', end);
  const endsLine = text.slice(end, lineEnd < 0 ? text.length : lineEnd).trim() === '';
  if (kind === 'end-comment') return startsLine ? { kind: 'own-line', end, comment: true } : { kind, end };
  if (kind === 'inner-comment') {
    if (startsLine && endsLine) return { kind: 'own-line', end, comment: true };
    return { kind: endsLine ? 'end-comment' : kind, end };
  }
  if (kind !== 'opaque' || !startsLine || !isFree(text, draft, around)) return { kind, end };
  if (endsLine) return { kind: 'own-line', end };
  const comment = next?.kind === 'end-comment' && !text.slice(end, next.start).includes('\n') ? next : undefined;
  return comment === undefined ? { kind, end } : { kind: 'own-line', end: comment.end };
}

/** A value on lines of its own may be anything, a clause, a list with its commas: unless just one value is expected there. */
function isFree(text: string, { start }: Draft, { before, after }: Surroundings): boolean {
  return text.startsWith('{{', start) && (endsValue(before) || startsValue(text, after));
}

function startsValue(text: string, after: Draft | undefined): boolean {
  if (after === undefined || !joinable.has(after.kind)) return false;
  return after.kind !== 'word' || !isReserved(text.slice(after.start, after.end));
}

/** After a value, or where nothing stands, no value is expected: what comes may be anything. */
function endsValue(before: Piece | undefined): boolean {
  switch (before?.kind) {
    case undefined:
    case 'number':
    case 'string':
    case 'name':
    case 'opaque':
    case 'own-line':
      return true;
    case 'word':
      return !isReserved(before.text) || /^(?:end|null|true|false)$/i.test(before.text);
    case 'sign':
      return /^[)\]};]$/.test(before.text);
    case 'operator':
      return before.text === '*';
    default:
      return false;
  }
}
