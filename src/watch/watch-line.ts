/** One line for each event, for readers of a log: words for people, JSON for programs. */
import { plain, plainLine } from '../diagnostics/plain.ts';
import { countOf } from '../report/quantities.ts';
import { describeCounts, listNames } from './render-status.ts';
import type { WatchEvent } from './watch-event.ts';

/** Columns that a list of names may take: a log has no width. */
const WIDE = 160;

/** The event in words; undefined for what the lines of a run tell. */
export function renderWatchLine(event: WatchEvent): string | undefined {
  switch (event.type) {
    case 'watch-started':
      return `watching ${describeCounts(event.counts)} of ${plainLine(event.project)} · ${event.command} to ${plainLine(event.target)}`;
    case 'watch-listening':
      return 'listening to changes';
    case 'files-changed':
      return event.paths.length === 0 ? 'everything is read anew' : `changed ${listNames(event.paths, WIDE)}`;
    case 'project-refused':
      return `waiting: the project cannot be used like this (${countOf(event.problems, 'problem')})`;
    case 'change-checked': {
      const { nodes, problems, durationMs } = event;
      if (nodes.length === 0) return undefined;
      const verdict = problems === 0 ? 'ok' : countOf(problems, 'problem');
      return `checked ${listNames(nodes, WIDE)}: ${verdict} in ${Math.round(durationMs)} ms`;
    }
    case 'nothing-to-run':
      return `waiting: ${plainLine(event.because)}`;
    case 'work-started':
      return `running ${listNames(event.names, WIDE)}`;
    case 'work-moved':
      return undefined;
    case 'work-ended':
      return event.verdict;
    case 'work-dropped':
      return `waiting: ${plainLine(event.because)}`;
    case 'compiled':
      return `compiled ${listNames(event.names, WIDE)}`;
    case 'run-overtaken':
      return event.how === 'cancel'
        ? 'stopping the run: what it does has changed'
        : `waiting for the run to end before ${listNames(event.paths, WIDE)}`;
    case 'idle':
      return 'waiting for a change';
    case 'watch-ending':
      return undefined;
    case 'watch-ended':
      return 'watching has ended';
  }
}

/** The event as lines of the log; undefined for what other events tell. `at` is in milliseconds since the epoch. */
export function renderWatchLog(event: WatchEvent, at: number): string | undefined {
  const line = (name: string, level: 'info' | 'error', fields: Readonly<Record<string, unknown>>): string =>
    JSON.stringify({ ts: new Date(at).toISOString(), level, event: name, ...fields });
  const waiting = (message: string): string => line('watch_waiting', 'info', { message });
  switch (event.type) {
    case 'watch-started': {
      const { command, project, target, counts } = event;
      return line('watch_started', 'info', { command, project, target, ...counts });
    }
    case 'watch-listening':
      return line('watch_listening', 'info', {});
    case 'files-changed':
      return line('files_changed', 'info', { paths: event.paths });
    case 'project-refused': {
      const checked = line('change_checked', 'error', { nodes: [], problems: event.problems });
      return event.isRunning ? checked : `${checked}\n${waiting('the project cannot be used like this')}`;
    }
    case 'change-checked': {
      const { nodes, problems, durationMs } = event;
      return line('change_checked', problems === 0 ? 'info' : 'error', { nodes, problems, duration_ms: Math.round(durationMs) });
    }
    case 'nothing-to-run':
      return event.isRunning ? undefined : waiting(plain(event.because));
    case 'compiled':
      return line('compiled', 'info', { nodes: event.names });
    case 'run-overtaken':
      return line('run_overtaken', 'info', { how: event.how, paths: event.paths });
    case 'idle':
      return waiting(plain(event.because ?? 'for a change'));
    case 'watch-ended':
      return line('watch_ended', 'info', {});
    case 'work-started':
    case 'work-moved':
    case 'work-ended':
    case 'work-dropped':
    case 'watch-ending':
      return undefined;
  }
}
