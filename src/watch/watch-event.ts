/** What happens while a project is watched, as plain data. What happens in a run is told by the events of that run. */
import type { WatchedCommand, WorkKind } from './choose-work.ts';

export type WatchEvent =
  | {
      readonly type: 'watch-started';
      readonly command: WatchedCommand;
      readonly project: string;
      readonly target: string;
      /** Nodes that are selected, by resource type. */
      readonly counts: NodeCounts;
    }
  /** From now on every change is heard. */
  | { readonly type: 'watch-listening' }
  /** Files have changed; this is also told when something is read anew because somebody asked for it. */
  | { readonly type: 'files-changed'; readonly paths: readonly string[] }
  /** The project cannot be used as it is; why was shown. */
  | { readonly type: 'project-refused'; readonly problems: number; readonly isRunning: boolean }
  /** What changed and its direct children were compiled and checked; problems were shown. */
  | {
      readonly type: 'change-checked';
      /** Names of what was looked at. */
      readonly nodes: readonly string[];
      readonly problems: number;
      readonly durationMs: number;
    }
  /** Nothing is started; a run that goes on is not about it. */
  | { readonly type: 'nothing-to-run'; readonly because: string; readonly isRunning: boolean }
  | { readonly type: 'work-started'; readonly kind: WorkKind; readonly names: readonly string[] }
  | {
      readonly type: 'work-moved';
      readonly running: readonly string[];
      readonly finished: number;
      readonly failed: number;
      readonly total: number;
    }
  | {
      readonly type: 'work-ended';
      readonly status: 'success' | 'failed' | 'cancelled';
      /** In one line. */
      readonly verdict: string;
    }
  /** A run has ended before anything ran. */
  | { readonly type: 'work-dropped'; readonly because: string }
  /** The SQL of these nodes was written; `tx compile` runs nothing. */
  | { readonly type: 'compiled'; readonly names: readonly string[] }
  /** A run is stopped, or waited for, because of a new change. */
  | { readonly type: 'run-overtaken'; readonly how: 'cancel' | 'queue'; readonly paths: readonly string[] }
  /** Nothing runs any more, and the database is free for others. */
  | {
      readonly type: 'idle';
      /** Why the last run did nothing. */
      readonly because?: string | undefined;
    }
  /** Nothing new is begun; what runs is cancelled. */
  | { readonly type: 'watch-ending' }
  /** The last event. */
  | { readonly type: 'watch-ended' };

export interface NodeCounts {
  readonly models: number;
  readonly seeds: number;
  readonly snapshots: number;
  readonly tests: number;
}
