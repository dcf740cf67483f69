/** Leaves out edges that say nothing new: of a graph where nearly everything reads nearly everything else, only the steps can be seen. */
import { walkDepthFirst } from './depth-first.ts';
import type { Edge } from './depth-first.ts';

/** With more nodes the sets of what each leads to would take too much memory. */
const mostNodes = 1000;

/** The edges without those between two nodes that a longer way joins as well. What closes a cycle stays. */
export function withoutImplied(count: number, edges: readonly Edge[]): readonly Edge[] {
  if (count > mostNodes) return edges;
  const { finished, next, isBack } = walkDepthFirst(count, edges);
  const places = new Map(finished.map((node, at) => [node, at]));
  const reached = Array.from({ length: count }, () => new Uint8Array(count));
  const kept = new Set<string>();
  for (const node of finished) {
    const own = reached[node] ?? new Uint8Array(count);
    // The nearest first: the further ones may be behind them.
    const children = (next[node] ?? []).filter((child) => !isBack([node, child])).sort((a, b) => (places.get(b) ?? 0) - (places.get(a) ?? 0));
    for (const child of children) {
      if (own[child] === 1) continue;
      kept.add(`${node} ${child}`);
      own[child] = 1;
      for (const [at, is] of (reached[child] ?? []).entries()) if (is === 1) own[at] = 1;
    }
  }
  return edges.filter((edge) => isBack(edge) || kept.has(edge.join(' ')));
}
