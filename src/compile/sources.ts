/** Turns declared sources into nodes: where each table is, or how its files are read. */
import type { FileOption } from '../adapter/dialect.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { ParsedProperties, SourceProperties, SourceTable } from '../parse/definitions.ts';
import { readConfigValue } from '../project/config-keys.ts';
import type { Located, YamlValue } from '../project/project.ts';
import { isYamlNumber } from '../project/yaml/yaml-node.ts';
import { compileColumns } from './columns.ts';
import type { CompiledSource } from './compiled.ts';
import type { DisabledNode } from './compiled.ts';
import type { FileContext } from './file-context.ts';
import { compileArrivals, compileFreshness } from './freshness.ts';
import { mergeConfig } from './merge-config.ts';
import { foldersOf, nodeIdOf } from './naming.ts';
import { relationValue } from './values.ts';

export interface DeclaredSource {
  readonly node: CompiledSource;
  readonly table: SourceTable;
}

/** The sources of one property file. */
export function compileSources(
  file: ParsedProperties,
  context: FileContext,
): { readonly sources: readonly DeclaredSource[]; readonly disabled: readonly DisabledNode[] } {
  const sources: DeclaredSource[] = [];
  const disabled: DisabledNode[] = [];
  for (const source of file.sources) {
    const before = sources.length;
    for (const table of source.tables) {
      const enabled = table.config['enabled'];
      if (enabled !== undefined && readConfigValue('enabled', enabled).value === false) {
        const name = `${source.name}.${table.name}`;
        const id = nodeIdOf('source', context.project.name, source.name, table.name);
        disabled.push({ kind: 'source', id, name, span: enabled.span });
      } else sources.push({ node: compileSource(source, table, context), table });
    }
    reportIdleTimes(sources.slice(before), context);
  }
  return { sources, disabled };
}

/** What a source says for all of its tables is expected to do something for one of them. */
function reportIdleTimes(declared: readonly DeclaredSource[], { diagnostics }: FileContext): void {
  const placeOf = ({ span }: Located<YamlValue>): string => `${span.path}:${span.start}`;
  const timesOf = ({ table }: DeclaredSource): readonly Located<YamlValue>[] =>
    table.config['event_time'] === undefined ? [] : [table.config['event_time']];
  const told = new Set(
    declared
      .filter(({ node }) => node.arrivals !== undefined)
      .flatMap(timesOf)
      .map(placeOf),
  );
  for (const entry of declared) {
    for (const time of timesOf(entry)) {
      if (told.has(placeOf(time))) continue;
      told.add(placeOf(time));
      const source = `${entry.node.sourceName}.${entry.node.name}`;
      diagnostics.push(diagnose('idle-config', { key: 'event_time', source }, { span: time.span, node: entry.node.id }));
    }
  }
}

function compileSource(source: SourceProperties, table: SourceTable, context: FileContext): CompiledSource {
  const { project } = context;
  const base = project.paths.models.find((path) => source.path.startsWith(`${path}/`)) ?? '';
  const external = externalSql(source, table, context);
  const id = nodeIdOf('source', project.name, source.name, table.name);
  const relation = { schema: source.schema ?? source.name, name: table.identifier };
  const self = relationValue(external ?? context.dialect.relation(relation), id);
  const freshness = compileFreshness(table.config, self, context);
  const arrivals = compileArrivals(table.config, self, context);
  return {
    resourceType: 'source',
    id,
    name: table.name,
    sourceName: source.name,
    path: source.path,
    propertiesPath: source.path,
    fqn: [project.name, ...foldersOf(source.path, base), source.name, table.name],
    description: context.describe(table.description, table.span),
    tags: table.tags,
    dependsOn: [],
    macros: [],
    rawConfig: mergeConfig([table.config]).raw,
    sourceDescription: context.describe(source.description, source.span),
    sourceMeta: source.meta,
    ...(table.loader === undefined ? {} : { loader: table.loader }),
    relation,
    ...(external === undefined ? {} : { external }),
    ...(table.external === undefined ? {} : { location: table.external.value.location, locationSpan: table.external.span }),
    ...(freshness === undefined ? {} : { freshness }),
    ...(arrivals === undefined ? {} : { arrivals }),
    columns: compileColumns(table.columns, context),
  };
}

/** The engine's call that reads the files; a source that has none is a table. */
function externalSql(source: SourceProperties, table: SourceTable, context: FileContext): string | undefined {
  if (table.external === undefined) return undefined;
  const { value, span } = table.external;
  const options = Object.fromEntries(Object.entries(value.options).map(([name, option]) => [name, toOption(option)]));
  const format = value.format === undefined ? {} : { format: value.format };
  const sql = context.dialect.fileSource?.({ location: value.location, ...format, options });
  if (sql !== undefined) return sql;
  const readsFiles = context.dialect.fileSource !== undefined;
  const problem = readsFiles ? `nothing is known of how to read \`${value.location}\`` : `${context.dialect.engine} reads no files here`;
  context.diagnostics.push(diagnose('source-unreadable', { name: `${source.name}.${table.name}`, problem, readsFiles }, { span }));
  return undefined;
}

function toOption(value: YamlValue): FileOption {
  if (value === null || typeof value !== 'object') return value;
  if (isYamlNumber(value)) return value.yamlNumber;
  // `Array.isArray` does not narrow a readonly array out of the union; the branches prove what is left.
  if (Array.isArray(value)) return (value as readonly YamlValue[]).map(toOption);
  return Object.fromEntries(Object.entries(value as Readonly<Record<string, YamlValue>>).map(([name, item]) => [name, toOption(item)]));
}
