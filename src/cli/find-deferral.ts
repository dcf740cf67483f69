/** Finds what `--defer` resolves elsewhere: nodes of the saved state that nobody selected and that the target does not have. */
import type { AttachedDatabase } from '../adapter/adapter.ts';
import type { CatalogRelation, Column, Relation } from '../adapter/relation.ts';
import type { BuiltNode, NodeId } from '../compile/compiled.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { plainLine } from '../diagnostics/plain.ts';
import type { GraphNode } from '../graph/graph.ts';
import type { SavedRelation, SavedRelations } from '../graph/read-saved-relations.ts';
import { readSavedRelations } from '../graph/read-saved-relations.ts';
import { deferNodes, deferText } from '../plan/defer-nodes.ts';
import type { Deferred, DeferredRelation } from '../plan/defer-nodes.ts';
import { loadProject } from '../project/load-project.ts';
import type { Project, Target } from '../project/project.ts';
import type { FoundDeferral } from './deferral.ts';
import { engines } from './engines.ts';
import { findSourcesBeside, inBeside } from './environment-database.ts';
import { findProduction } from './find-production.ts';
import type { Production } from './find-production.ts';
import { exitCodes, Stop } from './exit.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';
import { openDatabase } from './open-database.ts';
import type { DatabaseOptions, DeferOptions, ProjectOptions, SelectionOptions } from './options.ts';
import { waitSeconds } from './read-options.ts';
import { createSavedFiles } from './saved-files.ts';
import type { Screen } from './screen.ts';
import { listenForCancel } from './signals.ts';

export type DeferralOptions = DeferOptions & DatabaseOptions & ProjectOptions & Pick<SelectionOptions, 'state'>;

/** Whether parents are looked for elsewhere; to prefer the other environment is to look there. */
export function isDeferring({ defer, favorState, env }: DeferOptions & Pick<ProjectOptions, 'env'>): boolean {
  return defer ?? favorState ?? env !== undefined;
}

/** An environment reads the target that it was made of as that stands now, unless a saved state is asked for. */
export function readsTarget(options: DeferralOptions): boolean {
  return options.env !== undefined && isDeferring(options) && !(options.state !== undefined && (options.defer ?? options.favorState));
}

interface Wanted {
  readonly options: DeferralOptions;
  /** Nodes that are meant as the target has them, whatever stands elsewhere. */
  readonly own: ReadonlySet<string>;
  readonly production?: Production;
}

/** Undefined where nobody asked, and where the target has all that it reads in a database of its own. */
export async function findDeferral(host: Host, screen: Screen, loaded: LoadedGraph, wanted: Wanted): Promise<FoundDeferral | undefined> {
  const nodes = await findDeferredNodes(host, screen, loaded, wanted);
  return withSources(nodes, await findSourcesBeside(host, screen, loaded, wanted.options));
}

/** Both together: what is read in another environment, and sources where the environment has a database of its own. */
export function withSources(nodes: FoundDeferral | undefined, sources: FoundDeferral | undefined): FoundDeferral | undefined {
  if (nodes === undefined || sources === undefined) return nodes ?? sources;
  const others = sources.attached.filter(({ location }) => nodes.attached.every((entry) => entry.location !== location));
  return {
    relations: new Map([...nodes.relations, ...sources.relations]),
    columns: new Map([...nodes.columns, ...sources.columns]),
    attached: [...nodes.attached, ...others],
  };
}

async function findDeferredNodes(
  host: Host,
  screen: Screen,
  loaded: LoadedGraph,
  { options, own, production }: Wanted,
): Promise<FoundDeferral | undefined> {
  if (!isDeferring(options)) return undefined;
  if (readsTarget(options)) {
    const found = production ?? (await findProduction(host, screen, loaded, options));
    return found === undefined ? undefined : deferToTarget(loaded, found, { options, own });
  }
  const saved = readState(host, loaded.project, options);
  const nodes = [...loaded.graph.nodes.values()].flatMap((node) =>
    isBuilt(node) && !own.has(node.id) && saved.relations.has(node.id) ? [node] : [],
  );
  const other = await findOther(host, screen, loaded, saved);
  const { mine, theirs } = await lookAtBoth(host, screen, loaded, { options, nodes, saved, other });
  const relations = new Map<NodeId, DeferredRelation>();
  const columns = new Map<NodeId, readonly Column[]>();
  for (const node of nodes) {
    const found = theirs(saved.relations.get(node.id));
    if (found === undefined || (options.favorState !== true && mine(node.relation) !== undefined)) continue;
    if (other === undefined && found === mine(node.relation)) continue;
    const { schema, name } = found.relation;
    const relation = { ...(other === undefined ? {} : { database: other.attached.name }), schema, name };
    relations.set(node.id, { own: node.relation, relation });
    columns.set(node.id, found.columns);
  }
  return { relations, columns, attached: other === undefined ? [] : [other.attached] };
}

