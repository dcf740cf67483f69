/** Resolves the selection flags against the graph. */
import type { NodeId } from '../compile/compiled.ts';
import { hasErrors } from '../diagnostics/diagnostic.ts';
import { selectorSource } from '../graph/parse-selector.ts';
import { select } from '../graph/select.ts';
import { exitCodes, Stop } from './exit.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { SelectionOptions } from './options.ts';
import type { Screen } from './screen.ts';

/** The selected nodes; a mistake in a selector is a usage error. */
export function selectNodes(loaded: LoadedGraph, screen: Screen, options: SelectionOptions): ReadonlySet<NodeId> {
  screen.addSources([selectorSource('--select', options.select), selectorSource('--exclude', options.exclude)]);
  const selection = select(loaded.graph, {
    select: options.select,
    exclude: options.exclude,
    resourceTypes: options.resourceType,
    excludeResourceTypes: options.excludeResourceType,
    indirect: options.indirectSelection,
  });
  if (hasErrors(selection.diagnostics)) throw new Stop(exitCodes.usage, selection.diagnostics);
  screen.showDiagnostics(selection.diagnostics);
  return selection.value.nodes;
}
