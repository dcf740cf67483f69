/** `tx docs`: writes the manifest, the catalog of what stands in the database, and the documentation site. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { percentOf } from '../../docs/coverage.ts';
import type { Coverage } from '../../docs/coverage.ts';
import { renderSite } from '../../docs/render-site.ts';
import type { SiteAssets } from '../../docs/site-input.ts';
import { kindAt } from '../../project/read-text.ts';
import { renderCatalog } from '../../report/catalog-artifact.ts';
import { countOf } from '../../report/quantities.ts';
import { noHistory, readHistory } from '../../state/history-reader.ts';
import { artifactTime } from '../artifact-time.ts';
import { collectCatalog, sourceSchemas } from '../collect-catalog.ts';
import { collectSite } from '../collect-site.ts';
import type { FromDatabase } from '../collect-site.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { readSavedState } from '../earlier-project.ts';
import { askTargetIfAny } from '../ask-target.ts';
import { loadGraph } from '../load-graph.ts';
import type { LoadedGraph } from '../load-graph.ts';
import { manifestPath, writeManifest } from '../manifest-file.ts';
import { startServer } from '../documentation-server.ts';
import { openInBrowser } from '../open-in-browser.ts';
import { readStanding } from '../open-database.ts';
import type { DatabaseOptions, OutputOptions, ProjectOptions } from '../options.ts';
import type { Screen } from '../screen.ts';
import { listenForCancel } from '../signals.ts';
import { showUnneeded } from '../unneeded-errors.ts';
import { writeIfNew } from '../write-artifact.ts';
import { writeColumnEdges } from '../write-column-edges.ts';
import { removeSingleFile, writeSingleFile, writeSite } from '../write-site.ts';

export interface DocsOptions extends ProjectOptions, OutputOptions, DatabaseOptions {
  readonly args: readonly string[];
  readonly code: boolean;
  readonly singleFile?: boolean;
  /** Folder of an earlier run. */
  readonly state?: string;
  /** Percent. */
  readonly failUnder?: number;
  readonly open?: boolean;
  readonly port: number;
}

export async function docsCommand(host: Host, screen: Screen, options: DocsOptions): Promise<ExitCode> {
  const loaded = await loadGraph(host, screen, options);
  const { project } = loaded;
  // Before this run writes over it.
  const saved = readSavedState(host, project, options.state);
  const { found, none } = await askDatabaseOrArtifacts(host, screen, loaded, options);
  const manifest = writeManifest(host, screen, loaded);
  const catalog = found === undefined || writeCatalog(host, screen, loaded, found);
  const input = await collectSite(host, screen, loaded, { found, saved, code: options.code });
  const edges = input.analysis === undefined || writeColumnEdges(host, screen, loaded, input.analysis);
  const shown = `${project.paths.target}/docs`;
  const { files, coverage, single } = renderSite(input, readAssets(host));
  const folder = join(project.root, shown);
  const site = writeSite(host, screen, { absolute: folder, shown }, files);
  const artifacts = [
    ...(manifest ? [`wrote ${manifestPath(project)}`] : []),
    ...(found === undefined ? [none] : catalog ? [catalogNote(project.paths.target, found)] : []),
  ];
  if (artifacts.length > 0) screen.note(artifacts.join('; '));
  if (site !== undefined) screen.note(`wrote ${shown}/index.html and ${site.pages - 1} more pages`);
  const alone = `${shown}.html`;
  const isAlone =
    options.singleFile === true && writeSingleFile(host, screen, { absolute: join(project.root, alone), shown: alone }, single());
  if (isAlone) screen.note(`wrote ${alone}, the same in one file`);
  if (options.singleFile !== true) removeSingleFile(host, screen, { absolute: join(project.root, alone), shown: alone });
  showUnneeded(screen, loaded.nodeErrors);
  const missing = options.failUnder === undefined ? [] : coverageProblems(coverage, options.failUnder, input.errors.size);
  screen.showDiagnostics(missing);
  const isWritten = manifest && catalog && edges && site !== undefined && isAlone === (options.singleFile === true);
  const isFine = isWritten && missing.length === 0;
  if (options.args[0] === 'serve' && site !== undefined) {
    const ended = await serveSite(host, screen, folder, options);
    // What failed before it was served has failed, however serving ended.
    return isFine ? ended : exitCodes.failed;
  }
  if (options.open === true && site !== undefined)
    openInBrowser(screen, pathToFileURL(isAlone ? join(project.root, alone) : join(folder, 'index.html')).href);
  return isFine ? exitCodes.ok : exitCodes.failed;
}

