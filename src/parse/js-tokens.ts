/** Splits JavaScript into tokens: not to understand it, but to see which words it uses and where. */

export interface JsToken {
  readonly kind: 'word' | 'number' | 'string' | 'template' | 'regex' | 'sign';
  readonly text: string;
  /** How many brackets of any kind are open around it. */
  readonly depth: number;
  /** A line break stands between it and the token before. */
  readonly startsLine: boolean;
}

const SPACE = /(?:[\s\ufeff]|\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/)+/y;
const WORD = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy;
const NUMBER = /(?:0[xXoObB][\da-fA-F_]+|\d[\d_]*\.?[\d_]*(?:[eE][-+]?\d+)?|\.\d[\d_]*(?:[eE][-+]?\d+)?)n?/y;
const STRING = /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y;
const REGEX = /\/(?:[^/\\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*\])+\/[a-z]*/y;
const TEMPLATE_PART = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y;
const SIGN = /=>|\.\.\.|[-+*/%&|^!=<>?]+|[^\s]/y;

/** Words after which a slash starts a regular expression. */
const BEFORE_REGEX = new Set(['return', 'typeof', 'case', 'in', 'of', 'delete', 'void', 'instanceof', 'new', 'throw', 'do', 'else']);

/** The tokens of `text`; undefined where it cannot be told for sure what they are. */
export function readJsTokens(text: string): readonly JsToken[] | undefined {
  const reader: Reader = { text, tokens: [], templates: [], depth: 0, at: 0 };
  for (;;) {
    const space = match(reader, SPACE) ?? '';
    reader.at += space.length;
    if (reader.at >= text.length) return reader.depth === 0 ? reader.tokens : undefined;
    if (!readToken(reader, /[\n\r\u2028\u2029]/.test(space)) || reader.depth < 0) return undefined;
  }
}

interface Reader {
  readonly text: string;
  readonly tokens: JsToken[];
  /** Depths at which a `}` goes on with a template. */
  readonly templates: number[];
  depth: number;
  at: number;
}

function match(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at;
  return pattern.exec(reader.text)?.[0];
}

function take(reader: Reader, kind: JsToken['kind'], found: string | undefined, startsLine: boolean): boolean {
  if (found === undefined) return false;
  reader.tokens.push({ kind, text: found, depth: reader.depth, startsLine });
  reader.at += found.length;
  return true;
}

/** Reads one token; false when it is none, or could be another. */
function readToken(reader: Reader, startsLine: boolean): boolean {
  const character = reader.text.charAt(reader.at);
  const before = reader.tokens.at(-1);
  if (character === '`') return readTemplate(reader, startsLine);
  if (character === '}' && reader.templates.at(-1) === reader.depth - 1) {
    reader.templates.pop();
    reader.depth -= 1;
    return readTemplate(reader, startsLine);
  }
  if (character === '"' || character === "'") return take(reader, 'string', match(reader, STRING), startsLine);
  // After a closing bracket a slash may be either.
  if (character === '/' && !isDivision(before)) return !isUnclear(before) && take(reader, 'regex', match(reader, REGEX), startsLine);
  if (take(reader, 'word', match(reader, WORD), startsLine) || take(reader, 'number', match(reader, NUMBER), startsLine)) return true;
  return readSign(reader, character, startsLine);
}

/** Reads the text of a template up to its end or to an expression in it. */
function readTemplate(reader: Reader, startsLine: boolean): boolean {
  reader.at += 1;
  take(reader, 'template', match(reader, TEMPLATE_PART), startsLine);
  if (reader.text[reader.at] === '`') {
    reader.at += 1;
    return true;
  }
  if (!reader.text.startsWith('${', reader.at)) return false;
  reader.at += 2;
  reader.templates.push(reader.depth);
  reader.depth += 1;
  return true;
}

function readSign(reader: Reader, character: string, startsLine: boolean): boolean {
  const isSingle = '()[]{};,.:~'.includes(character) && !reader.text.startsWith('...', reader.at);
  if (')]}'.includes(character)) reader.depth -= 1;
  take(reader, 'sign', isSingle ? character : (match(reader, SIGN) ?? character), startsLine);
  if ('([{'.includes(character)) reader.depth += 1;
  return true;
}

function isDivision(before: JsToken | undefined): boolean {
  if (before === undefined || isUnclear(before)) return false;
  if (before.kind === 'sign') return before.text === ']';
  return before.kind !== 'word' || !BEFORE_REGEX.has(before.text);
}

/** `if (x) /a/.test(y)` and `(x) / a`; `{} /a/` and `{} / a`; `x++ / a` and `+ +/a/`. */
function isUnclear(before: JsToken | undefined): boolean {
  return before !== undefined && before.kind === 'sign' && /^(?:[)}]|\+\+|--)$/.test(before.text);
}
