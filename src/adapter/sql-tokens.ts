/** Splits SQL into the few kinds of token that `tx` must tell apart; the engine's parser has the last word. */

export interface SqlToken {
  readonly kind: 'word' | 'text' | 'symbol';
  readonly start: number;
  readonly end: number;
}

/** Line comments and white space, and where a block comment begins; then quoted text in its four spellings; then words, numbers; then any one character. */
const TOKEN =
  /(?<skip>\s+|--[^\n\r]*)|(?<block>\/\*)|(?<text>[eE]'(?:[^'\\]+|\\[^]|'')*(?:'|$)|'(?:[^']+|'')*(?:'|$)|"(?:[^"]+|"")*(?:"|$)|\$(?<tag>(?:[A-Za-z_\u{80}-\u{10ffff}][\w\u{80}-\u{10ffff}]*)?)\$[^]*?(?:\$\k<tag>\$|$))|(?<word>[\w\u{80}-\u{10ffff}][\w$\u{80}-\u{10ffff}]*)|[^]/gu;

/** Tokens of `sql` without comments and white space. */
export function* sqlTokens(sql: string): Generator<SqlToken> {
  const reader = new RegExp(TOKEN);
  for (let match = reader.exec(sql); match !== null; match = reader.exec(sql)) {
    const groups = match.groups;
    if (groups?.['block'] !== undefined) reader.lastIndex = endOfComment(sql, match.index);
    if (groups?.['skip'] !== undefined || groups?.['block'] !== undefined) continue;
    const kind = groups?.['word'] !== undefined ? 'word' : groups?.['text'] !== undefined ? 'text' : 'symbol';
    yield { kind, start: match.index, end: match.index + match[0].length };
  }
}

/** Comments stand inside of each other. One that nothing closes goes to the end. */
function endOfComment(sql: string, start: number): number {
  const sign = /\/\*|\*\//g;
  sign.lastIndex = start;
  let depth = 0;
  for (let match = sign.exec(sql); match !== null; match = sign.exec(sql)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return sign.lastIndex;
  }
  return sql.length;
}

/** The text of a token, in lower case for words: keywords compare. */
export function keyword(sql: string, token: SqlToken | undefined): string {
  return token === undefined ? '' : sql.slice(token.start, token.end).toLowerCase();
}

/** Puts a space in the place of each semicolon that ends a statement, so that a query can be wrapped in parentheses. */
export function blankSemicolons(sql: string): string {
  if (!sql.includes(';')) return sql;
  let result = '';
  let from = 0;
  for (const token of sqlTokens(sql)) {
    if (token.kind !== 'symbol' || sql[token.start] !== ';') continue;
    result += `${sql.slice(from, token.start)} `;
    from = token.end;
  }
  return result + sql.slice(from);
}
