/** `tx docs generate`: writes what documentation is made from, the manifest and the catalog of what stands in the database. */
import { join } from 'node:path';
import { renderCatalog } from '../../report/catalog-artifact.ts';
import { artifactTime } from '../artifact-time.ts';
import { collectCatalog, sourceSchemas } from '../collect-catalog.ts';
import { stopForDatabase } from '../database-errors.ts';
import { exitCodes } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { loadGraph } from '../load-graph.ts';
import { manifestPath, writeManifest } from '../manifest-file.ts';
import { openDatabase, readStanding } from '../open-database.ts';
import type { DatabaseOptions, OutputOptions, ProjectOptions } from '../options.ts';
import { waitSeconds } from '../read-options.ts';
import type { Screen } from '../screen.ts';
import { listenForCancel } from '../signals.ts';
import { showUnneeded } from '../unneeded-errors.ts';
import { writeArtifact } from '../write-artifact.ts';

export type DocsOptions = ProjectOptions & OutputOptions & DatabaseOptions;

export async function docsCommand(host: Host, screen: Screen, options: DocsOptions): Promise<ExitCode> {
  const loaded = await loadGraph(host, screen, options);
  const { project } = loaded;
  const cancellation = listenForCancel();
  try {
    const { adapter, session } = await openDatabase(host, screen, loaded, {
      connections: 1,
      readOnly: true,
      waitSeconds: waitSeconds(options),
      signal: cancellation.signal,
    });
    try {
      const standing = await readStanding(adapter, session, project, loaded.graph);
      const connection = await session.connect();
      try {
        const schemas = sourceSchemas(loaded, standing.catalog);
        const others = await adapter.catalog.relations(connection, schemas);
        const catalog = await collectCatalog(loaded, { ...standing, catalog: [...standing.catalog, ...others] }, connection);
        const origin = { version: host.version, generatedAt: artifactTime(host), invocationId: null };
        const shown = `${project.paths.target}/catalog.json`;
        writeIfNew(
          host,
          screen,
          { absolute: join(project.root, shown), shown },
          [...renderCatalog(catalog, catalog.errors, origin)].join(''),
        );
        writeManifest(host, screen, loaded);
        screen.note(`wrote ${manifestPath(project)} and ${shown} (${catalog.nodes.length + catalog.sources.length} relations)`);
      } finally {
        await connection.close();
      }
    } catch (cause) {
      if (cancellation.signal.aborted) return cancellation.exitCode();
      throw stopForDatabase(cause, project);
    } finally {
      await session.close();
    }
    showUnneeded(screen, loaded.nodeErrors);
    return exitCodes.ok;
  } finally {
    cancellation.dispose();
  }
}

/** The time at which it was made is no news. */
function writeIfNew(host: Host, screen: Screen, file: { readonly absolute: string; readonly shown: string }, text: string): void {
  const timeless = (content: string): string => content.replace(/"generated_at":"[^"]*"/, '');
  const masked = screen.mask().apply(text);
  if (host.files.stat(file.absolute) !== undefined) {
    const before = new TextDecoder().decode(host.files.readBytes(file.absolute));
    if (timeless(before) === timeless(masked)) return;
  }
  writeArtifact(host, screen, file, [masked]);
}
