/** A small SQL lexer: enough to tell code from strings, quoted names and comments on every engine. */

export type SqlTokenKind = 'word' | 'number' | 'string' | 'quoted-name' | 'line-comment' | 'block-comment' | 'sign';

export interface SqlToken {
  readonly kind: SqlTokenKind;
  readonly start: number;
  readonly end: number;
  /** False for a string, name or comment that the text ends inside of. */
  readonly closed: boolean;
}

const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;

/** Spaces beyond ASCII that come along with pasted text: the embedded engine takes just these for white space, tried one by one. */
const wideSpaces: ReadonlySet<number> = new Set([
  0xa0,
  ...Array.from({ length: 12 }, (_, index) => 0x2000 + index),
  0x202f,
  0x205f,
  0x2060,
  0x3000,
  0xfeff,
]);

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d) || (code >= 0xa0 && wideSpaces.has(code));
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function startsWord(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || (code >= 0x80 && !wideSpaces.has(code));
}

function continuesWord(code: number): boolean {
  return startsWord(code) || isDigit(code) || code === 0x24;
}

/** The first offset at or after `at` that is no white space. */
export function skipSpace(text: string, at: number): number {
  let position = at;
  while (position < text.length && isSpace(text.charCodeAt(position))) position += 1;
  return position;
}

/** The token at or after `at`, or undefined at the end. */
export function nextSqlToken(text: string, at: number): SqlToken | undefined {
  const start = skipSpace(text, at);
  if (start >= text.length) return undefined;
  const code = text.charCodeAt(start);
  if (code === 0x27) return quoted(text, 'string', start, start, "'");
  if (code === 0x22) return quoted(text, 'quoted-name', start, start, '"');
  if (code === 0x2d && text.charCodeAt(start + 1) === 0x2d) return lineComment(text, start);
  if (code === 0x2f && text.charCodeAt(start + 1) === 0x2a) return blockComment(text, start);
  if (code === 0x24) return dollarQuoted(text, start);
  if (startsWord(code)) return word(text, start);
  if (isDigit(code)) return number(text, start);
  return { kind: 'sign', start, end: start + 1, closed: true };
}

/** A text between equal quotes; a doubled quote stands for one. */
function quoted(text: string, kind: SqlTokenKind, start: number, open: number, quote: string): SqlToken {
  let at = open + 1;
  for (;;) {
    const close = text.indexOf(quote, at);
    if (close < 0) return { kind, start, end: text.length, closed: false };
    if (text[close + 1] !== quote) return { kind, start, end: close + 1, closed: true };
    at = close + 2;
  }
}

/** `E'…'`: a backslash takes the next character with it. */
function escapeString(text: string, start: number): SqlToken {
  let at = start + 2;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at += 2;
    else if (code !== 0x27) at += 1;
    else if (text.charCodeAt(at + 1) === 0x27) at += 2;
    else return { kind: 'string', start, end: at + 1, closed: true };
  }
  return { kind: 'string', start, end: text.length, closed: false };
}

function lineComment(text: string, start: number): SqlToken {
  let end = start + 2;
  while (end < text.length && text.charCodeAt(end) !== 0x0a && text.charCodeAt(end) !== 0x0d) end += 1;
  return { kind: 'line-comment', start, end, closed: true };
}

/** Block comments nest. */
function blockComment(text: string, start: number): SqlToken {
  let depth = 1;
  let at = start + 2;
  while (depth > 0) {
    const close = text.indexOf('*/', at);
    if (close < 0) return { kind: 'block-comment', start, end: text.length, closed: false };
    const open = text.indexOf('/*', at);
    const opens = open >= 0 && open < close;
    depth += opens ? 1 : -1;
    at = (opens ? open : close) + 2;
  }
  return { kind: 'block-comment', start, end: at, closed: true };
}

function dollarQuoted(text: string, start: number): SqlToken {
  DOLLAR_TAG.lastIndex = start;
  const tag = DOLLAR_TAG.exec(text)?.[0];
  if (tag === undefined) return { kind: 'sign', start, end: start + 1, closed: true };
  const close = text.indexOf(tag, start + tag.length);
  if (close < 0) return { kind: 'string', start, end: text.length, closed: false };
  return { kind: 'string', start, end: close + tag.length, closed: true };
}

function word(text: string, start: number): SqlToken {
  let end = start + 1;
  while (end < text.length && continuesWord(text.charCodeAt(end))) end += 1;
  const isEscape = end === start + 1 && text.charCodeAt(end) === 0x27 && (text.charCodeAt(start) | 0x20) === 0x65;
  return isEscape ? escapeString(text, start) : { kind: 'word', start, end, closed: true };
}

function number(text: string, start: number): SqlToken {
  let end = start + 1;
  while (end < text.length && (continuesWord(text.charCodeAt(end)) || text.charCodeAt(end) === 0x2e)) end += 1;
  return { kind: 'number', start, end, closed: true };
}

export function isComment(token: SqlToken): boolean {
  return token.kind === 'line-comment' || token.kind === 'block-comment';
}

/** The next token that is no comment, at or after `at`. */
export function nextCodeToken(text: string, at: number): SqlToken | undefined {
  let token = nextSqlToken(text, at);
  while (token !== undefined && isComment(token)) token = nextSqlToken(text, token.end);
  return token;
}

/** The parenthesis that closes the one which ends at `from`; undefined where nothing does. */
export function closingParenthesis(text: string, from: number): SqlToken | undefined {
  let depth = 1;
  for (let token = nextCodeToken(text, from); token !== undefined; token = nextCodeToken(text, token.end)) {
    const sign = text.slice(token.start, token.end);
    depth += sign === '(' ? 1 : sign === ')' ? -1 : 0;
    if (depth === 0) return token;
  }
  return undefined;
}
