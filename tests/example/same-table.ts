/** Compares the rows of a warehouse with those that were worked out without it. */
import { expect } from 'vitest';
import type { Cells } from './expected.ts';

/** Same text, or numbers that differ by floating point only. */
function sameCell(actual: string, expected: string | number): boolean {
  if (actual === String(expected)) return true;
  if (actual === '' || typeof expected !== 'number' || Number.isInteger(expected)) return Number(actual) === expected && actual !== '';
  return Math.abs(Number(actual) - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
}

export function expectSameTable(actual: readonly (readonly string[])[], expected: Cells): void {
  expect(actual.length).toBe(expected.length);
  const different = expected.flatMap((row, at) =>
    row.length === actual[at]?.length && row.every((cell, column) => sameCell(actual[at]?.[column] ?? '', cell))
      ? []
      : [{ expected: row, actual: actual[at] }],
  );
  expect(different.slice(0, 5)).toEqual([]);
}
