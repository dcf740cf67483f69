/** Makes the functions of JavaScript files callable from templates. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { SourceFile, Span } from '../diagnostics/span.ts';
import { lineStarts } from '../diagnostics/span.ts';
import type { Environment, JsFunction, JsInvocation, LostNames } from './session.ts';
import type { Failed, Value } from './values.ts';
import { isList, isMap, isNumber, isRelation, isSlotText, numberOf } from './values.ts';

/** The port that runs a project's JavaScript: gives the exports of a module by its path in the project. */
export interface JsModuleLoader {
  readonly load: (path: string) => Promise<Record<string, unknown>>;
}

type PlainFunction = (...args: readonly unknown[]) => unknown;

/** What one file exports. */
export interface LoadedHelpers {
  readonly functions: readonly JsFunction[];
  /** Exports that are no helpers; `any` when the file did not load. */
  readonly lost: LostNames;
  readonly diagnostics: readonly Diagnostic[];
}

/** Loads one file and gives its named exports as helpers. */
export async function loadJsHelpers(file: SourceFile, loader: JsModuleLoader): Promise<LoadedHelpers> {
  const start: Span = { path: file.path, start: 0, end: 0 };
  const diagnostics: Diagnostic[] = [];
  const functions: JsFunction[] = [];
  const lost = new Set<string>();
  let exports: Record<string, unknown>;
  try {
    exports = await loader.load(file.path);
  } catch (error) {
    const problem = diagnose('js-file', { path: file.path, problem: messageOf(error) }, { span: placeOfError(file, error) ?? start });
    return { functions, lost: { any: true, names: lost }, diagnostics: [problem] };
  }
  for (const [name, value] of Object.entries(exports)) {
    if (name === 'default' || typeof value !== 'function') {
      const problem =
        name === 'default' ? 'it has a default export, and helpers are called by their names' : `its export \`${name}\` is no function`;
      diagnostics.push(diagnose('js-file', { path: file.path, problem }, { span: name === 'default' ? start : placeOfName(file, name) }));
      lost.add(name);
    } else if (value.constructor.name === 'AsyncFunction') {
      diagnostics.push(diagnose('js-helper-async', { name }, { span: placeOfName(file, name) }));
      lost.add(name);
    }
    // An export that is a function can be called with any arguments; what it makes of them is its own matter.
    else functions.push(toHelper(name, file, value as PlainFunction));
  }
  return { functions, lost: { any: false, names: lost }, diagnostics };
}

/** Helpers of one name in two files. */
export function findDuplicateHelpers(
  files: readonly { readonly file: SourceFile; readonly names: readonly string[] }[],
): readonly Diagnostic[] {
  const first = new Map<string, string>();
  return files.flatMap(({ file, names }) =>
    names.flatMap((name) => {
      const before = first.get(name);
      if (before === undefined) first.set(name, file.path);
      return before === undefined
        ? []
        : [diagnose('duplicate-macro', { name, first: before, second: file.path }, { span: placeOfName(file, name) })];
    }),
  );
}

function toHelper(name: string, file: SourceFile, run: PlainFunction): JsFunction {
  return { name, path: file.path, call: (invocation) => callHelper(name, file, run, invocation) };
}

function callHelper(name: string, file: SourceFile, run: PlainFunction, invocation: JsInvocation): Value | Failed {
  const { session, span } = invocation;
  session.macros.add(name);
  const named = Object.fromEntries([...invocation.named].map(([key, value]) => [key, toJs(value)]));
  let result: unknown;
  try {
    result = run(...invocation.args.map(toJs), {
      named,
      target: toJs(session.environment.target),
      vars: variablesFor(session.environment),
    });
  } catch (error) {
    const place = placeOfError(file, error);
    return session.report(
      'js-helper-failed',
      { name, message: messageOf(error) },
      span,
      place === undefined ? [] : [{ message: 'it failed here', span: place }],
    );
  }
  if (isThenable(result)) {
    // Nobody waits for it: without a handler its failure would end the process.
    result.then(undefined, () => undefined);
    return session.report('js-helper-async', { name }, span);
  }
  const value = fromJs(result, 0);
  return value.fits ? value.value : session.report('js-helper-result', { name, found: value.found }, span);
}

