/** The page of a model, seed, source, exposure or test. */
import { columnsOf } from './columns.ts';
import { html, nothing, own } from './html.ts';
import type { Html } from './html.ts';
import { neighbourhoodSvg } from './neighbourhood-svg.ts';
import { changeMark, renderNodeChange } from './node-changes.ts';
import { renderCode } from './node-code.ts';
import { renderColumns } from './node-columns.ts';
import { formOf, renderFacts } from './node-facts.ts';
import { renderBuilds } from './node-runs.ts';
import { columnAnchor } from './page-names.ts';
import { nodeLink, numberCell, timeOf, verdictBadge } from './page.ts';
import type { PageBody, PageContext } from './page.ts';
import { countOf } from './quantities.ts';
import { lastCheck, titleOf, verdictOf, wordOf } from './site.ts';
import type { SiteNode, TestOfNode } from './site.ts';
import { checkWords } from './test-words.ts';

export function nodePage(node: SiteNode): PageBody {
  return { page: node.page, title: titleOf(node), menu: 'nodes', main: (context) => (node.kind === 'test' ? testMain : nodeMain)(context, node) };
}

function nodeMain(context: PageContext, page: SiteNode): Html {
  const columns = page.kind === 'exposure' ? [] : columnsOf(context.site, page);
  return html`${renderTitle(context, page)}
${renderFacts(context, page)}
${renderNodeChange(context, page)}
${renderLineage(context, page)}
${page.kind === 'exposure' ? nothing : renderColumns(context, page, columns)}
${renderTests(context, page)}
${renderUnitTests(context, page)}
${renderBuilds(context, page)}
${renderCode(context, page.node)}`;
}

function renderTitle(context: PageContext, page: SiteNode): Html {
  const { site, place, markdown } = context;
  const { node, kind, folder } = page;
  const { editUrl } = site.input;
  const folders = folder.split('/').filter((part) => part !== '');
  const source = node.resourceType === 'source' ? node.sourceDescription : '';
  return html`<nav class="crumbs" aria-label="Folder"><a href="${place.href('nodes')}">${site.input.graph.project}</a>${folders.map((part) => html` / ${part}`)}</nav>
<div class="title"><p class="kind">${own(kind)} <span>${formOf(node)}</span></p>
<h1>${titleOf(page)}</h1>
<p class="under">${node.tags.map((tag) => html`<a class="tag" href="${place.href('nodes', new URLSearchParams({ tag }).toString())}">${tag}</a> `)}${changeMark(context, page)}${
    editUrl === undefined ? nothing : html`<a class="edit" href="${editUrl(node.path)}" rel="noopener noreferrer">Edit in repository</a>`
  }</p></div>
<div class="prose lead">${markdown(node.description)}${source === '' ? nothing : html`<div class="quiet">${markdown(source)}</div>`}${
    kind !== 'test' && node.description === '' && source === '' ? html`<p class="quiet">No description yet.</p>` : nothing
  }</div>
${renderErrors(context, page)}`;
}

function renderErrors({ site }: PageContext, { id, kind }: SiteNode): Html {
  const errors = site.input.errors.get(id);
  if (errors === undefined) return nothing;
  return html`<section class="alert" aria-label="Errors">${errors.map((message) => html`<p>cannot be ${own(kind === 'test' ? 'run' : 'built')}: ${message}</p>`)}</section>`;
}

function renderLineage(context: PageContext, page: SiteNode): Html {
  const { site, place } = context;
  const parents = site.parentsOf(page.id);
  const children = site.childrenOf(page.id);
  if (parents.length === 0 && children.length === 0) return nothing;
  const heading = place.id('lineage');
  const list = (title: string, nodes: readonly SiteNode[]): Html =>
    nodes.length === 0
      ? nothing
      : html`<div><dt>${own(title)} <span class="count">${nodes.length}</span></dt>${nodes.map((node) => html`<dd>${nodeLink(context, node)}</dd>`)}</div>`;
  return html`<section>
<h2 id="${heading}">Lineage <a class="beside" href="${exploreHref(context, page)}">Explore</a></h2>
<div class="scroll canvas" tabindex="0" role="region" aria-labelledby="${heading}">${neighbourhoodSvg(context, page)}</div>
<details class="names"><summary>${own(countOf(parents.length, 'input'))}, ${own(countOf(children.length, 'use'))}</summary><dl>${list('Built from', parents)}${list('Used by', children)}</dl></details>
</section>`;
}

/** The explorer with one step to each side. */
function exploreHref({ site, place }: PageContext, node: SiteNode): string {
  const name = wordOf(site, node);
  return place.href('lineage', new URLSearchParams({ select: `1+${name}+1`, node: name }).toString());
}

