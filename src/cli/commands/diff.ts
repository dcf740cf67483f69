/** `tx diff`: compares what is built with what stands elsewhere. Nothing is written. */
import type { Tolerance } from '../../adapter/compare-sql.ts';
import type { Adapter } from '../../adapter/adapter.ts';
import type { Connection } from '../../adapter/connection.ts';
import { EngineError } from '../../adapter/engine-error.ts';
import type { CatalogRelation, Relation } from '../../adapter/relation.ts';
import { compareApart } from '../../compare/compare-apart.ts';
import { compareRelations } from '../../compare/compare-relations.ts';
import type { ComparedSide } from '../../compare/compare-relations.ts';
import { differs } from '../../compare/comparison.ts';
import type { RelationComparison, RowKey } from '../../compare/comparison.ts';
import { relationForm } from '../../compile/naming.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { maskedColumns } from '../../plan/plan-tests.ts';
import { diffJson } from '../../report/diff-json.ts';
import { renderDiff } from '../../report/diff-text.ts';
import type { ComparedNode } from '../../report/diff-text.ts';
import { countOf } from '../../report/quantities.ts';
import { findAgainst } from '../against.ts';
import type { Against, Comparable } from '../against.ts';
import { askTarget } from '../ask-target.ts';
import type { OpenTarget } from '../ask-target.ts';
import { environmentNames } from '../environment-database.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { loadGraph } from '../load-graph.ts';
import type { LoadedGraph } from '../load-graph.ts';
import type { DatabaseOptions, OutputOptions, ProjectOptions, SelectionOptions } from '../options.ts';
import { declaredKeys, provenKeys } from '../row-keys.ts';
import type { Screen } from '../screen.ts';
import { selectNodes } from '../select-nodes.ts';
import { showUnneeded } from '../unneeded-errors.ts';

export interface DiffOptions extends ProjectOptions, OutputOptions, SelectionOptions, DatabaseOptions {
  readonly against: string;
  readonly key?: readonly string[];
  readonly tolerance?: Tolerance;
  readonly limit: number;
  readonly detailedExitcode?: boolean;
  readonly output: 'text' | 'json';
}

export async function diffCommand(host: Host, screen: Screen, options: DiffOptions): Promise<ExitCode> {
  if (options.detailedExitcode !== true) return diff(host, screen, options);
  try {
    const code = await diff(host, screen, options);
    return code === exitCodes.failed ? exitCodes.usage : code;
  } catch (cause) {
    // With this flag 2 says that something differs, and whatever went wrong is 1.
    if (cause instanceof Stop && cause.exitCode === exitCodes.usage) throw new Stop(exitCodes.failed, cause.diagnostics);
    throw cause;
  }
}

async function diff(host: Host, screen: Screen, options: DiffOptions): Promise<ExitCode> {
  const loaded = await loadGraph(host, screen, options);
  const nodes = [...selectNodes(host, screen, loaded, options)].flatMap((id) => {
    const node = loaded.graph.nodes.get(id);
    return isComparable(node) ? [node] : [];
  });
  const adapter = await loaded.engine.load();
  const against = await findAgainst({ host, screen, loaded, adapter, options, against: options.against });
  const keys = await findKeys(host, loaded, nodes, options);
  const compared = await compareAll(host, screen, { loaded, adapter, against, keys, nodes, options });
  show(screen, compared, against, options);
  showUnneeded(screen, loaded.nodeErrors);
  const failures = compared.flatMap(({ id, name, found }) => {
    const path = loaded.graph.nodes.get(id)?.path;
    const where = path === undefined ? {} : { node: id, span: { path, start: 0, end: 0 } };
    return found.kind === 'failed'
      ? [diagnose('diff-not-compared', { node: name, engine: loaded.engine.type, message: found.message }, where)]
      : [];
  });
  if (failures.length > 0) throw new Stop(exitCodes.failed, failures);
  return compared.some(({ found }) => differs(found)) ? exitCodes.failed : exitCodes.ok;
}

function isComparable(node: ReturnType<LoadedGraph['graph']['nodeAt']> | undefined): node is Comparable {
  if (node?.resourceType === 'model') return node.config.materialized !== 'ephemeral';
  return node?.resourceType === 'seed' || node?.resourceType === 'snapshot';
}

