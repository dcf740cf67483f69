/** Finds the row of a node by its id, without making the ids of all others. */
import type { NodeId } from '../compile/compiled.ts';
import type { Column } from './column.ts';
import type { ColumnSet } from './column-set.ts';
import { hashText } from './hash-text.ts';

export class NodeIds {
  /** Rows by the hash of their id, with open addresses; 0 is free, others are one more than the row. */
  readonly #places: Column<'i32'>;
  readonly #hashes: Column<'i32'>;
  readonly #idOf: (row: number) => NodeId;
  /** Rows that this process added or found. */
  readonly #known = new Map<NodeId, number>();
  readonly #storedCount: number;
  #placed: number;

  constructor(set: ColumnSet, hashes: Column<'i32'>, idOf: (row: number) => NodeId) {
    this.#places = set.column('id.places', 'i32');
    this.#hashes = hashes;
    this.#idOf = idOf;
    this.#storedCount = hashes.count;
    this.#placed = hashes.count;
    set.beforeSaving(() => this.#placeAll());
  }

  find(id: NodeId): number | undefined {
    const known = this.#known.get(id);
    // All others stand among those that were stored, where a place leads to each.
    return known !== undefined || this.#storedCount === 0 ? known : this.#search(id);
  }

  #search(id: NodeId): number | undefined {
    const mask = this.#places.count - 1;
    const places = this.#places.numbers;
    const hashes = this.#hashes.numbers;
    const hash = hashText(id);
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const row = (places[at] ?? 0) - 1;
      if (row < 0) return undefined;
      if (hashes[row] === hash && this.#idOf(row) === id) {
        this.#known.set(id, row);
        return row;
      }
    }
  }

  /** Remembers a row whose id was made: it need not be searched for. */
  learn(id: NodeId, row: number): void {
    this.#known.set(id, row);
  }

  /** Takes in the row that was added last. */
  add(id: NodeId, row: number): void {
    this.#known.set(id, row);
  }

  #place(row: number): void {
    const places = this.#places.numbers;
    const mask = this.#places.count - 1;
    let at = this.#hashes.get(row) & mask;
    while ((places[at] ?? 0) !== 0) at = (at + 1) & mask;
    this.#places.set(at, row + 1);
  }

  #placeAll(): void {
    const { count } = this.#hashes;
    if (count * 2 > this.#places.count) {
      let room = 64;
      while (room < count * 3) room *= 2;
      this.#places.replace(new Int32Array(room));
      this.#placed = 0;
    }
    while (this.#placed < count) {
      this.#place(this.#placed);
      this.#placed += 1;
    }
  }
}
