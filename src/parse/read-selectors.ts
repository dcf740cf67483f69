/** Reads named selectors in YAML: text in the grammar of the command line, criteria, and sets of both. */
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import { indirectSelections } from '../project/indirect-selection.ts';
import type { Located } from '../project/project.ts';
import type { YamlEntry, YamlNode, YamlScalar } from '../project/yaml/yaml-node.ts';
import { entriesOf, entryOf, isNull, isYamlNumber, itemsOf, keySpan, spanOf, textOf, valueOf } from '../project/yaml/yaml-node.ts';
import type { Depth, SelectorCriterion, SelectorDefinition, SelectorEntry } from './definitions.ts';
import type { PropertyContext } from './read-tests.ts';

/** One named selector, or undefined where it has no name or its definition has a mistake. */
export function readSelector(node: YamlNode, context: PropertyContext): SelectorDefinition | undefined {
  const name = textOf(node, 'name');
  const nameNode = entryOf(node, 'name')?.value;
  const definition = valueOf(node, 'definition');
  if (name === undefined || name === '' || nameNode === undefined || definition === undefined) return undefined;
  const entry = readEntry(definition, context);
  if (entry === undefined) return undefined;
  const isDefault = valueOf(node, 'default');
  const given = isDefault?.kind === 'scalar' ? isDefault.value : undefined;
  return {
    name,
    span: spanOf(context.path, nameNode),
    description: textOf(node, 'description') ?? '',
    ...(isDefault !== undefined && (typeof given === 'boolean' || typeof given === 'string')
      ? { isDefault: { value: given, span: spanOf(context.path, isDefault) } }
      : {}),
    entry,
  };
}

/** Undefined, with the reason reported, where the entry cannot be understood; what has another shape has been reported. */
function readEntry(node: YamlNode, context: PropertyContext): SelectorEntry | undefined {
  if (node.kind === 'list') return undefined;
  if (node.kind === 'scalar') {
    const text = scalarText(node, context.path);
    return text === undefined ? undefined : { kind: 'text', text };
  }
  const set = entryOf(node, 'union') ?? entryOf(node, 'intersection');
  if (set !== undefined) return readSet(node, set, context);
  if (entryOf(node, 'method') !== undefined || entryOf(node, 'value') !== undefined) return readFullForm(node, context);
  const [first, second] = node.entries;
  if (first === undefined || second !== undefined) {
    const problem = first === undefined ? 'this selector is empty' : 'this selector has several keys, and none of them is `method`';
    return refuse(context, spanOf(context.path, node), problem, 'write one `method: value`, or `{method: …, value: …}` to say more');
  }
  if (first.key === 'exclude') {
    return refuse(
      context,
      keySpan(context.path, first),
      'nothing is there to exclude from',
      'an `exclude` is an entry of a `union` or `intersection`',
    );
  }
  const value = first.value.kind === 'scalar' ? scalarText(first.value, context.path) : undefined;
  if (value === undefined) return undefined;
  const method = { value: first.key, span: keySpan(context.path, first) };
  return { kind: 'criterion', method, value, childrensParents: false, exclude: [], span: spanOf(context.path, node) };
}

function readSet(node: YamlNode, set: YamlEntry, context: PropertyContext): SelectorEntry | undefined {
  const other = entriesOf(node).find((entry) => entry !== set);
  if (other !== undefined) {
    const help =
      other.key === 'exclude' ? `make it an entry of the \`${set.key}\`: \`- exclude: […]\`` : 'put the other part into the list';
    return refuse(context, keySpan(context.path, other), `\`${other.key}\` cannot stand beside \`${set.key}\``, help);
  }
  if (set.value.kind !== 'list') return undefined;
  const parts: SelectorEntry[] = [];
  let exclude: readonly SelectorEntry[] | undefined;
  let sound = true;
  for (const item of itemsOf(set.value)) {
    const excluded = entryOf(item, 'exclude');
    if (excluded === undefined || entryOf(item, 'method') !== undefined) {
      const part = readEntry(item, context);
      if (part === undefined) sound = false;
      else parts.push(part);
    } else if (exclude !== undefined || entriesOf(item).length > 1) {
      const problem = exclude === undefined ? '`exclude` stands beside other keys' : `this \`${set.key}\` has two \`exclude\``;
      refuse(context, keySpan(context.path, excluded), problem, 'put everything to leave out into one entry of its own: `- exclude: […]`');
      sound = false;
    } else {
      exclude = readList(excluded.value, context);
      sound = sound && exclude !== undefined;
    }
  }
  if (!sound) return undefined;
  if (parts.length === 0) {
    const problem = exclude === undefined ? `this \`${set.key}\` is empty` : 'nothing is there to exclude from';
    return refuse(context, keySpan(context.path, set), problem, 'add what to select');
  }
  const kind = set.key === 'union' ? 'union' : 'intersection';
  return { kind, parts, exclude: exclude ?? [], span: spanOf(context.path, node) };
}

