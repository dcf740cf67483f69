import { describe, expect, test } from 'vitest';
import type { Threshold } from './judge.ts';
import { judge, meets } from './judge.ts';

const any: Threshold = { operator: '!=', value: 0, percent: false };
const over = (value: number, percent = false): Threshold => ({ operator: '>', value, percent });

describe('judge', () => {
  test('no failures pass, any failure fails by default', () => {
    expect(judge({ failures: 0, total: undefined, severity: 'error', warnIf: any, errorIf: any })).toBe('pass');
    expect(judge({ failures: 1, total: undefined, severity: 'error', warnIf: any, errorIf: any })).toBe('fail');
  });

  test('severity warn never fails', () => {
    expect(judge({ failures: 9, total: undefined, severity: 'warn', warnIf: any, errorIf: any })).toBe('warn');
  });

  test('one check warns above one threshold and fails above another', () => {
    const verdict = (failures: number): string =>
      judge({ failures, total: undefined, severity: 'error', warnIf: over(2), errorIf: over(10) });
    expect([2, 3, 10, 11].map(verdict)).toEqual(['pass', 'warn', 'warn', 'fail']);
  });

  test('a percent is of the rows left after where', () => {
    const verdict = (failures: number): string => judge({ failures, total: 200, severity: 'error', warnIf: any, errorIf: over(0.5, true) });
    expect([0, 1, 2].map(verdict)).toEqual(['pass', 'warn', 'fail']);
  });

  test('0 rows are 0 percent', () => {
    expect(meets(0, 0, over(0, true))).toBe(false);
    expect(meets(0, 0, { operator: '=', value: 0, percent: true })).toBe(true);
  });

  test('percents are exact: 0.1 % of 3000 rows is 3 rows', () => {
    expect([2, 3, 4].map((failures) => meets(failures, 3000, { operator: '=', value: 0.1, percent: true }))).toEqual([false, true, false]);
    expect(meets(1, 1e7, { operator: '>=', value: 1e-5, percent: true })).toBe(true);
    expect(meets(3, undefined, { operator: '>', value: 2.5, percent: false })).toBe(true);
  });

  test.each([
    ['=', [false, true, false]],
    ['!=', [true, false, true]],
    ['>', [false, false, true]],
    ['>=', [false, true, true]],
    ['<', [true, false, false]],
    ['<=', [true, true, false]],
  ] as const)('%s compares as it reads', (operator, expected) => {
    expect([1, 2, 3].map((failures) => meets(failures, undefined, { operator, value: 2, percent: false }))).toEqual(expected);
  });
});
