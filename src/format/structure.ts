/** What stands in which brackets and clauses, and which of them break their lines. */
import type { Piece, Refusal } from './piece.ts';
import { isCode } from './piece.ts';
import type { Placed } from './spacing.ts';
import { joinPieces } from './spacing.ts';
import type { Role } from './words.ts';

export interface Structure {
  readonly pieces: readonly Piece[];
  readonly roles: readonly Role[];
  /** The bracket, or `case`, that a piece stands in; -1 outside of all. A closing one stands where its opening one does. */
  readonly parent: readonly number[];
  /** The closing piece of an opening one. */
  readonly closing: ReadonlyMap<number, number>;
  readonly opening: ReadonlyMap<number, number>;
  /** The clause that a piece belongs to on its level; -1 for none. */
  readonly clause: readonly number[];
  /** Clauses with the end of each. */
  readonly clauseEnd: ReadonlyMap<number, number>;
  /** Clauses whose items stand on one line, and those that have lines of their own for them. */
  readonly oneLine: ReadonlySet<number>;
  /** Groups that could still be broken, in order. */
  readonly breakable: ReadonlySet<number>;
}

export interface Limits {
  readonly lineWidth: number;
  /** Groups that do not fit on a line. */
  readonly broken: ReadonlySet<number>;
}

interface Draft {
  readonly pieces: readonly Piece[];
  readonly roles: Role[];
  readonly parent: number[];
  readonly closing: Map<number, number>;
  readonly opening: Map<number, number>;
  readonly breakable: Set<number>;
  /** Number of pieces up to each that need lines of their own. */
  readonly walls: readonly number[];
  readonly limits: Limits;
}

export type Structured = { readonly structure: Structure; readonly refusal?: undefined } | { readonly refusal: Refusal };

const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** `found` are the roles of the pieces by their words alone. */
export function findStructure(pieces: readonly Piece[], found: readonly Role[], limits: Limits): Structured {
  const draft: Draft = {
    pieces,
    roles: [...found],
    parent: [],
    closing: new Map(),
    opening: new Map(),
    breakable: new Set(),
    walls: countWalls(pieces),
    limits,
  };
  const refusal = pairBrackets(draft);
  if (refusal !== undefined) return { refusal };
  settleBetween(draft);
  for (const [open, close] of draft.closing) settleGroup(draft, open, close);
  const clauses = findClauses(draft);
  const oneLine = settleClauses(draft, clauses.clauseEnd);
  return { structure: { ...draft, ...clauses, oneLine } };
}

function countWalls(pieces: readonly Piece[]): readonly number[] {
  let walls = 0;
  return pieces.map((piece) => {
    if (!isCode(piece) && piece.kind !== 'inner-comment') walls += 1;
    return walls;
  });
}

/** Whether something between two pieces needs a line of its own. */
function hasWall({ walls }: Draft, from: number, to: number): boolean {
  return (walls[to - 1] ?? 0) > (walls[from] ?? 0);
}

/** The end of a stretch without the comments and tags that it closes with: they belong to what follows. */
function endOfCode({ pieces }: Draft, start: number, end: number): number {
  let last = end;
  while (last > start + 1 && !isCode(pieces[last - 1] ?? noPiece)) last -= 1;
  return last;
}

const noPiece: Piece = { kind: 'own-line', text: '', start: 0, glued: false, newlines: 0 };

function isSign(piece: Piece | undefined, signs: string): boolean {
  return piece?.kind === 'sign' && signs.includes(piece.text);
}

/** Brackets within brackets that nobody writes by hand; each costs a call within a call. */
const deepest = 400;

function pairBrackets({ pieces, roles, parent, closing, opening }: Draft): Refusal | undefined {
  const open: number[] = [];
  const refuse = ({ start, text }: Piece): Refusal => ({ why: 'brackets', start, end: start + text.length });
  for (const [index, piece] of pieces.entries()) {
    const closes = isSign(piece, ')]}') || roles[index] === 'end';
    if (closes) {
      const from = open.pop();
      const opener = from === undefined ? undefined : pieces[from];
      const expected = opener?.kind === 'sign' ? closers[opener.text] : 'end';
      if (from === undefined || opener === undefined || expected !== piece.text.toLowerCase()) return refuse(piece);
      closing.set(from, index);
      opening.set(index, from);
    }
    parent.push(open.at(-1) ?? -1);
    if (isSign(piece, '([{') || roles[index] === 'case') open.push(index);
    if (open.length > deepest) return { ...refuse(piece), why: 'unreadable' };
    const part = roles[index];
    const insideCase = roles[parent[index] ?? -1] === 'case';
    if ((part === 'when' || part === 'then' || part === 'else') && !insideCase) return refuse(piece);
  }
  const left = pieces[open.at(-1) ?? -1];
  return left === undefined ? undefined : refuse(left);
}

