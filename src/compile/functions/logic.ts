/** Helpers that compare values. `and`, `or` and `default` look at no more arguments than they need. */
import type { Builtin, BuiltinCall } from '../builtin.ts';
import { builtin } from '../builtin.ts';
import { isEqual } from '../equal-values.ts';
import { compareNumbers } from '../exact-number.ts';
import type { Failed, Value } from '../values.ts';
import { describeKind, isList, isMap, isNumber, isTruthy, printValue } from '../values.ts';

const two = [
  { name: 'a', type: 'known' },
  { name: 'b', type: 'known' },
] as const;

/** Numbers by size, texts by their characters; anything else has no order. */
function compare(call: BuiltinCall): number | Failed {
  const [a, b] = [call.value(0), call.value(1)];
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b);
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  return call.fail(`compares two numbers or two texts, not ${describeKind(a)} and ${describeKind(b)}`);
}

function ordering(name: string, holds: (order: number) => boolean): Builtin {
  return builtin(name, two, (call) => {
    const order = compare(call);
    return typeof order === 'number' ? holds(order) : order;
  });
}

function contains(call: BuiltinCall): Value | Failed {
  const [item, place] = [call.value(0), call.value(1)];
  if (isList(place)) return place.some((other) => isEqual(other, item));
  if (isMap(place)) return typeof item === 'string' && Object.hasOwn(place, item);
  if (typeof place === 'string') return place.includes(printValue(item)?.text ?? '');
  return call.fail(`looks in a list, an object or a text, not in ${describeKind(place)}`, 1);
}

const many = [
  { name: 'a', type: 'any' },
  { name: 'b', type: 'any', rest: true },
] as const;

export const logicHelpers: readonly Builtin[] = [
  builtin('eq', two, (call) => isEqual(call.value(0), call.value(1))),
  builtin('ne', two, (call) => !isEqual(call.value(0), call.value(1))),
  ordering('lt', (order) => order < 0),
  ordering('lte', (order) => order <= 0),
  ordering('gt', (order) => order > 0),
  ordering('gte', (order) => order >= 0),
  builtin('and', many, (call) => call.rest(0).every(isTruthy)),
  builtin('or', many, (call) => call.rest(0).some(isTruthy)),
  builtin('not', [{ name: 'a', type: 'known' }], (call) => !isTruthy(call.value(0))),
  builtin(
    'in',
    [
      { name: 'item', type: 'known' },
      { name: 'list', type: 'known' },
    ],
    contains,
  ),
  builtin(
    'default',
    [
      { name: 'value', type: 'any' },
      { name: 'otherwise', type: 'any' },
    ],
    (call) => call.value(0) ?? call.value(1),
  ),
];
