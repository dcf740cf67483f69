import { describe, expect, it } from 'vitest';
import { createMask } from '../report/mask.ts';
import { maskHtml } from './mask-html.ts';

const masked = (page: string, ...secrets: readonly string[]): string => maskHtml(page, createMask(secrets).find);

describe('maskHtml', () => {
  it('masks what is read, and leaves what holds a page together', () => {
    const page = `<link href="../data/test.css"><a class="test" id="test" href="../test/data.html" title="a test">a test</a><script src="data/test.js"></script><style>.test{}</style>`;
    expect(masked(page, 'test', 'data')).toBe(
      `<link href="../data/test.css"><a class="test" id="test" href="../test/data.html" title="a ***">a ***</a><script src="data/test.js"></script><style>.test{}</style>`,
    );
  });

  it('finds secrets as HTML spells them', () => {
    expect(masked('<p>x &amp; a&amp;b&lt;c&quot; &amp;amp;</p>', 'a&b<c"')).toBe('<p>x &amp; *** &amp;amp;</p>');
  });

  it('masks what a link asks for, and columns in names of places', () => {
    expect(masked('<a href="../nodes.html#tag=hunter22">', 'hunter22', 'tag=')).toBe('<a href="../nodes.html#tag=***">');
    expect(masked('<tr id="c-hunter22"><a href="m.html#c-hunter22">', 'hunter22')).toBe('<tr id="c-***"><a href="m.html#c-***">');
  });
});
