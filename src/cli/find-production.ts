/** Looks at the target that an environment was made of: what stands there, and which nodes would become another thing. */
import type { AttachedDatabase } from '../adapter/adapter.ts';
import type { Relation } from '../adapter/relation.ts';
import type { CatalogRelation } from '../adapter/relation.ts';
import type { BuiltNode, NodeId } from '../compile/compiled.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { isBuilt } from '../graph/graph.ts';
import type { Standing as Index } from '../plan/build-context.ts';
import { findChangedNodes } from '../plan/find-changed-nodes.ts';
import { findAffected, findComparableBelow } from '../plan/find-spared.ts';
import { createFindings } from '../plan/find-unchanged.ts';
import { digest } from '../plan/fingerprint.ts';
import { indexStanding } from '../plan/index-standing.ts';
import { isOfProject } from '../plan/plan-build.ts';
import type { Difference, PlanInput } from '../plan/plan-input.ts';
import { emptyState } from '../state/state-reader.ts';
import type { RecordedBuild, StateSnapshot } from '../state/state-reader.ts';
import { askTargetIfAny } from './ask-target.ts';
import { besideTarget } from './beside-target.ts';
import { compareQueriesOf } from './compare-columns.ts';
import { exitCodes, Stop } from './exit.ts';
import type { Host } from './host.ts';
import { loadGraph } from './load-graph.ts';
import type { LoadedGraph } from './load-graph.ts';
import { planInput } from './make-plan.ts';
import { readStanding } from './open-database.ts';
import type { Standing } from './open-database.ts';
import type { DatabaseOptions, ProjectOptions } from './options.ts';
import type { Screen } from './screen.ts';
import { changedSeeds, readSeedFiles } from './seed-files.ts';
import { stampSources } from './stamp-sources.ts';
import { loadWhole } from './whole-texts.ts';

export interface Production {
  readonly loaded: LoadedGraph;
  /** From what a plan for the target itself is made. */
  readonly input: PlanInput;
  readonly standing: Index;
  /** Nodes that differ from what stands there, and what follows from them, with why. */
  readonly affected: ReadonlyMap<NodeId, Difference>;
  /** Below these, and left as they stand there, since they read none of the columns that differ: why, in words. */
  readonly spared: ReadonlyMap<NodeId, string>;
  /** What stands there of a node that `tx` has built; undefined for what does not. */
  readonly find: (node: BuiltNode) => { readonly entry: CatalogRelation; readonly build: RecordedBuild } | undefined;
  /** The state of the data of a node, where that can be told. */
  readonly stateOf: (id: NodeId) => string | undefined;
  /** Its database as the environment reads it, where that has one of its own and production stands. */
  readonly beside: AttachedDatabase | undefined;
  /** The catalog and state of the environment itself. */
  readonly own: Index;
  readonly ownCatalog: readonly CatalogRelation[];
  readonly ownState: StateSnapshot;
  /** What is known of the files of these seeds now. */
  readonly seedsOf: (ids: readonly NodeId[]) => PlanInput['seeds'];
}

export type ProductionOptions = ProjectOptions & DatabaseOptions;

/** The project of the target without its environment. What is wrong with it was told of the environment, whose files are the same. */
async function loadTarget(host: Host, screen: Screen, options: ProjectOptions): Promise<LoadedGraph> {
  const { env: _env, ...rest } = options;
  const silent: Screen = { ...screen, showDiagnostics: () => undefined, note: () => undefined };
  const loaded = await loadGraph(host, silent, rest);
  const waiting = new Set([...loaded.graph.nodes.values()].flatMap((node) => (loaded.graph.broken.has(node.id) ? [] : [node.id])));
  return loadWhole(host, silent, loaded, waiting);
}

