import fc from 'fast-check';
import { describe, expect, test as it } from 'vitest';
import { literalNamesOf, matchFqn } from './match-fqn.ts';
import { matchPath } from './match-path.ts';
import { matchWildcard } from './wildcard.ts';

describe('a wildcard pattern', () => {
  it.each([
    ['stg_*', 'stg_orders', true],
    ['stg_*', 'my_stg_orders', false],
    ['*', '', true],
    ['a**b', 'a.x/y.b', true],
    ['?', 'é', true],
    ['?', '😀', true],
    ['?', '', false],
    ['[ab]c', 'bc', true],
    ['[!ab]c', 'bc', false],
    ['[!ab]c', 'xc', true],
    ['[a-c]', 'b', true],
    ['[c-a]', 'b', false],
    ['[]]', ']', true],
    ['[!]]', ']', false],
    ['[a-]', '-', true],
    ['[a', '[a', true],
    ['a]', 'a]', true],
    ['a.b', 'axb', false],
    ['(a|b){2}$^\\', '(a|b){2}$^\\', true],
    ['[^a]', '^', true],
    ['[\\]', '\\', true],
    ['Orders', 'orders', false],
  ])('%s on %s: %s', (pattern, text, expected) => {
    expect(matchWildcard(pattern)(text)).toBe(expected);
  });

  it('answers for any text and any pattern, stars finding every division there is', () => {
    const units = (...list: readonly string[]): fc.Arbitrary<string> => fc.string({ unit: fc.constantFrom(...list), maxLength: 8 });
    fc.assert(
      fc.property(units('*', '?', '[', ']', '!', '-', '^', 'a', '\\', '.'), fc.string(), (pattern, text) => {
        expect([true, false]).toContain(matchWildcard(pattern)(text));
        expect([true, false]).toContain(matchPath(pattern).isFile(text));
      }),
    );
    const naive = (pattern: string, text: string): boolean => {
      if (pattern === '') return text === '';
      if (pattern.startsWith('*')) return naive(pattern.slice(1), text) || (text !== '' && naive(pattern, text.slice(1)));
      return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && naive(pattern.slice(1), text.slice(1));
    };
    fc.assert(
      fc.property(units('*', '?', 'a', 'b'), units('a', 'b'), (pattern, text) => {
        expect(matchWildcard(pattern)(text)).toBe(naive(pattern, text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('with many stars takes no time to fail', () => {
    expect(matchWildcard(`${'*a'.repeat(30)}*b`)('a'.repeat(5_000))).toBe(false);
  });
});

describe('a name', () => {
  it.each([
    ['orders', ['shop', 'marts', 'orders'], true],
    ['shop', ['shop', 'marts', 'orders'], true],
    ['marts', ['shop', 'marts', 'orders'], true],
    ['mart', ['shop', 'marts', 'orders'], false],
    ['shop.marts.orders', ['shop', 'marts', 'orders'], true],
    ['shop.marts.orders.x', ['shop', 'marts', 'orders'], false],
    ['shop.orders', ['shop', 'marts', 'orders'], false],
    ['a.b', ['shop', 'marts', 'a.b'], true],
    ['marts.a', ['shop', 'marts', 'a.b'], true],
    ['marts.a.c', ['shop', 'marts', 'a.b'], false],
    ['a', ['shop', 'marts', 'a.b'], false],
    ['marts.', ['shop', 'marts', 'orders'], false],
    ['shop.*', ['shop', 'marts', 'orders'], true],
    ['shop.*.orders', ['shop', 'marts', 'deep', 'orders'], true],
    ['*.marts.*', ['shop', 'marts', 'orders'], true],
    ['marts.o?ders', ['shop', 'marts', 'orders'], true],
    ['shop.marts.orders.*', ['shop', 'marts', 'orders'], false],
    ['mart*', ['shop', 'marts', 'orders'], true],
    ['ord*', ['shop', 'marts', 'orders'], false],
  ])('%s means %j: %s', (value, fqn, expected) => {
    expect(matchFqn(value)(fqn)).toBe(expected);
  });

  it('without wildcards means exactly what is listed for it', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 3 }),
        fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 6 }),
        (fqn, value) => {
          expect(matchFqn(value)(fqn)).toBe(literalNamesOf(fqn).has(value));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('a path', () => {
  it.each([
    ['models/a', 'models/a/x.sql', true],
    ['models/a', 'models/ab/x.sql', false],
    ['models/a/x.sql', 'models/a/x.sql', true],
    ['models/a/', 'models/a/deep/x.sql', true],
    ['.', 'models/a/x.sql', true],
    ['models/*', 'models/x.sql', true],
    ['models/*', 'models/a/deep/x.sql', true],
    ['models/*.sql', 'models/a/x.sql', false],
    ['**/x.sql', 'models/a/x.sql', true],
    ['models/**', 'models/a/x.sql', true],
    ['models/{a,b}', 'models/a/x.sql', false],
    ['models/.hidden*', 'models/.hidden1/x.sql', true],
    ['!models', 'models/x.sql', false],
  ])('%s means %s: %s', (pattern, path, expected) => {
    const { isFile, isInside } = matchPath(pattern);
    expect(isFile(path) || isInside(path)).toBe(expected);
  });
});
