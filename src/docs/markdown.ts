/** Turns Markdown of the project into HTML in which nothing runs, loads or points into our own folders. */
import MarkdownIt from 'markdown-it';
import { hideSecrets, MASK } from '../diagnostics/hide-secrets.ts';
import type { FindSecrets } from '../diagnostics/hide-secrets.ts';
import { escapeHtml, Html, quoted } from './html.ts';

/** Gives the HTML of a description. */
export type RenderMarkdown = (text: string) => Html;

/** Texts without any of these are what they look like. */
const marked = /[\\`*_[\]<>&#|~!\n:+=-]|^\s*\d+[.)]/;

/** A letter that no text has. */
const hidden = '\ue000';

/** Addresses that a reader may follow; anything else would be a file that the site does not have. */
const outside = /^(?:https?:|mailto:)/i;

export function createMarkdown(findSecrets?: FindSecrets): RenderMarkdown {
  const engine = new MarkdownIt({ html: false, linkify: false, typographer: false });
  const { rules } = engine.renderer;
  // A picture would be a request to somewhere else: its text stays.
  rules['image'] = (tokens, at) => engine.utils.escapeHtml(tokens[at]?.content ?? '');
  rules['link_open'] = (tokens, at, options, _env, renderer) => {
    const token = tokens[at];
    if (token === undefined || !outside.test(String(token.attrGet('href') ?? ''))) return '<span>';
    token.attrSet('rel', 'noopener noreferrer');
    return renderer.renderToken(tokens, at, options);
  };
  rules['link_close'] = (tokens, at) => {
    let depth = 0;
    for (let before = at - 1; before >= 0; before -= 1) {
      const token = tokens[before];
      if (token?.type === 'link_close') depth += 1;
      else if (token?.type === 'link_open') {
        if (depth === 0) return outside.test(String(token.attrGet('href') ?? '')) ? '</a>' : '</span>';
        depth -= 1;
      }
    }
    return '</span>';
  };
  engine.core.ruler.push('site', (state) => {
    for (const token of state.tokens) {
      // The strict policy of the pages has no place for `style`.
      const align = /text-align:(\w+)/.exec(String(token.attrGet('style') ?? ''))?.[1];
      if (align !== undefined) token.attrs = [['class', `align-${align}`]];
      if (token.type === 'th_open') token.attrPush(['scope', 'col']);
      // A page has one title, and it is not this one.
      if (/^h[1-6]$/.test(token.tag)) token.tag = `h${Math.min(6, Number(token.tag[1]) + 1)}`;
    }
  });
  // To Markdown stars are marks: what is hidden is a letter until it has been read. In an address it is written as bytes.
  const renderMasked = (source: string): string => {
    const text = hideSecrets(source, findSecrets, hidden);
    return text === source ? engine.render(source) : engine.render(text).replaceAll(hidden, MASK).replaceAll(encodeURI(hidden), MASK);
  };
  const known = new Map<string, Html>();
  return (text) => {
    const source = text.trim();
    if (source === '') return new Html('');
    const before = known.get(source);
    if (before !== undefined) return before;
    const rendered = marked.test(source) ? quoted(renderMasked(source)) : quoted(`<p>${escapeHtml(source)}</p>\n`);
    known.set(source, rendered);
    return rendered;
  };
}