function readFullForm(node: YamlNode, context: PropertyContext): SelectorCriterion | undefined {
  const { path } = context;
  const methodNode = valueOf(node, 'method');
  const valueNode = valueOf(node, 'value');
  const method = methodNode?.kind === 'scalar' ? scalarText(methodNode, path) : undefined;
  const value = valueNode?.kind === 'scalar' ? scalarText(valueNode, path) : undefined;
  if (method === undefined || value === undefined) {
    const missing = methodNode === undefined ? 'method' : valueNode === undefined ? 'value' : undefined;
    // One of another shape has been reported.
    if (missing !== undefined)
      refuse(context, spanOf(path, node), `\`${missing}\` is missing`, 'write both, as in `{method: tag, value: nightly}`');
    return undefined;
  }
  const unknown = entriesOf(node).find(({ key }) => !fullFormKeys.includes(key));
  if (unknown !== undefined) {
    return refuse(
      context,
      keySpan(path, unknown),
      `there is no key \`${unknown.key}\` here`,
      `the keys are ${fullFormKeys.map((key) => `\`${key}\``).join(', ')}`,
    );
  }
  const reach = readReach(node, context);
  const excluded = valueOf(node, 'exclude');
  const exclude = excluded === undefined ? [] : readList(excluded, context);
  const mode = textOf(node, 'indirect_selection');
  const indirect = indirectSelections.find((known) => known === mode);
  if (reach === undefined || exclude === undefined) return undefined;
  return { kind: 'criterion', method, value, ...reach, ...(indirect === undefined ? {} : { indirect }), exclude, span: spanOf(path, node) };
}

const fullFormKeys = [
  'method',
  'value',
  'parents',
  'parents_depth',
  'children',
  'children_depth',
  'childrens_parents',
  'indirect_selection',
  'exclude',
];

function readReach(
  node: YamlNode,
  context: PropertyContext,
): Pick<SelectorCriterion, 'parents' | 'children' | 'childrensParents'> | undefined {
  const parents = readDepth(node, 'parents', context);
  const children = readDepth(node, 'children', context);
  if (parents === false || children === false) return undefined;
  const childrensParents = isTrue(node, 'childrens_parents');
  const place = entryOf(node, 'childrens_parents');
  if (childrensParents && children !== undefined && place !== undefined) {
    const help = '`childrens_parents` takes in everything below, and what that needs, so leave out `children`';
    return refuse(context, keySpan(context.path, place), '`childrens_parents` and `children` do not go together', help);
  }
  return { ...(parents === undefined ? {} : { parents }), ...(children === undefined ? {} : { children }), childrensParents };
}

/** The depth of one direction; undefined where it is not asked for, false after a mistake. */
function readDepth(node: YamlNode, direction: 'parents' | 'children', context: PropertyContext): Depth | undefined | false {
  const depth = valueOf(node, `${direction}_depth`);
  if (isTrue(node, direction)) return depth?.kind === 'scalar' && typeof depth.value === 'number' ? depth.value : 'all';
  if (depth === undefined) return undefined;
  refuse(context, spanOf(context.path, depth), `\`${direction}_depth\` says how far, but not that`, `add \`${direction}: true\``);
  return false;
}

function isTrue(node: YamlNode, key: string): boolean {
  const value = valueOf(node, key);
  return value?.kind === 'scalar' && value.value === true;
}

function readList(node: YamlNode, context: PropertyContext): readonly SelectorEntry[] | undefined {
  const entries = itemsOf(node).map((item) => readEntry(item, context));
  const sound = entries.filter((entry) => entry !== undefined);
  return node.kind === 'list' && sound.length === entries.length ? sound : undefined;
}

/** A scalar as text; undefined for none. */
function scalarText(node: YamlScalar, path: string): Located<string> | undefined {
  if (isNull(node)) return undefined;
  const { value } = node;
  return { value: isYamlNumber(value) ? value.text : String(value), span: spanOf(path, node) };
}

function refuse(context: PropertyContext, span: Span, problem: string, help: string): undefined {
  context.diagnostics.push(diagnose('selector-definition', { problem }, { span, help }));
  return undefined;
}
