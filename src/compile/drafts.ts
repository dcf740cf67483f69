/** Models and seeds before rendering: their config, their names, and who is turned off. */
import type { Relation } from '../adapter/relation.ts';
import { hasErrors } from '../diagnostics/diagnostic.ts';
import type { ModelVersion, NodeProperties, ParsedFile, SnapshotProperties } from '../parse/definitions.ts';
import { nodeName } from '../parse/parse-file.ts';
import type { Template } from '../parse/template.ts';
import type { DeclaredType } from '../parse/seed/seed.ts';
import type { Project } from '../project/project.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { DisabledNode, ModelConfig, NodeId, SeedConfig, SnapshotConfig } from './compiled.ts';
import { readFileConfig } from './file-config.ts';
import { storageConfig } from './storage-config.ts';
import type { Asker } from './facts.ts';
import type { FileContext } from './file-context.ts';
import { externalConfig, findExternalProblems } from './external-config.ts';
import { findIdleConfig } from './idle-config.ts';
import { findIncrementProblems, incrementConfig } from './increment-config.ts';
import { findIntervalProblems, intervalsOf } from './interval-config.ts';
import type { MergedConfig } from './merge-config.ts';
import { configValue, mergeConfig, metaOf, tagsOf, treeLevels } from './merge-config.ts';
import type { NamedNode } from './naming.ts';
import { foldersOf, nodeIdOf, relationOf } from './naming.ts';

export interface Draft extends NamedNode {
  readonly config: { readonly tags: readonly string[] };
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
  /** What is wrong with its config, which has been reported. */
  readonly configProblems: readonly Diagnostic[];
}

export interface SeedDraft extends Draft {
  readonly kind: 'seed';
  readonly config: SeedConfig;
}

export interface SnapshotDraft extends Draft {
  readonly kind: 'snapshot';
  readonly properties: SnapshotProperties;
  readonly config: SnapshotConfig;
}

/** What a file is that makes one node. */
export type FileDraft = ModelDraft | SeedDraft;

/** What is left of a node that its config turned off. */
export function turnedOff(draft: FileDraft | SnapshotDraft): DisabledNode {
  const span = draft.merged.raw['enabled']?.span;
  return { kind: draft.kind, id: draft.id, name: draft.name, ...(span === undefined ? {} : { span }) };
}

export function draftModel(file: Extract<ParsedFile, { kind: 'model' }>, context: FileContext): ModelDraft {
  const { project, asker } = context;
  const { path, template } = file;
  const folders = foldersOf(path, file.base);
  const properties = propertiesOf(file.name, asker);
  const { name, names, alias } = versionedNames(file.name, properties?.version);
  const id = nodeIdOf('model', project.name, ...names);
  const own = readFileConfig({ template, resource: 'model', node: id }, context.environment);
  context.diagnostics.push(...own.diagnostics);
  const merged = mergeConfig([
    ...treeLevels(project.configTrees, { kind: 'models', folders: [...folders, ...names] }, asker),
    properties?.config ?? {},
    own.values,
  ]);
  checkDatabase(merged, id, context);
  const config = modelConfig(merged, project, alias);
  const levels = { merged, own: [properties?.config ?? {}, own.values], refused: own.refused };
  const idle = config.enabled
    ? [
        ...findIdleConfig(id, config, levels),
        ...findIntervalProblems(id, name, config, merged),
        ...(own.refused.has('materialized') || own.refused.has('incremental_strategy')
          ? []
          : findIncrementProblems(id, name, config, merged)),
        ...findExternalProblems(id, config.external, merged, project),
      ]
    : [];
  context.diagnostics.push(...idle);
  // Its query is sound all the same, and who reads it has no error of its own.
  if (hasErrors(idle)) context.broken.push(id);
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
    configProblems: own.diagnostics,
  };
}

