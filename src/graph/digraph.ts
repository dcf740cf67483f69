/** Directed graphs whose nodes are the numbers 0 to n - 1, in flat arrays; no algorithm here recurses. */

/** Node `n` points to `targets[offsets[n]]` up to, not including, `targets[offsets[n + 1]]`, without doubles. */
export interface Adjacency {
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
}

/** Nodes as marks: `marks[n]` is 1 for a node of the set and 0 for any other. */
export type Marks = Uint8Array;

export function nodeCount(adjacency: Adjacency): number {
  return adjacency.offsets.length - 1;
}

/** What `node` points to, as a view on the edges. */
export function targetsOf({ offsets, targets }: Adjacency, node: number): Int32Array {
  return targets.subarray(offsets[node], offsets[node + 1]);
}

/** The same graph with every edge turned round; the targets of each node come out in ascending order. */
export function invert(adjacency: Adjacency): Adjacency {
  const size = nodeCount(adjacency);
  const offsets = new Int32Array(size + 1);
  for (const target of adjacency.targets) offsets[target + 1] = (offsets[target + 1] ?? 0) + 1;
  for (let node = 0; node < size; node += 1) offsets[node + 1] = (offsets[node + 1] ?? 0) + (offsets[node] ?? 0);
  const targets = new Int32Array(adjacency.targets.length);
  const next = offsets.slice();
  for (let node = 0; node < size; node += 1) {
    const end = adjacency.offsets[node + 1] ?? 0;
    for (let edge = adjacency.offsets[node] ?? 0; edge < end; edge += 1) {
      const target = adjacency.targets[edge] ?? 0;
      const at = next[target] ?? 0;
      targets[at] = node;
      next[target] = at + 1;
    }
  }
  return { offsets, targets };
}

/** The same graph under new numbers: `order[n]` is the old number of the new node `n`. Targets keep their order. */
export function renumber(adjacency: Adjacency, order: Int32Array): Adjacency {
  const numbers = new Int32Array(order.length);
  for (let node = 0; node < order.length; node += 1) numbers[order[node] ?? 0] = node;
  const offsets = new Int32Array(order.length + 1);
  const targets = new Int32Array(adjacency.targets.length);
  let count = 0;
  for (let node = 0; node < order.length; node += 1) {
    const old = order[node] ?? 0;
    const end = adjacency.offsets[old + 1] ?? 0;
    for (let edge = adjacency.offsets[old] ?? 0; edge < end; edge += 1) {
      targets[count] = numbers[adjacency.targets[edge] ?? 0] ?? 0;
      count += 1;
    }
    offsets[node + 1] = count;
  }
  return { offsets, targets };
}

/** The graph with `change` applied to the targets of every node. For rare cases: it builds a list for each node. */
export function mapTargets(adjacency: Adjacency, change: (node: number, targets: readonly number[]) => readonly number[]): Adjacency {
  const size = nodeCount(adjacency);
  const offsets = new Int32Array(size + 1);
  const targets: number[] = [];
  for (let node = 0; node < size; node += 1) {
    for (const target of change(node, [...targetsOf(adjacency, node)])) targets.push(target);
    offsets[node + 1] = targets.length;
  }
  return { offsets, targets: Int32Array.from(targets) };
}

/**
 * The length of the longest path from a node without parents to each node, by Kahn's algorithm.
 * A node on a cycle, or below one, has -1.
 */
export function longestDepths(parents: Adjacency, children: Adjacency): Int32Array {
  const size = nodeCount(parents);
  const waiting = new Int32Array(size);
  const depths = new Int32Array(size).fill(-1);
  const queue = new Int32Array(size);
  let tail = 0;
  for (let node = 0; node < size; node += 1) {
    waiting[node] = (parents.offsets[node + 1] ?? 0) - (parents.offsets[node] ?? 0);
    if (waiting[node] === 0) queue[tail++] = node;
  }
  // `reached` holds the depth so far; it is final, and copied to `depths`, once no parent is waited for.
  const reached = new Int32Array(size);
  for (let head = 0; head < tail; head += 1) {
    const node = queue[head] ?? 0;
    const depth = reached[node] ?? 0;
    depths[node] = depth;
    const end = children.offsets[node + 1] ?? 0;
    for (let edge = children.offsets[node] ?? 0; edge < end; edge += 1) {
      const child = children.targets[edge] ?? 0;
      if (depth + 1 > (reached[child] ?? 0)) reached[child] = depth + 1;
      const left = (waiting[child] ?? 0) - 1;
      waiting[child] = left;
      if (left === 0) queue[tail++] = child;
    }
  }
  return depths;
}

/** The nodes by depth, then by number. Every depth must be 0 or more. */
export function orderByDepth(depths: Int32Array): Int32Array {
  // A counting sort: where each depth starts, then each node into the next place of its depth.
  const next = new Int32Array(depths.length + 1);
  for (const depth of depths) next[depth + 1] = (next[depth + 1] ?? 0) + 1;
  for (let depth = 0; depth < depths.length; depth += 1) next[depth + 1] = (next[depth + 1] ?? 0) + (next[depth] ?? 0);
  const order = new Int32Array(depths.length);
  for (let node = 0; node < depths.length; node += 1) {
    const depth = depths[node] ?? 0;
    const at = next[depth] ?? 0;
    order[at] = node;
    next[depth] = at + 1;
  }
  return order;
}

/** Marks `start` and every node up to `depth` edges from it. */
export function markReachable({ offsets, targets }: Adjacency, start: Marks, depth: number): Marks {
  const marks = start.slice();
  let level: number[] = [];
  for (let node = 0; node < start.length; node += 1) {
    if (start[node] === 1) level.push(node);
  }
  for (let distance = 0; distance < depth && level.length > 0; distance += 1) {
    const next: number[] = [];
    for (const node of level) {
      const end = offsets[node + 1] ?? 0;
      for (let edge = offsets[node] ?? 0; edge < end; edge += 1) {
        const neighbour = targets[edge] ?? 0;
        if (marks[neighbour] === 1) continue;
        marks[neighbour] = 1;
        next.push(neighbour);
      }
    }
    level = next;
  }
  return marks;
}
