/** The frame of every page, and how pages name each other. */
import { html, Html, own } from './html.ts';
import type { HtmlValue } from './html.ts';
import type { RenderMarkdown } from './markdown.ts';
import { countText } from './quantities.ts';
import type { Site, SiteNode } from './site.ts';
import type { Verdict } from './site-data.ts';
import { verdictWords } from './verdict-words.ts';
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
  readonly title: HtmlValue;
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
${renderHead(body.page === 'index' ? project : html`${body.title} · ${project}`, policy, assets)}
<body>
${renderHeader(project, { current: body.menu, menu: menuOf(context.changes) }, place)}
<main id="main">
${body.main(context)}
</main>
</body>
</html>
`.text;
}

export function renderHead(title: HtmlValue, contentPolicy: string, assets: Html): Html {
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
    ([page, title]) => html`<li><a href="${place.href(page)}"${page === current ? new Html(' aria-current="true"') : ''}>${own(title)}</a></li>`,
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
  return html`<td class="number" data-of="${of}">${count === undefined ? '' : own(countText(count))}</td>`;
}

/** A link to the page of a node. */
export function nodeLink({ place }: PageContext, node: SiteNode, anchor?: string, text: string = node.label): Html {
  return html`<a href="${place.href(node.page, anchor)}">${text}</a>`;
}

/** Words of results and commands, as records of runs have them. */
const known: ReadonlySet<string> = new Set([
  ...Object.values(verdictWords),
  ...'pass success warn fail failed error cancelled interrupted skipped retried fresh'.split(' '),
  'runtime error',
  'not checked',
  ...'build run test seed snapshot retry backfill promote clone replay'.split(' '),
]);

/** A verdict as a coloured dot with its word. */
export function verdictBadge(verdict: Verdict, word: string = verdictWords[verdict]): Html {
  return html`<span class="verdict ${verdict}">${ownIfKnown(word)}</span>`;
}

/** A word that the record of a run has: ours where it is one that `tx` writes. */
export function ownIfKnown(word: string): HtmlValue {
  return known.has(word) ? own(word) : word;
}

/** A verdict of something that has a name, by a dot and a word: who sees no colours, or nothing, must know too. What is as it should be is only said to those who listen. */
export function namedVerdict(verdict: Verdict, name: HtmlValue): Html {
  const isLoud = verdict === 'warn' || verdict === 'fail';
  return html`<span class="verdict ${verdict}">${name}<span class="${isLoud ? 'result' : 'unseen'}"> ${own(verdictWords[verdict])}</span></span>`;
}

/** What `saidOf` says, with our words marked as ours. */
export function titleWords({ kind, label }: SiteNode, verdict: Verdict): Html {
  return html`${own(kind)} ${label}${verdict === 'unknown' ? '' : own(`, ${verdictWords[verdict]}`)}`;
}

/** A time that the script turns into `3 hours ago`; without it, it stays what it is. */
export function timeOf(iso: string): Html {
  return html`<time datetime="${iso}">${own(iso.slice(0, 16).replace('T', ' '))} UTC</time>`;
}
