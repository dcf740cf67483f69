/** Decides how a seed is loaded. */
import type { CatalogRelation, Relation } from '../adapter/relation.ts';
import type { CompiledSeed } from '../compile/compiled.ts';
import type { Action } from './action.ts';
import type { Reason } from './plan.ts';
import { assumption, operation, stageRelation } from './build-context.ts';
import type { BuildContext, BuildPart } from './build-context.ts';
import { checkOwnership, decide, planHooks } from './plan-build.ts';
import { reattach, replaceTable } from './plan-table.ts';
import type { SeedSummary } from './plan-input.ts';
import { planConstraints, requireContract } from './plan-constraints.ts';
import { describeAndGrant, syncIndexes } from './plan-storage.ts';

/** The step of a seed. Its summary must have been made from the file. */
export function planSeed(context: BuildContext, seed: CompiledSeed, reason: Reason | undefined): BuildPart | undefined {
  const summary = context.input.seeds.get(seed.id);
  const existing = context.standing.existing(seed.relation);
  if (summary === undefined || !checkOwnership(context, seed, existing)) return undefined;
  const pre = planHooks(context, seed.id, 'pre_hook', seed.preHooks);
  const post = planHooks(context, seed.id, 'post_hook', seed.postHooks);
  const stage = stageRelation(context, seed.id, seed.relation.schema);
  return {
    kind: 'build',
    id: seed.id,
    node: seed.id,
    name: seed.name,
    path: seed.path,
    resourceType: 'seed',
    materialization: 'seed',
    relation: seed.relation,
    relationKind: 'table',
    contentHash: summary.contentHash,
    assumes: assumption(context, seed.relation, existing),
    reason: reason ?? decide(context, seed, 'table', existing).reason,
    before: pre.outside,
    work: [...pre.inside, ...loadAndReplace(context, seed, summary, existing)],
    closing: [
      ...describeAndGrant(context.input, seed, 'table'),
      ...post.inside,
      ...reattach(seed.relation, existing, 'index'),
      ...syncIndexes(seed, 'table', stage),
    ],
    after: post.outside,
  };
}

/**
 * Reads the file within the query that casts it where the engine can. Else its rows are loaded: into the table itself where
 * that comes to the same, and otherwise into one of text first.
 */
function loadAndReplace(
  context: BuildContext,
  seed: CompiledSeed,
  summary: SeedSummary,
  existing: CatalogRelation | undefined,
): readonly Action[] {
  const { dialect } = context.input;
  const columns = summary.columns.map((column) => column.name);
  const stage = stageRelation(context, seed.id, seed.relation.schema);
  const replaceBy = (source: string, keys: readonly Action[]): readonly Action[] => {
    const query = { node: seed.id, sql: `select ${summary.casts.join(', ')} from ${source}` };
    return [...requireContract(seed, { query }), ...replaceTable(context, seed, { query, stage, existing, keys })];
  };
  if (summary.file !== undefined && dialect.delimitedFile !== undefined) {
    return replaceBy(dialect.delimitedFile({ ...summary.file, columns }), [{ kind: 'verify-seed', path: seed.path }]);
  }
  if (loadsDirectly(context, seed, summary)) {
    const nothing = columns.map((name) => `cast(null as ${dialect.typeName('text')}) as ${dialect.quoteIdentifier(name)}`);
    const query = { node: seed.id, sql: `select ${summary.casts.join(', ')} from (select ${nothing.join(', ')}) as nothing` };
    const fill: readonly Action[] = [
      operation({ kind: 'stage-columns', stage, temporary: false, columns: summary.columns }),
      { kind: 'load-seed', path: seed.path, stage, columns },
    ];
    return [...requireContract(seed, { query }), ...replaceTable(context, seed, { query, stage, existing, keys: [], fill })];
  }
  const text: Relation = { schema: dialect.temporarySchema, name: `${stage.name}_text` };
  const typed = columns.map((name) => ({ name, type: dialect.typeName('text') }));
  const drop = operation({ kind: 'drop', relation: text, relationKind: 'table', temporary: true });
  return [
    operation({ kind: 'stage-columns', stage: text, temporary: true, columns: typed }),
    { kind: 'load-seed', path: seed.path, stage: text, columns },
    ...replaceBy(dialect.relation(text), [drop]),
  ];
}

/** Rows that break a constraint are looked for among those of the text, and a file without rows is told of by the query. */
function loadsDirectly({ input }: BuildContext, seed: CompiledSeed, summary: SeedSummary): boolean {
  const { loadsAs } = input.dialect;
  const { kept, checked } = planConstraints(input, seed);
  const isPlain = kept.length + checked.length === 0 && seed.config.storage?.unlogged !== true && summary.rows > 0;
  return loadsAs !== undefined && isPlain && summary.columns.every(({ type }) => loadsAs(type));
}
