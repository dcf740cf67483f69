/** Types what a run is about to build from texts that were not built before, or upon something newer than itself, and what reads it, while nothing is touched yet. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Column } from '../adapter/relation.ts';
import type { Analysis } from '../analyze/analysis.ts';
import { relationKey } from '../analyze/relation-key.ts';
import { isQueryNode } from '../analyze/waves.ts';
import type { NodeId } from '../compile/compiled.ts';
import { hasErrors } from '../diagnostics/diagnostic.ts';
import { descendants } from '../graph/traverse.ts';
import { findChangedBuilds, findLeftBehind, findReconfigured } from '../plan/find-changed-builds.ts';
import { auditsIn } from '../plan/audits-in.ts';
import type { Plan } from '../plan/plan.ts';
import { analyzeWith, keptOf, tablesThatKeep } from './analyze-nodes.ts';
import type { Looks } from './analyze-nodes.ts';
import { writeCompiled } from './compiled-files.ts';
import { deferredColumns, ownProject } from './deferral.ts';
import { exitCodes, Stop } from './exit.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';
import { openAnyBinder } from './open-binder.ts';
import type { Standing } from './open-database.ts';
import type { RunRequest } from './run-request.ts';
import type { Screen } from './screen.ts';
import type { SeedFiles } from './seed-files.ts';

export interface ColumnCheck {
  readonly loaded: LoadedGraph;
  readonly plan: Plan;
  readonly standing: Standing;
  /** Those that are loaded. */
  readonly seeds: SeedFiles['summaries'];
  readonly adapter: Adapter;
  /** Catalog: all that stands, in the schemas of sources too. Asked once, and only where it decides something. */
  readonly looks: Looks;
}

/** Stops when a query of the plan cannot work. Gives what was found. */
export async function requireColumns(host: Host, screen: Screen, request: RunRequest, check: ColumnCheck): Promise<Analysis | undefined> {
  const { found, stop } = await checkColumns(host, screen, request, check);
  if (stop !== undefined) throw stop;
  return found;
}

/** Looks whether all queries of the plan can work; what stands unchanged is taken as it stands, and costs nothing. */
export async function checkColumns(
  host: Host,
  screen: Screen,
  { options }: RunRequest,
  { loaded: planned, plan, standing, seeds, adapter, looks }: ColumnCheck,
): Promise<{ readonly found?: Analysis; readonly stop?: Stop }> {
  // What is read elsewhere has the same columns under the name of the project.
  const loaded = ownProject(planned);
  if (options.analyze === false) return {};
  const { builds } = standing.state;
  const changed = new Set([...findChangedBuilds(plan, builds), ...findReconfigured(plan, builds)]);
  const behind = findLeftBehind(plan, loaded.graph, builds);
  if (changed.size + behind.size === 0) return {};
  const wanted = findAffected(loaded, plan, new Set([...changed, ...behind]));
  if (![...wanted].some((id) => isQueryNode(loaded.graph.nodes.get(id)))) return {};
  const binder = await openAnyBinder(adapter, loaded);
  if (binder === undefined) return {};
  try {
    const outcome = await analyzeWith(host, loaded, wanted, {
      binder,
      ...looks,
      standing: standingColumns(loaded, changed, standing),
      ...keptOf(tablesThatKeep(plan)),
      seedColumns: ({ id }) => seeds.get(id)?.columns,
    });
    if (hasErrors(outcome.diagnostics)) {
      const flawed = new Set(outcome.diagnostics.map(({ node }) => node));
      const nodes = [...wanted].flatMap((id) => (flawed.has(id) ? (loaded.graph.nodes.get(id) ?? []) : []));
      writeCompiled(host.files, loaded.project, nodes);
      return { found: outcome.value, stop: new Stop(exitCodes.usage, outcome.diagnostics) };
    }
    screen.showDiagnostics(outcome.diagnostics);
    return { found: outcome.value };
  } finally {
    await binder.close();
  }
}

/** What the plan builds from something new or upon it, and the tests that it makes of these. */
function findAffected({ graph }: LoadedGraph, plan: Plan, changed: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
  const below = descendants(graph, changed);
  const affected = new Set<NodeId>();
  const add = (id: NodeId): void => {
    if (changed.has(id) || below.has(id)) affected.add(id);
  };
  for (const step of plan.steps) {
    if (step.kind === 'build') add(step.node);
    const audits = step.kind === 'build' ? auditsIn(step.transaction) : step.kind === 'test' ? [step.audit] : [];
    for (const { checks, queries } of audits) for (const { id } of [...checks, ...queries]) add(id);
  }
  return affected;
}

/** Readers find what stands, but for seeds that are loaded anew and models without a relation. */
function standingColumns(
  loaded: LoadedGraph,
  changed: ReadonlySet<NodeId>,
  { catalog }: Standing,
): (id: NodeId) => readonly Column[] | undefined {
  const { graph, engine } = loaded;
  const key = relationKey(engine.dialect.foldIdentifier);
  const columns = new Map(catalog.map((entry) => [key(entry.relation), entry.columns]));
  const elsewhere = deferredColumns(loaded);
  return (id) => {
    const deferred = elsewhere(id);
    if (deferred !== undefined) return deferred;
    const node = graph.nodes.get(id);
    if (changed.has(id) || (node?.resourceType !== 'model' && node?.resourceType !== 'seed')) return undefined;
    if (node.resourceType === 'model' && node.config.materialized === 'ephemeral') return undefined;
    return columns.get(key(node.relation)) ?? [];
  };
}
