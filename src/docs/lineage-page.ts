/** The project as one image: all nodes while they are few, folders when they are many. The script turns it into the explorer. */
import { boxSize, drawLayout, markPath, shortened } from './drawing.ts';
import { html, nothing, own } from './html.ts';
import type { Html } from './html.ts';
import { foldFolders } from './fold-folders.ts';
import { withoutImplied } from './implied-edges.ts';
import { folderAnchor, isShown } from './list-pages.ts';
import { layOut } from './layered-layout.ts';
import type { Edge } from './depth-first.ts';
import { sideways, titleWords } from './page.ts';
import type { PageBody, PageContext } from './page.ts';
import { countOf, countText } from './quantities.ts';
import { compareText, trustOf } from './site.ts';
import type { SiteNode } from './site.ts';
import type { Verdict } from './site-data.ts';

export const lineagePage: PageBody = { page: 'lineage', title: own('Lineage'), menu: 'lineage', main: lineageMain };

/** More boxes than this show nothing any more. */
const mostNodes = 80;

interface Box {
  readonly label: string;
  readonly href: string;
  readonly verdict: Verdict;
  readonly title: Html;
}

function lineageMain(context: PageContext): Html {
  const { site, place } = context;
  const isSmall = site.listed.length <= mostNodes;
  const { boxes, edges } = isSmall ? allNodes(context) : allFolders(context);
  const what = isSmall ? countOf(boxes.length, 'node') : `${countOf(boxes.length, 'folder')} of ${countOf(site.listed.length, 'node')}`;
  return html`<div class="title"><h1 id="${place.id('all')}">Lineage</h1><p class="under quiet">${own(what)}</p></div>
<div data-explorer>${boxes.length === 0 ? nothing : sideways(place.id('all'), drawBoxes(boxes, edges))}</div>`;
}

function allNodes({ site, place }: PageContext): { readonly boxes: readonly Box[]; readonly edges: readonly Edge[] } {
  const positions = new Map(site.listed.map(({ id }, at) => [id, at]));
  const boxes = site.listed.map((node): Box => {
    const verdict = trustOf(site, node);
    return { label: node.label, href: place.href(node.page), verdict, title: titleWords(node, verdict) };
  });
  const edges = site.listed.flatMap(({ id }, from) => site.childrenOf(id).map((child): Edge => [from, positions.get(child.id) ?? from]));
  return { boxes, edges };
}

function allFolders({ site, place }: PageContext): { readonly boxes: readonly Box[]; readonly edges: readonly Edge[] } {
  const fold = foldFolders(site.listed.map(({ folder }) => folder));
  const inside = new Map<string, SiteNode[]>();
  for (const node of [...site.listed].sort((one, other) => compareText(one.folder, other.folder))) {
    const list = inside.get(fold(node.folder));
    if (list === undefined) inside.set(fold(node.folder), [node]);
    else list.push(node);
  }
  const positions = new Map([...inside.keys()].map((folder, at) => [folder, at]));
  const edges = new Map<string, Edge>();
  for (const { id, folder } of site.listed) {
    for (const child of site.childrenOf(id)) {
      const edge: Edge = [positions.get(fold(folder)) ?? 0, positions.get(fold(child.folder)) ?? 0];
      if (edge[0] !== edge[1]) edges.set(edge.join(' '), edge);
    }
  }
  const boxes = [...inside].map(([folder, nodes]): Box => {
    const first = nodes.find(isShown);
    return {
      label: `${folder.split('/').at(-1) ?? ''} (${countText(nodes.length)})`,
      href: first === undefined ? place.href('nodes') : place.href('nodes', folderAnchor(first.kind, first.folder)),
      verdict: 'unknown',
      title: html`${folder}: ${own(countOf(nodes.length, 'node'))}`,
    };
  });
  return { boxes, edges: withoutImplied(boxes.length, [...edges.values()]) };
}

function drawBoxes(boxes: readonly Box[], edges: readonly Edge[]): Html {
  const drawing = drawLayout(layOut(boxes.length, edges), edges);
  const [width, height] = [drawing.width + 2, drawing.height + 2];
  const drawn = boxes.map(({ label, href, verdict, title }, at) => {
    const { x, y } = drawing.boxes[at] ?? { x: 0, y: 0 };
    return html`<a href="${href}"><title>${title}</title><rect class="box" x="${x + 1}" y="${y + 1}" width="${boxSize.width}" height="${boxSize.height}" rx="7"/><path class="dot ${verdict}" d="${markPath(verdict, x + 15, y + 17)}"/><text x="${x + 27}" y="${y + 21}">${shortened(label)}</text></a>
`;
  });
  return html`<svg class="graph" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="group" aria-label="Lineage">
${drawing.paths.map((path) => html`<path class="edge" d="${path}" transform="translate(1 1)"/>`)}
${drawn}</svg>`;
}
