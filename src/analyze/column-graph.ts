/** Which column goes into which: the edges of all queries together. */
import type { EdgeKind, InfluenceKind } from '../adapter/analysis.ts';
import type { Relation } from '../adapter/relation.ts';
import type { NodeId } from '../compile/compiled.ts';
import type { Analysis } from './analysis.ts';
import { ephemeralRelation } from './ephemeral-lineage.ts';
import { relationKey } from './relation-key.ts';

export interface ColumnRef {
  readonly node: NodeId;
  /** As the node itself spells it. */
  readonly column: string;
}

export interface ColumnEdge {
  readonly from: ColumnRef;
  readonly to: ColumnRef;
  /** How the value travels, or by what it only decides about the other one. */
  readonly kind: EdgeKind | InfluenceKind;
  readonly direct: boolean;
  /** Only how many values there are goes that way. */
  readonly counted: boolean;
}

export interface ColumnGraph {
  readonly into: (column: ColumnRef) => readonly ColumnEdge[];
  readonly outOf: (column: ColumnRef) => readonly ColumnEdge[];
}

/** What edges are put between: a graph, or what an earlier one was. */
export interface RelationOwners {
  readonly nodes: ReadonlyMap<NodeId, { readonly resourceType: string; readonly relation?: Relation | undefined }>;
}

/** One pass over all queries. What decides about the rows of a query is an edge to each of its columns, if `indirect` edges are wanted. */
export function buildColumnGraph(
  analysis: Pick<Analysis, 'nodes'>,
  graph: RelationOwners,
  fold: (name: string) => string,
  indirect: boolean,
): ColumnGraph {
  const relation = relationKey(fold);
  const owners = findOwners(analysis, graph, fold);
  const [into, outOf] = [createEdgeTable(fold), createEdgeTable(fold)];
  const add = (edge: ColumnEdge): void => {
    into.add(edge.to, edge);
    outOf.add(edge.from, edge);
  };
  for (const [id, found] of analysis.nodes) {
    if (found.kind !== 'known' || found.query === undefined || graph.nodes.get(id)?.resourceType === 'test') continue;
    const { inputs, columns, influences } = found.query;
    const origins = inputs.map((from) => (from.kind === 'relation' ? owners.get(relation(from.relation)) : undefined));
    for (const { name, sources, influences: own } of columns) {
      const to = { node: id, column: name };
      for (const { input, column, kind, counted = false } of sources) {
        const node = origins[input];
        if (node !== undefined) add({ from: { node, column }, to, kind, direct: true, counted });
      }
      if (!indirect) continue;
      for (const { input, column, kind } of [...own, ...influences]) {
        const node = origins[input];
        if (node !== undefined) add({ from: { node, column }, to, kind, direct: false, counted: false });
      }
    }
  }
  return { into: into.of, outOf: outOf.of };
}

/** Which node makes a relation. */
export function findOwners(
  analysis: Pick<Analysis, 'nodes'>,
  graph: RelationOwners,
  fold: (name: string) => string,
): ReadonlyMap<string, NodeId> {
  const relation = relationKey(fold);
  const owners = new Map<string, NodeId>();
  for (const [id] of analysis.nodes) {
    const made = graph.nodes.get(id)?.relation;
    if (made !== undefined) owners.set(relation(made), id);
    owners.set(relation(ephemeralRelation(id)), id);
  }
  return owners;
}

const none: readonly ColumnEdge[] = [];

/** Edges by node and column: two small looks in the place of a key that is put together for each of a million edges. */
function createEdgeTable(fold: (name: string) => string): {
  readonly add: (at: ColumnRef, edge: ColumnEdge) => void;
  readonly of: (at: ColumnRef) => readonly ColumnEdge[];
} {
  const nodes = new Map<NodeId, Map<string, ColumnEdge[]>>();
  return {
    add: ({ node, column }, edge) => {
      let columns = nodes.get(node);
      if (columns === undefined) nodes.set(node, (columns = new Map()));
      const key = fold(column);
      const list = columns.get(key);
      if (list === undefined) columns.set(key, [edge]);
      else list.push(edge);
    },
    of: ({ node, column }) => nodes.get(node)?.get(fold(column)) ?? none,
  };
}
