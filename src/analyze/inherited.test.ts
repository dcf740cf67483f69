import { describe, expect, it } from 'vitest';
import type { NodeId } from '../compile/compiled.ts';
import type { ColumnEdge, ColumnGraph, ColumnRef } from './column-graph.ts';
import { inheritFrom } from './inherited.ts';

// Ids of a made-up graph, hence the casts.
const ref = (text: string): ColumnRef => ({ node: text.split('.')[0] as NodeId, column: text.split('.')[1] ?? '' });
const textOf = ({ node, column }: ColumnRef): string => `${node}.${column}`;

function graphOf(...edges: readonly (readonly [from: string, to: string, kind?: ColumnEdge['kind']])[]): ColumnGraph {
  const all = edges.map(([from, to, kind = 'identity']): ColumnEdge => ({
    from: ref(from),
    to: ref(to),
    kind,
    direct: true,
    counted: false,
  }));
  return {
    into: (column) => all.filter(({ to }) => textOf(to) === textOf(column)),
    outOf: (column) => all.filter(({ from }) => textOf(from) === textOf(column)),
  };
}

const say = (column: ColumnRef): string | undefined => ({ 'raw.id': 'the id', 'raw.n': 'a number' })[textOf(column)];
const inherited = (graph: ColumnGraph, start: string): string | undefined => inheritFrom(graph, ref(start), say)?.said;

describe('what a column inherits', () => {
  it('comes from the nearest above of which something is said', () => {
    expect(inherited(graphOf(['raw.id', 'a.key'], ['a.key', 'b.key']), 'b.key')).toBe('the id');
    expect(inheritFrom(graphOf(['raw.id', 'a.key'], ['a.key', 'b.key']), ref('b.key'), say)?.from).toEqual(ref('raw.id'));
  });
  it('ends where the value is another, or comes from more than one column', () => {
    expect(inherited(graphOf(['raw.id', 'a.key', 'transformation']), 'a.key')).toBeUndefined();
    expect(inherited(graphOf(['raw.id', 'a.key'], ['raw.n', 'a.key']), 'a.key')).toBeUndefined();
    expect(inherited(graphOf(), 'a.key')).toBeUndefined();
  });
  it('ends where columns lead in a circle', () => {
    expect(inherited(graphOf(['a.x', 'b.x'], ['b.x', 'a.x']), 'a.x')).toBeUndefined();
  });
});
