/** Strongly connected components of a directed graph, and a shortest cycle in one of them. */
import type { Adjacency } from './digraph.ts';
import { nodeCount, targetsOf } from './digraph.ts';

/** What a search for strongly connected components has to remember, as flat arrays. */
interface Search {
  readonly adjacency: Adjacency;
  /** Order of discovery, from 1; 0 is undiscovered. */
  readonly found: Int32Array;
  readonly low: Int32Array;
  /** Next edge to look at. */
  readonly edge: Int32Array;
  /** Component of each node; -1 while it is open. */
  readonly component: Int32Array;
  readonly open: number[];
  count: number;
  components: number;
}

/** Gives each node the number of its strongly connected component: Tarjan's algorithm with an explicit stack. */
export function stronglyConnected(adjacency: Adjacency): Int32Array {
  const size = nodeCount(adjacency);
  const search: Search = {
    adjacency,
    found: new Int32Array(size),
    low: new Int32Array(size),
    edge: adjacency.offsets.slice(),
    component: new Int32Array(size).fill(-1),
    open: [],
    count: 0,
    components: 0,
  };
  for (let root = 0; root < size; root += 1) {
    if (search.found[root] === 0) searchFrom(search, root);
  }
  return search.component;
}

function searchFrom(search: Search, root: number): void {
  const { adjacency, found, low, edge, component } = search;
  const path: number[] = [];
  const enter = (node: number): void => {
    search.count += 1;
    found[node] = search.count;
    low[node] = search.count;
    search.open.push(node);
    path.push(node);
  };
  enter(root);
  while (path.length > 0) {
    const node = path[path.length - 1] ?? 0;
    const at = edge[node] ?? 0;
    if (at === adjacency.offsets[node + 1]) {
      path.pop();
      const parent = path[path.length - 1];
      if (parent !== undefined) low[parent] = Math.min(low[parent] ?? 0, low[node] ?? 0);
      if (low[node] === found[node]) close(search, node);
      continue;
    }
    edge[node] = at + 1;
    const next = adjacency.targets[at] ?? 0;
    if (found[next] === 0) enter(next);
    else if (component[next] === -1) low[node] = Math.min(low[node] ?? 0, found[next] ?? 0);
  }
}

/** Gives a number to the component whose first node is `root`: everything found since. */
function close(search: Search, root: number): void {
  let node: number | undefined;
  do {
    node = search.open.pop();
    if (node === undefined) break;
    search.component[node] = search.components;
  } while (node !== root);
  search.components += 1;
}

/** The components that hold a cycle, each as its nodes in ascending order. */
export function findKnots(adjacency: Adjacency, component: Int32Array): readonly (readonly number[])[] {
  const members = new Map<number, number[]>();
  component.forEach((number, node) => {
    const known = members.get(number);
    if (known === undefined) members.set(number, [node]);
    else known.push(node);
  });
  return [...members.values()].filter((group) => {
    const [first = 0] = group;
    return group.length > 1 || targetsOf(adjacency, first).includes(first);
  });
}

/** Edges that the search for a shortest cycle may look at; beyond them it keeps the best cycle so far. */
const cycleBudget = 200_000;

/**
 * A shortest cycle among `members`, a component that holds one. It starts at its smallest node and does not repeat it.
 * In a component too large to search it may be longer.
 */
export function shortestCycle(adjacency: Adjacency, component: Int32Array, members: readonly number[]): readonly number[] {
  let best: readonly number[] = [];
  let budget = cycleBudget;
  for (const start of members) {
    const limit = best.length === 0 ? Number.POSITIVE_INFINITY : best.length - 1;
    const attempt = cycleThrough(adjacency, component, start, limit);
    budget -= attempt.edges;
    if (attempt.cycle.length > 0) best = attempt.cycle;
    if (best.length === 1 || budget < 0) break;
  }
  const first = best.indexOf(best.reduce((least, node) => Math.min(least, node), Number.POSITIVE_INFINITY));
  return [...best.slice(first), ...best.slice(0, first)];
}

interface Attempt {
  readonly cycle: readonly number[];
  /** How many edges were looked at. */
  readonly edges: number;
}

/** A shortest cycle through `start` of at most `limit` nodes, by breadth-first search; empty when there is none. */
function cycleThrough(adjacency: Adjacency, component: Int32Array, start: number, limit: number): Attempt {
  const from = new Map<number, number>();
  const length = new Map<number, number>([[start, 1]]);
  const queue = [start];
  let edges = 0;
  for (let head = 0; head < queue.length; head += 1) {
    const node = queue[head] ?? start;
    const nodes = length.get(node) ?? 1;
    if (nodes > limit) break;
    for (const next of targetsOf(adjacency, node)) {
      edges += 1;
      if (next === start) return { cycle: pathTo(from, start, node), edges };
      if (component[next] !== component[start] || length.has(next)) continue;
      from.set(next, node);
      length.set(next, nodes + 1);
      queue.push(next);
    }
  }
  return { cycle: [], edges };
}

function pathTo(from: ReadonlyMap<number, number>, start: number, end: number): readonly number[] {
  const path = [end];
  for (let node = end; node !== start;) {
    node = from.get(node) ?? start;
    path.push(node);
  }
  return path.reverse();
}
