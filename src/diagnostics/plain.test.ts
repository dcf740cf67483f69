import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain, plainLine } from './plain.ts';

describe('plain', () => {
  it.each([
    ['colour', 'a\u001b[31mb\u001b[0mc', 'abc'],
    ['cursor moves', 'a\u001b[2K\u001b[1Ab', 'ab'],
    ['a title', 'a\u001b]0;title\u0007b', 'ab'],
    ['a link', '\u001b]8;;http://x\u001b\\text\u001b]8;;\u001b\\', 'text'],
    ['8-bit sequences', 'a\u009b31mb\u0090data\u009cc', 'abc'],
    ['a sequence without an end', 'a\u001b', 'a'],
    ['carriage returns', 'one\r\ntwo\rthree', 'one\ntwo\nthree'],
    ['backspaces, bells, nulls', 'a\b\u0007\0b', 'ab'],
    ['direction marks', 'a\u202eb\u2066c', 'abc'],
  ])('takes out %s', (_, text, expected) => {
    expect(plain(text)).toBe(expected);
  });

  it('leaves ordinary text, tabs, line breaks and emoji as they are', () => {
    const text = 'größe\t日本\n👩‍👩‍👧 [31m';
    expect(plain(text)).toBe(text);
  });

  it('leaves nothing that a terminal obeys, whatever comes in', () => {
    const piece = fc.constantFrom('\u001b', '[', ']', '\u009b', '\u009d', '31m', '\r', '\u0007', 'x', '\\', '\u202e', ';');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = plain(pieces.join(''));
        // eslint-disable-next-line no-control-regex
        return !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/.test(text) && plain(text) === text;
      }),
    );
  });
});

describe('plainLine', () => {
  it('puts everything on one line', () => {
    expect(plainLine(' a\n   b\tc\r\n')).toBe('a b c');
  });
});
