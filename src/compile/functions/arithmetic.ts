/** Helpers on numbers, exact but for `div`. */
import type { Builtin, BuiltinCall } from '../builtin.ts';
import { builtin } from '../builtin.ts';
import type { YamlNumber } from '../../project/project.ts';
import { absolute, add, compareNumbers, multiply, remainder, roundNumber, subtract } from '../exact-number.ts';
import type { Failed, Value } from '../values.ts';
import { isNumber, numberOf } from '../values.ts';

type NumberValue = number | YamlNumber;

const number = { name: 'number', type: 'number' } as const;
const two = [
  { name: 'a', type: 'number' },
  { name: 'b', type: 'number' },
] as const;
const many = [
  { name: 'a', type: 'number' },
  { name: 'b', type: 'number', rest: true },
] as const;

function operand(call: BuiltinCall, index: number): NumberValue {
  const value = call.value(index);
  return isNumber(value) ? value : 0;
}

/** A number beyond what SQL and JavaScript can hold is an error, not `inf` in SQL. */
function finite(call: BuiltinCall, value: NumberValue | undefined): Value | Failed {
  return value === undefined || !Number.isFinite(numberOf(value)) ? call.fail('gives no finite number') : value;
}

function fold(name: string, combine: (a: NumberValue, b: NumberValue) => NumberValue | undefined): Builtin {
  return builtin(name, many, (call) => {
    let result: NumberValue | undefined = operand(call, 0);
    for (let index = 1; index < call.args.length && result !== undefined; index += 1) result = combine(result, operand(call, index));
    return finite(call, result);
  });
}

function divide(name: string, combine: (a: NumberValue, b: NumberValue) => NumberValue | undefined): Builtin {
  return builtin(name, two, (call) =>
    call.number(1) === 0 ? call.fail('cannot divide by 0', 1) : finite(call, combine(operand(call, 0), operand(call, 1))),
  );
}

export const arithmeticHelpers: readonly Builtin[] = [
  fold('add', add),
  builtin('sub', two, (call) => finite(call, subtract(operand(call, 0), operand(call, 1)))),
  fold('mul', multiply),
  // Most quotients have no end: they are doubles, as everywhere in JavaScript.
  divide('div', (a, b) => numberOf(a) / numberOf(b)),
  divide('mod', remainder),
  builtin('abs', [number], (call) => finite(call, absolute(operand(call, 0)))),
  builtin('round', [number, { name: 'digits', type: 'integer', optional: true }], (call) =>
    finite(call, roundNumber(operand(call, 0), call.number(1, 0))),
  ),
  fold('min', (a, b) => (compareNumbers(b, a) < 0 ? b : a)),
  fold('max', (a, b) => (compareNumbers(b, a) > 0 ? b : a)),
];
