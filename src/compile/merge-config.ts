/** Merges the config of a node: file over property file over the folders of project.yaml, key by key. */
import type { ConfigKeyName, ConfigValues } from '../project/config-keys.ts';
import { configKeys, readConfigValue } from '../project/config-keys.ts';
import type { Span } from '../diagnostics/span.ts';
import type { ConfigTree, Hook, Located, Project, YamlValue } from '../project/project.ts';
import { combineConfig, configInside, nestConfig } from '../project/read-config.ts';
import { blankRecord } from '../project/yaml/ordered-record.ts';
import type { RawConfig } from '../parse/definitions.ts';
import type { Asker } from './facts.ts';

/** Values of one node by canonical key. */
export interface MergedConfig {
  /** As the levels gave them, merged; with the place of the deepest level that spoke. */
  readonly raw: RawConfig;
  /** Hooks of all levels, outermost first, each with its own place. */
  readonly hooks: { readonly pre: readonly Hook[]; readonly post: readonly Hook[] };
  /** Where the type of each column is declared, of a seed. */
  readonly columnTypePlaces: Readonly<Record<string, Span>>;
  /** What holds for the tests that stand on the node, each key with its place. */
  readonly tests: RawConfig;
}

/** Where a node stands in a config tree. */
export interface TreePlace {
  readonly kind: TreeKind;
  /** From the top of the tree down. */
  readonly folders: readonly string[];
}

type TreeKind = keyof Project['configTrees'];

/** The fact that stands for a folder of a config tree. */
function folderName(kind: TreeKind, folders: readonly string[]): string {
  return [kind, ...folders].join('/');
}

/** Levels of folders that hold for a node, outermost first. Asks for the folders that were of use. */
export function treeLevels(trees: Project['configTrees'], { kind, folders }: TreePlace, asker: Asker): readonly RawConfig[] {
  const levels: RawConfig[] = [];
  let current = trees[kind];
  for (let depth = 0; current !== undefined; depth += 1) {
    if (depth > 0) asker.ask('config-folder', folderName(kind, folders.slice(0, depth)));
    levels.push(current.config);
    const next = folders[depth];
    current = next !== undefined && Object.hasOwn(current.folders, next) ? current.folders[next] : undefined;
  }
  return levels;
}

const mergeRules = new Map(configKeys.map((key) => [key.name as string, key]));

/** Two keys that say the same in different ways: what a level says replaces what one above it says in the other. */
const otherWays: ReadonlyMap<string, ConfigKeyName> = new Map([
  ['loaded_at_field', 'loaded_at_query'],
  ['loaded_at_query', 'loaded_at_field'],
]);

/** Merges `levels`, outermost first. */
export function mergeConfig(levels: readonly RawConfig[]): MergedConfig {
  const raw: Record<string, Located<YamlValue>> = {};
  const hooks: { readonly pre: Hook[]; readonly post: Hook[] } = { pre: [], post: [] };
  const columnTypePlaces = blankRecord<Span>();
  let tests: Located<YamlValue> | undefined;
  for (const level of levels) {
    for (const name in level) {
      const located = level[name];
      const key = mergeRules.get(name);
      if (located === undefined || key === undefined) continue;
      if (name === 'pre_hook') hooks.pre.push(...hooksOf(located));
      if (name === 'post_hook') hooks.post.push(...hooksOf(located));
      if (name === 'column_types') Object.assign(columnTypePlaces, located.parts);
      const instead = otherWays.get(name);
      if (instead !== undefined && level[instead] === undefined) Reflect.deleteProperty(raw, instead);
      if (key.merge === 'nest') {
        tests = nestConfig(tests, located);
        raw[name] = { value: tests.value, span: tests.span };
        continue;
      }
      const above = raw[name];
      raw[name] =
        above === undefined || key.merge === 'overwrite'
          ? { value: located.value, span: located.span, ...placesIn(name, located) }
          : { value: combineConfig(key.merge, above.value, located.value), span: located.span };
    }
  }
  return { raw, hooks, columnTypePlaces, tests: configInside(tests) };
}

/** Of columns in a list, each of which may be wrong. */
function placesIn(name: string, { parts }: Located<YamlValue>): Pick<Located<YamlValue>, 'parts'> {
  return name !== 'partition_by' || parts === undefined ? {} : { parts };
}

function hooksOf(located: Located<YamlValue>): readonly Hook[] {
  const read = readConfigValue('pre_hook', located).value ?? [];
  return read.map(({ sql, transaction }, at) => ({ sql, transaction, span: located.parts?.[at] ?? located.span }));
}

/** The canonical value of a merged key, or undefined when nobody set it. */
export function configValue<K extends ConfigKeyName>(config: MergedConfig, name: K): ConfigValues[K] | undefined {
  const located = config.raw[name];
  return located === undefined ? undefined : readConfigValue(name, located).value;
}

/** Tags without doubles, in the order in which they were given. */
export function tagsOf(config: MergedConfig): readonly string[] {
  return [...new Set(configValue(config, 'tags') ?? [])];
}

export function metaOf(config: MergedConfig): Readonly<Record<string, YamlValue>> {
  const value = config.raw['meta']?.value;
  // `meta` has the shape of a mapping.
  return value === undefined ? {} : (value as Readonly<Record<string, YamlValue>>);
}

/** The outermost folders of a tree that no node of the project is in. */
export function unusedFolders(
  trees: Project['configTrees'],
  kind: TreeKind,
  isUsed: (name: string) => boolean,
): readonly { readonly name: string; readonly span: Span }[] {
  const walk = (tree: ConfigTree, above: readonly string[]): readonly { readonly name: string; readonly span: Span }[] =>
    Object.entries(tree.folders).flatMap(([name, folder]) =>
      isUsed(folderName(kind, [...above, name])) ? walk(folder, [...above, name]) : [{ name, span: folder.span }],
    );
  const tree = trees[kind];
  return tree === undefined ? [] : walk(tree, []);
}
