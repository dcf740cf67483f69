/** A map from the nodes of a graph to what stands at their positions, made while it is asked for. */
import type { NodeId } from '../compile/compiled.ts';
import type { Adjacency } from './digraph.ts';

/** How the nodes of a graph are found by their ids. */
export interface NodeOrder {
  readonly size: number;
  readonly idAt: (position: number) => NodeId;
  readonly positionOf: (id: NodeId) => number | undefined;
}

/** Holds nothing itself: most commands look at few of the nodes of a large graph. Entries come in the order of the graph. */
export class PositionMap<V> implements ReadonlyMap<NodeId, V> {
  readonly #order: NodeOrder;
  readonly #valueAt: (position: number) => V;

  constructor(order: NodeOrder, valueAt: (position: number) => V) {
    this.#order = order;
    this.#valueAt = valueAt;
  }

  get size(): number {
    return this.#order.size;
  }

  has(id: NodeId): boolean {
    return this.#order.positionOf(id) !== undefined;
  }

  get(id: NodeId): V | undefined {
    const position = this.#order.positionOf(id);
    return position === undefined ? undefined : this.#valueAt(position);
  }

  forEach(callback: (value: V, id: NodeId, map: ReadonlyMap<NodeId, V>) => void): void {
    for (let position = 0; position < this.size; position += 1) callback(this.#valueAt(position), this.#order.idAt(position), this);
  }

  *keys(): Generator<NodeId, undefined> {
    for (let position = 0; position < this.size; position += 1) yield this.#order.idAt(position);
  }

  *values(): Generator<V, undefined> {
    for (let position = 0; position < this.size; position += 1) yield this.#valueAt(position);
  }

  *entries(): Generator<[NodeId, V], undefined> {
    for (let position = 0; position < this.size; position += 1) yield [this.#order.idAt(position), this.#valueAt(position)];
  }

  [Symbol.iterator](): Generator<[NodeId, V], undefined> {
    return this.entries();
  }
}

/** Edges between positions as edges between ids. */
export function namedEdges(order: NodeOrder, adjacency: Adjacency): PositionMap<readonly NodeId[]> {
  const { offsets, targets } = adjacency;
  return new PositionMap(order, (position) => {
    const ids: NodeId[] = [];
    for (let edge = offsets[position] ?? 0, end = offsets[position + 1] ?? 0; edge < end; edge += 1)
      ids.push(order.idAt(targets[edge] ?? 0));
    return ids;
  });
}
