/** Puts pieces on one line: which of them stand apart. */
import type { Piece } from './piece.ts';
import type { Role } from './words.ts';

/** A piece with what the layout knows of it. */
export interface Placed {
  readonly piece: Piece;
  readonly role: Role;
}

/** The text of pieces on one line. `textOf` gives the spelling of each. */
export function joinPieces(placed: readonly Placed[], textOf: (placed: Placed) => string): string {
  let text = '';
  for (const [index, current] of placed.entries()) {
    const last = placed[index - 1];
    const separate = last !== undefined && isApart(last, current, placed[index - 2]);
    text += `${separate ? ' ' : ''}${textOf(current)}`;
  }
  return text;
}

function isComment({ piece }: Placed): boolean {
  return piece.kind === 'inner-comment' || piece.kind === 'end-comment';
}

function isOpening({ piece }: Placed): boolean {
  return piece.kind === 'sign' && '([{'.includes(piece.text);
}

/** Whether a space stands between `last` and `next`. */
function isApart(last: Placed, next: Placed, beforeLast: Placed | undefined): boolean {
  if (isComment(last) || isComment(next)) return !(next.piece.kind === 'sign' && ',;)]}'.includes(next.piece.text)) && !isOpening(last);
  if (next.piece.kind === 'sign') return isApartBefore(last, next);
  if (last.piece.kind === 'sign') return isApartAfter(last, next);
  return !(next.piece.glued && isPrefix(last, beforeLast));
}

function isApartBefore(last: Placed, { piece }: Placed): boolean {
  const after = last.piece;
  switch (piece.text) {
    case ',':
    case ';':
    case ')':
    case ']':
    case '}':
    case '::':
    case '.':
      return false;
    case ':':
      return !piece.glued;
    case '(':
    case '[':
      if (after.kind === 'sign' && '([{.'.includes(after.text)) return false;
      if (after.kind === 'operator' || after.text === ',' || after.text === ';')
        return !(piece.glued && after.kind === 'operator' && isBare(after));
      if (last.role !== 'value' && last.role !== 'held' && piece.text === '(' && !/^cast$/i.test(after.text)) return true;
      return !piece.glued;
    default:
      return !(after.kind === 'sign' && '([{.:'.includes(after.text));
  }
}

/** An operator that nothing but a prefix can be. */
function isBare({ text }: Piece): boolean {
  return text === '@' || text === '~' || text === '!!';
}

function isApartAfter({ piece }: Placed, next: Placed): boolean {
  switch (piece.text) {
    case '(':
    case '[':
    case '{':
    case '.':
    case '::':
      return false;
    case ':':
      return !next.piece.glued;
    case ')':
    case ']':
    case '}':
      return true;
    default:
      return true;
  }
}

/** A sign of a number, or another operator with nothing before it. */
function isPrefix(last: Placed, before: Placed | undefined): boolean {
  if (last.piece.kind !== 'operator') return false;
  if (last.piece.text === '*' || last.piece.text === ':=' || last.piece.text === '=') return false;
  if (before === undefined) return true;
  if (before.piece.kind === 'operator') return true;
  if (before.piece.kind === 'sign') return !/[)\]}]/.test(before.piece.text);
  return before.role !== 'value' && before.role !== 'held' && before.role !== 'end';
}
