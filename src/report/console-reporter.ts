/** Tells people at a terminal, or readers of a log, how a run goes: it listens to events and decides what is written. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { FrameOptions } from '../diagnostics/frame.ts';
import type { FindSecrets } from '../diagnostics/hide-secrets.ts';
import { plainLine } from '../diagnostics/plain.ts';
import type { FailureSample, RunEvent } from '../execute/events.ts';
import type { Plan } from '../plan/plan.ts';
import type { Channel } from './output.ts';
import { createProgressPrinter } from './progress-printer.ts';
import type { Ticker } from './progress-printer.ts';
import { describeRange } from '../intervals/describe-range.ts';
import { countOf, listCounts } from './quantities.ts';
import { nextCommand, renderProblems, renderVerdict } from './run-summary.ts';
import type { NextHints, SummaryInput } from './run-summary.ts';
import { layoutLines, renderSkipped, renderStep, renderUnbuilt, renderUnchanged, skipReason } from './step-lines.ts';
import type { SkippedSteps } from './step-lines.ts';
import { findUnbuilt, followRun } from './step-progress.ts';
import type { RunProgress, StepProgress } from './step-progress.ts';
import { marksOf, styleOf } from './style.ts';

export interface ConsoleReporterInput extends Ticker {
  readonly plan: Plan;
  /** Where progress goes: the stderr channel. */
  readonly channel: Channel;
  readonly version: string;
  readonly sources: FrameOptions['sources'];
  readonly findSecrets?: FindSecrets;
  /** Errors only. */
  readonly quiet: boolean;
  readonly hints?: NextHints | undefined;
}

/** Takes the events of one run. */
export interface RunReporter {
  readonly handle: (event: RunEvent) => void;
  /** Ends the reporting of a run that will send no more events. */
  readonly stop: () => void;
}

/** A reporter for people. */
export function createConsoleReporter(input: ConsoleReporterInput): RunReporter {
  const { channel } = input;
  const progress = followRun(input.plan);
  const printer = createProgressPrinter(channel, progress, input, input.quiet);
  const style = (): FrameOptions => ({ ...styleOf(channel), sources: input.sources, findSecrets: input.findSecrets });
  const lines = createStepWriter(progress, style);
  const samples = new Map<string, FailureSample>();
  const hooks: Diagnostic[] = [];
  // Two runs that load the same intervals wait for each other with each batch.
  const waits = new Set<string>();
  const finishStep = (entry: StepProgress): void => {
    printer.stepFinished(entry);
    printer.print(lines.finished(entry));
  };
  const handle = (event: RunEvent): void => {
    const { paint } = style();
    const marks = marksOf(channel);
    switch (event.type) {
      case 'run-started':
        printer.print([renderHeader(event, input.version, style())]);
        printer.begin();
        return;
      case 'node-started': {
        const entry = progress.start(event.id);
        if (entry !== undefined) printer.stepStarted(entry);
        return;
      }
      case 'node-retried':
        printer.print([
          `${paint.yellow(marks.warned)} ${plainLine(event.name)}  attempt ${event.attempt}, after: ${plainLine(event.message)}`,
        ]);
        return;
      case 'node-waiting': {
        const wait = `${plainLine(event.name)}  waits for ${plainLine(describeWait(event))}`;
        if (!waits.has(wait)) printer.print([`${paint.yellow(marks.warned)} ${wait}`]);
        waits.add(wait);
        return;
      }
      case 'node-replanned':
        printer.print([`${paint.dim(marks.dot)} ${plainLine(event.name)}  planned anew: ${plainLine(event.because)}`]);
        return;
      case 'batch-finished': {
        const entry = progress.steps.find(({ step, ids }) => step.kind === 'build' && ids[0] === event.id);
        if (entry !== undefined) printer.stepMoved(entry, `${event.number}/${event.total}`);
        if (event.status === 'error') printer.print([`${paint.red(marks.failed)} ${describeFailedBatch(event)}`]);
        return;
      }
      case 'node-finished': {
        if (event.sample !== undefined) samples.set(event.result.id, event.sample);
        const entry = progress.finish(event.result);
        if (entry !== undefined) finishStep(entry);
        return;
      }
      case 'hook-finished':
        hooks.push(...event.diagnostics);
        if (event.status === 'error') printer.print([`${paint.red(marks.failed)} hook ${plainLine(event.name)}  failed`]);
        return;
      case 'run-finished':
        // A step that lacks a result of one of its tests has its line all the same.
        for (const entry of progress.steps) if (entry.results.length > 0 && printer.isRunning(entry)) finishStep(entry);
        printer.print(lines.rest());
        printer.end();
        channel.write(renderEnd({ progress, result: event.result, samples, hooks, errorsOnly: input.quiet, hints: input.hints }, style()));
    }
  };
  return { handle, stop: printer.end };
}

