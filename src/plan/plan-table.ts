/** Plans how the rows of a query become those of a table: all of them anew, or an increment. */
import type { IncrementalStrategy } from '../adapter/capabilities.ts';
import type { DeclaredPartitions } from '../adapter/declared-partitions.ts';
import { isIndexName } from '../adapter/index-name.ts';
import type { Attachment, CatalogRelation, Relation } from '../adapter/relation.ts';
import type { Query } from '../adapter/statement.ts';
import type { CompiledHook, CompiledModel, CompiledSeed } from '../compile/compiled.ts';
import type { Span } from '../diagnostics/span.ts';
import { operation, stageRelation } from './build-context.ts';
import type { BuildContext } from './build-context.ts';
import { cellSizeOf } from '../intervals/batch-size.ts';
import type { Action } from './action.ts';
import type { TimeColumn } from './time-column.ts';
import {
  aroundIncrement,
  checkOnStage,
  constraintsFromStart,
  constraintsOfStage,
  explainConstraints,
  explainOnStage,
  mayRebuild,
  nameConstraints,
  planConstraints,
  requireContract,
  stageConstraints,
} from './plan-constraints.ts';
import { eventActions } from './plan-events.ts';
import { maskedColumns } from './plan-tests.ts';
import { declaredPartitions } from './plan-partitions.ts';
import { stageIndexes } from './plan-storage.ts';

/**
 * What goes with the old table comes back on the new one: comments at once, so that hooks can change them; indexes after the
 * hooks, so that those of hooks come first.
 */
export function reattach(target: Relation, existing: CatalogRelation | undefined, kind: Attachment['kind']): readonly Action[] {
  // Whether an index that config asked for stays, config says.
  const attachments = (existing?.attachments ?? []).filter((attachment) => attachment.kind === kind && !isIndexName(attachment.name));
  return attachments.length === 0 ? [] : [{ kind: 'reattach', target, attachments }];
}

/** Stages the rows of a query, with all that the table has from the beginning, and publishes them. */
export function replaceTable(
  context: BuildContext,
  node: CompiledModel | CompiledSeed,
  parts: {
    readonly query: Query;
    readonly stage: Relation;
    readonly existing: CatalogRelation | undefined;
    readonly keys: readonly Action[];
    /** What makes and fills the stage, where that is not done by the query. */
    readonly fill?: readonly Action[];
  },
): readonly Action[] {
  const { input } = context;
  const { query, stage, existing, keys, fill } = parts;
  const { relation: target } = node;
  const standing = existing === undefined ? {} : { existing: existing.kind };
  const constraints = planConstraints(input, node);
  const probe = { stage: { schema: input.dialect.temporarySchema, name: `${stage.name}_probe` }, query };
  const declared = node.resourceType === 'model' ? declaredPartitions(input, node) : undefined;
  const whole = (): Action =>
    operation({
      kind: 'stage-query',
      stage,
      temporary: false,
      ...unlogged(context, node),
      query,
      ...constraintsFromStart(input, constraints),
    });
  const filled = fill ?? (declared === undefined ? [whole()] : fillPartitions(context, { stage, target, query, declared }));
  return [
    ...explainConstraints(node, constraints, probe),
    ...filled,
    ...keys,
    ...checkOnStage(node, constraints, stage),
    ...stageConstraints(input, node, constraints, stage),
    ...stageIndexes(input, node, stage),
    operation({
      kind: 'publish-stage',
      stage,
      target,
      ...standing,
      ...hooksFollow(node.postHooks),
      ...(declared === undefined ? {} : { declared }),
      ...constraintsOfStage(constraints),
    }),
    ...nameConstraints(input, node, constraints, stage),
    ...reattach(target, existing, 'comment'),
  ];
}

/** What partitions there are to be, only the rows tell: so they are put beside first, and each into its partition from there. */
function fillPartitions(
  { input }: BuildContext,
  parts: { readonly stage: Relation; readonly target: Relation; readonly query: Query; readonly declared: DeclaredPartitions },
): readonly Action[] {
  const { stage, target, query, declared } = parts;
  const rows = { schema: input.dialect.temporarySchema, name: `${stage.name}_rows` };
  return [
    operation({ kind: 'stage-query', stage: rows, temporary: true, query }),
    operation({ kind: 'stage-partitions', stage, rows, target, declared }),
    operation({ kind: 'drop', relation: rows, relationKind: 'table', temporary: true }),
  ];
}

function unlogged({ input }: BuildContext, { config }: CompiledModel | CompiledSeed): { readonly unlogged?: true } {
  return config.storage?.unlogged === true && input.capabilities.features.unlogged ? { unlogged: true } : {};
}

export function hooksFollow(hooks: readonly CompiledHook[]): { readonly hooksFollow?: true } {
  return hooks.some((hook) => hook.transaction) ? { hooksFollow: true } : {};
}

