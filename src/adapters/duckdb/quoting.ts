/** The two ways to quote in DuckDB's SQL: names and text. */

/** Always quotes; doubles the quotes inside. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text literal. NUL would end the statement inside the driver, so it is spelled as a call. */
export function quoteText(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return quoted.includes('\0') ? `(${quoted.replaceAll('\0', "' || chr(0) || '")})` : quoted;
}
