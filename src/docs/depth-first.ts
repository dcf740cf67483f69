/** Walks a graph that may have cycles, and says what closes them. */

export type Edge = readonly [from: number, to: number];

export interface DepthFirst {
  /** Every node after all that follows it, edges that close a cycle left out. */
  readonly finished: readonly number[];
  readonly next: readonly (readonly number[])[];
  /** Whether an edge leads back to where the walk came from. */
  readonly isBack: (edge: Edge) => boolean;
}

export function walkDepthFirst(count: number, edges: readonly Edge[]): DepthFirst {
  const next: number[][] = Array.from({ length: count }, () => []);
  for (const [from, to] of edges) next[from]?.push(to);
  const state = new Uint8Array(count);
  const back = new Set<string>();
  const finished: number[] = [];
  for (let start = 0; start < count; start += 1) {
    if (state[start] !== 0) continue;
    const open: { node: number; at: number }[] = [{ node: start, at: 0 }];
    state[start] = 1;
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const child = next[top.node]?.[top.at];
      top.at += 1;
      if (child === undefined) {
        state[top.node] = 2;
        finished.push(top.node);
        open.pop();
      } else if (state[child] === 1) back.add(`${top.node} ${child}`);
      else if (state[child] === 0) {
        state[child] = 1;
        open.push({ node: child, at: 0 });
      }
    }
  }
  return { finished, next, isBack: ([from, to]) => back.has(`${from} ${to}`) };
}
