/** What is described, tested, fresh and failing. */
import type { Coverage, CoverageGap, Share } from './coverage.ts';
import { percentOf } from './coverage.ts';
import { html, nothing, own } from './html.ts';
import type { Html } from './html.ts';
import { renderTests } from './list-pages.ts';
import { nodeLink, sideways, timeOf, verdictBadge } from './page.ts';
import type { PageBody, PageContext } from './page.ts';
import { countOf, countText } from './quantities.ts';
import { lastBuild, lastCheck, verdictOf } from './site.ts';
import type { Site, SiteNode } from './site.ts';

export function healthPage(coverage: Coverage): PageBody {
  return { page: 'health', title: own('Health'), menu: 'health', main: (context) => healthMain(context, coverage) };
}

function healthMain(context: PageContext, coverage: Coverage): Html {
  const { site, place } = context;
  const failing = [...site.nodes.values()].filter(
    ({ kind, id }) => kind === 'test' && ['fail', 'warn'].includes(verdictOf(lastCheck(site, id)?.status)),
  );
  const broken = site.listed.filter(({ id }) => verdictOf(lastBuild(site, id)?.status) === 'fail');
  return html`<div class="title"><h1>Health</h1></div>
<ul class="meters">${meter('Documented', coverage.documented, 'nodes and columns')}${meter('Tested', coverage.tested, 'models, seeds and sources')}${meter('Passing', passing(site), 'tests that have run')}</ul>
${renderErrors(context)}
${section(place.id('failing'), 'Failing or warning tests', failing.length, failing.length === 0 ? html`<p class="quiet">None.</p>` : renderTests(context, failing, place.id('failing')))}
${broken.length === 0 ? nothing : section(place.id('builds'), 'Failed builds', broken.length, html`<ul class="cards">${broken.map((node) => renderBroken(context, node))}</ul>`)}
${renderFreshness(context)}
${section(place.id('gaps'), 'Not described or not tested', coverage.gaps.length, coverage.gaps.length === 0 ? html`<p class="quiet">Nothing.</p>` : sideways(place.id('gaps'), renderGaps(context, coverage.gaps)))}`;
}

/** What cannot be built or run as it stands in the project, whatever its last build was. */
function renderErrors(context: PageContext): Html {
  const { site, place } = context;
  const { errors } = site.input;
  if (errors.size === 0) return nothing;
  const lines = [...errors].flatMap(([id, messages]) => {
    const node = site.nodes.get(id);
    const name = node === undefined ? html`<code>${id}</code>` : nodeLink(context, node);
    return messages.map((message) => html`<li>${name} cannot be ${own(node?.kind === 'test' ? 'run' : 'built')}: ${message}</li>`);
  });
  return section(place.id('errors'), 'Errors', errors.size, html`<ul class="cards">${lines}</ul>`);
}

function section(heading: string, title: string, count: number, content: Html): Html {
  return html`<section><h2 id="${heading}">${own(title)} <span class="count">${own(countText(count))}</span></h2>
${content}</section>`;
}

function meter(title: string, share: Share, of: string): Html {
  const percent = percentOf(share);
  const shown = share.whole === 0 ? 0 : percent;
  // Browsers draw a `meter` each in its own way.
  return html`<li><span class="meter-title">${own(title)}</span><b>${own(share.whole === 0 ? '–' : `${percent} %`)}</b><svg class="meter" viewBox="0 0 100 1" preserveAspectRatio="none" role="meter" aria-label="${own(title)}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${shown}"><rect width="${shown}" height="1"/></svg><span class="quiet">${own(countText(share.part))} of ${own(countText(share.whole))} ${own(of)}</span></li>`;
}

function passing(site: Site): Share {
  const ran = [...site.nodes.values()].flatMap(({ kind, id }) => {
    const check = kind === 'test' ? lastCheck(site, id) : undefined;
    return check === undefined ? [] : [verdictOf(check.status)];
  });
  return { part: ran.filter((verdict) => verdict === 'ok').length, whole: ran.length };
}

function renderBroken(context: PageContext, node: SiteNode): Html {
  const build = lastBuild(context.site, node.id);
  return html`<li>${nodeLink(context, node)} ${build === undefined ? nothing : html`${timeOf(build.startedAt)} <code>${build.errorCode ?? build.status}</code>`}</li>`;
}

function renderFreshness(context: PageContext): Html {
  const { site, place } = context;
  const sources = site.listed.filter(({ node, id }) => ('freshness' in node && node.freshness !== undefined) || site.input.freshness.has(id));
  if (sources.length === 0) return nothing;
  const rows = sources.map((source) => {
    const found = site.input.freshness.get(source.id);
    return html`<tr><td>${nodeLink(context, source)}</td><td>${verdictBadge(verdictOf(found?.status), found === undefined ? 'not checked' : found.status === 'pass' ? 'fresh' : found.status)}</td><td>${found?.loadedAt === undefined ? '' : timeOf(found.loadedAt)}</td><td>${found?.checkedAt === undefined ? '' : timeOf(found.checkedAt)}</td></tr>
`;
  });
  return section(
    place.id('freshness'),
    'Freshness',
    sources.length,
    sideways(place.id('freshness'), html`<table class="rows"><thead><tr><th scope="col">Data</th><th scope="col">Age</th><th scope="col">Newest row</th><th scope="col">Checked</th></tr></thead><tbody>${rows}</tbody></table>`),
  );
}

function renderGaps(context: PageContext, gaps: readonly CoverageGap[]): Html {
  const rows = gaps.map(({ node, isDescribed, undescribedColumns, isTested }) => {
    const missing = [
      isDescribed ? '' : 'no description',
      undescribedColumns === 0 ? '' : `${countOf(undescribedColumns, 'column')} without description`,
      isTested ? '' : 'no test',
    ].filter((text) => text !== '');
    return html`<tr><td>${nodeLink(context, node)}</td><td class="quiet">${own(missing.join(', '))}</td></tr>
`;
  });
  return html`<table class="rows gaps"><thead><tr><th scope="col">Node</th><th scope="col">Missing</th></tr></thead><tbody>
${rows}</tbody></table>`;
}
