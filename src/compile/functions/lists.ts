/** Helpers on lists and objects. */
import type { Builtin, BuiltinCall } from '../builtin.ts';
import { builtin } from '../builtin.ts';
import { entriesInOrder, keysInOrder, orderedRecord } from '../../project/yaml/ordered-record.ts';
import { isEqual } from '../equal-values.ts';
import { compareNumbers } from '../exact-number.ts';
import type { Failed, Value, ValueMap } from '../values.ts';
import { describeKind, isList, isMap, isNumber, numberOf, printValue } from '../values.ts';

const list = { name: 'list', type: 'list' } as const;
const map = { name: 'object', type: 'map' } as const;

/** Longest list that `range` makes. */
const maxRange = 100_000;

function range(call: BuiltinCall): Value | Failed {
  const single = call.args.length === 1;
  const from = single ? 0 : call.number(0);
  const to = single ? call.number(0) : call.number(1);
  const step = call.number(2, 1);
  if (step === 0) return call.fail('cannot count in steps of 0', 2);
  const count = Math.max(0, Math.ceil((to - from) / step));
  if (count > maxRange) return call.fail(`would give ${count} numbers, and ${maxRange} are the most`);
  return Array.from({ length: count }, (_, index) => from + index * step);
}

function sort(call: BuiltinCall): Value | Failed {
  const items = [...call.list(0)];
  if (items.every(isNumber)) return items.sort(compareNumbers);
  if (items.every((item) => typeof item === 'string')) return items.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return call.fail('sorts numbers or texts, not a mixture', 0);
}

function unique(items: readonly Value[]): readonly Value[] {
  const scalars = new Set<Value>();
  const kept: Value[] = [];
  for (const item of items) {
    const simple = typeof item !== 'object' || item === null;
    if (simple ? scalars.has(item) : kept.some((other) => isEqual(other, item))) continue;
    if (simple) scalars.add(item);
    kept.push(item);
  }
  return kept;
}

function length(call: BuiltinCall): Value | Failed {
  const value = call.value(0);
  if (isList(value) || typeof value === 'string') return value.length;
  if (isMap(value)) return Object.keys(value).length;
  return call.fail(`counts a list, an object or a text, not ${describeKind(value)}`, 0);
}

function join(call: BuiltinCall): Value | Failed {
  const parts: string[] = [];
  for (const item of call.list(0)) {
    const printed = printValue(item);
    if (printed === undefined) return call.fail(`joins texts and numbers, not ${describeKind(item)}`, 0);
    parts.push(printed.text);
  }
  return parts.join(call.text(1));
}

/** `object "key" value …` and `object key=value`. */
function makeObject(call: BuiltinCall): Value | Failed {
  const made: [string, Value][] = [];
  if (call.args.length % 2 === 1) return call.fail('takes pairs of key and value');
  for (let index = 0; index < call.args.length; index += 2) {
    const key = call.value(index);
    if (typeof key !== 'string') return call.fail(`needs text for a key, not ${describeKind(key)}`, index);
    made.push([key, call.value(index + 1)]);
  }
  for (const [key, argument] of call.named) made.push([key, argument.value]);
  return orderedRecord(made);
}

function get(call: BuiltinCall): Value | Failed {
  const [from, key] = [call.value(0), call.value(1)];
  if (isMap(from) && typeof key === 'string') return own(from, key);
  if (isList(from) && isNumber(key)) return from.at(numberOf(key));
  return call.fail(`takes an object and a key, or a list and a number, not ${describeKind(from)} and ${describeKind(key)}`);
}

function own(from: ValueMap, key: string): Value {
  return Object.hasOwn(from, key) ? from[key] : undefined;
}

export const listHelpers: readonly Builtin[] = [
  builtin('array', [{ name: 'item', type: 'any', optional: true, rest: true }], (call) => call.rest(0)),
  builtin('length', [{ name: 'list', type: 'any' }], length),
  builtin('first', [list], (call) => (call.list(0).length === 0 ? call.fail('has no item: the list is empty', 0) : call.list(0)[0])),
  builtin('last', [list], (call) => (call.list(0).length === 0 ? call.fail('has no item: the list is empty', 0) : call.list(0).at(-1))),
  builtin('slice', [list, { name: 'from', type: 'integer' }, { name: 'to', type: 'integer', optional: true }], (call) =>
    call.list(0).slice(call.number(1), call.has(2) ? call.number(2) : undefined),
  ),
  builtin('reverse', [list], (call) => call.list(0).toReversed()),
  builtin('sort', [list], sort),
  builtin('unique', [list], (call) => unique(call.list(0))),
  builtin(
    'range',
    [
      { name: 'from', type: 'integer' },
      { name: 'to', type: 'integer', optional: true },
      { name: 'step', type: 'integer', optional: true },
    ],
    range,
    { form: '(range 3)`, `(range 1 4)` or `(range 0 10 2)' },
  ),
  builtin(
    'join',
    [
      { name: 'list', type: 'list' },
      { name: 'separator', type: 'text' },
    ],
    join,
    { form: '{{join list ", "}}' },
  ),
  builtin('object', [{ name: 'key', type: 'any', optional: true, rest: true }], makeObject, {
    anyNamed: true,
    form: '(object "key" value)',
  }),
  builtin('keys', [map], (call) => keysInOrder(call.map(0))),
  builtin('values', [map], (call) => entriesInOrder(call.map(0)).map(([, value]) => value)),
  builtin(
    'get',
    [
      { name: 'object', type: 'any' },
      { name: 'key', type: 'any' },
    ],
    get,
    { form: '(get object "key")' },
  ),
];
