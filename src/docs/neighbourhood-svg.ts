/** Draws a node between its direct neighbours, as links in an image that needs no script. */
import { markPath, shortened } from './drawing.ts';
import { html, nothing } from './html.ts';
import type { Html } from './html.ts';
import { titleWords } from './page.ts';
import type { PageContext } from './page.ts';
import { trustOf } from './site.ts';
import type { SiteNode } from './site.ts';

const box = { width: 224, height: 34, gapX: 76, gapY: 10 } as const;
/** Of a side with more, the rest is a number; the lists below the image name them all. */
const mostShown = 10;
/** Characters that fit into a box. */
const longest = 27;

interface Placed {
  readonly node: SiteNode;
  readonly x: number;
  readonly y: number;
}

export function neighbourhoodSvg(context: PageContext, node: SiteNode): Html {
  const { site } = context;
  const parents = site.parentsOf(node.id);
  const children = site.childrenOf(node.id);
  if (parents.length === 0 && children.length === 0) return nothing;
  const sides = [parents, children].filter((side) => side.length > 0).length;
  const rows = Math.max(1, ...[parents, children].map((side) => Math.min(side.length, mostShown) + (side.length > mostShown ? 1 : 0)));
  const width = box.width * (sides + 1) + box.gapX * sides + 2;
  const height = rows * (box.height + box.gapY) - box.gapY + 2;
  const middleX = parents.length === 0 ? 1 : box.width + box.gapX + 1;
  const middle: Placed = { node, x: middleX, y: (height - box.height) / 2 };
  const left = placeSide(parents, 1, height);
  const right = placeSide(children, middleX + box.width + box.gapX, height);
  const edges = [
    ...left.placed.map((from) => edge(from.x + box.width, from.y, middle.x, middle.y)),
    ...right.placed.map((to) => edge(middle.x + box.width, middle.y, to.x, to.y)),
  ];
  const boxes = [...left.placed, ...right.placed].map((placed) => drawBox(context, placed, 'box'));
  return html`<svg class="near" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="group" aria-label="Direct neighbours of ${node.label}">
${edges}${drawBox(context, middle, 'box here')}${boxes}${left.more}${right.more}
</svg>`;
}

function placeSide(nodes: readonly SiteNode[], x: number, height: number): { readonly placed: readonly Placed[]; readonly more: Html } {
  const shown = nodes.slice(0, mostShown);
  const hidden = nodes.length - shown.length;
  const rows = shown.length + (hidden > 0 ? 1 : 0);
  const top = (height - rows * (box.height + box.gapY) + box.gapY) / 2;
  const yOf = (row: number): number => top + row * (box.height + box.gapY);
  const placed = shown.map((node, row) => ({ node, x, y: yOf(row) }));
  const more =
    hidden > 0
      ? html`<text class="more" x="${x + box.width / 2}" y="${yOf(shown.length) + box.height / 2 + 4}" text-anchor="middle">and ${hidden} more</text>`
      : nothing;
  return { placed, more };
}

function edge(x1: number, y1: number, x2: number, y2: number): Html {
  const half = box.height / 2;
  const bend = (x2 - x1) / 2;
  return html`<path class="edge" d="M${x1} ${y1 + half}C${x1 + bend} ${y1 + half} ${x2 - bend} ${y2 + half} ${x2} ${y2 + half}"/>`;
}

function drawBox(context: PageContext, { node, x, y }: Placed, name: string): Html {
  const verdict = trustOf(context.site, node);
  const drawn = html`<title>${titleWords(node, verdict)}</title><rect class="${name} ${node.kind}" x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="7"/><path class="dot ${verdict}" d="${markPath(verdict, x + 15, y + box.height / 2)}"/><text x="${x + 28}" y="${y + box.height / 2 + 4}">${shortened(node.label, longest)}</text>`;
  return name === 'box' ? html`<a href="${context.place.href(node.page)}">${drawn}</a>` : html`<g>${drawn}</g>`;
}
