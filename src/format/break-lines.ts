/**
 * Breaks pieces into lines. Where lines break is the work of sql-formatter: it is given the skeleton of the SQL, in which
 * whatever stays on one line is a word of the same width, and what it gives back is read piece by piece.
 */
import { formatDialect } from 'sql-formatter';
import type { DialectOptions } from 'sql-formatter';
import { bug } from '../diagnostics/bug.ts';
import type { Placed } from './spacing.ts';
import { joinPieces } from './spacing.ts';
import type { Structure } from './structure.ts';

/** Pieces on one line, indented by `level` levels. */
export interface BrokenLine {
  readonly level: number;
  /** Indexes of the pieces. */
  readonly pieces: readonly number[];
}

/** Each kind of keyword has one word in the skeleton. */
const dialect: DialectOptions = {
  name: 'skeleton',
  tokenizerOptions: {
    reservedSelect: ['SELECT'],
    reservedClauses: ['LIST', 'LINE'],
    reservedSetOperations: ['UNION'],
    reservedJoins: ['JOIN'],
    reservedFunctionNames: [],
    reservedDataTypes: [],
    reservedKeywords: [],
    stringTypes: ["''-qq"],
    identTypes: ['""-qq'],
  },
  formatOptions: { onelineClauses: ['LINE'] },
};

