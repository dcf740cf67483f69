/** Puts commas right behind what they end, whichever side of a comment or line they were written on. */
import type { Piece } from './piece.ts';
import { isCode } from './piece.ts';

export function isComma(piece: Piece | undefined): boolean {
  return piece?.kind === 'sign' && piece.text === ',';
}

/** A comment that a comma may pass: one without tags. */
function isPassable(piece: Piece | undefined): boolean {
  const isComment = piece?.kind === 'end-comment' || (piece?.kind === 'own-line' && piece.comment === true);
  return isComment && !piece.text.includes('{{');
}

export function settleCommas(pieces: readonly Piece[]): readonly Piece[] {
  const settled: Piece[] = [];
  let owed = 0;
  for (const piece of pieces) {
    if (!isComma(piece)) {
      settled.push(owed > piece.newlines ? { ...piece, newlines: owed } : piece);
      owed = 0;
      continue;
    }
    let at = settled.length;
    while (at > 0 && isPassable(settled[at - 1])) at -= 1;
    const before = settled[at - 1];
    const passes = before !== undefined && isCode(before);
    // A blank line before the comma is one before what follows it.
    owed = passes ? piece.newlines : 0;
    settled.splice(passes ? at : settled.length, 0, passes ? { ...piece, newlines: 0 } : piece);
  }
  return settled;
}
