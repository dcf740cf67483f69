/** Renders the nodes of a template: text, output, blocks, macros. */
import type { Span } from '../diagnostics/span.ts';
import type { MacroDefinition } from '../parse/definitions.ts';
import type { Block, Expression, Template, TemplateNode } from '../parse/template.ts';
import { blockCondition, complain, loopItems, separatorOf, setName, trimItem, trimLineEnds } from './block-forms.ts';
import type { CompiledText } from './compiled.ts';
import type { Frame, MacroInvocation } from './evaluate.ts';
import { callBuiltin, callFunction, evaluate, evaluateCondition, meaningOf, reportUnknownHelper, undecided } from './evaluate.ts';
import { builtinForms } from './functions/builtins.ts';
import { bindArguments, bindNames } from './macro-call.ts';
import { OutputWriter } from './output-writer.ts';
import { defineName, openScope } from './scope.ts';
import type { CallSite, Session } from './session.ts';
import type { Failed, Value } from './values.ts';
import { describeKind, failed, isUnknown, printValue, slotText } from './values.ts';

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

/** Renders the body of a definition with values for its parameters. */
export function renderDefinition(definition: MacroDefinition, names: ReadonlyMap<string, Value>, session: Session): CompiledText {
  const writer = new OutputWriter();
  const scope = bindNames(openFrame(session), definition, names);
  if (scope === undefined) return writer.finish();
  renderNodes(definition.body.nodes, { session, scope, macro: definition.name, callMacro: macroValue, block: undefined }, writer);
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
      if (frame.macro !== undefined)
        frame.session.report('config-misplaced', { problem: `macro \`${frame.macro}\` holds \`{{config}}\`` }, span);
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

function setValue(call: NamedInvocation, frame: RenderFrame): void {
  const name = setName(call, frame, 2);
  const [, expression] = call.args;
  if (name === undefined || expression === undefined) return;
  const value = evaluate(expression, frame);
  // A name whose value failed is defined all the same: one problem is reported once.
  defineName(frame.scope, name, value === failed ? '' : value);
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

function renderOtherBlock(block: Block, frame: RenderFrame, writer: OutputWriter): void {
  const { name, args } = block.call;
  if (block.inverted && args.length === 0 && meaningOf(frame, name) !== undefined) {
    const condition = evaluateCondition({ kind: 'name', data: false, parts: name.split('.'), span: block.call.nameSpan }, frame, 'a block');
    if (condition === undecided) renderBoth(block, frame, writer);
    else if (condition !== failed) renderBranch(condition ? block.otherwise : block.body, frame, writer);
    return;
  }
  if (name === 'macro') complain(block, frame, 'stands in a file of `macros/`, not here', '{{name "argument"}}');
  else if (meaningOf(frame, name) !== undefined || builtinForms.includes(name))
    complain(block, frame, 'is no block', noBlockForms[name] ?? `{{#if ${name}}}…{{/if}}`);
  else reportUnknownHelper(frame, name, block.call.nameSpan);
}

/** What stands alone, as it is written. */
const noBlockForms: Readonly<Record<string, string>> = { config: '{{config materialized="table"}}', yield: '{{yield}}' };

function renderBranch(nodes: readonly TemplateNode[] | undefined, frame: RenderFrame, writer: OutputWriter): void {
  if (nodes !== undefined) renderNodes(nodes, { ...frame, scope: openScope(frame.scope) }, writer);
}

function renderIf(block: Block, frame: RenderFrame, writer: OutputWriter): void {
  const condition = blockCondition(block, frame);
  if (condition === undecided) renderBoth(block, frame, writer);
  else if (condition !== undefined) renderBranch(condition ? block.body : block.otherwise, frame, writer);
}

/** For what both refer to: nobody reads the text. */
function renderBoth(block: Block, frame: RenderFrame, writer: OutputWriter): void {
  renderBranch(block.body, frame, writer);
  renderBranch(block.otherwise, frame, writer);
}

function renderLoop(block: Block, frame: RenderFrame, writer: OutputWriter): void {
  const isJoin = block.call.name === 'join';
  const items = loopItems(block, frame);
  if (items === undefined) return;
  if (items.some(({ value }) => isUnknown(value))) renderBranch(block.otherwise, frame, writer);
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
    if (item.position.first === false) writer.generated({ text: separator, hasSlots: false }, block.openSpan);
    const part = new OutputWriter();
    part.origin = writer.origin;
    renderNodes(block.body, { ...frame, scope }, part);
    writer.copy(trimItem(part.finish()));
  }
}

// ---- macros

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
  session.macros.add(macro.name);
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
