/** Asks the engine's own parser whether each selected text is exactly one query, before anything is wrapped around it. */
import type { Analyzer, QueryProblem } from '../adapter/analysis.ts';
import { describeQueryProblem } from '../analyze/describe-query-problem.ts';
import { passedQueries } from '../cache/passed-queries.ts';
import type { PassedQueries } from '../cache/passed-queries.ts';
import type { CompiledText, NodeId } from '../compile/compiled.ts';
import { fillAnyColumns } from '../compile/column-slots.ts';
import { fillSlots } from '../compile/slots.ts';
import { hasErrors } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { slotValues } from '../plan/texts.ts';
import { exitCodes, Stop } from './exit.ts';
import { isBroken } from './load-graph.ts';
import type { LoadedGraph } from './load-graph.ts';

/** Enough to make the calls few, and few enough to keep what is parsed small. */
const textsAtOnce = 200;

/** Any values will do: only the shape of the text matters. */
export const anyRun = {
  run: { id: '', startedAt: '2000-01-01T00:00:00Z' },
  interval: { start: '2000-01-01T00:00:00Z', end: '2000-01-02T00:00:00Z' },
};

/**
 * Stops with every problem of what is selected: what did not compile, what is no query, and `others`.
 * Gives the errors of nodes that are not needed.
 */
export async function requireSound(
  loaded: LoadedGraph,
  selected: ReadonlySet<NodeId>,
  queries: ReadonlySet<NodeId> = selected,
  others: readonly Diagnostic[] = [],
): Promise<readonly Diagnostic[]> {
  const broken = isBroken(loaded, selected);
  const problems = [...(await findQueryProblems(loaded, queries)), ...others];
  if (broken || hasErrors(problems)) throw new Stop(exitCodes.usage, [...loaded.nodeErrors, ...problems]);
  return loaded.nodeErrors;
}

/** Every problem of every text that compiled; the engine is started only if there is something to check. */
export async function findQueryProblems(loaded: LoadedGraph, selected: ReadonlySet<NodeId>): Promise<readonly Diagnostic[]> {
  const flawed = new Set(loaded.nodeErrors.map(({ node }) => node));
  const isSound = (id: NodeId): boolean => !loaded.graph.broken.has(id) && !flawed.has(id);
  const allSound = flawed.size + loaded.graph.broken.size === 0;
  const isWhole = (id: NodeId): boolean => allSound || (isSound(id) && ephemeralsAbove(loaded, id).every(isSound));
  const texts = [...selected].filter(isWhole).flatMap((id) => textsOf(loaded, id));
  if (texts.length === 0) return [];
  const values = slotValues(anyRun, loaded.engine.dialect);
  const filled = texts.map((entry) =>
    entry.text.slots.length === 0 ? entry : { ...entry, text: fillSlots(fillAnyColumns(entry.text), values) },
  );
  const passed = passedQueries(loaded.openBindings?.(), loaded.engine.type);
  try {
    const open = filled.filter(({ text }) => !passed.has(text.sql));
    return open.length === 0 ? [] : await askEngine(loaded, open, passed);
  } finally {
    passed.close();
  }
}

async function askEngine(loaded: LoadedGraph, texts: readonly NodeText[], passed: PassedQueries): Promise<readonly Diagnostic[]> {
  const adapter = await loaded.engine.load();
  const analyzer = await adapter.openAnalyzer();
  const diagnostics: Diagnostic[] = [];
  try {
    for (let from = 0; from < texts.length; from += textsAtOnce) {
      const some = texts.slice(from, from + textsAtOnce);
      const problems = await problemsOf(loaded, analyzer, some);
      const flawed = new Set(problems.map(({ node }) => node));
      for (const { id, text } of some) if (!flawed.has(id)) passed.add(text.sql);
      diagnostics.push(...problems);
    }
  } finally {
    await analyzer.close();
  }
  return diagnostics;
}

/** The models whose queries stand in the texts of a node: one that did not compile leaves a hole there. */
function ephemeralsAbove({ graph }: LoadedGraph, id: NodeId): readonly NodeId[] {
  const found = new Set<NodeId>();
  const stack = [id];
  for (let reader = stack.pop(); reader !== undefined; reader = stack.pop()) {
    for (const parent of graph.parents.get(reader) ?? []) {
      const node = graph.nodes.get(parent);
      if (node?.resourceType !== 'model' || node.config.materialized !== 'ephemeral' || found.has(parent)) continue;
      found.add(parent);
      stack.push(parent);
    }
  }
  return [...found];
}

/** The first problem of each node; texts are looked at one by one only where they cannot be passed together. */
async function problemsOf(loaded: LoadedGraph, analyzer: Analyzer, texts: readonly NodeText[]): Promise<readonly Diagnostic[]> {
  if (await analyzer.areQueries?.(texts.map(({ text }) => text.sql))) return [];
  const problems = new Map<NodeId, Diagnostic>();
  for (const { id, path, text } of texts) {
    if (problems.has(id)) continue;
    const problem = await analyzer.checkQuery(text.sql);
    if (problem !== undefined) problems.set(id, describe(loaded, id, path, text, problem));
  }
  return [...problems.values()];
}

interface NodeText {
  readonly id: NodeId;
  readonly path: string;
  readonly text: CompiledText;
}

function textsOf(loaded: LoadedGraph, id: NodeId): readonly NodeText[] {
  const node = loaded.graph.nodes.get(id);
  if (node?.resourceType === 'model') {
    return [node.full, ...(node.incremental === undefined ? [] : [node.incremental])].map((text) => ({ id, path: node.path, text }));
  }
  if (node?.resourceType === 'test' && node.test.text !== undefined) return [{ id, path: node.path, text: node.test.text }];
  return [];
}

function describe(loaded: LoadedGraph, id: NodeId, path: string, text: CompiledText, problem: QueryProblem): Diagnostic {
  const what = loaded.graph.nodes.get(id)?.resourceType === 'test' ? 'a test' : 'a model';
  return describeQueryProblem({ id, path, what, engine: loaded.engine.type }, text, problem);
}
