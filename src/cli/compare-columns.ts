/**
 * Compares queries that have changed, and those that read what they make, with the queries that made what stands: both are bound,
 * each over the columns of its time, and nothing is run.
 */
import type { Adapter } from '../adapter/adapter.ts';
import type { Binder, BoundQuery, Meaning, Stub } from '../adapter/analysis.ts';
import type { Connection, Session } from '../adapter/connection.ts';
import { EngineError } from '../adapter/engine-error.ts';
import type { CatalogRelation, Column, Relation } from '../adapter/relation.ts';
import { relationKey } from '../analyze/relation-key.ts';
import type { NodeId } from '../compile/compiled.ts';
import { hashText } from '../plan/build-context.ts';
import type { ComparedPart, ComparedQuery } from '../plan/compared-query.ts';
import { findChangedBuilds } from '../plan/find-changed-builds.ts';
import { findComparable } from '../plan/find-comparable.ts';
import type { ToCompare } from '../plan/find-comparable.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanInput } from '../plan/plan-input.ts';
import { readTexts, recordedTexts } from '../state/state-reader.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { Standing } from './open-database.ts';

/** What the target is asked for, and only where something is to be compared. */
export interface CompareWith {
  readonly adapter: Adapter;
  readonly loaded: LoadedGraph;
  /** Undefined where the target cannot be asked now. */
  readonly ask: <T>(job: (connection: Connection) => Promise<T>) => Promise<T | undefined>;
}

/** Undefined where there is nothing to compare, or nobody can: then what reads something that has changed is built. */
export async function compareColumns(
  plan: Plan,
  input: PlanInput,
  target: CompareWith,
): Promise<ReadonlyMap<NodeId, ComparedQuery> | undefined> {
  if (input.reuse !== true || input.copies !== undefined) return undefined;
  return await compareQueriesOf(input, findComparable(plan, input.graph, input.state.builds), target);
}

/** The same of queries that somebody has chosen, in the order of the graph. */
export async function compareQueriesOf(
  input: PlanInput,
  wanted: readonly ToCompare[],
  { adapter, loaded, ask }: CompareWith,
): Promise<ReadonlyMap<NodeId, ComparedQuery> | undefined> {
  if (wanted.length === 0) return undefined;
  const earlier = await ask((connection) => readEarlier(connection, input, wanted));
  if (earlier === undefined || earlier.size === 0) return undefined;
  return whileBinding(adapter, loaded, (binder) => compareAll(input, { wanted, earlier, deferred: loaded.deferral?.columns }, binder));
}

/** Undefined where nobody can bind, or the target fails: what it is asked for would only save work. */
async function whileBinding<T>(
  { openBinder, openTargetBinder }: Adapter,
  { project: { root: projectRoot, target } }: LoadedGraph,
  job: (binder: Binder) => Promise<T>,
): Promise<T | undefined> {
  const open = openBinder?.({ projectRoot, settings: target.settings });
  try {
    const binder = await (open ?? openTargetBinder?.({ target, projectRoot, connections: 1, readOnly: false }));
    try {
      return binder === undefined ? undefined : await job(binder);
    } finally {
      await binder?.close();
    }
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    return undefined;
  }
}

/** The texts from which those were built that have another one now. */
async function readEarlier(
  connection: Connection,
  { stateSchema, dialect }: PlanInput,
  wanted: readonly ToCompare[],
): Promise<ReadonlyMap<NodeId, string>> {
  const found = new Map<NodeId, string>();
  for (const { node, recorded, hasNewText } of wanted) {
    if (!hasNewText) continue;
    const { rows } = await connection.query(recordedTexts(stateSchema, recorded.relation, dialect));
    const text = readTexts(rows).find((each) => hashText(each) === recorded.contentHash);
    if (text !== undefined) found.set(node.id, text);
  }
  return found;
}

