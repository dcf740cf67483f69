/** Collects what the documentation site is made from: the project, the database where there is one, artifacts where not. */
import { join } from 'node:path';
import type { Analysis } from '../analyze/analysis.ts';
import { withWholeTexts } from '../analyze/with-whole-texts.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { readCatalog, readFreshness, readLastRun } from '../docs/read-artifacts.ts';
import type { SiteInput, StandingRelation } from '../docs/site-input.ts';
import type { GraphNode } from '../graph/graph.ts';
import { kindAt, unreadable } from '../project/read-text.ts';
import type { History } from '../state/history-reader.ts';
import { analyzeNodes } from './analyze-nodes.ts';
import { findQueryProblems } from './check-queries.ts';
import type { CollectedCatalog } from './collect-catalog.ts';
import { findEarlier } from './earlier-project.ts';
import type { SavedState } from './earlier-project.ts';
import { exitCodes, Stop } from './exit.ts';
import { findRepository } from './find-repository.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { Screen } from './screen.ts';

/** What the database told; undefined when there is none yet. */
export interface FromDatabase {
  readonly catalog: CollectedCatalog;
  readonly history: History;
}

export async function collectSite(
  host: Host,
  screen: Screen,
  loaded: LoadedGraph,
  { found, saved, code }: { readonly found: FromDatabase | undefined; readonly saved: SavedState | undefined; readonly code: boolean },
): Promise<SiteInput> {
  const { project, graph, engine } = loaded;
  const artifact = (name: string): string => readIfThere(host, project.root, join(project.paths.target, name));
  const { analysis, problems } = await analyzeAll(host, screen, loaded);
  return {
    graph: analysis === undefined ? graph : withWholeTexts(graph, analysis.whole),
    analysis,
    errors: errorsByNode(loaded, problems),
    fold: engine.dialect.foldIdentifier,
    rawText: loaded.texts.get,
    catalog: found === undefined ? readCatalog(artifact('catalog.json')) : standingOf(found.catalog),
    history: found === undefined || found.history.runs.length === 0 ? readLastRun(artifact('run_results.json')) : found.history,
    freshness: readFreshness(artifact('sources.json')),
    overview: ['overview.md', 'README.md'].map((name) => readIfThere(host, project.root, name)).find((text) => text !== ''),
    editUrl: findRepository(host, project.root),
    code,
    findSecrets: screen.mask().find,
    earlier: saved === undefined ? undefined : await findEarlier(host, loaded, analysis, saved),
  };
}

function readIfThere({ files }: Host, root: string, path: string): string {
  if (kindAt(files, join(root, path)) !== 'file') return '';
  try {
    return new TextDecoder().decode(files.readBytes(join(root, path)));
  } catch (thrown) {
    throw new Stop(exitCodes.usage, [unreadable(path, thrown)]);
  }
}

function standingOf({ nodes, sources }: CollectedCatalog): ReadonlyMap<string, StandingRelation> {
  return new Map([...nodes, ...sources].map(({ id, kind, columns, rows }) => [id, { kind, columns, rows }]));
}

/** What is wrong with each node, in the order in which it was found. Tests of the code have no page. */
function errorsByNode({ graph, nodeErrors }: LoadedGraph, problems: readonly Diagnostic[]): SiteInput['errors'] {
  const nodes: ReadonlyMap<string, GraphNode> = graph.nodes;
  const errors = new Map<string, string[]>();
  for (const { node, message } of [...nodeErrors, ...problems]) {
    if (node === undefined || nodes.get(node)?.resourceType === 'unit_test') continue;
    const found = errors.get(node) ?? [];
    if (!found.includes(message)) errors.set(node, [...found, message]);
  }
  return errors;
}

interface Analyzed {
  readonly analysis: Analysis | undefined;
  /** Errors that are none of compiling; they have been shown. */
  readonly problems: readonly Diagnostic[];
}

/** Columns and lineage of all that can be analyzed. What cannot is shown, and it and what hangs on it do without. */
async function analyzeAll(host: Host, screen: Screen, loaded: LoadedGraph): Promise<Analyzed> {
  const { graph } = loaded;
  const nodes: ReadonlyMap<string, GraphNode> = graph.nodes;
  const wanted = [...graph.nodes.values()].filter((node) => 'relation' in node).map(({ id }) => id);
  const ofSyntax = await findQueryProblems(loaded, new Set(wanted));
  screen.showDiagnostics(ofSyntax);
  const broken = new Set([...graph.broken, ...ofSyntax.flatMap(({ node }) => nodes.get(node ?? '')?.id ?? [])]);
  // Seeds and sources have pages too, where nothing reads them.
  const outcome = await analyzeNodes(host, { ...loaded, graph: { ...graph, broken } }, new Set(wanted), {
    isAsked: (node) => node !== undefined,
  });
  const further = outcome?.diagnostics.filter(({ severity }) => severity === 'error') ?? [];
  screen.showDiagnostics(further);
  return { analysis: outcome?.value, problems: [...ofSyntax, ...further] };
}
