/** Decides how one model or seed is built: materialization, strategy, and the actions of its transaction. */
import type { IncrementalStrategy, Materialization } from '../adapter/capabilities.ts';
import type { Operation } from '../adapter/operation.ts';
import type { CatalogRelation, RelationKind } from '../adapter/relation.ts';
import type { Query } from '../adapter/statement.ts';
import type { BuiltNode, CompiledHook, CompiledModel, CompiledSeed, CompiledSnapshot, CompiledText } from '../compile/compiled.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { shapeOf } from '../state/shape-hash.ts';
import type { RecordedBuild } from '../state/state-reader.ts';
import { buildSubject } from '../state/state-tables.ts';
import { copiedReason } from '../state/state-writer.ts';
import { hasUniqueConstraint, planConstraints, requireContract } from './plan-constraints.ts';
import { describeAndGrant, syncIndexes } from './plan-storage.ts';
import { assumption, hashText, operation, stageRelation, whyMissing } from './build-context.ts';
import type { BuildContext, BuildPart } from './build-context.ts';
import { incrementTable, reattach, replaceTable, requireInterval, requireKeys } from './plan-table.ts';
import { checkDeletions, settleFirst } from './plan-events.ts';
import { seenBy } from './find-late.ts';
import { planBatches } from './plan-batches.ts';
import { planEmpty } from './plan-empty.ts';
import type { EmptyBuild } from './plan-empty.ts';
import { checkPlace, externalWork } from './plan-external.ts';
import { checkDivision } from './plan-partitions.ts';
import { planReplay } from './plan-replay.ts';
import type { Action } from './action.ts';
import type { Reason } from './plan.ts';
import type { Copy } from './plan-input.ts';

export function planHooks(
  context: BuildContext,
  id: string,
  phase: string,
  hooks: readonly CompiledHook[],
  by?: 'batch' | EmptyBuild,
): { inside: readonly Action[]; outside: readonly Operation[] } {
  const inside: Action[] = [];
  const outside: Operation[] = [];
  hooks.forEach((hook, index) => {
    const fill = hook.transaction && by === 'batch' ? context.collector.template : context.collector.query;
    const text = hook.transaction && typeof by === 'object' ? by.text(hook.text) : hook.text;
    const query = fill(`${id}:${phase}:${index}`, text, id);
    if (query === undefined) return;
    if (hook.transaction) inside.push(operation({ kind: 'run-sql', query }));
    else outside.push({ kind: 'run-sql', query });
  });
  return { inside, outside };
}

/** Whether this project built it: several projects may share a database and its state. */
export function isOfProject(build: RecordedBuild, project: string): boolean {
  return build.node.split('.')[1] === project;
}

/** What a snapshot has kept is nowhere else. */
function isHistory({ node }: RecordedBuild): boolean {
  return node.startsWith('snapshot.');
}

/** Refuses to touch a relation that exists and that no earlier run of `tx` built, and to replace a history by anything else. */
export function checkOwnership(context: BuildContext, node: BuiltNode, existing: CatalogRelation | undefined): boolean {
  const recorded = context.standing.recorded(node.relation);
  // Of another kind than what was built, it is something that somebody else has put there.
  const isOther = recorded !== undefined && existing !== undefined && existing.kind !== recorded.relationKind;
  const isOurs = recorded !== undefined && isOfProject(recorded, context.input.project) && !isOther;
  if (existing !== undefined && recorded !== undefined && isHistory(recorded) && node.resourceType !== 'snapshot') {
    const [, , ...snapshot] = recorded.node.split('.');
    const { name, resourceType: kind, relation } = node;
    const problem = { relation: `${relation.schema}.${relation.name}`, snapshot: snapshot.join('.'), kind, name };
    context.report(diagnose('history-in-the-way', problem, { node: node.id, span: { path: node.path, start: 0, end: 0 } }));
    return false;
  }
  if (existing === undefined || context.input.adopt || isOurs) return true;
  context.report(
    diagnose(
      'relation-not-owned',
      {
        relation: `${node.relation.schema}.${node.relation.name}`,
        kind: existing.kind,
        built: isOther ? recorded.relationKind : undefined,
        stateGone: context.input.state.version === 0,
        stateSchema: context.input.stateSchema,
      },
      { node: node.id, span: { path: node.path, start: 0, end: 0 } },
    ),
  );
  return false;
}

/** Refuses to add the rows of a node to a table that holds those of another one: which of them are to stay, nobody but the user knows. */
export function checkRows(context: BuildContext, model: CompiledModel | CompiledSnapshot): boolean {
  const recorded = context.standing.recorded(model.relation);
  if (recorded === undefined || recorded.node === model.id || context.input.adopt) return true;
  const [kind = '', , ...name] = recorded.node.split('.');
  context.report(
    diagnose(
      'rows-of-another',
      {
        relation: `${model.relation.schema}.${model.relation.name}`,
        kind,
        name: name.join('.'),
        model: model.name,
        isKept: model.resourceType === 'model' && model.config.fullRefresh === false,
        isHistory: model.resourceType === 'snapshot',
      },
      { node: model.id, span: { path: model.path, start: 0, end: 0 } },
    ),
  );
  return false;
}

