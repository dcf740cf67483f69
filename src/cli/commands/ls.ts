/** `tx ls`: one line per selected node on stdout. */
import { plainLine } from '../../diagnostics/plain.ts';
import type { GraphNode } from '../../graph/graph.ts';
import type { NameForm } from '../../graph/name-nodes.ts';
import { nameNodes } from '../../graph/name-nodes.ts';
import { checkKeys, describeNodes } from '../../report/manifest/listing.ts';
import { writeJson } from '../../report/write-json.ts';
import { traced } from '../../project/tracer.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { loadGraph } from '../load-graph.ts';
import type { LoadedGraph } from '../load-graph.ts';
import { entryContext } from '../manifest-file.ts';
import type { OutputOptions, ProjectOptions, SelectionOptions } from '../options.ts';
import { showUnneeded } from '../unneeded-errors.ts';
import type { Screen } from '../screen.ts';
import { selectNodes } from '../select-nodes.ts';

type ListForm = NameForm | 'text' | 'json';

export interface LsOptions extends ProjectOptions, OutputOptions, SelectionOptions {
  readonly output: ListForm | 'gaps';
  readonly outputKeys: readonly string[];
}

export async function lsCommand(host: Host, screen: Screen, options: LsOptions): Promise<ExitCode> {
  const mistakes = checkKeys(options.outputKeys);
  if (mistakes.length > 0) throw new Stop(exitCodes.usage, mistakes);
  const loaded = await loadGraph(host, screen, options);
  const selected = selectNodes(host, screen, loaded, options);
  const { output } = options;
  if (output === 'gaps')
    return await (await import('./list-gaps.ts')).showGaps(host, screen, loaded, { ...options, output: 'text' }, selected);
  const { graph } = loaded;
  const nodes = [...selected].flatMap((id) => graph.nodes.get(id) ?? []);
  traced(host.trace, 'report', () => {
    if (nodes.length > 0)
      screen.result(
        nodes
          .map(lineOf(host, loaded, { ...options, output }))
          .map(plainLine)
          .join('\n'),
      );
  });
  // What is listed is known all the same; that it does not compile must not be missed.
  const wanted = new Set<string>(selected);
  if (loaded.nodeErrors.some(({ node }) => node !== undefined && wanted.has(node))) throw new Stop(exitCodes.usage, loaded.nodeErrors);
  showUnneeded(screen, loaded.nodeErrors);
  return exitCodes.ok;
}

/** Keys are for the form that has them: asking for some asks for JSON. */
function lineOf(
  host: Host,
  loaded: LoadedGraph,
  { output, outputKeys }: { readonly output: ListForm; readonly outputKeys: readonly string[] },
): (node: GraphNode) => string {
  if (output !== 'json' && outputKeys.length === 0) return nameNodes(loaded.graph, output === 'text' ? 'selector' : output);
  const describe = describeNodes(entryContext(host, loaded), outputKeys);
  return (node) => writeJson(describe(node));
}
