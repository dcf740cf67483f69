/**
 * Places the nodes of a graph in layers from left to right, so that edges go to the right and few of them cross.
 * Stock layouts take minutes for some thousand nodes. Used by pages when they are made and by the script of the site.
 */
import { walkDepthFirst } from './depth-first.ts';
import type { Edge } from './depth-first.ts';

export interface Layout {
  /** Column of each node, from 0. */
  readonly layers: readonly number[];
  /** Row of each node, not always whole; rows of one layer are at least 1 apart, and the least is 0. */
  readonly rows: readonly number[];
  /** For each edge the rows at which it passes the layers between its ends. */
  readonly bends: readonly (readonly number[])[];
  readonly width: number;
  readonly height: number;
}

/** With more points than this between the ends of edges, long edges go straight. */
const mostBends = 20_000;
const sweeps = 6;

interface Points {
  readonly layerOf: number[];
  readonly up: number[][];
  readonly down: number[][];
  readonly chains: readonly (readonly number[])[];
}

/** More nodes without any edge than this stand in a grid below the others, and not one below the other. */
const mostLoose = 6;
/** Columns for each node of a grid that is as wide as high, squared: boxes are much wider than high. */
const gridShape = 0.25;

export function layOut(count: number, edges: readonly Edge[]): Layout {
  const tied = new Uint8Array(count);
  for (const [from, to] of edges) tied[from] = tied[to] = 1;
  const all = Array.from(tied.keys());
  const loose = all.filter((node) => tied[node] === 0);
  if (loose.length <= mostLoose) return layOutTied(count, edges);
  const joined = all.filter((node) => tied[node] === 1);
  const places = new Map(joined.map((node, at) => [node, at]));
  const above = layOutTied(
    joined.length,
    edges.map(([from, to]): Edge => [places.get(from) ?? 0, places.get(to) ?? 0]),
  );
  const columns = Math.max(above.width, Math.ceil(Math.sqrt(loose.length * gridShape)));
  const inGrid = new Map(loose.map((node, at) => [node, { layer: at % columns, row: Math.ceil(above.height) + Math.floor(at / columns) }]));
  return {
    layers: all.map((node) => inGrid.get(node)?.layer ?? above.layers[places.get(node) ?? 0] ?? 0),
    rows: all.map((node) => inGrid.get(node)?.row ?? above.rows[places.get(node) ?? 0] ?? 0),
    bends: above.bends,
    width: Math.min(columns, loose.length),
    height: Math.ceil(above.height) + Math.ceil(loose.length / columns),
  };
}

function layOutTied(count: number, edges: readonly Edge[]): Layout {
  const forward = withoutCycles(count, edges);
  const layers = assignLayers(count, forward);
  const points = splitEdges(layers, forward);
  const order = sortLayers(points);
  const rows = assignRows(points, order);
  const least = rows.reduce((a, b) => Math.min(a, b), 0);
  const height = rows.reduce((a, b) => Math.max(a, b), 0) - least + 1;
  return {
    layers,
    rows: rows.slice(0, count).map((row) => row - least),
    bends: points.chains.map((chain, at) => {
      const bends = chain.map((point) => (rows[point] ?? 0) - least);
      const edge = edges[at];
      const turned = edge !== undefined && forward[at]?.[0] !== edge[0];
      return turned ? bends.reverse() : bends;
    }),
    width: layers.reduce((a, b) => Math.max(a, b), 0) + 1,
    height: count === 0 ? 0 : height,
  };
}

function neighbours(count: number, edges: readonly Edge[], end: 0 | 1): number[][] {
  const lists: number[][] = Array.from({ length: count }, () => []);
  for (const edge of edges) lists[edge[end]]?.push(edge[end === 0 ? 1 : 0]);
  return lists;
}

/** Turns edges that lead back, so that every edge can go to the right. Folders may depend on each other. */
function withoutCycles(count: number, edges: readonly Edge[]): readonly Edge[] {
  const { isBack } = walkDepthFirst(count, edges);
  return edges.map((edge) => (isBack(edge) ? [edge[1], edge[0]] : edge));
}

