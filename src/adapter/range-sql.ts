/** SQL about the rows of a table in which a column lies in a range. */

/** The condition that it does; rows without a value are in none. */
export function inRange(column: string, from: string, to: string): string {
  return `${column} >= ${from} and ${column} < ${to}`;
}

/** The condition that it does not. */
export function outsideRange(column: string, from: string, to: string): string {
  return `${column} is null or ${column} < ${from} or ${column} >= ${to}`;
}
