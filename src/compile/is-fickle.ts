/** Judges whether the functions of a JavaScript file give the same for the same arguments, whenever they are called. */
import type { JsToken } from '../parse/js-tokens.ts';
import { readJsTokens } from '../parse/js-tokens.ts';

/** Global names whose values are the same in every process, and hold nothing that a call could leave behind. */
const STEADY_GLOBALS = new Set([
  'Object',
  'Array',
  'String',
  'Number',
  'Boolean',
  'BigInt',
  'Math',
  'JSON',
  'Map',
  'Set',
  'RegExp',
  'Error',
  'TypeError',
  'RangeError',
  'NaN',
  'Infinity',
  'undefined',
  'parseInt',
  'parseFloat',
  'isNaN',
  'isFinite',
  'encodeURIComponent',
  'decodeURIComponent',
  'encodeURI',
  'decodeURI',
]);

/** Those that could be handed to somebody who changes them, and have no use as an argument. */
const OBJECTS = new Set(['Object', 'Array', 'Math', 'JSON', 'Map', 'Set', 'RegExp', 'Error', 'TypeError', 'RangeError']);

/** Words that reach out of a function in another way: to other files, to hidden state, to the language of the machine. */
const REACHING = new Set([
  'import',
  'require',
  'module',
  'exports',
  '__dirname',
  '__filename',
  'this',
  'arguments',
  'caller',
  'callee',
  'async',
  'await',
  'eval',
  'random',
  'constructor',
  'prototype',
  '__proto__',
  'stack',
  'localeCompare',
  'toLocaleString',
  'toLocaleDateString',
  'toLocaleTimeString',
  'toLocaleUpperCase',
  'toLocaleLowerCase',
  'defineProperty',
  'defineProperties',
  'setPrototypeOf',
]);

const GLOBALS = new Set(Object.getOwnPropertyNames(globalThis).filter((name) => !STEADY_GLOBALS.has(name)));

/** Methods of lists and texts that change nothing. */
const READING = new Set([
  'includes',
  'indexOf',
  'lastIndexOf',
  'join',
  'slice',
  'concat',
  'at',
  'length',
  'map',
  'filter',
  'find',
  'findIndex',
  'some',
  'every',
  'reduce',
  'test',
  'toUpperCase',
  'toLowerCase',
]);

/**
 * True unless it is certain that the functions of the file depend on their arguments alone. They do not if the file
 * imports something, asks for the time or for chance, or keeps something from one call to the next.
 */
export function isFickle(text: string): boolean {
  const tokens = readJsTokens(text);
  if (tokens === undefined || tokens.some(reaches) || tokens.some((_, at) => changesGlobal(tokens, at))) return true;
  const names = readTopLevel(tokens);
  return names === undefined || tokens.some((token, at) => names.has(token.text) && changes(tokens, at, names.get(token.text) ?? 'table'));
}

function reaches({ kind, text }: JsToken): boolean {
  return kind === 'word' && (REACHING.has(text) || GLOBALS.has(text));
}

const ASSIGNMENT = /^(?:[-+*/%&|^?<>]*=|\+\+|--)$/;

function isAssignment(token: JsToken | undefined): boolean {
  return token?.kind === 'sign' && ASSIGNMENT.test(token.text) && !/^(?:[<>!=]=|={2,3}|!==)$/.test(token.text);
}

/** `Math.x = 1`, `Object.cache ??= {}`: what is global stays for the next call. */
function changesGlobal(tokens: readonly JsToken[], at: number): boolean {
  const token = tokens[at];
  if (token?.kind !== 'word' || !STEADY_GLOBALS.has(token.text) || isMember(tokens, at)) return false;
  const next = tokens[at + 1]?.text ?? '';
  if (next === '[') return true;
  if (OBJECTS.has(token.text) && next !== '.' && next !== '(' && !['new', 'instanceof'].includes(tokens[at - 1]?.text ?? '')) return true;
  return next === '.' && (isAssignment(tokens[at + 3]) || ['.', '['].includes(tokens[at + 3]?.text ?? ''));
}

function isMember(tokens: readonly JsToken[], at: number): boolean {
  return tokens[at - 1]?.text === '.' || tokens[at - 1]?.text === '?.';
}

type TopLevelKind = 'function' | 'table';

