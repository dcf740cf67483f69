/** Feeds the text of a file to a reader, hashing its bytes on the way and remembering why it ended early. */
import type { Hash } from 'node:crypto';
import type { EncodingProblem } from './decode-text.ts';
import { decodeText } from './decode-text.ts';

/** The pieces of a text; `problem` is set when they ended because the bytes are not UTF-8. */
export interface TextPieces extends Iterator<string> {
  readonly problem: EncodingProblem | undefined;
}

function* hashed(chunks: Iterable<Uint8Array>, hash: Hash): Generator<Uint8Array> {
  for (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

/** The text of a file, piece by piece; when it has ended without a problem, `hash` has seen every byte. */
export function readText(chunks: Iterable<Uint8Array>, hash: Hash): TextPieces {
  const pieces = decodeText(hashed(chunks, hash));
  let problem: EncodingProblem | undefined;
  return {
    get problem() {
      return problem;
    },
    next: () => {
      const piece = pieces.next();
      if (piece.done === true) return { done: true, value: undefined };
      if (typeof piece.value === 'string') return { done: false, value: piece.value };
      problem = piece.value;
      return { done: true, value: undefined };
    },
  };
}
