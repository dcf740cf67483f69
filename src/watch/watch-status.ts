/** The one block that a terminal shows while a project is watched, as data: every event gives the next one. */
import type { NodeCounts, WatchEvent } from './watch-event.ts';
import type { WatchedCommand } from './choose-work.ts';

export type WatchPhase = 'starting' | 'waiting' | 'checking' | 'running' | 'stopping';

export interface WatchStatus {
  readonly phase: WatchPhase;
  readonly title: { readonly command: WatchedCommand; readonly project: string; readonly target: string; readonly counts: NodeCounts };
  /** What changed last. */
  readonly changed: readonly string[];
  readonly checked: { readonly nodes: readonly string[]; readonly problems: number; readonly durationMs: number } | undefined;
  /** The project as such cannot be used. */
  readonly refused: boolean;
  /** A run goes on, or still holds the database. */
  readonly isRunning: boolean;
  readonly work: WorkStatus | undefined;
  /** What comes next, or why nothing does. */
  readonly remark: string | undefined;
}

export interface WorkStatus {
  readonly names: readonly string[];
  readonly running: readonly string[];
  readonly finished: number;
  readonly failed: number;
  readonly total: number;
  /** What came of it, in one line. */
  readonly end: string | undefined;
}

export function startStatus(command: WatchedCommand): WatchStatus {
  return {
    phase: 'starting',
    title: { command, project: '', target: '', counts: { models: 0, seeds: 0, snapshots: 0, tests: 0 } },
    changed: [],
    checked: undefined,
    refused: false,
    isRunning: false,
    work: undefined,
    remark: undefined,
  };
}

/** The status after an event. */
export function nextStatus(status: WatchStatus, event: WatchEvent): WatchStatus {
  const isRunning = status.isRunning;
  switch (event.type) {
    case 'watch-started': {
      const { command, project, target, counts } = event;
      return { ...status, phase: isRunning ? 'running' : 'waiting', title: { command, project, target, counts } };
    }
    case 'watch-listening':
      return status;
    case 'files-changed': {
      const work = isRunning ? status.work : undefined;
      return { ...status, phase: 'checking', changed: event.paths, checked: undefined, refused: false, work, remark: undefined };
    }
    case 'project-refused':
      return { ...status, phase: isRunning ? 'running' : 'waiting', refused: true };
    case 'change-checked': {
      const { nodes, problems, durationMs } = event;
      return { ...status, phase: isRunning ? 'running' : 'waiting', checked: { nodes, problems, durationMs } };
    }
    case 'nothing-to-run':
      return { ...status, phase: isRunning ? 'running' : 'waiting', remark: event.because };
    case 'work-started': {
      const work = { names: event.names, running: [], finished: 0, failed: 0, total: event.names.length, end: undefined };
      return { ...status, phase: 'running', isRunning: true, work, remark: undefined };
    }
    case 'work-moved': {
      const { running, finished, failed, total } = event;
      return status.work === undefined ? status : { ...status, work: { ...status.work, running, finished, failed, total } };
    }
    case 'work-ended':
      return withEnd(status, event.verdict);
    case 'work-dropped':
      return withEnd(status, event.because);
    case 'idle':
      return { ...status, phase: status.phase === 'running' ? 'waiting' : status.phase, isRunning: false };
    case 'compiled': {
      const { names } = event;
      return {
        ...status,
        work: { names, running: [], finished: names.length, failed: 0, total: names.length, end: 'compiled' },
      };
    }
    case 'run-overtaken':
      return { ...status, remark: event.how === 'cancel' ? 'the run is stopped: what it does has changed' : 'runs when this run is over' };
    case 'watch-ending':
    case 'watch-ended':
      return { ...status, phase: 'stopping' };
  }
}

/** The run is over, and what came of it in one line. */
function withEnd(status: WatchStatus, end: string): WatchStatus {
  const work = status.work === undefined ? undefined : { ...status.work, running: [], end };
  return { ...status, work };
}
