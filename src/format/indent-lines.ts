/** Indents lines: what continues a clause, what stands in the body of a block, and the tags and comments between. */
import type { Piece } from './piece.ts';
import type { Structure } from './structure.ts';

export type LineKind = 'code' | 'own' | 'open' | 'else' | 'close';

export interface IndentedLine {
  readonly kind: LineKind;
  readonly level: number;
  readonly pieces: readonly number[];
}

interface RawLine {
  readonly level: number;
  readonly pieces: readonly number[];
}

export function indentLines(structure: Structure, raw: readonly RawLine[]): readonly IndentedLine[] {
  const kinds = raw.map(({ pieces }) => kindOf(structure.pieces[pieces[0] ?? -1]));
  const lines: Lines = { structure, raw, kinds, levels: shiftClauses(structure, raw) };
  const blocks = findBlocks(kinds);
  for (let at = raw.length - 1; at >= 0; at -= 1) {
    if (kinds[at] === 'code') continue;
    // Tags of a block share their level; the block is looked at when its first tag is reached, after all that is inside.
    const block = blocks.find(({ open }) => open === at);
    if (block !== undefined) for (const tag of block.tags) lines.levels[tag] = levelOfBlock(lines, block);
    else if (kinds[at] === 'own') lines.levels[at] = levelOfOwn(lines, at);
  }
  settleOwnBefore(lines, blocks);
  return raw.map(({ pieces }, at) => {
    const kind = kinds[at] ?? 'code';
    const depth = blocks.filter(({ open, close }) => open < at && at < close).length;
    const isTag = blocks.some(({ tags }) => tags.includes(at));
    const within = isTag && kind !== 'open' && kind !== 'close' ? depth - 1 : depth;
    return { kind, level: Math.max(0, (lines.levels[at] ?? 0) + within), pieces };
  });
}

interface Lines {
  readonly structure: Structure;
  readonly raw: readonly RawLine[];
  readonly kinds: readonly LineKind[];
  readonly levels: number[];
}

interface Block {
  readonly open: number;
  readonly close: number;
  readonly tags: readonly number[];
}

function kindOf(piece: Piece | undefined): LineKind {
  switch (piece?.kind) {
    case 'open-tag':
      return 'open';
    case 'else-tag':
      return 'else';
    case 'close-tag':
      return 'close';
    case 'own-line':
    case 'island':
      return 'own';
    default:
      return 'code';
  }
}

function findBlocks(kinds: readonly LineKind[]): readonly Block[] {
  const blocks: Block[] = [];
  const open: number[][] = [];
  for (const [at, kind] of kinds.entries()) {
    if (kind === 'open') open.push([at]);
    else if (kind === 'else') open.at(-1)?.push(at);
    else if (kind === 'close') {
      const tags = open.pop() ?? [];
      blocks.push({ open: tags[0] ?? at, close: at, tags: [...tags, at] });
    }
  }
  return blocks;
}

/**
 * The levels of lines of code. What continues a clause that began on its own line goes one level in, and
 * what stands in brackets moves with the line that opens them.
 */
function shiftClauses({ pieces, roles, parent, opening, clause, oneLine }: Structure, raw: readonly RawLine[]): number[] {
  const shiftOf = new Map<number, number>();
  return raw.map((line) => {
    const comma = pieces[line.pieces[0] ?? -1]?.text === ',' ? 1 : 0;
    const first = line.pieces[comma] ?? line.pieces[0] ?? -1;
    const opener = opening.get(first);
    const owner = clause[first] ?? -1;
    const outside = parent[first] ?? -1;
    const inherited = outside < 0 ? 0 : (shiftOf.get(outside) ?? 0);
    const isLogic = roles[first] === 'logic';
    const follows = owner >= 0 && owner !== first && parent[owner] === outside && roles[first] !== 'join';
    const continues = follows && (isLogic || oneLine.has(owner));
    const isTable = /^with$/i.test(pieces[owner]?.text ?? '');
    const shift = opener !== undefined ? (shiftOf.get(opener) ?? 0) : inherited + (continues && !isTable ? 1 : 0);
    for (const index of line.pieces) shiftOf.set(index, shift);
    return line.level + shift;
  });
}

function startsWithCloser({ structure, raw }: Lines, at: number): boolean {
  return structure.opening.has(raw[at]?.pieces[0] ?? -1);
}

/** The level of what comes after a line: the next line of code, or the block that begins before it. */
function levelAfter(lines: Lines, at: number): number | undefined {
  const { kinds, levels, raw } = lines;
  for (let next = at + 1; next < raw.length; next += 1) {
    const kind = kinds[next];
    if (kind === 'open') return levels[next];
    if (kind === 'close' || kind === 'else') continue;
    if (kind === 'code') return (levels[next] ?? 0) + (startsWithCloser(lines, next) ? 1 : 0);
  }
  return undefined;
}

/** The tags of a block stand where the least indented line of its bodies would stand without it. */
function levelOfBlock(lines: Lines, { open, close }: Block): number {
  const { kinds, levels } = lines;
  let least: number | undefined;
  for (let at = open + 1; at < close; at += 1) if (kinds[at] === 'code') least = Math.min(least ?? levels[at] ?? 0, levels[at] ?? 0);
  return least ?? listLevel(lines, open) ?? levelAfter(lines, close) ?? 0;
}

/** Comments and values with lines of their own stand like what they come before. */
function levelOfOwn(lines: Lines, at: number): number {
  const { structure, raw, levels } = lines;
  const index = raw[at]?.pieces[0] ?? -1;
  const list = structure.pieces[index]?.comment === true ? undefined : listLevel(lines, at);
  const after = list ?? levelAfter(lines, at);
  return after ?? (structure.parent[index] === -1 ? 0 : (levels[at] ?? 0));
}

/** The level of columns, where nothing but more of them can stand: between a list and its table. */
function listLevel(lines: Lines, at: number): number | undefined {
  const { structure, raw, kinds } = lines;
  const owner = structure.clause[raw[at]?.pieces[0] ?? -1] ?? -1;
  const next = raw.findIndex((_, position) => position > at && kinds[position] === 'code');
  const isList = structure.roles[owner] === 'select' && !structure.oneLine.has(owner);
  return isList && structure.roles[raw[next]?.pieces[0] ?? -1] === 'clause' ? ownerLevel(lines, owner) + 1 : undefined;
}

function ownerLevel({ raw, levels }: Lines, owner: number): number {
  const at = raw.findIndex(({ pieces }) => pieces.includes(owner));
  return levels[at] ?? 0;
}

/** At the end of a body, a line of its own stands like the line before it. */
function settleOwnBefore({ kinds, levels, structure, raw }: Lines, blocks: readonly Block[]): void {
  for (const [at, kind] of kinds.entries()) {
    if (kind !== 'own') continue;
    let next = at + 1;
    while (kinds[next] === 'own') next += 1;
    if (kinds[next] !== 'close' && kinds[next] !== 'else') continue;
    const block = blocks.find(({ tags }) => tags.includes(next));
    const before = kinds[at - 1] === 'code' ? at - 1 : undefined;
    const opensBefore = before !== undefined && structure.opening.has(raw[before]?.pieces[0] ?? -1);
    const base = levels[block?.open ?? -1] ?? 0;
    levels[at] = before === undefined || opensBefore ? base : Math.max(base, levels[before] ?? base);
  }
}