/** Undefined without an environment. */
export async function findProduction(
  host: Host,
  screen: Screen,
  own: LoadedGraph,
  options: ProductionOptions,
): Promise<Production | undefined> {
  const { env } = own.project.target;
  if (env === undefined) return undefined;
  const loaded = await loadTarget(host, screen, options);
  const beside = besideTarget(host, await own.engine.load(), own.project);
  requireOwnSchemas(own, loaded, beside);
  const [there, here] = await lookAt(host, screen, [loaded, own], options);
  const { graph, project } = loaded;
  const seeds = changedSeeds(host.files, loaded, graph.nodes.keys(), there);
  const request = {
    command: 'build' as const,
    options: { ...options, logFormat: 'text' as const, select: [], exclude: [], resourceType: [], excludeResourceType: [] },
  };
  const drafted = planInput(host, request, {
    loaded,
    selected: new Set(),
    seeds: readSeedFiles(host.files, loaded, new Set()),
    unneeded: [],
    unitTests: new Map(),
    unitColumns: new Map(),
    threads: 1,
    interval: undefined,
    loads: undefined,
    sources: stampSources(host, loaded),
    standing: there,
  });
  const standing = indexStanding(drafted);
  const findings = createFindings(drafted, standing, []);
  const changed = findChangedNodes(drafted, standing, seeds);
  const compared = await compareQueriesOf(drafted, findComparableBelow(drafted, standing, changed), {
    adapter: await loaded.engine.load(),
    loaded,
    ask: (job) =>
      askTargetIfAny(host, screen, beside === undefined ? own : loaded, { options }, async ({ connection }) => await job(connection)),
  });
  const input = { ...drafted, ...(compared === undefined ? {} : { compared }) };
  return {
    loaded,
    input,
    standing,
    ...findAffected(input, changed),
    find: ({ id }) => {
      const node = graph.nodes.get(id);
      if (node === undefined || !isBuilt(node)) return undefined;
      const [entry, build] = [standing.existing(node.relation), standing.recorded(node.relation)];
      return entry === undefined || build === undefined || !isOfProject(build, project.name) ? undefined : { entry, build };
    },
    stateOf: findings.stateIn,
    beside,
    own: indexStanding({ dialect: own.engine.dialect, ...here }),
    ownCatalog: here.catalog,
    ownState: here.state,
    seedsOf: (ids) => readSeedFiles(host.files, own, new Set(ids)).summaries,
  };
}

/** What tells the build of a node that stood from another one of the same name. */
export function baseOf(build: RecordedBuild | undefined): string {
  return build === undefined ? 'nothing' : digest([build.node, build.memory?.fingerprint ?? build.contentHash]);
}

/** A schema of the environment that the target itself builds in would be written by both. */
function requireOwnSchemas({ project, engine, graph }: LoadedGraph, target: LoadedGraph, beside: AttachedDatabase | undefined): void {
  const env = project.target.env?.name ?? '';
  const fold = ({ schema }: Relation): string => engine.dialect.foldIdentifier(schema);
  const schemasOf = (nodes: LoadedGraph['graph']['nodes']): ReadonlySet<string> =>
    new Set([...nodes.values()].flatMap((node) => (isBuilt(node) ? [fold(node.relation)] : [])));
  if (project.target.env?.apart !== undefined) {
    const name = beside === undefined ? undefined : engine.dialect.foldIdentifier(beside.name);
    const schema = [...schemasOf(graph.nodes)].find((each) => each === name);
    if (beside === undefined || schema === undefined) return;
    throw new Stop(exitCodes.usage, [diagnose('env-file-name', { env, schema, path: beside.description })]);
  }
  const theirs = schemasOf(target.graph.nodes);
  const taken = [...schemasOf(graph.nodes)].find((schema) => theirs.has(schema));
  if (taken !== undefined) throw new Stop(exitCodes.usage, [diagnose('env-schema-taken', { env, schema: taken })]);
}

const nothing: Standing = { catalog: [], state: emptyState };

/** What stands of each; nothing before the first build. */
async function lookAt(
  host: Host,
  screen: Screen,
  [there, here]: readonly [LoadedGraph, LoadedGraph],
  options: DatabaseOptions,
): Promise<readonly [Standing, Standing]> {
  if (here.project.target.env?.apart !== undefined) {
    const look = async (loaded: LoadedGraph): Promise<Standing> =>
      (await askTargetIfAny(host, screen, loaded, { options, connections: 2 }, ({ adapter, session }) =>
        readStanding(adapter, session, loaded.project, loaded.graph),
      )) ?? nothing;
    return [await look(there), await look(here)];
  }
  const found = await askTargetIfAny(
    host,
    screen,
    here,
    { options, connections: 2 },
    async ({ adapter, session }) =>
      [
        await readStanding(adapter, session, there.project, there.graph),
        await readStanding(adapter, session, here.project, here.graph),
      ] as const,
  );
  return found ?? [nothing, nothing];
}
