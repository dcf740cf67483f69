/** Tells whether bytes are still those that were written: against torn writes and failing disks, not against anybody's will. */

/** A number made of all bytes and their places. Eight bytes at a time would not be quicker in JavaScript; four are. */
export function checksum(given: Uint8Array): number {
  const bytes = given.byteOffset % 4 === 0 ? given : given.slice();
  const whole = bytes.length >>> 2;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, whole);
  let sum = 0x811c9dc5 ^ bytes.length;
  for (let at = 0; at < whole; at += 1) {
    sum = Math.imul(sum ^ (words[at] ?? 0), 0x01000193);
    // Without this, the upper bits of a word would never reach the lower ones of the sum.
    sum ^= sum >>> 15;
  }
  for (let at = whole * 4; at < bytes.length; at += 1) sum = Math.imul(sum ^ (bytes[at] ?? 0), 0x01000193);
  return sum >>> 0;
}
