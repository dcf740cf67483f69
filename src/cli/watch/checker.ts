/** Types what changed and what reads it directly, with a scratch engine that stays and remembers what did not change. */
import type { Adapter } from '../../adapter/adapter.ts';
import type { Binder } from '../../adapter/analysis.ts';
import { EngineError } from '../../adapter/engine-error.ts';
import type { CatalogRelation } from '../../adapter/relation.ts';
import type { KnownColumns, NodeAnalysis } from '../../analyze/analysis.ts';
import type { NodeId } from '../../compile/compiled.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { ancestors, descendants, inOrder } from '../../graph/traverse.ts';
import type { Graph } from '../../graph/graph.ts';
import { analyzeWith, lookAtTarget, looksAtTarget, nothingSeen } from '../analyze-nodes.ts';
import type { Host } from '../host.ts';
import type { LoadedGraph } from '../load-graph.ts';

export interface Checker {
  /** All that is wrong with the columns of `changed` and of its direct children, and of what they stand on. */
  readonly check: (host: Host, loaded: LoadedGraph, changed: ReadonlySet<NodeId>) => Promise<readonly Diagnostic[]>;
  /** Asks the database for the columns of sources that nothing else tells. Nobody else may have it open meanwhile. */
  readonly lookAtSources: (host: Host, loaded: LoadedGraph) => Promise<void>;
  /** Learns in small steps what checks of these nodes will want to know; ends when something is checked. */
  readonly learn: (host: Host, loaded: LoadedGraph, nodes: ReadonlySet<NodeId>) => Promise<void>;
  /** Forgets everything: other settings may give other types. */
  readonly forget: () => Promise<void>;
}

/** The nodes and what reads them directly. */
export function withChildren(graph: Graph, ids: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
  const all = new Set([...ids].filter((id) => graph.nodes.has(id)));
  for (const id of ids) for (const child of graph.children.get(id) ?? []) all.add(child);
  return all;
}

/** Nodes of one step of learning: a save never waits longer than for these. */
const nodesAtOnce = 50;

interface Knowledge {
  binder: Binder | undefined;
  known: Map<NodeId, KnownColumns>;
  catalog: readonly CatalogRelation[] | undefined;
}

export function createChecker(): Checker {
  const knowledge: Knowledge = { binder: undefined, known: new Map(), catalog: undefined };
  // The binder does one thing at a time.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
  let checks = 0;
  return {
    check: (host, loaded, changed) => {
      checks += 1;
      return inTurn(() => check(knowledge, host, loaded, changed));
    },
    lookAtSources: (host, loaded) =>
      inTurn(async () => {
        const asks = [...loaded.graph.nodes.keys()].some((id) => id.startsWith('source.'));
        if (asks) knowledge.catalog ??= await lookAtTarget(host, await loaded.engine.load(), loaded);
      }),
    learn: async (host, loaded, nodes) => {
      const { graph } = loaded;
      const begun = checks;
      const wanted = withChildren(graph, nodes);
      const list = inOrder(graph, [...ancestors(graph, wanted), ...wanted]);
      for (let from = 0; from < list.length && checks === begun; from += nodesAtOnce) {
        const step = new Set(list.slice(from, from + nodesAtOnce).filter((id) => !knowledge.known.has(id)));
        if (step.size > 0) await inTurn(() => (checks === begun ? learnStep(knowledge, host, loaded, step) : Promise.resolve()));
        // Keys and changes come first.
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    forget: () => {
      checks += 1;
      return inTurn(() => forget(knowledge));
    },
  };
}

/**
 * A binder of the engine's own stays open. The target itself is asked anew each time: an open transaction would keep its server from
 * tidying up. Where it cannot be asked, nothing is known.
 */
async function withBinder<T>(
  knowledge: Knowledge,
  loaded: LoadedGraph,
  work: (binder: Binder, adapter: Adapter) => Promise<T>,
): Promise<T | undefined> {
  const { root: projectRoot, target } = loaded.project;
  const adapter = await loaded.engine.load();
  if (adapter.openBinder !== undefined) {
    knowledge.binder ??= await adapter.openBinder({ projectRoot, settings: target.settings });
    return work(knowledge.binder, adapter);
  }
  try {
    const binder = await adapter.openTargetBinder?.({ target, projectRoot, connections: 1, readOnly: false });
    if (binder === undefined) return undefined;
    try {
      return await work(binder, adapter);
    } finally {
      await binder.close();
    }
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    return undefined;
  }
}

async function check(knowledge: Knowledge, host: Host, loaded: LoadedGraph, changed: ReadonlySet<NodeId>): Promise<readonly Diagnostic[]> {
  const { graph } = loaded;
  const below = descendants(graph, changed);
  const before = knowledge.known;
  const kept = new Map(before);
  for (const id of [...changed, ...below]) kept.delete(id);
  // Until it is known what they have now, they have nothing.
  knowledge.known = kept;
  const outcome = await withBinder(knowledge, loaded, (binder, adapter) =>
    analyzeWith(host, loaded, withChildren(graph, changed), {
      binder,
      ...looksAtTarget(host, adapter, loaded),
      catalog: async () => (knowledge.catalog ??= await lookAtTarget(host, adapter, loaded)),
      known: kept,
    }),
  );
  if (outcome === undefined) return [];
  const found = outcome.value.nodes;
  const after = new Map(kept);
  for (const [id, entry] of found) if (isSure(entry)) after.set(id, entry);
  // What reads a node whose columns are as they were is what it was.
  if ([...changed].every((id) => haveSameColumns(before.get(id), after.get(id))))
    for (const id of below) {
      const entry = before.get(id);
      if (entry !== undefined && !found.has(id)) after.set(id, entry);
    }
  knowledge.known = after;
  return outcome.diagnostics;
}

/** What stands on what is written of a model whose query is wrong is another thing once that is mended. */
function isSure(entry: NodeAnalysis): entry is KnownColumns {
  return entry.kind === 'known' && entry.supposed === undefined;
}

async function learnStep(knowledge: Knowledge, host: Host, loaded: LoadedGraph, nodes: ReadonlySet<NodeId>): Promise<void> {
  const { known, catalog } = knowledge;
  const outcome = await withBinder(knowledge, loaded, (binder) =>
    analyzeWith(host, loaded, nodes, { ...nothingSeen, binder, catalog: () => Promise.resolve(catalog), known }),
  );
  for (const [id, entry] of outcome?.value.nodes ?? []) if (isSure(entry)) known.set(id, entry);
}

async function forget(knowledge: Knowledge): Promise<void> {
  const { binder } = knowledge;
  knowledge.binder = undefined;
  knowledge.known = new Map();
  knowledge.catalog = undefined;
  await binder?.close();
}

function haveSameColumns(before: KnownColumns | undefined, after: KnownColumns | undefined): boolean {
  if (before === undefined || after === undefined) return before === after;
  const text = ({ columns, proofs }: KnownColumns): string => JSON.stringify([columns.map(({ name, type }) => [name, type]), proofs]);
  return text(before) === text(after);
}
