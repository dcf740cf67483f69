/** Binds the engine, the target's catalog and the seed files to analysis. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Binder } from '../adapter/analysis.ts';
import type { Session } from '../adapter/connection.ts';
import { EngineError } from '../adapter/engine-error.ts';
import type { CatalogRelation, Column } from '../adapter/relation.ts';
import { analyzeProject } from '../analyze/analyze-project.ts';
import type { Analysis } from '../analyze/analysis.ts';
import type { AnalyzeInput, AnalyzePorts } from '../analyze/analyze-input.ts';
import { isQueryNode } from '../analyze/waves.ts';
import { rememberBindings } from '../cache/remember-bindings.ts';
import type { NodeId } from '../compile/compiled.ts';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from '../diagnostics/span.ts';
import type { GraphNode } from '../graph/graph.ts';
import { slotValues } from '../plan/texts.ts';
import { traced } from '../project/tracer.ts';
import { anyRun } from './check-queries.ts';
import { compiledPathOf } from './compiled-files.ts';
import { describeOpenError } from './database-errors.ts';
import { exitCodes, Stop } from './exit.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';
import { readSeedFiles } from './seed-files.ts';

/** Columns of nodes that are taken as they stand somewhere, whatever their texts say. */
export type StandingColumns = ReadonlyMap<NodeId, readonly Column[]>;

export interface AnalyzeOptions {
  readonly standing?: StandingColumns | undefined;
  /** Stops where the target has to tell and cannot be asked. */
  readonly required?: boolean;
  /** Hears why the target, which would have to tell, cannot be asked. */
  readonly onUnreachable?: (diagnostic: Diagnostic) => void;
  /** Further nodes that are worth the start of an engine: usually sources are of interest only below queries. */
  readonly isAsked?: (node: GraphNode | undefined) => boolean;
}

/** As analysis takes it. */
export function standingOf(columns: StandingColumns | undefined): Pick<AnalyzeInput, 'standing'> {
  return columns === undefined ? {} : { standing: (id) => columns.get(id) };
}

/**
 * Columns of `wanted` and of everything above, and all that is wrong with them. Undefined when the engine cannot tell, or
 * when only the target could and it cannot be asked.
 */
export async function analyzeNodes(
  host: Host,
  loaded: LoadedGraph,
  wanted: ReadonlySet<NodeId>,
  { standing, required = false, onUnreachable, isAsked = () => false }: AnalyzeOptions = {},
): Promise<Outcome<Analysis> | undefined> {
  const { project, graph, engine } = loaded;
  if (![...wanted].some((id) => isQueryNode(graph.nodes.get(id)) || isAsked(graph.nodes.get(id))))
    return { value: { nodes: new Map(), whole: new Map() }, diagnostics: [] };
  const adapter = await engine.load();
  try {
    if (adapter.openBinder === undefined) host.enter(project.root);
    const binder = await openAnyBinder(adapter, loaded);
    return binder === undefined ? undefined : await analyzeAndClose(host, loaded, wanted, { adapter, binder, standing });
  } catch (cause) {
    if (!(cause instanceof EngineError) || adapter.openBinder !== undefined) throw cause;
    const problem = describeOpenError(cause.details, project);
    if (required) throw new Stop(exitCodes.failed, [problem]);
    onUnreachable?.(problem);
    return undefined;
  }
}

async function analyzeAndClose(
  host: Host,
  loaded: LoadedGraph,
  wanted: ReadonlySet<NodeId>,
  { adapter, binder, standing }: { readonly adapter: Adapter; readonly binder: Binder } & Pick<AnalyzeOptions, 'standing'>,
): Promise<Outcome<Analysis>> {
  let catalog: Promise<readonly CatalogRelation[] | undefined> | undefined;
  try {
    const look = (): NonNullable<typeof catalog> => (catalog ??= lookAtTarget(host, adapter, loaded));
    return await analyzeWith(host, loaded, wanted, { binder, catalog: look, ...standingOf(standing) });
  } finally {
    await binder.close();
  }
}

