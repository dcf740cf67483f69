/** Passes the bytes of a file on, cut between characters, and says where they are not UTF-8. */
import { isAscii, isUtf8 } from 'node:buffer';

/** Why the bytes are no text. `offset` counts bytes from the start of the file. */
export interface EncodingProblem {
  readonly offset: number;
  /** The encoding that the file starts like, when it is another one. */
  readonly encoding: string | undefined;
}

/** Small enough to stay in the caches of the processor, large enough that pieces are few. */
const pieceSize = 256 * 1024;

const byteOrderMarks: readonly (readonly [readonly number[], string])[] = [
  [[0xff, 0xfe, 0, 0], 'UTF-32 (little endian)'],
  [[0, 0, 0xfe, 0xff], 'UTF-32 (big endian)'],
  [[0xff, 0xfe], 'UTF-16 (little endian)'],
  [[0xfe, 0xff], 'UTF-16 (big endian)'],
];

/** The other encoding that a file starts like: by its mark, or by every second byte of its first two characters being 0. */
function otherEncoding(bytes: Uint8Array): string | undefined {
  for (const [mark, name] of byteOrderMarks) if (mark.every((byte, index) => bytes[index] === byte)) return name;
  const [first = 1, second = 1, third = 1, fourth = 1] = bytes;
  if (first !== 0 && second === 0 && third !== 0 && fourth === 0) return 'UTF-16 (little endian)';
  if (first === 0 && second !== 0 && third === 0 && fourth !== 0) return 'UTF-16 (big endian)';
  return undefined;
}

/** Length of the sequence that this byte starts, and the range of its second byte; undefined for a byte that starts none. */
function sequence(byte: number): readonly [length: number, low: number, high: number] | undefined {
  if (byte < 0x80) return [1, 0, 0];
  if (byte >= 0xc2 && byte <= 0xdf) return [2, 0x80, 0xbf];
  if (byte === 0xe0) return [3, 0xa0, 0xbf];
  if (byte === 0xed) return [3, 0x80, 0x9f];
  if (byte >= 0xe1 && byte <= 0xef) return [3, 0x80, 0xbf];
  if (byte === 0xf0) return [4, 0x90, 0xbf];
  if (byte === 0xf4) return [4, 0x80, 0x8f];
  if (byte >= 0xf1 && byte <= 0xf3) return [4, 0x80, 0xbf];
  return undefined;
}

/** Offset of the first byte that starts no valid sequence, or the length. */
function firstInvalid(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const [length, low, high] = sequence(bytes[at] ?? 0) ?? [0, 0, 0];
    if (length === 0) return at;
    for (let index = 1; index < length; index += 1) {
      const byte = bytes[at + index] ?? 0;
      if (byte < (index === 1 ? low : 0x80) || byte > (index === 1 ? high : 0xbf)) return at;
    }
    at += length;
  }
  return at;
}

/** Bytes at the end that begin a character and do not end it. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) return (sequence(byte)?.[0] ?? 0) > back ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

function join(head: Uint8Array, tail: Uint8Array): Uint8Array {
  if (head.length === 0) return tail;
  const joined = new Uint8Array(head.length + tail.length);
  joined.set(head);
  joined.set(tail, head.length);
  return joined;
}

/** Cuts chunks of any size into pieces, each but the last of at least four bytes. What is held back outlives its chunk, so it is a copy. */
function* pieces(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  let held: Uint8Array = new Uint8Array(0);
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += pieceSize) {
      const piece = join(held, chunk.subarray(at, at + pieceSize));
      held = new Uint8Array(piece.length < 4 ? piece : []);
      if (held.length === 0) yield piece;
    }
  }
  if (held.length > 0) yield held;
}

/** Bytes that are whole characters. */
export interface TextPiece {
  readonly bytes: Uint8Array;
  /** Every byte is a character of its own. */
  readonly ascii: boolean;
}

/** The text of a file without its byte order mark, piece by piece; a problem ends it. */
export function* checkEncoding(chunks: Iterable<Uint8Array>): Generator<TextPiece | EncodingProblem> {
  let offset = 0;
  let first = true;
  let held: Uint8Array = new Uint8Array(0);
  for (const piece of pieces(chunks)) {
    let bytes = join(held, piece);
    if (first) {
      const encoding = otherEncoding(bytes);
      if (encoding !== undefined) return yield { offset: 0, encoding };
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
        bytes = bytes.subarray(3);
        offset = 3;
      }
      first = false;
    }
    const whole = bytes.subarray(0, bytes.length - unfinished(bytes));
    held = new Uint8Array(bytes.subarray(whole.length));
    const ascii = isAscii(whole);
    if (!ascii && !isUtf8(whole)) return yield { offset: offset + firstInvalid(whole), encoding: undefined };
    offset += whole.length;
    if (whole.length > 0) yield { bytes: whole, ascii };
  }
  if (held.length > 0) yield { offset, encoding: undefined };
  return undefined;
}
