import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highlightSql } from './highlight-sql.ts';
import { escapeHtml } from './html.ts';

const shown = (text: string): string => highlightSql(text).text;

describe('highlighted SQL', () => {
  it('marks keywords, texts, numbers, comments and mustaches', () => {
    expect(shown("select 'a<b', 1 -- x\nfrom {{ref \"o\"}}_v")).toBe(
      '<span class="k">select</span> <span class="s">&#39;a&lt;b&#39;</span>, <span class="n">1</span> <span class="c">-- x</span>\n' +
        '<span class="k">from</span> <span class="m">{{ref &quot;o&quot;}}</span>_v',
    );
  });

  it('marks mustaches inside of texts and comments', () => {
    expect(shown("'{{var \"a\"}}' /* {{x}} */")).toBe(
      '<span class="s">&#39;<span class="m">{{var &quot;a&quot;}}</span>&#39;</span> <span class="c">/* <span class="m">{{x}}</span> */</span>',
    );
  });

  it('shows every text letter by letter', () => {
    const pieces = fc.constantFrom("'", '"', '{{', '}}', '}}}', '--', '/*', '*/', '\n', ' ', 'select', 'x', '1', '$$', '<', '&', "e'\\'");
    fc.assert(
      fc.property(fc.array(pieces), (parts) => {
        const text = parts.join('');
        expect(shown(text).replaceAll(/<\/?span[^>]*>/g, '')).toBe(escapeHtml(text));
      }),
      { numRuns: 500 },
    );
  });
});
