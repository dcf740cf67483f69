/** Binds what is known of the reads of a node, for messages, to a loaded graph. */
import type { NodeId } from '../compile/compiled.ts';
import { noReads } from '../compile/query-reads.ts';
import type { QueryReads } from '../compile/query-reads.ts';
import { allReads, queryReads } from '../graph/query-reads.ts';
import type { LoadedGraph } from './load-graph.ts';

/** Ids come as texts from steps and events; one that is no node of the graph reads nothing that is known. */
export function readsOf({ graph, engine }: Pick<LoadedGraph, 'graph' | 'engine'>): (id: string) => QueryReads {
  const isNode = (id: string): id is NodeId => graph.nodes.has(id as NodeId);
  // Many queries may fail, and a project has many relations.
  let all: QueryReads | undefined;
  return (id) => {
    if (!isNode(id)) return noReads;
    all ??= allReads(graph, engine.dialect);
    return { ...queryReads(graph, id, engine.dialect), others: all.relations };
  };
}

/** For a preview: of a node, or of SQL that may read everything. */
export function readsOfPreview(loaded: Pick<LoadedGraph, 'graph' | 'engine'>, node: string): QueryReads {
  const reads = readsOf(loaded)(node);
  return reads === noReads ? allReads(loaded.graph, loaded.engine.dialect) : reads;
}
