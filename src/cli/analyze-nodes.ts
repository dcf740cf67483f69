/** Binds the engine, the target's catalog and the seed files to analysis. */
import type { Adapter } from '../adapter/adapter.ts';
import type { CatalogNames, Connection, Session } from '../adapter/connection.ts';
import { EngineError } from '../adapter/engine-error.ts';
import type { CatalogRelation, Column } from '../adapter/relation.ts';
import { analyzeProject } from '../analyze/analyze-project.ts';
import type { Analysis } from '../analyze/analysis.ts';
import type { AnalyzeInput, AnalyzePorts } from '../analyze/analyze-input.ts';
import { relationKey } from '../analyze/relation-key.ts';
import { isQueryNode } from '../analyze/waves.ts';
import { HookEffects } from '../analyze/what-hooks-do.ts';
import type { NodeId } from '../compile/compiled.ts';
import { sortDiagnostics } from '../diagnostics/diagnostic.ts';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from '../diagnostics/span.ts';
import type { GraphNode } from '../graph/graph.ts';
import type { Plan } from '../plan/plan.ts';
import { slotValues } from '../plan/texts.ts';
import { traced } from '../project/tracer.ts';
import { anyRun } from './check-queries.ts';
import { compiledPathOf } from './compiled-files.ts';
import { describeOpenError } from './database-errors.ts';
import { exitCodes, Stop } from './exit.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';
import { openAnyBinder, openOfflineBinder } from './open-binder.ts';
import { readSeedFiles } from './seed-files.ts';

/** Columns of nodes that are taken as they stand somewhere, whatever their texts say. */
export type StandingColumns = ReadonlyMap<NodeId, readonly Column[]>;

export interface AnalyzeOptions {
  readonly standing?: StandingColumns | undefined;
  /** Columns of tables that keep what their queries do not give. */
  readonly kept?: StandingColumns | undefined;
  /** Stops where the target has to tell and cannot be asked. */
  readonly required?: boolean;
  /** Hears why the target, which would have to tell, cannot be asked. */
  readonly onUnreachable?: (diagnostic: Diagnostic, instead: InsteadOfTarget) => void;
  /** Further nodes that are worth the start of an engine: usually sources are of interest only below queries. */
  readonly isAsked?: (node: GraphNode | undefined) => boolean;
}

/** What tells columns in the place of a target that cannot be asked. */
export interface InsteadOfTarget {
  readonly isThere: boolean;
  /** The package to install for it; undefined where there is none. */
  readonly packageName: string | undefined;
}

/** As analysis takes it. */
export function standingOf(columns: StandingColumns | undefined): Pick<AnalyzeInput, 'standing'> {
  return columns === undefined ? {} : { standing: (id) => columns.get(id) };
}

/** As analysis takes it. */
export function keptOf(columns: StandingColumns | undefined): Pick<AnalyzeInput, 'kept'> {
  return columns === undefined ? {} : { kept: (id) => columns.get(id) };
}

/** Tables whose increments leave columns in place that the query does not give, with all that they have. */
export function tablesThatKeep(plan: Plan): StandingColumns {
  return new Map(
    plan.steps.flatMap((step): readonly (readonly [NodeId, readonly Column[]])[] => {
      const increment = step.kind === 'build' ? step.transaction.find((action) => action.kind === 'apply-increment') : undefined;
      return step.kind !== 'build' || increment?.onSchemaChange !== 'append_new_columns' ? [] : [[step.node, increment.targetColumns]];
    }),
  );
}

/**
 * Columns of `wanted` and of everything above, and all that is wrong with them. Undefined when the engine cannot tell, or
 * when only the target could and it cannot be asked.
 */
