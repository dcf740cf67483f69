/** The forms of blocks: what `if`, `each`, `join` and `set` take, and how their text is trimmed. */
import { entriesInOrder } from '../project/yaml/ordered-record.ts';
import type { Block } from '../parse/template.ts';
import type { CompiledText } from './compiled.ts';
import { sliceText } from './compiled-text.ts';
import type { Frame, MacroInvocation } from './evaluate.ts';
import { evaluate, evaluateCondition, undecided } from './evaluate.ts';
import type { LoopPosition } from './scope.ts';
import type { Value } from './values.ts';
import { describeKind, failed, isList, isMap, isUnknown, unknownColumns } from './values.ts';

const setForm = '{{set "name" value}}';

export function setName(call: MacroInvocation, frame: Frame, count: number): string | undefined {
  const [first] = call.args;
  const name = first?.kind === 'literal' ? first.value : undefined;
  if (typeof name === 'string' && /^[A-Za-z_]\w*$/.test(name) && call.args.length === count && call.named.length === 0) return name;
  const form = count === 2 ? setForm : '{{#set "name"}}…{{/set}}';
  const problem =
    typeof name !== 'string'
      ? 'takes a name in quotes'
      : call.args.length === count
        ? 'takes a name of letters, digits and underscores'
        : 'takes one name and one value';
  frame.session.report('block-form', { block: 'set', problem, form }, call.span);
  return undefined;
}

export function complain(block: Block, frame: Frame, problem: string, form: string): void {
  frame.session.report('block-form', { block: block.call.name, problem, form }, block.openSpan);
}

/** Whether the body of an `if` or `unless` stands; undefined, reported, where something is wrong. */
export function blockCondition(block: Block, frame: Frame): boolean | typeof undecided | undefined {
  const { name, args, named } = block.call;
  const [expression] = args;
  if (expression === undefined || args.length > 1 || named.length > 0 || block.params.length > 0) {
    const form = `{{#${name} condition}}…{{/${name}}}`;
    frame.session.report('block-form', { block: name, problem: 'takes one condition', form }, block.openSpan);
    return undefined;
  }
  const value = evaluateCondition(expression, frame, `\`{{#${name}}}\``);
  if (value === undecided) return undecided;
  return value === failed ? undefined : (value !== (name === 'unless')) !== block.inverted;
}

/** An item of a loop with its position. */
export interface LoopItem {
  readonly value: Value;
  readonly second: Value;
  readonly position: LoopPosition;
}

/** One turn for all that there may be. */
const unknownItem: LoopItem = {
  value: unknownColumns,
  second: unknownColumns,
  position: { index: unknownColumns, first: unknownColumns, last: unknownColumns, key: unknownColumns },
};

const BLANK_LINES_BEFORE = /^(?:[ \t]*(?:\r\n|\n|\r))+/;
const LINE_ENDS_AFTER = /(?:(?:\r\n|\n|\r)[ \t]*)+$/;

export function trimItem(text: CompiledText): CompiledText {
  const start = BLANK_LINES_BEFORE.exec(text.sql)?.[0].length ?? 0;
  const end = LINE_ENDS_AFTER.exec(text.sql)?.index ?? text.sql.length;
  return sliceText(text, start, Math.max(start, end));
}

function loopForm(block: Block): string {
  return block.call.name === 'join' ? '{{#join list ", " as |item|}}…{{/join}}' : '{{#each list as |item|}}…{{/each}}';
}

export function loopItems(block: Block, frame: Frame): readonly LoopItem[] | undefined {
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
  if (block.params[0] === block.params[1]) {
    complain(block, frame, `calls two things \`${block.params[0]}\``, loopForm(block).replace('|item|', '|item index|'));
    return undefined;
  }
  const value = evaluate(expression, frame);
  if (value === failed) return undefined;
  if (isUnknown(value)) return [unknownItem];
  const pairs: readonly (readonly [Value, Value])[] | undefined = isList(value)
    ? value.map((item, index) => [item, index])
    : isMap(value)
      ? entriesInOrder(value).map(([key, item]) => [item, key])
      : undefined;
  if (pairs === undefined) {
    complain(block, frame, `walks over a list or an object, not ${describeKind(value)}`, loopForm(block));
    return undefined;
  }
  return pairs.map(([item, key], index) => ({
    value: item,
    second: key,
    position: { index, first: index === 0, last: index === pairs.length - 1, key },
  }));
}

export function separatorOf(block: Block, frame: Frame): string | undefined {
  const [, expression] = block.call.args;
  const value = expression === undefined ? failed : evaluate(expression, frame);
  if (value === failed) return undefined;
  if (typeof value === 'string') return value;
  if (isUnknown(value)) return ' ';
  complain(block, frame, `takes a text as separator, not ${describeKind(value)}`, loopForm(block));
  return undefined;
}

const ONE_LINE_END = /^(?:\r\n|\n|\r)/;
const ONE_LAST_LINE_END = /(?:\r\n|\n|\r)$/;

/** Without one line end at each side. */
export function trimLineEnds(text: CompiledText): CompiledText {
  const start = ONE_LINE_END.exec(text.sql)?.[0].length ?? 0;
  const end = ONE_LAST_LINE_END.exec(text.sql)?.index ?? text.sql.length;
  return sliceText(text, start, Math.max(start, end));
}
