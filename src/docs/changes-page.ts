/** What has changed since an earlier project: nodes that came, went or are others, and what they reach. */
import type { Changes, How, NodeChange } from './changes.ts';
import { html, nothing, own } from './html.ts';
import type { Html } from './html.ts';
import { renderColumnChange, renderDiff, renderReach, wordList } from './node-changes.ts';
import { nodeLink, timeOf } from './page.ts';
import type { PageBody, PageContext } from './page.ts';
import { countOf, countText } from './quantities.ts';
import type { SiteNode } from './site.ts';

const groups: readonly (readonly [How, string])[] = [
  ['added', 'Added'],
  ['changed', 'Changed'],
  ['inherited', 'Changed by what they read'],
  ['removed', 'Removed'],
];

const testKinds: readonly string[] = ['test', 'unit_test'];

export function changesPage(changes: Changes): PageBody {
  return { page: 'changes', title: own('What changed'), menu: 'changes', main: (context) => changesMain(context, changes) };
}

/** `2 added, 1 changed`. */
export function changesText({ all }: Changes): string {
  const shown = all.filter(({ kind }) => !testKinds.includes(kind));
  const counts = groups.flatMap(([how, title]) => {
    const count = shown.filter((change) => change.how === how).length;
    return count === 0 ? [] : [`${countText(count)} ${title.toLowerCase()}`];
  });
  const tests = all.length - shown.length;
  if (tests > 0) counts.push(`${countOf(tests, 'test')} changed`);
  return counts.length === 0 ? 'nothing has changed' : counts.join(', ');
}

function changesMain(context: PageContext, changes: Changes): Html {
  const { all, earlier, exposures } = changes;
  const { folder, project } = earlier;
  const nodes = all.filter(({ kind }) => !testKinds.includes(kind));
  const tests = all.filter(({ kind }) => testKinds.includes(kind));
  return html`<div class="title"><h1>What changed</h1><p class="under quiet"><span>since <code>${folder}</code>${project.writtenAt === undefined ? nothing : html`, written ${timeOf(project.writtenAt)}`}</span></p></div>
${project.isOurs ? nothing : html`<p class="quiet">Another program wrote its manifest: the SQL of every node counts as changed.</p>`}
<ul class="numbers">${groups.map(([how, title]) => {
    const count = nodes.filter((change) => change.how === how).length;
    if (count === 0 && how === 'inherited') return nothing;
    const number = html`<b>${own(countText(count))}</b> ${own(title.toLowerCase())}`;
    return html`<li>${count === 0 ? html`<span>${number}</span>` : html`<a href="${context.place.href('changes', how)}">${number}</a>`}</li>\n`;
  })}<li><span><b>${own(countText(exposures.size))}</b> ${own(exposures.size === 1 ? 'exposure' : 'exposures')} reached</span></li></ul>
${all.length === 0 ? html`<p class="quiet">Nothing has changed.</p>` : nothing}
${renderExposures(context, exposures)}
${groups.map(([how, title]) => renderGroup(context, title, nodes.filter((change) => change.how === how)))}
${renderTests(context, tests)}`;
}

function renderExposures(context: PageContext, exposures: ReadonlyMap<SiteNode, readonly NodeChange[]>): Html {
  if (exposures.size === 0) return nothing;
  return html`<section><h2 id="${context.place.id('exposures')}">Exposures that changes reach <span class="count">${own(countText(exposures.size))}</span></h2>
<ul class="cards">${[...exposures].map(([exposure, by]) => html`<li>${nodeLink(context, exposure)}<div class="quiet">by ${renderBy(context, by)}</div></li>
`)}</ul></section>`;
}

const mostNamed = 6;

function renderBy(context: PageContext, by: readonly NodeChange[]): Html {
  const more = by.length - mostNamed;
  return html`${by.slice(0, mostNamed).map((change, at) => html`${at > 0 ? ', ' : ''}${nameOf(context, change)}`)}${more > 0 ? ` and ${countText(more)} more` : nothing}`;
}

function nameOf(context: PageContext, { node, label, how }: NodeChange): Html {
  return node === undefined ? html`<span>${label}</span>` : nodeLink(context, node, how === 'changed' || how === 'inherited' ? 'changed' : undefined, label);
}

function renderGroup(context: PageContext, title: string, changes: readonly NodeChange[]): Html {
  const [first] = changes;
  if (first === undefined) return nothing;
  return html`<section><h2 id="${context.place.id(first.how)}">${own(title)} <span class="count">${own(countText(changes.length))}</span></h2>
<ul class="changed-nodes">${changes.map((change) => renderChange(context, change))}</ul></section>`;
}

function renderChange(context: PageContext, change: NodeChange): Html {
  const { kind, id, words, columns, how, text, descriptions } = change;
  const details = how === 'removed' && (text !== undefined || descriptions.length > 0 || columns.length > 0);
  const list = columns.length === 0 ? nothing : html`<ul class="column-changes">${columns.map((column) => renderColumnChange(context, id, column))}</ul>`;
  return html`<li><p><span class="what">${own(kind)}</span> <b>${nameOf(context, change)}</b> ${wordList(words)}${renderReach(context, change)}</p>
${
  details
    ? html`<details><summary>What it was</summary>${descriptions.map((entry) => renderDiff(entry, 'words'))}${list}${text === undefined ? nothing : renderDiff(text, 'code')}</details>`
    : list
}</li>
`;
}

function renderTests(context: PageContext, tests: readonly NodeChange[]): Html {
  if (tests.length === 0) return nothing;
  return html`<section><h2 id="${context.place.id('tests')}">Tests <span class="count">${own(countText(tests.length))}</span></h2>
<ul class="changed-nodes">${tests.map((change) => html`<li><p><span class="what">${own(change.how)}</span> ${nameOf(context, change)} ${wordList(change.words)}</p></li>
`)}</ul></section>`;
}
