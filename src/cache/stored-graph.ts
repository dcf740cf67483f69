/** The graph over the rows of the cache: the same as one that is built from nodes in memory. */
import type { Declarations } from '../compile/declarations.ts';
import type { DisabledNode, NodeId } from '../compile/compiled.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import { linkNodes } from '../graph/link-nodes.ts';
import type { NodeOrder } from '../graph/position-map.ts';
import { namedEdges, PositionMap } from '../graph/position-map.ts';
import type { FoldIdentifier } from '../graph/source-links.ts';
import { damaged } from './damaged.ts';
import type { NodeRows } from './node-rows.ts';
import type { Store } from './store.ts';

/** Links the nodes of the store anew; gives the problems of the graph. */
export function linkStore({ nodes, views, graph }: Store, fold: FoldIdentifier): readonly Diagnostic[] {
  const byId = sortRows(nodes, graph.byId.numbers.subarray(0, graph.byId.count));
  const numbers = new Int32Array(nodes.nodes.count).fill(-1);
  byId.forEach((row, number) => (numbers[row] = number));
  const offsets = new Int32Array(byId.length + 1);
  const targets: number[] = [];
  byId.forEach((row, at) => {
    for (const parent of nodes.parentsOf(row)) {
      const number = numbers[parent] ?? -1;
      if (number < 0) damaged(`${nodes.idOf(row)} refers to ${nodes.idOf(parent)}, which is gone`);
      targets.push(number);
    }
    offsets[at + 1] = targets.length;
  });
  const list: readonly GraphNode[] = Array.from(byId, (row) => views.get(row));
  const { value, diagnostics } = linkNodes(list, { offsets, targets: Int32Array.from(targets) }, fold);
  const order = value.sorted.map((number) => byId[number] ?? 0);
  graph.replace(byId, Int32Array.from(order), value.edges);
  return diagnostics;
}

/** All rows that hold a node, by its id. Those that were sorted before stay so: newcomers are put between them. */
function sortRows(nodes: NodeRows, before: Int32Array): Int32Array<ArrayBuffer> {
  const isKnown = new Uint8Array(nodes.nodes.count);
  for (const row of before) isKnown[row] = 1;
  const kept = before.filter((row) => !nodes.isGone(row));
  const added: { readonly row: number; readonly id: NodeId }[] = [];
  for (let row = 0; row < nodes.nodes.count; row += 1)
    if (isKnown[row] === 0 && !nodes.isGone(row)) added.push({ row, id: nodes.idOf(row) });
  added.sort((a, b) => (a.id < b.id ? -1 : 1));
  const sorted = new Int32Array(kept.length + added.length);
  let [from, to] = [0, 0];
  for (const { row, id } of added) {
    const end = firstAfter(nodes, kept, id, from);
    sorted.set(kept.subarray(from, end), to);
    to += end - from;
    sorted[to] = row;
    to += 1;
    from = end;
  }
  sorted.set(kept.subarray(from), to);
  return sorted;
}

/** Where the first row from `from` on stands whose id is greater. */
function firstAfter(nodes: NodeRows, rows: Int32Array, id: NodeId, from: number): number {
  let [low, high] = [from, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (nodes.idOf(rows[middle] ?? 0) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface GraphParts {
  readonly declared: { readonly [K in keyof Declarations]: () => Declarations[K] };
  readonly project: string;
  readonly broken: ReadonlySet<NodeId>;
  readonly disabled: () => readonly DisabledNode[];
}

/** The graph of a store that is linked. */
export function graphOfStore({ nodes, views, graph }: Store, parts: GraphParts): Graph {
  const order = graph.order.numbers.subarray(0, graph.order.count);
  const rowAt = (position: number): number => order[position] ?? damaged(`no node stands at ${position}`);
  let places: Int32Array | undefined;
  const placeOf = (row: number): number => (places ??= placesOf(order, nodes.nodes.count))[row] ?? -1;
  const at: NodeOrder = {
    size: order.length,
    idAt: (position) => views.get(rowAt(position)).id,
    positionOf: (id) => {
      const row = nodes.find(id);
      const position = row === undefined ? -1 : placeOf(row);
      return position < 0 ? undefined : position;
    },
  };
  let ids: readonly NodeId[] | undefined;
  let disabled: readonly DisabledNode[] | undefined;
  const declared: { -readonly [K in keyof Declarations]?: Declarations[K] } = {};
  let edges: Graph['edges'] | undefined;
  const both = (): Graph['edges'] => (edges ??= { parents: graph.parents, children: graph.children });
  return {
    project: parts.project,
    nodes: new PositionMap(at, (position) => views.get(rowAt(position))),
    get parents() {
      return namedEdges(at, both().parents);
    },
    get children() {
      return namedEdges(at, both().children);
    },
    get order() {
      return (ids ??= Array.from(order, (row) => views.get(row).id));
    },
    positions: new PositionMap(at, (position) => position),
    nodeAt: (position) => views.get(rowAt(position)),
    kindAt: (position) => {
      const kind = nodes.kindOf(rowAt(position));
      return kind === 'other' ? views.get(rowAt(position)).resourceType : kind;
    },
    get edges() {
      return both();
    },
    broken: parts.broken,
    get disabled() {
      return (disabled ??= parts.disabled());
    },
    get groups() {
      return (declared.groups ??= parts.declared.groups());
    },
    get macros() {
      return (declared.macros ??= parts.declared.macros());
    },
    get docBlocks() {
      return (declared.docBlocks ??= parts.declared.docBlocks());
    },
    get selectors() {
      return (declared.selectors ??= parts.declared.selectors());
    },
  };
}

function placesOf(order: Int32Array, count: number): Int32Array {
  const places = new Int32Array(count).fill(-1);
  order.forEach((row, position) => (places[row] = position));
  return places;
}
