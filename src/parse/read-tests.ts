/** Reads tests in YAML: a name, or one `name: {arguments and config}`, each word with its place. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Located, YamlValue } from '../project/project.ts';
import type { GivenKey } from '../project/read-config.ts';
import { eitherKey, sameMeaning, startConfig, takeConfig } from '../project/read-config.ts';
import type { YamlEntry, YamlNode } from '../project/yaml/yaml-node.ts';
import { blankRecord } from '../project/yaml/ordered-record.ts';
import { entriesOf, isNull, itemsOf, keySpan, spanOf, toYamlValue, valueOf } from '../project/yaml/yaml-node.ts';
import { findConfigKey } from '../project/config-keys.ts';
import type { GivenArgument, TestDeclaration } from './definitions.ts';

export interface PropertyContext {
  readonly path: string;
  readonly diagnostics: Diagnostic[];
}

const noConfig = Object.freeze(blankRecord<Located<YamlValue>>());
const noArguments = Object.freeze(blankRecord<GivenArgument>());

/** The tests of one node or column, under `tests:` or `data_tests:`. */
export function readTests(node: YamlNode, column: string | undefined, context: PropertyContext): readonly TestDeclaration[] {
  const list = eitherKey(context.path, node, ['tests', 'data_tests'], context.diagnostics);
  return itemsOf(list).flatMap((item) => readTest(item, column, context));
}

function readTest(item: YamlNode, column: string | undefined, context: PropertyContext): readonly TestDeclaration[] {
  const { path } = context;
  const ofColumn = column === undefined ? {} : { column };
  if (item.kind === 'scalar') {
    if (typeof item.value !== 'string') return [];
    const span = spanOf(path, item);
    return [{ check: item.value, checkSpan: span, args: noArguments, config: noConfig, ...ofColumn, span }];
  }
  const entry = entriesOf(item)[0];
  if (entry === undefined) return [];
  // What is no mapping is reported by its shape, and says nothing of the arguments that are meant.
  if (entry.value.kind !== 'map' && !isNull(entry.value)) return [];
  const settings = readSettings(entry.value, context);
  return [{ check: entry.key, checkSpan: keySpan(path, entry), ...settings, ...ofColumn, span: spanOf(path, item) }];
}

type TestSettings = Pick<TestDeclaration, 'args' | 'config' | 'name' | 'description'>;

/** Tells arguments from config: config words are config unless they stand under `arguments:`. */
function readSettings(node: YamlNode, context: PropertyContext): TestSettings {
  const { path, diagnostics } = context;
  const reader = startConfig(path, 'test', diagnostics);
  const args = blankRecord<GivenArgument>();
  const given = new Map<string, GivenKey>();
  const words = new Map<string, GivenKey>();
  const firstOf = (seen: Map<string, GivenKey>, entry: YamlEntry, label: string): boolean => {
    const first = seen.get(entry.key);
    if (first === undefined) seen.set(entry.key, { entry, label });
    else diagnostics.push(sameMeaning(path, first, { entry, label }));
    return first === undefined;
  };
  const takeArgument = (entry: YamlEntry, label: string): void => {
    if (firstOf(given, entry, label))
      args[entry.key] = { value: toYamlValue(entry.value), span: spanOf(path, entry.value), keySpan: keySpan(path, entry) };
  };
  const takeWord = (entry: YamlEntry, label: string): void => {
    if (entry.key === 'name' || entry.key === 'description') firstOf(words, entry, label);
    else takeConfig(reader, entry, entry.key, label);
  };
  for (const entry of entriesOf(node)) {
    if (entry.key === 'arguments') for (const inner of entriesOf(entry.value)) takeArgument(inner, `arguments.${inner.key}`);
    else if (entry.key === 'config') for (const inner of entriesOf(entry.value)) takeWord(inner, `config.${inner.key}`);
    else if (isTestWord(entry.key)) takeWord(entry, entry.key);
    else takeArgument(entry, entry.key);
  }
  const name = words.get('name')?.entry.value;
  const description = words.get('description')?.entry.value;
  return {
    args,
    config: reader.config,
    ...(name?.kind === 'scalar' && typeof name.value === 'string' ? { name: { value: name.value, span: spanOf(path, name) } } : {}),
    ...(description?.kind === 'scalar' && typeof description.value === 'string' ? { description: description.value } : {}),
  };
}

function isTestWord(key: string): boolean {
  return key === 'name' || key === 'description' || findConfigKey('test', key) !== undefined;
}

/** The texts at `key`: one text or a list of them. */
export function readTexts(node: YamlNode, key: string): readonly string[] {
  const value = valueOf(node, key);
  if (value === undefined) return [];
  const items = value.kind === 'list' ? value.items : [value];
  return items.flatMap((item) => (item.kind === 'scalar' && typeof item.value === 'string' ? [item.value] : []));
}

/** The plain entries of the mapping at `key`. */
export function readRecord(node: YamlNode, key: string): Readonly<Record<string, YamlValue>> {
  const record = blankRecord<YamlValue>();
  for (const entry of entriesOf(valueOf(node, key))) record[entry.key] = toYamlValue(entry.value);
  return record;
}
