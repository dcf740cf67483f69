/**
 * The shape of YAML files: declared with valibot, checked here against the tree, so that every problem
 * points at the key or value that has it. valibot decides about scalars; this walks what contains them.
 */
import * as v from 'valibot';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { didYouMean, nearest } from '../diagnostics/nearest.ts';
import type { YamlValue } from './project.ts';
import type { YamlEntry, YamlMap, YamlNode, YamlScalar } from './yaml/yaml-node.ts';
import { isNull, isYamlNumber, keySpan, spanOf, toYamlValue } from './yaml/yaml-node.ts';

/** Any valibot schema. The message of each is what it expects: "text", "a list of names". */
export type Shape = v.GenericSchema;

/** Text; the argument says which, for the message and the editor. */
export function text(expected = 'text'): v.StringSchema<string> {
  return v.string(expected);
}

/** One of some words. */
export function oneOf<const W extends readonly string[]>(words: W): v.PicklistSchema<W, string> {
  return v.picklist(words, `one of ${words.map((word) => `\`${word}\``).join(', ')}`);
}

export function flag(): v.BooleanSchema<string> {
  return v.boolean('`true` or `false`');
}

/** A list, each of whose items has one shape. */
export function listOf<S extends Shape>(item: S, expected = 'a list'): v.ArraySchema<S, string> {
  return v.array(item, expected);
}

/** A mapping with any keys. */
export function mapOf<S extends Shape>(value: S, expected = 'a mapping'): v.RecordSchema<v.StringSchema<undefined>, S, string> {
  return v.record(v.string(), value, expected);
}

/** A mapping with just these keys. */
export function keysOf<E extends v.ObjectEntries>(entries: E, expected = 'a mapping'): v.StrictObjectSchema<E, string> {
  return v.strictObject(entries, expected);
}

/** A mapping with these keys, whose other keys all have one shape. */
export function keysAnd<E extends v.ObjectEntries, S extends Shape>(
  entries: E,
  rest: S,
  expected = 'a mapping',
): v.ObjectWithRestSchema<E, S, string> {
  return v.objectWithRest(entries, rest, expected);
}

/** A key that may be absent, or stand without a value. */
export function optional<S extends Shape>(shape: S): v.NullishSchema<S, undefined> {
  return v.nullish(shape);
}

/** One of several shapes. */
export function either<O extends readonly [Shape, ...Shape[]]>(options: O, expected: string): v.UnionSchema<O, string> {
  return v.union(options, expected);
}

/** What the walk knows on its way. */
export interface ShapeContext {
  readonly path: string;
  readonly diagnostics: Diagnostic[];
  /** What messages call the mapping that is looked at: its `name`, or the key it is the value of. */
  readonly place?: string | undefined;
  /** The value is an item of a list, whose key says nothing about this one. */
  readonly item?: boolean;
}

/** Entries of a mapping whose `type` says which keys it may have. */
export type TypedEntries = { readonly type: v.LiteralSchema<string, string> } & Readonly<Record<string, Shape>>;

/** The schemas that {@link checkShape} walks into, told apart by `type`. */
type Container =
  | v.StrictObjectSchema<v.ObjectEntries, string>
  | v.ObjectWithRestSchema<v.ObjectEntries, Shape, string>
  | v.RecordSchema<v.StringSchema<undefined>, Shape, string>
  | v.ArraySchema<Shape, string>
  | v.UnionSchema<readonly Shape[], string>
  | v.NullishSchema<Shape, undefined>
  | v.LazySchema<Shape>
  | v.VariantSchema<'type', readonly v.StrictObjectSchema<TypedEntries, string>[], string>
  | v.UnknownSchema;

const CONTAINERS = new Set(['strict_object', 'object_with_rest', 'record', 'array', 'union', 'nullish', 'lazy', 'variant', 'unknown']);

function asContainer(shape: Shape): Container | undefined {
  // The set above lists the `type` of each member of the union, and valibot's types tell schemas apart by it.
  return CONTAINERS.has(shape.type) ? (shape as Container) : undefined;
}

/** Checks `node`, the value of `key`, and reports what does not fit. True when it fits. */
export function checkShape(shape: Shape, node: YamlNode, key: string, context: ShapeContext): boolean {
  // Its problem has been told; that it does not fit either is no news.
  if (node.broken === true) return true;
  const container = asContainer(shape);
  if (container === undefined) return checkLeaf(shape, node, key, context);
  switch (container.type) {
    case 'unknown':
      return true;
    case 'nullish':
      return isNull(node) || checkShape(container.wrapped, node, key, context);
    case 'lazy':
      return checkShape(container.getter(undefined), node, key, context);
    case 'union':
      return checkUnion(container, node, key, context);
    case 'variant':
      return checkVariant(container, node, key, context);
    case 'array':
      return checkItems(container, node, key, context);
    default:
      if (node.kind !== 'map') return reportWrong(container, node, key, context);
      return checkPipe(shape, node, key, context) && checkEntries(container, node, key, context);
  }
}

function checkLeaf(shape: Shape, node: YamlNode, key: string, context: ShapeContext): boolean {
  if (node.kind !== 'scalar') return reportWrong(shape, node, key, context);
  const { value } = node;
  if (shape.type === 'string' && typeof value === 'string' && !('pipe' in shape)) return true;
  const result = v.safeParse(shape, plainScalar(value));
  if (result.success) return true;
  report(result.issues[0].message, shape, node, key, context);
  return false;
}

function plainScalar(value: YamlScalar['value']): string | number | boolean | null {
  return isYamlNumber(value) ? value.yamlNumber : value;
}

function checkItems(shape: v.ArraySchema<Shape, string>, node: YamlNode, key: string, context: ShapeContext): boolean {
  if (node.kind !== 'list') return reportWrong(shape, node, key, context);
  let fits = true;
  const inside = { ...context, item: true };
  for (const item of node.items) fits = checkShape(shape.item, item, key, inside) && fits;
  return fits;
}

/** Of the actions behind a container only the number of entries matters: transformations are for readers. */
function checkPipe(shape: Shape, node: YamlMap, key: string, context: ShapeContext): boolean {
  if (!('pipe' in shape) || !Array.isArray(shape.pipe)) return true;
  for (const action of shape.pipe as readonly PipeAction[]) {
    // The types below say which actions are looked at; others differ in `type`.
    const misfit =
      (action.type === 'max_entries' && node.entries.length > action.requirement) ||
      (action.type === 'min_entries' && node.entries.length < action.requirement);
    if (!misfit) continue;
    report(expectedBy(shape), shape, node, key, context);
    return false;
  }
  return true;
}

type PipeAction = { readonly type: 'max_entries' | 'min_entries'; readonly requirement: number } | { readonly type: 'other' };

type Mapping = Extract<Container, { type: 'strict_object' | 'object_with_rest' | 'record' }>;

function checkEntries(shape: Mapping, node: YamlMap, key: string, context: ShapeContext): boolean {
  if (shape.type === 'record') {
    let fits = true;
    for (const entry of node.entries) fits = checkShape(shape.value, entry.value, entry.key, context) && fits;
    return fits;
  }
  const known = shape.entries;
  const inside = placeOf(node, key, context);
  let fits = true;
  const unknown: string[] = [];
  for (const entry of node.entries) {
    const entryShape = Object.hasOwn(known, entry.key) ? known[entry.key] : shape.type === 'object_with_rest' ? shape.rest : undefined;
    const misplaced =
      shape.type === 'object_with_rest' &&
      entryShape === shape.rest &&
      kindOf(shape.rest) === 'map' &&
      entry.value.kind !== 'map' &&
      !isNull(entry.value);
    if (entryShape === undefined || misplaced) {
      unknown.push(entry.key);
      fits = reportUnknown(entry, Object.keys(known), inside);
    }
    // valibot's ObjectEntries also admits asynchronous schemas; none is declared here.
    else fits = checkShape(entryShape as Shape, entry.value, entry.key, inside) && fits;
  }
  for (const name in known) {
    if (known[name]?.type === 'nullish' || node.entries.some((entry) => entry.key === name)) continue;
    fits = false;
    // An unknown key that looks like it has been reported, with this name as what was meant.
    if (unknown.some((key) => nearest(key, Object.keys(known))[0] === name)) continue;
    context.diagnostics.push(
      diagnose('missing-key', { key: name, place: inside.place ?? 'this mapping' }, { span: spanOf(context.path, node) }),
    );
  }
  return fits;
}

/** Names the mapping for messages: "`orders`" where it is an item with a name, else the key it is the value of. */
function placeOf(node: YamlMap, key: string, context: ShapeContext): ShapeContext {
  for (const entry of context.item === true ? node.entries : []) {
    if (entry.key !== 'name') continue;
    if (entry.value.kind === 'scalar' && typeof entry.value.value === 'string') return placed(context, `\`${entry.value.value}\``);
  }
  return placed(context, context.item === true ? `an entry of \`${key}\`` : `\`${key}\``);
}

