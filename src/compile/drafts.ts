/** Models and seeds before rendering: their config, their names, and who is turned off. */
import type { Relation } from '../adapter/relation.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { ModelVersion, NodeProperties, ParsedFile } from '../parse/definitions.ts';
import { nodeName } from '../parse/parse-file.ts';
import type { Template } from '../parse/template.ts';
import type { ConfigTree, Located, Project } from '../project/project.ts';
import type { ModelConfig, NodeId, SeedConfig } from './compiled.ts';
import { readFileConfig } from './file-config.ts';
import type { MergedConfig } from './merge-config.ts';
import { configValue, mergeConfig, metaOf, tagsOf, treeLevels } from './merge-config.ts';
import type { NamedNode } from './naming.ts';
import { foldersOf, nodeIdOf, relationOf } from './naming.ts';
import type { Environment } from './session.ts';

interface Draft extends NamedNode {
  readonly fqn: readonly string[];
  readonly properties: NodeProperties | undefined;
  readonly merged: MergedConfig;
  readonly where: Relation;
}

export interface ModelDraft extends Draft {
  readonly kind: 'model';
  readonly template: Template;
  readonly config: ModelConfig;
  readonly version: ModelVersion | undefined;
  /** Something about its file or config is wrong and has been reported. */
  readonly broken: boolean;
}

export interface SeedDraft extends Draft {
  readonly kind: 'seed';
  readonly config: SeedConfig;
}

/** A node that config turned off. */
export interface DisabledNode {
  readonly kind: 'model' | 'seed' | 'source' | 'test' | 'exposure';
  readonly id: NodeId;
  readonly name: string;
  readonly span?: Span;
}

export interface DraftInput {
  readonly project: Project;
  readonly parsed: readonly ParsedFile[];
  readonly environment: Environment;
  readonly properties: { readonly models: ReadonlyMap<string, NodeProperties>; readonly seeds: ReadonlyMap<string, NodeProperties> };
  /** Folders of config trees that some node is in. */
  readonly usedFolders: Set<ConfigTree>;
  readonly diagnostics: Diagnostic[];
}

export interface Drafts {
  readonly models: readonly ModelDraft[];
  readonly seeds: readonly SeedDraft[];
  readonly disabled: readonly DisabledNode[];
}

export function makeDrafts(input: DraftInput): Drafts {
  const all = [
    ...input.parsed.flatMap((file) => (file.kind === 'model' ? draftModel(file, input) : [])),
    ...input.project.seeds.map((file) => draftSeed(file, input)),
  ];
  const disabled = all.filter((draft) => !draft.config.enabled).map((draft) => turnedOff(draft));
  const enabled = all.filter((draft) => draft.config.enabled);
  return {
    models: enabled.filter((draft) => draft.kind === 'model'),
    seeds: enabled.filter((draft) => draft.kind === 'seed'),
    disabled,
  };
}

function turnedOff(draft: ModelDraft | SeedDraft): DisabledNode {
  const span = draft.merged.raw['enabled']?.span;
  return { kind: draft.kind, id: draft.id, name: draft.name, ...(span === undefined ? {} : { span }) };
}

function draftModel(file: Extract<ParsedFile, { kind: 'model' }>, input: DraftInput): ModelDraft {
  const { project } = input;
  const { path, template } = file;
  const folders = foldersOf(path, file.base);
  const properties = input.properties.models.get(file.name);
  const { name, names, alias } = versionedNames(file.name, properties?.version);
  const id = nodeIdOf('model', project.name, ...names);
  const own = readFileConfig({ template, resource: 'model', node: id }, input.environment);
  input.diagnostics.push(...own.diagnostics);
  const merged = mergeConfig([
    ...treeLevels(project.configTrees.models, [...folders, ...names], input.usedFolders),
    properties?.config ?? {},
    own.values,
  ]);
  const config = modelConfig(merged);
  const where = relationOf(project, alias, config);
  return {
    kind: 'model',
    id,
    name,
    path,
    fqn: [project.name, ...folders, ...names],
    version: properties?.version,
    template,
    properties,
    merged,
    config,
    where,
    relation: config.enabled && config.materialized !== 'ephemeral' ? where : undefined,
    ...spansOf(merged),
    broken: template.broken === true || own.diagnostics.some((entry) => entry.severity === 'error'),
  };
}

