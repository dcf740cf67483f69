import { describe, expect, it } from 'vitest';
import { fitText, padLeft, padRight, textWidth, wrapText } from './text-width.ts';

describe('textWidth', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['größe', 5],
    ['e\u0301', 1],
    ['日本', 4],
    ['ｱ', 1],
    ['Ａ', 2],
    ['👍', 2],
    ['👩‍👩‍👧', 2],
    ['\u200b', 0],
  ])('of %s is %i', (text, width) => {
    expect(textWidth(text)).toBe(width);
  });
});

describe('fitText', () => {
  it('cuts by columns and never in the middle of a character', () => {
    expect(fitText('abcdef', 6, '…')).toBe('abcdef');
    expect(fitText('abcdefg', 6, '…')).toBe('abcde…');
    expect(fitText('日本語', 4, '…')).toBe('日…');
    expect(fitText('abcdef', 2, '...')).toBe('..');
  });
});

describe('padRight and padLeft', () => {
  it('count columns', () => {
    expect(padRight('日', 4)).toBe('日  ');
    expect(padLeft('日', 4)).toBe('  日');
    expect(padRight('long', 2)).toBe('long');
  });
});

describe('wrapText', () => {
  it('breaks at spaces, keeps line breaks and longer words', () => {
    expect(wrapText('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapText('a\nb', 7)).toEqual(['a', 'b']);
    expect(wrapText('unbreakable word', 5)).toEqual(['unbreakable', 'word']);
  });
});
