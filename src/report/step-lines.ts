/** Writes one line for each finished step, in columns that are known before the run starts. */
import type { NodeResult } from '../execute/events.ts';
import type { FrameOptions } from '../diagnostics/frame.ts';
import { describePlace } from '../diagnostics/frame.ts';
import { plainLine } from '../diagnostics/plain.ts';
import { fitText, padLeft, padRight, textWidth } from '../diagnostics/text-width.ts';
import { countOf, formatCount, formatDuration, listCounts } from './quantities.ts';
import { isFailed, nameOf } from './step-progress.ts';
import type { RunProgress, SkipCount, StepProgress } from './step-progress.ts';
import { marksOf } from './style.ts';

/** Widths of the columns of a run. */
export interface LineLayout {
  readonly total: number;
  readonly count: number;
  readonly name: number;
  readonly kind: number;
  readonly rows: number;
}

const WIDEST_NAME = 40;
const ROWS_WIDTH = 12;
const TIME_WIDTH = 7;

/** Columns wide enough for the names of `progress`; a name longer than most is cut, and is whole where its problem is told. */
export function layoutLines(progress: RunProgress): LineLayout {
  let name = 0;
  let kind = 0;
  let counts = false;
  for (const { title, kind: words, step } of progress.steps) {
    // These have no line of their own unless they are not reached.
    if (step.kind === 'unchanged') continue;
    name = Math.max(name, Math.min(textWidth(title), WIDEST_NAME));
    kind = Math.max(kind, textWidth(words));
    if (step.kind === 'build' && (step.relationKind === 'table' || step.location !== undefined)) counts = true;
  }
  return { total: progress.total, count: 2 * String(progress.total).length + 1, name, kind, rows: counts ? ROWS_WIDTH : 0 };
}

type LineStyle = Pick<FrameOptions, 'paint' | 'unicode' | 'sources'>;

/** The lines of a finished step: one of its own, and one for each of its tests that found something. */
export function renderStep(entry: StepProgress, finished: number, layout: LineLayout, style: LineStyle): readonly string[] {
  const { results, step } = entry;
  const head = step.kind === 'build' ? results.find((result) => result.id === step.node) : undefined;
  const tests = results.filter((result) => result !== head);
  const only = head === undefined && tests.length === 1 ? tests[0] : undefined;
  const judged = tests.filter((test) => test.status !== 'skipped' && test.status !== 'cancelled');
  const passed = judged.filter((test) => test.status === 'pass').length;
  const remarks: string[] = [];
  if (head !== undefined) remarks.push(...headRemarks(head, style));
  else if (only !== undefined) remarks.push(...testRemarks(only, style));
  if (only === undefined && judged.length > 0) {
    if (passed < judged.length)
      remarks.push(...(judged.length === 1 ? [] : [`${formatCount(passed)} of ${countOf(judged.length, 'test')} ok`]));
    else if (head !== undefined) remarks.push(countOf(judged.length, 'test') + provenOf(judged));
  }
  const line = stepLine(entry, head, finished, layout, style) + tail(remarks, results.some(isFailed), style);
  if (only !== undefined) return [line];
  const indent = ' '.repeat(layout.count + 4);
  const own = tests.filter((test) => isFailed(test) || test.status === 'warn');
  return [
    line,
    ...own.map(
      (test) => `${indent}${markOf([test], style)} ${plainLine(test.name)}${tail(testRemarks(test, style), isFailed(test), style)}`,
    ),
  ];
}

/** How many of the tests follow from the query. */
function provenOf(tests: readonly NodeResult[]): string {
  const count = tests.filter((test) => test.proven === true).length;
  return count === 0 ? '' : ` (${count === tests.length ? '' : `${formatCount(count)} `}proven)`;
}

function stepLine(entry: StepProgress, head: NodeResult | undefined, finished: number, layout: LineLayout, style: LineStyle): string {
  const { paint } = style;
  const time = head ?? entry.results[0];
  const cells = [
    `${markOf(entry.results, style)} ${paint.dim(padLeft(`${finished}/${layout.total}`, layout.count))} `,
    nameCell(entry, layout, style),
    ` ${paint.dim(padRight(entry.kind, layout.kind))}`,
    ...(layout.rows === 0 ? [] : [padLeft(head === undefined ? '' : describeRows(head, entry), layout.rows)]),
    paint.dim(padLeft(formatDuration(time?.durationMs ?? 0), TIME_WIDTH)),
  ];
  return cells.join(' ');
}

function nameCell({ title }: StepProgress, layout: LineLayout, style: LineStyle): string {
  return padRight(fitText(plainLine(title), layout.name, marksOf(style).ellipsis), layout.name);
}

function describeRows(result: NodeResult, { step }: StepProgress): string {
  if (result.rows === undefined) return '';
  const increment = step.kind === 'build' && step.strategy !== undefined;
  return `${increment ? '+' : ''}${countOf(result.rows, 'row')}`;
}

/** What else there is to say about a built node: another attempt, and why it failed, with the place to click on. */
function headRemarks(result: NodeResult, style: LineStyle): readonly string[] {
  const remarks = result.attempts > 1 ? [`attempt ${result.attempts}`] : [];
  if (result.batches !== undefined) remarks.push(describeBatches(result.batches));
  if (result.quarantined !== undefined) remarks.push(`${formatCount(result.quarantined)} set aside`);
  const [first] = result.diagnostics;
  if (first === undefined) return remarks;
  if (first.code === 'audit-failed') return [...remarks, notPublished(result)];
  return [...remarks, first.span === undefined ? first.code : `${first.code} ${describePlace(first.span, style.sources)}`];
}

