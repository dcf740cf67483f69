/** `tx promote`: publishes in the target what was built in an environment of it, if nothing has moved since. */
import type { AttachedDatabase } from '../../adapter/adapter.ts';
import type { BuiltNode, NodeId } from '../../compile/compiled.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { isBuilt } from '../../graph/graph.ts';
import { buildPlan } from '../../plan/build-plan.ts';
import { withDescendants } from '../../plan/find-changed-nodes.ts';
import { createFindings } from '../../plan/find-unchanged.ts';
import { findMoves } from '../../plan/find-moves.ts';
import type { Copy, PlanInput } from '../../plan/plan-input.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { askTargetIfAny } from '../ask-target.ts';
import { environmentBeside, environmentNames, findSourcesBeside, inBeside } from '../environment-database.ts';
import { withDeferral, deferToTarget, noteSpared, withSources } from '../find-deferral.ts';
import { baseOf, findProduction } from '../find-production.ts';
import type { Production } from '../find-production.ts';
import type { Host } from '../host.ts';
import { loadGraph } from '../load-graph.ts';
import type { LoadedGraph } from '../load-graph.ts';
import { prepareNodes } from '../prepare-nodes.ts';
import type { RunOptions } from '../options.ts';
import { runCopies } from '../run-copies.ts';
import { seeFilesOfModels } from '../see-files-of-models.ts';
import type { Screen } from '../screen.ts';
import { selectNodes } from '../select-nodes.ts';
import { stampSources } from '../stamp-sources.ts';
import { loadWhole } from '../whole-texts.ts';

export interface PromoteOptions extends RunOptions {
  readonly args: readonly string[];
}

export async function promoteCommand(host: Host, screen: Screen, options: PromoteOptions): Promise<ExitCode> {
  const [env = options.env, ...more] = options.args;
  if (env === undefined || more.length > 0)
    throw new Stop(exitCodes.usage, [diagnose('env-arguments', { command: 'tx promote', takes: true })]);
  const inEnv = { ...options, env };
  const loaded = await loadGraph(host, screen, inEnv);
  const production = await findProduction(host, screen, loaded, inEnv);
  if (production === undefined || production.ownState.version === 0) throw await unknownEnvironment(host, screen, loaded, inEnv);
  const isNamed = options.select.length + options.exclude.length > 0 || options.selector !== undefined;
  const named = isNamed ? selectNodes(host, screen, loaded, inEnv) : undefined;
  const nodes = nodesToPublish(loaded, production).filter(({ id }) => named?.has(id) ?? true);
  if (nodes.length === 0) {
    screen.note(`nothing to publish: nothing in environment ${env} differs from target ${loaded.project.target.name}`);
    return exitCodes.ok;
  }
  const isThere = (node: BuiltNode): boolean => production.own.recorded(node.relation)?.node === node.id;
  requirePossible(nodes.filter(isThere));
  // What was never built there may have to be because files have changed: that comes first.
  const possible = nodes.filter((node) => whyImpossible(node).length === 0);
  await requireUnmoved(host, screen, loaded, { production, nodes: possible, env, options: inEnv });
  requirePossible(nodes);
  noteSpared(screen, loaded, new Map([...production.spared].filter(([id]) => named?.has(id) ?? true)), 'kept as production has it');
  return publish(host, screen, { ...options, promote: env }, { production, nodes, loaded });
}

async function unknownEnvironment(
  host: Host,
  screen: Screen,
  loaded: LoadedGraph,
  options: PromoteOptions & { readonly env: string },
): Promise<Stop> {
  const { target } = loaded.project;
  // That of a misspelt name may be a file that nobody made.
  const there = { ...loaded, project: { ...loaded.project, target: target.env?.apart ?? target } };
  const known = await askTargetIfAny(host, screen, there, { options }, ({ connection }) => environmentNames(host, loaded, connection));
  return new Stop(exitCodes.usage, [diagnose('unknown-environment', { name: options.env, target: target.name, known: known ?? [] })]);
}

/**
 * What differs from production, and what follows from it; of a promotion that was cut off, what follows from what was published
 * and was not built there since. Without what was published.
 */
