/**
 * Reads an expression as Jinja writes it, or one that is converted in part, and says it in the language of templates.
 * Whatever it is not sure of has no form: no advice is better than one that does not parse.
 */
import type { CallArgument } from './jinja-calls.ts';
import { callPackage, isPackage } from './jinja-calls.ts';
import type { JinjaForm } from './jinja-form.ts';
import { call, plain } from './jinja-form.ts';
import { filters, foreignNames } from './jinja-functions.ts';
import type { Reader, Token } from './jinja-tokens.ts';
import { NoForm, expectSign, peek, take, tokenize } from './jinja-tokens.ts';

/** Calls nest no deeper in a template either. */
const maxDepth = 100;

/** The form of an expression; `foreign` names what has no counterpart. */
export type Converted = { readonly form: JinjaForm } | { readonly form: undefined; readonly foreign: string | undefined };

/** Converts one whole expression. */
export function convertExpression(text: string): Converted {
  return converted(text, readExpression);
}

/** Converts the arguments of a tag as templates have them, each of which may still be Jinja: `"x" y=var("z")`. */
export function convertArguments(text: string): Converted {
  return converted(text, (reader) => {
    const items = readItems(reader);
    return { value: items, alone: items };
  });
}

/** Converts the parameters of a macro: `a, b=1`. */
export function convertParameters(text: string): Converted {
  return converted(text, (reader) => {
    const items: string[] = [];
    while (reader.at < reader.tokens.length) {
      const token = reader.tokens[reader.at];
      if (token?.kind !== 'name') throw new NoForm();
      reader.at += 1;
      items.push(take(reader, '=') ? `${token.text}=${readExpression(reader).value}` : `"${token.text}"`);
      if (reader.at < reader.tokens.length) expectSign(reader, ',');
    }
    const parameters = items.join(' ');
    return { value: parameters, alone: parameters };
  });
}

function converted(text: string, read: (reader: Reader) => JinjaForm): Converted {
  try {
    const reader = { tokens: tokenize(text), at: 0, depth: 0 };
    const form = read(reader);
    return reader.at === reader.tokens.length ? { form } : { form: undefined, foreign: undefined };
  } catch (error) {
    if (!(error instanceof NoForm)) throw error;
    return { form: undefined, foreign: error.foreign };
  }
}

function readExpression(reader: Reader): JinjaForm {
  reader.depth += 1;
  if (reader.depth > maxDepth) throw new NoForm();
  const form = readLogic(reader, 'or', () => readLogic(reader, 'and', () => readNegation(reader)));
  reader.depth -= 1;
  return form;
}

function readLogic(reader: Reader, word: 'or' | 'and', next: () => JinjaForm): JinjaForm {
  const parts = [next()];
  while (take(reader, word)) parts.push(next());
  const [only] = parts;
  return parts.length === 1 && only !== undefined
    ? only
    : call(
        word,
        parts.map(({ value }) => value),
      );
}

function readNegation(reader: Reader): JinjaForm {
  let negations = 0;
  while (take(reader, 'not')) negations += 1;
  let form = readComparison(reader);
  for (; negations > 0; negations -= 1) form = call('not', [form.value]);
  return form;
}

const comparisons: Readonly<Record<string, string>> = { '==': 'eq', '!=': 'ne', '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' };

function readComparison(reader: Reader): JinjaForm {
  const left = readSum(reader);
  const token = reader.tokens[reader.at];
  const name = token?.kind === 'sign' ? comparisons[token.text] : undefined;
  if (name !== undefined) {
    reader.at += 1;
    return call(name, [left.value, readSum(reader).value]);
  }
  if (take(reader, 'in')) return call('in', [left.value, readSum(reader).value]);
  if (peek(reader, 'not') && reader.tokens[reader.at + 1]?.text === 'in') {
    reader.at += 2;
    return call('not', [call('in', [left.value, readSum(reader).value]).value]);
  }
  if (peek(reader, 'is')) throw new NoForm();
  return left;
}

const sums: Readonly<Record<string, string>> = { '+': 'add', '-': 'sub', '~': 'concat' };
const products: Readonly<Record<string, string>> = { '*': 'mul', '/': 'div', '%': 'mod' };

