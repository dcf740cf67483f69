/** Watches a project: takes changes, keys and ends of runs one after another. */
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { WorkKind } from '../../watch/choose-work.ts';
import { exitCodes } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { writeManifest } from '../manifest-file.ts';
import { react } from './react.ts';
import { startSession } from './session.ts';
import type { Session, SessionOptions, SessionPorts } from './session.ts';
import { endRun, startWork } from './start-work.ts';

/** Watches until somebody quits; gives the exit code. Rejects only for bugs. */
export async function watchProject(ports: SessionPorts, options: SessionOptions): Promise<ExitCode> {
  const session = startSession(ports, options);
  try {
    await react(session, [], true);
    for (;;) {
      const message = await ports.inbox.take();
      switch (message.kind) {
        case 'changed':
          await react(session, message.paths);
          break;
        case 'listening':
          // What is wrong was said; the next change is told, and everything is read then.
          if (!session.isRefused) await react(session, [], true);
          ports.view.tell({ type: 'watch-listening' });
          break;
        case 'unheard':
          ports.screenFor('notices').showDiagnostics([diagnose('files-not-watched', { reason: message.reason })]);
          break;
        case 'key':
          if (message.key === 'q') return await quit(session, exitCodes.ok);
          await press(session, message.key);
          break;
        case 'ended':
          await endRun(session, message.run, message.outcome);
          break;
        case 'broken':
          throw message.cause;
        case 'quit':
          return await quit(session, message.code);
      }
    }
  } catch (cause) {
    // What the cache cannot read is compiled anew when the command starts over.
    session.state?.end(cause instanceof Error && cause.name === 'CacheDamaged');
    throw cause;
  } finally {
    session.run?.abort.abort();
    await session.run?.done;
    await session.checker.forget();
    session.state?.end(false);
  }
}

async function quit({ ports, run, state, screen }: Session, code: ExitCode): Promise<ExitCode> {
  ports.view.tell({ type: 'watch-ending' });
  run?.abort.abort();
  await run?.done;
  // Who cancels does not wait for more files.
  if (code === exitCodes.ok && state !== undefined) writeManifest(state.host, screen ?? ports.screenFor('results'), state.loaded);
  ports.view.tell({ type: 'watch-ended' });
  return code;
}

const kindOfKey: Readonly<Record<string, WorkKind>> = { r: 'changed', d: 'downstream', t: 'test', f: 'failed', a: 'all' };

async function press(session: Session, key: string): Promise<void> {
  const kind = kindOfKey[key.toLowerCase()];
  if (kind === undefined) return;
  const { ports, isFirst } = session;
  if (kind === 'all') {
    ports.readAnew();
    ports.js.next();
    await session.checker.forget();
    await react(session, [], false);
    // Now that it can be loaded, all of it runs in any case.
    if (isFirst) return;
  }
  if (session.state === undefined) return;
  if (session.run !== undefined) session.queued = kind;
  else startWork(session, kind);
}
