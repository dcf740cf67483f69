/** The frame of every page, and how pages name each other. */
import { html, Html } from './html.ts';
import type { RenderMarkdown } from './markdown.ts';
import { countText } from './quantities.ts';
import type { Site, SiteNode, Verdict } from './site.ts';
import type { Changes } from './changes.ts';

/** How a page names other pages and places in itself: by files, or by sections of one file. */
export interface Place {
  readonly href: (page: string, anchor?: string) => string;
  /** The id of a place on this page. */
  readonly id: (anchor: string) => string;
}

/** A page without its frame. */
export interface PageBody {
  /** `model/orders`. */
  readonly page: string;
  readonly title: string;
  /** The entry of the menu that it belongs to. */
  readonly menu: string;
  readonly main: (context: PageContext) => Html;
}

export interface PageContext {
  readonly site: Site;
  readonly place: Place;
  readonly markdown: RenderMarkdown;
  /** Where the project is compared with an earlier one. */
  readonly changes: Changes | undefined;
}

/** `model/orders` seen from `page`. */
export function placeInFolder(page: string): Place {
  const up = '../'.repeat(page.split('/').length - 1);
  return {
    href: (to, anchor) => {
      const hash = anchor === undefined ? '' : `#${anchor}`;
      return to === page && hash !== '' ? hash : `${up}${to}.html${hash}`;
    },
    id: (anchor) => anchor,
  };
}

const pages: readonly (readonly [string, string])[] = [
  ['index', 'Overview'],
  ['nodes', 'Nodes'],
  ['lineage', 'Lineage'],
  ['health', 'Health'],
  ['runs', 'Runs'],
  ['changes', 'Changes'],
];

/** The entries of the menu. */
export function menuOf(changes: Changes | undefined): typeof pages {
  return changes === undefined ? pages.filter(([page]) => page !== 'changes') : pages;
}

/** Nothing runs, loads or goes anywhere but what lies in the folder of the site. */
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'";

export function renderPage(body: PageBody, context: PageContext): string {
  const { site, place } = context;
  const up = '../'.repeat(body.page.split('/').length - 1);
  const project = site.input.graph.project;
  const assets = html`<link rel="stylesheet" href="${up}assets/site.css">
<script src="${up}assets/site.js"></script>`;
  return html`<!doctype html>
<html lang="en" data-root="${up}">
${renderHead(body.page === 'index' ? project : `${body.title} · ${project}`, policy, assets)}
<body>
${renderHeader(project, { current: body.menu, menu: menuOf(context.changes) }, place)}
<main id="main">
${body.main(context)}
</main>
</body>
</html>
`.text;
}

export function renderHead(title: string, contentPolicy: string, assets: Html): Html {
  return html`<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
${assets}
</head>`;
}

/** The bar at the top; `current` is the page of the menu that is shown. */
export function renderHeader(project: string, { current, menu }: { readonly current: string; readonly menu: typeof pages }, place: Place): Html {
  const items = menu.map(
    ([page, title]) => html`<li><a href="${place.href(page)}"${page === current ? new Html(' aria-current="true"') : ''}>${title}</a></li>`,
  );
  return html`<a class="skip" href="#main">Skip to content</a>
<header class="top"><div class="bar">
<a class="brand" href="${place.href('index')}">${project}</a>
<nav aria-label="Site"><ul>${items}</ul></nav>
<div class="tools"></div>
</div></header>`;
}

/** Something wide, which scrolls by itself; `label` is the id of its heading. */
export function sideways(label: string, content: Html): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="${label}">${content}</div>`;
}

/** A number in a table; `of` says what is counted where a narrow screen has no head of the column. */
export function numberCell(count: number | undefined, of: string): Html {
  return html`<td class="number" data-of="${of}">${count === undefined ? '' : countText(count)}</td>`;
}

/** A link to the page of a node. */
export function nodeLink({ place }: PageContext, node: SiteNode, anchor?: string, text: string = node.label): Html {
  return html`<a href="${place.href(node.page, anchor)}">${text}</a>`;
}

const words: Readonly<Record<Verdict, string>> = { ok: 'passing', warn: 'warning', fail: 'failing', unknown: 'not run' };

/** A verdict as a coloured dot with its word. */
export function verdictBadge(verdict: Verdict, word: string = words[verdict]): Html {
  return html`<span class="verdict ${verdict}">${word}</span>`;
}

/** A time that the script turns into `3 hours ago`; without it, it stays what it is. */
export function timeOf(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}
