/** How much is tried: `npm run test:long` tries all of it. */
const isLong = process.env['TX_TEST_LONG'] !== undefined;

/** The share of what is made at random. */
export const thoroughness = isLong ? 1 : 0.1;

/** Contents of the tables for each case. */
export const rounds = isLong ? 2 : 1;

/** Of many cases, those that are looked at. */
export function sample<T>(cases: readonly T[]): readonly T[] {
  return isLong ? cases : cases.filter((_, at) => at % 10 === 0);
}