export async function analyzeNodes(
  host: Host,
  loaded: LoadedGraph,
  wanted: ReadonlySet<NodeId>,
  { standing, kept, required = false, onUnreachable, isAsked = () => false }: AnalyzeOptions = {},
): Promise<Outcome<Analysis> | undefined> {
  const { project, graph, engine } = loaded;
  if (![...wanted].some((id) => isQueryNode(graph.nodes.get(id)) || isAsked(graph.nodes.get(id))))
    return { value: { nodes: new Map(), whole: new Map() }, diagnostics: [] };
  const adapter = await engine.load();
  const looks = looksAtTarget(host, adapter, loaded);
  try {
    if (adapter.openBinder === undefined) host.enter(project.root);
    const binder = await openAnyBinder(adapter, loaded);
    return binder === undefined ? undefined : await analyzeAndClose(host, loaded, wanted, { binder, ...looks, standing, kept });
  } catch (cause) {
    if (!(cause instanceof EngineError) || adapter.openBinder !== undefined) throw cause;
    const problem = describeOpenError(cause.details, project);
    const offline = await analyzeOffline(host, loaded, wanted, { adapter, standing, kept });
    onUnreachable?.(problem, { isThere: offline !== undefined, packageName: adapter.offline?.packageName });
    if (offline === undefined && required) throw new Stop(exitCodes.failed, [problem]);
    return offline;
  }
}

/** By what stands for the target; undefined where that is not installed, or does not start. */
async function analyzeOffline(
  host: Host,
  loaded: LoadedGraph,
  wanted: ReadonlySet<NodeId>,
  { adapter, ...known }: { readonly adapter: Adapter } & Pick<AnalyzeOptions, 'standing' | 'kept'>,
): Promise<Outcome<Analysis> | undefined> {
  try {
    const binder = await openOfflineBinder(adapter, loaded);
    if (binder === undefined) return undefined;
    const ports = { binder, ...nothingSeen, isOffline: true };
    return await analyzeAndClose(host, loaded, wanted, { ...ports, ...known });
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    return undefined;
  }
}

async function analyzeAndClose(
  host: Host,
  loaded: LoadedGraph,
  wanted: ReadonlySet<NodeId>,
  { standing, kept, ...ports }: Omit<AnalyzePorts, 'render'> & Pick<AnalyzeInput, 'isOffline'> & Pick<AnalyzeOptions, 'standing' | 'kept'>,
): Promise<Outcome<Analysis>> {
  try {
    return await analyzeWith(host, loaded, wanted, { ...ports, ...standingOf(standing), ...keptOf(kept) });
  } finally {
    await ports.binder.close();
  }
}

/** The same with a binder that is open, and with what is known already of nodes that it has seen. */
export function analyzeWith(
  host: Host,
  loaded: LoadedGraph,
  wanted: ReadonlySet<NodeId>,
  {
    known,
    standing,
    kept,
    isOffline = false,
    seedColumns,
    ...ports
  }: Omit<AnalyzePorts, 'render'> &
    Pick<AnalyzeInput, 'known' | 'standing' | 'kept' | 'isOffline'> &
    Partial<Pick<AnalyzeInput, 'seedColumns'>>,
): Promise<Outcome<Analysis>> {
  const { project, graph, engine } = loaded;
  let effects: HookEffects | undefined;
  const ofSeeds: Diagnostic[] = [];
  const readSeed: AnalyzeInput['seedColumns'] = ({ id }) => {
    const { summaries, diagnostics } = readSeedFiles(host.files, loaded, new Set([id]));
    ofSeeds.push(...diagnostics);
    return summaries.get(id)?.columns;
  };
  const input: AnalyzeInput = {
    graph,
    wanted,
    ...(known === undefined ? {} : { known }),
    ...(standing === undefined ? {} : { standing }),
    ...(kept === undefined ? {} : { kept }),
    engine: engine.type,
    indexesStages: engine.capabilities.publishBlocksReaders,
    dialect: engine.dialect,
    slots: slotValues(anyRun, engine.dialect),
    schemas: () => schemasOf(loaded),
    isOffline,
    hooks: loaded.hooks.onRunStart.length > 0,
    hookEffects: () => (effects ??= new HookEffects(graph, loaded.hooks.onRunStart)),
    seedColumns: seedColumns ?? readSeed,
    compiledPath: (path) => compiledPathOf(project, path),
  };
  let around: ReturnType<AnalyzePorts['catalog']> | undefined;
  let named: ReturnType<AnalyzePorts['names']> | undefined;
  const others = new Map<string, ReturnType<AnalyzePorts['elsewhere']>>();
  return traced(host.trace, 'analyze', async () => {
    const { value, diagnostics } = await analyzeProject(input, {
      ...ports,
      catalog: () => (around ??= keepSources(loaded, ports.catalog)),
      elsewhere: (schema) => remembered(others, schema, ports.elsewhere),
      names: () => (named ??= ports.names()),
      lastSeen: () => loaded.sources?.read() ?? [],
      render: (again, path) => loaded.renderAgain(sourceOf(loaded, path), again),
    });
    return { value, diagnostics: ofSeeds.length === 0 ? diagnostics : sortDiagnostics([...ofSeeds, ...diagnostics]) };
  });
}