/** The names that a file defines; undefined when it does more than define functions, values and flat tables. */
function readTopLevel(tokens: readonly JsToken[]): ReadonlyMap<string, TopLevelKind> | undefined {
  const names = new Map<string, TopLevelKind>();
  let at = 0;
  while (at < tokens.length) {
    if (tokens[at]?.text === ';') {
      at += 1;
      continue;
    }
    const start = tokens[at]?.text === 'export' ? at + 1 : at;
    const [word, name] = [tokens[start], tokens[start + 1]];
    if (word?.text === '{' && start > at) at = endOfGroup(tokens, start);
    else if (word?.text === 'function' && name?.kind === 'word') {
      names.set(name.text, 'function');
      const body = endOfGroup(tokens, start + 2);
      if (tokens[start + 2]?.text !== '(' || tokens[body]?.text !== '{') return undefined;
      at = endOfGroup(tokens, body);
    } else if (word?.text === 'const' && name?.kind === 'word' && tokens[start + 2]?.text === '=') {
      const end = endOfStatement(tokens, start + 3);
      const kind = kindOfValue(tokens.slice(start + 3, end));
      if (kind === undefined) return undefined;
      names.set(name.text, kind);
      at = end;
    } else return undefined;
  }
  return names;
}

/** Behind the group whose opening bracket stands at `at`. */
function endOfGroup(tokens: readonly JsToken[], at: number): number {
  const depth = tokens[at]?.depth ?? 0;
  let end = at + 1;
  while (end < tokens.length && (tokens[end]?.depth ?? 0) > depth) end += 1;
  return end + 1;
}

/** Where the statement ends: at a semicolon, or before a line that starts another definition. */
function endOfStatement(tokens: readonly JsToken[], at: number): number {
  for (let end = at; end < tokens.length; end += 1) {
    const token = tokens[end];
    if (token?.depth !== 0) continue;
    if (token.text === ';') return end;
    if (end > at && token.startsLine && ['export', 'const', 'function'].includes(token.text)) return end;
  }
  return tokens.length;
}

/** What a constant is: undefined unless it is certain that nothing runs to make it. */
function kindOfValue(tokens: readonly JsToken[]): TopLevelKind | undefined {
  const [first, second] = tokens;
  if (first === undefined) return undefined;
  if (first.kind === 'word' && second?.text === '=>') return isArrowBody(tokens.slice(2)) ? 'function' : undefined;
  if (first.text === '(') {
    const arrow = endOfGroup(tokens, 0);
    return tokens[arrow]?.text === '=>' && isArrowBody(tokens.slice(arrow + 1)) ? 'function' : undefined;
  }
  const bare = first.text === '-' ? tokens.slice(1) : tokens;
  if (bare.length === 1 && isPlain(bare[0])) return 'table';
  const isGroup = (first.text === '[' || first.text === '{') && endOfGroup(tokens, 0) === tokens.length;
  // What lies in a nested table could be changed by whoever takes it out.
  return isGroup && tokens.slice(1, -1).every((token) => isPlain(token) || [',', ':', '-'].includes(token.text)) ? 'table' : undefined;
}

/** A block is a body only if nothing is done with the function behind it. */
function isArrowBody(tokens: readonly JsToken[]): boolean {
  return tokens[0]?.text !== '{' || endOfGroup(tokens, 0) === tokens.length;
}

function isPlain(token: JsToken | undefined): boolean {
  if (token === undefined || token.kind === 'sign') return false;
  // These remember where they stopped.
  return token.kind !== 'regex' || !/[gy][a-z]*$/.test(token.text.slice(token.text.lastIndexOf('/')));
}

/** Whether a use of a name of the file may leave something behind, or hand it to somebody who could. */
function changes(tokens: readonly JsToken[], at: number, kind: TopLevelKind): boolean {
  if (tokens[at]?.kind !== 'word' || isMember(tokens, at) || isDefinition(tokens, at)) return false;
  const next = tokens[at + 1];
  if (isAssignment(next)) return true;
  if (kind === 'function') return next?.text === '.' || next?.text === '?.' || next?.text === '[';
  if (next?.text === '.' || next?.text === '?.') return !READING.has(tokens[at + 2]?.text ?? '') || isAssignment(tokens[at + 3]);
  if (next?.text === '[') return isAssignment(tokens[endOfGroup(tokens, at + 1)]) || isAssignment(tokens[at - 1]);
  // Spread, looped over, printed or compared: what is in a flat table cannot be changed through that.
  return isHandedOn(tokens, at);
}

function isDefinition(tokens: readonly JsToken[], at: number): boolean {
  const before = tokens[at - 1]?.text ?? '';
  const isKey = (before === '{' || before === ',') && tokens[at + 1]?.text === ':';
  return before === 'const' || before === 'function' || isKey;
}

/** An argument, a value that is returned or gets another name: then others may hold the table itself. */
function isHandedOn(tokens: readonly JsToken[], at: number): boolean {
  const before = tokens[at - 1]?.text ?? '';
  return !(before === '...' || before === 'of' || before === 'in');
}
