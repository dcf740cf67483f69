/** `--watch`: the command runs once, and then what changes, until somebody quits. */
import { join } from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';
import type { WatchedCommand } from '../../watch/choose-work.ts';
import { followedPaths, isOnTheWay, sameFollowed, usualPaths } from '../../watch/followed-paths.ts';
import type { FollowedPaths } from '../../watch/followed-paths.ts';
import { gatherChanges } from '../../watch/gather-changes.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { captureConsole } from '../helper-output.ts';
import type { Host } from '../host.ts';
import { findRoot, loadGraph } from '../load-graph.ts';
import type { RunOptions } from '../options.ts';
import { createScreen } from '../screen.ts';
import type { Screen } from '../screen.ts';
import { listenForCancel } from '../signals.ts';
import { createBlockView } from '../watch/block-view.ts';
import type { Terminal } from '../watch/block-view.ts';
import { listenToFiles } from '../watch/file-events.ts';
import type { FileEvents } from '../watch/file-events.ts';
import { createInbox } from '../watch/inbox.ts';
import { createJsEditions } from '../watch/js-editions.ts';
import { listenToKeys } from '../watch/keyboard.ts';
import { createLineView } from '../watch/line-view.ts';
import { watchProject } from '../watch/watch-session.ts';
import type { SessionPorts, WatchMessage } from '../watch/session.ts';
import type { Section, WatchView } from '../watch/watch-view.ts';
import { watchFiles } from '../watch/watched-files.ts';

export interface WatchOptions extends RunOptions {
  /** Text that is in no file, which cannot be watched. */
  readonly inline?: string;
}

/** Seconds: between two runs others may look into the database, and are soon gone again. */
const usualWait = 10;

export async function watchCommand(host: Host, screen: Screen, command: WatchedCommand, options: WatchOptions): Promise<ExitCode> {
  if (options.inline !== undefined) throw new Stop(exitCodes.usage, [diagnose('inline-and-select', { flag: '--watch' })]);
  if (options.runId !== undefined) throw new Stop(exitCodes.usage, [diagnose('run-id-watched', {})]);
  const folder = findRoot(host, options);
  // Without a folder there is nothing to watch, and loading says so.
  if (host.files.stat(folder)?.kind !== 'directory') await loadGraph(host, screen, options);
  const root = host.files.realPath(folder);
  const inbox = createInbox<WatchMessage>();
  const cancellation = listenForCancel();
  const onCancel = (): void => inbox.put({ kind: 'quit', code: cancellation.exitCode() });
  cancellation.signal.addEventListener('abort', onCancel);
  const keyboard = listenToKeys(process.stdin, (key) => {
    // A terminal that gives single keys makes no signal of this one.
    if (key === '\u0003') process.kill(process.pid, 'SIGINT');
    else inbox.put({ kind: 'key', key });
  });
  const view = chooseView(host, screen, command, options, keyboard.isOn);
  const screenFor = screenMaker(host, screen, view, options);
  // What a helper of the project prints must not stand in the middle of the block.
  const releaseConsole = captureConsole({ ...screen, helperOutput: (text, level) => screenFor('notices').helperOutput(text, level) });
  const watched = watchFiles(host.files, root);
  const watching = keepListening(root, watched, inbox.put);
  try {
    const ports: SessionPorts = {
      host: { ...host, files: watched.files },
      view,
      screenFor,
      inbox,
      js: createJsEditions(root),
      loaded: ({ loaded: { project } }) => {
        screen.addSecrets(project.secrets);
        watching.follow(followedPaths(project.paths));
      },
      readAnew: watching.readAnew,
    };
    watching.follow(usualPaths);
    return await watchProject(ports, { ...options, wait: options.wait ?? usualWait, projectDir: root, command });
  } finally {
    await watching.close();
    releaseConsole();
    keyboard.stop();
    view.close();
    cancellation.signal.removeEventListener('abort', onCancel);
    cancellation.dispose();
  }
}

/** A block where there is a terminal for it; results on stdout and a log want lines. */
function chooseView(host: Host, screen: Screen, command: WatchedCommand, options: WatchOptions, keys: boolean): WatchView {
  const { stdout, stderr } = screen.output;
  if (!stderr.isTty || screen.json || screen.quiet || options.output === 'json')
    return createLineView(host, screen.output, { json: screen.json, quiet: screen.quiet });
  return createBlockView(terminalOf(stderr), { version: host.version, command, keys: () => keys, stdout });
}

function terminalOf(channel: Terminal['channel']): Terminal {
  return {
    channel,
    rows: () => process.stderr.rows || 24,
    onResize: (callback) => {
      process.stderr.on('resize', callback);
      return () => process.stderr.off('resize', callback);
    },
  };
}

/** Screens for parts of the view; what one of them has learned to be secret is so for all that come later. */
function screenMaker(host: Host, screen: Screen, view: WatchView, options: WatchOptions): (section: Section) => Screen {
  const secrets = new Set<string>();
  return (section) => {
    const made = createScreen({ ...host, output: view.outputFor(section) }, options);
    made.addSecrets([...secrets]);
    return {
      ...made,
      addSecrets: (added) => {
        for (const secret of added) secrets.add(secret);
        made.addSecrets(added);
        screen.addSecrets(added);
      },
    };
  };
}

interface Listening {
  /** Listens to these folders; the same as before change nothing. */
  readonly follow: (followed: FollowedPaths) => void;
  readonly readAnew: () => void;
  readonly close: () => Promise<void>;
}

function keepListening(root: string, watched: ReturnType<typeof watchFiles>, put: (message: WatchMessage) => void): Listening {
  const timers = {
    now: () => performance.now(),
    after: (ms: number, callback: () => void) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
  };
  const isSettled = (path: string): boolean => (watched.files.stat(join(root, path))?.size ?? 0) > 0;
  // The same change is often heard twice, the second time when it was told already.
  const told = new Map<string, string>();
  const isNew = (path: string): boolean => {
    const stat = watched.files.stat(join(root, path));
    const text = stat === undefined ? 'gone' : `${stat.inode} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
    const before = told.get(path);
    told.set(path, text);
    return text !== before;
  };
  const gatherer = gatherChanges(
    (paths) => {
      const changed = paths.filter(isNew);
      if (changed.length > 0) put({ kind: 'changed', paths: changed });
    },
    isSettled,
    timers,
  );
  let current: { readonly followed: FollowedPaths; readonly events: FileEvents; isReady: boolean } | undefined;
  const remember = ({ followed }: { readonly followed: FollowedPaths }): void => watched.start((path) => isOnTheWay(path, followed));
  const follow = (followed: FollowedPaths): void => {
    if (current !== undefined && sameFollowed(current.followed, followed)) return;
    void current?.events.close();
    watched.stop();
    const events = listenToFiles(root, followed, {
      changed: gatherer.add,
      touched: watched.forget,
      failed: (message) => {
        watched.stop();
        put({ kind: 'unheard', reason: message });
      },
    });
    const own = { followed, events, isReady: false };
    current = own;
    void events.ready.then(() => {
      if (current !== own) return;
      own.isReady = true;
      remember(own);
      put({ kind: 'listening' });
    });
  };
  return {
    follow,
    readAnew: () => {
      if (current?.isReady === true) remember(current);
    },
    close: async () => {
      gatherer.stop();
      await current?.events.close();
    },
  };
}