function readSum(reader: Reader): JinjaForm {
  return readOperators(reader, sums, () => readOperators(reader, products, () => readSigned(reader)));
}

function readOperators(reader: Reader, names: Readonly<Record<string, string>>, next: () => JinjaForm): JinjaForm {
  let left = next();
  for (;;) {
    const token = reader.tokens[reader.at];
    const name = token?.kind === 'sign' ? names[token.text] : undefined;
    if (name === undefined) return left;
    reader.at += 1;
    const right = next();
    // `+` joins texts and lists too.
    const isText = [left, right].some(({ value }) => /^["']/.test(value));
    const isNumber = [left, right].some(({ value }) => /^-?\d/.test(value));
    if (name === 'add' && !isText && !isNumber) throw new NoForm();
    left = call(name === 'add' && isText ? 'concat' : name, [left.value, right.value]);
  }
}

function readSigned(reader: Reader): JinjaForm {
  if (!take(reader, '-')) return readFilters(reader);
  const form = readFilters(reader);
  return /^\d/.test(form.value) ? plain(`-${form.value}`) : call('sub', ['0', form.value]);
}

function readFilters(reader: Reader): JinjaForm {
  let form = readPrimary(reader);
  while (take(reader, '|')) {
    const token = reader.tokens[reader.at];
    if (token?.kind !== 'name') throw new NoForm();
    reader.at += 1;
    const args = peek(reader, '(') ? readCallArguments(reader) : [];
    form = filtered(token.text, form.value, args);
  }
  return form;
}

function filtered(name: string, value: string, args: readonly CallArgument[]): JinjaForm {
  const here = filters[name];
  if (here === undefined || args.some((arg) => arg.name !== undefined)) throw new NoForm(here === undefined ? name : undefined);
  const given = args.map((arg) => arg.value);
  if (here === 'join' && given.length === 0) given.push('""');
  return call(here, [value, ...given]);
}

function readPrimary(reader: Reader): JinjaForm {
  const token = reader.tokens[reader.at];
  if (token === undefined) throw new NoForm();
  reader.at += 1;
  switch (token.kind) {
    case 'string':
      return readMethods(reader, quoted(token.text));
    case 'number':
      return plain(token.text);
    case 'name':
      return readName(reader, token.text);
    default:
      return readBracketed(reader, token.text);
  }
}

/** A text has no escapes here, and may hold the other kind of quotes. */
function quoted(written: string): string {
  const text = written.slice(1, -1);
  if (text.includes('\\') || (text.includes('"') && text.includes("'"))) throw new NoForm();
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}

function readBracketed(reader: Reader, sign: string): JinjaForm {
  if (sign === '[') return call('array', readListItems(reader, ']'));
  if (sign === '{') return call('object', readPairs(reader));
  if (sign !== '(') throw new NoForm();
  const start = reader.at;
  const first = reader.tokens[start];
  // A call as templates have it: a name and arguments, with spaces between them.
  const second = reader.tokens[start + 1];
  if (
    first?.kind === 'name' &&
    second !== undefined &&
    startsItem(second) &&
    !operatorWords.has(first.text) &&
    !operatorWords.has(second.text)
  ) {
    reader.at += 1;
    const form = call(first.text, [readItems(reader)]);
    expectSign(reader, ')');
    return form;
  }
  const inner = readExpression(reader);
  if (peek(reader, ',')) {
    reader.at = start;
    return call('array', readListItems(reader, ')'));
  }
  expectSign(reader, ')');
  return inner;
}

const operatorWords: ReadonlySet<string> = new Set(['and', 'or', 'in', 'is', 'if', 'else']);

function startsItem(token: Token): boolean {
  return token.spaced && (token.kind !== 'sign' || token.text === '(');
}

/** Arguments that are parted by spaces, up to a closing parenthesis or the end. */
function readItems(reader: Reader): string {
  reader.depth += 1;
  if (reader.depth > maxDepth) throw new NoForm();
  const items: string[] = [];
  for (;;) {
    const token = reader.tokens[reader.at];
    if (token === undefined || peek(reader, ')')) break;
    const next = reader.tokens[reader.at + 1];
    const isPair = token.kind === 'name' && next?.kind === 'sign' && next.text === '=' && !next.spaced;
    if (isPair) reader.at += 2;
    const value = readSigned(reader).value;
    items.push(isPair ? `${token.text}=${value}` : value);
  }
  reader.depth -= 1;
  return items.join(' ');
}

function readListItems(reader: Reader, end: string): readonly string[] {
  const items: string[] = [];
  while (!take(reader, end)) {
    items.push(readExpression(reader).value);
    if (!peek(reader, end)) expectSign(reader, ',');
  }
  return items;
}

function readPairs(reader: Reader): readonly string[] {
  const items: string[] = [];
  while (!take(reader, '}')) {
    items.push(readExpression(reader).value);
    expectSign(reader, ':');
    items.push(readExpression(reader).value);
    if (!peek(reader, '}')) expectSign(reader, ',');
  }
  return items;
}

const words: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null', none: 'null' };
const loopNames: Readonly<Record<string, string>> = { last: '@last', first: '@first', index0: '@index', index: 'add @index 1' };

function readName(reader: Reader, first: string): JinjaForm {
  if (operatorWords.has(first) || first === 'not') throw new NoForm();
  const word = words[first] ?? first;
  const path = [word];
  while (peek(reader, '.')) {
    const member = reader.tokens[reader.at + 1];
    if (member?.kind !== 'name') throw new NoForm();
    const isMethod = reader.tokens[reader.at + 2]?.text === '(' && Object.hasOwn(filters, member.text) && !isPackage(first);
    if (isMethod) break;
    reader.at += 2;
    path.push(member.text);
  }
  const name = path.join('.');
  if (foreignNames.has(first)) throw new NoForm(name);
  if (peek(reader, '(') && reader.tokens[reader.at]?.spaced === false) return readMethods(reader, readCall(reader, path));
  if (first === 'loop') {
    const here = path.length === 2 ? loopNames[path[1] ?? ''] : undefined;
    if (here === undefined) throw new NoForm(name);
    return here.startsWith('@') ? plain(here) : call(here, []);
  }
  return readMethods(reader, name);
}

/** Methods and items of a value: `x.upper()`, `x["key"]`. */
function readMethods(reader: Reader, start: string | JinjaForm): JinjaForm {
  let form = typeof start === 'string' ? plain(start) : start;
  for (;;) {
    if (peek(reader, '[') && reader.tokens[reader.at]?.spaced === false) {
      reader.at += 1;
      form = call('get', [form.value, readExpression(reader).value]);
      expectSign(reader, ']');
    } else if (take(reader, '.')) {
      const method = reader.tokens[reader.at];
      reader.at += 1;
      if (method?.kind !== 'name' || !peek(reader, '(')) throw new NoForm();
      form = callMethod(method.text, form.value, readCallArguments(reader));
    } else return form;
  }
}

function callMethod(name: string, value: string, args: readonly CallArgument[]): JinjaForm {
  const [list] = args;
  // The text that stands between comes first there.
  if (name === 'join' && list !== undefined && args.length === 1) return call('join', [list.value, value]);
  return filtered(name, value, args);
}

function readCallArguments(reader: Reader): readonly CallArgument[] {
  expectSign(reader, '(');
  const args: CallArgument[] = [];
  while (!take(reader, ')')) {
    const token = reader.tokens[reader.at];
    const isNamed = token?.kind === 'name' && reader.tokens[reader.at + 1]?.text === '=';
    if (isNamed) reader.at += 2;
    args.push({ name: isNamed ? token.text : undefined, value: readExpression(reader).value });
    if (!peek(reader, ')')) expectSign(reader, ',');
  }
  return args;
}

function readCall(reader: Reader, path: readonly string[]): JinjaForm {
  const args = readCallArguments(reader);
  const [first = '', second] = path;
  if (path.length === 1 && first === 'is_incremental') return plain('is_incremental');
  if (path.length === 2 && isPackage(first) && second !== undefined) return callPackage(path.join('.'), second, args);
  if (path.length > 1) throw new NoForm(path.join('.'));
  const given = args.map(({ name, value }, index) => {
    if (name !== undefined) return `${name}=${value}`;
    return first === 'var' && index === 1 ? `default=${value}` : value;
  });
  return call(first, given);
}
