/** What a watching command does when files have changed. */
import type { NodeId } from '../../compile/compiled.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { decideDuringRun } from '../../watch/choose-work.ts';
import { isSettingsFile } from '../../watch/followed-paths.ts';
import { Stop } from '../exit.ts';
import type { Screen } from '../screen.ts';
import { stopFor } from '../stop-for.ts';
import { workFor } from './session.ts';
import type { Session } from './session.ts';
import { startWork } from './start-work.ts';
import { checkChanges, findChanges, loadState } from './watched-project.ts';
import type { LoadedState } from './watched-project.ts';

/** Loads the project as it is now, checks what changed, and runs it. Where nobody asked, nothing is said if nothing changed. */
export async function react(session: Session, paths: readonly string[], isQuiet = false): Promise<void> {
  const { ports, options, checker } = session;
  const { view } = ports;
  const since = performance.now();
  if (!isQuiet) view.tell({ type: 'files-changed', paths });
  for (const path of paths) session.unread.add(path);
  if (paths.some((path) => /\.(?:[cm]?js|json)$/i.test(path))) ports.js.next();
  if (paths.some(isSettingsFile)) await checker.forget();
  const screen = ports.screenFor('problems');
  const before = session.state;
  const state = await tryLoad(session, screen);
  session.isRefused = state === undefined;
  if (state === undefined) return;
  const changes = findChanges(session.isFirst ? undefined : before, state, session.unread);
  session.state = state;
  session.unread = new Set();
  if (session.isFirst) {
    session.isFirst = false;
    tellStart(session, state);
    startWork(session, 'all');
    return;
  }
  before?.release();
  if (isQuiet && changes.meaning.size + changes.removed.size === 0) return;
  if (isQuiet) view.tell({ type: 'files-changed', paths: state.loaded.compiled.toSorted() });
  const { looked, names, diagnostics } = await checkChanges(state, changes.meaning, options.analyze === false ? undefined : checker);
  noteFlaws(session, looked, diagnostics);
  screen.showDiagnostics(diagnostics);
  const problems = diagnostics.filter(({ severity }) => severity === 'error').length;
  view.tell({ type: 'change-checked', nodes: names, problems, durationMs: performance.now() - since });
  tellStart(session, state);
  for (const id of changes.work) session.pending.add(id);
  for (const id of changes.removed) session.pending.delete(id);
  if (changes.work.size > 0) session.touched = changes.work;
  runPending(session, changes.work, paths);
}

function noteFlaws({ flawed }: Session, looked: ReadonlySet<NodeId>, diagnostics: readonly Diagnostic[]): void {
  for (const id of looked) flawed.delete(id);
  const wrong = new Set(diagnostics.flatMap(({ severity, node }) => (severity === 'error' && node !== undefined ? [node] : [])));
  for (const id of looked) if (wrong.has(id)) flawed.add(id);
}

/** Undefined when the project cannot be used; then it stays what it was. */
async function tryLoad({ ports, options, run }: Session, screen: Screen): Promise<LoadedState | undefined> {
  const { host, view } = ports;
  try {
    const state = await loadState({ ...host, jsEdition: ports.js.current }, screen, options);
    ports.loaded(state);
    return state;
  } catch (cause) {
    const stop = cause instanceof Stop ? cause : stopFor(host, cause);
    if (stop === undefined) throw cause;
    screen.showDiagnostics(stop.diagnostics);
    const problems = stop.diagnostics.filter(({ severity }) => severity === 'error').length;
    view.tell({ type: 'project-refused', problems, isRunning: run !== undefined });
    return undefined;
  }
}

/** Says what is watched, when that is not what was said before. */
function tellStart(session: Session, { loaded, selected }: LoadedState): void {
  const counts = { models: 0, seeds: 0, snapshots: 0, tests: 0 };
  for (const id of selected) {
    const kind = id.slice(0, id.indexOf('.'));
    if (kind === 'model' || kind === 'seed' || kind === 'snapshot' || kind === 'test') counts[`${kind}s`] += 1;
    else if (kind === 'unit_test') counts.tests += 1;
  }
  const { name, target } = loaded.project;
  const event = { type: 'watch-started', command: session.options.command, project: name, target: target.name, counts } as const;
  const text = JSON.stringify(event);
  if (session.told === text) return;
  session.told = text;
  session.ports.view.tell(event);
}

/** Runs what changed, unless something stands in the way or another run goes first. */
function runPending(session: Session, changed: ReadonlySet<NodeId>, paths: readonly string[]): void {
  const { ports, state, run } = session;
  if (state === undefined) return;
  const { view } = ports;
  const work = workFor(session, 'changed', session.pending);
  if (work.size === 0) {
    session.pending.clear();
    const because = changed.size === 0 ? 'nothing changed that runs' : 'what changed is not selected';
    view.tell({ type: 'nothing-to-run', because, isRunning: run !== undefined });
    return;
  }
  if (run !== undefined) {
    const how = changed.size === 0 ? 'queue' : decideDuringRun(state.loaded.graph, changed, run.open);
    session.queued = 'changed';
    if (how === 'cancel') run.abort.abort();
    view.tell({ type: 'run-overtaken', how, paths });
    return;
  }
  startWork(session, 'changed');
}