/** The longest way from a start; starts stand just before what they feed. */
function assignLayers(count: number, edges: readonly Edge[]): number[] {
  const next = neighbours(count, edges, 0);
  const missing = Array.from({ length: count }, () => 0);
  for (const [from, to] of edges) if (from !== to) missing[to] = (missing[to] ?? 0) + 1;
  const layers = Array.from({ length: count }, () => 0);
  const starts = missing.flatMap((open, node) => (open === 0 ? [node] : []));
  const ready = [...starts];
  for (let at = 0; at < ready.length; at += 1) {
    const node = ready[at] ?? 0;
    for (const child of next[node] ?? []) {
      if (child === node) continue;
      layers[child] = Math.max(layers[child] ?? 0, (layers[node] ?? 0) + 1);
      missing[child] = (missing[child] ?? 0) - 1;
      if (missing[child] === 0) ready.push(child);
    }
  }
  for (const node of starts) {
    const first = (next[node] ?? []).reduce((least, child) => Math.min(least, layers[child] ?? 0), Number.POSITIVE_INFINITY);
    if (Number.isFinite(first)) layers[node] = Math.max(0, first - 1);
  }
  return layers;
}

/** Puts a point on every layer that an edge passes. */
function splitEdges(layers: readonly number[], edges: readonly Edge[]): Points {
  const layerOf = [...layers];
  const up: number[][] = layers.map(() => []);
  const down: number[][] = layers.map(() => []);
  const spans = edges.reduce((sum, [from, to]) => sum + Math.max(0, (layers[to] ?? 0) - (layers[from] ?? 0) - 1), 0);
  const join = (a: number, b: number): void => {
    down[a]?.push(b);
    up[b]?.push(a);
  };
  const chains = edges.map(([from, to]) => {
    const chain: number[] = [];
    if (from === to) return chain;
    let last = from;
    for (let layer = (layers[from] ?? 0) + 1; spans <= mostBends && layer < (layers[to] ?? 0); layer += 1) {
      const point = layerOf.push(layer) - 1;
      up.push([]);
      down.push([]);
      join(last, point);
      chain.push(point);
      last = point;
    }
    join(last, to);
    return chain;
  });
  return { layerOf, up, down, chains };
}

/** The order within each layer: back and forth, every point goes to the middle of its neighbours. */
function sortLayers({ layerOf, up, down }: Points): number[][] {
  const order: number[][] = [];
  for (const [point, layer] of layerOf.entries()) (order[layer] ??= []).push(point);
  const place = new Float64Array(layerOf.length);
  const number = (layer: readonly number[]): void => {
    for (const [at, point] of layer.entries()) place[point] = at;
  };
  for (let layer = 0; layer < order.length; layer += 1) number((order[layer] ??= []));
  const middle = (point: number, others: readonly number[]): number => {
    if (others.length === 0) return place[point] ?? 0;
    return others.reduce((sum, other) => sum + (place[other] ?? 0), 0) / others.length;
  };
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const isDown = sweep % 2 === 0;
    const side = isDown ? up : down;
    for (const layer of isDown ? order : order.toReversed()) {
      const wanted = new Map(layer.map((point) => [point, middle(point, side[point] ?? [])]));
      layer.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0) || a - b);
      number(layer);
    }
  }
  return order;
}

/** Rows near the neighbours, in the order of the layer and at least 1 apart. */
function assignRows({ layerOf, up, down }: Points, order: readonly (readonly number[])[]): number[] {
  const rows = Array.from({ length: layerOf.length }, () => 0);
  for (const layer of order) for (const [at, point] of layer.entries()) rows[point] = at - (layer.length - 1) / 2;
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const isDown = sweep % 2 === 0;
    for (const layer of isDown ? order : order.toReversed()) {
      const wanted = layer.map((point) => {
        const others = [...((isDown ? up[point] : down[point]) ?? [])];
        return others.length === 0 ? (rows[point] ?? 0) : others.reduce((sum, other) => sum + (rows[other] ?? 0), 0) / others.length;
      });
      for (const [at, row] of spread(wanted).entries()) rows[layer[at] ?? 0] = row;
    }
  }
  return rows;
}

/** The rows nearest to `wanted` that keep their order and a distance of 1: neighbours that are too near move as one. */
function spread(wanted: readonly number[]): number[] {
  const blocks: { sum: number; size: number }[] = [];
  for (const [at, row] of wanted.entries()) {
    let block = { sum: row - at, size: 1 };
    for (let last = blocks.at(-1); last !== undefined && last.sum / last.size > block.sum / block.size; last = blocks.at(-1)) {
      block = { sum: last.sum + block.sum, size: last.size + block.size };
      blocks.pop();
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ sum, size }) => Array.from({ length: size }, () => sum / size)).map((row, at) => row + at);
}
