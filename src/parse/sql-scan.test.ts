import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextSqlToken } from './sql-scan.ts';

function tokens(text: string): readonly (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [];
  for (let token = nextSqlToken(text, 0); token !== undefined; token = nextSqlToken(text, token.end))
    found.push([token.kind, text.slice(token.start, token.end)]);
  return found;
}

describe('the SQL lexer', () => {
  it.each([
    [`'it''s; --'`, [['string', `'it''s; --'`]]],
    [
      `e'a\\'b' x`,
      [
        ['string', `e'a\\'b'`],
        ['word', 'x'],
      ],
    ],
    [
      `'a\\' b`,
      [
        ['string', `'a\\'`],
        ['word', 'b'],
      ],
    ],
    ['"a""b"', [['quoted-name', '"a""b"']]],
    [
      "-- x; '\ny",
      [
        ['line-comment', "-- x; '"],
        ['word', 'y'],
      ],
    ],
    [
      '-- x\ry',
      [
        ['line-comment', '-- x'],
        ['word', 'y'],
      ],
    ],
    [
      '/* a /* b */ c */ d',
      [
        ['block-comment', '/* a /* b */ c */'],
        ['word', 'd'],
      ],
    ],
    ['$$ ; $$', [['string', '$$ ; $$']]],
    ['$q$ $$ $q$', [['string', '$q$ $$ $q$']]],
    [
      '$1 a$b$c',
      [
        ['sign', '$'],
        ['number', '1'],
        ['word', 'a$b$c'],
      ],
    ],
    [
      '1.5e3-2',
      [
        ['number', '1.5e3'],
        ['sign', '-'],
        ['number', '2'],
      ],
    ],
    ['größe', [['word', 'größe']]],
    // Spaces that come along with text from elsewhere.
    [
      'select\u00a01\u2003\u3000a',
      [
        ['word', 'select'],
        ['number', '1'],
        ['word', 'a'],
      ],
    ],
  ])('%j', (text, expected) => {
    expect(tokens(text)).toEqual(expected);
  });

  it('says of what is not closed that it is not', () => {
    for (const text of ["'a", '"a', '/* a', '$$ a', "e'a\\'"])
      expect(nextSqlToken(text, 0)).toMatchObject({ closed: false, end: text.length });
  });

  it('covers every text, white space aside', () => {
    const piece = fc.constantFrom("'", '"', '$', '$a$', '--', '/*', '*/', '\n', ' ', 'e', 'E', '\\', ';', '1', 'a', '{', 'é');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (parts) => {
        const text = parts.join('');
        let last = 0;
        for (let token = nextSqlToken(text, 0); token !== undefined; token = nextSqlToken(text, token.end)) {
          expect(token.end).toBeGreaterThan(token.start);
          expect(text.slice(last, token.start).trim()).toBe('');
          last = token.end;
        }
        expect(text.slice(last).trim()).toBe('');
      }),
    );
  });
});
