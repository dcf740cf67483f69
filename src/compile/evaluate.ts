/** Evaluates expressions: literals, names, and calls of macros, JavaScript helpers and built-ins. */
import type { Span } from '../diagnostics/span.ts';
import { keysInOrder } from '../project/yaml/ordered-record.ts';
import type { MacroDefinition } from '../parse/definitions.ts';
import type { Call, Expression } from '../parse/template.ts';
import type { Argument } from './builtin.ts';
import { BuiltinCall, checkCall } from './builtin.ts';
import { nameSlots } from './column-slots.ts';
import { builtins, builtinValues } from './functions/builtins.ts';
import type { LoopPosition, Scope } from './scope.ts';
import { findScope, namesInScope } from './scope.ts';
import type { JsFunction, Session } from './session.ts';
import { renderLimits } from './session.ts';
import { slotNames, slotPlaceholder } from './slots.ts';
import { valueSize } from './value-size.ts';
import type { Failed, Value } from './values.ts';
import { describeKind, failed, isList, isMap, isSlotText, isTruthy, isUnknown, slotText, spelledNumber, unknownColumns } from './values.ts';

/** Where an expression stands: its names, and how a macro is called from there. */
export interface Frame {
  readonly session: Session;
  readonly scope: Scope;
  /** Name of the macro whose body this is. */
  readonly macro: string | undefined;
  readonly callMacro: (frame: Frame, macro: MacroDefinition, call: MacroInvocation) => Value | Failed;
}

/** A call, or a bare name where a call may stand. */
export type MacroInvocation = Pick<Call, 'args' | 'named' | 'span'>;

/** What a name means in a frame. */
export type Meaning =
  | { readonly kind: 'local'; readonly value: Value }
  | { readonly kind: 'macro'; readonly macro: MacroDefinition }
  | { readonly kind: 'function'; readonly function: JsFunction }
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'builtin' };

/** Local names come before macros and helpers of the project, those before built-ins. */
export function meaningOf(frame: Frame, name: string): Meaning | undefined {
  const names = findScope(frame.scope, name);
  if (names !== undefined) return { kind: 'local', value: names.get(name) };
  const { environment } = frame.session;
  const macro = environment.macro(name);
  if (macro !== undefined) return { kind: 'macro', macro };
  const helper = environment.helper(name);
  if (helper !== undefined) return { kind: 'function', function: helper };
  if (builtinValues.includes(name)) return { kind: 'value', name };
  return builtins.has(name) ? { kind: 'builtin' } : undefined;
}

export function evaluate(expression: Expression, frame: Frame): Value | Failed {
  switch (expression.kind) {
    case 'literal':
      return typeof expression.value === 'number' ? spelledNumber(expression.value, expression.text) : expression.value;
    case 'name':
      return evaluateName(expression, frame);
    case 'call':
      return evaluateCall(expression, frame);
  }
}

type NameExpression = Extract<Expression, { kind: 'name' }>;

/** A value that is handed to something: a name without a meaning is most often a text without its quotes. */
export function evaluateArgument(expression: Expression, frame: Frame): Value | Failed {
  const isBare = expression.kind === 'name' && !expression.data && expression.parts.length === 1;
  const [name = ''] = isBare ? expression.parts : [];
  if (isBare && meaningOf(frame, name) === undefined) return reportUnknown(frame, name, expression.span, { isArgument: true });
  return evaluate(expression, frame);
}

function evaluateName(expression: NameExpression, frame: Frame): Value | Failed {
  const { parts, span } = expression;
  const [name = ''] = parts;
  if (expression.data) return loopValue(frame, name, span);
  const meaning = meaningOf(frame, name);
  switch (meaning?.kind) {
    case 'local':
      return readMembers(frame.session, meaning.value, expression);
    case 'value': {
      const value = builtinValue(frame, name, span);
      return value === failed ? failed : readMembers(frame.session, value, expression);
    }
    case undefined:
      return reportUnknown(frame, name, span);
    default:
      return frame.session.report('call-without-parentheses', { name }, span);
  }
}

function isLost(session: Session, name: string): boolean {
  const { lost } = session.environment;
  return lost.any || lost.names.has(name);
}

function reportUnknown(frame: Frame, name: string, span: Span, { isArgument } = { isArgument: false }): Failed {
  const { session } = frame;
  if (isLost(session, name)) return failed;
  const known = [...namesInScope(frame.scope), ...session.environment.callableNames(), ...builtinValues, ...builtins.keys()];
  return session.report('unknown-name', { name, known, isVariable: session.environment.variable(name) !== undefined, isArgument }, span);
}