function nodesToPublish({ graph }: LoadedGraph, production: Production): readonly BuiltNode[] {
  const nodes = [...graph.nodes.values()].filter(isBuilt);
  const published = new Set(nodes.flatMap((node) => (isPublished(node, production) ? [node.id] : [])));
  const followed = withDescendants({ graph }, published);
  // What is behind and was not built here kept its data when what it reads was published: the next build of production sees to it.
  const behind = nodes
    .filter((node) => production.own.recorded(node.relation)?.node === node.id && isBehind(node, production, followed))
    .map(({ id }) => id);
  const wanted = new Set([...production.affected.keys(), ...withDescendants({ graph }, new Set(behind))]);
  return nodes.filter((node) => {
    const isEphemeral = node.resourceType === 'model' && node.config.materialized === 'ephemeral';
    return !isEphemeral && wanted.has(node.id) && !published.has(node.id);
  });
}

/** Whether production has built the node from other data than its parents among `published` have by now. */
function isBehind({ id }: BuiltNode, { input, standing, loaded }: Production, published: ReadonlySet<NodeId>): boolean {
  const parents = (input.graph.parents.get(id) ?? []).filter((parent) => published.has(parent));
  const node = parents.length === 0 ? undefined : loaded.graph.nodes.get(id);
  if (node === undefined || !isBuilt(node)) return false;
  const before = standing.recorded(node.relation)?.memory?.inputs ?? {};
  const { inputs } = createFindings(input, standing, []).consider(node).memory;
  return parents.some((parent) => before[parent] !== inputs[parent]);
}

/** Whether production has the very data that were made here, from what it has now: so it is after a promotion that was cut off. */
function isPublished(node: BuiltNode, { own, find, affected }: Production): boolean {
  const version = own.recorded(node.relation)?.memory?.dataVersion;
  return version !== undefined && !affected.has(node.id) && find(node)?.build.memory?.dataVersion === version;
}

function requirePossible(nodes: readonly BuiltNode[]): void {
  const impossible = nodes.flatMap((node) => whyImpossible(node));
  if (impossible.length > 0) throw new Stop(exitCodes.usage, impossible);
}

function whyImpossible(node: BuiltNode): readonly Diagnostic[] {
  const { id, name, path } = node;
  const because = (what: string): readonly Diagnostic[] => [
    diagnose('promote-impossible', { name, what }, { node: id, span: { path, start: 0, end: 0 } }),
  ];
  if (node.resourceType === 'snapshot') return because('it is a history, and production has its own');
  if (node.resourceType !== 'model') return [];
  if (node.config.intervals !== undefined) return because('it is loaded interval by interval, and production has its own ledger');
  if (node.config.events?.deleteWhen !== undefined)
    return because('what was deleted from it is remembered beside it, and production has its own');
  return node.config.quarantine === undefined ? [] : because('rows of it were set aside, and these are in the environment');
}

interface Published {
  readonly production: Production;
  readonly nodes: readonly BuiltNode[];
}

/** Looks what has moved of each node, where those of a set are taken for built in the environment and all others for production's. */
async function lookForMoves(
  host: Host,
  screen: Screen,
  loaded: LoadedGraph,
  { production, nodes, options }: Published & { readonly options: PromoteOptions },
): Promise<(own: ReadonlySet<NodeId>) => Promise<readonly (readonly string[])[]>> {
  const sources = await findSourcesBeside(host, screen, loaded, options);
  const among = async (own: ReadonlySet<NodeId>): Promise<PlanInput> => {
    const nodesThere = deferToTarget(loaded, production, { options: {}, own });
    const deferral = withSources(nodesThere, sources) ?? nodesThere;
    const whole = await loadWhole(host, screen, loaded, own, deferral.columns);
    const silent: Screen = { ...screen, note: () => undefined };
    const { graph, hooks } = withDeferral(silent, whole, deferral, own);
    const { project } = loaded;
    return {
      ...production.input,
      ...hooks,
      target: { ...production.input.target, schema: project.target.schema },
      stateSchema: project.stateSchema,
      graph,
      deferred: deferral.relations,
      catalog: production.ownCatalog,
      state: production.ownState,
      seeds: production.seedsOf(nodes.map(({ id }) => id)),
      sources: stampSources(host, loaded),
      files: seeFilesOfModels(host, loaded),
      reuse: true,
    };
  };
  const standing = [...loaded.graph.nodes.values()].filter((node) => isBuilt(node) && production.own.existing(node.relation) !== undefined);
  const allThere = await among(new Set([...standing, ...nodes].map(({ id }) => id)));
  return async (own) => {
    const input = await among(own);
    return nodes.map((node) => {
      const planned = input.graph.nodes.get(node.id);
      const base = baseOf(production.find(node)?.build);
      return planned !== undefined && isBuilt(planned) ? findMoves(input, production.own, planned, { base, allThere }) : [];
    });
  };
}

