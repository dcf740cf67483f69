/** Whether two template values are the same. */
import { compareNumbers } from './exact-number.ts';
import type { Value } from './values.ts';
import { isList, isMap, isNumber, isRelation } from './values.ts';

/** Equal in kind and content; numbers by value, relations by their SQL. */
export function isEqual(a: Value, b: Value): boolean {
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b) === 0;
  if (isRelation(a) && isRelation(b)) return a.sql === b.sql;
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, index) => isEqual(item, b[index]));
  if (isMap(a) && isMap(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key]));
  }
  return a === b;
}
