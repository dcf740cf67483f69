import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checks } from './check-sql.ts';
import { openTestConnection } from './open-test-session.ts';
import { quoteText } from './quoting.ts';

it.each([
  ['^a[a-z]*$', true],
  ['^(a|b)$', true],
  ['^a|b$', false],
  ['^a$|^b$', false],
  ['(?i)^a$', false],
  [String.raw`^a\$`, false],
  ['a$', false],
  ['^[|]$', true],
])('takes %s for a pattern of the whole text: %s', (pattern, whole) => {
  expect(checks.matches('x', pattern).startsWith('regexp_full_match')).toBe(whole);
});

it('finds the same texts, whichever function it takes', { timeout: 60_000 }, async () => {
  const connection = await openTestConnection();
  const piece = fc.constantFrom(
    'a',
    'b',
    '.',
    '[ab]',
    '[^a]',
    '[)]',
    '[]a]',
    '(a|b)',
    '(a)',
    'a|b',
    'a*',
    'b?',
    String.raw`\.`,
    String.raw`\$`,
    '$',
    '^',
    '\n',
  );
  const pattern = fc.array(piece, { maxLength: 5 }).map((pieces) => `^${pieces.join('')}$`);
  const text = fc.array(fc.constantFrom('a', 'b', ')', '|', '$', '.', '\n', ']'), { maxLength: 4 }).map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(pattern, text, async (regex, value) => {
      const sql = `select ${checks.matches(quoteText(value), regex)}, regexp_matches(${quoteText(value)}, ${quoteText(regex)})`;
      const [[ours, plain] = []] = (await connection.query({ sql })).rows;
      expect(ours).toBe(plain);
    }),
    { numRuns: 600 },
  );
});
