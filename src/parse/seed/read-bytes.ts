/** Feeds the bytes of a text file to a reader, hashing them on the way and remembering why they ended early. */
import type { Hash } from 'node:crypto';
import { checkEncoding } from './check-encoding.ts';
import type { EncodingProblem, TextPiece } from './check-encoding.ts';

/** The pieces of a text; `problem` is set when they ended because the bytes are not UTF-8. */
export interface TextPieces extends Iterator<TextPiece> {
  readonly problem: EncodingProblem | undefined;
}

function* hashed(chunks: Iterable<Uint8Array>, hash: Hash): Generator<Uint8Array> {
  for (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

/** The text of a file, piece by piece; when it has ended without a problem, `hash` has seen every byte. */
export function readBytes(chunks: Iterable<Uint8Array>, hash: Hash): TextPieces {
  const pieces = checkEncoding(hashed(chunks, hash));
  let problem: EncodingProblem | undefined;
  return {
    get problem() {
      return problem;
    },
    next: () => {
      const piece = pieces.next();
      if (piece.done === true) return { done: true, value: undefined };
      if ('bytes' in piece.value) return { done: false, value: piece.value };
      problem = piece.value;
      return { done: true, value: undefined };
    },
  };
}
