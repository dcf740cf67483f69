/** Collects what the documentation site is made from: the project, the database where there is one, artifacts where not. */
import { join } from 'node:path';
import type { Analysis } from '../analyze/analysis.ts';
import { withWholeTexts } from '../analyze/with-whole-texts.ts';
import { readCatalog, readFreshness, readLastRun } from '../docs/read-artifacts.ts';
import type { SiteInput, StandingRelation } from '../docs/site-input.ts';
import type { History } from '../state/history-reader.ts';
import { analyzeNodes } from './analyze-nodes.ts';
import { requireSound } from './check-queries.ts';
import type { CollectedCatalog } from './collect-catalog.ts';
import { findEarlier } from './earlier-project.ts';
import type { SavedState } from './earlier-project.ts';
import { Stop } from './exit.ts';
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
  const artifact = (name: string): string => readIfThere(host, join(project.root, project.paths.target, name));
  const analysis = await analyzeAll(host, screen, loaded);
  return {
    graph: analysis === undefined ? graph : withWholeTexts(graph, analysis.whole),
    analysis,
    fold: engine.dialect.foldIdentifier,
    rawText: loaded.texts.get,
    catalog: found === undefined ? readCatalog(artifact('catalog.json')) : standingOf(found.catalog),
    history: found === undefined || found.history.runs.length === 0 ? readLastRun(artifact('run_results.json')) : found.history,
    freshness: readFreshness(artifact('sources.json')),
    overview: ['overview.md', 'README.md'].map((name) => readIfThere(host, join(project.root, name))).find((text) => text !== ''),
    editUrl: findRepository(host, project.root),
    code,
    earlier: saved === undefined ? undefined : await findEarlier(host, loaded, analysis, saved),
  };
}

function readIfThere({ files }: Host, path: string): string {
  return files.stat(path)?.kind === 'file' ? new TextDecoder().decode(files.readBytes(path)) : '';
}

function standingOf({ nodes, sources }: CollectedCatalog): ReadonlyMap<string, StandingRelation> {
  return new Map([...nodes, ...sources].map(({ id, kind, columns, rows }) => [id, { kind, columns, rows }]));
}

/** Columns and lineage of all that compiles. What does not is shown, and the site does without. */
async function analyzeAll(host: Host, screen: Screen, loaded: LoadedGraph): Promise<Analysis | undefined> {
  const { graph } = loaded;
  const wanted = [...graph.nodes.values()].filter((node) => 'relation' in node).map(({ id }) => id);
  const flawed = new Set(loaded.nodeErrors.map(({ node }) => node));
  const models = wanted.filter(
    (id) => ['model', 'snapshot'].includes(graph.nodes.get(id)?.resourceType ?? '') && !graph.broken.has(id) && !flawed.has(id),
  );
  try {
    await requireSound({ ...loaded, nodeErrors: [] }, new Set(), new Set(models));
    // Seeds and sources have pages too, where nothing reads them.
    const outcome = await analyzeNodes(host, loaded, new Set(wanted), { isAsked: (node) => node !== undefined });
    if (outcome !== undefined) screen.showDiagnostics(outcome.diagnostics.filter(({ severity }) => severity === 'error'));
    return outcome?.value;
  } catch (thrown) {
    if (!(thrown instanceof Stop) || thrown.diagnostics.length === 0) throw thrown;
    screen.showDiagnostics(thrown.diagnostics);
    return undefined;
  }
}
