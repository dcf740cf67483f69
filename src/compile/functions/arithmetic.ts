/** Helpers on numbers. */
import type { Builtin, BuiltinCall } from '../builtin.ts';
import { builtin } from '../builtin.ts';
import type { Failed, Value } from '../values.ts';

const number = { name: 'number', type: 'number' } as const;
const two = [
  { name: 'a', type: 'number' },
  { name: 'b', type: 'number' },
] as const;
const many = [
  { name: 'a', type: 'number' },
  { name: 'b', type: 'number', rest: true },
] as const;

function numbers(call: BuiltinCall): readonly number[] {
  return call.args.map((_, index) => call.number(index));
}

/** A number that JavaScript lost is an error, not `NaN` in SQL. */
function finite(call: BuiltinCall, value: number): Value | Failed {
  return Number.isFinite(value) ? value : call.fail('gives no finite number');
}

function fold(name: string, combine: (a: number, b: number) => number): Builtin {
  return builtin(name, many, (call) => finite(call, numbers(call).reduce(combine)));
}

function divide(name: string, combine: (a: number, b: number) => number): Builtin {
  return builtin(name, two, (call) =>
    call.number(1) === 0 ? call.fail('cannot divide by 0', 1) : finite(call, combine(call.number(0), call.number(1))),
  );
}

/** Halves go away from zero, as in SQL. */
function round(call: BuiltinCall): Value | Failed {
  const [value, digits] = [call.number(0), call.number(1, 0)];
  const shifted = Number(`${Math.abs(value)}e${digits}`);
  return finite(call, Math.sign(value) * Number(`${Math.round(shifted)}e${-digits}`));
}

export const arithmeticHelpers: readonly Builtin[] = [
  fold('add', (a, b) => a + b),
  builtin('sub', two, (call) => finite(call, call.number(0) - call.number(1))),
  fold('mul', (a, b) => a * b),
  divide('div', (a, b) => a / b),
  divide('mod', (a, b) => a % b),
  builtin('abs', [number], (call) => Math.abs(call.number(0))),
  builtin('round', [number, { name: 'digits', type: 'integer', optional: true }], round),
  fold('min', (a, b) => Math.min(a, b)),
  fold('max', (a, b) => Math.max(a, b)),
];
