/** Splits SQL into the few kinds of token that `tx` must tell apart; the engine's parser has the last word. */

export interface SqlToken {
  readonly kind: 'word' | 'text' | 'symbol';
  readonly start: number;
  readonly end: number;
}

/** Comments and white space; then quoted text in its four spellings; then words, numbers; then any one character. */
const TOKEN =
  /(?<skip>\s+|--[^\n\r]*|\/\*[^]*?(?:\*\/|$))|(?<text>[eE]'(?:[^'\\]+|\\[^]|'')*(?:'|$)|'(?:[^']+|'')*(?:'|$)|"(?:[^"]+|"")*(?:"|$)|\$(?<tag>(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$[^]*?(?:\$\k<tag>\$|$))|(?<word>[\w\u0080-\uffff][\w$\u0080-\uffff]*)|[^]/gu;

/** Tokens of `sql` without comments and white space. */
export function* sqlTokens(sql: string): Generator<SqlToken> {
  for (const match of sql.matchAll(TOKEN)) {
    const groups = match.groups;
    if (groups?.['skip'] !== undefined) continue;
    const kind = groups?.['word'] !== undefined ? 'word' : groups?.['text'] !== undefined ? 'text' : 'symbol';
    yield { kind, start: match.index, end: match.index + match[0].length };
  }
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
