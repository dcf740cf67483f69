/**
 * Reads the plain part of YAML that nearly every property file keeps to: block mappings and lists,
 * one-line scalars, one-line flow collections. Five times cheaper than the library, which stays the reference:
 * on anything else, and on anything wrong, this gives up and the library reads the file from the start.
 * A property test holds the two together.
 */
import { numberProblem, resolvePlain } from './resolve-scalar.ts';
import type { YamlEntry, YamlNode, YamlScalar } from './yaml-node.ts';

/** Characters that the library refuses or treats in a way of its own: tabs, controls, surrogates, byte order marks. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const UNUSUAL = /[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]/;
const MOST_CHARACTERS = 1 << 18;
const DEEPEST = 40;

const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;
const HASH = 35;
const APOSTROPHE = 39;
const COMMA = 44;
const DASH = 45;
const POINT = 46;
const COLON = 58;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_MAP = 123;
const CLOSE_MAP = 125;

/** Characters that cannot start a plain scalar here (`-` and `.` are looked at apart). */
const INDICATORS = new Set([...'?:,[]{}#&*!|>\'"%@`=<'].map((character) => character.charCodeAt(0)));

interface Cursor {
  readonly text: string;
  /** Offset of the next character to read. */
  at: number;
  /** Column of the first character of the current line that is no space; -1 at the end of the text. */
  indent: number;
  depth: number;
}

/** The tree of `text`, or undefined when it is not of the plain kind. */
export function parseSimpleYaml(text: string): YamlNode | undefined {
  if (text.length > MOST_CHARACTERS || UNUSUAL.test(text)) return undefined;
  const cursor: Cursor = { text, at: 0, indent: 0, depth: 0 };
  nextLine(cursor, true);
  if (cursor.indent !== 0) return undefined;
  const node = readBlock(cursor, 0);
  return node === undefined || cursor.indent >= 0 ? undefined : node;
}

function isEnd(code: number): boolean {
  return code === LF || code === CR || Number.isNaN(code);
}

/** Moves to the first character of the next line that says something. With `here`, the current line counts. */
function nextLine(cursor: Cursor, here: boolean): void {
  const { text } = cursor;
  let at = cursor.at;
  if (!here) while (!isEnd(text.charCodeAt(at))) at += 1;
  for (;;) {
    let code = text.charCodeAt(at);
    while (code === LF || code === CR) code = text.charCodeAt((at += 1));
    const lineStart = at;
    while (code === SPACE) code = text.charCodeAt((at += 1));
    if (code === HASH) while (!isEnd(code)) code = text.charCodeAt((at += 1));
    if (code !== LF && code !== CR) {
      cursor.at = at;
      cursor.indent = at >= text.length ? -1 : at - lineStart;
      return;
    }
  }
}

/** Moves over the rest of a line, which may hold only a comment; false if there is more. */
function finishLine(cursor: Cursor): boolean {
  const { text } = cursor;
  const from = cursor.at;
  while (text.charCodeAt(cursor.at) === SPACE) cursor.at += 1;
  const code = text.charCodeAt(cursor.at);
  if (!isEnd(code) && !(code === HASH && cursor.at > from)) return false;
  nextLine(cursor, false);
  return true;
}

function atDash(cursor: Cursor): boolean {
  if (cursor.text.charCodeAt(cursor.at) !== DASH) return false;
  const following = cursor.text.charCodeAt(cursor.at + 1);
  return following === SPACE || isEnd(following);
}

/** Reads the block collection whose first character stands at `cursor.at`, in column `column`. */
function readBlock(cursor: Cursor, column: number): YamlNode | undefined {
  if (cursor.depth >= DEEPEST) return undefined;
  cursor.depth += 1;
  const node = atDash(cursor) ? readList(cursor, column) : readMap(cursor, column);
  cursor.depth -= 1;
  return node;
}

