/** Finds what a plan does to columns that stand, and what that reaches. Nothing is run. */
import { findColumnDifferences } from '../analyze/column-differences.ts';
import { findColumnEffects } from '../analyze/column-effects.ts';
import type { ChangedColumns, PlannedColumns } from '../analyze/column-effects.ts';
import { relationKey } from '../analyze/relation-key.ts';
import type { Analysis } from '../analyze/analysis.ts';
import type { Column } from '../adapter/relation.ts';
import type { NodeId } from '../compile/compiled.ts';
import { descendants } from '../graph/traverse.ts';
import { findChangedBuilds } from '../plan/find-changed-builds.ts';
import type { BuildStep } from '../plan/plan.ts';
import type { PlanInput } from '../plan/plan-input.ts';
import { analyzeNodes, tablesThatKeep } from './analyze-nodes.ts';
import { ownProject } from './deferral.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { Planned } from './run-command.ts';

/** In the order of the plan; empty where nothing differs, or nobody knows. */
export async function findPlannedColumns(host: Host, loaded: LoadedGraph, planned: Planned): Promise<PlannedColumns> {
  const own = ownProject(loaded);
  const { input, analysis: typed, plan } = planned;
  if (typed === undefined) return nothing;
  const standing = columnsThatStand(own, input);
  const edited = findChangedBuilds(plan, input.state.builds);
  const changes = plan.steps.flatMap((step) =>
    step.kind === 'build' ? changeOf(step, standing.get(step.node), typed, { input, isEdited: edited.has(step.node) }) : [],
  );
  if (changes.length === 0) return nothing;
  const below = descendants(
    own.graph,
    changes.map(({ node }) => node),
  );
  const followed = new Set([...below, ...changes.map(({ node }) => node)]);
  const above = new Map([...standing].filter(([id]) => !followed.has(id)));
  const outcome = await analyzeNodes(host, own, new Set([...followed].filter((id) => !own.graph.broken.has(id))), {
    standing: above,
    kept: tablesThatKeep(plan),
  });
  return findColumnEffects(changes, outcome?.value ?? typed, own.graph, own.engine.dialect.foldIdentifier);
}

const nothing: PlannedColumns = { effects: [], refused: [] };

function columnsThatStand({ graph, engine }: LoadedGraph, { catalog }: PlanInput): ReadonlyMap<NodeId, readonly Column[]> {
  const key = relationKey(engine.dialect.foldIdentifier);
  const found = new Map(catalog.map((entry) => [key(entry.relation), entry.columns]));
  return new Map(
    [...graph.nodes.values()].flatMap((node): readonly (readonly [NodeId, readonly Column[]])[] => {
      const columns = node.resourceType === 'model' || node.resourceType === 'seed' ? found.get(key(node.relation)) : undefined;
      return columns === undefined ? [] : [[node.id, columns]];
    }),
  );
}

function changeOf(
  step: BuildStep,
  before: readonly Column[] | undefined,
  analysis: Analysis,
  { input, isEdited }: { readonly input: PlanInput; readonly isEdited: boolean },
): readonly ChangedColumns[] {
  const found = analysis.nodes.get(step.node);
  if (before === undefined || found?.kind !== 'known' || found.query === undefined || step.resourceType !== 'model') return [];
  const { foldIdentifier: fold } = input.dialect;
  const differences = findColumnDifferences(before, found.columns, fold).filter(({ how }) => takesPlace(step, how));
  // Below an edit, what is made another way is told with the column that it comes from.
  const compared = isEdited ? input.compared?.get(step.node) : undefined;
  const named = new Set(differences.map(({ name }) => fold(name)));
  const others = (compared?.columns ?? [])
    .filter(({ name, same }) => !same && !named.has(fold(name)))
    .map(({ name }) => {
      const type = found.columns.find((column) => fold(column.name) === fold(name))?.type;
      return { name, how: 'changed' as const, before: type, after: type };
    });
  const rows = !isEdited || compared?.rows.same === true ? 'same' : compared === undefined ? 'unknown' : 'others';
  const columns = [...differences, ...others];
  return columns.length === 0 && rows !== 'others' ? [] : [{ node: step.node, columns, rows }];
}

/** An increment goes into the table that stands, which takes of new columns what `on_schema_change` says. */
function takesPlace(step: BuildStep, how: 'added' | 'removed' | 'retyped'): boolean {
  const increment = step.transaction.find((action) => action.kind === 'apply-increment');
  if (increment === undefined) return true;
  const { onSchemaChange } = increment;
  return onSchemaChange === 'sync_all_columns' || (onSchemaChange === 'append_new_columns' && how === 'added');
}