/** What cannot be built hides what it lacks, so it must not help to pass. */
function coverageProblems({ documented, tested }: Coverage, wanted: number, broken: number): readonly Diagnostic[] {
  const shares = [
    ['documented', documented],
    ['tested', tested],
  ] as const;
  const low = shares.flatMap(([what, share]) => {
    const percent = percentOf(share);
    return percent < wanted ? [diagnose('coverage-too-low', { what, percent, wanted, ...share })] : [];
  });
  return broken === 0 ? low : [...low, diagnose('coverage-not-known', { count: broken })];
}

/** Serves until somebody ends it. */
async function serveSite(host: Host, screen: Screen, folder: string, { port, open }: DocsOptions): Promise<ExitCode> {
  const cancellation = listenForCancel();
  try {
    const server = await startServer(host.files, folder, port);
    try {
      screen.note(`serving on ${server.address} until Ctrl-C`);
      if (open === true) openInBrowser(screen, server.address);
      await new Promise((resolve) => cancellation.signal.addEventListener('abort', resolve, { once: true }));
    } finally {
      await server.close();
    }
    return cancellation.exitCode();
  } finally {
    cancellation.dispose();
  }
}

function catalogNote(target: string, { catalog }: FromDatabase): string {
  return `wrote ${target}/catalog.json (${countOf(catalog.nodes.length + catalog.sources.length, 'relation')})`;
}

interface Asked {
  readonly found: FromDatabase | undefined;
  /** What is said where nothing was found. */
  readonly none: string;
}

/** A database that is busy or away is worth another try, but where an earlier run left a catalog there is something to show now. */
async function askDatabaseOrArtifacts(host: Host, screen: Screen, loaded: LoadedGraph, options: DocsOptions): Promise<Asked> {
  try {
    return { found: await askDatabase(host, screen, loaded, options), none: 'there is no database yet' };
  } catch (cause) {
    const { root, paths } = loaded.project;
    const path = `${paths.target}/catalog.json`;
    const [problem] = cause instanceof Stop && cause.exitCode === exitCodes.transient ? cause.diagnostics : [];
    if (problem === undefined || kindAt(host.files, join(root, path)) !== 'file') throw cause;
    screen.showDiagnostics([diagnose('artifacts-instead', { path, reason: problem.message }, { help: problem.help })]);
    return { found: undefined, none: 'the database was not asked' };
  }
}

/** What stands in the database and how it came there; undefined when there is no database yet. */
function askDatabase(host: Host, screen: Screen, loaded: LoadedGraph, options: DocsOptions): Promise<FromDatabase | undefined> {
  return askTargetIfAny(host, screen, loaded, { options }, async ({ adapter, session, connection }) => {
    const standing = await readStanding(adapter, session, loaded.project, loaded.graph);
    const others = await adapter.catalog.relations(connection, sourceSchemas(loaded, standing.catalog));
    const catalog = await collectCatalog(loaded, { ...standing, catalog: [...standing.catalog, ...others] }, connection);
    const isNew = standing.state.version === 0;
    const history = isNew ? noHistory : await readHistory(connection, loaded.project.stateSchema, adapter.dialect);
    return { catalog, history };
  });
}

/** Script and style of the site lie beside the bundle. */
function readAssets({ files, packageRoot }: Host): SiteAssets {
  const read = (name: string): string => new TextDecoder().decode(files.readBytes(join(packageRoot, 'dist', name)));
  return { script: read('site.js'), style: read('site.css') };
}

function writeCatalog(host: Host, screen: Screen, { project }: LoadedGraph, { catalog }: FromDatabase): boolean {
  const origin = { version: host.version, generatedAt: artifactTime(host), invocationId: null };
  const shown = `${project.paths.target}/catalog.json`;
  return writeIfNew(
    host,
    screen,
    { absolute: join(project.root, shown), shown },
    [...renderCatalog(catalog, catalog.errors, origin)].join(''),
  );
}
