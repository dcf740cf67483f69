/** One column of numbers: read from a file when somebody looks at it, changed in memory, written as what has changed. */
import { bug } from '../diagnostics/bug.ts';

export type ColumnType = 'u8' | 'i32' | 'f64';

export type Numbers = Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

export type NumbersOf<T extends ColumnType> = T extends 'u8'
  ? Uint8Array<ArrayBuffer>
  : T extends 'i32'
    ? Int32Array<ArrayBuffer>
    : Float64Array<ArrayBuffer>;

/** Room for `length` numbers. */
export function makeNumbers(type: ColumnType, length: number): Numbers {
  return type === 'u8' ? new Uint8Array(length) : type === 'i32' ? new Int32Array(length) : new Float64Array(length);
}

/** Bytes as numbers. They are copied where they do not lie as the numbers need it. */
export function numbersOf(type: ColumnType, bytes: Uint8Array<ArrayBuffer>): Numbers {
  const width = bytesPerNumber[type];
  const { buffer, byteOffset, length } = byteOffsetFits(bytes, width) ? bytes : bytes.slice();
  if (type === 'u8') return new Uint8Array(buffer, byteOffset, length);
  return type === 'i32' ? new Int32Array(buffer, byteOffset, length / width) : new Float64Array(buffer, byteOffset, length / width);
}

function byteOffsetFits(bytes: Uint8Array, width: number): boolean {
  return bytes.byteOffset % width === 0;
}

export const bytesPerNumber: Readonly<Record<ColumnType, number>> = { u8: 1, i32: 4, f64: 8 };

/** Where a column stands in a file, and what has changed since that was written. */
export interface StoredColumn {
  /** How many numbers the file holds. */
  readonly count: number;
  /** How many there are with the patches. */
  readonly length: number;
  readonly load: () => Numbers;
  /** Stretches that a later file holds: they lie over the numbers, and may go on behind them. */
  readonly patches: readonly ColumnPatch[];
}

export interface ColumnPatch {
  readonly start: number;
  readonly numbers: Numbers;
}

/** Numbers behind the stored ones get room in steps, so that a column can grow one by one. */
const leastRoom = 64;

export class Column<T extends ColumnType = ColumnType> {
  readonly type: T;
  readonly #stored: StoredColumn | undefined;
  readonly #storedCount: number;
  #count: number;
  #numbers: NumbersOf<T> | undefined;
  /** Stored numbers that were changed, while the others were not looked at; and since. */
  readonly #changed = new Map<number, number>();
  #isReplaced = false;
  /** Numbers behind the stored ones, until all are looked at. */
  #tail: number[] = [];

  constructor(type: T, stored?: StoredColumn) {
    this.type = type;
    this.#stored = stored;
    this.#storedCount = stored?.count ?? 0;
    this.#count = this.#storedCount;
    for (const { start, numbers } of stored?.patches ?? []) {
      // Patches have the type of their column.
      if (start === 0 && numbers.length === stored?.length) this.replace(numbers as NumbersOf<T>);
      else numbers.forEach((value, at) => (start + at < this.#count ? this.set(start + at, value) : this.push(value)));
    }
  }

  get count(): number {
    return this.#count;
  }

  /** All numbers; those from {@link count} on mean nothing. The array may be another one after the column has grown. */
  get numbers(): NumbersOf<T> {
    return this.#numbers ?? this.#load();
  }

  get(at: number): number {
    return this.numbers[at] ?? bug(`a column of ${this.#count} has no number ${at}`);
  }

  set(at: number, value: number): void {
    if (at < this.#storedCount && !this.#isReplaced) {
      if (this.#numbers !== undefined && this.#numbers[at] === value) return;
      this.#changed.set(at, value);
    }
    if (this.#numbers !== undefined) this.#numbers[at] = value;
    else if (at >= this.#storedCount) this.#tail[at - this.#storedCount] = value;
  }

  push(value: number): void {
    if (this.#numbers === undefined) this.#tail.push(value);
    else {
      if (this.#count === this.#numbers.length) this.#grow(this.#count + 1);
      this.#numbers[this.#count] = value;
    }
    this.#count += 1;
  }

  /** Makes the column longer; gives the place of the first new number. All of them are to be written to {@link numbers}. */
  extend(length: number): number {
    const start = this.#count;
    if (start + length > this.numbers.length) this.#grow(start + length);
    this.#count += length;
    return start;
  }

  /** Puts a whole new column in the place of this. */
  replace(numbers: NumbersOf<T>): void {
    this.#numbers = numbers;
    this.#count = numbers.length;
    this.#isReplaced = true;
    this.#changed.clear();
    this.#tail = [];
  }

  /** The numbers as bytes. */
  bytes(from = 0, to: number = this.#count): Uint8Array {
    const { buffer, byteOffset } = this.numbers;
    const width = bytesPerNumber[this.type];
    return new Uint8Array(buffer, byteOffset + from * width, (to - from) * width);
  }

  /** What differs from the stored numbers, in order. */
  patches(): readonly ColumnPatch[] {
    if (this.#isReplaced) return [{ start: 0, numbers: this.#part(0, this.#count) }];
    const patches: ColumnPatch[] = [];
    const places = [...this.#changed.keys()].sort((a, b) => a - b);
    for (let first = 0; first < places.length;) {
      let last = first;
      while (places[last + 1] === (places[last] ?? 0) + 1) last += 1;
      const values = places.slice(first, last + 1).map((place) => this.#changed.get(place) ?? 0);
      patches.push({ start: places[first] ?? 0, numbers: this.#from(values) });
      first = last + 1;
    }
    const isBehind = this.#count > this.#storedCount;
    const tail = this.#numbers === undefined ? this.#from(this.#tail) : this.#part(this.#storedCount, this.#count);
    return isBehind ? [...patches, { start: this.#storedCount, numbers: tail }] : patches;
  }

  #part(from: number, to: number): Numbers {
    return this.numbers.subarray(from, to);
  }

  #from(values: readonly number[]): Numbers {
    const numbers = makeNumbers(this.type, values.length);
    values.forEach((value, at) => (numbers[at] = value));
    return numbers;
  }

  #load(): NumbersOf<T> {
    const stored = this.#stored?.load();
    const count = this.#count;
    // The stored numbers have this column's type: whoever reads the file checks that.
    if (stored !== undefined && count === this.#storedCount) this.#numbers = stored as NumbersOf<T>;
    else {
      const room = count === 0 ? leastRoom : count + (count >>> 3) + leastRoom;
      const numbers = makeNumbers(this.type, room) as NumbersOf<T>;
      if (stored !== undefined) numbers.set(stored);
      this.#tail.forEach((value, at) => (numbers[this.#storedCount + at] = value));
      this.#numbers = numbers;
    }
    for (const [at, value] of this.#changed) this.#numbers[at] = value;
    this.#tail = [];
    return this.#numbers;
  }

  #grow(least: number): void {
    const before = this.numbers;
    // What was stored is seldom followed by much.
    const room = this.#storedCount > 0 ? least + (least >>> 4) : before.length * 2;
    const numbers = makeNumbers(this.type, Math.max(leastRoom, least, room)) as NumbersOf<T>;
    numbers.set(before);
    this.#numbers = numbers;
  }
}
