/** Parses `--select` and `--exclude` arguments: dbt's grammar, and parentheses. */
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { SourceFile, Span } from '../diagnostics/span.ts';
import type { Depth } from '../parse/definitions.ts';
import type { Criterion, SelectorExpression } from './selector-expression.ts';
import { readCriterion } from './read-criterion.ts';
import { bareMethod } from './selector-method.ts';
import { classEnd, hasWildcard } from './wildcard.ts';

/** Where a selector stands: the flag or file that spans name as their path, and its offset in the text shown. */
export interface SelectorPlace {
  readonly path: string;
  readonly offset: number;
  /** Stands for every place in it, where the text is not written letter by letter. */
  readonly whole?: Span;
}

/** The text that spans of `args` point into, for showing a caret under it. */
export function selectorSource(path: string, args: readonly string[]): SourceFile {
  return { path, text: args.join(' ') };
}

/** Parses each of `args`, the values of one flag given any number of times. Arguments with mistakes are left out. */
export function parseSelectors(args: readonly string[], path: string): Outcome<readonly SelectorExpression[]> {
  const value: SelectorExpression[] = [];
  const diagnostics: Diagnostic[] = [];
  let offset = 0;
  for (const arg of args) {
    const parsed = parseSelector(arg, { path, offset });
    if (parsed.value !== undefined) value.push(parsed.value);
    diagnostics.push(...parsed.diagnostics);
    offset += arg.length + 1;
  }
  return { value, diagnostics };
}

/** Parses one argument; undefined when it has a mistake. */
export function parseSelector(
  text: string,
  place: SelectorPlace = { path: '--select', offset: 0 },
): Outcome<SelectorExpression | undefined> {
  const cursor: Cursor = { text, place, at: 0, diagnostics: [] };
  const value = parseUnion(cursor, 0);
  return { value: cursor.diagnostics.length === 0 ? value : undefined, diagnostics: cursor.diagnostics };
}

interface Cursor {
  readonly text: string;
  readonly place: SelectorPlace;
  at: number;
  readonly diagnostics: Diagnostic[];
}

/** Characters of one value; more than any name or path has, and less than a pattern may have. */
const maxLength = 4_096;

/** Groups inside groups; more than anybody means, and far less than the stack holds. */
const maxNesting = 100;

const whiteSpace = /\s*/y;
const leadingOperators = /(@?)(?:(\d*)(\+))?/y;
const trailingOperator = /\+(\d*)/y;
const methodPrefix = /^([A-Za-z0-9_.]+):/;
const valueAndChildren = /^(.*?)(?:(\+)(\d*))?$/s;

/** `expr = inter { SP inter }`, up to the end or, inside a group, to its `)`. */
function parseUnion(cursor: Cursor, nesting: number): SelectorExpression | undefined {
  const parts: SelectorExpression[] = [];
  skipWhiteSpace(cursor);
  const start = cursor.at;
  let end = start;
  while (cursor.at < cursor.text.length && !(nesting > 0 && peek(cursor) === ')')) {
    const part = parseIntersection(cursor, nesting);
    if (part === undefined) return undefined;
    parts.push(part);
    end = cursor.at;
    skipWhiteSpace(cursor);
  }
  const [first] = parts;
  if (first === undefined) {
    return nesting === 0
      ? fail(cursor, start, start, 'this selector is empty', 'leave the flag out to select everything')
      : fail(cursor, start - 1, cursor.at + 1, 'this group is empty', 'write at least one name between the parentheses');
  }
  return parts.length === 1 ? first : { kind: 'union', parts, span: spanOf(cursor, start, end) };
}