function readList(cursor: Cursor, column: number): YamlNode | undefined {
  const start = cursor.at;
  const items: YamlNode[] = [];
  for (;;) {
    cursor.at += 1;
    const item = readItem(cursor, column);
    if (item === undefined) return undefined;
    items.push(item);
    if (cursor.indent < column || !atDash(cursor)) break;
    if (cursor.indent !== column) return undefined;
  }
  if (cursor.indent > column) return undefined;
  return { kind: 'list', items, start, end: items.at(-1)?.end ?? start };
}

/** What stands behind a `-`. */
function readItem(cursor: Cursor, column: number): YamlNode | undefined {
  const { text } = cursor;
  const dash = cursor.at;
  while (text.charCodeAt(cursor.at) === SPACE) cursor.at += 1;
  const code = text.charCodeAt(cursor.at);
  if (isEnd(code) || code === HASH) {
    nextLine(cursor, false);
    return cursor.indent > column ? readBlock(cursor, cursor.indent) : undefined;
  }
  if (atDash(cursor) || keyEnd(text, cursor.at) > 0) return readBlock(cursor, column + 1 + cursor.at - dash);
  const item = readInline(cursor);
  return item !== undefined && finishLine(cursor) && cursor.indent <= column ? item : undefined;
}

/** Offset of the `:` that ends a plain key starting at `start`, or -1. */
function keyEnd(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (INDICATORS.has(first) || first === DASH || first === POINT) return -1;
  for (let at = start; ; at += 1) {
    const code = text.charCodeAt(at);
    if (code === COLON) {
      const following = text.charCodeAt(at + 1);
      if (following === SPACE || isEnd(following)) return text.charCodeAt(at - 1) === SPACE ? -1 : at;
    } else if (isEnd(code) || code === HASH || code === QUOTE || code === APOSTROPHE) return -1;
  }
}

function readMap(cursor: Cursor, column: number): YamlNode | undefined {
  const { text } = cursor;
  const start = cursor.at;
  const entries: YamlEntry[] = [];
  for (;;) {
    const keyStart = cursor.at;
    const end = keyEnd(text, keyStart);
    if (end < 0) return undefined;
    const key = text.slice(keyStart, end);
    for (const entry of entries) if (entry.key === key) return undefined;
    cursor.at = end + 1;
    const value = readValue(cursor, column, end);
    if (value === undefined) return undefined;
    entries.push({ key, keyStart, keyEnd: end, value });
    if (cursor.indent < column) break;
    if (cursor.indent > column || entries.length > 200) return undefined;
    if (atDash(cursor)) return undefined;
  }
  return { kind: 'map', entries, start, end: entries.at(-1)?.value.end ?? start };
}

/** What stands behind a `:` whose key ended at `end`. */
function readValue(cursor: Cursor, column: number, end: number): YamlNode | undefined {
  const { text } = cursor;
  while (text.charCodeAt(cursor.at) === SPACE) cursor.at += 1;
  const code = text.charCodeAt(cursor.at);
  if (!isEnd(code) && code !== HASH) {
    const value = readInline(cursor);
    return value !== undefined && finishLine(cursor) && cursor.indent <= column ? value : undefined;
  }
  nextLine(cursor, false);
  if (cursor.indent > column) return atDash(cursor) || keyEnd(text, cursor.at) > 0 ? readBlock(cursor, cursor.indent) : undefined;
  if (cursor.indent === column && atDash(cursor)) return readBlock(cursor, column);
  return { kind: 'scalar', value: null, start: end, end };
}

/** A value on one line: a scalar or a flow collection. */
function readInline(cursor: Cursor): YamlNode | undefined {
  const code = cursor.text.charCodeAt(cursor.at);
  if (code === QUOTE || code === APOSTROPHE) return readQuoted(cursor, code);
  if (code === OPEN_LIST) return readFlowList(cursor);
  if (code === OPEN_MAP) return readFlowMap(cursor);
  return readPlain(cursor, false);
}

function readQuoted(cursor: Cursor, quote: number): YamlScalar | undefined {
  const { text } = cursor;
  const start = cursor.at + 1;
  for (let at = start; ; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      if (text.charCodeAt(at + 1) === quote) return undefined;
      cursor.at = at + 1;
      return { kind: 'scalar', value: text.slice(start, at), start, end: at };
    }
    if (isEnd(code) || (code === BACKSLASH && quote === QUOTE)) return undefined;
  }
}