/**
 * What does not differ from the target is read there, whatever an earlier build has left in the environment; what differs, where
 * the environment does not have it.
 */
export function deferToTarget(
  { graph }: LoadedGraph,
  { affected, find, stateOf, own: here, beside }: Production,
  { options, own }: { readonly options: DeferOptions; readonly own: ReadonlySet<string> },
): FoundDeferral {
  const relations = new Map<NodeId, DeferredRelation>();
  const columns = new Map<NodeId, readonly Column[]>();
  for (const node of graph.nodes.values()) {
    if (!isBuilt(node) || own.has(node.id)) continue;
    if (affected.has(node.id) && options.favorState !== true && here.existing(node.relation) !== undefined) continue;
    const found = find(node);
    if (found === undefined) continue;
    const state = stateOf(node.id);
    const relation = inBeside(found.entry.relation, beside);
    relations.set(node.id, { own: node.relation, relation, ...(state === undefined ? {} : { state }) });
    columns.set(node.id, found.entry.columns);
  }
  return { relations, columns, attached: beside === undefined ? [] : [beside] };
}

function isBuilt(node: GraphNode): node is BuiltNode {
  if (node.resourceType === 'model') return node.config.materialized !== 'ephemeral';
  return node.resourceType === 'seed' || node.resourceType === 'snapshot';
}

/** The project whose `readers` read what was found elsewhere, and a note of what that is. */
export function withDeferral(
  screen: Screen,
  loaded: LoadedGraph,
  found: FoundDeferral | undefined,
  readers: ReadonlySet<NodeId>,
): LoadedGraph {
  if (found === undefined) return loaded;
  const { dialect } = loaded.engine;
  const { graph, read } = deferNodes(loaded.graph, found.relations, readers, dialect);
  const hooks = (list: LoadedGraph['hooks']['onRunStart']): typeof list =>
    list.map((hook) => ({ ...hook, text: deferText(hook.text, found.relations, dialect) }));
  noteDeferred(screen, loaded, read);
  return {
    ...loaded,
    graph,
    hooks: { onRunStart: hooks(loaded.hooks.onRunStart), onRunEnd: hooks(loaded.hooks.onRunEnd) },
    deferral: { ...found, own: loaded.graph },
  };
}

const mostNamed = 5;

function noteDeferred(screen: Screen, { graph, engine }: LoadedGraph, read: Deferred): void {
  const nodes = [...read].filter(([id]) => graph.nodes.get(id)?.resourceType !== 'source');
  if (nodes.length === 0) return;
  const names = nodes.map(([id, { relation }]) => `${graph.nodes.get(id)?.name ?? id} to ${engine.dialect.relation(relation)}`);
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  screen.note(`deferred: ${names.slice(0, mostNamed).map(plainLine).join(', ')}${more}`);
}

/** What was asked for and stays as the target has it. */
export function noteSpared(screen: Screen, { graph }: LoadedGraph, spared: ReadonlyMap<NodeId, string>, how: string): void {
  if (spared.size === 0) return;
  const names = [...spared.keys()].map((id) => graph.nodes.get(id)?.name ?? id);
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  screen.note(`${plainLine(how)}, as no column that differs is read: ${names.slice(0, mostNamed).map(plainLine).join(', ')}${more}`);
}

function readState(host: Host, project: Project, { state, defer }: DeferralOptions): SavedRelations {
  const spec = defer === true ? '--defer' : '--favor-state';
  const stop = (code: 'state-not-given' | 'state-file-missing' | 'state-file-unreadable', path: string, reason = ''): Stop =>
    new Stop(exitCodes.usage, [diagnose(code, { spec, path, reason, inState: true })]);
  const file = createSavedFiles(host, project, state).fromState?.('manifest.json');
  if (file === undefined) throw stop('state-not-given', 'manifest.json');
  if (file.kind === 'missing') throw stop('state-file-missing', file.path);
  if (file.kind === 'unreadable') throw stop('state-file-unreadable', file.path, file.reason);
  const saved = readSavedRelations(file.text);
  if (saved === undefined) throw stop('state-file-unreadable', file.path, 'it is no manifest');
  return saved;
}

/** Another database that holds the environment of the state. */
interface Other {
  readonly attached: AttachedDatabase;
  readonly target: Target;
}