interface ToBind {
  readonly wanted: readonly ToCompare[];
  readonly earlier: ReadonlyMap<NodeId, string>;
  /** The columns of what is read in another environment. */
  readonly deferred: ReadonlyMap<NodeId, readonly Column[]> | undefined;
}

/** Wave by wave, so that a server is asked a few times, however many queries there are. */
async function compareAll(
  input: PlanInput,
  { wanted, earlier, deferred }: ToBind,
  binder: Binder,
): Promise<ReadonlyMap<NodeId, ComparedQuery>> {
  const { graph, dialect, catalog } = input;
  const keyOf = relationKey(dialect.foldIdentifier);
  const standing = new Map(catalog.map((entry: CatalogRelation) => [keyOf(entry.relation), entry.columns]));
  const ids = new Map<string, NodeId>();
  for (const node of graph.nodes.values()) if ('relation' in node) ids.set(keyOf(node.relation), node.id);
  const nodeAt = (relation: Relation): NodeId | undefined => ids.get(keyOf(relation));
  const compared = new Map<NodeId, ComparedQuery>();
  const known = new KnownColumns(binder, graph, (id, relation) => deferred?.get(id) ?? standing.get(keyOf(relation)));
  const isWanted = new Set(wanted.map(({ node }) => node.id));
  for (const wave of wavesOf(wanted)) {
    const queries = wave.flatMap(({ node, hasNewText, reads }) => {
      const text = hasNewText ? earlier.get(node.id) : node.full.sql;
      // Below something of which any row may be another there is nothing to find out.
      const isLost = reads.some((id) => isWanted.has(id) && compared.get(id)?.rows.same !== true);
      return text === undefined || isLost ? [] : [{ node, text, reads }];
    });
    const reads = new Set(queries.flatMap((query) => query.reads));
    await known.declare(reads, 'before');
    const were = await boundBy(
      binder,
      queries.map(({ text }) => text),
    );
    await known.declare(reads, 'now');
    const are = await boundBy(
      binder,
      queries.map(({ node }) => node.full.sql),
    );
    for (const [at, { node }] of queries.entries()) {
      const [was, is] = [were[at], are[at]];
      const found = was === undefined || is === undefined ? undefined : compareQueries(was, is, nodeAt, dialect.foldIdentifier);
      if (found === undefined || is === undefined) continue;
      compared.set(node.id, found);
      known.now.set(
        node.id,
        is.columns.map(({ name, type }): Column => ({ name, type })),
      );
    }
  }
  return compared;
}

/** Each after those of them that it reads, which stand before it. */
function wavesOf(wanted: readonly ToCompare[]): readonly (readonly ToCompare[])[] {
  const depths = new Map<NodeId, number>();
  const waves: ToCompare[][] = [];
  for (const each of wanted) {
    const depth = Math.max(0, ...each.reads.map((id) => (depths.get(id) ?? -1) + 1));
    depths.set(each.node.id, depth);
    (waves[depth] ??= []).push(each);
  }
  return waves;
}

/** What a binder knows of relations: their columns before anything is built, or those that they will have. */
class KnownColumns {
  /** Of what was compared. */
  readonly now = new Map<NodeId, readonly Column[]>();
  readonly #binder: Binder;
  readonly #graph: PlanInput['graph'];
  readonly #before: (id: NodeId, relation: Relation) => readonly Column[] | undefined;
  readonly #declared = new Map<NodeId, string>();

  constructor(binder: Binder, graph: PlanInput['graph'], before: (id: NodeId, relation: Relation) => readonly Column[] | undefined) {
    this.#binder = binder;
    this.#graph = graph;
    this.#before = before;
  }

