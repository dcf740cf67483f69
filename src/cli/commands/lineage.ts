/** `tx lineage`: where a column comes from, and where it goes. */
import { buildColumnGraph } from '../../analyze/column-graph.ts';
import type { ColumnGraph, ColumnRef } from '../../analyze/column-graph.ts';
import type { Analysis, NodeAnalysis } from '../../analyze/analysis.ts';
import { traceColumn } from '../../analyze/trace-column.ts';
import type { ColumnTrace } from '../../analyze/trace-column.ts';
import type { NodeId } from '../../compile/compiled.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Graph, GraphNode } from '../../graph/graph.ts';
import { lineageDot, lineageJson, lineageMermaid, nodeLineageJson, renderLineage } from '../../report/lineage-text.ts';
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
  const found = findColumns(loaded, outcome.value, wanted, outcome.diagnostics);
  screen.result(draw(screen, wanted, traceAll(loaded, outcome.value, found, options), options.output));
  screen.showDiagnostics(outcome.diagnostics.filter(({ severity }) => severity === 'error'));
  return exitCodes.ok;
}

/** Where each of these columns comes from and goes, as far as that was asked for. */
function traceAll(
  { graph, engine }: LoadedGraph,
  analysis: Analysis,
  found: readonly FoundColumn[],
  options: LineageOptions,
): readonly Lineage[] {
  const graphOf = (isIndirect: boolean): ColumnGraph => buildColumnGraph(analysis, graph, engine.dialect.foldIdentifier, isIndirect);
  const columns = graphOf(options.indirect === true);
  const both = options.upstream === options.downstream;
  const depth = options.depth ?? Number.POSITIVE_INFINITY;
  let all: ColumnGraph | undefined;
  return found.map(({ column, type }) => {
    const trace = (way: 'upstream' | 'downstream'): ColumnTrace => traceColumn(columns, column, way, depth);
    const isThere = (way: 'upstream' | 'downstream', traced: ColumnTrace | undefined): boolean =>
      options.indirect !== true && traced?.next.length === 0 && traceColumn((all ??= graphOf(true)), column, way, 1).next.length > 0;
    const upstream = both || options.upstream === true ? trace('upstream') : undefined;
    const downstream = both || options.downstream === true ? trace('downstream') : undefined;
    return {
      column,
      type,
      nameOf: ({ node }) => nameOf(graph, node),
      ...(upstream === undefined ? {} : { upstream }),
      ...(downstream === undefined ? {} : { downstream }),
      indirect: { upstream: isThere('upstream', upstream), downstream: isThere('downstream', downstream) },
    };
  });
}

function draw(screen: Screen, { node, column }: Wanted, lineages: readonly Lineage[], output: LineageOptions['output']): string {
  switch (output) {
    case 'json':
      return column === undefined ? nodeLineageJson(node.id, lineages) : lineages.map(lineageJson).join('');
    case 'dot':
      return lineageDot(...lineages);
    case 'mermaid':
      return lineageMermaid(screen.mask().apply, ...lineages);
    case 'text':
      return lineages.map((lineage) => renderLineage(lineage, screen.resultStyle)).join('\n\n');
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
  throw new Stop(exitCodes.usage, [diagnose('column-reference', { text, known: nodes.map(shownName) })]);
}

interface FoundColumn {
  readonly column: ColumnRef;
  readonly type: string;
}

/** The column that was asked for, or all of the node. */
function findColumns(
  { engine }: LoadedGraph,
  analysis: Analysis,
  { node, column }: Wanted,
  diagnostics: readonly Diagnostic[],
): readonly FoundColumn[] {
  const found: NodeAnalysis | undefined = analysis.nodes.get(node.id);
  if (found?.kind !== 'known') {
    const about = diagnostics.filter((entry) => entry.severity === 'error');
    throw new Stop(exitCodes.usage, [...about, diagnose('columns-unknown', { node: shownName(node) })]);
  }
  const fold = engine.dialect.foldIdentifier;
  const names = found.columns.map(({ name }) => name);
  const asked = found.columns
    .filter(({ name }) => column === undefined || fold(name) === fold(column))
    .slice(0, column === undefined ? undefined : 1);
  if (column === undefined || asked.length > 0) return asked.map(({ name, type }) => ({ column: { node: node.id, column: name }, type }));
  throw new Stop(exitCodes.usage, [diagnose('column-not-found', { node: shownName(node), column, columns: names })]);
}