/** Queries are looked at only for nodes of which the project says nothing. */
async function findKeys(
  host: Host,
  loaded: LoadedGraph,
  nodes: readonly Comparable[],
  { key }: DiffOptions,
): Promise<ReadonlyMap<string, readonly RowKey[]>> {
  if (key !== undefined) return new Map(nodes.map(({ id }) => [id, [{ columns: key, from: '--key' }]]));
  const declared = new Map(nodes.map((node) => [node.id, declaredKeys(loaded, node)]));
  const proven = await provenKeys(
    host,
    loaded,
    nodes.filter(({ id }) => declared.get(id)?.length === 0),
  );
  return new Map(nodes.map(({ id }) => [id, [...(declared.get(id) ?? []), ...[proven.get(id)].filter((found) => found !== undefined)]]));
}

interface Work {
  readonly loaded: LoadedGraph;
  readonly adapter: Adapter;
  readonly against: Against;
  readonly keys: ReadonlyMap<string, readonly RowKey[]>;
  readonly nodes: readonly Comparable[];
  readonly options: DiffOptions;
}

function compareAll(host: Host, screen: Screen, work: Work): Promise<readonly ComparedNode[]> {
  const { loaded, against, options } = work;
  const compare = (other: OpenTarget | undefined): Promise<readonly ComparedNode[]> =>
    askTarget(host, screen, loaded, { options, connections: 2 }, async ({ session, connection }) => {
      await requireEnvironments(host, work, connection);
      const there = other?.connection ?? (await session.connect());
      const catalogs = await readCatalogs(work, { here: connection, there });
      if (other === undefined) await there.close();
      const connections = { here: connection, there: other?.connection };
      const compared: ComparedNode[] = [];
      const nodes = work.nodes.filter((node) => isInEnvironments(work, node, catalogs));
      for (const node of nodes) compared.push(await compareNode(work, connections, node, catalogs));
      if (nodes.length < work.nodes.length) screen.note(describeLeftOut(work, work.nodes.length - nodes.length));
      return compared;
    });
  return against.other === undefined ? compare(undefined) : askTarget(host, screen, against.other, { options }, compare);
}

/** The environments that are compared, or compared with. */
function environmentsOf({ loaded, against }: Work): readonly string[] {
  return [loaded.project.target.env?.name, against.env].filter((name) => name !== undefined);
}

/** An environment that nobody made has nothing that differs: it must not look well. */
async function requireEnvironments(host: Host, work: Work, connection: Connection): Promise<void> {
  const names = environmentsOf(work);
  if (names.length === 0) return;
  const known = await environmentNames(host, work.loaded, connection);
  const name = names.find((each) => !known.includes(each));
  const target = work.loaded.project.target.name;
  if (name !== undefined) throw new Stop(exitCodes.usage, [diagnose('unknown-environment', { name, target, known })]);
}

/** What was not built in an environment is read elsewhere, and is no difference. */
function isInEnvironments({ loaded, against }: Work, node: Comparable, catalogs: Catalogs): boolean {
  if (loaded.project.target.env !== undefined && catalogs.here(node.relation) === undefined) return false;
  const other = against.relationOf(node);
  return against.env === undefined || (other !== undefined && catalogs.there(other) !== undefined);
}

function describeLeftOut(work: Work, count: number): string {
  const where = environmentsOf(work).map((name) => `\`${name}\``);
  return `${countOf(count, 'node')} left out, not built in ${where.length === 1 ? 'environment' : 'environments'} ${where.join(' and ')}`;
}

interface Catalogs {
  readonly here: (relation: Relation) => CatalogRelation | undefined;
  readonly there: (relation: Relation) => CatalogRelation | undefined;
}

