/** Checks that compare with what they measured when they last ran. */
import { describe, expect, test } from 'vitest';
import { dialect } from '../adapters/duckdb/dialect.ts';
import type { CheckArguments } from './check-definition.ts';
import { fill } from './shape-sql.ts';
import { findCheck } from './vocabulary.ts';

/** Whether so many rows violate, after so many before; worked out by plain arithmetic over the SQL. */
function violates(args: CheckArguments, previous: string | undefined, rows: number): boolean {
  const target = { dialect, column: undefined, now: '2024-01-01T00:00:00Z', previous, declared: [], exposed: [] };
  const shape = findCheck('row_count_change')?.shape(args, target);
  if (shape?.kind !== 'aggregate') throw new Error('no aggregate');
  const sql = fill(shape.violation, [String(rows)]);
  const match = /^(abs)?\((\d+) - (\d+)\) \* 100\.0 > (\d+)$/.exec(sql);
  if (match === null) return sql !== 'false';
  const change = Number(match[2]) - Number(match[3]);
  return (match[1] === 'abs' ? Math.abs(change) : change) * 100 > Number(match[4]);
}

describe('row_count_change', () => {
  test.each<[string, CheckArguments, string | undefined, number, boolean]>([
    ['the first time anything passes', { percent: 5 }, undefined, 7, false],
    ['a change of exactly so much passes', { percent: 10 }, '1000', 1100, false],
    ['a rise above it', { percent: 10 }, '1000', 1101, true],
    ['a drop below it', { percent: 10 }, '1000', 899, true],
    ['a rise where drops count', { percent: 10, direction: 'drop' }, '1000', 5000, false],
    ['a drop where drops count', { percent: 10, direction: 'drop' }, '1000', 0, true],
    ['a rise where rises count', { percent: 10, direction: 'rise' }, '1000', 1101, true],
    ['few rows may change', { percent: 10 }, '99', 0, false],
    ['unless few are enough', { percent: 10, min_rows: 10 }, '99', 0, true],
    ['none before', { percent: 10, min_rows: 0 }, '0', 50, false],
    ['what is no count is not compared with', { percent: 10 }, 'x', 50, false],
  ])('%s', (_name, args, previous, rows, expected) => {
    expect(violates(args, previous, rows)).toBe(expected);
  });
});
