/** Splits SQL into the few kinds of token that `tx` must tell apart; the engine's parser has the last word. */

export interface SqlToken {
  readonly kind: 'word' | 'text' | 'symbol';
  readonly start: number;
  readonly end: number;
}

/** White space and line comments; then quoted text in its spellings; then words, numbers; then any one character. */
const TOKEN =
  /(?<skip>\s+|--[^\n\r]*)|(?<text>[eE]'(?:[^'\\]+|\\[^]|'')*(?:'|$)|'(?:[^']+|'')*(?:'|$)|"(?:[^"]+|"")*(?:"|$)|\$(?<tag>(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$[^]*?(?:\$\k<tag>\$|$))|(?<word>[\w\u0080-\uffff][\w$\u0080-\uffff]*)|[^]/uy;

const COMMENT_EDGE = /\/\*|\*\//g;

/** Where a block comment ends; such comments nest. */
function endOfComment(sql: string, start: number): number {
  COMMENT_EDGE.lastIndex = start;
  let depth = 0;
  for (let edge = COMMENT_EDGE.exec(sql); edge !== null; edge = COMMENT_EDGE.exec(sql)) {
    depth += edge[0] === '/*' ? 1 : -1;
    if (depth === 0) return COMMENT_EDGE.lastIndex;
  }
  return sql.length;
}

/** Tokens of `sql` without comments and white space. */
export function* sqlTokens(sql: string): Generator<SqlToken> {
  for (let at = 0; at < sql.length;) {
    if (sql.startsWith('/*', at)) {
      at = endOfComment(sql, at);
      continue;
    }
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(sql);
    const end = at + (match?.[0].length ?? 1);
    const groups = match?.groups;
    if (groups?.['skip'] === undefined) {
      const kind = groups?.['word'] !== undefined ? 'word' : groups?.['text'] !== undefined ? 'text' : 'symbol';
      yield { kind, start: at, end };
    }
    at = end;
  }
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