function chooseStrategy(
  context: BuildContext,
  model: CompiledModel,
  existing: CatalogRelation | undefined,
): IncrementalStrategy | undefined {
  const { capabilities, target } = context.input;
  const offered = capabilities.incrementalStrategies;
  const { uniqueKey, incrementalStrategy, mergeColumns, events } = model.config;
  const where = { node: model.id, span: model.rawConfig['incremental_strategy']?.span ?? model.rawConfig['materialized']?.span };
  const isUnique =
    (existing?.attachments?.some((attachment) => attachment.unique) ?? false) ||
    (model.config.storage?.indexes?.some((index) => index.unique) ?? false) ||
    hasUniqueConstraint(planConstraints(context.input, model));
  const needsMerge = isUnique && !capabilities.reinsertsUniqueKeys;
  const byKey = offered.filter((strategy) => isByKey(strategy) && !(needsMerge && strategy === 'delete_insert'));
  const chosen =
    incrementalStrategy ?? (mergeColumns !== undefined || events !== undefined ? 'merge' : uniqueKey.length === 0 ? 'append' : byKey[0]);
  if (chosen === undefined || !offered.includes(chosen)) {
    context.report(diagnose('strategy-not-supported', { strategy: chosen ?? 'merge', engine: target.engine, offered }, where));
    return undefined;
  }
  return chosen;
}

const isByKey = (strategy: IncrementalStrategy): boolean => strategy === 'delete_insert' || strategy === 'merge';

interface Decision {
  readonly reason: Reason;
  readonly incremental: boolean;
}

export function decide(
  context: BuildContext,
  node: CompiledModel | CompiledSeed,
  kind: RelationKind,
  existing: CatalogRelation | undefined,
): Decision {
  const isIncremental = node.resourceType === 'model' && node.config.materialized === 'incremental';
  const { fullRefresh, again } = context.input;
  const wantsFull = again !== 'go-on' && (node.resourceType === 'model' ? (node.config.fullRefresh ?? fullRefresh) : fullRefresh);
  if (existing === undefined) return { reason: whyMissing(context.standing, node), incremental: false };
  if (existing.kind !== kind) return { reason: 'kind-changed', incremental: false };
  if (wantsFull) return { reason: 'full-refresh', incremental: false };
  if (isIncremental && again !== 'go-on' && wantsReset(context, node)) return { reason: 'reset', incremental: false };
  if (isIncremental) return { reason: 'incremental', incremental: true };
  return { reason: 'selected', incremental: false };
}

/** The ledger of a model that is loaded interval by interval was given up with the rest: its batches are all loaded again. */
function wantsReset({ standing }: BuildContext, node: CompiledModel): boolean {
  const { fullRefresh, intervals } = node.config;
  const recorded = standing.recorded(node.relation);
  return intervals === undefined && fullRefresh !== false && recorded?.node === node.id && recorded.isReset === true;
}

/** Replaces the relation by what the query gives. */
function replaceWork(context: BuildContext, model: CompiledModel, query: Query, existing: CatalogRelation | undefined): readonly Action[] {
  const { relation: target, config } = model;
  const standing = existing === undefined ? {} : { existing: existing.kind };
  const contract = requireContract(model, { query });
  if (config.materialized === 'view') {
    return [
      ...contract,
      operation({
        kind: 'publish-view',
        target,
        query,
        ...standing,
        ...(isSameQuery(context, model, query, existing) ? { sameQuery: true } : {}),
      }),
    ];
  }
  if (config.materialized === 'materialized_view') {
    const sameQuery = isSameQuery(context, model, query, existing) ? { sameQuery: true as const } : {};
    return [...contract, operation({ kind: 'publish-materialized', target, query, ...standing, ...sameQuery })];
  }
  if (config.materialized === 'external') return externalWork(context, model, query, existing);
  const stage = stageRelation(context, model.id, target.schema);
  const keys = config.materialized === 'incremental' ? [...requireInterval(model, stage), ...requireKeys(model, stage)] : [];
  const events = settleFirst(context, model, query, stage);
  if (events === undefined) return [...contract, ...replaceTable(context, model, { query, stage, existing, keys })];
  const rows = replaceTable(context, model, { query: events.query, stage, existing, keys: events.after });
  return [...contract, ...events.before, ...rows];
}

/** Whether the relation was last built from the very text and nobody has given it another query since, which a full refresh does not ask. */
function isSameQuery(
  { input, standing }: BuildContext,
  model: CompiledModel,
  query: Query,
  existing: CatalogRelation | undefined,
): boolean {
  const shape = input.state.shapes[buildSubject(model.relation, input.dialect)];
  return (
    !(model.config.fullRefresh ?? input.fullRefresh) &&
    standing.recorded(model.relation)?.contentHash === hashText(query.sql) &&
    existing !== undefined &&
    shape === shapeOf(existing)
  );
}

