/** A run under a name of the user's: what was finished under it is not done again. */
import { bug } from '../diagnostics/bug.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { NodeId } from '../compile/compiled.ts';
import type { ExecutionOptions } from '../execute/execution.ts';
import type { RunArguments } from '../report/run-arguments.ts';
import { commandLine } from '../report/run-arguments.ts';
import { inspectStateLayout } from '../state/state-layout.ts';
import { readNamedRuns, runIdFor } from '../state/request-reader.ts';
import type { NamedRun } from '../state/request-reader.ts';
import { isWorkOf } from './choose-nodes.ts';
import { askTargetIfAny } from './ask-target.ts';
import { exitCodes, Stop } from './exit.ts';
import type { Host } from './host.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { Prepared } from './make-plan.ts';
import { argumentsOf } from './run-arguments.ts';
import type { NamedRequest, RunRequest } from './run-request.ts';
import type { Screen } from './screen.ts';

/** Flags that make of the same nodes something else. */
const deciding = ['full_refresh', 'vars', 'restate', 'from', 'to', 'event_time_start', 'event_time_end'] as const;

/** The request as it stands after what was done under its name; itself without a name. */
export async function identifyRun(host: Host, screen: Screen, loaded: LoadedGraph, request: RunRequest): Promise<RunRequest> {
  const name = request.options.runId;
  if (name === undefined) return request;
  const earlier = await readEarlier(host, screen, loaded, request, name);
  const before = earlier.at(-1);
  if (before !== undefined) requireSame(name, before, request);
  const askedOf = (runs: readonly NamedRun[]): ReadonlySet<string> => new Set(runs.flatMap((run) => run.request?.nodes ?? []));
  const named: NamedRequest = {
    name,
    runId: runIdFor(name, earlier),
    finished: new Set(earlier.flatMap(({ finished }) => [...finished])),
    begun: askedOf(earlier),
    whole: askedOf(earlier.filter(({ status }) => status === 'success')),
    before,
  };
  requireOpen(loaded, request, named);
  return { ...request, named };
}

async function readEarlier(
  host: Host,
  screen: Screen,
  loaded: LoadedGraph,
  { options }: RunRequest,
  name: string,
): Promise<readonly NamedRun[]> {
  const { project } = loaded;
  const found = await askTargetIfAny(host, screen, loaded, { options }, async ({ adapter, session, connection }) => {
    const { stateSchema: schema } = project;
    const catalog = await adapter.catalog.relations(connection, [schema]);
    if (inspectStateLayout(schema, catalog, adapter.dialect).kind === 'absent') return [];
    const runs = await readNamedRuns(connection, schema, adapter.dialect, name);
    const running = runs.filter(({ status }) => status === 'running').map(({ runId }) => runId);
    const dead = new Set(session.deadRuns === undefined ? running : await session.deadRuns(running));
    if (running.some((id) => !dead.has(id))) throw new Stop(exitCodes.transient, [diagnose('run-id-at-work', { name })]);
    return runs;
  });
  return found ?? [];
}

/** Refuses to take up a run that was told to do something else. */
function requireSame(name: string, { request: before }: NamedRun, { options }: RunRequest): void {
  if (before === undefined) return;
  const now = decidingOf(argumentsOf(options));
  const flag = deciding.find((each) => JSON.stringify(before.args[each] ?? null) !== JSON.stringify(now[each] ?? null));
  if (flag !== undefined)
    throw new Stop(exitCodes.usage, [diagnose('run-id-of-another', { name, flag: `--${flag.replaceAll('_', '-')}`, line: before.line })]);
}

/** Refuses to repeat under a name what that has finished: it would be left as it failed since. */
function requireOpen({ graph }: LoadedGraph, { retried }: RunRequest, { name, finished }: NamedRequest): void {
  const nodes = [...(retried?.failed ?? [])].filter((id) => finished.has(id));
  if (nodes.length === 0) return;
  const known = new Map([...graph.nodes.values()].map((node) => [String(node.id), node.name] as const));
  throw new Stop(exitCodes.usage, [diagnose('run-id-finished', { name, nodes: nodes.map((id) => known.get(id) ?? id) })]);
}

function decidingOf(args: RunArguments): RunArguments {
  return Object.fromEntries(deciding.flatMap((flag) => (args[flag] === undefined || args[flag] === null ? [] : [[flag, args[flag]]])));
}

/** What is left of the selection. A test of what is built now is asked again. */
export function withoutFinished({ graph }: LoadedGraph, selected: ReadonlySet<NodeId>, { named }: RunRequest): ReadonlySet<NodeId> {
  if (named === undefined || named.finished.size === 0) return selected;
  const isDone = (id: NodeId): boolean => {
    const node = graph.nodes.get(id) ?? bug(`${id} is not in the graph`);
    // Which of its intervals are loaded, its ledger knows better.
    const isByInterval = node.resourceType === 'model' && node.config.intervals !== undefined && !named.whole.has(id);
    return named.finished.has(id) && !isByInterval;
  };
  const open = new Set([...selected].filter((id) => !isDone(id)));
  const isTest = (id: NodeId): boolean => ['test', 'unit_test'].includes(graph.nodes.get(id)?.resourceType ?? '');
  const again = [...selected].filter((id) => isTest(id) && (graph.parents.get(id) ?? []).some((parent) => open.has(parent)));
  return new Set([...selected].filter((id) => open.has(id) || again.includes(id)));
}

/** Says what is taken up, or that nothing is left. */
export function tellNamed(
  screen: Screen,
  { named, command, options }: RunRequest,
  counts: { readonly all: number; readonly left: number },
): void {
  if (named?.before === undefined) return;
  const { name, before } = named;
  const when = `${before.at.slice(0, 19).replace('T', ' ')} UTC`;
  const line = commandLine(command, argumentsOf(options));
  if (before.request !== undefined && before.request.line !== line)
    screen.note(`run ${name} was begun as \`${before.request.line}\`: what it finished is not done again`);
  if (counts.left === 0) screen.note(`nothing to do: run ${name} has finished all of it (${when})`);
  // What stood unchanged was not done under that name, and is looked at again.
  else if (counts.left === counts.all)
    screen.note(`run ${name} goes on with all ${counts.all} nodes: it had built none of them by ${when}`);
  else screen.note(`run ${name} goes on with ${counts.left} of ${counts.all} nodes: the others were finished by ${when}`);
}

/** For the record of the run. */
export function namedOf(
  { named, command, options }: RunRequest,
  { loaded: { graph }, asked = new Set() }: Pick<Prepared, 'loaded' | 'asked'>,
): Pick<ExecutionOptions, 'named'> {
  if (named === undefined) return {};
  const args = argumentsOf(options);
  const nodes = [...asked].filter((id) => {
    const node = graph.nodes.get(id);
    return node !== undefined && isWorkOf(command, node);
  });
  const request = { runId: named.runId, line: commandLine(command, args), args: decidingOf(args), nodes };
  return { named: { name: named.name, ordinal: Number(/#(\d+)$/.exec(named.runId)?.[1] ?? 1), request } };
}
