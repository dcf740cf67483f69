/** Turns offsets that PostgreSQL counts into offsets of JavaScript's strings. */

/** A position in an error counts characters; places in a syntax tree count UTF-8 bytes. */
export type OffsetUnit = 'byte' | 'character';

/** Offset in UTF-16 code units of the engine's offset into `text`, from 0; undefined beyond its end. */
export function utf16Offset(text: string, offset: number, unit: OffsetUnit): number | undefined {
  let left = offset;
  for (let at = 0; at < text.length;) {
    if (left <= 0) return at;
    const code = text.codePointAt(at) ?? 0;
    if (unit === 'character' || code < 0x80) left -= 1;
    else left -= code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    at += code < 0x10000 ? 1 : 2;
  }
  return left <= 0 ? text.length : undefined;
}
