import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinRanges } from '../intervals/range-set.ts';
import type { RangeSet } from '../intervals/range-set.ts';
import { readRanges, writeRanges } from './ledger-text.ts';

const range = fc.record({ start: fc.integer({ min: -1e12, max: 4e12 }), length: fc.integer({ min: 1, max: 1e11 }) });
const sets = fc
  .array(range, { maxLength: 600 })
  .map((list) => joinRanges(list.map(({ start, length }) => ({ start, end: start + length }))));

/** Cells of five minutes of which some are missing. */
function cells(count: number, isLoaded: (cell: number) => boolean): RangeSet {
  const size = 300_000;
  const begin = Date.UTC(2005, 0, 1);
  const loaded = Array.from({ length: count }, (_, cell) => cell).filter(isLoaded);
  return joinRanges(loaded.map((cell) => ({ start: begin + cell * size, end: begin + (cell + 1) * size })));
}

describe('ranges as text', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(sets, (set) => {
        expect(readRanges(writeRanges(set))).toEqual(set);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1000, maxLength: 3000 }), (loaded) => {
        const set = cells(loaded.length, (cell) => loaded[cell] === true);
        expect(readRanges(writeRanges(set))).toEqual(set);
      }),
    );
  });

  it('are pairs that everybody can read, as long as these are not many', () => {
    expect(writeRanges([])).toBe('[]');
    expect(writeRanges([{ start: 0, end: 5 }])).toBe('[[0,5]]');
    expect(readRanges('[[3,9],[0,3],[20,20]]')).toEqual([{ start: 0, end: 9 }]);
    expect(writeRanges(cells(1000, (cell) => cell % 2 === 0))).toMatch(/^~300000 \w+ 0\.1 1\.1\*dv$/);
  });

  it('take little room where they are very many', () => {
    const set = cells(400_000, (cell) => cell % 2 === 0 && cell % 7 !== 0);
    const text = writeRanges(set);
    expect(set.length).toBeGreaterThan(170_000);
    expect(text.length).toBeLessThan(set.length * 5);
    expect(readRanges(text)).toEqual(set);
  });
});
