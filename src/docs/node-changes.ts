/** What has changed of one node since an earlier project, on its own page and in lists. */
import type { ColumnRef } from '../analyze/column-graph.ts';
import { diffLines } from '../report/line-diff.ts';
import type { LineChange } from '../report/line-diff.ts';
import type { ColumnChange, How, NodeChange, TextChange, ValueChange } from './changes.ts';
import { html, nothing, own } from './html.ts';
import type { Html } from './html.ts';
import { columnAnchor } from './page-names.ts';
import { nodeLink } from './page.ts';
import type { PageContext } from './page.ts';
import { countOf, countText } from './quantities.ts';
import { wordOf } from './site.ts';
import type { SiteNode } from './site.ts';

/** Columns named at once; the rest unfolds. */
const mostShown = 4;
/** Of more than these the nearest are named. */
const mostListed = 100;

const howWords: Readonly<Record<How, string>> = { added: 'new', changed: 'changed', inherited: 'changed', removed: 'removed' };

/** A word beside the name of a node that is not what it was; nothing beside others. */
export function changeMark({ changes, place }: PageContext, { id, kind, page }: SiteNode): Html {
  const change = changes?.of.get(id);
  if (change === undefined) return nothing;
  const href = change.how === 'changed' || change.how === 'inherited' ? place.href(page, 'changed') : place.href('changes', kind === 'test' ? 'tests' : change.how);
  return html` <a class="change ${change.how}" href="${href}">${own(howWords[change.how])}</a>`;
}

/** The section of a changed node on its page. */
export function renderNodeChange(context: PageContext, { id, label }: SiteNode): Html {
  const { changes, place } = context;
  const change = changes?.of.get(id);
  if (changes === undefined || change === undefined || change.node === undefined || change.how === 'added') return nothing;
  const { words, config, columns, areColumnsKnown, descriptions, text } = change;
  const heading = place.id('changed');
  return html`<section class="changes">
<h2 id="${heading}">Changed <span class="count">since ${changes.earlier.folder}</span> <a class="beside" href="${place.href('changes')}">All changes</a></h2>
<p>${wordList(words)}${renderReach(context, change)}</p>
${config.length === 0 ? nothing : renderConfig(config, label)}
${columns.length === 0 ? nothing : html`<ul class="column-changes">${columns.map((column) => renderColumnChange(context, id, column))}</ul>`}
${areColumnsKnown || !['model', 'seed', 'snapshot', 'source'].includes(change.kind) ? nothing : html`<p class="quiet">Which columns it had is not known.</p>`}
${descriptions.map((entry) => renderDiff(entry, 'words'))}
${text === undefined ? nothing : renderDiff(text, 'code')}
</section>`;
}

export function wordList(words: readonly string[]): Html {
  return html`${words.map((word) => html`<span class="tag">${own(word)}</span> `)}`;
}

/** How many nodes read it, directly or through others, and which exposures. */
export function renderReach(context: PageContext, { reaches, node }: NodeChange): Html {
  if (reaches.length === 0) return nothing;
  const exposures = reaches.filter((reached) => reached.kind === 'exposure');
  const others = reaches.length - exposures.length;
  const named = exposures.slice(0, mostShown).map((exposure, at) => html`${at > 0 ? ', ' : ''}${nodeLink(context, exposure)}`);
  const more = exposures.length - mostShown;
  const count = others === 0 ? nothing : node === undefined ? html`${own(countOf(others, 'node'))}` : html`<a href="${exploreHref(context, node)}">${own(countOf(others, 'node'))}</a>`;
  return html`<span class="reach">reaches ${count}${others > 0 && exposures.length > 0 ? ' and ' : ''}${named}${more > 0 ? ` and ${countOf(more, 'more exposure')}` : nothing}</span>`;
}

/** The explorer with all that reads the node. */
function exploreHref({ site, place }: PageContext, node: SiteNode): string {
  const name = wordOf(site, node);
  return place.href('lineage', new URLSearchParams({ select: `${name}+`, node: name }).toString());
}

