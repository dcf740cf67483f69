/** Hashes of files that can be put together in any order: one that changes is taken out, and its new hash put in. */
import { hash } from 'node:crypto';

export type Digest = readonly [number, number, number, number];

export const noDigest: Digest = Object.freeze([0, 0, 0, 0]) as Digest;

/** The path is part of it, so no two files have the same. */
export function digestOf(path: string, text: string): Digest {
  const bytes = hash('sha256', `${path}\n${text}`, 'buffer');
  return [bytes.readInt32LE(0), bytes.readInt32LE(4), bytes.readInt32LE(8), bytes.readInt32LE(12)];
}

export function combine(a: Digest, b: Digest): Digest {
  return [a[0] ^ b[0], a[1] ^ b[1], a[2] ^ b[2], a[3] ^ b[3]];
}

export function writeDigest(digest: Digest): string {
  return digest.map((part) => (part >>> 0).toString(16).padStart(8, '0')).join('');
}
