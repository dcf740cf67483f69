/** What stands beside the graph: the chosen node, its columns, and what can be shown of it. */
import type { SiteColumns } from '../site-data.ts';
import { verdicts } from '../site-data.ts';
import { verdictWords } from '../verdict-words.ts';
import { columnAnchor } from '../page-names.ts';
import type { ColumnTrace, TracedColumn } from './column-trace.ts';
import { button, make } from './elements.ts';
import type { ExplorerState } from './explorer-state.ts';
import { nameOf } from './shown-nodes.ts';
import type { Lineage } from './shown-nodes.ts';
import { addressOf } from './site-reader.ts';
import { depthOf, isPinned, withDepth, withPin } from './terms.ts';
import type { Side } from './terms.ts';

export interface PanelInput {
  readonly lineage: Lineage;
  readonly node: number;
  readonly name: string;
  readonly state: ExplorerState;
  readonly columns: SiteColumns | undefined;
  readonly trace: ColumnTrace | undefined;
  readonly change: (state: Partial<ExplorerState>) => void;
}

export function renderPanel(input: PanelInput): readonly Node[] {
  const { lineage, node, name, state, change } = input;
  const row = lineage.index.nodes[node];
  if (row === undefined) return [];
  const [label, kind, page, , , form, number, , description] = row;
  const verdict = verdicts[number] ?? 'unknown';
  const pinned = isPinned(state.select, name);
  const pin = button(pinned ? 'Unpin' : 'Pin', '', () => change({ select: withPin(state.select, name, !pinned) }));
  return [
    make('p', { class: 'kind' }, lineage.index.kinds[kind] ?? '', ' ', make('span', {}, lineage.index.forms[form] ?? '')),
    make('h2', {}, make('a', { href: addressOf(page) }, label)),
    make('p', {}, make('span', { class: `verdict ${verdict}` }, verdictWords[verdict])),
    make('p', { class: 'quiet' }, description),
    sideControls(input, 'up', 'Inputs'),
    sideControls(input, 'down', 'Uses'),
    make('p', { class: 'buttons' }, pin, button('Only this', '', () => change({ select: `1+${name}+1` }))),
    ...(input.trace === undefined ? [] : renderTrace(input, input.trace)),
    ...columnList(input),
  ];
}

function sideControls({ name, state, change }: PanelInput, side: Side, title: string): HTMLElement {
  const depth = depthOf(state.select, name, side);
  const set = (to: number | 'all'): void => change({ select: withDepth(state.select, name, side, to) });
  const less = button('−', '', () => set(depth === 'all' ? 1 : Math.max(0, depth - 1)));
  const more = button('+', '', () => set(depth === 'all' ? 'all' : depth + 1));
  const all = button('all', '', () => set('all'));
  less.setAttribute('aria-label', `${title}: one step less`);
  more.setAttribute('aria-label', `${title}: one step more`);
  all.setAttribute('aria-label', `${title}: all of them`);
  less.disabled = depth === 0;
  more.disabled = depth === 'all';
  all.disabled = depth === 'all';
  return make('div', { class: 'steps', role: 'group', 'aria-label': title }, make('span', {}, title), less, make('output', {}, String(depth)), more, all);
}

function columnList({ node, state, columns, change }: PanelInput): readonly Node[] {
  const names = columns?.[node] ?? [];
  if (names.length === 0) return [];
  const items = names.map((name) => {
    const isChosen = state.column === name;
    const choose = button(name, isChosen ? 'column chosen' : 'column', () => change({ column: isChosen ? undefined : name }));
    choose.setAttribute('aria-pressed', String(isChosen));
    return make('li', {}, choose);
  });
  return [make('h3', {}, 'Columns'), make('ul', { class: 'column-list' }, ...items)];
}

/** Where the column comes from and where it goes, as links. */
function renderTrace({ lineage, columns, node: start, change }: PanelInput, { up, down }: ColumnTrace): readonly Node[] {
  const list = (title: string, steps: readonly TracedColumn[]): readonly Node[] => {
    if (steps.length === 0) return [];
    const items = steps.map(({ node, column, kind }) => {
      const row = lineage.index.nodes[node];
      const name = columns?.[node]?.[column] ?? '';
      return make('li', {}, make('a', { href: addressOf(row?.[2] ?? '', columnAnchor(name)) }, `${row?.[0] ?? ''}.${name}`), ' ', make('span', { class: 'how' }, kind));
    });
    return [make('h3', {}, title), make('ul', { class: 'flow' }, ...items)];
  };
  if (up.length + down.length === 0) return [make('p', { class: 'quiet' }, 'Made here, and used nowhere.')];
  const path = new Set([...up.map(({ node }) => node), start, ...down.map(({ node }) => node)]);
  const show = button('Show the whole path', '', () => change({ select: [...path].map((node) => nameOf(lineage, node)).join(' ') }));
  return [...list('Comes from', up), ...list('Goes into', down), make('p', { class: 'buttons' }, show)];
}
