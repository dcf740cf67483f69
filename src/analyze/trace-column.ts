/** Follows one column through the column graph. */
import type { ColumnEdge, ColumnGraph, ColumnRef } from './column-graph.ts';

export type Direction = 'upstream' | 'downstream';

/** A column, how it is tied to the one before, and what follows. What was followed already elsewhere has `repeated` and no `next`. */
export interface ColumnTrace {
  readonly column: ColumnRef;
  readonly edge?: ColumnEdge;
  readonly repeated: boolean;
  readonly next: readonly ColumnTrace[];
}

interface Growing extends ColumnTrace {
  readonly next: ColumnTrace[];
}

/** Everything up to `depth` edges away, each column followed once, nearest first; without recursion. */
export function traceColumn(graph: ColumnGraph, start: ColumnRef, direction: Direction, depth: number): ColumnTrace {
  const key = ({ node, column }: ColumnRef): string => `${node}\n${column.toLowerCase()}`;
  const root: Growing = { column: start, repeated: false, next: [] };
  const seen = new Set([key(start)]);
  let level: readonly Growing[] = [root];
  for (let distance = 0; distance < depth && level.length > 0; distance += 1) {
    const following: Growing[] = [];
    for (const trace of level) {
      for (const edge of direction === 'upstream' ? graph.into(trace.column) : graph.outOf(trace.column)) {
        const column = direction === 'upstream' ? edge.from : edge.to;
        const repeated = seen.has(key(column));
        const child: Growing = { column, edge, repeated, next: [] };
        trace.next.push(child);
        if (repeated) continue;
        seen.add(key(column));
        following.push(child);
      }
    }
    level = following;
  }
  return root;
}

/** The edges of a trace, each once, nearest first. */
export function edgesOf(trace: ColumnTrace): readonly ColumnEdge[] {
  const edges: ColumnEdge[] = [];
  const open: ColumnTrace[] = [trace];
  for (let at = 0; at < open.length; at += 1) {
    const { edge, next } = open[at] ?? trace;
    if (edge !== undefined) edges.push(edge);
    for (const child of next) open.push(child);
  }
  return edges;
}
