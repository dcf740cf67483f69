/** The two ways to quote in PostgreSQL's SQL: names and text. */

/** Always quotes; doubles the quotes inside. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * A text literal; connections keep `standard_conforming_strings` on, so a backslash is a character. No text of this
 * engine can hold NUL: the call that stands for it fails and says so, where the bare character would cut the statement.
 */
export function quoteText(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return quoted.includes('\0') ? `(${quoted.replaceAll('\0', "' || chr(0) || '")})` : quoted;
}
