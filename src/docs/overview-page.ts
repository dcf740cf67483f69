/** The first page: what the project is, in its own words and in numbers. */
import type { ResourceType } from '../graph/graph.ts';
import { changesText } from './changes-page.ts';
import type { Coverage, Share } from './coverage.ts';
import { percentOf } from './coverage.ts';
import { html, nothing, own } from './html.ts';
import type { Html } from './html.ts';
import { folderAnchor, isShown } from './list-pages.ts';
import { nodeLink, ownIfKnown, timeOf, verdictBadge } from './page.ts';
import type { PageBody, PageContext } from './page.ts';
import { countText } from './quantities.ts';
import { compareText, titleOf, trustOf, verdictOf } from './site.ts';
import type { Site, SiteNode } from './site.ts';

const kinds: readonly (readonly [ResourceType, string])[] = [
  ['model', 'models'],
  ['source', 'sources'],
  ['seed', 'seeds'],
  ['snapshot', 'snapshots'],
  ['exposure', 'exposures'],
  ['test', 'tests'],
];

/** Failing nodes named on the first page; the health page names all. */
const mostShown = 8;
/** More cards than these nobody reads. */
const mostEnds = 60;
const mostFolders = 400;
/** The page has the name of the project as its title already. */
const titleLine = /^\s*# (.*)\n/;
/** Characters of a text that may stand before everything else. */
const shortAbout = 1500;

export function overviewPage(coverage: Coverage): PageBody {
  return { page: 'index', title: own('Overview'), menu: 'index', main: (context) => overviewMain(context, coverage) };
}

function overviewMain(context: PageContext, coverage: Coverage): Html {
  const { site, place, markdown } = context;
  const { overview, graph } = site.input;
  const [run] = site.input.history.runs;
  const text = overview?.replace(titleLine, (line, title: string) => (title.trim().toLowerCase() === graph.project.toLowerCase() ? '' : line));
  const about = { length: text?.length ?? 0, html: text === undefined ? nothing : html`<section class="prose" aria-label="About">${markdown(text)}</section>` };
  return html`<div class="title"><h1>${graph.project}</h1></div>
<ul class="numbers">
${kinds.map(([kind, word]) => {
    const count = countKind(site, kind);
    const page = kind === 'test' ? place.href('tests') : place.href('nodes', kind);
    return count === 0 ? nothing : html`<li><a href="${page}"><b>${own(countText(count))}</b> ${own(count === 1 ? kind : word)}</a></li>\n`;
  })}${renderUnitTests(site)}<li><a href="${place.href('health')}"><b>${own(shareText(coverage.documented))}</b> documented</a></li>
<li><a href="${place.href('health')}"><b>${own(shareText(coverage.tested))}</b> tested</a></li>
</ul>
${run === undefined ? html`<p class="quiet">${own(site.nodes.size === 0 ? 'There is nothing in this project yet.' : 'Nothing has run yet.')}</p>` : html`<p class="lastrun">Last run: <code>tx ${ownIfKnown(run.command)}</code> on ${run.target}, ${timeOf(run.startedAt)} ${verdictBadge(verdictOf(run.status), run.status)}</p>`}
${renderChanges(context)}
${renderTroubles(context)}
${about.length <= shortAbout ? about.html : nothing}
${renderEnds(context)}
${renderFolders(context)}
${about.length <= shortAbout ? nothing : about.html}`;
}

/** Nothing to cover is no achievement. */
function shareText(share: Share): string {
  return share.whole === 0 ? '–' : `${percentOf(share)} %`;
}

/** They have no pages of their own: what they test is the code. */
function renderUnitTests({ input }: Site): Html {
  const count = [...input.graph.nodes.values()].filter(({ resourceType }) => resourceType === 'unit_test').length;
  return count === 0 ? nothing : html`<li><span><b>${own(countText(count))}</b> ${own(count === 1 ? 'unit test' : 'unit tests')}</span></li>\n`;
}

function countKind({ nodes }: Site, kind: ResourceType): number {
  let count = 0;
  for (const node of nodes.values()) if (node.kind === kind) count += 1;
  return count;
}

function renderChanges({ changes, place }: PageContext): Html {
  if (changes === undefined) return nothing;
  return html`<p class="lastrun">Compared with <code>${changes.earlier.folder}</code>: <a href="${place.href('changes')}">${own(changesText(changes))}</a></p>`;
}

function renderTroubles(context: PageContext): Html {
  const failing = context.site.listed.filter((node) => trustOf(context.site, node) === 'fail');
  if (failing.length === 0) return nothing;
  const more = failing.length - mostShown;
  return html`<section class="alert" aria-label="Failing"><p>${verdictBadge('fail')} ${failing.slice(0, mostShown).map((node, at) => html`${at > 0 ? ', ' : ''}${nodeLink(context, node)}`)}${
    more > 0 ? html` and <a href="${context.place.href('health')}">${own(countText(more))} more</a>` : nothing
  }</p></section>`;
}

/** What nothing else of the project reads: for most readers, what it is for. */
function renderEnds(context: PageContext): Html {
  const { site, place, markdown } = context;
  const ends = site.listed.filter(({ kind, id }) => kind === 'exposure' || (kind === 'model' && site.childrenOf(id).every((child) => child.kind === 'exposure')));
  if (ends.length === 0 || ends.length > mostEnds) return nothing;
  const heading = place.id('results');
  return html`<section><h2 id="${heading}">What it makes</h2>
<ul class="cards">${ends.map((node) => html`<li>${nodeLink(context, node, undefined, titleOf(node))} ${verdictBadge(trustOf(site, node))}<div class="quiet">${markdown(firstLine(node.node.description))}</div></li>
`)}</ul></section>`;
}

/** Where there is too much to name, what there is by folder. */
function renderFolders({ site, place }: PageContext): Html {
  if (site.listed.length <= mostEnds) return nothing;
  const folders = new Map<string, SiteNode[]>();
  for (const node of site.listed.filter(isShown)) {
    const list = folders.get(node.folder);
    if (list === undefined) folders.set(node.folder, [node]);
    else list.push(node);
  }
  if (folders.size > mostFolders) return nothing;
  const heading = place.id('folders');
  const items = [...folders].sort(([a], [b]) => compareText(a, b)).map(([folder, nodes]) => {
    const failing = nodes.filter((node) => trustOf(site, node) === 'fail').length;
    const anchor = folderAnchor(nodes[0]?.kind ?? 'model', folder);
    return html`<li><a href="${place.href('nodes', anchor)}">${folder === '' ? '/' : folder}</a> <span class="count">${own(countText(nodes.length))}</span>${failing > 0 ? html` ${verdictBadge('fail', `${countText(failing)} failing`)}` : nothing}</li>
`;
  });
  return html`<section><h2 id="${heading}">Folders <span class="count">${own(countText(folders.size))}</span></h2>
<ul class="folders">${items}</ul></section>`;
}

function firstLine(text: string): string {
  return text.split(/\n\s*\n/)[0] ?? '';
}
