/** The lineage explorer: shows what a selector means, and turns clicks into changes of it. */
import { protectPath } from '../../graph/selector-of-node.ts';
import { foldFolders } from '../fold-folders.ts';
import { withoutImplied } from '../implied-edges.ts';
import type { Edge } from '../depth-first.ts';
import { verdicts } from '../site-data.ts';
import { saidOf } from '../verdict-words.ts';
import type { SiteColumns } from '../site-data.ts';
import { makeColumnFlow } from './column-trace.ts';
import type { ColumnFlow, ColumnTrace } from './column-trace.ts';
import { downloadPng, downloadSvg } from './download.ts';
import { button, make } from './elements.ts';
import { readState, writeState } from './explorer-state.ts';
import type { ExplorerState } from './explorer-state.ts';
import { makeGraphView } from './graph-view.ts';
import type { Box, GraphView } from './graph-view.ts';
import { renderPanel } from './node-panel.ts';
import { makeLineage, nameOf, selectNodes } from './shown-nodes.ts';
import type { Lineage } from './shown-nodes.ts';
import { addressOf, readData } from './site-reader.ts';
import { depthOf, withDepth } from './terms.ts';

/** With more nodes folders are shown, unless the reader wants to see them. */
const mostNodes = 150;
/** With more nodes nothing could be seen, and drawing would take long. */
const mostDrawn = 2000;

const isSingle = (): boolean => document.documentElement.dataset['single'] !== undefined;

