/** The whole site as one page, to be sent to somebody: pages are sections, of which one is shown. */
import { createHash } from 'node:crypto';
import { collectData } from './data-files.ts';
import { html, trusted } from './html.ts';
import type { RenderMarkdown } from './markdown.ts';
import type { Changes } from './changes.ts';
import { menuOf, renderHead, renderHeader } from './page.ts';
import type { PageBody, Place } from './page.ts';
import type { Site } from './site.ts';
import type { SiteAssets } from './site-input.ts';

function placeInFile(page: string): Place {
  return {
    href: (to, anchor) => `#${to}${anchor === undefined ? '' : `:${anchor}`}`,
    id: (anchor) => `${page}:${anchor}`,
  };
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** JSON that ends no element: what may begin a tag is written as an escape. */
function inlineJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026');
}

/** What no other file begins with. */
export const singleFileStart = '<!doctype html>\n<html lang="en" data-single>';

/** What is inlined is named by its hash in the policy: nothing else runs. */
export function renderSingleFile(
  { site, changes, markdown }: { readonly site: Site; readonly changes: Changes | undefined; readonly markdown: RenderMarkdown },
  bodies: readonly PageBody[],
  { script, style }: SiteAssets,
): string {
  const { project } = site.input.graph;
  const policy = `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
  const data = Object.entries(collectData(site, markdown)).map(
    ([name, value]) => html`<script type="application/json" data-name="${name}">${trusted(inlineJson(value))}</script>\n`,
  );
  const pages = bodies.map((body) => {
    const context = { site, place: placeInFile(body.page), markdown, changes };
    return html`<section class="page" id="${body.page}" data-menu="${body.menu}" data-title="${body.title}">
${body.main(context)}
</section>
`;
  });
  const assets = html`<style>${trusted(style)}</style>
<script>${trusted(script)}</script>`;
  return html`${trusted(singleFileStart)}
${renderHead(project, policy, assets)}
<body>
${renderHeader(project, { current: '', menu: menuOf(changes) }, placeInFile('index'))}
<main id="main">
${pages}</main>
${data}</body>
</html>
`.text;
}
