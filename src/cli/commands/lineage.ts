/** `tx lineage`: where a column comes from, and where it goes. */
import { buildColumnGraph } from '../../analyze/column-graph.ts';
import type { ColumnRef } from '../../analyze/column-graph.ts';
import type { Analysis, NodeAnalysis } from '../../analyze/analysis.ts';
import { traceColumn } from '../../analyze/trace-column.ts';
import type { ColumnTrace } from '../../analyze/trace-column.ts';
import type { NodeId } from '../../compile/compiled.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Graph, GraphNode } from '../../graph/graph.ts';
import { lineageDot, lineageJson, lineageMermaid, renderLineage } from '../../report/lineage-text.ts';
import type { Lineage } from '../../report/lineage-text.ts';
import { analyzeNodes } from '../analyze-nodes.ts';
import { noteUnreachable } from '../note-unreachable.ts';
import { requireSound } from '../check-queries.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { loadGraph } from '../load-graph.ts';
import type { LoadedGraph } from '../load-graph.ts';
import type { OutputOptions, ProjectOptions } from '../options.ts';
import type { Screen } from '../screen.ts';
import { shownName } from '../../graph/shown-name.ts';
import { writeColumnEdges } from '../write-column-edges.ts';

export interface LineageOptions extends ProjectOptions, OutputOptions {
  readonly args: readonly string[];
  readonly upstream?: boolean;
  readonly downstream?: boolean;
  readonly depth?: number;
  readonly indirect?: boolean;
  readonly output: 'text' | 'json' | 'dot' | 'mermaid';
}

export async function lineageCommand(host: Host, screen: Screen, options: LineageOptions): Promise<ExitCode> {
  const loaded = await loadGraph(host, screen, options);
  const { graph, engine } = loaded;
  const wanted = findNode(graph, options.args[0] ?? '', engine.dialect.foldIdentifier);
  const models = new Set(
    [...graph.nodes.values()].filter(({ resourceType }) => resourceType === 'model' || resourceType === 'snapshot').map(({ id }) => id),
  );
  await requireSound(loaded, new Set([...models].filter((id) => !graph.broken.has(id))));
  // A column of a source or seed is looked for in what reads it.
  const outcome = await analyzeNodes(host, loaded, new Set([...models, wanted.node.id]), {
    required: true,
    onUnreachable: (problem, instead) => {
      if (instead.isThere) screen.note(noteUnreachable(problem, instead, ''));
    },
  });
  if (outcome === undefined) {
    const help = `${engine.type} does not tell columns before anything runs`;
    throw new Stop(exitCodes.usage, [diagnose('columns-unknown', { node: shownName(wanted.node) }, { help })]);
  }
  writeColumnEdges(host, screen, loaded, outcome.value);
  const { column, type } = findColumn(loaded, outcome.value, wanted, outcome.diagnostics);
  const columns = buildColumnGraph(outcome.value, graph, engine.dialect.foldIdentifier, options.indirect === true);
  const both = options.upstream === options.downstream;
  const depth = options.depth ?? Number.POSITIVE_INFINITY;
  const trace = (way: 'upstream' | 'downstream'): ColumnTrace => traceColumn(columns, column, way, depth);
  const lineage: Lineage = {
    column,
    type,
    nameOf: ({ node }) => nameOf(graph, node),
    ...(both || options.upstream === true ? { upstream: trace('upstream') } : {}),
    ...(both || options.downstream === true ? { downstream: trace('downstream') } : {}),
  };
  const isBare = [lineage.upstream, lineage.downstream].some((found) => found?.next.length === 0);
  const all =
    options.indirect === true || !isBare ? undefined : buildColumnGraph(outcome.value, graph, engine.dialect.foldIdentifier, true);
  const isThere = (way: 'upstream' | 'downstream'): boolean => all !== undefined && traceColumn(all, column, way, 1).next.length > 0;
  const indirect = { upstream: isThere('upstream'), downstream: isThere('downstream') };
  screen.result(draw(screen, { ...lineage, indirect }, options.output));
  screen.showDiagnostics(outcome.diagnostics.filter(({ severity }) => severity === 'error'));
  return exitCodes.ok;
}

function draw(screen: Screen, lineage: Lineage, output: LineageOptions['output']): string {
  switch (output) {
    case 'json':
      return lineageJson(lineage);
    case 'dot':
      return lineageDot(lineage);
    case 'mermaid':
      return lineageMermaid(lineage, screen.mask().apply);
    case 'text':
      return renderLineage(lineage, screen.resultStyle);
  }
}

interface Wanted {
  readonly node: GraphNode;
  /** Undefined where the text names a node alone. */
  readonly column: string | undefined;
}

function nameOf(graph: Graph, id: NodeId): string {
  const node = graph.nodes.get(id);
  return node === undefined ? id : shownName(node);
}

/** `orders.amount`, `raw.orders.amount`: what stands behind the last dot is the column. */
function findNode(graph: Graph, text: string, fold: (name: string) => string): Wanted {
  const dot = text.lastIndexOf('.');
  const name = text.slice(0, Math.max(dot, 0));
  const nodes = [...graph.nodes.values()].filter((node) => 'relation' in node);
  const named = (wanted: string): GraphNode | undefined =>
    nodes.find((node) => shownName(node) === wanted) ?? nodes.find((node) => fold(shownName(node)) === fold(wanted));
  const found = named(name);
  if (found !== undefined) return { node: found, column: text.slice(dot + 1) };
  const alone = named(text);
  if (alone !== undefined) return { node: alone, column: undefined };
  throw new Stop(exitCodes.usage, [diagnose('column-reference', { text, known: nodes.map(shownName), columns: [] })]);
}

function findColumn(
  { engine }: LoadedGraph,
  analysis: Analysis,
  { node, column }: Wanted,
  diagnostics: readonly Diagnostic[],
): { readonly column: ColumnRef; readonly type: string } {
  const found: NodeAnalysis | undefined = analysis.nodes.get(node.id);
  if (found?.kind !== 'known') {
    const about = diagnostics.filter((entry) => entry.severity === 'error');
    throw new Stop(exitCodes.usage, [...about, diagnose('columns-unknown', { node: shownName(node) })]);
  }
  const fold = engine.dialect.foldIdentifier;
  const names = found.columns.map(({ name }) => name);
  if (column === undefined)
    throw new Stop(exitCodes.usage, [diagnose('column-reference', { text: shownName(node), known: [], columns: names })]);
  const match = found.columns.find(({ name }) => fold(name) === fold(column));
  if (match !== undefined) return { column: { node: node.id, column: match.name }, type: match.type };
  throw new Stop(exitCodes.usage, [diagnose('column-not-found', { node: shownName(node), column, columns: names })]);
}
