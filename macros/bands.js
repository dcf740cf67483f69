/**
 * A CASE that sorts a number into named bands.
 *
 * `bands "amount" (array 1 100) names=(array "low" "high") below="none"`: the n-th name holds from the n-th bound on.
 */
export function bands(column, bounds, { named }) {
  const names = named.names;
  if (names.length !== bounds.length) {
    throw new Error(`${bounds.length} bounds need as many names, not ${names.length}`);
  }
  const quote = (text) => `'${text.replaceAll("'", "''")}'`;
  const branches = bounds.map((bound, at) => `when ${column} >= ${bound} then ${quote(names[at])}`).reverse();
  return `case ${branches.join(' ')} else ${quote(named.below ?? 'other')} end`;
}