/** Of batches those that passed are published. */
function notPublished({ batches }: NodeResult): string {
  const published = batches === undefined ? 0 : batches.loaded + batches.elsewhere;
  return batches === undefined || published === 0 ? 'not published' : `${formatCount(batches.total - published)} not published`;
}

/** `30 batches`, `28 of 30 batches`. */
function describeBatches({ total, loaded, elsewhere }: NonNullable<NodeResult['batches']>): string {
  const other = elsewhere === 0 ? '' : ` (${formatCount(elsewhere)} by another run)`;
  const all = countOf(total, 'batch', 'batches');
  return (loaded + elsewhere === total ? all : `${formatCount(loaded + elsewhere)} of ${all}`) + other;
}

function testRemarks(test: NodeResult, style: LineStyle): readonly string[] {
  if (test.status === 'error') return headRemarks(test, style);
  if (test.failures === undefined || test.status === 'pass') return [];
  const found = formatCount(test.failures) + (test.total === undefined ? '' : ` of ${formatCount(test.total)}`);
  return [`${test.status === 'warn' ? 'warning' : 'failed'}: ${found}`];
}

function tail(remarks: readonly string[], failed: boolean, style: LineStyle): string {
  if (remarks.length === 0) return '';
  const text = remarks.join(` ${marksOf(style).dot} `);
  return `  ${failed ? style.paint.red(text) : style.paint.dim(text)}`;
}

function markOf(results: readonly NodeResult[], style: LineStyle): string {
  const marks = marksOf(style);
  if (results.some(isFailed)) return style.paint.red(marks.failed);
  if (results.some((result) => result.status === 'warn' || result.diagnostics.length > 0)) return style.paint.yellow(marks.warned);
  if (results.every((result) => result.status === 'skipped' || result.status === 'cancelled')) return style.paint.dim(marks.skipped);
  return style.paint.green(marks.ok);
}

/** Steps that did not run for one reason. */
export interface SkippedSteps {
  readonly entries: StepProgress[];
  /** Why: `dim_customers failed`, `cancelled`. */
  readonly because: string;
  /** Number of results in the run after the last of them. */
  readonly finished: number;
}

/** One line for steps that were skipped together. */
export function renderSkipped(skipped: SkippedSteps, layout: LineLayout, style: LineStyle): string {
  const counts: SkipCount = { model: 0, seed: 0, snapshot: 0, test: 0 };
  for (const { results } of skipped.entries) for (const result of results) counts[result.resourceType] += 1;
  const [only, second] = skipped.entries;
  const what =
    only !== undefined && second === undefined
      ? `${nameCell(only, layout, style)}  ${style.paint.dim(padRight(only.kind, layout.kind))} `
      : listCounts([
          [counts.model, 'model'],
          [counts.seed, 'seed'],
          [counts.snapshot, 'snapshot'],
          [counts.test, 'test'],
        ]);
  const { skipped: mark } = marksOf(style);
  const count = padLeft(`${skipped.finished}/${layout.total}`, layout.count);
  return `${style.paint.dim(mark)} ${style.paint.dim(count)}  ${what} ${style.paint.dim(`skipped: ${plainLine(skipped.because)}`)}`;
}

/** One line for tests that failed together because what they read is not built. */
export function renderUnbuilt({ entries, finished }: Omit<SkippedSteps, 'because'>, layout: LineLayout, style: LineStyle): string {
  const { paint } = style;
  const count = padLeft(`${finished}/${layout.total}`, layout.count);
  return `${paint.red(marksOf(style).failed)} ${paint.dim(count)}  ${countOf(entries.length, 'test')}  ${paint.red('not-built')}`;
}

/** One line for all that stands unchanged, and the tests that hold. */
export function renderUnchanged(entries: readonly StepProgress[], style: LineStyle): string {
  const results = entries.flatMap((entry) => entry.results);
  const count = (type: NodeResult['resourceType']): number => results.filter(({ resourceType }) => resourceType === type).length;
  const nodes = listCounts([
    [count('model'), 'model'],
    [count('seed'), 'seed'],
    [count('snapshot'), 'snapshot'],
  ]);
  const tests = results.filter(({ resourceType }) => resourceType === 'test');
  const [oldest = ''] = tests.flatMap(({ asOf }) => asOf ?? []).sort();
  const held =
    tests.length === 0 ? '' : `${countOf(tests.length, 'test')} ${tests.length === 1 ? 'passes' : 'pass'} (as of ${shortTime(oldest)})`;
  const { same } = marksOf(style);
  const parts = [...(nodes === '' ? [] : [`${nodes} unchanged`]), ...(held === '' ? [] : [held])];
  return style.paint.dim(`${same} ${parts.join(', ')}`);
}

/** `2024-01-31 09:30Z` of a time in ISO 8601, or as an engine prints it. */
function shortTime(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')}Z`;
}

/** Why a step was skipped, in words. */
export function skipReason(entry: StepProgress, nameById: (id: string) => string | undefined): string {
  const [result] = entry.results;
  if (result?.status === 'cancelled') return 'cancelled';
  if (result?.skippedBecause === undefined) return 'the run was stopped';
  return `${nameById(result.skippedBecause) ?? nameOf(result.skippedBecause)} failed`;
}
