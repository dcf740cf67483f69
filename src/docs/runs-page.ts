/** The last runs, and what each of them built. */
import type { PastBuild, PastCheck, PastRun } from '../state/history-reader.ts';
import { html, nothing, own, trusted } from './html.ts';
import type { Html } from './html.ts';
import { nodeLink, numberCell, ownIfKnown, timeOf, verdictBadge } from './page.ts';
import type { PageBody, PageContext } from './page.ts';
import { countOf, countText, durationText } from './quantities.ts';
import { compareText, verdictOf } from './site.ts';

/** Runs that are shown with all that they built; of older ones only the line. */
const detailed = 10;
/** Of a run, so many of what failed and of what took longest. */
const mostRows = 200;

export const runsPage: PageBody = { page: 'runs', title: own('Runs'), menu: 'runs', main: runsMain };

interface Work {
  readonly builds: PastBuild[];
  readonly checks: PastCheck[];
}

function runsMain(context: PageContext): Html {
  const { runs, builds, checks } = context.site.input.history;
  if (runs.length === 0) return html`<div class="title"><h1>Runs</h1></div><p class="quiet">Nothing has run yet.</p>`;
  const work = new Map<string, Work>(runs.map(({ runId }) => [runId, { builds: [], checks: [] }]));
  for (const list of builds.values()) for (const build of list) work.get(build.runId)?.builds.push(build);
  for (const list of checks.values()) for (const check of list) work.get(check.runId)?.checks.push(check);
  return html`<div class="title"><h1>Runs</h1><p class="under quiet">${own(countOf(runs.length, 'run'))}${own(runs.length > 1 ? ', newest first' : '')}. A node is listed with its newest records only.</p></div>
${runs.map((run, at) => renderRun(context, run, work.get(run.runId) ?? { builds: [], checks: [] }, at))}`;
}

function renderRun(context: PageContext, run: PastRun, { builds, checks }: Work, at: number): Html {
  const took = run.endedAt === undefined ? '' : durationText(Date.parse(run.endedAt) - Date.parse(run.startedAt));
  const failed = checks.filter(({ status }) => verdictOf(status) !== 'ok');
  const counts = [
    builds.length === 0 ? '' : countOf(builds.length, 'build'),
    checks.length === 0 ? '' : countOf(checks.length, 'test'),
    failed.length === 0 ? '' : `${countText(failed.length)} not passing`,
  ].filter((text) => text !== '');
  const head = html`<code>tx ${ownIfKnown(run.command)}</code> ${run.target} ${timeOf(run.startedAt)} ${verdictBadge(verdictOf(run.status), run.status)} <span class="quiet">${own(took)}${own(counts.length === 0 || took === '' ? '' : ' · ')}${own(counts.join(', '))}</span>`;
  if (at >= detailed || builds.length + failed.length === 0) return html`<div class="run">${head}</div>\n`;
  const rows = [
    ...failed.toSorted((a, b) => compareText(a.node, b.node)).map((check) => row(context, check.node, check.status, '', numberCell(check.failures, 'failing'))),
    ...builds
      .toSorted((a, b) => b.durationMs - a.durationMs || compareText(a.node, b.node) || compareText(a.startedAt, b.startedAt))
      .map((build) => row(context, build.node, build.status, durationText(build.durationMs), numberCell(build.rows, 'rows'))),
  ];
  const more = rows.length - mostRows;
  return html`<details class="run"${at === 0 ? trusted(' open') : nothing}><summary>${head}</summary>
<table class="rows"><thead><tr><th scope="col">Node</th><th scope="col">Result</th><th scope="col">Took</th><th scope="col" class="number">Rows or failing</th></tr></thead><tbody>
${rows.slice(0, mostRows)}</tbody></table>${more > 0 ? html`<p class="quiet">and ${own(countText(more))} more</p>` : nothing}</details>
`;
}

function row(context: PageContext, id: string, status: string, took: string, count: Html): Html {
  const node = context.site.nodes.get(id);
  return html`<tr><td>${node === undefined ? html`${id}` : nodeLink(context, node)}</td><td>${verdictBadge(verdictOf(status), status)}</td><td>${own(took)}</td>${count}</tr>
`;
}
