/** Turns declared sources into nodes: where each table is, or how its files are read. */
import type { Dialect, FileOption } from '../adapter/dialect.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { ParsedProperties, SourceProperties, SourceTable } from '../parse/definitions.ts';
import { readConfigValue } from '../project/config-keys.ts';
import type { YamlValue } from '../project/project.ts';
import { isYamlNumber } from '../project/yaml/yaml-node.ts';
import { compileColumns } from './columns.ts';
import type { CompiledSource } from './compiled.ts';
import type { Describe } from './docs-blocks.ts';
import type { DisabledNode } from './drafts.ts';
import { compileFreshness } from './freshness.ts';
import type { FileTexts } from './hooks.ts';
import { foldersOf, nodeIdOf } from './naming.ts';
import type { Environment } from './session.ts';
import { relationValue } from './values.ts';

export interface SourceInput {
  readonly projectName: string;
  /** Folders under which property files are found. */
  readonly modelPaths: readonly string[];
  readonly properties: readonly ParsedProperties[];
  readonly dialect: Dialect;
  readonly describe: Describe;
  readonly environment: Environment;
  readonly texts: FileTexts;
  readonly diagnostics: Diagnostic[];
}

export interface DeclaredSource {
  readonly node: CompiledSource;
  readonly table: SourceTable;
}

export function compileSources(input: SourceInput): {
  readonly sources: readonly DeclaredSource[];
  readonly disabled: readonly DisabledNode[];
} {
  const sources: DeclaredSource[] = [];
  const disabled: DisabledNode[] = [];
  for (const file of input.properties) {
    for (const source of file.sources) {
      for (const table of source.tables) {
        const enabled = table.config['enabled'];
        if (enabled !== undefined && readConfigValue('enabled', enabled).value === false) {
          const name = `${source.name}.${table.name}`;
          disabled.push({ kind: 'source', id: nodeIdOf('source', input.projectName, source.name, table.name), name, span: enabled.span });
        } else sources.push({ node: compileSource(source, table, input), table });
      }
    }
  }
  return { sources, disabled };
}

function compileSource(source: SourceProperties, table: SourceTable, input: SourceInput): CompiledSource {
  const base = input.modelPaths.find((path) => source.path.startsWith(`${path}/`)) ?? '';
  const external = externalSql(source, table, input);
  const id = nodeIdOf('source', input.projectName, source.name, table.name);
  const relation = { schema: source.schema ?? source.name, name: table.identifier };
  const self = relationValue(external ?? input.dialect.relation(relation), id);
  const freshness = compileFreshness(table.config, self, input);
  return {
    resourceType: 'source',
    id,
    name: table.name,
    sourceName: source.name,
    path: source.path,
    propertiesPath: source.path,
    fqn: [input.projectName, ...foldersOf(source.path, base), source.name, table.name],
    description: input.describe(table.description, table.span),
    tags: table.tags,
    dependsOn: [],
    macros: [],
    rawConfig: table.config,
    sourceDescription: input.describe(source.description, source.span),
    sourceMeta: source.meta,
    ...(table.loader === undefined ? {} : { loader: table.loader }),
    relation,
    ...(external === undefined ? {} : { external }),
    ...(table.external === undefined ? {} : { location: table.external.value.location }),
    ...(freshness === undefined ? {} : { freshness }),
    columns: compileColumns(table.columns, input.describe),
  };
}

/** The engine's call that reads the files; a source that has none is a table. */
function externalSql(source: SourceProperties, table: SourceTable, input: SourceInput): string | undefined {
  if (table.external === undefined) return undefined;
  const { value, span } = table.external;
  const options = Object.fromEntries(Object.entries(value.options).map(([name, option]) => [name, toOption(option)]));
  const format = value.format === undefined ? {} : { format: value.format };
  const sql = input.dialect.fileSource?.({ location: value.location, ...format, options });
  if (sql !== undefined) return sql;
  const problem =
    input.dialect.fileSource === undefined ? 'this engine reads no files' : `nothing is known of how to read \`${value.location}\``;
  input.diagnostics.push(diagnose('source-unreadable', { name: `${source.name}.${table.name}`, problem }, { span }));
  return undefined;
}

function toOption(value: YamlValue): FileOption {
  if (value === null || typeof value !== 'object') return value;
  if (isYamlNumber(value)) return value.yamlNumber;
  // `Array.isArray` does not narrow a readonly array out of the union; the branches prove what is left.
  if (Array.isArray(value)) return (value as readonly YamlValue[]).map(toOption);
  return Object.fromEntries(Object.entries(value as Readonly<Record<string, YamlValue>>).map(([name, item]) => [name, toOption(item)]));
}
