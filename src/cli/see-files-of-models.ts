/** Looks at the files of models that are kept in files. */
import type { NodeId } from '../compile/compiled.ts';
import { NotWritten } from '../project/file-system.ts';
import { placedFiles } from '../project/placed-files.ts';
import type { PlacedFiles } from '../project/placed-files.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';

/** What tells those that are there from what they were. `mends`: what a killed run has left in the middle of a swap is put right first. */
export function seeFilesOfModels(
  { files }: Pick<Host, 'files'>,
  { project, graph }: Pick<LoadedGraph, 'project' | 'graph'>,
  { mends = false }: { readonly mends?: boolean } = {},
): ReadonlyMap<NodeId, string> {
  const places = placedFiles(files, project.root);
  const seen = new Map<NodeId, string>();
  for (const [position, id] of graph.order.entries()) {
    if (graph.kindAt(position) !== 'model') continue;
    const node = graph.nodes.get(id);
    if (node?.resourceType !== 'model' || node.config.external === undefined) continue;
    const { location } = node.config.external;
    if (mends) mendIfPossible(places, location);
    const found = places.seen(location);
    if (found !== undefined) seen.set(id, found);
  }
  return seen;
}

/** Where that is not possible, whoever writes there is told. */
function mendIfPossible(places: PlacedFiles, location: string): void {
  try {
    places.mend(location);
  } catch (cause) {
    if (!(cause instanceof NotWritten)) throw cause;
  }
}
