/** Tells people at a terminal, or readers of a log, how a run goes: it listens to events and decides when to write what. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { FrameOptions } from '../diagnostics/frame.ts';
import type { FindSecrets } from '../diagnostics/hide-secrets.ts';
import { plainLine } from '../diagnostics/plain.ts';
import type { FailureSample, RunEvent } from '../execute/events.ts';
import type { Plan } from '../plan/plan.ts';
import { createLiveArea, renderLiveLine } from './live-line.ts';
import type { Channel } from './output.ts';
import { countOf, formatElapsed, listCounts } from './quantities.ts';
import { nextCommand, renderProblems, renderVerdict } from './run-summary.ts';
import type { SummaryInput } from './run-summary.ts';
import { layoutLines, renderSkipped, renderStep, skipReason } from './step-lines.ts';
import { followRun } from './step-progress.ts';
import type { StepProgress } from './step-progress.ts';
import { marksOf, styleOf } from './style.ts';

export interface ConsoleReporterInput {
  readonly plan: Plan;
  /** Where progress goes: the stderr channel. */
  readonly channel: Channel;
  readonly version: string;
  readonly sources: FrameOptions['sources'];
  readonly findSecrets?: FindSecrets;
  /** Errors only. */
  readonly quiet: boolean;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Calls back every so many milliseconds until the function that it gives is called. Must not keep the process alive. */
  readonly every: (ms: number, callback: () => void) => () => void;
}

/** Takes the events of one run. */
export interface RunReporter {
  readonly handle: (event: RunEvent) => void;
  /** Ends the reporting of a run that will send no more events. */
  readonly stop: () => void;
}

const REDRAW_MS = 100;
const HEARTBEAT_MS = 30_000;

