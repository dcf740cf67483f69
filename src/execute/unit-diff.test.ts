import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairRows } from './unit-diff.ts';
import type { Sides } from './unit-diff.ts';

const sides = (over: Partial<Sides>): Sides => {
  const given = { columns: ['id', 'word'], key: [], missing: [], unexpected: [], ...over };
  return { missingCount: given.missing.length, unexpectedCount: given.unexpected.length, ...given };
};

describe('rows that differ', () => {
  it('belong together by their key, whatever else they say', () => {
    const diff = pairRows(
      sides({
        key: [0],
        missing: [
          [1, 'a'],
          [2, 'b'],
        ],
        unexpected: [
          [2, 'a'],
          [3, 'b'],
        ],
      }),
    );
    expect(diff.rows).toEqual([
      { kind: 'missing', expected: [1, 'a'] },
      { kind: 'differing', expected: [2, 'b'], actual: [2, 'a'] },
      { kind: 'unexpected', actual: [3, 'b'] },
    ]);
    expect([diff.differing, diff.missing, diff.unexpected]).toEqual([1, 1, 1]);
  });

  it('belong to those that agree most where there is no key', () => {
    const diff = pairRows(
      sides({
        columns: ['a', 'b', 'c'],
        missing: [
          [1, 'x', true],
          [2, 'y', true],
        ],
        unexpected: [
          [2, 'x', true],
          [2, 'y', false],
        ],
      }),
    );
    expect(diff.rows).toEqual([
      { kind: 'differing', expected: [1, 'x', true], actual: [2, 'x', true] },
      { kind: 'differing', expected: [2, 'y', true], actual: [2, 'y', false] },
    ]);
  });

  it('stay apart where they have nothing in common, but for the only two', () => {
    const apart = pairRows(
      sides({
        missing: [[1, 'a']],
        unexpected: [
          [2, 'b'],
          [3, 'c'],
        ],
      }),
    );
    expect(apart.rows.map(({ kind }) => kind)).toEqual(['missing', 'unexpected', 'unexpected']);
    expect(pairRows(sides({ missing: [[1, 'a']], unexpected: [[2, 'b']] })).rows.map(({ kind }) => kind)).toEqual(['differing']);
  });

  it('are told once each, and counted beyond those that were read', () => {
    const row = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom('a', 'b', null));
    const both = fc.tuple(fc.array(row), fc.array(row), fc.boolean(), fc.nat(5));
    fc.assert(
      fc.property(both, ([missing, unexpected, hasKey, more]) => {
        const diff = pairRows(
          sides({ key: hasKey ? [0] : [], missing, unexpected, missingCount: missing.length + more, unexpectedCount: unexpected.length }),
        );
        const expected = diff.rows.flatMap((entry) => (entry.kind === 'unexpected' ? [] : [entry.expected]));
        const actual = diff.rows.flatMap((entry) => (entry.kind === 'missing' ? [] : [entry.actual]));
        expect(expected).toEqual(missing);
        expect(actual.map(String).sort()).toEqual(unexpected.map(String).sort());
        expect(diff.differing + diff.missing).toBe(missing.length + more);
        expect(diff.differing + diff.unexpected).toBe(unexpected.length);
      }),
    );
  });
});