function placed(context: ShapeContext, place: string): ShapeContext {
  return { path: context.path, diagnostics: context.diagnostics, place };
}

function reportUnknown(entry: YamlEntry, known: readonly string[], context: ShapeContext): false {
  context.diagnostics.push(
    diagnose('unknown-key', { key: entry.key, known, place: context.place }, { span: keySpan(context.path, entry) }),
  );
  return false;
}

/** The value of `type` chooses the keys that the mapping may have. */
function checkVariant(shape: Extract<Container, { type: 'variant' }>, node: YamlNode, key: string, context: ShapeContext): boolean {
  if (node.kind !== 'map') return reportWrong(shape, node, key, context);
  const types = shape.options.map((option) => option.entries.type.literal);
  const given = node.entries.find((entry) => entry.key === 'type');
  if (given === undefined) {
    context.diagnostics.push(diagnose('missing-key', { key: 'type', place: `\`${key}\`` }, { span: spanOf(context.path, node) }));
    return false;
  }
  const value = given.value.kind === 'scalar' ? given.value.value : undefined;
  const option = shape.options.find((candidate) => candidate.entries.type.literal === value);
  return option === undefined ? checkShape(oneOf(types), given.value, 'type', context) : checkShape(option, node, key, context);
}

/** The option whose kind fits the node speaks; where none or several do, the union says what it expects. */
function checkUnion(shape: v.UnionSchema<readonly Shape[], string>, node: YamlNode, key: string, context: ShapeContext): boolean {
  const candidates = shape.options.filter((option) => kindOf(option) === 'any' || kindOf(option) === node.kind);
  const only = candidates[0];
  if (candidates.length === 1 && only !== undefined && node.kind !== 'scalar') return checkShape(only, node, key, context);
  for (const option of candidates) if (checkShape(option, node, key, { path: context.path, diagnostics: [] })) return true;
  const meant = node.kind === 'map' ? keysOrFolder(candidates, node) : undefined;
  return meant === undefined ? reportWrong(shape, node, key, context) : checkShape(meant, node, key, context);
}