/** A reporter for people. */
export function createConsoleReporter(input: ConsoleReporterInput): RunReporter {
  const { channel, quiet, now } = input;
  const progress = followRun(input.plan);
  const layout = layoutLines(progress);
  const area = createLiveArea(channel);
  const isLive = channel.isTty && !quiet;
  const style = (): FrameOptions => ({ ...styleOf(channel), sources: input.sources, findSecrets: input.findSecrets });
  const running = new Map<StepProgress, number>();
  const names = new Map<string, string>();
  const samples = new Map<string, FailureSample>();
  const hooks: Diagnostic[] = [];
  let skipped: { entries: StepProgress[]; because: string; finished: number } | undefined;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let turn = 0;
  let stopTimer: (() => void) | undefined;

  const liveLine = (): string | undefined => {
    if (!isLive || stopTimer === undefined) return undefined;
    drawnAt = now();
    turn += 1;
    const rows = [...running].map(([entry, since]) => ({ name: entry.title, elapsedMs: now() - since }));
    return renderLiveLine({ running: rows, finished: progress.finished(), total: progress.total, failed: progress.tally.failed, turn }, styleOf(channel));
  };
  const print = (lines: readonly string[]): void => {
    if (!quiet && lines.length > 0) area.print(lines, liveLine());
  };
  const takeSkipped = (): readonly string[] => {
    if (skipped === undefined) return [];
    const line = renderSkipped(skipped, layout, style());
    skipped = undefined;
    return [line];
  };
  const redraw = (): void => {
    if (isLive && stopTimer !== undefined && now() - drawnAt >= REDRAW_MS) area.print([], liveLine());
  };
  const beat = (): void => {
    const marks = marksOf(channel);
    const long = [...running].filter(([, since]) => now() - since >= HEARTBEAT_MS);
    if (long.length === 0) return;
    const list = long.map(([entry, since]) => `${plainLine(entry.title)} ${formatElapsed(now() - since)}`);
    print([`${marks.ellipsis} still running: ${list.join(` ${marks.dot} `)}`]);
  };
  const start = (): void => {
    if (quiet) return;
    stopTimer = isLive ? input.every(REDRAW_MS, redraw) : input.every(HEARTBEAT_MS, beat);
  };
  const stop = (): void => {
    stopTimer?.();
    stopTimer = undefined;
    if (isLive) area.clear();
  };
  const finishStep = (entry: StepProgress): void => {
    running.delete(entry);
    const idle = entry.results.every((result) => result.status === 'skipped' || result.status === 'cancelled');
    if (!idle) {
      print([...takeSkipped(), ...renderStep(entry, progress.finished(), layout, style())]);
      return;
    }
    // Steps below a failure are skipped one after another: they become one line.
    const because = skipReason(entry, (id) => names.get(id));
    const before = skipped !== undefined && skipped.because !== because ? takeSkipped() : [];
    skipped ??= { entries: [], because, finished: 0 };
    skipped.entries.push(entry);
    skipped.finished = progress.finished();
    print(before);
  };
  const finishRun = (event: Extract<RunEvent, { type: 'run-finished' }>): void => {
    const incomplete = progress.steps.filter((entry) => entry.results.length > 0 && running.has(entry));
    for (const entry of incomplete) finishStep(entry);
    print(takeSkipped());
    stop();
    const summary: SummaryInput = { progress, result: event.result, samples, hooks, errorsOnly: quiet };
    const text = renderEnd(summary, style());
    if (text !== '') channel.write(text);
  };

  const handle = (event: RunEvent): void => {
    switch (event.type) {
      case 'run-started':
        print([renderHeader(event, input.version, style())]);
        start();
        return;
      case 'node-started': {
        const entry = progress.start(event.id);
        if (entry !== undefined) running.set(entry, now());
        redraw();
        return;
      }
      case 'node-retried':
        print([`${style().paint.yellow(marksOf(channel).warned)} ${plainLine(event.name)}  attempt ${event.attempt}, after: ${plainLine(event.message)}`]);
        return;
      case 'node-finished': {
        names.set(event.result.id, event.result.name);
        if (event.sample !== undefined) samples.set(event.result.id, event.sample);
        const entry = progress.finish(event.result);
        if (entry !== undefined) finishStep(entry);
        return;
      }
      case 'hook-finished':
        hooks.push(...event.diagnostics);
        if (event.status === 'error') print([`${style().paint.red(marksOf(channel).failed)} hook ${plainLine(event.name)}  failed`]);
        return;
      case 'run-finished':
        finishRun(event);
    }
  };
  return { handle, stop };
}

/** `tx 1.0.0 · target dev (duckdb warehouse.duckdb) · 14 models, 30 tests · 4 threads`. */
function renderHeader(event: Extract<RunEvent, { type: 'run-started' }>, version: string, style: FrameOptions): string {
  const { counts } = event;
  const nodes = listCounts([
    [counts.models, 'model'],
    [counts.seeds, 'seed'],
    [counts.tests, 'test'],
  ]);
  const parts = [
    `${style.paint.bold('tx')} ${version}`,
    `target ${style.paint.bold(plainLine(event.target))} (${plainLine(`${event.engine} ${event.database}`)})`,
    nodes === '' ? 'nothing selected' : nodes,
    countOf(event.threads, 'thread'),
  ];
  return parts.join(` ${style.paint.dim(marksOf(style).dot)} `);
}

/** Problems, verdict and next command, with the line breaks between them. In quiet mode a good end says nothing. */
function renderEnd(summary: SummaryInput, style: FrameOptions): string {
  const problems = renderProblems(summary, style);
  const good = summary.result.status === 'success';
  const blocks = problems.map((text) => `${text}\n`);
  if (!good || !summary.errorsOnly) {
    const next = nextCommand(summary);
    const hint = next === undefined ? '' : `${style.paint.dim(`${next.lead}:`)}  ${next.command}\n`;
    blocks.push(`${renderVerdict(summary, style)}\n${hint}`);
  }
  if (blocks.length === 0) return '';
  return (summary.errorsOnly ? '' : '\n') + blocks.join('\n');
}