/** `inter = term { "," term }`. */
function parseIntersection(cursor: Cursor, nesting: number): SelectorExpression | undefined {
  const start = cursor.at;
  const parts: SelectorExpression[] = [];
  for (;;) {
    const part = parseTerm(cursor, nesting);
    if (part === undefined) return undefined;
    parts.push(part);
    if (commaAfterSpace(cursor)) return failAtComma(cursor);
    if (peek(cursor) !== ',') break;
    cursor.at += 1;
    const next = peek(cursor);
    if (next === '' || next === ',' || next === ')' || /\s/.test(next)) {
      cursor.at -= 1;
      return failAtComma(cursor);
    }
  }
  const [first] = parts;
  return parts.length === 1 ? first : { kind: 'intersection', parts, span: spanOf(cursor, start, cursor.at) };
}

function commaAfterSpace(cursor: Cursor): boolean {
  const end = cursor.at;
  skipWhiteSpace(cursor);
  if (cursor.at > end && peek(cursor) === ',') return true;
  cursor.at = end;
  return false;
}

function failAtComma(cursor: Cursor): undefined {
  return fail(
    cursor,
    cursor.at,
    cursor.at + 1,
    'nothing stands beside this comma',
    'a comma joins two parts without spaces, as in `tag:a,tag:b`',
  );
}

/** `term = ["@"] [[n] "+"] primary ["+" [n]]`. */
function parseTerm(cursor: Cursor, nesting: number): SelectorExpression | undefined {
  const start = cursor.at;
  if (peek(cursor) === ',') return failAtComma(cursor);
  const [, at, depth, plus] = match(cursor, leadingOperators);
  if (peek(cursor) === '+') return failAtPlus(cursor, cursor.at);
  const before = { childrensParents: at === '@', ...(plus === '+' ? { parents: toDepth(depth) } : {}) };
  const primary = peek(cursor) === '(' ? parseGroup(cursor, nesting) : parseCriterion(cursor, nesting);
  if (primary === undefined) return undefined;
  const { of, children } = primary;
  const span = spanOf(cursor, start, cursor.at);
  if (before.childrensParents && children !== undefined) {
    return fail(
      cursor,
      start,
      cursor.at,
      '`@` in front and `+` at the end do not go together',
      '`@` takes in everything below, and what that needs, so leave out the `+`',
    );
  }
  if (!before.childrensParents && before.parents === undefined && children === undefined) return of;
  return { kind: 'reach', of, ...before, ...(children === undefined ? {} : { children }), span };
}

interface Primary {
  readonly of: SelectorExpression;
  /** `+n` behind it. */
  readonly children: Depth | undefined;
}

function parseGroup(cursor: Cursor, nesting: number): Primary | undefined {
  const open = cursor.at;
  if (nesting === maxNesting) {
    return fail(cursor, open, open + 1, `groups stand inside each other more than ${maxNesting} deep`, 'take parentheses away');
  }
  cursor.at += 1;
  const of = parseUnion(cursor, nesting + 1);
  if (of === undefined) return undefined;
  if (peek(cursor) !== ')') {
    return fail(
      cursor,
      open,
      open + 1,
      'this parenthesis is never closed',
      'a group has to close inside the same argument: put quotes around it',
    );
  }
  cursor.at += 1;
  const [plus, depth] = match(cursor, trailingOperator);
  const next = peek(cursor);
  if (next === '+') return failAtPlus(cursor, cursor.at);
  if (next !== '' && next !== ',' && next !== ')' && !/\s/.test(next)) {
    return fail(
      cursor,
      cursor.at,
      cursor.at + 1,
      'this cannot stand behind a group',
      'put a space (or), a comma (and) or `+` behind the parenthesis',
    );
  }
  return { of, children: plus === undefined ? undefined : toDepth(depth) };
}