function loopValue(frame: Frame, name: string, span: Span): Value | Failed {
  const { loop } = frame.scope;
  if (loop === undefined)
    return frame.session.report('unknown-name', { name: `@${name}`, known: [], isVariable: false, isArgument: false }, span);
  // The parser lets through exactly the names of a loop position.
  return loop[name as keyof LoopPosition];
}

function builtinValue(frame: Frame, name: string, span: Span): Value | Failed {
  const { session } = frame;
  switch (name) {
    case 'target':
      return session.environment.target;
    case 'this':
      session.readsSelf = true;
      return session.self ?? session.report('ref-not-allowed', { what: 'this', place: session.place }, span);
    case 'is_incremental':
      return session.isIncremental ?? session.report('ref-not-allowed', { what: 'is_incremental', place: session.place }, span);
    default:
      return slotMembers(name);
  }
}

/** `run` and `interval`: their members are known when the model runs. */
function slotMembers(name: string): Value {
  const members = slotNames.filter((slot) => slot.startsWith(`${name}.`));
  return Object.fromEntries(members.map((slot) => [slot.slice(name.length + 1), slotText(slotPlaceholder(slot))]));
}

function readMembers(session: Session, start: Value, expression: NameExpression): Value | Failed {
  let value = start;
  if (isUnknown(value)) return value;
  let of = expression.parts[0] ?? '';
  for (const member of expression.parts.slice(1)) {
    if (isMap(value) && Object.hasOwn(value, member)) value = value[member];
    else if (isList(value) && /^\d+$/.test(member) && Number(member) < value.length) value = value[Number(member)];
    else return session.report('unknown-member', { of, member, known: isMap(value) ? keysInOrder(value) : [] }, expression.span);
    of += `.${member}`;
  }
  return value;
}

/** The names behind the dot. */
function partsOf(value: Value): readonly string[] {
  return isMap(value) ? keysInOrder(value) : [];
}

function builtinParts(frame: Frame, name: string): Value {
  if (name === 'target') return frame.session.environment.target;
  return name === 'run' || name === 'interval' ? slotMembers(name) : undefined;
}

/** A call with parentheses or arguments. */
export function evaluateCall(call: Call, frame: Frame): Value | Failed {
  const { session } = frame;
  const meaning = meaningOf(frame, call.name);
  switch (meaning?.kind) {
    case 'macro':
      return frame.callMacro(frame, meaning.macro, call);
    case 'function':
      return callFunction(meaning.function, call, frame);
    case 'builtin':
      return callBuiltin(call.name, call, frame);
    case 'local':
      return session.report(
        'not-callable',
        { name: call.name, what: `a local name for ${describeKind(meaning.value)}`, parts: partsOf(meaning.value) },
        call.nameSpan,
      );
    case 'value':
      return session.report(
        'not-callable',
        { name: call.name, what: 'a value', parts: partsOf(builtinParts(frame, call.name)) },
        call.nameSpan,
      );
    default:
      return reportUnknownHelper(frame, call.name, call.nameSpan);
  }
}

export function reportUnknownHelper(frame: Frame, name: string, span: Span): Failed {
  const { session } = frame;
  if (name === 'env' || name === 'env_var') return session.report('secret-in-template', {}, span);
  if (isLost(session, name)) return failed;
  const known = [...session.environment.callableNames(), ...builtins.keys()];
  return session.report('unknown-helper', { name, known }, span);
}

interface Given {
  readonly args: readonly Argument[];
  readonly named: ReadonlyMap<string, Argument>;
}

/** All arguments in source order; undefined when one of them failed. */
function evaluateArguments(call: MacroInvocation, frame: Frame): Given | undefined {
  const args: Argument[] = [];
  let complete = true;
  for (const expression of call.args) {
    const value = evaluateArgument(expression, frame);
    if (value === failed) complete = false;
    else args.push({ value, span: expression.span });
  }
  if (call.named.length === 0) return complete ? { args, named: noNamed } : undefined;
  const named = new Map<string, Argument>();
  for (const entry of call.named) {
    const value = evaluateArgument(entry.value, frame);
    if (value === failed) complete = false;
    else named.set(entry.name, { value, span: entry.value.span });
  }
  return complete ? { args, named } : undefined;
}

const noNamed: ReadonlyMap<string, Argument> = new Map();

