/**
 * Builds Handlebars' tree for templates without blocks, several times faster than its parser, which stays the reference:
 * whatever this reader does not take as its own goes there, and a test compares the two on random templates.
 */
import type {
  ExpressionNode,
  HashPair,
  LiteralNode,
  MustacheNode,
  PathNode,
  Place,
  ProgramNode,
  StatementNode,
  SubExpressionNode,
} from './handlebars-tree.ts';
import type { Tag } from './scan-mustaches.ts';

const NAME = /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/y;
const NUMBER = /-?\d+(?:\.\d+)?(?=[\s)}])/y;
/** Words that the grammar reads in its own way. */
const RESERVED = /^(?:this|else|as|null|undefined)$/;

const noStrip = { open: false, close: false };

/** Where reading stands. `failed` means that the text is not of the simple kind. */
interface Cursor {
  readonly text: string;
  at: number;
  failed: boolean;
}

/** The tree of `text`, or undefined when it needs the whole grammar. `tags` are those of the text, in order. */
export function readSimpleTree(text: string, tags: readonly Tag[]): ProgramNode | undefined {
  if (text.includes('\\')) return undefined;
  const body: StatementNode[] = [];
  let at = 0;
  for (const tag of tags) {
    if (tag.start > at) body.push(content(text, at, tag.start));
    const statement = tag.kind === 'comment' ? readComment(text, tag) : tag.kind === 'other' ? readMustache(text, tag) : undefined;
    if (statement === undefined) return undefined;
    body.push(statement);
    at = tag.end;
  }
  if (at < text.length) body.push(content(text, at, text.length));
  return { body };
}

function content(text: string, start: number, end: number): StatementNode {
  return { type: 'ContentStatement', value: text.slice(start, end), loc: { start, end } };
}

function readComment(text: string, tag: Tag): StatementNode | undefined {
  if (text[tag.start + 2] !== '!' || text[tag.end - 3] === '~') return undefined;
  return { type: 'CommentStatement', strip: noStrip, loc: { start: tag.start, end: tag.end } };
}

function readMustache(text: string, tag: Tag): MustacheNode | undefined {
  const cursor: Cursor = { text, at: tag.start + 2, failed: false };
  skipSpace(cursor);
  const path = readName(cursor);
  if (path === undefined) return undefined;
  const rest = readArguments(cursor);
  // A third brace makes another kind of tag of it.
  if (cursor.failed || cursor.at !== tag.end - 2 || text[cursor.at] !== '}' || text[tag.end] === '}') return undefined;
  return { type: 'MustacheStatement', path, ...rest, strip: noStrip, loc: { start: tag.start, end: tag.end } };
}

function skipSpace(cursor: Cursor): boolean {
  const start = cursor.at;
  for (
    let code = cursor.text.charCodeAt(cursor.at);
    code === 0x20 || (code >= 0x09 && code <= 0x0d);
    code = cursor.text.charCodeAt(cursor.at)
  ) {
    cursor.at += 1;
  }
  return cursor.at > start;
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text)?.[0];
  if (found !== undefined) cursor.at += found.length;
  return found;
}

/** A name that is followed by what may follow one: space, the end of the call or of the tag. */
function readName(cursor: Cursor): PathNode | undefined {
  const start = cursor.at;
  const original = take(cursor, NAME);
  if (original === undefined || !/[\s)}]/.test(cursor.text.charAt(cursor.at))) return undefined;
  const parts = original.split('.');
  if (parts.some((part) => RESERVED.test(part) || part === 'true' || part === 'false')) return undefined;
  return { type: 'PathExpression', data: false, depth: 0, parts, original, loc: { start, end: cursor.at } };
}

interface Arguments {
  readonly params: readonly ExpressionNode[];
  readonly hash?: { readonly pairs: readonly HashPair[]; readonly loc: Place };
}

/** Arguments up to a closing parenthesis or brace, which is left standing. */
function readArguments(cursor: Cursor): Arguments {
  const params: ExpressionNode[] = [];
  const pairs: HashPair[] = [];
  for (;;) {
    const spaced = skipSpace(cursor);
    const next = cursor.text[cursor.at];
    if (next === ')' || next === '}') break;
    const pair = spaced ? readPair(cursor) : undefined;
    if (pair !== undefined) pairs.push(pair);
    else {
      const value = spaced && pairs.length === 0 && !cursor.failed ? readValue(cursor) : undefined;
      if (value === undefined) {
        cursor.failed = true;
        return { params };
      }
      params.push(value);
    }
  }
  const [first] = pairs;
  const last = pairs.at(-1);
  if (first === undefined || last === undefined) return { params };
  return { params, hash: { pairs, loc: { start: first.loc.start, end: last.loc.end } } };
}

const KEY = /[A-Za-z_][A-Za-z0-9_]*(?==)/y;

/** `key=value`, without spaces around the sign. */
function readPair(cursor: Cursor): HashPair | undefined {
  const start = cursor.at;
  const key = take(cursor, KEY);
  if (key === undefined) return undefined;
  cursor.at += 1;
  const value = RESERVED.test(key) || key === 'true' || key === 'false' ? undefined : readValue(cursor);
  if (value === undefined) {
    cursor.failed = true;
    return undefined;
  }
  return { key, value, loc: { start, end: value.loc.end } };
}

function readValue(cursor: Cursor): ExpressionNode | undefined {
  const code = cursor.text.charCodeAt(cursor.at);
  if (code === 0x22 || code === 0x27) return readString(cursor);
  if (code === 0x28) return readCall(cursor);
  if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return readNumber(cursor);
  return readBoolean(cursor) ?? readName(cursor);
}

function readString(cursor: Cursor): LiteralNode | undefined {
  const start = cursor.at;
  const close = cursor.text.indexOf(cursor.text.charAt(start), start + 1);
  if (close < 0 || !/[\s)}]/.test(cursor.text.charAt(close + 1))) return undefined;
  cursor.at = close + 1;
  return { type: 'StringLiteral', value: cursor.text.slice(start + 1, close), loc: { start, end: cursor.at } };
}

function readNumber(cursor: Cursor): LiteralNode | undefined {
  const start = cursor.at;
  const digits = take(cursor, NUMBER);
  return digits === undefined ? undefined : { type: 'NumberLiteral', value: Number(digits), loc: { start, end: cursor.at } };
}

const BOOLEAN = /(?:true|false)(?=[\s)}])/y;

function readBoolean(cursor: Cursor): LiteralNode | undefined {
  const start = cursor.at;
  const word = take(cursor, BOOLEAN);
  return word === undefined ? undefined : { type: 'BooleanLiteral', value: word === 'true', loc: { start, end: cursor.at } };
}

function readCall(cursor: Cursor): SubExpressionNode | undefined {
  const start = cursor.at;
  cursor.at += 1;
  skipSpace(cursor);
  const path = readName(cursor);
  if (path === undefined) return undefined;
  const rest = readArguments(cursor);
  if (cursor.failed || cursor.text[cursor.at] !== ')') return undefined;
  cursor.at += 1;
  return /[\s)}]/.test(cursor.text.charAt(cursor.at))
    ? { type: 'SubExpression', path, ...rest, loc: { start, end: cursor.at } }
    : undefined;
}