/** Undefined where the state is of the database of the target, in other schemas or the same. */
async function findOther(host: Host, screen: Screen, loaded: LoadedGraph, saved: SavedRelations): Promise<Other | undefined> {
  const { project, engine, graph } = loaded;
  const { target } = project;
  const adapter = await engine.load();
  const database = [...saved.relations.values()].find((relation) => relation.database !== '')?.database ?? target.database;
  const isNamed = saved.target !== undefined && project.targetNames.includes(saved.target);
  if (adapter.attachment === undefined || !isNamed) {
    // Who wrote the state may call it otherwise; what it calls the same is taken for the same.
    if (database === target.database) return undefined;
    const params = { database, target: saved.target, own: target.database, attaches: adapter.attachment !== undefined };
    throw new Stop(exitCodes.usage, [diagnose('defer-elsewhere', params)]);
  }
  if (saved.target === target.name && target.env?.apart === undefined) return undefined;
  const other = await loadTarget(host, screen, project, saved.target);
  if (other.type !== target.type) {
    const params = { database: other.database, target: other.name, own: target.database, attaches: false };
    throw new Stop(exitCodes.usage, [diagnose('defer-elsewhere', params)]);
  }
  const named = [...graph.nodes.values()].flatMap((node) => ('relation' in node ? [node.relation.schema] : []));
  const taken = [...named, project.stateSchema, target.schema, ...engine.capabilities.ownSchemas];
  const attached = adapter.attachment(other, { target, projectRoot: project.root }, taken);
  return attached === undefined ? undefined : { attached, target: other };
}

/** Another target of the same project.yaml. */
async function loadTarget(host: Host, screen: Screen, { root }: Project, targetName: string | undefined): Promise<Target> {
  const loaded = await loadProject({ root, targetName, vars: {}, env: host.env }, { files: host.files }, engines);
  screen.addSecrets(loaded.secrets);
  if (loaded.value === undefined) throw new Stop(exitCodes.usage, loaded.diagnostics);
  return loaded.value.target;
}

interface Look {
  readonly options: DatabaseOptions;
  readonly nodes: readonly BuiltNode[];
  readonly saved: SavedRelations;
  readonly other: Other | undefined;
}

interface Both {
  readonly mine: (relation: Relation) => CatalogRelation | undefined;
  readonly theirs: (relation: SavedRelation | undefined) => CatalogRelation | undefined;
}

/** What stands in the target and in the other environment. */
async function lookAtBoth(host: Host, screen: Screen, loaded: LoadedGraph, { options, nodes, saved, other }: Look): Promise<Both> {
  const { project, engine } = loaded;
  const { foldIdentifier: fold } = engine.dialect;
  const look = async (at: Project, schemas: Iterable<string>): Promise<Both['mine']> => {
    const catalog = await readCatalog(
      host,
      screen,
      { ...loaded, project: at },
      { schemas: [...new Set(schemas)], options, mayBeMissing: at === project },
    );
    const key = ({ schema, name }: Relation): string => JSON.stringify([fold(schema), fold(name)]);
    const standing = new Map(catalog.map((entry) => [key(entry.relation), entry]));
    return (relation) => standing.get(key(relation));
  };
  const own = nodes.map((node) => node.relation.schema);
  const others = nodes.flatMap((node) => saved.relations.get(node.id)?.schema ?? []);
  const mine = await look(project, other === undefined ? [...own, ...others] : own);
  const found = other === undefined ? mine : await look({ ...project, target: other.target }, others);
  return { mine, theirs: (relation) => (relation === undefined ? undefined : found(relation)) };
}

async function readCatalog(
  host: Host,
  screen: Screen,
  loaded: LoadedGraph,
  {
    schemas,
    options,
    mayBeMissing,
  }: { readonly schemas: readonly string[]; readonly options: DatabaseOptions; readonly mayBeMissing: boolean },
): Promise<readonly CatalogRelation[]> {
  const cancellation = listenForCancel();
  try {
    const request = { connections: 1, readOnly: true, waitSeconds: waitSeconds(options), signal: cancellation.signal };
    const { adapter, session } = await openDatabase(host, screen, { project: loaded.project, engine: loaded.engine }, request);
    try {
      const connection = await session.connect();
      const relations = await adapter.catalog.relations(connection, schemas);
      await connection.close();
      return relations;
    } finally {
      await session.close();
    }
  } catch (cause) {
    const isMissing = cause instanceof Stop && cause.diagnostics.some((entry) => entry.code === 'missing-database');
    // Before the first build there is no target. That there is no production is another matter.
    if (isMissing && mayBeMissing) return [];
    throw cause;
  } finally {
    cancellation.dispose();
  }
}