function readPlain(cursor: Cursor, flow: boolean): YamlScalar | undefined {
  const { text } = cursor;
  const start = cursor.at;
  const first = text.charCodeAt(start);
  if (INDICATORS.has(first) || (first === DASH && !isDigit(text.charCodeAt(start + 1)))) return undefined;
  if (first === POINT && text.startsWith('...', start)) return undefined;
  let at = start;
  let end = start;
  for (; ; at += 1) {
    const code = text.charCodeAt(at);
    if (isEnd(code)) break;
    if (code === SPACE) continue;
    if (code === HASH && text.charCodeAt(at - 1) === SPACE) break;
    if (flow && (code === COMMA || code === CLOSE_LIST || code === CLOSE_MAP)) break;
    if (code === COLON && (flow || isSpaceOrEnd(text.charCodeAt(at + 1)))) return undefined;
    if (flow && (code === OPEN_LIST || code === OPEN_MAP)) return undefined;
    end = at + 1;
  }
  cursor.at = end;
  const spelling = text.slice(start, end);
  if (numberProblem(spelling) !== undefined) return undefined;
  return { kind: 'scalar', value: resolvePlain(spelling), start, end };
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isSpaceOrEnd(code: number): boolean {
  return code === SPACE || isEnd(code);
}

function skipSpaces(cursor: Cursor): number {
  while (cursor.text.charCodeAt(cursor.at) === SPACE) cursor.at += 1;
  return cursor.text.charCodeAt(cursor.at);
}

function readFlowValue(cursor: Cursor): YamlNode | undefined {
  const code = cursor.text.charCodeAt(cursor.at);
  if (code === QUOTE || code === APOSTROPHE) return readQuoted(cursor, code);
  if (code !== OPEN_LIST && code !== OPEN_MAP) return readPlain(cursor, true);
  if (cursor.depth >= DEEPEST) return undefined;
  cursor.depth += 1;
  const node = code === OPEN_LIST ? readFlowList(cursor) : readFlowMap(cursor);
  cursor.depth -= 1;
  return node;
}

function readFlowList(cursor: Cursor): YamlNode | undefined {
  const start = cursor.at;
  const items: YamlNode[] = [];
  cursor.at += 1;
  while (skipSpaces(cursor) !== CLOSE_LIST) {
    const item = readFlowValue(cursor);
    if (item === undefined) return undefined;
    items.push(item);
    const code = skipSpaces(cursor);
    if (code === COMMA) cursor.at += 1;
    else if (code !== CLOSE_LIST) return undefined;
  }
  cursor.at += 1;
  return { kind: 'list', items, start, end: cursor.at };
}

function readFlowMap(cursor: Cursor): YamlNode | undefined {
  const { text } = cursor;
  const start = cursor.at;
  const entries: YamlEntry[] = [];
  cursor.at += 1;
  while (skipSpaces(cursor) !== CLOSE_MAP) {
    const keyStart = cursor.at;
    while (isWordCode(text.charCodeAt(cursor.at))) cursor.at += 1;
    const end = cursor.at;
    if (end === keyStart || text.charCodeAt(end) !== COLON || text.charCodeAt(end + 1) !== SPACE) return undefined;
    const key = text.slice(keyStart, end);
    for (const entry of entries) if (entry.key === key) return undefined;
    cursor.at = end + 1;
    skipSpaces(cursor);
    const value = readFlowValue(cursor);
    if (value === undefined) return undefined;
    entries.push({ key, keyStart, keyEnd: end, value });
    const code = skipSpaces(cursor);
    if (code === COMMA) cursor.at += 1;
    else if (code !== CLOSE_MAP) return undefined;
  }
  cursor.at += 1;
  return { kind: 'map', entries, start, end: cursor.at };
}

/** Letters, digits and `_`: what a key in a flow mapping is made of here. */
function isWordCode(code: number): boolean {
  return isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
}
