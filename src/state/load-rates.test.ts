import { describe, expect, it } from 'vitest';
import { estimateLoads } from './load-rates.ts';
import type { PastLoad } from './load-rates.ts';

/** Days are hundreds here. */
const load = (from: number, to: number, rows: number, tookMs: number): PastLoad => ({
  range: { start: from * 100, end: to * 100 },
  rows,
  tookMs,
});
const days = (from: number, to: number) => [{ start: from * 100, end: to * 100 }];

describe('what loads will take', () => {
  it('is not said where nothing was loaded', () => {
    expect(estimateLoads(days(0, 2), 2, { same: [], last: [] })).toBeUndefined();
  });

  it('is what the same days took when they were last loaded, and of a load of several its share', () => {
    const same = [load(2, 3, 7, 30), load(0, 4, 40, 200)];
    expect(estimateLoads(days(2, 4), 2, { same, last: [] })).toMatchObject({ rows: 17, isKnown: true, byLast: 0 });
    expect(estimateLoads(days(0, 3), 3, { same: same.slice(1), last: [] })).toMatchObject({ rows: 30, tookMs: 150 });
  });

  it('goes by the last loads for days that never were', () => {
    const last = [load(0, 1, 10, 100), load(1, 3, 20, 200)];
    expect(estimateLoads(days(5, 11), 6, { same: [], last })).toMatchObject({ rows: 60, isKnown: false, byLast: 2 });
    expect(estimateLoads(days(2, 9), 6, { same: [load(1, 3, 20, 200)], last })).toMatchObject({ rows: 70, isKnown: true, byLast: 2 });
  });

  it('knows that fewer transactions take less, as far as their time is not that of rows', () => {
    // 40 ms for each, and 1 ms for each row.
    const same = [load(0, 1, 10, 50), load(1, 2, 0, 40), load(2, 3, 20, 60), load(3, 4, 10, 50)];
    expect(estimateLoads(days(0, 4), 4, { same, last: [] })).toMatchObject({ rows: 40, tookMs: 200 });
    expect(estimateLoads(days(0, 4), 1, { same, last: [] })).toMatchObject({ rows: 40, tookMs: 80 });
    expect(estimateLoads(days(0, 4), 2, { same: [load(0, 4, 40, 80), ...same], last: [] })).toMatchObject({ tookMs: 120 });
    // Where each had as many rows, nobody can tell.
    const alike = [load(0, 1, 10, 50), load(1, 2, 10, 50)];
    expect(estimateLoads(days(0, 2), 1, { same: alike, last: [] })).toMatchObject({ tookMs: 100 });
    // All of it is the time of rows.
    const byRows = [load(0, 1, 10, 100), load(1, 2, 30, 300)];
    expect(estimateLoads(days(0, 2), 1, { same: byRows, last: [] })).toMatchObject({ tookMs: 400 });
  });
});