/** The `and` of `between a and b` is none of logic. */
function settleBetween({ pieces, roles, parent }: Draft): void {
  for (const [index, piece] of pieces.entries()) {
    if (roles[index] !== 'keyword' || piece.text.toLowerCase() !== 'between') continue;
    for (let at = index + 1; at < pieces.length; at += 1) {
      if (parent[at] !== parent[index]) continue;
      if (roles[at] === 'clause' || roles[at] === 'select') break;
      if (roles[at] !== 'logic') continue;
      roles[at] = 'keyword';
      break;
    }
  }
}

/** Most columns of a query in brackets, or a `case`, that stays on one line. */
const shortWidth = 60;

function settleGroup(draft: Draft, open: number, close: number): void {
  const { pieces, roles, limits } = draft;
  const level = levelOf(draft, open, close);
  const isQuery = level.some((at) => roles[at] === 'select' || roles[at] === 'set-operation') || startsQuery(draft, level[0]);
  if (!isQuery) for (const at of level) if (roles[at] === 'clause' && pieces[at]?.text.toLowerCase() === 'from') demote(draft, at);
  if (hasWall(draft, open, close)) return;
  if (roles[open] !== 'case' && !isQuery && !level.some((at) => isBreaking(roles[at]))) {
    draft.breakable.add(open);
    return;
  }
  if (limits.broken.has(open)) return;
  if (roles[open] === 'case' || isQuery) {
    if (!isShort(draft, open, close, level)) {
      if (roles[open] === 'case') settleLogic(draft, level);
      return;
    }
    for (let at = open; at <= close; at += 1) demote(draft, at);
  } else for (const at of level) if (isBreaking(roles[at])) demote(draft, at);
  draft.breakable.add(open);
}

/** `and` and `or` between `when` and `then` stay on their line. */
function settleLogic({ roles }: Draft, level: readonly number[]): void {
  for (const at of level) if (roles[at] === 'logic') roles[at] = 'keyword';
}

function startsQuery({ pieces, roles }: Draft, first: number | undefined): boolean {
  if (first === undefined || roles[first] !== 'clause') return false;
  return /^(?:from|values|with)$/i.test(pieces[first]?.text ?? '');
}

function isStructural(role: Role | undefined): boolean {
  return role !== undefined && role !== 'value' && role !== 'keyword' && role !== 'rest' && role !== 'held';
}

/** Breaks lines within a group that is no query. */
function isBreaking(role: Role | undefined): boolean {
  return role === 'clause' || role === 'logic' || role === 'join';
}

/** The pieces directly in a group. */
function levelOf({ parent }: Draft, open: number, close: number): readonly number[] {
  const level: number[] = [];
  for (let at = open + 1; at < close; at += 1) if (parent[at] === open) level.push(at);
  return level;
}

function demote({ roles }: Draft, at: number): void {
  if (isStructural(roles[at]) || roles[at] === 'rest') roles[at] = 'keyword';
}

/** A group that reads well on one line: a plain query of one column, a `case` with one branch. */
function isShort(draft: Draft, open: number, close: number, level: readonly number[]): boolean {
  const { pieces, roles, limits } = draft;
  const count = (role: Role): number => level.filter((at) => roles[at] === role).length;
  if (widthOf(draft, open, close + 1) > Math.min(shortWidth, limits.lineWidth)) return false;
  if (roles[open] === 'case') return count('when') === 1;
  const before = pieces[open - 1];
  const definesTable = before?.kind === 'word' && /^(?:as|materialized)$/i.test(before.text);
  const isList = level.some((at) => isSign(pieces[at], ','));
  return !definesTable && !isList && count('set-operation') === 0 && count('join') === 0 && count('logic') === 0 && count('select') === 1;
}

function widthOf({ pieces, roles }: Draft, from: number, to: number): number {
  const placed: Placed[] = [];
  for (let at = from; at < to; at += 1) {
    const piece = pieces[at];
    if (piece !== undefined) placed.push({ piece, role: roles[at] ?? 'value' });
  }
  return joinPieces(placed, ({ piece }) => piece.text).length;
}

