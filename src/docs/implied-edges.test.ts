import { describe, expect, it } from 'vitest';
import { withoutImplied } from './implied-edges.ts';
import type { Edge } from './depth-first.ts';

function reach(count: number, edges: readonly Edge[]): string {
  const found = Array.from({ length: count }, (_, start) => {
    const seen = new Set([start]);
    for (const node of seen) for (const [from, to] of edges) if (from === node) seen.add(to);
    return [...seen].sort((a, b) => a - b).join(',');
  });
  return found.join(' ');
}

describe('edges that others imply', () => {
  it('are left out', () => {
    expect(withoutImplied(4, [[0, 3], [0, 1], [1, 2], [0, 2], [2, 3], [1, 3]])).toEqual([[0, 1], [1, 2], [2, 3]]);
  });

  it('are not those of two ways of the same length', () => {
    const diamond: readonly Edge[] = [[0, 1], [0, 2], [1, 3], [2, 3]];
    expect(withoutImplied(4, diamond)).toEqual(diamond);
  });

  it('are not those that close a cycle', () => {
    expect(withoutImplied(3, [[0, 1], [1, 2], [0, 2], [2, 0]])).toEqual([[0, 1], [1, 2], [2, 0]]);
    expect(withoutImplied(2, [[0, 1], [1, 0], [0, 0]])).toEqual([[0, 1], [1, 0], [0, 0]]);
  });

  it('never change what leads to what, and nothing more can be left out of a graph without cycles', () => {
    let state = 7;
    const pick = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % below;
    };
    for (let round = 0; round < 60; round += 1) {
      const count = 2 + pick(12);
      const isAcyclic = round % 2 === 0;
      const all = new Map<string, Edge>();
      for (let at = 0; at < 3 * count; at += 1) {
        const [a, b] = [pick(count), pick(count)];
        const edge: Edge = isAcyclic ? [Math.min(a, b), Math.max(a, b)] : [a, b];
        if (edge[0] !== edge[1]) all.set(edge.join(' '), edge);
      }
      const edges = [...all.values()];
      const kept = withoutImplied(count, edges);
      expect(reach(count, kept)).toBe(reach(count, edges));
      if (isAcyclic) for (const edge of kept) expect(reach(count, kept.filter((other) => other !== edge))).not.toBe(reach(count, edges));
    }
  });
});