function renderConfig(config: readonly ValueChange[], label: string): Html {
  const cell = (value: string | undefined): Html => (value === undefined ? html`<span class="quiet">not set</span>` : html`<code>${value}</code>`);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Config of ${label}"><table class="config-changes"><thead><tr><th scope="col">Config</th><th scope="col">Before</th><th scope="col">Now</th></tr></thead>
<tbody>${config.map(({ key, before, after }) => html`<tr><th scope="row"><code>${key}</code></th><td>${cell(before)}</td><td>${cell(after)}</td></tr>
`)}</tbody></table></div>`;
}

const signs: Readonly<Record<ColumnChange['how'], readonly [string, string]>> = {
  added: ['+', 'added'],
  removed: ['−', 'removed'],
  retyped: ['~', 'other type'],
};

/** A line that names a column, its types, and the columns that get their values from it. */
export function renderColumnChange(context: PageContext, node: string, { name, how, before, after, reaches, decides }: ColumnChange): Html {
  const [sign, word] = signs[how];
  const owner = how === 'removed' ? undefined : context.site.nodes.get(node);
  const title = owner === undefined ? html`${name}` : nodeLink(context, owner, columnAnchor(name), name);
  const type = how === 'retyped' ? html`${before} → ${after}` : html`${after ?? before}`;
  return html`<li class="${how}"><span class="sign" aria-hidden="true">${own(sign)}</span> <b>${title}</b> <code class="type">${type}</code> <span class="how">${own(word)}</span>${renderColumnReach(context, reaches)}${renderDecides(context, decides)}</li>
`;
}

function renderColumnReach(context: PageContext, reaches: readonly ColumnRef[]): Html {
  if (reaches.length === 0) return nothing;
  return renderFolded('goes into', reaches.slice(0, mostListed).map((ref) => columnLink(context, ref)), countOf(reaches.length, 'column'), reaches.length);
}

function renderDecides(context: PageContext, decides: ColumnChange['decides']): Html {
  if (decides.length === 0) return nothing;
  const items = decides.slice(0, mostListed).map((id) => {
    const node = context.site.nodes.get(id);
    const label = context.changes?.earlier.project.nodes.get(id)?.label ?? id;
    return node === undefined ? html`<span>${label}</span>` : nodeLink(context, node);
  });
  return renderFolded('decides in', items, countOf(decides.length, 'node'), decides.length);
}

/** A few at once, more when somebody asks, and of very many the rest as a number: the explorer shows them all. */
function renderFolded(words: string, items: readonly Html[], count: string, whole: number): Html {
  const list = items.map((item, at) => html`${at > 0 ? ', ' : ''}${item}`);
  if (whole <= mostShown) return html`<div class="reach">${own(words)} ${list}</div>`;
  const more = whole - items.length;
  return html`<details class="reach"><summary>${own(words)} ${own(count)}</summary>${list}${more > 0 ? html` <span>and ${own(countText(more))} more</span>` : nothing}</details>`;
}

function columnLink(context: PageContext, { node, column }: ColumnRef): Html {
  const owner = context.site.nodes.get(node);
  const label = owner?.label ?? context.changes?.earlier.project.nodes.get(node)?.label ?? node;
  // What got its values from a column that is gone may be gone as well.
  const isThere = owner !== undefined && context.changes?.of.get(node)?.columns.some(({ name, how }) => name === column && how === 'removed') !== true;
  return isThere ? nodeLink(context, owner, columnAnchor(column), `${label}.${column}`) : html`<span>${label}.${column}</span>`;
}

/** Lines that went and lines that came. */
export function renderDiff({ title, before, after }: TextChange, kind: 'words' | 'code'): Html {
  const hunks = diffLines(before.trimEnd(), after.trimEnd());
  const lines = hunks.map((hunk, at) => html`${at > 0 ? html`<span class="cut">⋯\n</span>` : nothing}${hunk.map(renderLine)}`);
  return html`<figure class="pane diff ${kind}"><figcaption>${title}</figcaption><pre tabindex="0"><code>${lines}</code></pre></figure>`;
}

function renderLine({ edit, line }: LineChange): Html {
  // The end of a line inside of its block: copied with it, and no line of its own.
  if (edit === '+') return html`<ins>${line}
</ins>`;
  return edit === '-' ? html`<del>${line}
</del>` : html`<span>${line}
</span>`;
}
