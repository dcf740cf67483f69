/** Lays out pieces as lines: breaks them, indents bodies of blocks, places commas and blank lines. */
import { breakLines } from './break-lines.ts';
import type { FormatStyle } from '../project/format-style.ts';
import { levelWidth } from './indentation.ts';
import { indentLines } from './indent-lines.ts';
import type { LineKind } from './indent-lines.ts';
import type { Piece, Refusal } from './piece.ts';
import { isComma, settleCommas } from './settle-commas.ts';
import type { Placed } from './spacing.ts';
import { joinPieces } from './spacing.ts';
import type { Structure } from './structure.ts';
import { findStructure } from './structure.ts';
import { findRoles } from './words.ts';

/** A line of the result. A text of several lines has its own indentation behind the first. */
export interface TextLine {
  readonly level: number;
  readonly text: string;
  readonly blankBefore: boolean;
}

export type LaidOut = { readonly lines: readonly TextLine[]; readonly refusal?: undefined } | { readonly refusal: Refusal };

/** A line on its way: pieces by index. */
interface Line {
  readonly kind: LineKind;
  readonly level: number;
  readonly pieces: readonly number[];
}

/** Lines that are too long are broken once more in each round. */
const mostRounds = 24;

export function layOut(given: readonly Piece[], style: FormatStyle): LaidOut {
  const pieces = settleCommas(given);
  const roles = findRoles(pieces);
  const broken = new Set<number>();
  for (let round = 0; ; round += 1) {
    const found = findStructure(pieces, roles, { lineWidth: style.lineWidth, broken });
    if (found.refusal !== undefined) return { refusal: found.refusal };
    const { structure } = found;
    const raw = breakLines(structure, style.lineWidth, broken);
    if (raw === undefined) return { refusal: refusalOf(pieces) };
    const lines = placeCommas(pieces, indentLines(structure, joinLoneCommas(pieces, raw)), style);
    const more = round < mostRounds ? findOverflow(structure, lines, style, broken) : [];
    if (more.length === 0) return renderLines(structure, lines, style);
    for (const index of more) broken.add(index);
  }
}

function refusalOf(pieces: readonly Piece[]): Refusal {
  const first = pieces[0];
  return { why: 'unreadable', start: first?.start ?? 0, end: (first?.start ?? 0) + 1 };
}

interface Pieces {
  readonly level: number;
  readonly pieces: readonly number[];
}

/** A comma that a tag keeps from what it ends begins the line of what it comes before. */
function joinLoneCommas(pieces: readonly Piece[], lines: readonly Pieces[]): readonly Pieces[] {
  const joined: Pieces[] = [];
  for (const line of lines) {
    const last = joined.at(-1);
    const only = last?.pieces.length === 1 ? last.pieces[0] : undefined;
    const first = pieces[line.pieces[0] ?? -1];
    if (last !== undefined && only !== undefined && isComma(pieces[only]) && first !== undefined && canFollowComma(first))
      joined[joined.length - 1] = { level: line.level, pieces: [only, ...line.pieces] };
    else joined.push(line);
  }
  return joined;
}

function canFollowComma({ kind }: Piece): boolean {
  return kind !== 'own-line' && kind !== 'island' && !kind.endsWith('-tag');
}

/** With leading commas, a comma at the end of a line goes to the next one, unless a tag stands between. */
function placeCommas(pieces: readonly Piece[], lines: readonly Line[], { comma }: FormatStyle): readonly Line[] {
  if (comma === 'trailing') return lines;
  const placed = [...lines];
  for (const [at, line] of lines.entries()) {
    const end = line.pieces.findLastIndex((index) => pieces[index]?.kind !== 'end-comment');
    const index = line.pieces[end];
    if (line.kind !== 'code' || index === undefined || !isComma(pieces[index]) || line.pieces.length < 2) continue;
    const next = lines.findIndex((candidate, position) => position > at && !isPlainComment(pieces, candidate));
    const target = lines[next];
    const passed = line.pieces.slice(end + 1).every((comment) => pieces[comment]?.text.includes('{{') !== true);
    if (target?.kind !== 'code' || !passed) continue;
    placed[at] = { ...line, pieces: (placed[at] ?? line).pieces.filter((piece) => piece !== index) };
    placed[next] = { ...target, pieces: [index, ...target.pieces] };
  }
  return placed;
}

