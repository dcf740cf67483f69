import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml, html } from './html.ts';

describe('html', () => {
  it('escapes whatever is put in, in content and in attributes', () => {
    expect(html`<a title="${'"><script>'}">${"<b>&'"}</a>`.text).toBe(
      '<a title="&quot;&gt;&lt;script&gt;">&lt;b&gt;&amp;&#39;</a>',
    );
  });

  it('takes HTML as it is, lists one after the other, and nothing for what is not there', () => {
    expect(html`<ul>${['<', html`<li>${1}</li>`, undefined]}</ul>`.text).toBe('<ul>&lt;<li>1</li></ul>');
  });

  it('replaces what no document may hold', () => {
    expect(escapeHtml('a\u0000b\u001b[31m\u0085c\ttab\n')).toBe('a\ufffdb\ufffd[31m\ufffdc\ttab\n');
  });

  it('leaves no character of markup, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
      }),
    );
  });
});
