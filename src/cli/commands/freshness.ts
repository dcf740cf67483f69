/** `tx freshness`: says how old the data of sources and of what was built is, and whether that is too old. */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { Dialect } from '../../adapter/dialect.ts';
import { plainNode } from '../../cache/plain-node.ts';
import { redirectSql } from '../../compile/redirect-relations.ts';
import { checkFreshness } from '../../execute/check-freshness.ts';
import type { WatchedNode } from '../../execute/check-freshness.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { createFreshnessReport } from '../../report/freshness-report.ts';
import { sourcesArtifact } from '../../report/sources-artifact.ts';
import { artifactTime } from '../artifact-time.ts';
import { requireSound } from '../check-queries.ts';
import type { FoundDeferral } from '../deferral.ts';
import { findSourcesBeside } from '../environment-database.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { loadGraph } from '../load-graph.ts';
import { openDatabase } from '../open-database.ts';
import type { DatabaseOptions, OutputOptions, ProjectOptions, SelectionOptions } from '../options.ts';
import { waitSeconds } from '../read-options.ts';
import type { Screen } from '../screen.ts';
import { selectNodes } from '../select-nodes.ts';
import { listenForCancel } from '../signals.ts';
import { showUnneeded } from '../unneeded-errors.ts';
import { writeArtifact } from '../write-artifact.ts';
import { shownName } from '../../graph/shown-name.ts';

export interface FreshnessOptions extends ProjectOptions, OutputOptions, SelectionOptions, DatabaseOptions {
  readonly threads?: number;
  /** Where to write the record, instead of target/sources.json. */
  readonly output?: string;
}

export async function freshnessCommand(host: Host, screen: Screen, options: FreshnessOptions): Promise<ExitCode> {
  const loaded = await loadGraph(host, screen, options);
  const { project, graph, engine } = loaded;
  const selected = selectNodes(host, screen, loaded, options);
  const known = [...selected].map((id) => graph.nodes.get(id)).filter(isWatched);
  const beside = known.length === 0 ? undefined : await findSourcesBeside(host, screen, loaded, options);
  const watched = known.map((node) => whereItStands(node, beside, engine.dialect));
  if (watched.length === 0) {
    screen.note('nothing to do: nothing that is selected has `freshness`');
    showUnneeded(screen, loaded.nodeErrors);
    return exitCodes.ok;
  }
  const unneeded = await requireSound(loaded, new Set(watched.map(({ id }) => id)));
  const shown = options.output ?? `${project.paths.target}/sources.json`;
  const absolute = resolve(options.output === undefined ? project.root : host.cwd, shown);
  const cancellation = listenForCancel();
  try {
    const threads = Math.min(options.threads ?? project.target.threads, watched.length);
    const request = { connections: threads, readOnly: true, waitSeconds: waitSeconds(options), signal: cancellation.signal };
    const { adapter, session } = await openDatabase(host, screen, loaded, request).catch((cause: unknown) => {
      // Files are there before the first build has made the database.
      const isMissing = cause instanceof Stop && cause.diagnostics.some(({ code }) => code === 'missing-database');
      if (!isMissing || watched.some((node) => node.resourceType !== 'source' || node.external === undefined)) throw cause;
      return openDatabase(host, screen, loaded, { ...request, readOnly: false });
    });
    const report = createFreshnessReport({
      channel: screen.output.stderr,
      names: watched.map(shownName),
      noun: watched.every(({ resourceType }) => resourceType === 'source') ? 'source' : 'relation',
      head: { version: host.version, target: project.target.name, database: `${engine.type} ${session.description}` },
      sources: screen.sources,
      findSecrets: (text) => screen.mask().find(text),
      json: screen.json,
      quiet: screen.quiet,
      now: host.clock.now,
    });
    const startedAt = host.clock.now();
    try {
      const ports = {
        session,
        dialect: adapter.dialect,
        engine: engine.type,
        clock: host.clock,
        signal: cancellation.signal,
        emit: report.handle,
      };
      const results = await checkFreshness(watched, threads, ports);
      if (cancellation.signal.aborted) return cancellation.exitCode();
      const durationMs = host.clock.now() - startedAt;
      const origin = { version: host.version, generatedAt: artifactTime(host), invocationId: randomUUID() };
      writeArtifact(host, screen, { absolute, shown }, [`${JSON.stringify(sourcesArtifact(results, origin, durationMs))}\n`]);
      report.finish(results, durationMs);
      showUnneeded(screen, unneeded);
      return results.some(({ status }) => status === 'error' || status === 'runtime error') ? exitCodes.failed : exitCodes.ok;
    } finally {
      await session.close();
    }
  } finally {
    cancellation.dispose();
  }
}

function isWatched(node: GraphNode | undefined): node is WatchedNode {
  return node !== undefined && 'freshness' in node && node.freshness !== undefined;
}

/** A source that the database of the target has, where this is another one. */
function whereItStands(node: WatchedNode, beside: FoundDeferral | undefined, dialect: Dialect): WatchedNode {
  const found = beside?.relations.get(node.id);
  const source = plainNode(node);
  if (found === undefined || source.resourceType !== 'source') return node;
  const redirects = [[dialect.relation(found.own), dialect.relation(found.relation)]] as const;
  const { filter, loadedAt } = node.freshness;
  return {
    ...source,
    relation: found.relation,
    freshness: {
      ...node.freshness,
      ...(filter === undefined ? {} : { filter: redirectSql(filter, redirects) }),
      ...(loadedAt === undefined ? {} : { loadedAt: { ...loadedAt, sql: redirectSql(loadedAt.sql, redirects) } }),
    },
  };
}
