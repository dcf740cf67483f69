/** Reads a mapping of config keys from YAML: canonical names, one spelling each, only values that fit. */
import type * as v from 'valibot';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { ConfigKeyName, ConfigResource } from './config-keys.ts';
import { configKeys, configShapes, findConfigKey } from './config-keys.ts';
import type { MergeRule } from './config-keys.ts';
import type { Located, YamlValue } from './project.ts';
import type { Shape } from './shape.ts';
import { checkShape, optional } from './shape.ts';
import type { YamlEntry, YamlNode } from './yaml/yaml-node.ts';
import { blankRecord } from './yaml/ordered-record.ts';
import { entryOf, isNull, keySpan, spanOf, toYamlValue, valueOf } from './yaml/yaml-node.ts';

/** The shapes of all config keys of one kind of node, under all their spellings, each optional. */
export function configEntries(resource: ConfigResource, prefix = ''): Record<string, v.NullishSchema<Shape, undefined>> {
  const entries: Record<string, v.NullishSchema<Shape, undefined>> = {};
  for (const { name, aliases, resources } of configKeys) {
    if (!resources.includes(resource)) continue;
    for (const spelling of [name, ...aliases]) entries[prefix + spelling] = optional(configShapes[name]);
  }
  return entries;
}

/** A key as the user gave it; `label` is what messages call it, e.g. `config.tags`. */
export interface GivenKey {
  readonly entry: YamlEntry;
  readonly label: string;
}

/** Collects config values into one record, refusing a key that is given in two spellings or places. */
export interface ConfigReader {
  readonly path: string;
  readonly resource: ConfigResource;
  readonly diagnostics: Diagnostic[];
  readonly config: Record<string, Located<YamlValue>>;
  /** Where each canonical key was given. */
  readonly given: Map<string, GivenKey>;
}

export function startConfig(path: string, resource: ConfigResource, diagnostics: Diagnostic[]): ConfigReader {
  return { path, resource, diagnostics, config: blankRecord(), given: new Map() };
}

/**
 * Takes one entry under its config spelling (without `+`). Values that do not fit their shape are left out:
 * the check of the whole file has reported them. Unknown keys are left out for the same reason. `tags` and `meta` may
 * stand beside `config:` and inside it: they add up.
 */
export function takeConfig(reader: ConfigReader, entry: YamlEntry, spelling = entry.key, label = entry.key): void {
  const found = findConfigKey(reader.resource, spelling);
  if (found === undefined || isNull(entry.value)) return;
  const first = reader.given.get(found.name);
  const silent = { path: reader.path, diagnostics: [] };
  if (
    first !== undefined &&
    first.label === entry.key &&
    label === `config.${entry.key}` &&
    (found.name === 'tags' || found.name === 'meta')
  ) {
    if (!checkShape(configShapes[found.name], entry.value, spelling, silent)) return;
    const own = { value: toYamlValue(entry.value), span: spanOf(reader.path, entry.value) };
    const above = reader.config[found.name];
    reader.config[found.name] =
      above === undefined
        ? own
        : { value: combineConfig(found.name === 'tags' ? 'append' : 'merge', above.value, own.value), span: own.span };
    return;
  }
  if (first !== undefined) {
    reader.diagnostics.push(sameMeaning(reader.path, first, { entry, label }));
    return;
  }
  reader.given.set(found.name, { entry, label });
  if (!checkShape(configShapes[found.name], entry.value, spelling, silent)) return;
  const parts = partsOf(found.name, reader.path, entry.value);
  reader.config[found.name] = { value: toYamlValue(entry.value), span: spanOf(reader.path, entry.value), ...parts };
}