/** Brings the rows that the query gives into the table that is there. */
export function incrementTable(
  context: BuildContext,
  model: CompiledModel,
  query: Query,
  existing: CatalogRelation | undefined,
  strategy: IncrementalStrategy,
): readonly Action[] {
  const { relation: target, config } = model;
  const { uniqueKey: key, onSchemaChange } = config;
  const targetColumns = existing?.columns ?? [];
  const declared = spanOf(model, ['on_schema_change', 'materialized']);
  const stage = stageRelation(context, model.id, context.input.dialect.temporarySchema);
  // Nothing has to be known of the rows before they are added but what an empty result tells.
  const constraints = planConstraints(context.input, model);
  const promises = model.config.contract === true || constraints.kept.length + constraints.checked.length > 0;
  if (strategy === 'append' && key.length === 0 && onSchemaChange === 'ignore' && !promises) {
    return [{ kind: 'append-query', stage, target, targetColumns, query, ...declared }];
  }
  const around = aroundIncrement(model, constraints, stage);
  const events = eventActions(context, model, stage, existing);
  return [
    ...requireContract(model, { query }),
    operation({ kind: 'stage-query', stage, temporary: true, query }),
    ...requireInterval(model, stage),
    ...(events === undefined ? requireKeys(model, stage) : [events.check, ...around.before, events.settle]),
    ...explainOnStage(model, constraints, { stage, key: strategy === 'merge' || strategy === 'delete_insert' ? key : [] }),
    ...(events === undefined ? around.before : []),
    {
      kind: 'apply-increment',
      stage,
      target,
      targetColumns,
      strategy,
      key,
      ...mergeColumnsOf(model),
      ...predicatesOf(model),
      ...(strategy === 'insert_overwrite' ? partitionsOf(context, model) : {}),
      ...(config.events === undefined ? {} : { always: config.events.sequenceBy }),
      ...(strategy === 'time_interval' ? timeOf(model) : {}),
      onSchemaChange,
      ...declared,
    },
    operation({ kind: 'drop', relation: stage, relationKind: 'table', temporary: true }),
    ...requireContract(model, { table: target }),
    ...around.after,
    ...(mayRebuild(context.input, constraints, existing)
      ? [...reattach(target, existing, 'comment'), ...reattach(target, existing, 'index')]
      : []),
  ];
}

function mergeColumnsOf(model: CompiledModel): Pick<Extract<Action, { kind: 'apply-increment' }>, 'mergeColumns'> {
  const { mergeColumns } = model.config;
  if (mergeColumns === undefined) return {};
  const key = mergeColumns.rule === 'only' ? 'merge_update_columns' : 'merge_exclude_columns';
  return { mergeColumns: { ...mergeColumns, ...spanOf(model, [key]) } };
}

function predicatesOf(model: CompiledModel): Pick<Extract<Action, { kind: 'apply-increment' }>, 'predicates'> {
  const conditions = model.config.predicates;
  return conditions === undefined ? {} : { predicates: { conditions, ...spanOf(model, ['incremental_predicates']) } };
}

function partitionsOf({ input }: BuildContext, model: CompiledModel): Pick<Extract<Action, { kind: 'apply-increment' }>, 'partitions'> {
  const { partitionBy: by, partitionGranularity: granularity } = model.config;
  if (by === undefined) return {};
  const declared = declaredPartitions(input, model);
  return {
    partitions: {
      by,
      ...spanOf(model, ['partition_by']),
      ...(granularity === undefined ? {} : { granularity }),
      ...(declared === undefined ? {} : { declared }),
    },
  };
}

export function requireKeys(model: CompiledModel, stage: Relation): readonly Action[] {
  const key = model.config.uniqueKey;
  return key.length === 0 ? [] : [{ kind: 'require-keys', stage, key, masked: maskedColumns(model), ...spanOf(model, ['unique_key']) }];
}

function timeOf({ config: { intervals } }: CompiledModel): { readonly time?: TimeColumn } {
  if (intervals === undefined) return {};
  const { timeColumn: column, timeZone, batchSize } = intervals;
  return { time: { column, timeZone, wholeDays: typeof cellSizeOf(batchSize) === 'string' } };
}

/** Of a model that is loaded interval by interval: no row may be of another interval than its batch. */
export function requireInterval(model: CompiledModel, stage: Relation): readonly Action[] {
  const { time } = timeOf(model);
  if (time === undefined || model.config.intervals === undefined) return [];
  const { outside } = model.config.intervals;
  return [{ kind: 'require-interval', stage, time, outside, masked: maskedColumns(model), ...spanOf(model, ['time_column']) }];
}

/** The place of the first of these config keys that is declared. */
function spanOf({ rawConfig }: CompiledModel, keys: readonly string[]): { readonly span?: Span } {
  const span = keys.map((key) => rawConfig[key]?.span).find((found) => found !== undefined);
  return span === undefined ? {} : { span };
}
