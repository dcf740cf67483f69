/** Renders the whole site, file by file, so that no more than one page is held at a time. */
import { changesPage } from './changes-page.ts';
import { findChanges } from './changes.ts';
import type { Changes } from './changes.ts';
import type { Coverage } from './coverage.ts';
import { measureCoverage } from './coverage.ts';
import { renderData } from './data-files.ts';
import { healthPage } from './health-page.ts';
import { lineagePage } from './lineage-page.ts';
import { nodesPage, testsPage } from './list-pages.ts';
import { createMarkdown } from './markdown.ts';
import { maskHtml } from './mask-html.ts';
import { nodePage } from './node-page.ts';
import { overviewPage } from './overview-page.ts';
import { placeInFolder, renderPage } from './page.ts';
import type { PageBody } from './page.ts';
import { runsPage } from './runs-page.ts';
import { renderSingleFile } from './single-file.ts';
import { buildSite } from './site.ts';
import type { Site } from './site.ts';
import type { SiteAssets, SiteFile, SiteInput } from './site-input.ts';

export interface RenderedSite {
  readonly coverage: Coverage;
  /** Without secrets, as they can be written. */
  readonly files: Iterable<SiteFile>;
  /** The same as one page. */
  readonly single: () => string;
}

export function renderSite(input: SiteInput, assets: SiteAssets): RenderedSite {
  const site = buildSite(input);
  const shown = { site, changes: findChanges(site), coverage: measureCoverage(site) };
  return {
    coverage: shown.coverage,
    files: renderFiles(shown, assets),
    single: () => maskHtml(() => renderSingleFile({ ...shown, markdown: createMarkdown(input.findSecrets) }, bodiesOf(shown), assets), input.findSecrets),
  };
}

interface Shown {
  readonly site: Site;
  readonly changes: Changes | undefined;
  readonly coverage: Coverage;
}

function bodiesOf({ site, changes, coverage }: Shown): readonly PageBody[] {
  const compared = changes === undefined ? [] : [changesPage(changes)];
  return [overviewPage(coverage), nodesPage, testsPage, lineagePage, healthPage(coverage), runsPage, ...compared, ...[...site.nodes.values()].map(nodePage)];
}

function* renderFiles(shown: Shown, { script, style }: SiteAssets): Generator<SiteFile, void, undefined> {
  const { site, changes } = shown;
  const { findSecrets } = site.input;
  const markdown = createMarkdown(findSecrets);
  yield { path: 'assets/site.css', text: style };
  yield { path: 'assets/site.js', text: script };
  yield* renderData(site, markdown);
  for (const body of bodiesOf(shown)) {
    yield { path: `${body.page}.html`, text: maskHtml(() => renderPage(body, { site, changes, place: placeInFolder(body.page), markdown }), findSecrets) };
  }
}
