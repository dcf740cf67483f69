/** Where a column goes through all queries below: as a value, and as what decides about rows or other values. */
import type { NodeId } from '../compile/compiled.ts';
import type { ColumnGraph, ColumnRef } from './column-graph.ts';

export interface ColumnReach {
  /** Columns that get their values from it, through all models, nearest first. */
  readonly reaches: readonly ColumnRef[];
  /** Nodes in which it, or one of these, decides: in a filter, join, group, order or condition. */
  readonly decides: readonly NodeId[];
}

/** Edges between columns, and the nodes in which one decides; without edges where lineage is not known. */
export interface ColumnFlow {
  readonly edges: ColumnGraph | undefined;
  readonly deciders: (column: ColumnRef) => readonly NodeId[];
}

/** Follows a column down. */
export function followColumn({ edges, deciders }: ColumnFlow, start: ColumnRef): ColumnReach {
  const key = ({ node, column }: ColumnRef): string => `${node}\n${column}`;
  const found = new Map<string, ColumnRef>([[key(start), start]]);
  const decides = new Set<NodeId>();
  // A map gives what is added while somebody goes through it.
  for (const at of found.values()) {
    for (const { to } of edges?.outOf(at) ?? []) if (!found.has(key(to))) found.set(key(to), to);
    for (const id of deciders(at)) decides.add(id);
  }
  return { reaches: [...found.values()].slice(1), decides: [...decides] };
}
