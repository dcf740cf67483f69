/** Reads sources in YAML; what a source says holds for its tables unless they say otherwise. */
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Located } from '../project/project.ts';
import { nestConfig, startConfig, takeConfig } from '../project/read-config.ts';
import type { YamlNode } from '../project/yaml/yaml-node.ts';
import { blankRecord } from '../project/yaml/ordered-record.ts';
import { entriesOf, entryOf, isNull, itemsOf, keySpan, spanOf, textOf, valueOf } from '../project/yaml/yaml-node.ts';
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
    meta: inherited.meta,
    tables,
  };
}

/** What a source and a table can both say. */
interface Shared extends Pick<SourceTable, 'config' | 'meta' | 'tags' | 'tests' | 'loader'> {
  readonly external?: YamlNode;
  /** `freshness:` without a value: what the source says does not hold here. */
  readonly endsFreshness: boolean;
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
    endsFreshness: [entryOf(node, 'freshness'), entryOf(valueOf(node, 'config'), 'freshness')].some(
      (entry) => entry !== undefined && isNull(entry.value),
    ),
  };
}

/** Config that may stand beside `config:` or inside it. */
const besideConfig: ReadonlySet<string> = new Set(['meta', 'tags', 'freshness', 'loaded_at_field', 'loaded_at_query', 'event_time']);

function readOwnConfig(node: YamlNode, context: PropertyContext): Pick<Shared, 'config' | 'meta' | 'tags'> {
  const reader = startConfig(context.path, 'source', context.diagnostics);
  const config = valueOf(node, 'config');
  for (const entry of entriesOf(node)) if (besideConfig.has(entry.key)) takeConfig(reader, entry);
  for (const entry of entriesOf(config)) takeConfig(reader, entry, entry.key, `config.${entry.key}`);
  reportTwoTimes(node, reader.config, context);
  const places = config === undefined ? [node] : [node, config];
  return {
    config: reader.config,
    meta: Object.assign(blankRecord<YamlValue>(), ...places.map((place) => readRecord(place, 'meta'))),
    tags: places.flatMap((place) => readTexts(place, 'tags')),
  };
}

/** One place can say only one way to the time of the newest row. */
function reportTwoTimes(node: YamlNode, config: RawConfig, context: PropertyContext): void {
  if (config['loaded_at_field'] === undefined || config['loaded_at_query'] === undefined) return;
  const entry = entryOf(node, 'loaded_at_query') ?? entryOf(valueOf(node, 'config'), 'loaded_at_query');
  const span = entry === undefined ? config['loaded_at_query'].span : keySpan(context.path, entry);
  context.diagnostics.push(diagnose('loaded-at-twice', {}, { span }));
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

/** The table's config over the source's; what merges stands in it merged, as it holds. */
function inheritConfig(source: Shared, own: Shared, merged: Pick<SourceTable, 'meta' | 'tags'>): RawConfig {
  const config = Object.assign(blankRecord<Located<YamlValue>>(), source.config, own.config);
  if (own.endsFreshness) delete config['freshness'];
  else if (own.config['freshness'] !== undefined) {
    const { value, span } = own.config['freshness'];
    config['freshness'] = { value: mergeFreshness(source.config['freshness']?.value, value), span };
  }
  if (own.config['tests'] !== undefined) config['tests'] = nestConfig(source.config['tests'], own.config['tests']);
  if (own.config['loaded_at_query'] !== undefined) delete config['loaded_at_field'];
  else if (own.config['loaded_at_field'] !== undefined) delete config['loaded_at_query'];
  for (const key of ['meta', 'tags'] as const) {
    const place = config[key];
    if (place !== undefined) config[key] = { value: merged[key], span: place.span };
  }
  return config;
}

/** Both are mappings: their shape says so. A key without a value ends what the source says under it. */
function mergeFreshness(above: YamlValue | undefined, own: YamlValue): YamlValue {
  const entries = Object.entries({ ...(above as Record<string, YamlValue> | undefined), ...(own as Record<string, YamlValue>) });
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
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