function isPlainComment(pieces: readonly Piece[], { kind, pieces: indexes }: Line): boolean {
  const piece = pieces[indexes[0] ?? -1];
  return kind === 'own' && piece?.comment === true && !piece.text.includes('{{');
}

/** Groups to break so that fewer lines are too long: on each such line the outermost. */
function findOverflow(structure: Structure, lines: readonly Line[], style: FormatStyle, broken: ReadonlySet<number>): readonly number[] {
  return lines.flatMap((line) => {
    if (line.kind !== 'code' || widthOf(structure, line, style) <= style.lineWidth) return [];
    const on = new Set(line.pieces);
    const candidates = line.pieces.filter((index) => structure.breakable.has(index) && !broken.has(index));
    const outer = candidates.find((index) => breaksBeforeBrackets(structure, index));
    if (outer !== undefined) return [outer];
    const groups = candidates.filter((index) => on.has(structure.closing.get(index) ?? -1));
    const sizes = groups.map((index) => (structure.closing.get(index) ?? index) - index);
    const widest = groups[sizes.indexOf(Math.max(...sizes))];
    if (widest !== undefined && Math.max(...sizes) > 2) return [widest];
    return candidates.filter((index) => structure.roles[index] === 'select');
  });
}

/** Lists, joins and columns with conditions; the only column of a query goes to a line of its own when nothing else helps. */
function breaksBeforeBrackets({ roles, closing }: Structure, index: number): boolean {
  const role = roles[index];
  return (role !== 'value' && role !== 'keyword' && role !== 'select') || !(closing.has(index) || role === 'select');
}

function widthOf(structure: Structure, line: Line, style: FormatStyle): number {
  const code = line.pieces.filter((index) => structure.pieces[index]?.kind !== 'end-comment');
  const [first = ''] = textOf(structure, code, style).split('\n');
  return line.level * levelWidth(style) + first.length;
}

function textOf({ pieces, roles }: Structure, indexes: readonly number[], style: FormatStyle): string {
  const placed = indexes.flatMap((index): readonly Placed[] => {
    const piece = pieces[index];
    return piece === undefined ? [] : [{ piece, role: roles[index] ?? 'value' }];
  });
  return joinPieces(placed, ({ piece, role }) =>
    piece.kind === 'word' && role !== 'value' && role !== 'held' ? inCase(piece.text, style) : piece.text,
  );
}

function inCase(word: string, { keywordCase }: FormatStyle): string {
  if (keywordCase === 'preserve') return word;
  return keywordCase === 'lower' ? word.toLowerCase() : word.toUpperCase();
}

function renderLines(structure: Structure, lines: readonly Line[], style: FormatStyle): LaidOut {
  const rendered: TextLine[] = [];
  for (const [at, line] of lines.entries()) {
    const blankBefore = at > 0 && wantsBlank(structure, line, lines[at - 1]);
    const piece = structure.pieces[line.pieces[0] ?? -1];
    if (piece?.island === undefined) {
      rendered.push({ level: line.level, text: textOf(structure, line.pieces, style), blankBefore });
      continue;
    }
    const body = layOut(piece.island.body, style);
    if (body.refusal !== undefined) return body;
    rendered.push({ level: line.level, text: piece.island.open, blankBefore });
    rendered.push(...body.lines.map((inner) => ({ ...inner, level: inner.level + line.level + 1 })));
    rendered.push({ level: line.level, text: piece.island.close, blankBefore: false });
  }
  return { lines: rendered };
}

/** One blank line stays where the author had some, but not at the edges of a body. */
function wantsBlank({ pieces, roles, opening, closing }: Structure, line: Line, before: Line | undefined): boolean {
  const [first = -1, second = -1] = line.pieces;
  const newlines = Math.max(pieces[first]?.newlines ?? 0, isComma(pieces[first]) ? (pieces[second]?.newlines ?? 0) : 0);
  if (newlines < 2 || before === undefined) return false;
  if (line.kind === 'else' || line.kind === 'close' || opening.has(first)) return false;
  if (before.kind === 'open' || before.kind === 'else') return false;
  const last = before.pieces.findLast((index) => pieces[index]?.kind !== 'end-comment') ?? -1;
  const opens = closing.has(last);
  const isClause = roles[last] === 'clause' || roles[last] === 'select' || roles[last] === 'rest';
  return !opens && !isClause;
}
