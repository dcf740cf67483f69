/** Starts the runs of a watching command, and takes in what came of them. */
import type { NodeId } from '../../compile/compiled.ts';
import type { WorkKind } from '../../watch/choose-work.ts';
import { writeManifest } from '../manifest-file.ts';
import { runWork } from './run-work.ts';
import type { WorkOutcome } from './run-work.ts';
import { workFor } from './session.ts';
import type { CurrentRun, Session } from './session.ts';
import { findBlocked } from './watched-project.ts';
import type { LoadedState } from './watched-project.ts';

const nothingBecause: Readonly<Record<WorkKind, string>> = {
  changed: 'nothing changed that is selected',
  downstream: 'nothing changed that is selected, and nothing below it',
  test: 'no test on what changed is selected',
  failed: 'nothing failed',
  all: 'nothing is selected',
};

/** Starts a run, now that there is none. */
export function startWork(session: Session, kind: WorkKind): void {
  const { ports, options, state } = session;
  if (state === undefined) return;
  const { view, inbox } = ports;
  if (kind === 'test' && options.command === 'compile') {
    view.tell({ type: 'nothing-to-run', because: '`tx compile` runs no tests', isRunning: false });
    return;
  }
  const isSave = kind === 'changed' && session.pending.size > 0;
  // Before the first change, what changed is everything.
  const given = isSave ? session.pending : session.touched.size === 0 ? state.selected : session.touched;
  const wanted = workFor(session, kind, given);
  const blocked = isSave ? findBlocked(state, wanted, session.flawed) : new Set<NodeId>();
  const nodes = new Set([...wanted].filter((id) => !blocked.has(id)));
  if (nodes.size === 0) {
    const because = blocked.size === 0 ? nothingBecause[kind] : 'what changed does not run before its problems are solved';
    view.tell({ type: 'nothing-to-run', because, isRunning: false });
    return;
  }
  if (isSave) session.pending = new Set(blocked);
  else for (const id of nodes) session.pending.delete(id);
  const abort = new AbortController();
  const open = new Set(nodes);
  const screen = ports.screenFor('results');
  view.tell({ type: 'work-started', kind, names: namesOf(state, nodes) });
  state.retain();
  const command = kind === 'test' ? 'test' : options.command;
  const done = runWork(state, options, { kind, command, nodes }, { view, screen, signal: abort.signal, finished: (id) => open.delete(id) });
  const run: CurrentRun = {
    kind,
    nodes,
    open,
    state,
    screen,
    abort,
    done: done.then(
      (outcome) => inbox.put({ kind: 'ended', run, outcome }),
      (cause: unknown) => inbox.put({ kind: 'broken', cause }),
    ),
  };
  session.run = run;
}

/** Names of models and seeds; of tests where there is nothing else. */
function namesOf({ loaded: { graph } }: LoadedState, nodes: ReadonlySet<NodeId>): readonly string[] {
  const list = [...nodes].flatMap((id) => graph.nodes.get(id) ?? []);
  const built = list.filter(({ resourceType }) => resourceType === 'model' || resourceType === 'seed' || resourceType === 'snapshot');
  return (built.length === 0 ? list : built).map(({ name }) => name);
}

/** Takes in what came of a run, and starts the one that waits. */
export async function endRun(session: Session, run: CurrentRun, outcome: WorkOutcome): Promise<void> {
  const { ports, pending, failed } = session;
  const { view } = ports;
  session.run = undefined;
  let because: string | undefined;
  session.screen = run.screen;
  switch (outcome.kind) {
    case 'ran':
      for (const { id, status } of outcome.result.results) {
        if (status === 'cancelled') pending.add(id);
        if (status === 'error' || status === 'fail' || status === 'skipped') failed.add(id);
        else failed.delete(id);
      }
      break;
    case 'stopped':
      for (const id of run.nodes) pending.add(id);
      because = run.abort.signal.aborted ? 'stopped before it began' : 'did not run, because of what is shown here';
      break;
    case 'nothing':
      because = 'nothing to do';
      break;
    case 'compiled':
      break;
  }
  if (because !== undefined) view.tell({ type: 'work-dropped', because });
  if (run.kind === 'all' && outcome.kind !== 'stopped' && !run.abort.signal.aborted) await endFirst(session, run);
  run.state.release();
  const { queued } = session;
  session.queued = undefined;
  if (queued !== undefined) startWork(session, queued);
  if (session.run !== undefined) return;
  view.tell({ type: 'idle', because });
  learn(session);
}

/** What is left to do after everything ran. */
async function endFirst({ options, checker }: Session, { state, screen }: CurrentRun): Promise<void> {
  writeManifest(state.host, screen, state.loaded);
  if (options.analyze !== false && options.command !== 'compile') await checker.lookAtSources(state.host, state.loaded);
}

/** Prepares for the next change, as long as none comes. */
function learn({ ports, options, checker, state }: Session): void {
  if (state === undefined || options.analyze === false) return;
  state.retain();
  const end = (): void => state.release();
  checker.learn(state.host, state.loaded, state.selected).then(end, (cause: unknown) => {
    end();
    ports.inbox.put({ kind: 'broken', cause });
  });
}
