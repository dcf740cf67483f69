import { describe, expect, it } from 'vitest';
import type { NodeId } from '../compile/compiled.ts';
import type { ColumnEdge, ColumnGraph, ColumnRef } from './column-graph.ts';
import { edgesOf, traceColumn } from './trace-column.ts';

// A brand exists only at compile time; tests are free to make ids.
const ref = (node: string): ColumnRef => ({ node: node as NodeId, column: 'x' });

/** Edges given as `from>to`. */
function graphOf(pairs: readonly string[]): ColumnGraph {
  const edges = pairs.map((pair): ColumnEdge => {
    const [from = '', to = ''] = pair.split('>');
    return { from: ref(from), to: ref(to), kind: 'identity', direct: true, counted: false };
  });
  const at = (end: 'from' | 'to', column: ColumnRef): readonly ColumnEdge[] => index[end].get(column.node) ?? [];
  const index = { from: new Map<string, ColumnEdge[]>(), to: new Map<string, ColumnEdge[]>() };
  for (const edge of edges) {
    for (const end of ['from', 'to'] as const) index[end].set(edge[end].node, [...(index[end].get(edge[end].node) ?? []), edge]);
  }
  return { into: (column) => at('to', column), outOf: (column) => at('from', column) };
}

const pairs = (edges: readonly ColumnEdge[]): readonly string[] => edges.map(({ from, to }) => `${from.node}>${to.node}`);

describe('traceColumn', () => {
  const diamond = graphOf(['a>b', 'a>c', 'b>d', 'c>d', 'd>e']);

  it('follows every way up, and each column once', () => {
    const trace = traceColumn(diamond, ref('e'), 'upstream', Number.POSITIVE_INFINITY);
    expect(pairs(edgesOf(trace))).toEqual(['d>e', 'b>d', 'c>d', 'a>b', 'a>c']);
    const a = trace.next[0]?.next.flatMap(({ next }) => next) ?? [];
    expect(a.map(({ column, repeated }) => [column.node, repeated])).toEqual([
      ['a', false],
      ['a', true],
    ]);
  });

  it('follows every way down, so far as was asked', () => {
    expect(pairs(edgesOf(traceColumn(diamond, ref('a'), 'downstream', 1)))).toEqual(['a>b', 'a>c']);
    expect(pairs(edgesOf(traceColumn(diamond, ref('a'), 'downstream', 2)))).toEqual(['a>b', 'a>c', 'b>d', 'c>d']);
  });

  it('follows a chain of 20,000', () => {
    const chain = graphOf(Array.from({ length: 20_000 }, (_, at) => `m${at}>m${at + 1}`));
    expect(edgesOf(traceColumn(chain, ref('m20000'), 'upstream', Number.POSITIVE_INFINITY))).toHaveLength(20_000);
  });
});
