/** What a change of a model does to its columns, and to what reads them. */
import type { NodeId } from '../compile/compiled.ts';
import type { Graph } from '../graph/graph.ts';
import { descendants } from '../graph/traverse.ts';
import type { Analysis } from './analysis.ts';
import { findDeciders } from './column-deciders.ts';
import type { ColumnDifference } from './column-differences.ts';
import { followColumn } from './column-flow.ts';
import type { ColumnFlow, ColumnReach } from './column-flow.ts';
import { buildColumnGraph } from './column-graph.ts';

/** `changed`: of the same type, and made another way. */
export type ColumnEffect = ColumnReach & Omit<ColumnDifference, 'how'> & { readonly how: ColumnDifference['how'] | 'changed' };

/** A model of which something differs from what stands. */
export interface ChangedColumns {
  readonly node: NodeId;
  readonly columns: readonly Pick<ColumnEffect, 'name' | 'how' | 'before' | 'after'>[];
  /** Whether its query chooses the rows as before; unknown where nobody compares queries. */
  readonly rows: 'same' | 'others' | 'unknown';
}

export interface ColumnEffects extends Pick<ChangedColumns, 'node' | 'rows'> {
  readonly columns: readonly ColumnEffect[];
  /** Exposures that read something of it: all below, unless only some columns can hold something else. */
  readonly exposures: readonly NodeId[];
}

/** All that a plan does to columns. */
export interface PlannedColumns {
  readonly effects: readonly ColumnEffects[];
  /** What reads something of it, and could not be built any more. */
  readonly refused: readonly NodeId[];
}

export function findColumnEffects(
  changes: readonly ChangedColumns[],
  analysis: Analysis,
  graph: Graph,
  fold: (name: string) => string,
): PlannedColumns {
  const flow: ColumnFlow = { edges: buildColumnGraph(analysis, graph, fold, false), deciders: findDeciders(analysis, graph, fold) };
  const refused = [...analysis.nodes].flatMap(([id, { kind }]) => (kind === 'refused' ? [id] : []));
  const effects = changes.map(({ node, rows, columns }) => {
    const followed = columns.map((column) => ({ ...column, ...followColumn(flow, { node, column: column.name }) }));
    // Of what cannot be bound any more nobody knows the columns: all that reads it is reached.
    const lost = new Set(descendants(graph, [node]));
    const broken = refused.filter((id) => lost.has(id));
    const reached = [...touched(graph, { node, rows, columns: followed }), ...broken, ...descendants(graph, broken)];
    return { node, rows, columns: followed, exposures: exposuresBelow(graph, new Set(reached)) };
  });
  return { effects, refused };
}

/** Nodes with rows or values that may be others. A new column is read by nobody yet. */
function touched(graph: Graph, { node, rows, columns }: Pick<ColumnEffects, 'node' | 'rows' | 'columns'>): ReadonlySet<NodeId> {
  if (rows !== 'same') return new Set([node, ...descendants(graph, [node])]);
  const old = columns.filter(({ how }) => how !== 'added');
  if (old.length === 0) return new Set();
  const decided = new Set(old.flatMap(({ decides }) => decides));
  return new Set([node, ...old.flatMap(({ reaches }) => reaches.map((column) => column.node)), ...decided, ...descendants(graph, decided)]);
}

function exposuresBelow(graph: Graph, ids: ReadonlySet<NodeId>): readonly NodeId[] {
  const found = new Set<NodeId>();
  for (const id of ids)
    for (const child of graph.children.get(id) ?? []) if (graph.nodes.get(child)?.resourceType === 'exposure') found.add(child);
  return [...found];
}
