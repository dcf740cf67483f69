/** The nodes of a building or testing command: what its flags select, or what a retry runs again. */
import type { NodeId } from '../compile/compiled.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { GraphNode } from '../graph/graph.ts';
import type { Command } from '../plan/plan.ts';
import { exitCodes, Stop } from './exit.ts';
import type { Production } from './find-production.ts';
import type { Host } from './host.ts';
import { onlyByInterval } from './load-order.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { RetriedRun, RunRequest } from './run-request.ts';
import type { RunOptions } from './options.ts';
import type { Screen } from './screen.ts';
import { selectNodes } from './select-nodes.ts';

/** The nodes that the request is about. Stops when nothing is left of what a retry should run again. */
export function chooseNodes(host: Host, screen: Screen, loaded: LoadedGraph, request: RunRequest): ReadonlySet<NodeId> {
  const { retried } = request;
  const chosen =
    retried === undefined
      ? selectNodes(host, screen, loaded, withRestated(request.options))
      : chooseAgain(host, screen, loaded, request, retried);
  return request.options.backfill === true ? onlyByInterval(screen, loaded, request.options, chosen) : chosen;
}

/** In an environment only what differs from the target is worth a build or a test, unless somebody insists. */
export function inEnvironment(
  selected: ReadonlySet<NodeId>,
  { command, options, retried }: RunRequest,
  production: Pick<Production, 'affected'> | undefined,
): ReadonlySet<NodeId> {
  const isNamed = options.select.length + options.exclude.length > 0 || options.selector !== undefined;
  const insists = options.force === true || options.fullRefresh === true || (isNamed && command !== 'build' && command !== 'test');
  if (production === undefined || retried !== undefined || insists) return selected;
  return new Set([...selected].filter((id) => production.affected.has(id)));
}

/** What was chosen and is left to the target although something above it differs: why, in words. */
export function sparedOf(
  chosen: ReadonlySet<NodeId>,
  asked: ReadonlySet<NodeId>,
  production: Pick<Production, 'spared'> | undefined,
): ReadonlyMap<NodeId, string> {
  return new Map([...(production?.spared ?? [])].filter(([id]) => chosen.has(id) && !asked.has(id)));
}

/** Without a selection, a range that is loaded again is loaded again in all that follows from it. */
function withRestated(options: RunOptions): RunOptions & { readonly selectedBy?: string } {
  const { restate = [], select, selector } = options;
  if (select.length > 0 || selector !== undefined || restate.length === 0) return options;
  return { ...options, select: restate.map((spec) => `${spec}+`), selectedBy: '--restate' };
}

function chooseAgain(host: Host, screen: Screen, loaded: LoadedGraph, request: RunRequest, retried: RetriedRun): ReadonlySet<NodeId> {
  const { graph } = loaded;
  const work = [...graph.nodes.values()].filter((node) => isWorkOf(request.command, node)).map((node) => node.id);
  const known = new Set<string>(work);
  const nodes = work.filter((id) => retried.failed.has(id));
  const gone = [...retried.failed].filter((id) => !known.has(id));
  if (gone.length > 0) {
    // A node that was renamed, or a test whose arguments changed, is one that the same flags select and the record does not know.
    const selected = selectNodes(host, screen, loaded, request.options);
    nodes.push(...work.filter((id) => selected.has(id) && !retried.recorded.has(id)));
    if (nodes.length === 0) throw new Stop(exitCodes.usage, [diagnose('retry-nothing-left', { gone })]);
    screen.showDiagnostics([diagnose('retry-node-gone', { gone })]);
  }
  // What is built again is tested again, whatever its tests said before.
  const isTest = (id: NodeId): boolean => ['test', 'unit_test'].includes(graph.nodes.get(id)?.resourceType ?? '');
  const tests = nodes.flatMap((id) => graph.children.get(id) ?? []).filter(isTest);
  return new Set([...nodes, ...tests]);
}

/** Whether the command does something for the node. */
export function isWorkOf(command: Command, node: GraphNode): boolean {
  switch (node.resourceType) {
    case 'model':
      return (command === 'run' || command === 'build') && node.config.materialized !== 'ephemeral';
    case 'seed':
      // A run loads the seeds above its models.
      return command !== 'test';
    case 'snapshot':
      return command === 'snapshot' || command === 'build';
    case 'test':
    case 'unit_test':
      return command === 'test' || command === 'build';
    default:
      return false;
  }
}
