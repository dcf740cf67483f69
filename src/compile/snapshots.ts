/** Turns snapshots of property files into nodes: what they look at, and how they keep its history. */
import type { Dialect } from '../adapter/dialect.ts';
import type { VersionColumns } from '../adapter/operation.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { ParsedProperties, SnapshotProperties } from '../parse/definitions.ts';
import type { CompiledSnapshot, CompiledText, NodeId, RunSlotName, SnapshotConfig } from './compiled.ts';
import { emptyText, joinTexts, syntheticText } from './compiled-text.ts';
import type { SnapshotDraft } from './drafts.ts';
import { checkDatabase, spansOf, storageOf } from './drafts.ts';
import { checkChain, injectEphemerals } from './ephemeral.ts';
import type { FileContext } from './file-context.ts';
import type { MergedConfig } from './merge-config.ts';
import { configValue, mergeConfig, metaOf, tagsOf, treeLevels } from './merge-config.ts';
import type { Uses } from './models.ts';
import { describeNode, renderHooks, unite } from './models.ts';
import { foldersOf, nodeIdOf, propertiesBase, relationOf } from './naming.ts';
import { slotPlaceholder } from './slots.ts';
import { segmentKind } from './span-map.ts';
import { resolveRelation } from './test-arguments.ts';

/** The snapshots of one property file, those that are turned off among them; of two with one name, reported elsewhere, the first. */
export function draftSnapshots(file: ParsedProperties, context: FileContext): readonly SnapshotDraft[] {
  const drafts = new Map<string, SnapshotDraft>();
  for (const properties of file.snapshots)
    if (!drafts.has(properties.name)) drafts.set(properties.name, draftSnapshot(properties, context));
  return [...drafts.values()];
}

function draftSnapshot(properties: SnapshotProperties, context: FileContext): SnapshotDraft {
  const { project, asker } = context;
  const { name, path } = properties;
  const folders = foldersOf(path, propertiesBase(project, path));
  const levels = treeLevels(project.configTrees, { kind: 'snapshots', folders: [...folders, name] }, asker);
  const merged = mergeConfig([...levels, properties.config]);
  const id = nodeIdOf('snapshot', project.name, name);
  checkDatabase(merged, id, context);
  const config = snapshotConfig(merged);
  const where = relationOf(project, name, config);
  return {
    kind: 'snapshot',
    id,
    name,
    path,
    fqn: [project.name, ...folders, name],
    properties,
    merged,
    config,
    where,
    relation: config.enabled ? where : undefined,
    ...spansOf(merged),
  };
}

function snapshotConfig(merged: MergedConfig): SnapshotConfig {
  const schema = configValue(merged, 'schema');
  const alias = configValue(merged, 'alias');
  const group = configValue(merged, 'group');
  const updatedAt = configValue(merged, 'updated_at');
  const checked = configValue(merged, 'check_cols');
  const validToCurrent = configValue(merged, 'dbt_valid_to_current');
  const hardDeletes = configValue(merged, 'hard_deletes') ?? 'ignore';
  return {
    enabled: configValue(merged, 'enabled') ?? true,
    ...(schema === undefined ? {} : { schema }),
    ...(alias === undefined ? {} : { alias }),
    ...(group === undefined ? {} : { group }),
    tags: tagsOf(merged),
    meta: metaOf(merged),
    strategy: configValue(merged, 'strategy') ?? 'timestamp',
    uniqueKey: configValue(merged, 'unique_key') ?? [],
    ...(updatedAt === undefined ? {} : { updatedAt }),
    ...(checked === undefined || checked === 'all' ? {} : { checkColumns: checked }),
    hardDeletes,
    ...(validToCurrent === undefined ? {} : { validToCurrent }),
    metaColumns: metaColumns(merged, hardDeletes === 'new_record'),
    ...storageOf(merged),
  };
}

function metaColumns(merged: MergedConfig, keepsDeleted: boolean): VersionColumns {
  const names = configValue(merged, 'snapshot_meta_column_names') ?? {};
  return {
    scdId: names['dbt_scd_id'] ?? 'dbt_scd_id',
    updatedAt: names['dbt_updated_at'] ?? 'dbt_updated_at',
    validFrom: names['dbt_valid_from'] ?? 'dbt_valid_from',
    validTo: names['dbt_valid_to'] ?? 'dbt_valid_to',
    ...(keepsDeleted ? { isDeleted: names['dbt_is_deleted'] ?? 'dbt_is_deleted' } : {}),
  };
}

/** All columns that a snapshot adds, in their order in the table. */
export function listMetaColumns({ scdId, updatedAt, validFrom, validTo, isDeleted }: VersionColumns): readonly string[] {
  return [scdId, updatedAt, validFrom, validTo, ...(isDeleted === undefined ? [] : [isDeleted])];
}

