/** Resolves the selection flags against the graph. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { NodeId } from '../compile/compiled.ts';
import { hasErrors } from '../diagnostics/diagnostic.ts';
import type { ContentHash } from '../graph/content-hash.ts';
import { contentHash } from '../graph/content-hash.ts';
import { selectorSource } from '../graph/parse-selector.ts';
import { excludeFlag, select, selectFlag, selectorFlag } from '../graph/select.ts';
import type { Project } from '../project/project.ts';
import { traced } from '../project/tracer.ts';
import { exitCodes, Stop } from './exit.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { SelectionOptions } from './options.ts';
import { createSavedFiles } from './saved-files.ts';
import type { Screen } from './screen.ts';

/** The selected nodes; a mistake in a selector is a usage error. */
export function selectNodes(
  host: Host,
  screen: Screen,
  loaded: LoadedGraph,
  options: SelectionOptions & { readonly selectedBy?: string },
): ReadonlySet<NodeId> {
  const { selector, selectedBy = selectFlag } = options;
  screen.addSources([
    selectorSource(selectedBy, options.select),
    selectorSource(excludeFlag, options.exclude),
    selectorSource(selectorFlag, selector === undefined ? [] : [selector]),
  ]);
  const indirect = options.indirectSelection ?? loaded.project.indirectSelection;
  const selection = traced(host.trace, 'select', () =>
    select(loaded.graph, {
      select: options.select,
      selectedBy,
      exclude: options.exclude,
      selector,
      resourceTypes: options.resourceType,
      excludeResourceTypes: options.excludeResourceType,
      ...(indirect === undefined ? {} : { indirect }),
      saved: { files: createSavedFiles(host, loaded.project, options.state), content: hashContent(host, loaded) },
    }),
  );
  if (hasErrors(selection.diagnostics)) throw new Stop(exitCodes.usage, selection.diagnostics);
  screen.showDiagnostics(selection.diagnostics);
  const { nodes, byDefault } = selection.value;
  if (byDefault !== undefined) screen.note(`selector: ${byDefault}, the default of the project`);
  return nodes;
}

export type SeedHash = (path: string) => string | undefined;

/** Hashes of seed files by their paths. A file is read when somebody asks for it, and once. */
export function hashSeeds(host: Host, { root }: Project): SeedHash {
  const known = new Map<string, string | undefined>();
  const read = (file: string): string | undefined => {
    if (host.files.stat(file) === undefined) return undefined;
    const sum = createHash('sha256');
    for (const piece of host.files.chunks(file)) sum.update(piece);
    return sum.digest('hex');
  };
  return (path) => {
    if (!known.has(path)) known.set(path, read(join(root, path)));
    return known.get(path);
  };
}

/** The content hash of each node. */
export function hashContent(
  host: Host,
  { graph, engine, project }: Pick<LoadedGraph, 'graph' | 'engine' | 'project'>,
  seedHash = hashSeeds(host, project),
): ContentHash {
  let hash: ContentHash | undefined;
  // Made only for who needs it: it looks at every relation of the project.
  return (node) => (hash ??= contentHash(graph, engine.dialect, seedHash))(node);
}
