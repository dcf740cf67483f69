/** Tells the files that are sources from what they were, without reading them. */
import { join } from 'node:path';
import type { NodeId } from '../compile/compiled.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';

/** A path of one file: no pattern, no address, no call. */
const plainPath = /^[^*?[\]{}()]+$/;
const address = /^[A-Za-z][A-Za-z0-9+.-]+:/;

/** Some file systems keep even seconds only. */
const coarsestTick = 2000;

/**
 * A stamp for each source that is one file here: its size, its times, and what the file system calls it. Whoever writes it leaves
 * another time behind. Others have none: nobody knows of them whether they have changed.
 */
export function stampSources(
  { files, clock }: Pick<Host, 'files' | 'clock'>,
  { project, graph }: Pick<LoadedGraph, 'project' | 'graph'>,
): ReadonlyMap<NodeId, string> {
  const settled = clock.now() - coarsestTick;
  const stamps = new Map<NodeId, string>();
  for (const [position, id] of graph.order.entries()) {
    if (graph.kindAt(position) !== 'source') continue;
    const node = graph.nodes.get(id);
    if (node?.resourceType !== 'source' || node.external === undefined || node.location === undefined) continue;
    if (!plainPath.test(node.location) || address.test(node.location)) continue;
    const stat = files.stat(join(project.root, node.location));
    // What was written just now can be written once more, and look the same.
    if (stat?.kind === 'file' && stat.mtimeMs < settled && stat.ctimeMs < settled)
      stamps.set(id, [stat.size, stat.mtimeMs, stat.ctimeMs, stat.inode].join(' '));
  }
  return stamps;
}
