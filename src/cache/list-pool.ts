/** Lists of numbers, one behind the other; a list is known by where it starts and how long it is. */
import type { Column } from './column.ts';
import type { ColumnSet } from './column-set.ts';

export interface ListPlace {
  readonly start: number;
  readonly length: number;
}

export class ListPool {
  readonly #numbers: Column<'i32'>;

  constructor(set: ColumnSet) {
    this.#numbers = set.column('list.numbers', 'i32');
  }

  get count(): number {
    return this.#numbers.count;
  }

  /** Puts a list where `old` stood if there is room for it, else behind all others. */
  put(list: readonly number[], old: ListPlace): ListPlace {
    if (list.length <= old.length) {
      list.forEach((value, at) => this.#numbers.set(old.start + at, value));
      return { start: old.start, length: list.length };
    }
    const start = this.#numbers.count;
    for (const value of list) this.#numbers.push(value);
    return { start, length: list.length };
  }

  get({ start, length }: ListPlace): Int32Array {
    return this.#numbers.numbers.subarray(start, start + length);
  }
}