/** What stands in the schemas of both sides: a statement for each. */
async function readCatalogs(
  { loaded, adapter, against, nodes, options }: Work,
  connections: { readonly here: Connection; readonly there: Connection },
): Promise<Catalogs> {
  const lookup = (found: readonly CatalogRelation[]): Catalogs['here'] => {
    const known = new Map(found.map((entry) => [relationForm(entry.relation, loaded.engine.dialect), entry]));
    return (relation) => known.get(relationForm(relation, loaded.engine.dialect));
  };
  const schemas = (relations: readonly Relation[]): readonly string[] => [...new Set(relations.map(({ schema }) => schema))];
  const here = await adapter.catalog.relations(connections.here, schemas(nodes.map(({ relation }) => relation)));
  await openOther(connections.there, against, options.against);
  const wanted = schemas(nodes.flatMap((node) => against.relationOf(node) ?? []));
  const there = await adapter.catalog.relations(connections.there, wanted);
  if (there.length === 0 && nodes.length > 0 && against.nothingThere !== undefined) throw against.nothingThere;
  return { here: lookup(here), there: lookup(there) };
}

async function openOther(connection: Connection, { reach }: Against, name: string): Promise<void> {
  try {
    for (const statement of [...reach.open, ...reach.enter]) await connection.run(statement);
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    const code = cause.details.kind === 'locked' ? exitCodes.transient : exitCodes.usage;
    const { message } = cause.details;
    const reason = reach.place === undefined ? message : message.replaceAll(reach.place, name);
    throw new Stop(code, [diagnose('against-unreadable', { against: name, reason })]);
  }
}

async function compareNode(
  work: Work,
  { here, there }: { readonly here: Connection; readonly there: Connection | undefined },
  node: Comparable,
  catalogs: Catalogs,
): Promise<ComparedNode> {
  const { against, options, loaded } = work;
  const { dialect } = loaded.engine;
  const other = against.relationOf(node);
  const sql = { here: dialect.relation(node.relation), there: other === undefined ? undefined : against.reach.relation(other) };
  if (against.reach.isSame && other !== undefined && relationForm(other, dialect) === relationForm(node.relation, dialect))
    throw new Stop(exitCodes.usage, [diagnose('against-itself', { against: options.against, relation: sql.here })]);
  const side = (found: CatalogRelation | undefined, text: string | undefined): ComparedSide | undefined =>
    found === undefined || text === undefined ? undefined : { found, sql: text };
  const sides = { here: side(catalogs.here(node.relation), sql.here), there: side(other && catalogs.there(other), sql.there) };
  const keys = work.keys.get(node.id) ?? [];
  if (options.key !== undefined) requireKey(loaded, node, options.key, sides);
  const request = { sides, keys, masked: maskedColumns(node), tolerance: options.tolerance, limit: options.limit };
  const found = await unlessRefused(() =>
    there === undefined
      ? compareRelations(here, dialect, request)
      : compareApart({ connections: { here, there }, adapter: work.adapter }, request),
  );
  return { id: node.id, name: node.name, relations: sql, found };
}

/** What one node cannot be asked says nothing of the others; what may pass by another time ends the command. */
async function unlessRefused(compare: () => Promise<RelationComparison>): Promise<RelationComparison> {
  try {
    return await compare();
  } catch (cause) {
    if (!(cause instanceof EngineError) || cause.details.retry !== 'never' || cause.details.kind === 'cancelled') throw cause;
    return { kind: 'failed', message: cause.details.redacted };
  }
}

/** A key that somebody asked for is not passed over in silence. */
function requireKey(
  { engine }: LoadedGraph,
  node: Comparable,
  key: readonly string[],
  { here, there }: { readonly here: ComparedSide | undefined; readonly there: ComparedSide | undefined },
): void {
  if (here === undefined || there === undefined) return;
  const { foldIdentifier: fold } = engine.dialect;
  const other = new Set(there.found.columns.map(({ name }) => fold(name)));
  const known = here.found.columns.map(({ name }) => name).filter((name) => other.has(fold(name)));
  const missing = key.find((name) => !known.some((column) => fold(column) === fold(name)));
  if (missing !== undefined) throw new Stop(exitCodes.usage, [diagnose('diff-key-missing', { key: missing, node: node.name, known })]);
}

function show(screen: Screen, compared: readonly ComparedNode[], { what }: Against, options: DiffOptions): void {
  if (options.output === 'json') {
    screen.data(diffJson(compared, what), 2);
    return;
  }
  screen.note(`against ${what}`);
  screen.result(renderDiff(compared, { ...screen.resultStyle, findSecrets: screen.mask().find }));
}
