/** The template of a node and the SQL that it compiles to, side by side. */
import { hasColumnSlots } from '../compile/column-slots.ts';
import type { GraphNode } from '../graph/graph.ts';
import { highlightSql } from './highlight-sql.ts';
import { html, nothing } from './html.ts';
import type { Html } from './html.ts';
import type { PageContext } from './page.ts';

/** Undefined also where the columns that a text is written from are not known. */
function compiledOf(node: GraphNode): { readonly full: string; readonly later: string | undefined } | undefined {
  if (node.resourceType === 'snapshot' && !hasColumnSlots(node.full)) return { full: node.full.sql, later: node.current.sql };
  const text = node.resourceType === 'model' ? node.full : node.resourceType === 'test' ? node.test.text : undefined;
  if (text === undefined || hasColumnSlots(text)) return undefined;
  return { full: text.sql, later: node.resourceType === 'model' ? node.incremental?.sql : undefined };
}

export function renderCode({ site, place }: PageContext, node: GraphNode): Html {
  if (!site.input.code) return nothing;
  const compiled = compiledOf(node);
  const source = compiled === undefined ? undefined : site.input.rawText(node.path);
  if (compiled === undefined || source === undefined) return nothing;
  const heading = place.id('code');
  const pane = (title: string, note: string, text: string): Html =>
    html`<figure class="pane"><figcaption>${title} <span>${note}</span></figcaption><pre tabindex="0"><code>${highlightSql(text.trim())}</code></pre></figure>`;
  return html`<section>
<h2 id="${heading}">Code</h2>
<div class="panes">${pane('Source', node.path, source)}${pane('Compiled', compiled.later === undefined ? '' : 'first build', compiled.full)}${
    compiled.later === undefined || compiled.later === compiled.full ? nothing : pane('Compiled', 'later builds', compiled.later)
  }</div>
</section>`;
}
