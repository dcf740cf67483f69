/** Opens the target and reads what stands there: the catalog, and what earlier runs left behind. */
import type { Adapter, AttachedDatabase } from '../adapter/adapter.ts';
import type { Connection, Session } from '../adapter/connection.ts';
import { EngineError } from '../adapter/engine-error.ts';
import type { CatalogRelation } from '../adapter/relation.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { isBuilt } from '../graph/graph.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import type { Project } from '../project/project.ts';
import { emptyState, readState } from '../state/state-reader.ts';
import type { StateSnapshot } from '../state/state-reader.ts';
import { inspectStateLayout, readStateVersion } from '../state/state-layout.ts';
import { stateVersion } from '../state/state-tables.ts';
import { besideTarget } from './beside-target.ts';
import { describeCloseError, describeOpenError, stopForDatabase } from './database-errors.ts';
import type { FoundDeferral } from './deferral.ts';
import { exitCodes, Stop } from './exit.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { Screen } from './screen.ts';
import { traceSession } from './trace-session.ts';

export interface OpenRequest {
  readonly connections: number;
  readonly readOnly: boolean;
  /** Seconds to wait for a lock; 0 fails at once. */
  readonly waitSeconds: number;
  readonly signal: AbortSignal;
}

/** The target, and what is read beside it. */
export interface Openable extends Pick<LoadedGraph, 'project' | 'engine'> {
  readonly deferral?: Pick<FoundDeferral, 'attached'> | undefined;
}

const pollMs = 200;

/** Opens the database of the target, waiting for a lock if that was asked for. */
export async function openDatabase(
  host: Host,
  screen: Screen,
  loaded: Openable,
  request: OpenRequest,
): Promise<{ adapter: Adapter; session: Session }> {
  const { trace } = host;
  if (trace === undefined) return openUntraced(host, screen, loaded, request);
  const { adapter, session } = await trace.stage('open', () => openUntraced(host, screen, loaded, request));
  return { adapter, session: traceSession(session, trace) };
}

async function openUntraced(
  host: Host,
  screen: Screen,
  loaded: Openable,
  request: OpenRequest,
): Promise<{ adapter: Adapter; session: Session }> {
  const adapter = await loaded.engine.load();
  const { project } = loaded;
  host.enter(project.root);
  const attached = attachedTo(host, adapter, loaded);
  const deadline = host.clock.now() + request.waitSeconds * 1000;
  let announced = false;
  for (;;) {
    try {
      const session = await adapter.open({
        target: project.target,
        projectRoot: project.root,
        connections: request.connections,
        readOnly: request.readOnly,
        attached,
      });
      return { adapter, session: { ...session, close: () => close(screen, project, session) } };
    } catch (cause) {
      if (!(cause instanceof EngineError)) throw cause;
      const locked = cause.details.kind === 'locked';
      // Who stops waiting has cancelled the command; the database may stay locked.
      if (locked && request.signal.aborted) throw new Stop(exitCodes.interrupted);
      if (!locked || host.clock.now() >= deadline) {
        // A server that does not answer now may do so later.
        const passing = locked || cause.details.retry === 'reconnect';
        throw new Stop(passing ? exitCodes.transient : exitCodes.usage, [describeOpenError(cause.details, project, request.waitSeconds)]);
      }
      if (!announced) screen.note(`waiting for the database: ${describeOpenError(cause.details, project).message}`);
      announced = true;
      await host.clock.sleep(pollMs);
    }
  }
}

/** What the command reads beside the target, and what every view of the environment may read. */
function attachedTo(host: Host, adapter: Adapter, { project, deferral }: Openable): readonly AttachedDatabase[] {
  const own = deferral?.attached ?? [];
  const beside = besideTarget(host, adapter, project);
  return beside === undefined || own.some(({ location }) => location === beside.location) ? own : [...own, beside];
}

/** A database that does not close in good order must not hide what the command did. */
async function close(screen: Screen, project: Project, session: Session): Promise<void> {
  try {
    await session.close();
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    screen.showDiagnostics([describeCloseError(cause.details, project)]);
  }
}

export interface Standing {
  readonly catalog: readonly CatalogRelation[];
  readonly state: StateSnapshot;
}

/** Reads catalog and state: two statements, whatever the size of the project. Stops the command when that fails. */
export async function readStanding(adapter: Adapter, session: Session, project: Project, graph: Graph): Promise<Standing> {
  const connection = await session.connect();
  try {
    return await readStandingOn(adapter, connection, project, graph);
  } catch (cause) {
    throw stopForDatabase(cause, project);
  } finally {
    await connection.close();
  }
}

/** The same on a connection that is in the middle of something. Rejects with the error of the engine, or stops for a state that is not ours. */
export async function readStandingOn(adapter: Adapter, connection: Connection, project: Project, graph: Graph): Promise<Standing> {
  const schemas = new Set<string>([project.stateSchema, project.target.schema]);
  // There checks of a view and of a table have different forms.
  const asksOfSources = adapter.capabilities.rowCheckForm === 'union-of-counts';
  for (const node of graph.nodes.values()) {
    if (asksOfSources && isTestedSource(node, graph)) schemas.add(node.relation.schema);
    if (!isBuilt(node)) continue;
    schemas.add(node.relation.schema);
    if (node.resourceType === 'model' && node.config.quarantine?.schema !== undefined) schemas.add(node.config.quarantine.schema);
  }
  const catalog = await adapter.catalog.relations(connection, [...schemas]);
  return { catalog, state: await readStateIn(adapter, connection, project, catalog) };
}

/** A relation of others in the same database, on which a test stands. */
function isTestedSource(node: GraphNode, graph: Graph): node is Extract<GraphNode, { resourceType: 'source' }> {
  if (node.resourceType !== 'source' || node.external !== undefined || node.relation.database !== undefined) return false;
  return (graph.children.get(node.id) ?? []).some((id) => graph.nodes.get(id)?.resourceType === 'test');
}

/** Tables of an older version are read as they are: the next run brings them up to date. */
async function readStateIn(
  { dialect }: Adapter,
  connection: Connection,
  { stateSchema: schema }: Project,
  catalog: readonly CatalogRelation[],
): Promise<StateSnapshot> {
  const layout = inspectStateLayout(schema, catalog, dialect);
  if (layout.kind === 'absent') return emptyState;
  if (layout.kind === 'foreign') {
    const found = layout.versioned ? await readStateVersion(connection, schema, dialect) : undefined;
    if (found !== undefined) refuseNewer(schema, found);
    const older = found === undefined ? layout : inspectStateLayout(schema, catalog, dialect, found.version);
    if (older.kind === 'foreign')
      throw new Stop(exitCodes.usage, [diagnose('state-foreign', { schema, table: older.table, missing: older.missing })]);
  }
  const state = await readState(connection, schema, dialect);
  refuseNewer(schema, state);
  return state;
}

function refuseNewer(schema: string, { version, txVersion }: Pick<StateSnapshot, 'version' | 'txVersion'>): void {
  if (version > stateVersion)
    throw new Stop(exitCodes.usage, [diagnose('state-newer', { schema, found: version, known: stateVersion, txVersion })]);
}
