import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepLineEnds } from './keep-line-ends.ts';

describe('line ends of a changed text', () => {
  it('stay where they are of two kinds, and new lines end as most do', () => {
    expect(
      keepLineEnds(
        "select 'a\r\nb',\n  1 AS c,  2\r\nfrom t\r\n\nwhere x\r\n",
        "select\n    'a\nb',\n    1 as c,\n    2\nfrom t\n\nwhere x\n",
      ),
    ).toBe("select\r\n    'a\r\nb',\n    1 as c,\r\n    2\r\nfrom t\r\n\nwhere x\r\n");
  });

  it('stay around what was taken away or put in', () => {
    expect(keepLineEnds('a\nb\r\nc\nd\r\ne\n', 'a\nb\nd\ne\n')).toBe('a\nb\r\nd\r\ne\n');
    expect(keepLineEnds('a\nb\r\nc\n', 'a\nb\nx\nc\n')).toBe('a\nb\r\nx\nc\n');
  });

  it('are all of one kind where they were, and are all kept where nothing else changes', () => {
    expect(keepLineEnds('a\r\nb', 'a\nc\nb')).toBe('a\r\nc\r\nb');
    fc.assert(
      fc.property(fc.array(fc.constantFrom('\n', '\r\n', '\r', 'a', ' ', 'B')), (parts) => {
        const text = parts.join('');
        expect(keepLineEnds(text, text.replaceAll(/\r\n?/g, '\n'))).toBe(text);
      }),
    );
  });
});
