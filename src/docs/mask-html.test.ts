import { describe, expect, it } from 'vitest';
import { createMask } from '../report/mask.ts';
import { html, own, quoted } from './html.ts';
import type { Html } from './html.ts';
import { maskHtml } from './mask-html.ts';

const masked = (render: () => Html, ...secrets: readonly string[]): string => maskHtml(() => html`${render()}`.text, createMask(secrets).find);

/** Markup all of which the project says. */
const said =
  (page: string): (() => Html) =>
  () =>
    quoted(page);

describe('maskHtml', () => {
  it('masks what is read, and leaves what holds a page together', () => {
    const page = `<link href="../data/test.css"><a class="test" id="test" href="../test/data.html" title="a test">a test</a><script src="data/test.js"></script><style>.test{}</style>`;
    expect(masked(said(page), 'test', 'data')).toBe(
      `<link href="../data/test.css"><a class="test" id="test" href="../test/data.html" title="a ***">a ***</a><script src="data/test.js"></script><style>.test{}</style>`,
    );
  });

  it('finds secrets as HTML spells them', () => {
    expect(masked(said('<p>x &amp; a&amp;b&lt;c&quot; &amp;amp;</p>'), 'a&b<c"')).toBe('<p>x &amp; *** &amp;amp;</p>');
  });

  it('leaves words of the site as they are, and finds what only begins in them', () => {
    const page = (): Html => html`<h2 class="${'Tests'}">Tests ${own('Tests')}</h2><p title="Tests of ${'Tests'}">Tests of ${'a Tests'}, ${['x', 'Tests']}</p>`;
    expect(masked(page, 'Tests')).toBe('<h2 class="Tests">Tests Tests</h2><p title="Tests of ***">Tests of a ***, x***</p>');
    expect(masked(() => html`<code>${'main'}.${'orders'}</code> <b>tx ${'run'}</b> tx run`, 'main.orders', 'tx run')).toBe(
      '<code>***</code> <b>***</b> tx run',
    );
    expect(masked(page, 'nothing')).toBe('<h2 class="Tests">Tests Tests</h2><p title="Tests of Tests">Tests of a Tests, xTests</p>');
  });

  it('takes what was made before it looked for secrets for a text of the project', () => {
    const kept = html`<b>hunter22</b>`;
    expect(masked(() => html`<p>${kept} ${own('hunter22')} ${quoted('<i>hunter22</i>')}</p>`, 'hunter22')).toBe('<p><b>***</b> hunter22 <i>***</i></p>');
    expect(html`<p>${quoted('a')}</p>`.text).toBe('<p>a</p>');
  });

  it('cannot be led astray by texts with the letters that it uses itself', () => {
    const page = (): Html => html`<p>Tests ${'\u0002Tests\u0001'}</p><p>${quoted('\u0002Tests')}</p>`;
    expect(masked(page, 'Tests')).toBe('<p>Tests \ufffd***\ufffd</p><p>***</p>');
  });

  it('masks what a link asks for, and columns in names of places', () => {
    expect(masked(said('<a href="../nodes.html#tag=hunter22">'), 'hunter22', 'tag=')).toBe('<a href="../nodes.html#tag=***">');
    expect(masked(said('<tr id="c-hunter22"><a href="m.html#c-hunter22">'), 'hunter22')).toBe('<tr id="c-***"><a href="m.html#c-***">');
  });
});
