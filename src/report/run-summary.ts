/** What stands at the end of a run: every problem under the user's own text, the verdict, and what to do next. */
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { renderDiagnostic } from '../diagnostics/frame.ts';
import type { FrameOptions } from '../diagnostics/frame.ts';
import { selectorName, shellWord } from '../diagnostics/pasteable.ts';
import { plainLine } from '../diagnostics/plain.ts';
import type { FailureSample, NodeResult, RunResult } from '../execute/events.ts';
import type { UnitDiff } from '../execute/unit-diff.ts';
import { formatCount, formatDuration, listCounts } from './quantities.ts';
import { countSkips, findUnbuilt, isFailed } from './step-progress.ts';
import type { RunProgress, SkipCount, StepProgress } from './step-progress.ts';
import { marksOf } from './style.ts';
import { renderTable } from './tables.ts';
import { renderUnitDiff } from './unit-diff-text.ts';

export interface SummaryInput {
  readonly progress: RunProgress;
  readonly result: RunResult;
  readonly samples: ReadonlyMap<string, FailureSample>;
  readonly hooks: readonly Diagnostic[];
  readonly errorsOnly: boolean;
  readonly hints?: NextHints | undefined;
}

/** What belongs to commands that are suggested after a run. */
export interface NextHints {
  /** What goes on with it, where that is not `tx retry`. */
  readonly retry?: string | undefined;
  /** Flags of the run without which another command looks at another project, environment or target; with a space before each. */
  readonly place: string;
  /** Those that `tx retry` does not know by itself. */
  readonly recordPlace: string;
}

/** The problems of a run, warnings first, each group in the order of the plan; empty when all is well. */
export function renderProblems(input: SummaryInput, options: FrameOptions): readonly string[] {
  const skips = countSkips(input.result.results);
  const warnings: string[] = [];
  const errors: string[] = [];
  const unbuilt = input.progress.steps.filter((entry) => findUnbuilt(entry) !== undefined);
  for (const entry of input.progress.steps) {
    if (unbuilt.length > 1 && unbuilt.includes(entry)) {
      if (entry === unbuilt[0]) errors.push(renderUnbuilt(unbuilt, input.result, skips, options));
      continue;
    }
    const { ids, results } = entry;
    // Tests before the node that they kept from being published: the cause comes before the consequence.
    const ordered = [...results].sort((a, b) => rank(a) - rank(b) || ids.indexOf(a.id) - ids.indexOf(b.id));
    const failed = ordered.filter(isFailed);
    const last = failed.findLast((result) => result.diagnostics.length > 0);
    for (const result of ordered) {
      const note = result === last ? skipNote(failed, skips) : undefined;
      const frame = renderResult(result, note, input.samples.get(result.id), options);
      if (frame !== '') (isFailed(result) ? errors : warnings).push(frame);
    }
  }
  for (const warning of input.result.warnings) warnings.push(renderDiagnostic(warning, options));
  for (const hook of input.hooks) errors.push(renderDiagnostic(hook, options));
  return input.errorsOnly ? errors : [...warnings, ...errors];
}

/** One error for all tests that fail because what they read is not there: it has one cause, and one remedy. */
function renderUnbuilt(
  entries: readonly StepProgress[],
  { command }: RunResult,
  skips: ReadonlyMap<string, SkipCount>,
  options: FrameOptions,
): string {
  const names = [...new Set(entries.flatMap((entry) => findUnbuilt(entry) ?? []))];
  const results = entries.flatMap((entry) => entry.results);
  const note = skipNote(results, skips);
  const told = diagnose('not-built', { tests: results.map(({ name }) => name), names, builds: command === 'build' });
  return renderDiagnostic({ ...told, notes: note === undefined ? [] : [{ message: note }] }, options);
}

function rank(result: NodeResult): number {
  return result.resourceType === 'test' ? 0 : 1;
}

function renderResult(result: NodeResult, note: string | undefined, sample: FailureSample | undefined, options: FrameOptions): string {
  const label = result.status === 'fail' ? result.status : undefined;
  const frames = result.diagnostics.map((diagnostic, index) => {
    const isLast = index === result.diagnostics.length - 1;
    const notes = isLast && note !== undefined ? [...diagnostic.notes, { message: note }] : diagnostic.notes;
    return renderDiagnostic({ ...diagnostic, notes }, { ...options, label });
  });
  if (sample !== undefined && sample.rows.rows.length > 0) frames.push(renderSample(sample, result, options));
  if (result.diff !== undefined) frames.push(renderDiff(result.diff, options));
  return frames.join('\n');
}

