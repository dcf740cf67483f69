/** Reads from flags what models by interval are to load, instead of what is missing. */
import type { CompiledModel, NodeId } from '../compile/compiled.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { plainLine } from '../diagnostics/plain.ts';
import type { GraphNode } from '../graph/graph.ts';
import { inOrder } from '../graph/traverse.ts';
import type { Interval, LoadOrder } from '../plan/plan-input.ts';
import { describeNothing } from './describe-nothing.ts';
import { exitCodes, Stop } from './exit.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { RunOptions } from './options.ts';
import type { RunRequest } from './run-request.ts';
import type { Screen } from './screen.ts';
import { selectNodes } from './select-nodes.ts';

interface Wanted {
  readonly selected: ReadonlySet<NodeId>;
  /** Of `--event-time-start` and `--event-time-end`. */
  readonly interval: Interval | undefined;
}

/** Undefined where all that is missing is to be loaded. A retry opens nothing again: it loads what is left. */
export function readLoadOrder(
  host: Host,
  screen: Screen,
  loaded: LoadedGraph,
  request: RunRequest,
  { selected, interval }: Wanted,
): LoadOrder | undefined {
  const { options, retried, named } = request;
  const { backfill, restate = [], chunk = 1, resume } = options;
  // What an earlier attempt has opened counts as missing already.
  const begun = named === undefined ? {} : { begun: named.begun };
  const again = { again: retried === undefined && resume !== true, ...begun };
  if (backfill === true) {
    const window = readRange(options);
    if (Date.parse(window.start) >= host.clock.now()) screen.note(describeNothing(options, host.clock.now()));
    const pace = { chunk, ...(options.parallel === undefined ? {} : { parallel: options.parallel }) };
    return { window, only: true, ...again, ...pace };
  }
  if (restate.length > 0) {
    const window = readRange(options);
    const nodes = selectNodes(host, screen, loaded, {
      ...options,
      select: restate.map((spec) => `${spec}+`),
      selectedBy: '--restate',
      exclude: [],
    });
    const models = modelsOf(loaded, nodes);
    if (!models.some(isByInterval)) throw notByInterval(models, 'restate');
    for (const { id, name, path, config } of models.filter((model) => !isByInterval(model)))
      if (config.materialized === 'incremental' && selected.has(id))
        screen.showDiagnostics([diagnose('restate-not-seen', { name }, { node: id, span: { path, start: 0, end: 0 } })]);
    return { window, only: false, ...again, nodes: new Set(models.filter(isByInterval).map(({ id }) => id)), chunk };
  }
  if (options.from !== undefined || options.to !== undefined) throw incomplete('--restate');
  return interval === undefined ? undefined : { window: interval, only: true, ...again, chunk };
}

function modelsOf({ graph }: LoadedGraph, ids: ReadonlySet<NodeId>): readonly CompiledModel[] {
  return inOrder(graph, ids).flatMap((id) => {
    const node = graph.nodes.get(id);
    return node?.resourceType === 'model' && node.config.materialized !== 'ephemeral' ? [node] : [];
  });
}

const isByInterval = ({ config }: CompiledModel): boolean => config.intervals !== undefined;

const notByInterval = (nodes: readonly GraphNode[], what: 'backfill' | 'restate'): Stop =>
  new Stop(exitCodes.usage, [diagnose('not-by-interval', { names: nodes.map(({ name }) => name), what })]);

const mostNamed = 5;

/** What a backfill does of a selection: models by interval and the tests of these. What else would be built is left, and named. */
export function onlyByInterval(
  screen: Screen,
  { graph }: LoadedGraph,
  options: RunOptions,
  selected: ReadonlySet<NodeId>,
): ReadonlySet<NodeId> {
  // Without a range nothing is done, and nothing left.
  readRange(options);
  const kept = new Set<NodeId>();
  const left: GraphNode[] = [];
  for (const id of inOrder(graph, selected)) {
    const node = graph.nodes.get(id);
    const isModel = node?.resourceType === 'model';
    if (isModel && isByInterval(node)) kept.add(id);
    else if (node?.resourceType === 'test' || node?.resourceType === 'unit_test') {
      if (graph.parents.get(id)?.some((parent) => kept.has(parent)) === true) kept.add(id);
    } else if (node?.resourceType === 'snapshot' || (isModel && node.config.materialized !== 'ephemeral')) left.push(node);
  }
  if (kept.size === 0) throw notByInterval(left, 'backfill');
  if (left.length > 0) {
    const more = left.length > mostNamed ? ` and ${left.length - mostNamed} more` : '';
    const names = left.slice(0, mostNamed).map(({ name }) => plainLine(name));
    screen.note(`left as they are, since no range of them can be loaded: ${names.join(', ')}${more}; \`tx build\` builds them`);
  }
  return kept;
}

function readRange({ from, to }: RunOptions): LoadOrder['window'] {
  if (from === undefined && to === undefined) throw incomplete('range');
  if (from === undefined || to === undefined) throw incomplete(from === undefined ? '--from' : '--to');
  if (Date.parse(from) >= Date.parse(to)) throw new Stop(exitCodes.usage, [diagnose('interval-empty', { start: from, end: to })]);
  return { start: from, end: to };
}

const incomplete = (missing: string): Stop => new Stop(exitCodes.usage, [diagnose('interval-incomplete', { missing })]);
