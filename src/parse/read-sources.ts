/** Reads sources in YAML; what a source says holds for its tables unless they say otherwise. */
import type { Located } from '../project/project.ts';
import { startConfig, takeConfig } from '../project/read-config.ts';
import type { YamlNode } from '../project/yaml/yaml-node.ts';
import { blankRecord, entriesOf, entryOf, itemsOf, spanOf, textOf, valueOf } from '../project/yaml/yaml-node.ts';
import type { ExternalSource, RawConfig, SourceProperties, SourceTable } from './definitions.ts';
import { readColumns } from './read-columns.ts';
import type { PropertyContext } from './read-tests.ts';
import { readRecord, readTests, readTexts } from './read-tests.ts';
import type { YamlValue } from '../project/project.ts';

/** One source with its tables, or undefined where it has no name. */
export function readSource(node: YamlNode, context: PropertyContext): SourceProperties | undefined {
  const name = textOf(node, 'name');
  const nameNode = entryOf(node, 'name')?.value;
  if (name === undefined || name === '' || nameNode === undefined) return undefined;
  const schema = textOf(node, 'schema');
  const inherited = readShared(node, context);
  const tables = itemsOf(valueOf(node, 'tables')).flatMap((table) => readTable(table, inherited, context) ?? []);
  return {
    name,
    span: spanOf(context.path, nameNode),
    path: context.path,
    ...(schema === undefined ? {} : { schema }),
    description: textOf(node, 'description') ?? '',
    tables,
  };
}

/** What a source and a table can both say. */
interface Shared extends Pick<SourceTable, 'config' | 'meta' | 'tags' | 'tests' | 'loader'> {
  readonly external?: YamlNode;
}

function readShared(node: YamlNode, context: PropertyContext): Shared {
  const { config, meta, tags } = readOwnConfig(node, context);
  const loader = textOf(node, 'loader');
  const external = valueOf(node, 'external');
  return {
    config,
    meta,
    tags,
    tests: readTests(node, undefined, context),
    ...(loader === undefined ? {} : { loader }),
    ...(external === undefined ? {} : { external }),
  };
}

/** `meta` and `tags` may stand beside `config:` or inside it. */
function readOwnConfig(node: YamlNode, context: PropertyContext): Pick<Shared, 'config' | 'meta' | 'tags'> {
  const reader = startConfig(context.path, 'source', context.diagnostics);
  const config = valueOf(node, 'config');
  for (const entry of entriesOf(node)) if (entry.key === 'meta' || entry.key === 'tags') takeConfig(reader, entry);
  for (const entry of entriesOf(config)) takeConfig(reader, entry, entry.key, `config.${entry.key}`);
  const inConfig = (key: string): YamlNode => (valueOf(node, key) === undefined && config !== undefined ? config : node);
  return { config: reader.config, meta: readRecord(inConfig('meta'), 'meta'), tags: readTexts(inConfig('tags'), 'tags') };
}

function readTable(node: YamlNode, source: Shared, context: PropertyContext): SourceTable | undefined {
  const name = textOf(node, 'name');
  const nameNode = entryOf(node, 'name')?.value;
  if (name === undefined || name === '' || nameNode === undefined) return undefined;
  const own = readShared(node, context);
  const identifier = textOf(node, 'identifier') ?? name;
  const loader = own.loader ?? source.loader;
  const external = readExternal(own.external ?? source.external, { name, identifier }, context);
  const meta = Object.assign(blankRecord<YamlValue>(), source.meta, own.meta);
  const tags = [...new Set([...source.tags, ...own.tags])];
  return {
    name,
    span: spanOf(context.path, nameNode),
    identifier,
    description: textOf(node, 'description') ?? '',
    config: inheritConfig(source, own, { meta, tags }),
    columns: readColumns(node, context),
    tests: [...source.tests, ...own.tests],
    ...(external === undefined ? {} : { external }),
    ...(loader === undefined ? {} : { loader }),
    meta,
    tags,
  };
}

/** The table's config over the source's; `meta` and `tags` stand in it merged, as they hold. */
function inheritConfig(source: Shared, own: Shared, merged: Pick<SourceTable, 'meta' | 'tags'>): RawConfig {
  const config = Object.assign(blankRecord<Located<YamlValue>>(), source.config, own.config);
  for (const key of ['meta', 'tags'] as const) {
    const place = config[key];
    if (place !== undefined) config[key] = { value: merged[key], span: place.span };
  }
  return config;
}

/** `{name}` and `{identifier}` in the location stand for the table's. */
function readExternal(
  node: YamlNode | undefined,
  names: { readonly name: string; readonly identifier: string },
  context: PropertyContext,
): Located<ExternalSource> | undefined {
  if (node === undefined) return undefined;
  const written = node.kind === 'scalar' ? node.value : textOf(node, 'location');
  if (typeof written !== 'string') return undefined;
  const location = written.replaceAll(/\{(name|identifier)\}/g, (_, word: string) => (word === 'name' ? names.name : names.identifier));
  const format = textOf(node, 'format');
  const value = { location, ...(format === undefined ? {} : { format }), options: readRecord(node, 'options') };
  return { value, span: spanOf(context.path, valueOf(node, 'location') ?? node) };
}
