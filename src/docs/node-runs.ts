/** How the last builds of a node went, as a trend and a table. */
import { reasonWords } from '../report/reason-words.ts';
import type { PastBuild } from '../state/history-reader.ts';
import { html, nothing, own } from './html.ts';
import type { Html, HtmlValue } from './html.ts';
import { numberCell, timeOf, verdictBadge } from './page.ts';
import type { PageContext } from './page.ts';
import { durationText } from './quantities.ts';
import { verdictOf } from './site.ts';
import type { SiteNode } from './site.ts';

/** What another version wrote may be none of ours. */
const words: ReadonlyMap<string, string> = new Map(Object.entries(reasonWords));

const bar = { width: 14, gap: 4, height: 56 } as const;

export function renderBuilds(context: PageContext, { id, label }: SiteNode): Html {
  const builds = context.site.input.history.builds.get(id) ?? [];
  if (builds.length === 0) return nothing;
  const heading = context.place.id('runs');
  const sets = builds.some(({ quarantined }) => quarantined !== undefined);
  return html`<section>
<h2 id="${heading}">Last builds <span class="count">${builds.length}</span></h2>
${builds.length > 1 ? drawTrend(builds, label) : nothing}
<div class="scroll" tabindex="0" role="region" aria-labelledby="${heading}"><table class="rows">
<thead><tr><th scope="col">When</th><th scope="col">Result</th><th scope="col">Took</th><th scope="col" class="number">Rows</th>${sets ? html`<th scope="col" class="number">Set aside</th>` : nothing}<th scope="col">Why</th></tr></thead>
<tbody>${builds.map((build) => renderBuild(build, sets))}</tbody></table></div>
</section>`;
}

function renderBuild({ startedAt, status, durationMs, rows, quarantined, reason, errorCode }: PastBuild, sets: boolean): Html {
  const aside = sets ? numberCell(quarantined, 'set aside') : nothing;
  return html`<tr><td>${timeOf(startedAt)}</td><td>${verdictBadge(verdictOf(status), status)}</td><td>${own(durationText(durationMs))}</td>${numberCell(rows, 'rows')}${aside}<td>${reasonText(reason)}${errorCode === undefined ? nothing : html` <code>${errorCode}</code>`}</td></tr>
`;
}

function reasonText(reason: string): HtmlValue {
  const said = words.get(reason);
  return said === undefined ? reason : own(said);
}

/** The newest at the right; a bar is as high as the build took long. */
function drawTrend(newestFirst: readonly PastBuild[], label: string): Html {
  const builds = newestFirst.toReversed();
  const longest = Math.max(...builds.map(({ durationMs }) => durationMs), 1);
  const width = builds.length * (bar.width + bar.gap) - bar.gap;
  const bars = builds.map(({ durationMs, status, startedAt }, at) => {
    const height = Math.max(3, Math.round((durationMs / longest) * bar.height));
    const said = `${startedAt.slice(0, 16).replace('T', ' ')} UTC: ${status}, ${durationText(durationMs)}`;
    return html`<rect class="${verdictOf(status)}" x="${at * (bar.width + bar.gap)}" y="${bar.height - height}" width="${bar.width}" height="${height}" rx="2"><title>${said}</title></rect>`;
  });
  return html`<svg class="trend" viewBox="0 0 ${width} ${bar.height}" width="${width}" height="${bar.height}" role="img" aria-label="How long the last ${builds.length} builds of ${label} took">${bars}</svg>`;
}