/** Clauses run up to the next one on their level. */
function findClauses({ pieces, roles, parent, closing }: Draft): Pick<Structure, 'clause' | 'clauseEnd'> {
  const current = new Map<number, number>();
  const clauseEnd = new Map<number, number>();
  const clause = pieces.map((piece, index) => {
    const level = parent[index] ?? -1;
    const role = roles[index];
    const last = current.get(level) ?? -1;
    const starts = role === 'clause' || role === 'select';
    if (starts || role === 'set-operation' || isSign(piece, ';')) {
      if (last >= 0) clauseEnd.set(last, index);
      current.set(level, starts ? index : -1);
      return starts ? index : -1;
    }
    return last;
  });
  for (const [level, last] of current)
    if (last >= 0) clauseEnd.set(last, level < 0 ? pieces.length : (closing.get(level) ?? pieces.length));
  return { clause, clauseEnd };
}

/** Clauses of conditions, whose parts break at `and` and `or`; and those that hold one thing. */
const conditions = /^(?:where|having|qualify|limit|offset|fetch|with)$/i;

function settleClauses(draft: Draft, clauseEnd: ReadonlyMap<number, number>): ReadonlySet<number> {
  const { pieces, roles, parent, limits, breakable } = draft;
  const oneLine = new Set<number>();
  for (const [start, whole] of clauseEnd) {
    const end = endOfCode(draft, start, whole);
    const name = pieces[start]?.text ?? '';
    if (conditions.test(name)) {
      oneLine.add(start);
      continue;
    }
    settleJoins(draft, start, end);
    if (roles[start] === 'select') settleItems(draft, start, end);
    const commas = pieces
      .slice(start, end)
      .filter((piece, offset) => isSign(piece, ',') && parent[start + offset] === parent[start]).length;
    const isList = roles[start] === 'select' ? commas > 0 : /^from$/i.test(name) ? false : commas > 0 && hasWall(draft, start, end);
    if (isList || limits.broken.has(start) || (roles[start] === 'select' && (startsWithWall(draft, start) || hasWallAt(draft, start, end))))
      continue;
    oneLine.add(start);
    if (commas > 0 || roles[start] === 'select') breakable.add(start);
  }
  return oneLine;
}

/** What follows `select` has a line of its own. */
function startsWithWall({ pieces, roles }: Draft, start: number): boolean {
  const next = pieces[roles[start + 1] === 'rest' ? start + 2 : start + 1];
  return next !== undefined && !isCode(next) && next.kind !== 'inner-comment';
}

/** `and` and `or` within a column stay on its line where it fits. */
function settleItems(draft: Draft, start: number, end: number): void {
  const { pieces, roles, parent, limits, breakable } = draft;
  let item = start + 1;
  for (let at = start + 1; at < end; at += 1) {
    if (parent[at] !== parent[start]) continue;
    if (isSign(pieces[at], ',')) item = at + 1;
    if (roles[at] !== 'logic' || limits.broken.has(item) || hasWall(draft, item, at)) continue;
    roles[at] = 'keyword';
    breakable.add(item);
  }
}

/** A wall directly in the clause, not in brackets of it. */
function hasWallAt({ pieces, parent }: Draft, start: number, end: number): boolean {
  for (let at = start + 1; at < end; at += 1) {
    const piece = pieces[at];
    if (piece !== undefined && parent[at] === parent[start] && !isCode(piece) && piece.kind !== 'inner-comment') return true;
  }
  return false;
}

/** The condition of a join stays on its line where it fits. */
function settleJoins(draft: Draft, start: number, end: number): void {
  const { roles, parent, limits, breakable } = draft;
  let join = -1;
  const settle = (to: number): void => {
    if (join < 0 || hasWall(draft, join, endOfCode(draft, join, to))) return;
    const logic: number[] = [];
    for (let at = join; at < to; at += 1) if (parent[at] === parent[start] && roles[at] === 'logic') logic.push(at);
    if (logic.length === 0 || limits.broken.has(join)) return;
    for (const at of logic) roles[at] = 'keyword';
    breakable.add(join);
  };
  for (let at = start; at < end; at += 1) {
    if (parent[at] !== parent[start] || roles[at] !== 'join') continue;
    settle(at);
    join = at;
  }
  settle(end);
}