  /** What is known as it should be stays. */
  async declare(ids: Iterable<NodeId>, when: 'before' | 'now'): Promise<void> {
    const stubs: Stub[] = [];
    for (const id of ids) {
      const node = this.#graph.nodes.get(id);
      if (node === undefined || !('relation' in node)) continue;
      const columns = (when === 'now' ? this.now.get(id) : undefined) ?? this.#before(id, node.relation);
      if (columns === undefined || columns.length === 0) continue;
      const shape = columns.map(shown).join('\n');
      if (this.#declared.get(id) === shape) continue;
      this.#declared.set(id, shape);
      stubs.push({ relation: node.relation, columns });
    }
    if (stubs.length > 0) await this.#binder.declare(stubs);
  }
}

async function boundBy(binder: Binder, texts: readonly string[]): Promise<readonly (BoundQuery | undefined)[]> {
  if (texts.length === 0) return [];
  const bindings = await binder.bind(texts.map((sql) => ({ sql, meaning: true })));
  return bindings.map((binding) => (binding.kind === 'bound' ? binding.query : undefined));
}

function compareQueries(
  was: BoundQuery,
  is: BoundQuery,
  nodeAt: (relation: Relation) => NodeId | undefined,
  fold: (name: string) => string,
): ComparedQuery | undefined {
  if (was.meaning === undefined || is.meaning === undefined) return undefined;
  const part = (old: Meaning | undefined, current: Meaning, isSame = true): ComparedPart => {
    const reads = current.reads.flatMap(({ relation, column }) => {
      const node = nodeAt(relation);
      return node === undefined ? [] : [{ node, column }];
    });
    // What is read and is no node of the project may be anything.
    const isKnown = reads.length === current.reads.length;
    return { same: isSame && isKnown && old?.digest === current.digest && old.steady && current.steady, reads };
  };
  const places = new Map(was.columns.map(({ name }, at) => [fold(name), at]));
  const columns = is.columns.flatMap((column, at) => {
    const current = is.meaning?.columns[at];
    const place = places.get(fold(column.name)) ?? -1;
    const isSame = shown(was.columns[place]) === shown(column);
    return current === undefined ? [] : [{ name: column.name, ...part(was.meaning?.columns[place], current, isSame) }];
  });
  const names = new Set(is.columns.map(({ name }) => fold(name)));
  const gone = was.columns.filter(({ name }) => !names.has(fold(name))).map(({ name }) => ({ name, same: false, reads: [] }));
  return {
    rows: part(was.meaning.rows, is.meaning.rows),
    columns: [...columns, ...gone],
    hasSameShape: was.columns.map(shown).join('\n') === is.columns.map(shown).join('\n'),
  };
}

const shown = (column: Column | undefined): string => JSON.stringify([column?.name, column?.type]);

/** On a connection of its own. Undefined where the database fails: what it was asked for would only save work. */
export async function askOn<T>(session: Session, job: (connection: Connection) => Promise<T>): Promise<T | undefined> {
  try {
    const connection = await session.connect();
    try {
      return await job(connection);
    } finally {
      await connection.close();
    }
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    return undefined;
  }
}

/** Where nobody has opened the target: what cannot be asked at once and without harm is left alone. */
export async function askIfFree<T>(
  host: Host,
  adapter: Adapter,
  { project }: LoadedGraph,
  job: (connection: Connection) => Promise<T>,
): Promise<T | undefined> {
  host.enter(project.root);
  try {
    const session = await adapter.open({ target: project.target, projectRoot: project.root, connections: 1, readOnly: true });
    try {
      return await askOn(session, job);
    } finally {
      await session.close();
    }
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    return undefined;
  }
}

/** The texts from which a plan builds what had another one before, for whoever compares the next with them. */
export function newTexts(plan: Plan, { graph }: LoadedGraph, { state }: Standing): ReadonlyMap<NodeId, string> {
  const texts = new Map<NodeId, string>();
  for (const id of findChangedBuilds(plan, state.builds)) {
    const node = graph.nodes.get(id);
    if (node?.resourceType !== 'model' || node.full.slots.length > 0) continue;
    const { materialized } = node.config;
    if (materialized === 'table' || materialized === 'view') texts.set(id, node.full.sql);
  }
  return texts;
}