/** The binder of the engine, or else the target itself, which must be there then. Undefined where neither can tell. */
export async function openAnyBinder(adapter: Adapter, loaded: Pick<LoadedGraph, 'project' | 'openBindings'>): Promise<Binder | undefined> {
  const { root: projectRoot, target } = loaded.project;
  return openOwnBinder(adapter, loaded) ?? adapter.openTargetBinder?.({ target, projectRoot, connections: 1, readOnly: false });
}

/** The binder of the engine, which is started for what nobody has asked it before. */
export function openOwnBinder(
  { openBinder }: Pick<Adapter, 'openBinder'>,
  { project, openBindings }: Pick<LoadedGraph, 'project' | 'openBindings'>,
): Promise<Binder> | undefined {
  if (openBinder === undefined) return undefined;
  const { root: projectRoot, target } = project;
  const open = (): Promise<Binder> => openBinder({ projectRoot, settings: target.settings });
  const store = openBindings?.();
  if (store === undefined) return open();
  return Promise.resolve(rememberBindings({ open, store, context: JSON.stringify([target.type, target.settings]) }));
}

/** The same with a binder that is open, and with what is known already of nodes that it has seen. */
export function analyzeWith(
  host: Host,
  loaded: LoadedGraph,
  wanted: ReadonlySet<NodeId>,
  {
    known,
    standing,
    seedColumns,
    ...ports
  }: Omit<AnalyzePorts, 'render'> & Pick<AnalyzeInput, 'known' | 'standing'> & Partial<Pick<AnalyzeInput, 'seedColumns'>>,
): Promise<Outcome<Analysis>> {
  const { project, graph, engine } = loaded;
  const input: AnalyzeInput = {
    graph,
    wanted,
    ...(known === undefined ? {} : { known }),
    ...(standing === undefined ? {} : { standing }),
    engine: engine.type,
    dialect: engine.dialect,
    slots: slotValues(anyRun, engine.dialect),
    schemas: () => schemasOf(loaded),
    hooks: loaded.hooks.onRunStart.length > 0,
    seedColumns: seedColumns ?? ((seed) => readSeedFiles(host.files, loaded, new Set([seed.id])).summaries.get(seed.id)?.columns),
    compiledPath: (path) => compiledPathOf(project, path),
  };
  return traced(host.trace, 'analyze', () =>
    analyzeProject(input, { ...ports, render: (again, path) => loaded.renderAgain(sourceOf(loaded, path), again) }),
  );
}

function sourceOf({ texts }: LoadedGraph, path: string): SourceFile {
  return { path, text: texts.get(path) ?? '' };
}

/** The schemas that the project names, and those that are searched for names without one. */
function schemasOf({ project, graph, engine }: Pick<LoadedGraph, 'project' | 'graph' | 'engine'>): readonly string[] {
  const schemas = new Set([project.target.schema, ...engine.capabilities.ownSchemas]);
  for (const node of graph.nodes.values()) if ('relation' in node) schemas.add(node.relation.schema);
  return [...schemas];
}

/** All that stands in the schemas that the project names. */
export async function lookAround(
  adapter: Adapter,
  session: Session,
  loaded: Pick<LoadedGraph, 'project' | 'graph' | 'engine'>,
): Promise<readonly CatalogRelation[]> {
  const connection = await session.connect();
  try {
    return await adapter.catalog.relations(connection, schemasOf(loaded));
  } finally {
    await connection.close();
  }
}

/** The catalog, if it can be had at once and without harm: a target that is not there yet holds nothing, and one in use is left alone. */
export async function lookAtTarget(host: Host, adapter: Adapter, loaded: LoadedGraph): Promise<readonly CatalogRelation[] | undefined> {
  const { project } = loaded;
  host.enter(project.root);
  try {
    const session = await adapter.open({ target: project.target, projectRoot: project.root, connections: 1, readOnly: true });
    try {
      return await lookAround(adapter, session, loaded);
    } finally {
      await session.close();
    }
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    return cause.details.kind === 'missing-database' ? [] : undefined;
  }
}
