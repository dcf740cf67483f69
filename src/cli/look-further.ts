/** What else is wrong beside errors that stop a command: whoever mends the one need not come back for the other. */
import type { NodeId } from '../compile/compiled.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import { descendants } from '../graph/traverse.ts';
import { hasContract } from '../analyze/supposed-columns.ts';
import { analyzeNodes } from './analyze-nodes.ts';
import { findQueryProblems } from './check-queries.ts';
import { exitCodes, Stop } from './exit.ts';
import type { Host } from './host.ts';
import type { FlawedGraph, LoadedGraph } from './load-graph.ts';
import type { Screen } from './screen.ts';

/** What is wrong with the columns of those that no error of `told` reaches, nor one of the nodes in `suspect`. */
export async function findFurther(
  host: Host,
  loaded: LoadedGraph,
  selected: ReadonlySet<NodeId>,
  told: readonly Diagnostic[],
  suspect: ReadonlySet<NodeId> = new Set(),
): Promise<readonly Diagnostic[]> {
  const { graph } = loaded;
  const named = new Set(told.map(({ node }) => node));
  const flawed = [...graph.nodes.keys()].filter((id) => named.has(id) || graph.broken.has(id));
  const reached = new Set([...suspect, ...descendants(graph, suspect), ...reachedFrom(graph, flawed)]);
  const broken = new Set([...graph.broken, ...flawed]);
  const wanted = new Set([...selected].filter((id) => !reached.has(id)));
  const columns = await analyzeNodes(host, { ...loaded, graph: { ...graph, broken } }, wanted);
  return columns?.diagnostics ?? [];
}

/** These and all below, as far as no contract tells the columns that come from there. */
function reachedFrom(graph: Graph, flawed: readonly NodeId[]): ReadonlySet<NodeId> {
  const reached = new Set(flawed);
  for (const id of reached) {
    const node = graph.nodes.get(id);
    if (!hasContract(node)) for (const child of graph.children.get(id) ?? []) reached.add(child);
  }
  return reached;
}

/**
 * Project-wide errors, and with them what is wrong with the queries and columns that none of these can have changed. Where they may
 * have changed any, a line says that nobody looked.
 */
export async function stopWithFurther(
  host: Host,
  screen: Screen,
  { loaded, projectErrors, stop }: FlawedGraph,
  select: () => ReadonlySet<NodeId>,
): Promise<Stop> {
  const properties = new Set(loaded.project.files.filter(({ kind }) => kind === 'properties').map(({ path }) => path));
  const isAside = ({ code, span }: Diagnostic): boolean => span !== undefined && properties.has(span.path) && leavesRest(code);
  const selected = projectErrors.every(isAside) ? trySelection(select) : undefined;
  if (selected === undefined) {
    screen.note('queries and columns are not looked at, because of errors in what all of the project is made of');
    return stop;
  }
  const places = projectErrors.flatMap(({ code, span }) => (isAboutTests(code) || span === undefined ? [] : [span.path]));
  const suspect = new Set([...loaded.graph.nodes.values()].filter((node) => isDescribedIn(node, new Set(places))).map(({ id }) => id));
  const told = [...stop.diagnostics, ...(await findQueryProblems(loaded, selected))];
  return new Stop(exitCodes.usage, [...told, ...(await findFurther(host, loaded, selected, told, suspect))]);
}

/** A selector may be of what an error has left out. */
function trySelection(select: () => ReadonlySet<NodeId>): ReadonlySet<NodeId> | undefined {
  try {
    return select();
  } catch (cause) {
    if (cause instanceof Stop) return undefined;
    throw cause;
  }
}

/** What is wrong with tests, constraints and exposures, which decide nothing about the columns of others. */
const besideColumns: ReadonlySet<string> = new Set([
  'unknown-check',
  'duplicate-test',
  'constraint-wrong',
  'ref-not-found',
  'source-not-found',
]);

function isAboutTests(code: string): boolean {
  return besideColumns.has(code) || code.startsWith('check-');
}

/** Of a property file with such an error all but the entry that it stands on is read. */
function leavesRest(code: string): boolean {
  return isAboutTests(code) || code === 'unknown-key' || code === 'wrong-value';
}

/** Whether an entry that is left out of one of `files` may have said which columns the node has: a seed's may be gone altogether. */
function isDescribedIn(node: GraphNode, files: ReadonlySet<string>): boolean {
  if (files.size === 0) return false;
  if (node.resourceType === 'source') return files.has(node.path);
  return node.resourceType === 'seed' && (node.propertiesPath === undefined || files.has(node.propertiesPath));
}