/** The newest of several versions may stand in a file that has the name of the model alone. */
function propertiesOf(name: string, asker: Asker): NodeProperties | undefined {
  const versioned = asker.get('versioned-model', name)?.plain;
  const isElsewhere = versioned !== undefined && asker.get('model-file', versioned) !== undefined;
  const found = versioned === undefined || isElsewhere ? undefined : asker.get('model-properties', versioned);
  return found === undefined ? asker.get('model-properties', name) : { ...found, name };
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

export function spansOf(merged: MergedConfig): Pick<Draft, 'schemaSpan' | 'aliasSpan'> {
  return { schemaSpan: merged.raw['schema']?.span, aliasSpan: merged.raw['alias']?.span };
}

export function draftSeed(file: Project['seeds'][number], context: FileContext): SeedDraft {
  const { project, asker } = context;
  const name = nodeName(file.path);
  const folders = foldersOf(file.path, file.base);
  const properties = asker.get('seed-properties', name);
  const levels = treeLevels(project.configTrees, { kind: 'seeds', folders: [...folders, name] }, asker);
  const merged = mergeConfig([...levels, properties?.config ?? {}]);
  const id = nodeIdOf('seed', project.name, name);
  checkDatabase(merged, id, context);
  const config = seedConfig(merged, properties);
  const where = relationOf(project, name, config);
  return {
    kind: 'seed',
    id,
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

/** A target has one database: config can name no other. */
export function checkDatabase(merged: MergedConfig, node: NodeId, { project, diagnostics }: FileContext): void {
  const wanted = configValue(merged, 'database');
  const { database, name: target } = project.target;
  const span = merged.raw['database']?.span;
  if (wanted !== undefined && wanted !== database)
    diagnostics.push(diagnose('other-database', { wanted, database, target }, { span, node }));
}

export function storageOf(merged: MergedConfig): Pick<ModelConfig, 'storage'> {
  const storage = storageConfig(merged);
  return storage === undefined ? {} : { storage };
}

/** The schema is named like that of a model. */
function quarantineOf(merged: MergedConfig, project: Project): Pick<ModelConfig, 'quarantine'> {
  const given = configValue(merged, 'quarantine');
  if (given === undefined) return {};
  const { schema, max_ratio: maxRatio, max_rows: maxRows } = given;
  return {
    quarantine: {
      ...(typeof schema === 'string' ? { schema: relationOf(project, '', { schema }).schema } : {}),
      ...(typeof maxRatio === 'string' ? { maxRatio } : {}),
      ...(typeof maxRows === 'number' ? { maxRows } : {}),
    },
  };
}

function modelConfig(merged: MergedConfig, project: Project, name: string): ModelConfig {
  const schema = configValue(merged, 'schema');
  const alias = configValue(merged, 'alias');
  const external = externalConfig(merged, project, relationOf(project, name, { schema, alias }));
  const strategy = configValue(merged, 'incremental_strategy');
  const fullRefresh = configValue(merged, 'full_refresh');
  const group = configValue(merged, 'group');
  return {
    access: configValue(merged, 'access') ?? 'protected',
    ...quarantineOf(merged, project),
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
    ...incrementConfig(merged),
    ...intervalsOf(merged),
    ...(external === undefined ? {} : { external }),
    ...storageOf(merged),
    ...(configValue(merged, 'contract')?.enforced === true ? { contract: true } : {}),
    ...(fullRefresh === undefined ? {} : { fullRefresh }),
  };
}

/** Types come from `column_types`, and from the columns of the property file where that says nothing. */
function seedConfig(merged: MergedConfig, properties: NodeProperties | undefined): SeedConfig {
  const schema = configValue(merged, 'schema');
  const alias = configValue(merged, 'alias');
  const delimiter = configValue(merged, 'delimiter');
  const columnTypes: Record<string, DeclaredType> = {};
  for (const column of properties?.columns ?? [])
    if (column.dataType !== undefined)
      columnTypes[column.name] = { value: column.dataType, span: column.typeSpan ?? column.span, nameSpan: column.span };
  const types = merged.raw['column_types'];
  const declared = configValue(merged, 'column_types') ?? {};
  if (types !== undefined)
    for (const [column, type] of Object.entries(declared)) {
      columnTypes[column] = { value: type, span: merged.columnTypePlaces[column] ?? types.span };
    }
  const group = configValue(merged, 'group');
  return {
    enabled: configValue(merged, 'enabled') ?? true,
    ...(group === undefined ? {} : { group }),
    tags: tagsOf(merged),
    meta: metaOf(merged),
    columnTypes,
    ...storageOf(merged),
    ...(configValue(merged, 'contract')?.enforced === true ? { contract: true } : {}),
    ...(schema === undefined ? {} : { schema }),
    ...(alias === undefined ? {} : { alias }),
    ...(delimiter === undefined ? {} : { delimiter }),
  };
}
