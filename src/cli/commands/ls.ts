/** `tx ls`: one line per selected node on stdout. */
import { describeNode, nameNodes } from '../../graph/describe-node.ts';
import type { NameForm } from '../../graph/describe-node.ts';
import { exitCodes } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import { loadGraph } from '../load-graph.ts';
import type { OutputOptions, ProjectOptions, SelectionOptions } from '../options.ts';
import { showUnneeded } from '../unneeded-errors.ts';
import type { Screen } from '../screen.ts';
import { selectNodes } from '../select-nodes.ts';

export interface LsOptions extends ProjectOptions, OutputOptions, SelectionOptions {
  readonly output: NameForm | 'json';
}

export async function lsCommand(host: Host, screen: Screen, options: LsOptions): Promise<ExitCode> {
  const loaded = await loadGraph(host, screen, options);
  const selected = selectNodes(host, screen, loaded, options);
  const { graph } = loaded;
  const nodes = graph.order.filter((id) => selected.has(id)).flatMap((id) => graph.nodes.get(id) ?? []);
  const { output } = options;
  const line =
    output === 'json' ? (node: (typeof nodes)[number]): string => JSON.stringify(describeNode(graph, node)) : nameNodes(graph, output);
  if (nodes.length > 0) screen.result(nodes.map(line).join('\n'));
  showUnneeded(screen, loaded.nodeErrors);
  return exitCodes.ok;
}
