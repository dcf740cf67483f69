/** Decides how the history of a relation begins, or goes on. Nothing that a snapshot has kept is ever dropped. */
import type { VersionRules } from '../adapter/operation.ts';
import type { CatalogRelation } from '../adapter/relation.ts';
import type { Query } from '../adapter/statement.ts';
import type { CompiledSnapshot } from '../compile/compiled.ts';
import { versionPlaces, versionRules } from '../compile/version-problems.ts';
import { isBuilt } from '../graph/graph.ts';
import type { Action } from './action.ts';
import type { Reason } from './plan.ts';
import { assumption, hashText, operation, stageRelation, whyMissing } from './build-context.ts';
import type { BuildContext, BuildPart } from './build-context.ts';
import { kindOf } from './find-unchanged.ts';
import { namesKnownTo } from './fingerprint.ts';
import { checkOwnership, checkRows, planHooks, rowsOf } from './plan-build.ts';
import type { Copy } from './plan-input.ts';
import { hooksFollow } from './plan-table.ts';
import { describeAndGrant, stageIndexes, syncIndexes } from './plan-storage.ts';
import { maskedColumns } from './plan-tests.ts';
import { isOnePass, readSql } from './read-sql.ts';
import { relationsRead } from './relations-read.ts';

/** The step of a snapshot; undefined when a diagnostic says why there is none. */
export function planSnapshot(context: BuildContext, snapshot: CompiledSnapshot): BuildPart | undefined {
  const { id, name, path, relation } = snapshot;
  const existing = context.standing.existing(relation);
  if (!checkOwnership(context, snapshot, existing)) return undefined;
  const copy = context.input.copies?.get(id);
  const goesOn = existing?.kind === 'table' && copy === undefined;
  if (goesOn && !checkRows(context, snapshot)) return undefined;
  const query = context.collector.query(id, goesOn ? snapshot.current : snapshot.full, id);
  const current = goesOn ? query : context.collector.query(`${id}:current`, snapshot.current, id);
  if (query === undefined || current === undefined) return undefined;
  const pre = planHooks(context, id, 'pre_hook', snapshot.preHooks);
  const post = planHooks(context, id, 'post_hook', snapshot.postHooks);
  const work =
    copy !== undefined
      ? takeOver(context, snapshot, copy, existing)
      : goesOn
        ? goOn(context, snapshot, query, existing)
        : begin(context, snapshot, query, existing);
  const requireVersions: Action = {
    kind: 'require-versions',
    query: current,
    versions: rulesOf(context, snapshot),
    places: versionPlaces(snapshot),
  };
  return {
    kind: 'build',
    id,
    node: id,
    name,
    path,
    resourceType: 'snapshot',
    materialization: 'snapshot',
    relation,
    relationKind: 'table',
    contentHash: hashText(snapshot.full.sql),
    assumes: assumption(context, relation, existing),
    reason: copy === undefined ? reasonOf(context, snapshot, existing) : 'copied',
    before: pre.outside,
    work: [...pre.inside, ...(copy === undefined ? [requireVersions] : []), ...work],
    closing: [
      ...describeAndGrant(context.input, snapshot, 'table'),
      ...post.inside,
      ...syncIndexes(snapshot, 'table', goesOn ? undefined : stageRelation(context, id, relation.schema)),
    ],
    after: post.outside,
  };
}

function reasonOf({ input, standing }: BuildContext, snapshot: CompiledSnapshot, existing: CatalogRelation | undefined): Reason {
  if (existing === undefined) return whyMissing(standing, snapshot);
  if (existing.kind !== 'table') return 'kind-changed';
  return input.fullRefresh ? 'history-kept' : 'history';
}

function rulesOf({ input }: BuildContext, snapshot: CompiledSnapshot): VersionRules {
  return { ...versionRules(snapshot), now: input.dialect.literal({ timestamp: input.run.startedAt }) };
}

/** Each row as its first version. */
function begin(context: BuildContext, snapshot: CompiledSnapshot, query: Query, existing: CatalogRelation | undefined): readonly Action[] {
  const { id, relation: target, postHooks } = snapshot;
  const stage = stageRelation(context, id, target.schema);
  const standing = existing === undefined ? {} : { existing: existing.kind };
  return [
    operation({ kind: 'stage-query', stage, temporary: false, query }),
    ...requireRows(context, snapshot, stage),
    ...stageIndexes(context.input, snapshot, stage),
    operation({ kind: 'publish-stage', stage, target, ...standing, ...hooksFollow(postHooks) }),
  ];
}

/** The history that another environment has. */
function takeOver(context: BuildContext, snapshot: CompiledSnapshot, copy: Copy, existing: CatalogRelation | undefined): readonly Action[] {
  const { id, relation: target, postHooks } = snapshot;
  const stage = stageRelation(context, id, target.schema);
  const standing = existing === undefined ? {} : { existing: existing.kind };
  return [
    operation({ kind: 'stage-query', stage, temporary: false, query: rowsOf(context, copy) }),
    ...stageIndexes(context.input, snapshot, stage),
    operation({ kind: 'publish-stage', stage, target, ...standing, ...hooksFollow(postHooks) }),
  ];
}

/** The rows as they are, against the versions that are in force. */
function goOn(context: BuildContext, snapshot: CompiledSnapshot, query: Query, existing: CatalogRelation): readonly Action[] {
  const { id, relation: target } = snapshot;
  const stage = stageRelation(context, id, context.input.dialect.temporarySchema);
  const changes = { schema: stage.schema, name: `${stage.name}_changes` };
  const versions = rulesOf(context, snapshot);
  const masked = maskedColumns(snapshot);
  const [steady, places] = [isOnePass(query.sql) && isSteady(context, snapshot), versionPlaces(snapshot)];
  return [{ kind: 'apply-versions', query, steady, stage, changes, target, targetColumns: existing.columns, versions, masked, places }];
}

/** Whether the query gives the same each time. A view may ask for what is not; tables give what they hold. */
function isSteady({ input, standing }: BuildContext, snapshot: CompiledSnapshot): boolean {
  if (readSql(snapshot.current.sql, namesKnownTo(input, snapshot)).unsteady !== undefined) return false;
  return relationsRead(input.graph, snapshot.id).every((id) => {
    const node = input.graph.nodes.get(id);
    if (node === undefined || !('relation' in node) || input.deferred?.has(id) === true) return false;
    return isBuilt(node) ? kindOf(node) === 'table' : standing.existing(node.relation)?.kind === 'table';
  });
}

function requireRows(
  context: BuildContext,
  snapshot: CompiledSnapshot,
  stage: Extract<Action, { kind: 'require-keys' }>['stage'],
): readonly Action[] {
  const masked = maskedColumns(snapshot);
  const places = versionPlaces(snapshot);
  const versions = rulesOf(context, snapshot);
  const stamps: readonly Action[] =
    versions.updatedAt === undefined ? [] : [{ kind: 'require-stamps', stage, versions, masked, span: places.updatedAt }];
  return [{ kind: 'require-keys', stage, key: versions.key, masked, span: places.uniqueKey }, ...stamps];
}
