/** Renders the nodes of a template: text, output, blocks, macros. */
import type { Span } from '../diagnostics/span.ts';
import type { MacroDefinition } from '../parse/definitions.ts';
import type { Block, Call, Expression, Template, TemplateNode } from '../parse/template.ts';
import type { CompiledText } from './compiled.ts';
import { sliceText } from './compiled-text.ts';
import type { Frame, MacroInvocation } from './evaluate.ts';
import { callBuiltin, callFunction, evaluate, evaluateCondition, meaningOf, reportUnknownHelper } from './evaluate.ts';
import { builtinForms } from './functions/builtins.ts';
import { bindArguments } from './macro-call.ts';
import { OutputWriter } from './output-writer.ts';
import type { LoopPosition } from './scope.ts';
import { defineName, openScope } from './scope.ts';
import type { CallSite, Session } from './session.ts';
import type { Failed, Value } from './values.ts';
import { describeKind, failed, isList, isMap, printValue, slotText } from './values.ts';

/** What `{{yield}}` prints: the caller's block, in the caller's frame. */
interface YieldedBlock {
  readonly nodes: readonly TemplateNode[];
  readonly frame: RenderFrame;
  readonly origin: Span | undefined;
  /** How many calls were open where the block stands. */
  readonly depth: number;
}

interface RenderFrame extends Frame {
  readonly block: YieldedBlock | undefined;
}

/** Renders a whole template. Problems are in the session's diagnostics. */
export function renderTemplate(template: Template, session: Session): CompiledText {
  const writer = new OutputWriter();
  const frame: RenderFrame = { session, scope: openScope(undefined), macro: undefined, callMacro: macroValue, block: undefined };
  renderNodes(template.nodes, frame, writer);
  return writer.finish();
}

/** A frame to evaluate single expressions of a file in. */
export function openFrame(session: Session): Frame {
  return { session, scope: openScope(undefined), macro: undefined, callMacro: macroValue };
}

function renderNodes(nodes: readonly TemplateNode[], frame: RenderFrame, writer: OutputWriter): void {
  const { session } = frame;
  for (const node of nodes) {
    if (!session.step(node.span)) return;
    if (node.kind === 'text') writer.verbatim(node.text, node.span);
    else if (node.kind === 'output') renderOutput(node.expression, node.span, frame, writer);
    else renderBlock(node, frame, writer);
    if (!session.fits(writer.text.length, node.span)) return;
  }
}

function renderOutput(expression: Expression, span: Span, frame: RenderFrame, writer: OutputWriter): void {
  const invocation = asInvocation(expression);
  if (invocation !== undefined && renderStatement(invocation, span, frame, writer)) return;
  const value = expression.kind === 'name' ? evaluateBare(expression, frame) : evaluate(expression, frame);
  if (value !== failed) print(value, expression, span, frame, writer);
}

interface NamedInvocation extends MacroInvocation {
  readonly name: string;
}

const nothing: readonly never[] = Object.freeze([]);

/** A call, or a bare name that may be one. */
function asInvocation(expression: Expression): NamedInvocation | undefined {
  if (expression.kind === 'call') return expression;
  const [name, member] = expression.kind === 'name' && !expression.data ? expression.parts : nothing;
  return name === undefined || member !== undefined ? undefined : { name, args: nothing, named: nothing, span: expression.span };
}

/** Runs what is no plain value: `set`, `config`, `yield`, and macros, whose text keeps the places inside it. */
function renderStatement(call: NamedInvocation, span: Span, frame: RenderFrame, writer: OutputWriter): boolean {
  const meaning = meaningOf(frame, call.name);
  if (meaning?.kind === 'macro') {
    renderMacro(meaning.macro, { call, span, block: undefined }, frame, writer);
    return true;
  }
  if (meaning !== undefined) return false;
  switch (call.name) {
    case 'set':
      setValue(call, frame);
      return true;
    case 'config':
      // The file's own config has been read before; what stands elsewhere would be read by nobody.
      if (frame.macro !== undefined) frame.session.report('config-misplaced', { problem: `macro \`${frame.macro}\` holds \`{{config}}\`` }, span);
      return true;
    case 'yield':
      renderYield(span, frame, writer);
      return true;
    default:
      return false;
  }
}