interface Element {
  readonly flat: string;
  readonly pieces: readonly number[];
  /** What stands in brackets that break in any case: it is laid out by itself. */
  readonly body?: Range;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** What is asked of one text. */
interface Question {
  readonly structure: Structure;
  readonly lineWidth: number;
  readonly broken: ReadonlySet<number>;
  /** How many of the pieces up to each break a line. */
  readonly breaks: readonly number[];
  /** The width of all pieces up to each, with a space behind each. */
  readonly widths: readonly number[];
}

/** Remembers skeletons: a second pass, or one more round over the same text, asks most of its questions again. */
const remembered = new Map<string, string>();
const mostRemembered = 2000;

/** The lines, or undefined where the SQL is not nested as SQL is. */
export function breakLines(structure: Structure, lineWidth: number, broken: ReadonlySet<number>): readonly BrokenLine[] | undefined {
  let breaks = 0;
  let width = 0;
  const { pieces } = structure;
  const question: Question = {
    structure,
    lineWidth,
    broken,
    breaks: pieces.map((piece, index) => {
      if (keywordFlat(structure, index) !== undefined || isWall(piece.kind) || piece.kind === 'end-comment') breaks += 1;
      return breaks;
    }),
    widths: pieces.map(({ text }) => {
      width += text.length + 1;
      return width;
    }),
  };
  return breakRange(question, { from: 0, to: pieces.length });
}

function breakRange(question: Question, range: Range): readonly BrokenLine[] | undefined {
  const elements = elementsOf(question, range);
  const skeleton = elements.map(({ flat }) => flat).join(' ');
  const key = `${question.lineWidth} ${skeleton}`;
  const laidOut = remembered.get(key) ?? layOut(skeleton, question.lineWidth);
  if (laidOut === undefined) return undefined;
  if (remembered.size >= mostRemembered) remembered.clear();
  remembered.set(key, laidOut);
  return readLines(question, laidOut, elements);
}

function layOut(skeleton: string, lineWidth: number): string | undefined {
  try {
    return formatDialect(skeleton, { dialect, useTabs: true, keywordCase: 'preserve', expressionWidth: lineWidth });
  } catch (thrown) {
    // The library throws plain errors for what its grammar does not know.
    if (thrown instanceof Error) return undefined;
    throw thrown;
  }
}

const wall = '\n--w\n';

function elementsOf(question: Question, { from, to }: Range): readonly Element[] {
  const { structure, broken } = question;
  const { closing } = structure;
  const elements: Element[] = [];
  let run: number[] = [];
  const flush = (): void => {
    if (run.length === 0) return;
    elements.push({ flat: 'x'.repeat(Math.max(1, widthOf(structure, run))), pieces: run });
    run = [];
  };
  const add = (flat: string, index: number): void => {
    flush();
    elements.push({ flat, pieces: [index] });
  };
  for (let index = from; index < to; index += 1) {
    const flat = flatOf(structure, index);
    const close = closing.get(index);
    if (flat === 'rest') {
      // Demoted keywords are parts of runs, and so is what belongs to them.
      const last = run.length === 0 ? elements.pop() : undefined;
      if (last === undefined) run.push(index);
      else elements.push({ flat: last.flat, pieces: [...last.pieces, index] });
    } else if (flat === '(' && close !== undefined) {
      if (fitsInline(question, index, close)) {
        for (; index < close; index += 1) run.push(index);
        run.push(close);
        continue;
      }
      add('(', index);
      if (!breaksAnyway(question, index, close)) {
        if (broken.has(index) && close > index + 1) elements.push({ flat: wall, pieces: [] });
        continue;
      }
      elements.push({ flat: wall, pieces: [], body: { from: index + 1, to: close } });
      index = close - 1;
    } else if (flat !== undefined) add(flat, index);
    else run.push(index);
  }
  flush();
  return elements;
}

/** Something in the brackets needs a line of its own. */
function breaksAnyway({ breaks }: Question, open: number, close: number): boolean {
  return (breaks[close - 1] ?? 0) > (breaks[open] ?? 0);
}

/** The brackets are one word: they fit on a line, and nothing in them breaks it. */
function fitsInline(question: Question, open: number, close: number): boolean {
  const { broken, lineWidth, widths, structure } = question;
  if (breaksAnyway(question, open, close)) return false;
  for (const index of broken) if (index >= open && index < close) return false;
  if ((widths[close] ?? 0) - (widths[open - 1] ?? 0) <= lineWidth) return true;
  const inner = Array.from({ length: close - open - 1 }, (_, offset) => open + 1 + offset);
  return widthOf(structure, inner) <= lineWidth;
}

function widthOf(structure: Structure, indexes: readonly number[]): number {
  const placed = indexes.flatMap((index) => placedAt(structure, index));
  return joinPieces(placed, ({ piece }) => piece.text).length;
}

/** What stands for a piece in the skeleton; undefined for parts of words. */
function flatOf(structure: Structure, index: number): string | undefined {
  const keyword = keywordFlat(structure, index);
  if (keyword !== undefined) return keyword;
  const role = structure.roles[index];
  if (role === 'rest' || role === 'held') return 'rest';
  const piece = structure.pieces[index];
  if (piece === undefined) return undefined;
  if (piece.kind === 'end-comment') return '--e\n';
  if (isWall(piece.kind)) return wall;
  if (piece.kind !== 'sign') return undefined;
  if ('([{'.includes(piece.text)) return '(';
  if (')]}'.includes(piece.text)) return ')';
  if (piece.text === ';') return ';';
  return piece.text === ',' && !isQuietComma(structure, index) ? ',' : undefined;
}

/** A comma that breaks no line: its clause is a list on one line. */
function isQuietComma({ pieces, parent, clause, oneLine }: Structure, index: number): boolean {
  const owner = clause[index] ?? -1;
  if (owner < 0 || !oneLine.has(owner) || parent[owner] !== parent[index]) return false;
  return !/^with$/i.test(pieces[owner]?.text ?? '');
}

function placedAt({ pieces, roles }: Structure, index: number): readonly Placed[] {
  const piece = pieces[index];
  return piece === undefined ? [] : [{ piece, role: roles[index] ?? 'value' }];
}

function isWall(kind: string): boolean {
  return kind === 'own-line' || kind === 'island' || kind.endsWith('-tag');
}

function keywordFlat({ roles, oneLine }: Structure, index: number): string | undefined {
  switch (roles[index]) {
    case 'select':
      return oneLine.has(index) ? 'LINE' : 'SELECT';
    case 'clause':
      return oneLine.has(index) ? 'LINE' : 'LIST';
    case 'set-operation':
      return 'UNION';
    case 'join':
      return 'JOIN';
    case 'case':
      return 'CASE';
    case 'when':
      return 'WHEN';
    case 'then':
      return 'THEN';
    case 'else':
      return 'ELSE';
    case 'end':
      return 'END';
    case 'logic':
      return 'AND';
    default:
      return undefined;
  }
}

/** Finds the elements in what came back, which has them in their order. */
function readLines(question: Question, laidOut: string, elements: readonly Element[]): readonly BrokenLine[] | undefined {
  const lines: { level: number; pieces: number[] }[] = [];
  let at = 0;
  let line: { level: number; pieces: number[] } | undefined;
  for (const { flat, pieces, body } of elements) {
    const wanted = flat.trim();
    const gap = /^\s*/.exec(laidOut.slice(at))?.[0] ?? '';
    at += gap.length;
    if (!laidOut.startsWith(wanted, at)) bug(`the skeleton came back with ${laidOut.slice(at, at + 20)} instead of ${wanted}`);
    at += wanted.length;
    if (line === undefined || gap.includes('\n')) {
      line = { level: gap.length - gap.lastIndexOf('\n') - 1, pieces: [] };
      lines.push(line);
    }
    line.pieces.push(...pieces);
    if (body === undefined) continue;
    const inner = breakRange(question, body);
    if (inner === undefined) return undefined;
    const { level } = line;
    lines.push(...inner.map((broken) => ({ level: broken.level + level, pieces: [...broken.pieces] })));
  }
  return lines.filter(({ pieces }) => pieces.length > 0);
}