/** Nodes that did not run because of the nodes of one step. */
function skipNote(failed: readonly NodeResult[], skips: ReadonlyMap<string, SkipCount>): string | undefined {
  const total: SkipCount = { model: 0, seed: 0, snapshot: 0, test: 0 };
  for (const result of failed) {
    const counts = skips.get(result.id);
    if (counts === undefined) continue;
    total.model += counts.model;
    total.seed += counts.seed;
    total.test += counts.test;
  }
  const text = listCounts([
    [total.model, 'model'],
    [total.seed, 'seed'],
    [total.snapshot, 'snapshot'],
    [total.test, 'test'],
  ]);
  return text === '' ? undefined : `skipped because of this: ${text}`;
}

function renderDiff(diff: UnitDiff, options: FrameOptions): string {
  const lines = renderUnitDiff(diff, options).split('\n');
  return [`  ${options.paint.dim('rows')}`, ...lines.map((line) => `    ${line}`)].join('\n');
}

function renderSample(sample: FailureSample, result: NodeResult, options: FrameOptions): string {
  const indent = ' '.repeat(4);
  const table = renderTable(sample.rows, { ...options, width: options.width - indent.length, limit: sample.shown, rule: false });
  const count =
    result.failures !== undefined && result.failures > sample.shown
      ? `${formatCount(sample.shown)} of ${formatCount(result.failures)}`
      : formatCount(sample.shown);
  const title = sample.title === result.name ? '' : `  ${plainLine(sample.title)}`;
  const head = `  ${options.paint.dim('rows')}  ${count}${title}`;
  return [head, ...table.split('\n').map((line) => indent + line)].join('\n');
}

/** The last word: what failed, what ran, how long it took. */
export function renderVerdict(input: Pick<SummaryInput, 'progress' | 'result' | 'hooks'>, options: FrameOptions): string {
  const { paint } = options;
  const marks = marksOf(options);
  const { result } = input;
  const { ok, unchanged, failed, warned, skipped, cancelled } = input.progress.tally;
  const warnings = warned + countWarnings(result);
  const parts: string[] = [];
  if (result.status === 'cancelled') parts.push(paint.yellow('cancelled'));
  if (failed > 0) parts.push(paint.red(`${formatCount(failed)} failed`));
  if (input.hooks.length > 0) parts.push(paint.red(listCounts([[input.hooks.length, 'hook']]) + ' failed'));
  if (skipped > 0) parts.push(`${formatCount(skipped)} skipped`);
  if (cancelled > 0) parts.push(`${formatCount(cancelled)} not run`);
  if (warnings > 0) parts.push(paint.yellow(listCounts([[warnings, 'warning']])));
  if (ok > 0) parts.push(`${formatCount(ok)} ok`);
  if (unchanged > 0) parts.push(`${formatCount(unchanged)} unchanged`);
  if (parts.length === 0) parts.push('nothing to do');
  const good = result.status === 'success';
  const mark = good ? paint.green(marks.ok) : paint.red(marks.failed);
  return `${mark} ${parts.join(` ${marks.dot} `)}  ${paint.dim(`in ${formatDuration(result.durationMs)}${slowest(result)}`)}`;
}

/** Warnings of nodes that count as built, and of the run as a whole. */
function countWarnings(result: RunResult): number {
  let count = result.warnings.length;
  for (const node of result.results) if (node.status === 'success') count += node.diagnostics.length;
  return count;
}

function slowest(result: RunResult): string {
  let slow: NodeResult | undefined;
  let others = 0;
  for (const node of result.results) {
    if (node.status === 'skipped' || node.status === 'cancelled' || node.asOf !== undefined) continue;
    others += 1;
    if (slow === undefined || node.durationMs > slow.durationMs) slow = node;
  }
  return slow === undefined || others < 2 ? '' : `  (slowest: ${plainLine(slow.name)} ${formatDuration(slow.durationMs)})`;
}

/** The next command to type, with a word in front; undefined when there is nothing to suggest. */
export function nextCommand(
  input: Pick<SummaryInput, 'progress' | 'result' | 'hooks' | 'hints'>,
): { readonly lead: string; readonly command: string } | undefined {
  const { result, progress, hints = { place: '', recordPlace: '' } } = input;
  const again = hints.retry ?? `tx retry${hints.recordPlace}`;
  const { failed, skipped, cancelled } = progress.tally;
  if (result.status === 'cancelled') return { lead: 'go on with', command: again };
  if (result.status === 'failed') {
    const retry = failed + skipped + cancelled > 0 ? again : `tx ${result.command}${hints.place}`;
    return { lead: result.transient ? 'try again' : 'fix, then', command: retry };
  }
  const last = progress.steps.findLast(({ step }) => step.kind === 'build');
  if (last === undefined) return undefined;
  return { lead: 'next', command: `tx show --select ${shellWord(selectorName(last.title))}${hints.place}` };
}