/** A name that prints: calls without arguments need no parentheses here. */
function evaluateBare(expression: Extract<Expression, { kind: 'name' }>, frame: RenderFrame): Value | Failed {
  const [name = '', member] = expression.parts;
  const meaning = expression.data || member !== undefined ? undefined : meaningOf(frame, name);
  const call = { args: nothing, named: nothing, span: expression.span };
  if (meaning?.kind === 'function') return callFunction(meaning.function, call, frame);
  return meaning?.kind === 'builtin' ? callBuiltin(name, call, frame) : evaluate(expression, frame);
}

function print(value: Value, expression: Expression, span: Span, frame: RenderFrame, writer: OutputWriter): void {
  const printed = printValue(value);
  if (printed !== undefined) writer.generated(printed, span);
  else if (value === undefined) frame.session.report('value-missing', { name: sourceWords(expression) }, span);
  else frame.session.report('value-not-text', { what: describeKind(value) }, span);
}

function sourceWords(expression: Expression): string {
  return expression.kind === 'name' ? expression.parts.join('.') : expression.kind === 'call' ? `(${expression.name} …)` : expression.text;
}

const setForm = '{{set "name" value}}';

function setValue(call: NamedInvocation, frame: RenderFrame): void {
  const name = setName(call, frame, 2);
  const [, expression] = call.args;
  if (name === undefined || expression === undefined) return;
  const value = evaluate(expression, frame);
  // A name whose value failed is defined all the same: one problem is reported once.
  defineName(frame.scope, name, value === failed ? '' : value);
}

function setName(call: NamedInvocation | Call, frame: RenderFrame, count: number): string | undefined {
  const [first] = call.args;
  const name = first?.kind === 'literal' ? first.value : undefined;
  if (typeof name === 'string' && /^[A-Za-z_]\w*$/.test(name) && call.args.length === count && call.named.length === 0) return name;
  const form = count === 2 ? setForm : '{{#set "name"}}…{{/set}}';
  const problem = typeof name !== 'string' ? 'takes a name in quotes' : call.args.length === count ? 'takes a name of letters, digits and underscores' : 'takes one name and one value';
  frame.session.report('block-form', { block: 'set', problem, form }, call.span);
  return undefined;
}

// ---- blocks

function renderBlock(block: Block, frame: RenderFrame, writer: OutputWriter): void {
  const { name } = block.call;
  const meaning = meaningOf(frame, name);
  if (meaning?.kind === 'macro' && !block.inverted) {
    if (block.otherwise !== undefined) complain(block, frame, 'has no `{{else}}`', `{{#${name}}}…{{/${name}}}`);
    else renderMacro(meaning.macro, { call: block.call, span: block.openSpan, block }, frame, writer);
    return;
  }
  switch (name) {
    case 'if':
    case 'unless':
      renderIf(block, frame, writer);
      return;
    case 'each':
    case 'join':
      if (!block.inverted) renderLoop(block, frame, writer);
      else complain(block, frame, 'stands for the empty list; `{{else}}` says that', `{{#${name} list as |item|}}…{{else}}…{{/${name}}}`);
      return;
    case 'set':
      captureText(block, frame);
      return;
    default:
      renderOtherBlock(block, frame, writer);
  }
}

function complain(block: Block, frame: RenderFrame, problem: string, form: string): void {
  frame.session.report('block-form', { block: block.call.name, problem, form }, block.openSpan);
}

function renderOtherBlock(block: Block, frame: RenderFrame, writer: OutputWriter): void {
  const { name, args } = block.call;
  if (block.inverted && args.length === 0 && meaningOf(frame, name) !== undefined) {
    const condition = evaluateCondition({ kind: 'name', data: false, parts: name.split('.'), span: block.call.nameSpan }, frame, 'a block');
    if (condition !== failed) renderBranch(condition ? block.otherwise : block.body, frame, writer);
    return;
  }
  if (name === 'macro') complain(block, frame, 'stands in a file of `macros/`, not here', '{{name "argument"}}');
  else if (meaningOf(frame, name) !== undefined || builtinForms.includes(name)) complain(block, frame, 'is no block', `{{#if ${name}}}…{{/if}}`);
  else reportUnknownHelper(frame, name, block.call.nameSpan);
}