/** Takes the place of the drawing on the lineage page. */
export async function startExplorer(container: Element): Promise<void> {
  const lineage = makeLineage((await readData('index')));
  if (lineage.index.nodes.length === 0) return;
  const names = new Map(lineage.index.nodes.map((_, at) => [nameOf(lineage, at), at]));
  let state = readState(location.hash);
  let columns: SiteColumns | undefined;
  let flow: ColumnFlow | undefined;

  const change = (part: Partial<ExplorerState>): void => {
    // Another selection may again be too much to see.
    const next = { ...state, unfolded: state.unfolded && part.select === undefined, ...part };
    history.pushState(null, '', writeState(next, isSingle()));
    update();
  };
  const open = (key: string): void => {
    const page = lineage.index.nodes[Number(key)]?.[2];
    if (page !== undefined) location.href = addressOf(page);
  };
  const view = makeGraphView({
    choose: (key) => {
      if (key.startsWith('path:')) change({ select: key, node: undefined, column: undefined });
      else change({ node: nameOf(lineage, Number(key)), column: undefined });
    },
    open: (key) => (key.startsWith('path:') ? undefined : open(key)),
    expand: (key, side) => {
      const name = nameOf(lineage, Number(key));
      const depth = depthOf(state.select, name, side);
      change({ select: withDepth(state.select, name, side, depth === 'all' ? 'all' : depth + 1) });
    },
  });
  const frame = makeFrame(view, {
    select: (select) => change({ select, node: undefined, column: undefined }),
    copy: () => `tx ls --select '${state.select === '' ? '*' : state.select.replaceAll("'", `'\\''`)}'`,
  });
  container.replaceChildren(frame.element);

  const update = (): void => {
    // In a site of one file the address may name another page.
    if (isSingle() && !location.hash.startsWith('#lineage')) return;
    const before = state;
    state = readState(location.hash);
    frame.input.value = state.select;
    const found = state.select === '' ? { nodes: new Set(lineage.index.nodes.keys()) } : selectNodes(lineage, state.select);
    if ('problem' in found) return frame.tell(found.problem);
    const { nodes } = found;
    const isFolded = nodes.size > mostNodes && !(state.unfolded && nodes.size <= mostDrawn);
    if (before.select !== state.select || before.unfolded !== state.unfolded || view.element.querySelector('.node') === null) {
      const drawn = isFolded ? foldByFolder(lineage, nodes) : nodesOf(lineage, nodes);
      view.show(drawn.boxes, drawn.edges);
    }
    const shown = `${nodes.size.toLocaleString('en')} of ${lineage.index.nodes.length.toLocaleString('en')} nodes${isFolded ? ', by folder' : ''}.`;
    frame.tell(state.node === undefined && !isFolded ? `${shown} Choose one to see its columns, and to show more of what is around it.` : shown, isFolded && nodes.size <= mostDrawn ? () => change({ unfolded: true }) : undefined);
    frame.list(isFolded ? [] : [...nodes].map((node) => lineage.index.nodes[node]).flatMap((row) => (row === undefined ? [] : [[row[0], addressOf(row[2])] as const])));
    const chosen = state.node === undefined ? undefined : names.get(state.node);
    view.mark(chosen === undefined ? undefined : String(chosen));
    void showPanel(chosen);
  };

  /** The graph has the place of what does not stand beside it. */
  const showBeside = (parts: readonly Node[]): void => {
    const wasHidden = frame.panel.hidden;
    frame.panel.hidden = parts.length === 0;
    frame.panel.replaceChildren(...parts);
    if (wasHidden !== frame.panel.hidden) view.refit();
  };

  const showPanel = async (node: number | undefined): Promise<void> => {
    if (node === undefined) {
      view.trace(undefined);
      showBeside([]);
      return;
    }
    const asked = state;
    columns ??= await readData('columns');
    if (state.column !== undefined) flow ??= makeColumnFlow(columns, await readData('lineage'));
    if (asked !== state) return;
    const column = state.column === undefined ? -1 : (columns[node]?.indexOf(state.column) ?? -1);
    const trace: ColumnTrace | undefined = column < 0 ? undefined : flow?.trace(node, column);
    view.trace(trace === undefined ? undefined : { start: String(node), steps: trace.steps.map(({ from, to, kind }) => ({ from: String(from), to: String(to), words: kind })) });
    showBeside(renderPanel({ lineage, node, name: nameOf(lineage, node), state, columns, trace, change }));
  };
  addEventListener('popstate', update);
  addEventListener('hashchange', update);
  update();
}

function nodesOf(lineage: Lineage, nodes: ReadonlySet<number>): { readonly boxes: readonly Box[]; readonly edges: readonly Edge[] } {
  const shown = [...nodes];
  const places = new Map(shown.map((node, at) => [node, at]));
  const boxes = shown.flatMap((node): Box[] => {
    const row = lineage.index.nodes[node];
    if (row === undefined) return [];
    const kind = lineage.index.kinds[row[1]] ?? '';
    const hidden = (edges: readonly number[] | undefined): number => (edges ?? []).filter((other) => !nodes.has(other)).length;
    const verdict = verdicts[row[6]] ?? 'unknown';
    return [{ key: String(node), label: row[0], said: saidOf(kind, row[0], verdict), verdict, kind, hiddenUp: hidden(lineage.parents[node]), hiddenDown: hidden(lineage.children[node]) }];
  });
  const edges = shown.flatMap((node, from) => (lineage.children[node] ?? []).flatMap((child): Edge[] => {
    const to = places.get(child);
    return to === undefined ? [] : [[from, to]];
  }));
  return { boxes, edges };
}

function foldByFolder(lineage: Lineage, nodes: ReadonlySet<number>): { readonly boxes: readonly Box[]; readonly edges: readonly Edge[] } {
  const ownFolder = (node: number): string => (lineage.index.nodes[node]?.[3] ?? '').replace(/\/?[^/]*$/, '');
  const fold = foldFolders([...nodes].map(ownFolder));
  const folderOf = (node: number): string => fold(ownFolder(node));
  const counts = new Map<string, number>();
  for (const node of nodes) counts.set(folderOf(node), (counts.get(folderOf(node)) ?? 0) + 1);
  const folders = [...counts.keys()].sort();
  const places = new Map(folders.map((folder, at) => [folder, at]));
  const edges = new Map<string, Edge>();
  for (const node of nodes) {
    const from = places.get(folderOf(node));
    for (const child of lineage.children[node] ?? []) {
      const to = nodes.has(child) ? places.get(folderOf(child)) : undefined;
      if (from !== undefined && to !== undefined && from !== to) edges.set(`${from} ${to}`, [from, to]);
    }
  }
  const boxes = folders.map((folder): Box => ({ key: `path:${protectPath(folder)}`, label: `${folder.split('/').at(-1) ?? ''} (${(counts.get(folder) ?? 0).toLocaleString('en')})`, said: `${folder}: ${counts.get(folder) ?? 0} nodes`, verdict: 'unknown', kind: 'folder', hiddenUp: 0, hiddenDown: 0 }));
  return { boxes, edges: withoutImplied(boxes.length, [...edges.values()]) };
}

interface Frame {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  readonly panel: HTMLElement;
  readonly tell: (text: string, unfold?: () => void) => void;
  readonly list: (links: readonly (readonly [string, string])[]) => void;
}

function makeFrame(view: GraphView, actions: { readonly select: (text: string) => void; readonly copy: () => string }): Frame {
  const input = make('input', { type: 'text', 'aria-label': 'Selector', placeholder: 'Selector: +fct_orders, tag:finance, path:models/marts', spellcheck: 'false', autocomplete: 'off' });
  const status = make('p', { class: 'status', role: 'status' });
  const form = make('form', { class: 'selector' }, input, make('button', { type: 'submit' }, 'Show'), button('Whole project', '', () => actions.select('')));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    actions.select(input.value.trim());
  });
  const copy = button('Copy as tx command', '', () => {
    const text = actions.copy();
    // Pages from a disk may have no clipboard: then the text is there to be copied.
    navigator.clipboard?.writeText(text).catch(() => undefined);
    status.textContent = text;
  });
  const zooms = (['−', '+'] as const).map((sign) => {
    const element = button(sign, '', () => view.zoom(sign === '+' ? 1.3 : 1 / 1.3));
    element.setAttribute('aria-label', sign === '+' ? 'Larger' : 'Smaller');
    return element;
  });
  const tools = make('div', { class: 'buttons' }, ...zooms, button('Fit', '', view.fit), copy, button('SVG', '', () => downloadSvg(view.element)), button('PNG', '', () => void downloadPng(view.element)));
  const panel = make('aside', { class: 'panel', 'aria-label': 'Chosen node' });
  const names = make('details', { class: 'names' });
  const canvas = make('div', { class: 'explorer-canvas' });
  canvas.append(view.element);
  const element = make('div', { class: 'explorer' }, make('div', { class: 'explorer-tools' }, form, tools), status, make('div', { class: 'explorer-body' }, canvas, panel), names);
  return {
    element,
    input,
    panel,
    tell: (text, unfold) => status.replaceChildren(text, ...(unfold === undefined ? [] : [' ', button('Show every node', '', unfold)])),
    list: (links) => {
      names.hidden = links.length === 0;
      names.replaceChildren(make('summary', {}, 'Shown nodes as a list'), make('ul', {}, ...links.map(([label, href]) => make('li', {}, make('a', { href }, label)))));
    },
  };
}
