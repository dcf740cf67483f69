/** The columns of a node as a table: type, description, tests, where each comes from and where it is used. */
import type { ColumnEdge, ColumnRef } from '../analyze/column-graph.ts';
import type { SiteColumn } from './columns.ts';
import { canonicalJson, toPlain } from '../graph/plain-value.ts';
import { html, nothing, own } from './html.ts';
import type { Html } from './html.ts';
import { columnAnchor } from './page-names.ts';
import { namedVerdict, nodeLink } from './page.ts';
import type { PageContext } from './page.ts';
import { lastCheck, verdictOf } from './site.ts';
import type { SiteNode, TestOfNode } from './site.ts';
import { checkWords } from './test-words.ts';

/** Edges shown at once; the rest unfolds. */
const mostShown = 3;

/** What is said of how a value travels. */
export const edgeWords: Readonly<Record<ColumnEdge['kind'], string>> = {
  identity: 'unchanged',
  transformation: 'computed',
  aggregation: 'aggregated',
  opaque: 'not followed',
  filter: 'filters',
  join: 'joins',
  group_by: 'groups',
  sort: 'sorts',
  window: 'window',
  conditional: 'decides',
};

export function renderColumns(context: PageContext, node: SiteNode, columns: readonly SiteColumn[]): Html {
  if (columns.length === 0) {
    return html`<section><h2 id="${context.place.id('columns')}">Columns</h2>
<p class="quiet">Nothing is known of its columns: no description names them, and it does not stand in the database.</p></section>`;
  }
  const hasFlow = columns.some(({ from, to }) => from.length > 0 || to.length > 0);
  return html`<section>
<h2 id="${context.place.id('columns')}">Columns <span class="count">${columns.length}</span></h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="${context.place.id('columns')}"><table class="columns">
<thead><tr><th scope="col">Column</th><th scope="col">Description</th><th scope="col">Tests</th>${hasFlow ? html`<th scope="col">Comes from</th><th scope="col">Used by</th>` : nothing}</tr></thead>
<tbody>
${columns.map((column) => renderColumn(context, node, column, hasFlow))}
</tbody></table></div>
</section>`;
}

function renderColumn(context: PageContext, node: SiteNode, column: SiteColumn, hasFlow: boolean): Html {
  const { place, markdown } = context;
  const anchor = columnAnchor(column.name);
  const marks = [
    column.isKey ? html` <span class="mark">key</span>` : nothing,
    column.isPersonal ? html` <span class="mark">personal data</span>` : nothing,
    column.isGone ? html` <span class="mark">not there</span>` : nothing,
    ...column.tags.map((tag) => html` <span class="mark">${tag}</span>`),
  ];
  const flow = hasFlow
    ? html`<td>${renderEdges(context, column.from, ({ from }) => from, 'in')}</td><td>${renderEdges(context, column.to, ({ to }) => to, 'out')}</td>`
    : nothing;
  return html`<tr id="${place.id(anchor)}" data-column="${column.name}"><th scope="row"><a class="self" href="${place.href(node.page, anchor)}">${column.name}</a>${marks}<br><code class="type">${column.type ?? ''}${column.type !== undefined && column.isNeverNull ? ' not null' : ''}</code></th><td>${markdown(column.description)}${renderOrigin(context, column)}${renderMeta(column)}</td><td>${column.tests.map((entry) => renderTest(context, entry))}</td>${flow}</tr>
`;
}

function renderOrigin(context: PageContext, { inheritedFrom }: SiteColumn): Html {
  const owner = inheritedFrom === undefined ? undefined : context.site.nodes.get(inheritedFrom.node);
  if (inheritedFrom === undefined || owner === undefined) return nothing;
  return html`<p class="quiet">as in ${nodeLink(context, owner, columnAnchor(inheritedFrom.column), `${owner.label}.${inheritedFrom.column}`)}</p>`;
}

function renderMeta({ meta }: SiteColumn): Html {
  const entries = Object.entries(meta);
  if (entries.length === 0) return nothing;
  return html`<p class="quiet">${entries.map(([key, value]) => html`<code>${key}: ${typeof value === 'string' ? value : canonicalJson(toPlain(value))}</code> `)}</p>`;
}

function renderTest(context: PageContext, { page, test }: TestOfNode): Html {
  const verdict = verdictOf(lastCheck(context.site, page.id)?.status);
  return html`<a class="test" href="${context.place.href(page.page)}">${namedVerdict(verdict, checkWords(test))}</a> `;
}

function renderEdges(context: PageContext, edges: readonly ColumnEdge[], end: (edge: ColumnEdge) => ColumnRef, side: 'in' | 'out'): Html {
  if (edges.length === 0) return nothing;
  const items = edges.map((edge) => renderEdge(context, end(edge), edge.kind));
  if (items.length <= mostShown) return html`<ul class="flow ${side}">${items}</ul>`;
  return html`<details><summary>${edges.length} columns</summary><ul class="flow ${side}">${items}</ul></details>`;
}

function renderEdge(context: PageContext, { node, column }: ColumnRef, kind: ColumnEdge['kind']): Html {
  const owner = context.site.nodes.get(node);
  if (owner === undefined) return nothing;
  return html`<li>${nodeLink(context, owner, columnAnchor(column), `${owner.label}.${column}`)} <span class="how">${own(edgeWords[kind])}</span></li>`;
}
