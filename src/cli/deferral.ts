/** What a command reads in another environment, instead of what it would have to build first. */
import type { AttachedDatabase } from '../adapter/adapter.ts';
import type { Column } from '../adapter/relation.ts';
import type { NodeId } from '../compile/compiled.ts';
import type { Graph } from '../graph/graph.ts';
import type { Deferred } from '../plan/defer-nodes.ts';

/** What was found out about the other environment before anything is planned. */
export interface FoundDeferral {
  readonly relations: Deferred;
  /** As they stand there. */
  readonly columns: ReadonlyMap<NodeId, readonly Column[]>;
  /** Databases that statements of the command read beside the target. */
  readonly attached: readonly AttachedDatabase[];
}

export interface Deferral extends FoundDeferral {
  /** The project as it is without: what artifacts say and columns are looked up in. */
  readonly own: Graph;
}

interface MayDefer {
  readonly graph: Graph;
  readonly deferral?: Deferral;
}

/** The project as it is written, each node with the relation that it would be built as. */
export function ownProject<T extends MayDefer>(loaded: T): T {
  return loaded.deferral === undefined ? loaded : { ...loaded, graph: loaded.deferral.own };
}

/** How a deferred node stands where it is read; undefined for all others. */
export function deferredColumns({ deferral }: Pick<MayDefer, 'deferral'>): (id: NodeId) => readonly Column[] | undefined {
  return (id) => deferral?.columns.get(id);
}