/** A version is called by the model and its number, and built under both: `orders.v2` is `orders_v2` in the database. */
function versionedNames(
  file: string,
  version: ModelVersion | undefined,
): { readonly name: string; readonly names: readonly string[]; readonly alias: string } {
  if (version === undefined) return { name: file, names: [file], alias: file };
  const { model, v } = version;
  return { name: `${model}.v${v}`, names: [model, `v${v}`], alias: `${model}_v${v}` };
}

function spansOf(merged: MergedConfig): Pick<Draft, 'schemaSpan' | 'aliasSpan'> {
  return { schemaSpan: merged.raw['schema']?.span, aliasSpan: merged.raw['alias']?.span };
}

function draftSeed(file: Project['seeds'][number], input: DraftInput): SeedDraft {
  const { project } = input;
  const name = nodeName(file.path);
  const folders = foldersOf(file.path, file.base);
  const properties = input.properties.seeds.get(name);
  const merged = mergeConfig([...treeLevels(project.configTrees.seeds, [...folders, name], input.usedFolders), properties?.config ?? {}]);
  const config = seedConfig(merged, properties);
  const where = relationOf(project, name, config);
  return {
    kind: 'seed',
    id: nodeIdOf('seed', project.name, name),
    name,
    path: file.path,
    fqn: [project.name, ...folders, name],
    properties,
    merged,
    config,
    where,
    relation: config.enabled ? where : undefined,
    ...spansOf(merged),
  };
}

function modelConfig(merged: MergedConfig): ModelConfig {
  const schema = configValue(merged, 'schema');
  const alias = configValue(merged, 'alias');
  const strategy = configValue(merged, 'incremental_strategy');
  const fullRefresh = configValue(merged, 'full_refresh');
  const group = configValue(merged, 'group');
  return {
    access: configValue(merged, 'access') ?? 'protected',
    ...(group === undefined ? {} : { group }),
    materialized: configValue(merged, 'materialized') ?? 'view',
    enabled: configValue(merged, 'enabled') ?? true,
    tags: tagsOf(merged),
    meta: metaOf(merged),
    uniqueKey: configValue(merged, 'unique_key') ?? [],
    onSchemaChange: configValue(merged, 'on_schema_change') ?? 'ignore',
    ...(schema === undefined ? {} : { schema }),
    ...(alias === undefined ? {} : { alias }),
    ...(strategy === undefined ? {} : { incrementalStrategy: strategy }),
    ...(fullRefresh === undefined ? {} : { fullRefresh }),
  };
}

/** Types come from `column_types`, and from the columns of the property file where that says nothing. */
function seedConfig(merged: MergedConfig, properties: NodeProperties | undefined): SeedConfig {
  const schema = configValue(merged, 'schema');
  const alias = configValue(merged, 'alias');
  const delimiter = configValue(merged, 'delimiter');
  const columnTypes: Record<string, Located<string>> = {};
  for (const column of properties?.columns ?? [])
    if (column.dataType !== undefined) columnTypes[column.name] = { value: column.dataType, span: column.span };
  const types = merged.raw['column_types'];
  const declared = configValue(merged, 'column_types') ?? {};
  if (types !== undefined) for (const [column, type] of Object.entries(declared)) columnTypes[column] = { value: type, span: types.span };
  const group = configValue(merged, 'group');
  return {
    enabled: configValue(merged, 'enabled') ?? true,
    ...(group === undefined ? {} : { group }),
    tags: tagsOf(merged),
    meta: metaOf(merged),
    columnTypes,
    ...(schema === undefined ? {} : { schema }),
    ...(alias === undefined ? {} : { alias }),
    ...(delimiter === undefined ? {} : { delimiter }),
  };
}

/** Warns of properties that describe no node. Those of a disabled node go with it. */
export function findUnusedProperties(
  input: DraftInput,
  names: { readonly models: readonly string[]; readonly seeds: readonly string[] },
): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const look = (kind: string, described: ReadonlyMap<string, NodeProperties>, known: readonly string[]): void => {
    const present = new Set(known);
    for (const { name, span } of described.values()) {
      if (!present.has(name)) diagnostics.push(diagnose('unused-properties', { kind, name, known }, { span }));
    }
  };
  look('model', input.properties.models, names.models);
  look('seed', input.properties.seeds, names.seeds);
  return diagnostics;
}
