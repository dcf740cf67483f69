/** Everything that a watching command remembers. */
import type { NodeId } from '../../compile/compiled.ts';
import { chooseWork } from '../../watch/choose-work.ts';
import type { WatchedCommand, WorkKind } from '../../watch/choose-work.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import type { RunOptions } from '../options.ts';
import type { Screen } from '../screen.ts';
import { createChecker } from './checker.ts';
import type { Checker } from './checker.ts';
import type { Inbox } from './inbox.ts';
import type { JsEditions } from './js-editions.ts';
import type { WorkOutcome } from './run-work.ts';
import type { Section, WatchView } from './watch-view.ts';
import type { LoadedState } from './watched-project.ts';

export type WatchMessage =
  | { readonly kind: 'changed'; readonly paths: readonly string[] }
  /** Changes are told from now on; what changed before was not. */
  | { readonly kind: 'listening' }
  /** Changes may be missed from now on. */
  | { readonly kind: 'unheard'; readonly reason: string }
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'ended'; readonly run: CurrentRun; readonly outcome: WorkOutcome }
  | { readonly kind: 'broken'; readonly cause: unknown }
  | { readonly kind: 'quit'; readonly code: ExitCode };

export interface CurrentRun {
  readonly kind: WorkKind;
  readonly nodes: ReadonlySet<NodeId>;
  /** Those that are not finished. */
  readonly open: Set<NodeId>;
  readonly state: LoadedState;
  readonly screen: Screen;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

export interface SessionPorts {
  readonly host: Host;
  readonly view: WatchView;
  /** A screen that writes into that place. */
  readonly screenFor: (section: Section) => Screen;
  readonly inbox: Inbox<WatchMessage>;
  readonly js: JsEditions;
  /** Told after each time that the project was loaded. */
  readonly loaded: (state: LoadedState) => void;
  /** Asks the disk for everything anew. */
  readonly readAnew: () => void;
}

export interface SessionOptions extends RunOptions {
  readonly command: WatchedCommand;
}

/** Everything that changes while a project is watched. */
export interface Session {
  readonly ports: SessionPorts;
  readonly options: SessionOptions;
  readonly checker: Checker;
  state: LoadedState | undefined;
  run: CurrentRun | undefined;
  queued: WorkKind | undefined;
  /** Files that have changed since the project could be loaded. */
  unread: Set<string>;
  /** Nodes that have to run because of a change and have not. */
  pending: Set<NodeId>;
  /** What changed last. */
  touched: ReadonlySet<NodeId>;
  failed: Set<NodeId>;
  /** Nodes with an error when they were looked at last. */
  flawed: Set<NodeId>;
  /** The whole selection is to run as soon as the project can be loaded. */
  isFirst: boolean;
  /** It could not be loaded as it was last. */
  isRefused: boolean;
  /** The one of the last run. */
  screen: Screen | undefined;
  /** What was said last of what is watched. */
  told: string;
}

export function startSession(ports: SessionPorts, options: SessionOptions): Session {
  return {
    ports,
    options,
    checker: createChecker(),
    state: undefined,
    run: undefined,
    queued: undefined,
    unread: new Set(),
    pending: new Set(),
    touched: new Set(),
    failed: new Set(),
    flawed: new Set(),
    isFirst: true,
    isRefused: false,
    screen: undefined,
    told: '',
  };
}

/** The nodes of that kind of work; `given` is what changed. */
export function workFor({ state, options, failed, touched }: Session, kind: WorkKind, given = touched): ReadonlySet<NodeId> {
  if (state === undefined) return new Set();
  const { loaded, selected } = state;
  return chooseWork(kind, { graph: loaded.graph, selected, command: options.command, touched: given, failed });
}