function kindOf(materialized: Materialization): RelationKind {
  if (materialized === 'view' || materialized === 'external') return 'view';
  return materialized === 'materialized_view' ? 'materialized view' : 'table';
}

/** In no file, so a problem with it stands nowhere in one. */
export function rowsOf({ input }: BuildContext, { relation }: Copy): Query {
  return { node: '', sql: `select * from ${input.dialect.relation(relation)}` };
}

/** The step of a model that has a relation of its own; undefined when a diagnostic says why there is none. */
export function planModel(context: BuildContext, model: CompiledModel): BuildPart | undefined {
  const { capabilities, target } = context.input;
  const { materialized } = model.config;
  if (!capabilities.materializations.includes(materialized)) {
    const where = { node: model.id, span: model.rawConfig['materialized']?.span };
    context.report(
      diagnose('materialization-not-supported', { materialized, engine: target.engine, offered: capabilities.materializations }, where),
    );
    return undefined;
  }
  const relationKind = kindOf(materialized);
  const existing = context.standing.existing(model.relation);
  if (!checkOwnership(context, model, existing)) return undefined;
  if (materialized === 'external' && !checkPlace(context, model)) return undefined;
  const strategy = materialized === 'incremental' ? chooseStrategy(context, model, existing) : undefined;
  if (materialized === 'incremental' && strategy === undefined) return undefined;
  if (context.input.replay === true)
    return planReplay(context, model, existing, strategy !== undefined && isByKey(strategy) ? strategy : 'append');
  const copy = relationKind === 'table' || materialized === 'external' ? context.input.copies?.get(model.id) : undefined;
  const decision =
    copy === undefined ? decide(context, model, relationKind, existing) : ({ reason: copiedReason, incremental: false } as const);
  if (decision.incremental && !checkRows(context, model)) return undefined;
  if (!checkDivision(context, model, decision.incremental ? existing : undefined)) return undefined;
  if (!checkDeletions(context, model, decision.incremental)) return undefined;
  return planDecided(context, model, { relationKind, existing, increment: decision.incremental ? strategy : undefined, decision, copy });
}

interface Decided {
  readonly relationKind: RelationKind;
  readonly existing: CatalogRelation | undefined;
  readonly increment: IncrementalStrategy | undefined;
  readonly decision: Decision;
  /** Whose rows are taken. */
  readonly copy: Copy | undefined;
}

function planDecided(context: BuildContext, model: CompiledModel, decided: Decided): BuildPart | undefined {
  const { relationKind, existing, increment, decision, copy } = decided;
  const text: CompiledText = decision.incremental ? (model.incremental ?? model.full) : model.full;
  const planned = copy === undefined ? planBatches(context, model, decision.incremental) : undefined;
  const empty = planEmpty(context, model, planned, decision.incremental);
  const batches = planned === undefined || empty !== undefined ? undefined : { ...planned, ...seenBy(context, model) };
  if (batches?.count === 0 && context.input.again === undefined) return undefined;
  const { query: fill, template } = context.collector;
  const written = empty === undefined ? text : empty.text(text);
  const query = copy === undefined ? (batches === undefined ? fill : template)(model.id, written, model.id) : rowsOf(context, copy);
  if (query === undefined) return undefined;
  const by = batches === undefined ? empty : 'batch';
  const pre = planHooks(context, model.id, 'pre_hook', model.preHooks, by);
  const post = planHooks(context, model.id, 'post_hook', model.postHooks, by);
  const rows =
    increment === undefined ? replaceWork(context, model, query, existing) : incrementTable(context, model, query, existing, increment);
  const work = empty === undefined ? rows : empty.work(rows);
  return {
    kind: 'build',
    id: model.id,
    node: model.id,
    name: model.name,
    path: model.path,
    resourceType: 'model',
    materialization: model.config.materialized,
    ...(increment === undefined ? {} : { strategy: increment }),
    relation: model.relation,
    relationKind,
    ...(model.config.external === undefined ? {} : { location: model.config.external.location }),
    contentHash: hashText(text.sql),
    assumes: assumption(context, model.relation, existing),
    reason: batches !== undefined && decision.incremental ? 'intervals' : decision.reason,
    ...(batches === undefined ? {} : { batches }),
    before: pre.outside,
    work: [...pre.inside, ...work],
    closing: [
      ...describeAndGrant(context.input, model, relationKind),
      ...post.inside,
      ...(increment === undefined && relationKind === 'table' ? reattach(model.relation, existing, 'index') : []),
      ...syncIndexes(model, relationKind, increment === undefined ? stageRelation(context, model.id, model.relation.schema) : undefined),
    ],
    after: post.outside,
  };
}
