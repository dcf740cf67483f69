/** Keeps what analysis found of the whole project's columns, for `tx query`. */
import { join } from 'node:path';
import type { Analysis } from '../analyze/analysis.ts';
import { listColumnEdges } from '../analyze/list-column-edges.ts';
import { columnEdgesFile, renderColumnEdges } from '../report/column-edges-artifact.ts';
import { artifactTime } from './artifact-time.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { Screen } from './screen.ts';
import { writeIfNew } from './write-artifact.ts';

/** Gives false where the file cannot be written. */
export function writeColumnEdges(host: Host, screen: Screen, { project, graph, engine }: LoadedGraph, analysis: Analysis): boolean {
  const shown = `${project.paths.target}/${columnEdgesFile}`;
  const edges = listColumnEdges(analysis, graph, engine.dialect.foldIdentifier);
  const text = renderColumnEdges(edges, { version: host.version, generatedAt: artifactTime(host) });
  return writeIfNew(host, screen, { absolute: join(project.root, shown), shown }, text);
}