/** Tests of the node as a whole, and of its columns once more with what they found. */
function renderTests(context: PageContext, page: SiteNode): Html {
  const tests = context.site.testsOf(page.id);
  if (tests.length === 0) return nothing;
  const heading = context.place.id('tests');
  return html`<section>
<h2 id="${heading}">Tests <span class="count">${tests.length}</span></h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="${heading}"><table class="rows">
<thead><tr><th scope="col">Test</th><th scope="col">Column</th><th scope="col">Last result</th><th scope="col" class="number">Failing</th><th scope="col">When</th></tr></thead>
<tbody>${tests.map((entry) => renderTest(context, page, entry))}</tbody></table></div>
</section>`;
}

function renderTest(context: PageContext, owner: SiteNode, { page, test, column }: TestOfNode): Html {
  const check = lastCheck(context.site, page.id);
  const on = column === undefined ? nothing : nodeLink(context, owner, columnAnchor(column), column);
  return html`<tr><td>${nodeLink(context, page, undefined, checkWords(test))}</td><td>${on}</td><td>${verdictBadge(verdictOf(check?.status), check?.status)}</td>${numberCell(check?.failures, 'failing')}<td>${check === undefined ? '' : timeOf(check.at)}</td></tr>
`;
}

/** Tests of the query of a model, with made-up rows; they have no page of their own. */
function renderUnitTests({ site, place, markdown }: PageContext, page: SiteNode): Html {
  const { graph } = site.input;
  const tests = (graph.children.get(page.node.id) ?? []).flatMap((id) => {
    const node = graph.nodes.get(id);
    return node?.resourceType === 'unit_test' && node.model === page.node.id ? [node] : [];
  });
  if (tests.length === 0) return nothing;
  const heading = place.id('unit-tests');
  const rows = tests.map(({ id, name, description }) => {
    const check = lastCheck(site, id);
    return html`<tr><td><code>${name}</code></td><td>${description === '' ? nothing : markdown(description)}</td><td>${verdictBadge(verdictOf(check?.status), check?.status)}</td>${numberCell(check?.failures, 'differ')}<td>${check === undefined ? '' : timeOf(check.at)}</td></tr>
`;
  });
  return html`<section>
<h2 id="${heading}">Unit tests <span class="count">${tests.length}</span></h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="${heading}"><table class="rows">
<thead><tr><th scope="col">Unit test</th><th scope="col">Says</th><th scope="col">Last result</th><th scope="col" class="number">Rows that differ</th><th scope="col">When</th></tr></thead>
<tbody>${rows}</tbody></table></div>
</section>`;
}

function testMain(context: PageContext, page: SiteNode): Html {
  const { site, place } = context;
  const checks = site.input.history.checks.get(page.id) ?? [];
  const { node } = page;
  if (node.resourceType !== 'test') return nothing;
  const subjects = node.dependsOn.flatMap(({ id }) => site.nodes.get(id) ?? []);
  const heading = place.id('results');
  return html`${renderTitle(context, page)}
<dl class="facts"><div><dt>Last result</dt><dd>${verdictBadge(verdictOf(checks[0]?.status), checks[0]?.status)}</dd></div>
<div><dt>Looks at</dt><dd>${subjects.map((subject, at) => html`${at > 0 ? ', ' : ''}${nodeLink(context, subject)}`)}</dd></div>
${node.test.kind === 'generic' && node.test.column !== undefined ? html`<div><dt>Column</dt><dd><code>${node.test.column}</code></dd></div>` : nothing}
<div><dt>Fails</dt><dd>${node.config.severity === 'warn' ? own('never: it only warns') : `if failures ${node.config.errorIf.text}`}</dd></div>
${node.config.where === undefined || !site.input.code ? nothing : html`<div><dt>Only where</dt><dd><code>${node.config.where}</code></dd></div>`}</dl>
${checks.length === 0 ? html`<p class="quiet">It has not run yet.</p>` : html`<section><h2 id="${heading}">Last results <span class="count">${checks.length}</span></h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="${heading}"><table class="rows"><thead><tr><th scope="col">When</th><th scope="col">Result</th><th scope="col" class="number">Failing</th><th scope="col" class="number">Looked at</th></tr></thead>
<tbody>${checks.map((check) => html`<tr><td>${timeOf(check.at)}</td><td>${verdictBadge(verdictOf(check.status), check.status)}</td>${numberCell(check.failures, 'failing')}${numberCell(check.rows, 'looked at')}</tr>
`)}</tbody></table></div></section>`}
${renderNodeChange(context, page)}
${renderCode(context, node)}`;
}
