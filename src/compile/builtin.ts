/** What a built-in helper is: typed parameters, checked before it runs, and a small function. */
import type { Span } from '../diagnostics/span.ts';
import { nameSlots } from './column-slots.ts';
import type { Session } from './session.ts';
import type { Failed, Value, ValueMap } from './values.ts';
import { describeKind, isList, isMap, isNumber, isRelation, isSlotText, numberOf, printValue } from './values.ts';

/** `sql` takes any scalar as SQL text; slots may stand in it. `known` is any value but one that only the run knows. */
export type ParameterType = 'any' | 'known' | 'text' | 'number' | 'integer' | 'boolean' | 'list' | 'map' | 'sql' | 'sql-list' | 'relation';

export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly optional?: boolean;
  /** Takes all further arguments too. Only the last may. */
  readonly rest?: boolean;
}

export interface Builtin {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly named: readonly Parameter[];
  /** Named arguments of any name are taken. */
  readonly anyNamed: boolean;
  /** The call as an example for messages. */
  readonly form: string;
  readonly run: (call: BuiltinCall) => Value | Failed;
}

/** An evaluated argument. */
export interface Argument {
  readonly value: Value;
  readonly span: Span;
}

/** Arguments whose types have been checked: the readers below only convert. */
export class BuiltinCall {
  readonly builtin: Builtin;
  readonly session: Session;
  readonly span: Span;
  readonly args: readonly Argument[];
  readonly named: ReadonlyMap<string, Argument>;

  constructor(
    builtin: Builtin,
    session: Session,
    given: { readonly span: Span; readonly args: readonly Argument[]; readonly named: ReadonlyMap<string, Argument> },
  ) {
    this.builtin = builtin;
    this.session = session;
    this.span = given.span;
    this.args = given.args;
    this.named = given.named;
  }

  value(key: number | string): Value {
    return (typeof key === 'number' ? this.args[key] : this.named.get(key))?.value;
  }

  has(key: number | string): boolean {
    return typeof key === 'number' ? key < this.args.length : this.named.has(key);
  }

  /** A scalar as text. */
  text(key: number | string, absent = ''): string {
    return this.has(key) ? (printValue(this.value(key))?.text ?? '') : absent;
  }

  number(key: number | string, absent = 0): number {
    const value = this.value(key);
    return isNumber(value) ? numberOf(value) : absent;
  }

  boolean(key: number | string, absent: boolean): boolean {
    const value = this.value(key);
    return typeof value === 'boolean' ? value : absent;
  }

  list(key: number | string): readonly Value[] {
    const value = this.value(key);
    return isList(value) ? value : [];
  }

  /** The items of a list as text. */
  texts(key: number | string): readonly string[] {
    return this.list(key).map((item) => printValue(item)?.text ?? '');
  }

  map(key: number | string): ValueMap {
    const value = this.value(key);
    return isMap(value) ? value : {};
  }

  /** All positional values from `from` on. */
  rest(from: number): readonly Value[] {
    return this.args.slice(from).map((argument) => argument.value);
  }

  /** Reports what is wrong with the call, at the argument where one is to blame. */
  fail(problem: string, key?: number | string): Failed {
    const argument = key === undefined ? undefined : typeof key === 'number' ? this.args[key] : this.named.get(key);
    return this.session.report(
      'helper-arguments',
      { helper: this.builtin.name, problem, form: this.builtin.form },
      argument?.span ?? this.span,
    );
  }
}

const typeWords: Readonly<Record<ParameterType, string>> = {
  any: 'a value',
  known: 'a value',
  text: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: '`true` or `false`',
  list: 'a list',
  map: 'an object',
  sql: 'SQL text',
  'sql-list': 'a list of SQL texts',
  relation: 'a model, as in `(ref "orders")`',
};

function isScalar(value: Value): boolean {
  return value !== null && printValue(value) !== undefined;
}

