/** Runs a set of nodes as the watched command does: plan, execute and report, or write what they compile to. */
import { textPath } from '../../compile/text-path.ts';
import { join } from 'node:path';
import type { NodeId } from '../../compile/compiled.ts';
import type { RunEvent, RunResult } from '../../execute/events.ts';
import type { WatchedCommand, WorkKind } from '../../watch/choose-work.ts';
import { requireSound } from '../check-queries.ts';
import { compiledPathOf, compiledTextOf, writeCompiled } from '../compiled-files.ts';
import type { RunOptions } from '../options.ts';
import { argumentsOf } from '../run-arguments.ts';
import { findDeferral, withDeferral } from '../find-deferral.ts';
import { prepareNodes } from '../prepare-nodes.ts';
import { runPrepared } from '../run-command.ts';
import type { RunManner } from '../run-command.ts';
import { createRunReport } from '../run-report.ts';
import type { Screen } from '../screen.ts';
import { stopFor } from '../stop-for.ts';
import { createUnfinishedMark } from '../unfinished-mark.ts';
import type { WatchView } from './watch-view.ts';
import type { LoadedState } from './watched-project.ts';
import { loadWhole } from '../whole-texts.ts';

export interface Work {
  readonly kind: WorkKind;
  readonly command: WatchedCommand;
  readonly nodes: ReadonlySet<NodeId>;
}

export interface WorkPorts {
  readonly view: WatchView;
  readonly screen: Screen;
  readonly signal: AbortSignal;
  /** A node will not be touched any more in this run. */
  readonly finished: (id: NodeId) => void;
}

/** What came of it: the results, or nothing when it was stopped before it ran; why was shown. */
export type WorkOutcome =
  | { readonly kind: 'ran'; readonly result: RunResult }
  | { readonly kind: 'compiled' }
  | { readonly kind: 'stopped'; readonly problems: number }
  | { readonly kind: 'nothing' };

/** Never rejects for what a user or the database did. */
export async function runWork(state: LoadedState, options: RunOptions, work: Work, ports: WorkPorts): Promise<WorkOutcome> {
  try {
    const { command } = work;
    if (command !== 'compile') return await executeWork(state, options, { ...work, command }, ports);
    await requireSound(state.loaded, work.nodes);
    return await compileWork(state, options, work, ports);
  } catch (cause) {
    const stop = stopFor(state.host, cause);
    if (stop === undefined) throw cause;
    ports.screen.showDiagnostics(stop.diagnostics);
    return { kind: 'stopped', problems: stop.diagnostics.length };
  }
}

async function executeWork(
  { host, loaded, selected }: LoadedState,
  options: RunOptions,
  { kind, command, nodes }: Work & { readonly command: Exclude<WatchedCommand, 'compile'> },
  { view, screen, signal, finished }: WorkPorts,
): Promise<WorkOutcome> {
  // What was saved has been typed on the way here.
  const request = { command, options: kind === 'all' ? options : { ...options, analyze: false } };
  const prepared = await prepareNodes(host, screen, request, { loaded, selected: nodes, own: new Set([...selected, ...nodes]) });
  if (signal.aborted) return { kind: 'stopped', problems: 0 };
  const mark = createUnfinishedMark(host, options, { command, args: argumentsOf(options) });
  mark.begin(join(loaded.project.root, loaded.project.paths.target), (text) => screen.mask().apply(text), loaded.project);
  const manner: RunManner = {
    cancellation: { signal, whileBusy: (busy) => busy() },
    recorded: mark.recorded,
    report: (planned) => {
      const report = createRunReport(host, screen, prepared.loaded, { request, planned }, view.reporter(planned, screen));
      const emit = (event: RunEvent): void => {
        if (event.type === 'node-finished' && event.result.status !== 'cancelled') finished(event.result.id);
        report.emit(event);
      };
      return { ...report, emit };
    },
  };
  try {
    const result = await runPrepared(host, screen, request, prepared, manner);
    if (result !== undefined) return { kind: 'ran', result };
    mark.undo();
    return { kind: 'nothing' };
  } catch (cause) {
    const stop = stopFor(host, cause);
    if (stop !== undefined) await mark.stopped(stop.exitCode);
    throw cause;
  }
}

async function compileWork(
  { host, loaded, selected }: LoadedState,
  options: RunOptions,
  { nodes }: Work,
  { view, screen }: WorkPorts,
): Promise<WorkOutcome> {
  const deferral = await findDeferral(host, screen, loaded, { options, own: new Set([...selected, ...nodes]) });
  const whole = await loadWhole(host, screen, loaded, nodes, deferral?.columns);
  const { graph, project } = withDeferral(screen, whole, deferral, nodes);
  const list = [...nodes].flatMap((id) => graph.nodes.get(id) ?? []);
  writeCompiled(host.files, project, list);
  const texts = list.flatMap((node) => {
    const text = compiledTextOf(node);
    return text === undefined ? [] : [{ name: node.name, path: compiledPathOf(project, textPath(node)), compiled: text.sql }];
  });
  if (options.output === 'json') for (const text of texts) screen.data(text);
  view.tell({ type: 'compiled', names: texts.map(({ name }) => name) });
  return { kind: 'compiled' };
}
