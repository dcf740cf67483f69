import { describe, expect, it } from 'vitest';
import { selectorName, shellWord } from './pasteable.ts';

describe('a command to paste', () => {
  it.each([
    ['orders', 'orders'],
    ['orders.v2', 'orders.v2'],
    ['a b', "'a[ ]b'"],
    ["it's", `'it'\\''s'`],
    ['$(rm x)', "'$[(]rm[ ]x[)]'"],
    ['größe', "'größe'"],
    ['a\u001bb', "'a?b'"],
  ])('names %s', (name, word) => {
    expect(shellWord(selectorName(name))).toBe(word);
  });
  it('names folders', () => {
    expect(['shop', '../my shop', '~/a', ''].map(shellWord)).toEqual(['shop', "'../my shop'", "'~/a'", "''"]);
  });
});
