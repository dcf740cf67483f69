import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromDifferences, toDifferences } from './differences.ts';

describe('differences', () => {
  it('are from each number to the next', () => {
    expect(toDifferences([5, 5, 7, 2])).toEqual([5, 0, 2, -5]);
    expect(fromDifferences([5, 0, 2, -5])).toEqual([5, 5, 7, 2]);
  });

  it('give back what they were made of', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), (numbers) => {
        expect(fromDifferences(toDifferences(numbers))).toEqual(numbers);
      }),
    );
  });
});
