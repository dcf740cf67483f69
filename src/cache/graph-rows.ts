/** The order and the edges of the graph as columns. */
import type { Adjacency } from '../graph/digraph.ts';
import type { Column } from './column.ts';
import type { ColumnSet } from './column-set.ts';

export class GraphRows {
  /** Rows of the nodes, sorted by id. */
  readonly byId: Column<'i32'>;
  /** Rows of the nodes in the order of the graph. */
  readonly order: Column<'i32'>;
  readonly #parentOffsets: Column<'i32'>;
  readonly #parentTargets: Column<'i32'>;
  readonly #childOffsets: Column<'i32'>;
  readonly #childTargets: Column<'i32'>;

  constructor(set: ColumnSet) {
    this.byId = set.column('graph.byId', 'i32');
    this.order = set.column('graph.order', 'i32');
    this.#parentOffsets = set.column('graph.parentOffsets', 'i32');
    this.#parentTargets = set.column('graph.parentTargets', 'i32');
    this.#childOffsets = set.column('graph.childOffsets', 'i32');
    this.#childTargets = set.column('graph.childTargets', 'i32');
  }

  /** Edges between positions in {@link order}. */
  get parents(): Adjacency {
    return { offsets: whole(this.#parentOffsets), targets: whole(this.#parentTargets) };
  }

  get children(): Adjacency {
    return { offsets: whole(this.#childOffsets), targets: whole(this.#childTargets) };
  }

  replace(
    byId: Int32Array<ArrayBuffer>,
    order: Int32Array<ArrayBuffer>,
    edges: { readonly parents: Adjacency; readonly children: Adjacency },
  ): void {
    this.byId.replace(byId);
    this.order.replace(order);
    this.#parentOffsets.replace(owned(edges.parents.offsets));
    this.#parentTargets.replace(owned(edges.parents.targets));
    this.#childOffsets.replace(owned(edges.children.offsets));
    this.#childTargets.replace(owned(edges.children.targets));
  }
}

function whole(column: Column<'i32'>): Int32Array<ArrayBuffer> {
  return column.numbers.subarray(0, column.count);
}

function owned(numbers: Int32Array): Int32Array<ArrayBuffer> {
  return numbers.slice();
}
