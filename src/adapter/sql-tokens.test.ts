import { describe, expect, it } from 'vitest';
import { blankSemicolons, sqlTokens } from './sql-tokens.ts';

const words = (sql: string): readonly string[] => [...sqlTokens(sql)].map(({ start, end }) => sql.slice(start, end));

describe('tokens of SQL', () => {
  it.each([
    ['select /* a /* b; */ c; */ 1', ['select', '1']],
    ['select 1 /* open /* */ ; 2', ['select', '1']],
    ['a -- b\nc', ['a', 'c']],
    ['🦆$1 é2', ['🦆$1', 'é2']],
    [`'it''s' e'\\'' "a""b" $x$ ; $x$ $$'$$`, [`'it''s'`, `e'\\''`, '"a""b"', '$x$ ; $x$', `$$'$$`]],
    ['$1+?', ['$', '1', '+', '?']],
  ])('of %s', (sql, tokens) => {
    expect(words(sql)).toEqual(tokens);
  });
  it('leave semicolons of texts and comments where they are', () => {
    expect(blankSemicolons(`select ';' /* ; /* ; */ ; */; ;`)).toBe(`select ';' /* ; /* ; */ ; */   `);
  });
});
