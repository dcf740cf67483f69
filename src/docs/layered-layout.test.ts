import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOut } from './layered-layout.ts';
import type { Edge } from './depth-first.ts';

const graphs = fc.integer({ min: 1, max: 30 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    edges: fc.uniqueArray(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 60, selector: ([a, b]) => `${a} ${b}` }),
  }),
);

describe('the layout', () => {
  it('sets a chain in one row', () => {
    expect(layOut(3, [[0, 1], [1, 2]])).toEqual({ layers: [0, 1, 2], rows: [0, 0, 0], bends: [[], []], width: 3, height: 1 });
  });

  it('sets a start just before what it feeds, and leads long edges around', () => {
    const { layers, bends } = layOut(5, [[0, 1], [1, 2], [2, 3], [4, 3], [0, 3]]);
    expect(layers).toEqual([0, 1, 2, 3, 2]);
    expect(bends[4]).toHaveLength(2);
  });

  it('uncrosses what can be uncrossed', () => {
    const { rows } = layOut(4, [[0, 3], [1, 2]]);
    expect(Math.sign((rows[0] ?? 0) - (rows[1] ?? 0))).toBe(Math.sign((rows[3] ?? 0) - (rows[2] ?? 0)));
  });

  it('leads every edge of an acyclic graph to the right, and keeps nodes of a layer apart', () => {
    fc.assert(
      fc.property(graphs, ({ count, edges }) => {
        const acyclic = edges.filter(([a, b]) => a < b);
        const { layers, rows, height } = layOut(count, acyclic);
        for (const [from, to] of acyclic) expect(layers[from]).toBeLessThan(layers[to] ?? 0);
        expect(Math.min(...rows)).toBeGreaterThanOrEqual(-1e-9);
        expect(Math.max(...rows)).toBeLessThanOrEqual(height - 1 + 1e-9);
        for (let a = 0; a < count; a += 1) {
          for (let b = 0; b < a; b += 1) {
            if (layers[a] === layers[b]) expect(Math.abs((rows[a] ?? 0) - (rows[b] ?? 0))).toBeGreaterThan(1 - 1e-9);
          }
        }
      }),
    );
  });

  it('takes cycles and loops, and gives each edge the layers between its ends', () => {
    fc.assert(
      fc.property(graphs, ({ count, edges }) => {
        const { layers, bends } = layOut(count, edges);
        for (const [at, [from, to]] of edges.entries()) {
          const between = Math.max(0, Math.abs((layers[to] ?? 0) - (layers[from] ?? 0)) - 1);
          expect(bends[at]).toHaveLength(from === to ? 0 : between);
        }
      }),
    );
  });

  it('places 5,000 nodes with 8,000 edges in moments', () => {
    const edges: Edge[] = Array.from({ length: 8000 }, (_, at) => {
      const to = 1 + ((at * 7919) % 4999);
      return [Math.max(0, to - 1 - ((at * 104_729) % Math.min(to, 700))), to];
    });
    const start = process.cpuUsage();
    layOut(5000, edges);
    const { user } = process.cpuUsage(start);
    expect(user / 1000).toBeLessThan(3000);
  });

  it('sets nodes without edges into a grid below the others', () => {
    const { layers, rows, width, height } = layOut(42, [[0, 41]]);
    expect([layers[0], rows[0], layers[41], rows[41]]).toEqual([0, 0, 1, 0]);
    const loose = Array.from({ length: 40 }, (_, at) => at + 1);
    expect(new Set(loose.map((node) => `${layers[node]} ${rows[node]}`)).size).toBe(40);
    expect(Math.min(...loose.map((node) => rows[node] ?? 0))).toBe(1);
    expect([width, height]).toEqual([4, 11]);
  });
});
