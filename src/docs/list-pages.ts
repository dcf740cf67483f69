/** The lists: all nodes by kind, and all tests. */
import type { ResourceType } from '../graph/graph.ts';
import { html, nothing, own } from './html.ts';
import type { Html } from './html.ts';
import { changeMark } from './node-changes.ts';
import { formOf, ownerOf } from './node-facts.ts';
import { nodeLink, numberCell, sideways, timeOf, verdictBadge } from './page.ts';
import type { PageBody, PageContext } from './page.ts';
import { fileName } from './page-names.ts';
import { firstLine, plainText } from './plain-text.ts';
import { countOf, countText } from './quantities.ts';
import { compareText, lastCheck, titleOf, trustOf, verdictOf } from './site.ts';
import type { SiteNode } from './site.ts';

const kinds: readonly (readonly [ResourceType, string])[] = [
  ['exposure', 'Exposures'],
  ['model', 'Models'],
  ['seed', 'Seeds'],
  ['snapshot', 'Snapshots'],
  ['source', 'Sources'],
];

export const nodesPage: PageBody = { page: 'nodes', title: own('Nodes'), menu: 'nodes', main: nodesMain };

function nodesMain(context: PageContext): Html {
  const { site, place } = context;
  const tests = site.nodes.size - site.listed.length;
  return html`<div class="title"><h1>Nodes</h1><p class="under quiet">${own(countOf(site.listed.length, 'node'))}${tests === 0 ? nothing : html`, <a href="${place.href('tests')}">${own(countOf(tests, 'test'))}</a>`}</p></div>
<div data-filters></div>
${kinds.map(([kind, title]) => renderKind(context, kind, title))}`;
}

function renderKind(context: PageContext, kind: ResourceType, title: string): Html {
  const nodes = context.site.listed.filter((node) => node.kind === kind && isShown(node));
  if (nodes.length === 0) return nothing;
  const folders = groupByFolder(nodes);
  const heading = context.place.id(kind);
  return html`<section data-kind="${kind}"><h2 id="${heading}">${own(title)} <span class="count">${own(countText(nodes.length))}</span></h2>
<table class="nodes"><thead><tr><th scope="col">Name</th><th scope="col">Form</th><th scope="col">Description</th><th scope="col">Trust</th></tr></thead>
${[...folders].sort(([a], [b]) => compareText(a, b)).map(([folder, inside]) => html`<tbody id="${context.place.id(folderAnchor(kind, folder))}" data-folder="${folder}"><tr class="folder"><th colspan="4" scope="rowgroup">${folder}</th></tr>
${inside.map((node) => renderRow(context, node))}</tbody>`)}</table></section>`;
}

/** `docs: {show: false}` keeps a node off the lists; its page and its place in lineage stay. */
export function isShown({ node }: SiteNode): boolean {
  const docs = node.rawConfig['docs']?.value;
  return !(typeof docs === 'object' && docs !== null && 'show' in docs && docs['show'] === false);
}

/** The place of a folder on the list. */
export function folderAnchor(kind: ResourceType, folder: string): string {
  return `${kind}-${fileName(folder === '' ? 'root' : folder)}`;
}

function groupByFolder(nodes: readonly SiteNode[]): Map<string, SiteNode[]> {
  const folders = new Map<string, SiteNode[]>();
  for (const node of nodes) folders.set(node.folder, [...(folders.get(node.folder) ?? []), node]);
  return folders;
}

/** Letters of a description that stand in a list. */
const longestLine = 200;

function renderRow(context: PageContext, node: SiteNode): Html {
  const line = firstLine(context.site.mask(plainText(context.markdown, node.node.description)), longestLine);
  const owner = ownerOf(context.site, node.node);
  return html`<tr data-node${owner === '' ? nothing : html` data-owner="${owner}"`}><td>${nodeLink(context, node)}${titleOf(node) === node.label ? nothing : html` <span class="quiet">${titleOf(node)}</span>`}${node.node.tags.map((tag) => html` <span class="tag">${tag}</span>`)}${changeMark(context, node)}</td><td>${formOf(node.node)}</td><td>${line}</td><td>${verdictBadge(trustOf(context.site, node))}</td></tr>
`;
}

export const testsPage: PageBody = { page: 'tests', title: own('Tests'), menu: 'nodes', main: testsMain };

function testsMain(context: PageContext): Html {
  const { site } = context;
  const tests = [...site.nodes.values()].filter(({ kind }) => kind === 'test').sort((a, b) => compareText(a.label, b.label));
  return html`<div class="title"><h1 id="${context.place.id('all')}">Tests</h1><p class="under quiet">${own(countOf(tests.length, 'test'))}</p></div>
${tests.length === 0 ? nothing : renderTests(context, tests, context.place.id('all'))}`;
}

/** The table of tests with what they found last. */
export function renderTests(context: PageContext, tests: readonly SiteNode[], heading: string): Html {
  const table = html`<table class="rows tests"><thead><tr><th scope="col">Test</th><th scope="col">Looks at</th><th scope="col">Last result</th><th scope="col" class="number">Failing</th><th scope="col">When</th></tr></thead><tbody>
${tests.map((test) => renderTest(context, test))}</tbody></table>`;
  return sideways(heading, table);
}

function renderTest(context: PageContext, test: SiteNode): Html {
  const { site } = context;
  const check = lastCheck(site, test.id);
  const { node } = test;
  const attached = node.resourceType === 'test' && node.test.kind === 'generic' ? [node.test.attachedTo] : node.dependsOn.map(({ id }) => id);
  const subjects = attached.flatMap((id) => site.nodes.get(id) ?? []);
  return html`<tr><td>${nodeLink(context, test)}${changeMark(context, test)}</td><td>${subjects.map((subject, at) => html`${at > 0 ? ', ' : ''}${nodeLink(context, subject)}`)}</td><td>${verdictBadge(verdictOf(check?.status), check?.status)}</td>${numberCell(check?.failures, 'failing')}<td>${check === undefined ? '' : timeOf(check.at)}</td></tr>
`;
}