/** What a snapshot cannot do without. */
function checkConfig({ id, name, config, merged, properties }: SnapshotDraft, { diagnostics, dialect, broken }: FileContext): void {
  const before = diagnostics.length;
  const at = (key: string): { readonly node: NodeId; readonly span: Span } => ({
    node: id,
    span: merged.raw[key]?.span ?? properties.span,
  });
  const need = (key: string, why: string): void =>
    void diagnostics.push(diagnose('snapshot-config-missing', { name, key, why }, at('strategy')));
  if (config.uniqueKey.length === 0) need('unique_key', 'tells the rows apart');
  if (merged.raw['strategy'] === undefined) need('strategy', 'says how a change is noticed');
  else if (config.strategy === 'timestamp' && config.updatedAt === undefined)
    need('updated_at', 'is what the strategy `timestamp` looks at');
  else if (config.strategy === 'check' && merged.raw['check_cols'] === undefined)
    need('check_cols', 'is what the strategy `check` compares');
  if (config.strategy === 'timestamp' && merged.raw['check_cols'] !== undefined)
    diagnostics.push(diagnose('snapshot-config-idle', { name, key: 'check_cols', needs: 'strategy: check' }, at('check_cols')));
  const seen = new Set<string>();
  for (const column of listMetaColumns(config.metaColumns)) {
    const problem = dialect.identifierProblem(column) ?? (seen.has(dialect.foldIdentifier(column)) ? 'is given to two columns' : undefined);
    seen.add(dialect.foldIdentifier(column));
    if (problem !== undefined) diagnostics.push(diagnose('bad-identifier', { name: column, problem }, at('snapshot_meta_column_names')));
  }
  if (diagnostics.length > before) broken.push(id);
}

export function compileSnapshot(draft: SnapshotDraft, context: FileContext): CompiledSnapshot {
  const { id, config, properties, where } = draft;
  checkConfig(draft, context);
  const { relation } = properties;
  const found = resolveRelation(relation.value, relation.span, context);
  if (found === undefined) context.broken.push(id);
  const needs: Uses = { dependencies: new Map(found === undefined ? [] : [[found.id, relation.span]]), macros: new Set() };
  const chain = checkChain(needs.dependencies, context.asker, id);
  if (chain.isTooLong) {
    context.diagnostics.push(...chain.diagnostics);
    context.broken.push(id);
  }
  const finish = (text: CompiledText): CompiledText => injectEphemerals(text, [...needs.dependencies.keys()], context);
  const from = joinTexts([syntheticText('\nfrom '), placedText(found?.sql ?? '', relation.span)]);
  const hooks = renderHooks(draft, context);
  return {
    resourceType: 'snapshot',
    ...describeNode(draft, context),
    ...unite(id, needs, hooks),
    config,
    relation: where,
    span: properties.span,
    full: found === undefined ? emptyText : finish(firstText(draft, context.dialect, from)),
    current: found === undefined ? emptyText : finish(joinTexts([syntheticText('select *'), from])),
    preHooks: hooks.pre,
    postHooks: hooks.post,
  };
}

/** A text that somebody's config made. */
function placedText(sql: string, { path, start, end }: Span): CompiledText {
  return { sql, map: { files: [path], segments: [0, 0, start, end, segmentKind.generated] }, slots: [] };
}

function slot(name: RunSlotName): CompiledText {
  const sql = slotPlaceholder(name);
  return { ...syntheticText(sql), slots: [{ name, at: 0, length: sql.length }] };
}

/** The rows as they are, each as its first version. */
function firstText({ config, merged, properties }: SnapshotDraft, dialect: Dialect, from: CompiledText): CompiledText {
  const { uniqueKey, updatedAt, validToCurrent, metaColumns: meta } = config;
  const spanOf = (key: string): Span => merged.raw[key]?.span ?? properties.span;
  const named = (column: string): CompiledText => syntheticText(` as ${dialect.quoteIdentifier(column)}`);
  const value = (column: string, key: string): CompiledText => placedText(`kept.${dialect.quoteIdentifier(column)}`, spanOf(key));
  const stamp = updatedAt === undefined ? slot('run.started_at') : value(updatedAt, 'updated_at');
  const parts: CompiledText[] = [syntheticText('select kept.*,\n  md5(')];
  for (const key of uniqueKey) parts.push(...distinctText(value(key, 'unique_key')), syntheticText(' || '));
  parts.push(...distinctText(stamp));
  // A row that comes back may have had a version from that time before.
  if (updatedAt !== undefined) parts.push(syntheticText(' || '), ...distinctText(slot('run.started_at')));
  parts.push(syntheticText(')'), named(meta.scdId));
  for (const column of [meta.updatedAt, meta.validFrom]) parts.push(syntheticText(',\n  '), stamp, named(column));
  const open = [syntheticText('nullif('), stamp, syntheticText(', '), stamp, syntheticText(')')];
  parts.push(syntheticText(',\n  '));
  if (validToCurrent === undefined) parts.push(...open);
  else
    parts.push(
      syntheticText('coalesce('),
      ...open,
      syntheticText(', ('),
      placedText(validToCurrent, spanOf('dbt_valid_to_current')),
      syntheticText('\n))'),
    );
  parts.push(named(meta.validTo));
  if (meta.isDeleted !== undefined) parts.push(syntheticText(",\n  cast('False' as varchar)"), named(meta.isDeleted));
  return joinTexts([...parts, from, syntheticText(' as kept')]);
}

/** The value as text that cannot run into the one behind it. */
function distinctText(value: CompiledText): readonly CompiledText[] {
  const text = [syntheticText('cast('), value, syntheticText(' as varchar)')];
  return [syntheticText('cast(length('), ...text, syntheticText(") as varchar) || ':' || "), ...text];
}