/** `[method{"."arg} ":"] value ["+" [n]]`. */
function parseCriterion(cursor: Cursor, nesting: number): Primary | undefined {
  // A `)` that opens nowhere belongs to no value and closes no group.
  if (peek(cursor) === ')' && nesting === 0) return failAtParenthesis(cursor);
  const start = cursor.at;
  const end = wordEnd(cursor.text, start);
  const word = cursor.text.slice(start, end);
  const method = methodPrefix.exec(word)?.[1];
  const valueStart = method === undefined ? start : start + method.length + 1;
  const [, value = '', plus, depth] = valueAndChildren.exec(cursor.text.slice(valueStart, end)) ?? [];
  if (value === '') return failAtNothing(cursor, start, end, method);
  if (value.endsWith('+')) return failAtPlus(cursor, valueStart + value.length - 1);
  if (value.startsWith('(')) {
    return fail(cursor, valueStart, valueStart + 1, 'a group cannot stand behind a method', 'put the method inside: `(tag:a tag:b)`');
  }
  if (value.length > maxLength) {
    return fail(
      cursor,
      valueStart,
      valueStart + value.length,
      `this value has more than ${maxLength} characters`,
      'put a space between names',
    );
  }
  cursor.at = end;
  if (peek(cursor) === ')' && nesting === 0) return failAtParenthesis(cursor);
  const span = spanOf(cursor, start, valueStart + value.length);
  const of = method === undefined ? bareCriterion(value, span) : methodCriterion(cursor, method, value, span);
  return { of, children: plus === undefined ? undefined : toDepth(depth) };
}

/** The end of a word: white space, a comma, or a `)` without its `(` in the same word; between `[` and `]` every character belongs to it. */
function wordEnd(text: string, start: number): number {
  let open = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '[') at = Math.max(at, classEnd(text, at + 1));
    if (character === ',' || /\s/.test(character)) return at;
    if (character === '(') open += 1;
    else if (character === ')') {
      if (open === 0) return at;
      open -= 1;
    }
  }
  return text.length;
}

function bareCriterion(value: string, span: Span): Criterion {
  const method = bareMethod(value);
  return { kind: 'criterion', method, args: [], value, plain: method !== 'path' && !hasWildcard(value), span };
}

function methodCriterion(cursor: Cursor, written: string, value: string, span: Span): Criterion {
  const [name = ''] = written.split('.');
  const nameSpan = cursor.place.whole ?? { ...span, end: span.start + name.length };
  const { value: criterion, diagnostics } = readCriterion({ method: written, methodSpan: nameSpan, value, span });
  cursor.diagnostics.push(...diagnostics);
  // The argument has no value now, but its other parts are still worth reading: a stand-in takes this one's place.
  return criterion ?? { kind: 'criterion', method: 'fqn', args: [], value, plain: false, span };
}

function failAtNothing(cursor: Cursor, start: number, end: number, method: string | undefined): undefined {
  const problem = method === undefined ? 'a name is missing here' : `a value is missing after \`${method}:\``;
  return fail(cursor, start, Math.max(end, start + 1), problem, 'write what to select, as in `orders+` or `tag:nightly`');
}

function failAtParenthesis(cursor: Cursor): undefined {
  return fail(cursor, cursor.at, cursor.at + 1, 'this parenthesis closes nothing', 'take it away, or put a `(` where the group starts');
}

function failAtPlus(cursor: Cursor, at: number): undefined {
  return fail(cursor, at, at + 1, 'there is one `+` too many', '`+x` is everything above `x`, `x+` everything below, `x+1` one step below');
}

function fail(cursor: Cursor, start: number, end: number, problem: string, help: string): undefined {
  cursor.diagnostics.push(diagnose('selector-syntax', { problem }, { span: spanOf(cursor, start, end), help }));
  return undefined;
}

function toDepth(digits: string | undefined): Depth {
  return digits === undefined || digits === '' ? 'all' : Number(digits);
}

function peek(cursor: Cursor): string {
  return cursor.text[cursor.at] ?? '';
}

function skipWhiteSpace(cursor: Cursor): void {
  match(cursor, whiteSpace);
}

/** Moves over what the sticky `pattern` finds at the cursor, and gives its groups; nothing when it finds nothing. */
function match(cursor: Cursor, pattern: RegExp): readonly (string | undefined)[] {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text);
  if (found === null) return [];
  cursor.at += found[0].length;
  return found;
}

function spanOf(cursor: Cursor, start: number, end: number): Span {
  const { path, offset, whole } = cursor.place;
  return whole ?? { path, start: offset + start, end: offset + Math.max(end, start) };
}