/** Each schema is looked at once. */
function remembered<T>(known: Map<string, Promise<T>>, schema: string, ask: (schema: string) => Promise<T>): Promise<T> {
  const found = known.get(schema) ?? ask(schema);
  known.set(schema, found);
  return found;
}

/** Whoever looks at the target keeps what stands of sources for those who cannot. */
async function keepSources({ graph, engine, sources }: LoadedGraph, catalog: AnalyzePorts['catalog']): ReturnType<AnalyzePorts['catalog']> {
  const standing = await catalog();
  if (standing === undefined || sources === undefined) return standing;
  const key = relationKey(engine.dialect.foldIdentifier);
  const wanted = new Set<string>();
  for (const node of graph.nodes.values()) if (node.resourceType === 'source') wanted.add(key(node.relation));
  sources.keep(standing.filter(({ relation }) => wanted.has(key(relation))));
  return standing;
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

/** Ways to look at the target. */
export type Looks = Pick<AnalyzePorts, 'catalog' | 'elsewhere' | 'names'>;

/** Where nobody can look. */
export const nothingSeen: Looks = {
  catalog: () => Promise.resolve(undefined),
  elsewhere: () => Promise.resolve(undefined),
  names: () => Promise.resolve(undefined),
};

/** Looks on a session that is open. */
export function looksOn(adapter: Adapter, session: Session, loaded: Pick<LoadedGraph, 'project' | 'graph' | 'engine'>): Looks {
  return {
    catalog: () => lookAround(adapter, session, loaded),
    elsewhere: (schema) => onConnection(session, (connection) => adapter.catalog.relations(connection, [schema])),
    names: () => onConnection(session, adapter.catalog.names),
  };
}

/** Looks that open the target. */
export function looksAtTarget(host: Host, adapter: Adapter, loaded: LoadedGraph): Looks {
  return {
    catalog: () => lookAtTarget(host, adapter, loaded),
    elsewhere: (schema) => lookAtSchema(host, adapter, loaded, schema),
    names: () => namesOfTarget(host, adapter, loaded),
  };
}

/** All that stands in the schemas that the project names. */
export function lookAround(
  adapter: Adapter,
  session: Session,
  loaded: Pick<LoadedGraph, 'project' | 'graph' | 'engine'>,
): Promise<readonly CatalogRelation[]> {
  return onConnection(session, (connection) => adapter.catalog.relations(connection, schemasOf(loaded)));
}

async function onConnection<T>(session: Session, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await session.connect();
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

/** The catalog, if it can be had at once and without harm: a target that is not there yet holds nothing, and one in use is left alone. */
export function lookAtTarget(host: Host, adapter: Adapter, loaded: LoadedGraph): Promise<readonly CatalogRelation[] | undefined> {
  return askTarget(host, adapter, loaded, (session) => lookAround(adapter, session, loaded), []);
}

function lookAtSchema(host: Host, adapter: Adapter, loaded: LoadedGraph, schema: string): Promise<readonly CatalogRelation[] | undefined> {
  const look = (connection: Connection): Promise<readonly CatalogRelation[]> => adapter.catalog.relations(connection, [schema]);
  return askTarget(host, adapter, loaded, (session) => onConnection(session, look), []);
}

/** A target that is not there yet has no names but those that whoever asks knows already. */
function namesOfTarget(host: Host, adapter: Adapter, loaded: LoadedGraph): Promise<CatalogNames | undefined> {
  const nothing = { functions: [], types: [], replaced: [] };
  return askTarget(host, adapter, loaded, (session) => onConnection(session, adapter.catalog.names), nothing);
}

async function askTarget<T>(
  host: Host,
  adapter: Adapter,
  { project }: LoadedGraph,
  work: (session: Session) => Promise<T>,
  missing: T,
): Promise<T | undefined> {
  host.enter(project.root);
  try {
    const session = await adapter.open({ target: project.target, projectRoot: project.root, connections: 1, readOnly: true });
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    return cause.details.kind === 'missing-database' ? missing : undefined;
  }
}