function matches(type: ParameterType, value: Value): boolean {
  switch (type) {
    case 'any':
    case 'known':
      return true;
    case 'text':
    case 'sql':
      return isScalar(value);
    case 'number':
      return isNumber(value);
    case 'integer':
      return isNumber(value) && Number.isSafeInteger(numberOf(value));
    case 'boolean':
      return typeof value === 'boolean';
    case 'list':
      return isList(value);
    case 'map':
      return isMap(value);
    case 'sql-list':
      return isList(value) && value.every(isScalar);
    case 'relation':
      return isRelation(value);
  }
}

/** Types that let slots through: the value is only printed. */
const printing: ReadonlySet<ParameterType> = new Set(['any', 'sql', 'sql-list']);

/** Checks number and types of the arguments. Undefined, with a report, when they do not fit. */
export function checkCall(call: BuiltinCall): BuiltinCall | undefined {
  const { parameters, named } = call.builtin;
  const required = parameters.filter((parameter) => parameter.optional !== true).length;
  const last = parameters.at(-1);
  const most = last?.rest === true ? Infinity : parameters.length;
  if (call.args.length < required || call.args.length > most) {
    call.fail(arityProblem(required, most, call.args.length), call.args.length > most ? parameters.length : undefined);
    return undefined;
  }
  let fits = true;
  call.args.forEach((argument, index) => {
    const parameter = parameters[index] ?? last;
    if (parameter !== undefined && !checkArgument(call, parameter, argument, index)) fits = false;
  });
  for (const [name, argument] of call.named) {
    const parameter = named.find((candidate) => candidate.name === name);
    if (parameter === undefined && call.builtin.anyNamed) continue;
    if (parameter === undefined) {
      const known = named.map((candidate) => `\`${candidate.name}\``).join(', ');
      call.fail(`takes no \`${name}=\`${known === '' ? '' : `; it takes ${known}`}`, name);
      fits = false;
    } else if (!checkArgument(call, parameter, argument, name)) fits = false;
  }
  const missing = named.find((parameter) => parameter.optional !== true && !call.named.has(parameter.name));
  if (missing !== undefined) {
    call.fail(`needs \`${missing.name}=\``);
    return undefined;
  }
  return fits ? call : undefined;
}

function checkArgument(call: BuiltinCall, parameter: Parameter, argument: Argument, key: number | string): boolean {
  const { value, span } = argument;
  if (isSlotText(value) && !printing.has(parameter.type)) {
    call.session.report('value-at-run-time', { name: nameSlots(value.text), use: `\`${call.builtin.name}\`` }, span);
    return false;
  }
  if (matches(parameter.type, value)) return true;
  call.fail(`needs ${typeWords[parameter.type]} for \`${parameter.name}\`, not ${describeKind(value)}`, key);
  return false;
}

function arityProblem(least: number, most: number, found: number): string {
  const counted = (count: number): string => (count === 1 ? 'one argument' : count === 0 ? 'no arguments' : `${count} arguments`);
  const wanted = least === most ? counted(least) : most === Infinity ? `at least ${counted(least)}` : `${least} to ${most} arguments`;
  return `takes ${wanted}, not ${found}`;
}

/** Declares a helper. `form` is derived from the parameters where it is not given. */
export function builtin(
  name: string,
  parameters: readonly Parameter[],
  run: Builtin['run'],
  extra: { readonly named?: readonly Parameter[]; readonly anyNamed?: boolean; readonly form?: string } = {},
): Builtin {
  const named = extra.named ?? [];
  const words = parameters.map(
    (parameter) => ` ${parameter.optional === true ? `[${parameter.name}]` : parameter.name}${parameter.rest === true ? ' …' : ''}`,
  );
  const pairs = named.map((parameter) => ` ${parameter.name}=…`);
  return {
    name,
    parameters,
    named,
    anyNamed: extra.anyNamed ?? false,
    form: extra.form ?? `(${name}${words.join('')}${pairs.join('')})`,
    run,
  };
}