/** Stops and says what moved. */
async function requireUnmoved(
  host: Host,
  screen: Screen,
  loaded: LoadedGraph,
  { production, nodes, env, options }: Published & { readonly env: string; readonly options: PromoteOptions },
): Promise<void> {
  const ids = nodes.map(({ id }) => id);
  const published = [...loaded.graph.nodes.values()].flatMap((node) => (isBuilt(node) && isPublished(node, production) ? [node.id] : []));
  const movesAmong = await lookForMoves(host, screen, loaded, { production, nodes, options });
  let moves = await movesAmong(new Set<NodeId>([...ids, ...published]));
  // What has the same data in both places may have been read in either: here before it stood there, or there since.
  if (published.length > 0 && moves.some((found) => found.length > 0)) {
    const others = await movesAmong(new Set(ids));
    moves = moves.map((found, at) => (others[at]?.length === 0 ? [] : found));
  }
  // Of what lies below a node that was never built there, nothing can be said until it is.
  const absent = ids.filter((_id, at) => nodes[at] !== undefined && production.own.existing(nodes[at].relation) === undefined);
  const below = withDescendants(
    loaded,
    absent.flatMap((id) => loaded.graph.children.get(id) ?? []),
  );
  const moved = moves.flatMap((found, at) => (ids[at] !== undefined && below.has(ids[at]) ? [] : found));
  if (moved.length === 0) return;
  const notes = moved.slice(1).map((message) => ({ message }));
  throw new Stop(exitCodes.usage, [diagnose('promote-moved', { env, moved }, { notes })]);
}

async function publish(
  host: Host,
  screen: Screen,
  options: PromoteOptions & { readonly promote: string },
  { production, nodes, loaded: from }: Published & { readonly loaded: LoadedGraph },
): Promise<ExitCode> {
  const { loaded, own, standing } = production;
  const beside = environmentBeside(await from.engine.load(), from.project);
  const copies = new Map<NodeId, Copy>();
  const selected = new Set<NodeId>();
  for (const { id, relation } of nodes) {
    selected.add(id);
    const dataVersion = own.recorded(relation)?.memory?.dataVersion;
    copies.set(id, { relation: inBeside(relation, beside), ...(dataVersion === undefined ? {} : { dataVersion }) });
    for (const child of loaded.graph.children.get(id) ?? [])
      if (loaded.graph.nodes.get(child)?.resourceType === 'test') selected.add(child);
  }
  const kept = keptBeside(production, selected, copies);
  for (const id of kept) selected.add(id);
  const { env: _env, args: _args, ...rest } = options;
  const request = { command: 'build' as const, options: { ...rest, force: true } };
  const ready = await prepareNodes(host, screen, request, { loaded, selected });
  const { compared } = production.input;
  const prepared = {
    ...ready,
    ...(beside === undefined ? {} : { loaded: reading(ready.loaded, beside) }),
    ...(kept.length === 0 || compared === undefined ? {} : { compared }),
    copies,
  };
  return runCopies(host, screen, request, prepared, ({ steps }) => {
    for (const step of steps)
      if (step.kind === 'build' && step.assumes.ordinal !== standing.ordinal(step.relation))
        throw new Stop(exitCodes.transient, [diagnose('copy-target-moved', { node: step.name })]);
  });
}

/**
 * What reads nothing that differs of what is published: tables whose rows are those that a build would give them, for it to be
 * noted, and views, which are made anew.
 */
function keptBeside({ input, affected }: Production, published: ReadonlySet<NodeId>, copies: ReadonlyMap<NodeId, Copy>): readonly NodeId[] {
  // All that follows from what differs was compared, what stands below views that stay as they are too.
  const followed = new Set([...(input.compared?.keys() ?? [])].filter((id) => !affected.has(id)));
  if (followed.size === 0) return [];
  const selected = new Set([...published, ...followed]);
  const { steps } = buildPlan({ ...input, reuse: true, selected, copies }).value.plan;
  return steps.flatMap((step) => {
    if (step.kind === 'build') return followed.has(step.node) && step.materialization === 'view' ? [step.node] : [];
    const build = step.kind === 'unchanged' ? step.build : undefined;
    return build?.keeps !== undefined && followed.has(build.node) ? [build.node] : [];
  });
}

/** The target, with the database of the environment beside it. */
function reading(loaded: LoadedGraph, beside: AttachedDatabase): LoadedGraph {
  return { ...loaded, deferral: { relations: new Map(), columns: new Map(), attached: [beside], own: loaded.graph } };
}
