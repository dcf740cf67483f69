/** Records that keep the order in which their keys were written. JavaScript puts keys that look like indexes first: years, ids. */

/** A record without prototype: a user's key such as `constructor` or `__proto__` is a key like any other. */
export function blankRecord<T>(): Record<string, T> {
  // Object.create is typed `any`; an object without prototype and properties is an empty record of any value type.
  return Object.create(null) as Record<string, T>;
}

const order: unique symbol = Symbol('order of keys');

/** What would be moved to the front. */
const indexLike = /^(?:0|[1-9]\d{0,15})$/;

/** The record of `entries`; of two entries with one key the later value counts, in the place of the earlier. */
export function orderedRecord<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  const record = blankRecord<T>();
  for (const [key, value] of entries) record[key] = value;
  if (entries.some(([key]) => indexLike.test(key))) {
    // Not enumerable: a copy of the record has the order of its own keys.
    Object.defineProperty(record, order, { value: [...new Set(entries.map(([key]) => key))] });
  }
  return record;
}

/** The keys of a record as they were written, if it was made by {@link orderedRecord}; else in the order of JavaScript. */
export function keysInOrder(record: Readonly<Record<string, unknown>>): readonly string[] {
  const written: unknown = Object.getOwnPropertyDescriptor(record, order)?.value;
  // Only `orderedRecord` knows the symbol.
  return written === undefined ? Object.keys(record) : (written as readonly string[]);
}

/** Keys and values, in that order. */
export function entriesInOrder<T>(record: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return keysInOrder(record).map((key) => [key, record[key] as T]);
}
