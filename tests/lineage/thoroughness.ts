/** How much is tried: `npm run test:long` tries all of it. */
import { describe } from 'vitest';

const isLong = process.env['TX_TEST_LONG'] !== undefined;

/** The share of what is made at random. */
export const thoroughness = isLong ? 1 : 0.2;

/** Contents of the tables for each case. */
export const rounds = isLong ? 2 : 1;

/** Declares tests that `npm run test:long` runs. */
export function describeLong(name: string, declare: () => void): void {
  if (isLong) describe(name, declare);
}