/** Calls a built-in helper by its name; `call` may be a bare name without arguments. */
export function callBuiltin(name: string, call: MacroInvocation, frame: Frame): Value | Failed {
  if ((name === 'and' || name === 'or' || name === 'default') && call.args.length > 1 && call.named.length === 0)
    return callLazily(name, call, frame);
  const given = evaluateArguments(call, frame);
  const helper = builtins.get(name);
  if (given === undefined || helper === undefined) return failed;
  if (restsOnColumns(given)) return unknownColumns;
  const checked = checkCall(new BuiltinCall(helper, frame.session, { ...given, span: call.span }));
  if (checked === undefined || !charged(given, frame.session, call.span)) return failed;
  const carriesSlots = given.args.some(({ value }) => hasSlots(value)) || [...given.named.values()].some(({ value }) => hasSlots(value));
  return bounded(frame.session, call.span, () => {
    const value = helper.run(checked);
    return carriesSlots && typeof value === 'string' ? slotText(value) : value;
  });
}

function charged({ args, named }: Given, session: Session, span: Span): boolean {
  let size = 0;
  for (const { value } of args) size += valueSize(value);
  for (const { value } of named.values()) size += valueSize(value);
  return session.charge(size, span);
}

/** What is made of columns that are not known is not known either. */
function restsOnColumns({ args, named }: Given): boolean {
  return args.some(({ value }) => isUnknown(value)) || [...named.values()].some(({ value }) => isUnknown(value));
}

function hasSlots(value: Value): boolean {
  return isSlotText(value) || (isList(value) && value.some(hasSlots));
}

/** The first slot in a value, at any depth. */
function findSlot(value: Value): string | undefined {
  if (isSlotText(value)) return nameSlots(value.text);
  if (!isList(value) && !isMap(value)) return undefined;
  for (const item of Object.values(value)) {
    const found = findSlot(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Runs what may build a text, and stops where the text grows beyond every bound. */
function bounded(session: Session, span: Span, run: () => Value | Failed): Value | Failed {
  let value: Value | Failed;
  try {
    value = run();
  } catch (error) {
    // The engine's own limit on the length of a text or list.
    if (!(error instanceof RangeError)) throw error;
    session.fits(Infinity, span);
    return failed;
  }
  if (value === failed) return failed;
  if (typeof value === 'string' && value.length > renderLimits.output && !session.fits(value.length, span)) return failed;
  return session.charge(valueSize(value), span) ? value : failed;
}

/** Looks at no more arguments than the answer needs. */
function callLazily(name: 'and' | 'or' | 'default', call: MacroInvocation, frame: Frame): Value | Failed {
  if (name === 'default' && call.args.length === 2) {
    const [first, second] = call.args;
    const value = first === undefined ? undefined : evaluate(first, frame);
    return value === undefined || value === null ? (second === undefined ? undefined : evaluate(second, frame)) : value;
  }
  if (name === 'default') return callEagerly(name, call, frame);
  for (const expression of call.args) {
    const value = evaluateCondition(expression, frame, `\`${name}\``);
    if (value === failed) return failed;
    if (value === undecided) return unknownColumns;
    if (value === (name === 'or')) return value;
  }
  return name === 'and';
}

function callEagerly(name: string, call: MacroInvocation, frame: Frame): Failed {
  const given = evaluateArguments(call, frame);
  const helper = builtins.get(name);
  if (given !== undefined && helper !== undefined) checkCall(new BuiltinCall(helper, frame.session, { ...given, span: call.span }));
  return failed;
}

/** A condition that rests on columns that are not known: whatever it decides may come about. */
export const undecided: unique symbol = Symbol('undecided');

/** A value that decides something at compile time. */
export function evaluateCondition(expression: Expression, frame: Frame, use: string): boolean | Failed | typeof undecided {
  const value = evaluate(expression, frame);
  if (value === failed) return failed;
  if (isUnknown(value)) return undecided;
  if (isSlotText(value)) return frame.session.report('value-at-run-time', { name: nameSlots(value.text), use }, expression.span);
  return isTruthy(value);
}

/** Calls a helper of a JavaScript file. JavaScript sees values, and what only the run knows is none yet. */
export function callFunction(helper: JsFunction, call: MacroInvocation, frame: Frame): Value | Failed {
  const { session } = frame;
  const given = evaluateArguments(call, frame);
  if (given === undefined || !charged(given, session, call.span)) return failed;
  if (restsOnColumns(given)) return unknownColumns;
  for (const { value, span } of [...given.args, ...given.named.values()]) {
    const slot = findSlot(value);
    if (slot !== undefined) return session.report('value-at-run-time', { name: slot, use: `JavaScript helper \`${helper.name}\`` }, span);
  }
  const named = new Map([...given.named].map(([name, { value }]) => [name, value]));
  const args = given.args.map(({ value }) => value);
  return bounded(session, call.span, () => helper.call({ args, named, session, span: call.span }));
}

/** Evaluates what a macro is called with, in its caller's frame. */
export const evaluateMacroArguments = evaluateArguments;
