/** The template of a node and the SQL that it compiles to, side by side. */
import type { GraphNode } from '../graph/graph.ts';
import { compiledOf } from './compiled-sql.ts';
import { highlightSql } from './highlight-sql.ts';
import { html, nothing, own } from './html.ts';
import type { Html, HtmlValue } from './html.ts';
import type { PageContext } from './page.ts';

export function renderCode({ site, place }: PageContext, node: GraphNode): Html {
  if (!site.input.code) return nothing;
  const compiled = compiledOf(node);
  const source = compiled === undefined ? undefined : site.input.rawText(node.path);
  if (compiled === undefined || source === undefined) return nothing;
  const heading = place.id('code');
  const pane = (title: string, note: HtmlValue, text: string): Html =>
    html`<figure class="pane"><figcaption>${own(title)} <span>${note}</span></figcaption><pre tabindex="0"><code>${highlightSql(site.mask(text.trim()))}</code></pre></figure>`;
  return html`<section>
<h2 id="${heading}">Code</h2>
<div class="panes">${pane('Source', node.path, source)}${pane('Compiled', compiled.later === undefined ? '' : own('first build'), compiled.full)}${
    compiled.later === undefined || compiled.later === compiled.full ? nothing : pane('Compiled', own('later builds'), compiled.later)
  }</div>
</section>`;
}