/** Of a key of config that is a mapping and a folder of the same name, whose shape is lazy, the one that knows more of the keys. */
function keysOrFolder(candidates: readonly Shape[], node: YamlMap): Shape | undefined {
  const [own, folder] = candidates;
  if (own?.type !== 'strict_object' || folder?.type !== 'lazy' || candidates.length > 2) return undefined;
  const unknownTo = (option: Shape): number => {
    const diagnostics: Diagnostic[] = [];
    checkShape(option, node, '', { path: '', diagnostics });
    const starts = new Set(diagnostics.filter(({ code }) => code === 'unknown-key').map(({ span }) => span?.start));
    return node.entries.filter(({ keyStart }) => starts.has(keyStart)).length;
  };
  return unknownTo(folder) < unknownTo(own) ? folder : own;
}

function kindOf(shape: Shape): YamlNode['kind'] | 'any' {
  const container = asContainer(shape);
  if (container === undefined) return 'scalar';
  if (container.type === 'array') return 'list';
  if (container.type === 'nullish') return kindOf(container.wrapped);
  if (container.type === 'lazy') return kindOf(container.getter(undefined));
  if (
    container.type === 'variant' ||
    container.type === 'strict_object' ||
    container.type === 'object_with_rest' ||
    container.type === 'record'
  )
    return 'map';
  return 'any';
}

function reportWrong(shape: Shape, node: YamlNode, key: string, context: ShapeContext): false {
  report(expectedBy(shape), shape, node, key, context);
  return false;
}

/** What a schema expects, as its declaration says. */
export function expectedBy(shape: Shape): string {
  return 'message' in shape && typeof shape.message === 'string' ? shape.message : shape.expects;
}

function report(expected: string, shape: Shape, node: YamlNode, key: string, context: ShapeContext): void {
  const value = node.kind === 'scalar' ? node.value : undefined;
  const found = describeValue(toYamlValue(node));
  const help = valueHelp(shape, value);
  context.diagnostics.push(diagnose('wrong-value', { key, expected, found, help }, { span: spanOf(context.path, node) }));
}

/** A way out: the near word of a list, or quotes around what YAML took for a number. */
export function valueHelp(shape: Shape, value: YamlValue | undefined): string | undefined {
  if (typeof value === 'string') {
    const words = wordsOf(shape);
    return words.length === 0 ? undefined : didYouMean(value, words);
  }
  if (shape.type !== 'string' || value === undefined || value === null) return undefined;
  const spelling = isYamlNumber(value) ? value.text : typeof value === 'object' ? undefined : String(value);
  return spelling === undefined ? undefined : `quote it: \`"${spelling}"\``;
}

function wordsOf(shape: Shape): readonly string[] {
  if ('wrapped' in shape) return wordsOf(shape.wrapped as Shape); // Every valibot wrapper wraps a schema.
  if (!('options' in shape) || !Array.isArray(shape.options)) return [];
  return shape.options.flatMap((option: unknown) => (typeof option === 'string' ? [option] : wordsOf(option as Shape))); // Options are words or schemas.
}

/** A value in a message: scalars as written, collections by kind. */
export function describeValue(value: YamlValue): string {
  if (value === null) return 'nothing';
  if (isYamlNumber(value)) return `\`${value.text}\``;
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping';
  if (value === '') return 'empty text';
  // Text that reads like another kind of value is told apart from it.
  return typeof value === 'string' && looksTyped.test(value) ? `the text "${value}"` : `\`${String(value)}\``;
}

const looksTyped = /^(?:true|false|yes|no|null|~|[+-]?\d[\d._]*)$/i;