function isThenable(value: unknown): value is { readonly then: (resolve: undefined, reject: () => undefined) => unknown } {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? '';
}

/** A copy in plain JavaScript: numbers as numbers, relations as their SQL. */
function toJs(value: Value): unknown {
  if (isNumber(value)) return numberOf(value);
  if (isRelation(value)) return value.sql;
  if (isSlotText(value)) return value.text;
  if (isList(value)) return value.map(toJs);
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJs(item)])) : value;
}

/** All variables, as copies: those of property files are asked for one by one, so that a file is compiled again when one that it reads has changed. */
function variablesFor(environment: Environment): Readonly<Record<string, unknown>> {
  const known: Record<string, unknown> = Object.fromEntries(Object.entries(environment.vars).map(([name, value]) => [name, toJs(value)]));
  const look = (name: string | symbol): void => {
    if (typeof name !== 'string' || Object.hasOwn(known, name)) return;
    const value = environment.variable(name);
    if (value !== undefined)
      Object.defineProperty(known, name, { value: toJs(value), enumerable: true, configurable: true, writable: true });
  };
  return new Proxy(known, {
    get: (target, name) => (look(name), Reflect.get(target, name)),
    has: (target, name) => (look(name), Reflect.has(target, name)),
    getOwnPropertyDescriptor: (target, name) => (look(name), Reflect.getOwnPropertyDescriptor(target, name)),
    ownKeys: (target) => (environment.variableNames().forEach(look), Reflect.ownKeys(target)),
  });
}

type FromJs = { readonly fits: true; readonly value: Value } | { readonly fits: false; readonly found: string };

const maxDepth = 100;

function fromJs(value: unknown, depth: number): FromJs {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return { fits: true, value };
    case 'number':
      return Number.isFinite(value) ? { fits: true, value } : { fits: false, found: String(value) };
    case 'bigint':
      return { fits: true, value: { yamlNumber: Number(value), text: String(value) } };
    case 'object':
      return value === null ? { fits: true, value } : fromObject(value, depth);
    case 'undefined':
      return { fits: false, found: 'nothing' };
    default:
      return { fits: false, found: `a ${typeof value}` };
  }
}

/** Only the innermost is of interest, however deep it is. */
function inside(what: string, found: string): string {
  return found.endsWith(' in it') ? found : `${what} with ${found} in it`;
}

function fromObject(value: object, depth: number): FromJs {
  if (depth > maxDepth) return { fits: false, found: `an object of more than ${maxDepth} levels` };
  if (Array.isArray(value)) {
    const items: Value[] = [];
    for (const item of value as readonly unknown[]) {
      // An array of anything: each item is looked at below.
      const made = fromJs(item, depth + 1);
      if (!made.fits) return { fits: false, found: inside('a list', made.found) };
      items.push(made.value);
    }
    return { fits: true, value: items };
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    return { fits: false, found: `an object of class \`${value.constructor.name}\`` };
  const entries: [string, Value][] = [];
  for (const [key, item] of Object.entries(value)) {
    const made = fromJs(item, depth + 1);
    if (!made.fits) return { fits: false, found: inside('an object', made.found) };
    entries.push([key, made.value]);
  }
  return { fits: true, value: Object.fromEntries(entries) };
}

/** The line of `file` that an exception names first. */
function placeOfError(file: SourceFile, error: unknown): Span | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const at = stack.indexOf(`${file.path}:`);
  const line = at < 0 ? undefined : /^:(\d+)/.exec(stack.slice(at + file.path.length))?.[1];
  if (line === undefined) return undefined;
  const starts = lineStarts(file.text);
  const start = starts[Number(line) - 1];
  if (start === undefined) return undefined;
  const text = file.text.slice(start, starts[Number(line)] ?? file.text.length);
  return { path: file.path, start: start + (text.length - text.trimStart().length), end: start + text.trimEnd().length };
}

/** Where the export is named, as far as a look at the text can tell. */
function placeOfName(file: SourceFile, name: string): Span {
  const at = file.text.search(new RegExp(`\\b${name.replaceAll('$', '\\$')}\\b`));
  return at < 0 ? { path: file.path, start: 0, end: 0 } : { path: file.path, start: at, end: at + name.length };
}
