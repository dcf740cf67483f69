/** All edges between columns of a project, as a list. */
import type { EdgeKind, InfluenceKind } from '../adapter/analysis.ts';
import type { NodeId } from '../compile/compiled.ts';
import type { Analysis } from './analysis.ts';
import { findOwners } from './column-graph.ts';
import type { RelationOwners } from './column-graph.ts';
import { relationKey } from './relation-key.ts';

export interface ListedEdge {
  readonly from: NodeId;
  readonly fromColumn: string;
  readonly to: NodeId;
  /** Undefined where all rows of the node are decided by it, and so every column. */
  readonly toColumn: string | undefined;
  readonly kind: EdgeKind | InfluenceKind;
  /** The value comes from there. */
  readonly direct: boolean;
}

/** In the order of the nodes and their columns. */
export function* listColumnEdges(
  analysis: Pick<Analysis, 'nodes'>,
  graph: RelationOwners,
  fold: (name: string) => string,
): Generator<ListedEdge> {
  const relation = relationKey(fold);
  const owners = findOwners(analysis, graph, fold);
  for (const [to, found] of analysis.nodes) {
    if (found.kind !== 'known' || found.query === undefined || graph.nodes.get(to)?.resourceType === 'test') continue;
    const { inputs, columns, influences } = found.query;
    const origins = inputs.map((from) => (from.kind === 'relation' ? owners.get(relation(from.relation)) : undefined));
    const edge = (
      { input, column, kind }: { readonly input: number; readonly column: string; readonly kind: ListedEdge['kind'] },
      toColumn: string | undefined,
      direct: boolean,
    ): readonly ListedEdge[] => {
      const from = origins[input];
      return from === undefined ? [] : [{ from, fromColumn: column, to, toColumn, kind, direct }];
    };
    for (const { name, sources, influences: own } of columns) {
      for (const source of sources) yield* edge(source, name, true);
      for (const influence of own) yield* edge(influence, name, false);
    }
    for (const influence of influences) yield* edge(influence, undefined, false);
  }
}
