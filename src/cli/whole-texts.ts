/** Makes whole the texts that are written from columns of other nodes, for commands that need them. */
import { bug } from '../diagnostics/bug.ts';
import type { Outcome } from '../diagnostics/diagnostic.ts';
import type { Analysis } from '../analyze/analysis.ts';
import { isQueryNode, textsOf } from '../analyze/waves.ts';
import { withWholeTexts } from '../analyze/with-whole-texts.ts';
import { hasColumnSlots } from '../compile/column-slots.ts';
import type { NodeId } from '../compile/compiled.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { shownName } from '../graph/shown-name.ts';
import type { GraphNode } from '../graph/graph.ts';
import { ancestors } from '../graph/traverse.ts';
import { analyzeNodes } from './analyze-nodes.ts';
import type { StandingColumns } from './analyze-nodes.ts';
import { requireSound } from './check-queries.ts';
import { exitCodes, Stop } from './exit.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { Screen } from './screen.ts';

/** Whether a text of the node waits for columns of others. */
export function isWaiting(node: GraphNode | undefined): boolean {
  if (!isQueryNode(node)) return false;
  return textsOf(node).some((text) => text !== undefined && hasColumnSlots(text));
}

/** The project with the texts that analysis has made whole. */
export function withWhole(loaded: LoadedGraph, analysis: Analysis): LoadedGraph {
  return { ...loaded, graph: withWholeTexts(loaded.graph, analysis.whole), analysis };
}

/**
 * The project with the texts of `wanted` whole. Stops where the columns that they wait for cannot be known. Nothing is
 * looked at where nothing waits. `standing` are columns of nodes that are taken as they stand.
 */
export async function loadWhole(
  host: Host,
  screen: Screen,
  loaded: LoadedGraph,
  wanted: ReadonlySet<NodeId>,
  standing?: StandingColumns,
): Promise<LoadedGraph> {
  const waiting = new Set([...wanted].filter((id) => isWaiting(loaded.graph.nodes.get(id))));
  if (waiting.size === 0) return loaded;
  const above = new Set([...ancestors(loaded.graph, waiting)].filter((id) => isQueryNode(loaded.graph.nodes.get(id))));
  await requireSound(loaded, above);
  const outcome =
    (await analyzeNodes(host, loaded, waiting, { standing, required: true })) ?? bug(`${loaded.engine.type} tells no columns`);
  const whole = requireWhole(loaded, outcome, waiting);
  screen.showDiagnostics(outcome.diagnostics.filter(({ code, node }) => code === 'chosen-column-unknown' && isAmong(waiting, node)));
  return whole;
}

function requireWhole(loaded: LoadedGraph, { value, diagnostics }: Outcome<Analysis>, waiting: ReadonlySet<NodeId>): LoadedGraph {
  const whole = withWhole(loaded, value);
  if (![...waiting].some((id) => isWaiting(whole.graph.nodes.get(id)))) return whole;
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const unknown = [...waiting].flatMap((id) => {
    const node = isWaiting(whole.graph.nodes.get(id)) ? whole.graph.nodes.get(id) : undefined;
    return node === undefined
      ? []
      : [diagnose('columns-unknown', { node: shownName(node) }, { node: id, span: { path: node.path, start: 0, end: 0 } })];
  });
  throw new Stop(exitCodes.usage, errors.length > 0 ? errors : unknown);
}

function isAmong(nodes: ReadonlySet<string>, node: string | undefined): boolean {
  return node !== undefined && nodes.has(node);
}