function renderBranch(nodes: readonly TemplateNode[] | undefined, frame: RenderFrame, writer: OutputWriter): void {
  if (nodes !== undefined) renderNodes(nodes, { ...frame, scope: openScope(frame.scope) }, writer);
}

function renderIf(block: Block, frame: RenderFrame, writer: OutputWriter): void {
  const condition = blockCondition(block, frame);
  if (condition !== undefined) renderBranch(condition ? block.body : block.otherwise, frame, writer);
}

/** Whether the body of an `if` or `unless` stands; undefined, reported, when nobody can say. */
export function blockCondition(block: Block, frame: Frame): boolean | undefined {
  const { name, args, named } = block.call;
  const [expression] = args;
  if (expression === undefined || args.length > 1 || named.length > 0 || block.params.length > 0) {
    const form = `{{#${name} condition}}…{{/${name}}}`;
    frame.session.report('block-form', { block: name, problem: 'takes one condition', form }, block.openSpan);
    return undefined;
  }
  const value = evaluateCondition(expression, frame, `\`{{#${name}}}\``);
  return value === failed ? undefined : (value !== (name === 'unless')) !== block.inverted;
}

/** An item of a loop with its position. */
interface LoopItem {
  readonly value: Value;
  readonly second: Value;
  readonly position: LoopPosition;
}

function renderLoop(block: Block, frame: RenderFrame, writer: OutputWriter): void {
  const isJoin = block.call.name === 'join';
  const items = loopItems(block, frame);
  if (items === undefined) return;
  if (items.length === 0) {
    renderBranch(block.otherwise, frame, writer);
    return;
  }
  const separator = isJoin ? separatorOf(block, frame) : '';
  if (separator === undefined) return;
  for (const item of items) {
    if (!frame.session.step(block.openSpan)) return;
    const scope = openScope(frame.scope, item.position);
    const [first, second] = block.params;
    if (first !== undefined) defineName(scope, first, item.value);
    if (second !== undefined) defineName(scope, second, item.second);
    if (!isJoin) {
      renderNodes(block.body, { ...frame, scope }, writer);
      continue;
    }
    if (item.position.index > 0) writer.generated({ text: separator, hasSlots: false }, block.openSpan);
    const part = new OutputWriter();
    part.origin = writer.origin;
    renderNodes(block.body, { ...frame, scope }, part);
    writer.copy(trimItem(part.finish()));
  }
}

const BLANK_LINES_BEFORE = /^(?:[ \t]*(?:\r\n|\n|\r))+/;
const LINE_ENDS_AFTER = /(?:(?:\r\n|\n|\r)[ \t]*)+$/;

function trimItem(text: CompiledText): CompiledText {
  const start = BLANK_LINES_BEFORE.exec(text.sql)?.[0].length ?? 0;
  const end = LINE_ENDS_AFTER.exec(text.sql)?.index ?? text.sql.length;
  return sliceText(text, start, Math.max(start, end));
}

function loopForm(block: Block): string {
  return block.call.name === 'join' ? '{{#join list ", " as |item|}}…{{/join}}' : '{{#each list as |item|}}…{{/each}}';
}

function loopItems(block: Block, frame: RenderFrame): readonly LoopItem[] | undefined {
  const { args, named } = block.call;
  const [expression] = args;
  const count = block.call.name === 'join' ? 2 : 1;
  if (expression === undefined || args.length !== count || named.length > 0) {
    complain(block, frame, count === 1 ? 'takes one list' : 'takes a list and a separator', loopForm(block));
    return undefined;
  }
  if (block.params.length === 0 || block.params.length > 2) {
    complain(block, frame, 'names its item', loopForm(block));
    return undefined;
  }
  const value = evaluate(expression, frame);
  if (value === failed) return undefined;
  const pairs: readonly (readonly [Value, Value])[] | undefined = isList(value)
    ? value.map((item, index) => [item, index])
    : isMap(value)
      ? Object.entries(value).map(([key, item]) => [item, key])
      : undefined;
  if (pairs === undefined) {
    complain(block, frame, `walks over a list or an object, not ${describeKind(value)}`, loopForm(block));
    return undefined;
  }
  return pairs.map(([item, key], index) => ({ value: item, second: key, position: { index, first: index === 0, last: index === pairs.length - 1, key } }));
}

