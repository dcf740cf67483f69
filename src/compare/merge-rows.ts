/** Walks two streams of rows in the order of their keys, side by side. */
import type { Cell } from '../adapter/connection.ts';
import type { Sides } from './comparison.ts';

export type Row = readonly Cell[];
export type Parts = AsyncIterable<readonly Row[]>;

/** Rows with the same key, or one of them alone. */
export interface Meeting {
  readonly here: Row | undefined;
  readonly there: Row | undefined;
}

/** Both streams sort by their first `width` cells, which are texts or NULL, NULL first, each key once. */
export async function* mergeRows(streams: Sides<Parts>, width: number): AsyncGenerator<Meeting> {
  const [here, there] = [new Stream(streams.here), new Stream(streams.there)];
  try {
    for (;;) {
      // Both databases work at the same time.
      const [one, other] = await Promise.all([here.peek(), there.peek()]);
      if (one === undefined && other === undefined) return;
      const order = one === undefined ? 1 : other === undefined ? -1 : compareKeys(one, other, width);
      yield { here: order <= 0 ? one : undefined, there: order >= 0 ? other : undefined };
      if (order <= 0) here.pass();
      if (order >= 0) there.pass();
    }
  } finally {
    await Promise.all([here.end(), there.end()]);
  }
}

class Stream {
  readonly #parts: AsyncIterator<readonly Row[]>;
  #part: readonly Row[] = [];
  #at = 0;

  constructor(parts: Parts) {
    this.#parts = parts[Symbol.asyncIterator]();
  }

  peek(): Row | undefined | Promise<Row | undefined> {
    return this.#at < this.#part.length ? this.#part[this.#at] : this.#next();
  }

  pass(): void {
    this.#at += 1;
  }

  async end(): Promise<void> {
    await this.#parts.return?.();
  }

  async #next(): Promise<Row | undefined> {
    const next = await this.#parts.next();
    if (next.done === true) return undefined;
    this.#part = next.value;
    this.#at = 0;
    return this.#part[0];
  }
}

function compareKeys(one: Row, other: Row, width: number): number {
  for (let at = 0; at < width; at += 1) {
    const [a, b] = [one[at] ?? null, other[at] ?? null];
    if (a === b) continue;
    if (a === null || b === null) return a === null ? -1 : 1;
    return a < b ? -1 : 1;
  }
  return 0;
}