/** The places of the types of columns, of the SQL of hooks, of columns in lists and of config of tests: what is wrong with one of them is said there. */
function partsOf(name: ConfigKeyName, path: string, value: YamlNode): Pick<Located<YamlValue>, 'parts'> {
  if (name === 'column_types' && value.kind === 'map') {
    return {
      parts: Object.fromEntries(value.entries.map(({ key, keyStart, value: type }) => [key, { path, start: keyStart, end: type.end }])),
    };
  }
  if (name === 'tests' && value.kind === 'map') {
    return { parts: Object.fromEntries(value.entries.map((entry) => [entry.key, spanOf(path, entry.value)])) };
  }
  if (name === 'partition_by' && value.kind === 'list') {
    return { parts: Object.fromEntries(value.items.map((item, at) => [at, spanOf(path, item)])) };
  }
  if (name !== 'pre_hook' && name !== 'post_hook') return {};
  const hooks = value.kind === 'list' ? value.items : [value];
  return { parts: Object.fromEntries(hooks.map((hook, at) => [at, spanOf(path, valueOf(hook, 'sql') ?? hook)])) };
}

function listOf(value: YamlValue): readonly YamlValue[] {
  // `Array.isArray` does not narrow a readonly array out of the union; the branch proves it.
  return Array.isArray(value) ? (value as readonly YamlValue[]) : [value];
}

/** Two values of a key that adds up: lists one behind the other, mappings with the second over the first. */
export function combineConfig(rule: 'append' | 'merge', above: YamlValue, below: YamlValue): YamlValue {
  if (rule === 'append') return [...listOf(above), ...listOf(below)];
  // Keys that merge hold mappings: their shapes say so, and what does not fit was left out when it was read.
  return { ...(above as Record<string, YamlValue>), ...(below as Record<string, YamlValue>) };
}

const mergeRules: ReadonlyMap<string, MergeRule> = new Map(configKeys.map(({ name, merge }) => [name, merge]));

/** Config inside of config, a deeper level over the one above it: each key by its own rule, with the place of who spoke last. */
export function nestConfig(above: Located<YamlValue> | undefined, below: Located<YamlValue>): Located<YamlValue> {
  const value: Record<string, YamlValue> = {};
  const parts: Record<string, Span> = {};
  for (const level of above === undefined ? [below] : [above, below]) {
    for (const [key, located] of Object.entries(configInside(level))) {
      const rule = mergeRules.get(key);
      const before = value[key];
      const adds = rule === 'append' || rule === 'merge';
      value[key] = before !== undefined && adds ? combineConfig(rule, before, located.value) : located.value;
      parts[key] = located.span;
    }
  }
  return { value, span: below.span, parts };
}

/** Config inside of config as config of its own. A key without a value says nothing. */
export function configInside(located: Located<YamlValue> | undefined): Readonly<Record<string, Located<YamlValue>>> {
  const config = blankRecord<Located<YamlValue>>();
  if (located === undefined) return config;
  const { value, span, parts } = located;
  // Such a key holds a mapping: its shape says so, and what does not fit was left out when it was read.
  for (const [key, inner] of Object.entries(value as Readonly<Record<string, YamlValue>>))
    if (inner !== null) config[key] = { value: inner, span: parts?.[key] ?? span };
  return config;
}

/** Says that two keys mean the same. */
export function sameMeaning(path: string, first: GivenKey, second: GivenKey): Diagnostic {
  return diagnose(
    'same-meaning-keys',
    { first: first.label, second: second.label },
    { span: keySpan(path, second.entry), notes: [{ message: `\`${first.label}\` is here`, span: keySpan(path, first.entry) }] },
  );
}

/** The value under whichever of two spellings is given; both at once are reported. */
export function eitherKey(path: string, node: YamlNode, keys: readonly [string, string], diagnostics: Diagnostic[]): YamlNode | undefined {
  const [first, second] = [entryOf(node, keys[0]), entryOf(node, keys[1])];
  if (first !== undefined && second !== undefined) {
    diagnostics.push(sameMeaning(path, { entry: first, label: first.key }, { entry: second, label: second.key }));
  }
  const value = (first ?? second)?.value;
  return value === undefined || isNull(value) ? undefined : value;
}