function describeFailedBatch({ name, start, end, message }: Extract<RunEvent, { type: 'batch-finished' }>): string {
  const why = message === undefined ? 'its tests failed' : plainLine(message);
  return `${plainLine(name)}  batch ${describeRange({ start: Date.parse(start), end: Date.parse(end) })}: ${why}`;
}

/** `main.orders, which tx:model.shop.orders holds (process 4711)`. */
function describeWait({ relation, holder }: Extract<RunEvent, { type: 'node-waiting' }>): string {
  const name = `${relation.schema}.${relation.name}`;
  if (holder === undefined) return `${name}, which another session holds`;
  return `${name}, which ${holder.label === '' ? 'another session' : holder.label} holds (process ${holder.pid})`;
}

/**
 * Turns finished steps into lines; steps that are skipped one after another become one line, and so do tests of what is not built
 * and all that is unchanged.
 */
function createStepWriter(
  progress: RunProgress,
  style: () => FrameOptions,
): { readonly finished: (entry: StepProgress) => readonly string[]; readonly rest: () => readonly string[] } {
  const layout = layoutLines(progress);
  const names = new Map<string, string>();
  let skipped: SkippedSteps | undefined;
  let unbuilt: Omit<SkippedSteps, 'because'> | undefined;
  const unchanged: StepProgress[] = [];
  const rest = (): readonly string[] => {
    const lines = skipped === undefined ? [] : [renderSkipped(skipped, layout, style())];
    skipped = undefined;
    if (unbuilt !== undefined) {
      const [only, ...others] = unbuilt.entries;
      if (only !== undefined && others.length === 0) lines.push(...renderStep(only, unbuilt.finished, layout, style()));
      else lines.push(renderUnbuilt(unbuilt, layout, style()));
    }
    unbuilt = undefined;
    return lines;
  };
  const last = (): readonly string[] => [...rest(), ...(unchanged.length === 0 ? [] : [renderUnchanged(unchanged, style())])];
  const finished = (entry: StepProgress): readonly string[] => {
    if (entry.results.every((result) => result.asOf !== undefined)) {
      unchanged.push(entry);
      return [];
    }
    for (const { id, name } of entry.results) names.set(id, name);
    if (findUnbuilt(entry) !== undefined) {
      const before = unbuilt === undefined ? rest() : [];
      unbuilt = { entries: [...(unbuilt?.entries ?? []), entry], finished: progress.finished() };
      return before;
    }
    if (entry.results.some((result) => result.status !== 'skipped' && result.status !== 'cancelled')) {
      return [...rest(), ...renderStep(entry, progress.finished(), layout, style())];
    }
    const because = skipReason(entry, (id) => names.get(id));
    const before = skipped?.because === because ? [] : rest();
    const entries = skipped?.entries ?? [];
    entries.push(entry);
    skipped = { entries, because, finished: progress.finished() };
    return before;
  };
  return { finished, rest: last };
}

/** `tx 1.0.0 · target dev (engine and database) · 14 models, 30 tests · 4 threads`. */
function renderHeader(event: Extract<RunEvent, { type: 'run-started' }>, version: string, style: FrameOptions): string {
  const { counts } = event;
  const nodes = listCounts([
    [counts.models, 'model'],
    [counts.seeds, 'seed'],
    [counts.snapshots, 'snapshot'],
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