function separatorOf(block: Block, frame: RenderFrame): string | undefined {
  const [, expression] = block.call.args;
  const value = expression === undefined ? failed : evaluate(expression, frame);
  if (value === failed) return undefined;
  if (typeof value === 'string') return value;
  complain(block, frame, `takes a text as separator, not ${describeKind(value)}`, loopForm(block));
  return undefined;
}

// ---- macros

const ONE_LINE_END = /^(?:\r\n|\n|\r)/;
const ONE_LAST_LINE_END = /(?:\r\n|\n|\r)$/;

/** Without one line end at each side. */
function trimLineEnds(text: CompiledText): CompiledText {
  const start = ONE_LINE_END.exec(text.sql)?.[0].length ?? 0;
  const end = ONE_LAST_LINE_END.exec(text.sql)?.index ?? text.sql.length;
  return sliceText(text, start, Math.max(start, end));
}

function textValue(text: CompiledText): Value {
  return text.slots.length > 0 ? slotText(text.sql) : text.sql;
}

function captureText(block: Block, frame: RenderFrame): void {
  const name = setName(block.call, frame, 1);
  if (name === undefined) return;
  if (block.otherwise !== undefined || block.inverted || block.params.length > 0) {
    complain(block, frame, 'takes a name and nothing else', '{{#set "name"}}…{{/set}}');
    return;
  }
  const writer = new OutputWriter();
  renderBranch(block.body, frame, writer);
  defineName(frame.scope, name, textValue(trimLineEnds(writer.finish())));
}

interface MacroUse {
  readonly call: MacroInvocation;
  readonly span: Span;
  readonly block: Block | undefined;
}

/** A macro inside an expression: its text is a value. */
function macroValue(frame: Frame, macro: MacroDefinition, call: MacroInvocation): Value | Failed {
  const writer = new OutputWriter();
  const before = frame.session.diagnostics.length;
  renderMacro(macro, { call, span: call.span, block: undefined }, { ...frame, block: undefined }, writer);
  return frame.session.diagnostics.length > before ? failed : textValue(writer.finish());
}

function renderMacro(macro: MacroDefinition, use: MacroUse, frame: RenderFrame, writer: OutputWriter): void {
  const { session } = frame;
  const { calls } = session;
  if (calls.some((call) => call.name === macro.name)) {
    session.report('macro-recursion', { path: recursionPath(calls, macro.name) }, use.span);
    return;
  }
  const scope = bindArguments(frame, macro, use.call);
  if (scope === undefined) return;
  const block = use.block === undefined ? undefined : { nodes: use.block.body, frame, origin: writer.origin, depth: calls.length };
  const inner = new OutputWriter();
  inner.origin = writer.origin ?? use.span;
  calls.push({ name: macro.name, span: use.span });
  renderNodes(macro.body.nodes, { session, scope, macro: macro.name, callMacro: macroValue, block }, inner);
  calls.pop();
  writer.copy(trimLineEnds(inner.finish()));
}

function recursionPath(calls: readonly CallSite[], name: string): readonly string[] {
  const names = calls.map((call) => call.name);
  return [...names.slice(names.indexOf(name)), name];
}

/** Prints the caller's block as if it stood there: in the caller's frame, with its own places. */
function renderYield(span: Span, frame: RenderFrame, writer: OutputWriter): void {
  const { block, session } = frame;
  if (block === undefined) {
    session.report('yield-misplaced', { macro: frame.macro }, span);
    return;
  }
  const inner = session.calls.splice(block.depth);
  const { origin } = writer;
  writer.origin = block.origin;
  renderBranch(block.nodes, block.frame, writer);
  writer.origin = origin;
  session.calls.push(...inner);
}
