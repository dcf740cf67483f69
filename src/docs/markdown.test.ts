import { describe, expect, it } from 'vitest';
import { createMarkdown } from './markdown.ts';

const render = (text: string): string => createMarkdown()(text).text.trim();

describe('a description', () => {
  it('without marks is one paragraph', () => {
    expect(render('  One row per order.  ')).toBe('<p>One row per order.</p>');
    expect(render('')).toBe('');
  });

  it('may have the marks of Markdown', () => {
    expect(render('**Net** of `tax`, [see](https://example.com/a)')).toBe(
      '<p><strong>Net</strong> of <code>tax</code>, <a href="https://example.com/a" rel="noopener noreferrer">see</a></p>',
    );
    expect(render('# Title')).toBe('<h2>Title</h2>');
  });

  it('aligns the cells of a table without a style', () => {
    const table = render('| a | b |\n|---|--:|\n| 1 | 2 |');
    expect(table).toContain('<td class="align-right">2</td>');
    expect(table).not.toContain('style');
  });

  it('links only to what lies outside of the site', () => {
    expect(render('[a](models/x.sql) [b](#c) [d](file:///etc/passwd) [e](mailto:a@example.com)')).toBe(
      '<p><span>a</span> <span>b</span> [d](file:///etc/passwd) <a href="mailto:a@example.com" rel="noopener noreferrer">e</a></p>',
    );
  });

  it('loads no picture, and keeps its text', () => {
    expect(render('![a "chart" <b>](https://example.com/x.png)')).toBe('<p>a &quot;chart&quot; &lt;b&gt;</p>');
  });
});
