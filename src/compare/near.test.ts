import { expect, it } from 'vitest';
import { isNear } from './near.ts';

it.each([
  ['0.1', '0.2', 0.1, true],
  ['0.1', '0.2001', 0.1, false],
  [1, 1.5, 0.5, true],
  ['12345678901234567890.0000000001', '12345678901234567891.0000000001', 0.5, false],
  ['12345678901234567890.0000000001', '12345678901234567890.0000000002', 0.0000000001, true],
  ['-1', '1', 2, true],
  ['-1.5', '1', 2, false],
  ['9223372036854775807', 9, 5, false],
  ['NaN', 'NaN', 1, false],
  ['Infinity', 1, 1e300, false],
  [null, 0, 1, false],
  [1e-7, 2e-7, 1e-7, true],
] as const)('%s and %s are within %s: %s', (one, other, value, expected) => {
  expect([isNear(one, other, { value, percent: false }), isNear(other, one, { value, percent: false })]).toEqual([expected, expected]);
});

it('takes a part of the larger one', () => {
  expect(isNear('100', '101', { value: 1, percent: true })).toBe(true);
  expect(isNear('100', '102', { value: 1, percent: true })).toBe(false);
  expect(isNear(0, 1, { value: 100, percent: true })).toBe(true);
});
