/** How much there is in a value: a list that holds one list many times over is as large as all of these together. */
import type { Value } from './values.ts';
import { isList, isMap } from './values.ts';

const known = new WeakMap<object, number>();

/** Characters that count as one item. */
const charactersPerItem = 32;

/** Number of items at all depths, with long texts counted in parts. Each list is looked at once, so this takes no longer than to build it. */
export function valueSize(value: Value): number {
  if (typeof value === 'string') return 1 + Math.floor(value.length / charactersPerItem);
  if (typeof value !== 'object' || value === null || (!isList(value) && !isMap(value))) return 1;
  const before = known.get(value);
  if (before !== undefined) return before;
  let size = 1;
  for (const item of Object.values(value)) size += valueSize(item);
  known.set(value, size);
  return size;
}
