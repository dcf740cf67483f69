/** Writes the lines of a run as they come, and between them shows what still runs: as a line that changes, or as a word now and then. */
import { plainLine } from '../diagnostics/plain.ts';
import { createLiveArea, renderLiveLine } from './live-line.ts';
import type { Channel } from './output.ts';
import { formatElapsed } from './quantities.ts';
import type { RunProgress, StepProgress } from './step-progress.ts';
import { marksOf, styleOf } from './style.ts';

/** Time, as the reporter sees it. */
export interface Ticker {
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Calls back every so many milliseconds until the function that it gives is called. Must not keep the process alive. */
  readonly every: (ms: number, callback: () => void) => () => void;
}

export interface ProgressPrinter {
  /** Prints lines that stay. */
  readonly print: (lines: readonly string[]) => void;
  /** From now on, what runs is shown. */
  readonly begin: () => void;
  readonly stepStarted: (entry: StepProgress) => void;
  /** How far a step is that has parts: `12/365`. */
  readonly stepMoved: (entry: StepProgress, progress: string) => void;
  readonly stepFinished: (entry: StepProgress) => void;
  readonly isRunning: (entry: StepProgress) => boolean;
  /** Takes away what changes; what was printed stays. */
  readonly end: () => void;
}

const REDRAW_MS = 100;
const HEARTBEAT_MS = 30_000;

/** A printer that says nothing. */
function createSilence(running: Map<StepProgress, number>): ProgressPrinter {
  const nothing = (): void => undefined;
  return {
    print: nothing,
    begin: nothing,
    stepStarted: (entry) => void running.set(entry, 0),
    stepMoved: nothing,
    stepFinished: (entry) => void running.delete(entry),
    isRunning: (entry) => running.has(entry),
    end: nothing,
  };
}

/** A printer on `channel`: with a changing last line on a terminal, with a sign of life every 30 seconds elsewhere. */
export function createProgressPrinter(channel: Channel, progress: RunProgress, ticker: Ticker, quiet: boolean): ProgressPrinter {
  const running = new Map<StepProgress, number>();
  if (quiet) return createSilence(running);
  const { now, every } = ticker;
  const moved = new Map<StepProgress, string>();
  const nameOf = (entry: StepProgress): string => [entry.title, ...(moved.has(entry) ? [moved.get(entry)] : [])].join(' ');
  const area = createLiveArea(channel);
  let stopTimer: (() => void) | undefined;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let turn = 0;

  const liveLine = (): string | undefined => {
    if (!channel.isTty || stopTimer === undefined) return undefined;
    drawnAt = now();
    turn += 1;
    const rows = [...running].map(([entry, since]) => ({ name: nameOf(entry), elapsedMs: now() - since }));
    const state = { running: rows, finished: progress.finished(), total: progress.total, failed: progress.tally.failed, turn };
    return renderLiveLine(state, styleOf(channel));
  };
  const redraw = (): void => {
    if (channel.isTty && stopTimer !== undefined && now() - drawnAt >= REDRAW_MS) area.print([], liveLine());
  };
  const beat = (): void => {
    const marks = marksOf(channel);
    const long = [...running].filter(([, since]) => now() - since >= HEARTBEAT_MS);
    const list = long.map(([entry, since]) => `${plainLine(nameOf(entry))} ${formatElapsed(now() - since)}`);
    if (list.length > 0) area.print([`${marks.ellipsis} still running: ${list.join(` ${marks.dot} `)}`]);
  };
  return {
    print: (lines) => {
      if (lines.length > 0) area.print(lines, liveLine());
    },
    begin: () => {
      stopTimer = channel.isTty ? every(REDRAW_MS, redraw) : every(HEARTBEAT_MS, beat);
    },
    stepStarted: (entry) => {
      running.set(entry, now());
      redraw();
    },
    stepMoved: (entry, progress) => {
      moved.set(entry, progress);
      redraw();
    },
    stepFinished: (entry) => void running.delete(entry),
    isRunning: (entry) => running.has(entry),
    end: () => {
      stopTimer?.();
      stopTimer = undefined;
      area.clear();
    },
  };
}
