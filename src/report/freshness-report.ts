/** Tells how old data is: lines for people, or JSON lines for programs. */
import type { Age } from '../compile/compiled.ts';
import type { FrameOptions } from '../diagnostics/frame.ts';
import { renderDiagnostic } from '../diagnostics/frame.ts';
import type { FindSecrets } from '../diagnostics/hide-secrets.ts';
import { plainLine } from '../diagnostics/plain.ts';
import { padLeft, padRight, textWidth } from '../diagnostics/text-width.ts';
import type { FreshnessResult, FreshnessStatus } from '../execute/check-freshness.ts';
import { renderLogDiagnostic } from './json-log.ts';
import type { Channel } from './output.ts';
import { countOf, formatCount, formatDuration } from './quantities.ts';
import { marksOf, styleOf } from './style.ts';

export interface FreshnessReportInput {
  readonly channel: Channel;
  readonly names: readonly string[];
  /** What they are, when there is one. */
  readonly noun: string;
  /** `tx 1.0.0 · target dev (…)`, without the count of sources. */
  readonly head: { readonly version: string; readonly target: string; readonly database: string };
  readonly sources: FrameOptions['sources'];
  readonly findSecrets: FindSecrets;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface FreshnessReport {
  readonly handle: (result: FreshnessResult) => void;
  readonly finish: (results: readonly FreshnessResult[], durationMs: number) => void;
}

export function createFreshnessReport(input: FreshnessReportInput): FreshnessReport {
  return input.json ? jsonReport(input) : textReport(input);
}

function jsonReport({ channel, sources, now }: FreshnessReportInput): FreshnessReport {
  return {
    handle: (result) => {
      const failed = result.status === 'error' || result.status === 'runtime error';
      const event = {
        ts: new Date(result.finishedAt).toISOString(),
        level: failed ? 'error' : result.status === 'warn' ? 'warn' : 'info',
        event: 'freshness_checked',
        node: result.id,
        name: result.name,
        status: result.status,
        loaded_at: result.loadedAt === undefined ? undefined : new Date(result.loadedAt).toISOString(),
        age_s: result.loadedAt === undefined ? undefined : Math.round((result.startedAt - result.loadedAt) / 1000),
        duration_ms: result.finishedAt - result.startedAt,
        code: result.diagnostics[0]?.code,
      };
      channel.write(`${JSON.stringify(event)}\n`);
      for (const entry of result.diagnostics) channel.write(`${renderLogDiagnostic(entry, { at: now(), sources })}\n`);
    },
    finish: () => undefined,
  };
}

function textReport(input: FreshnessReportInput): FreshnessReport {
  const { channel, names, head, quiet } = input;
  const { paint } = styleOf(channel);
  const marks = marksOf(channel);
  const width = Math.max(0, ...names.map(textWidth));
  const digits = String(names.length).length;
  const colours = { pass: paint.green, warn: paint.yellow, error: paint.red, 'runtime error': paint.red } as const;
  const symbols = { pass: marks.ok, warn: marks.warned, error: marks.failed, 'runtime error': marks.failed } as const;
  let finished = 0;
  const begin = (): void => {
    if (quiet || finished > 0) return;
    const target = `target ${paint.bold(plainLine(head.target))} (${plainLine(head.database)})`;
    channel.write(
      `${[`${paint.bold('tx')} ${head.version}`, target, countOf(names.length, input.noun)].join(` ${paint.dim(marks.dot)} `)}\n`,
    );
  };
  return {
    handle: (result) => {
      begin();
      finished += 1;
      if (quiet) return;
      const count = padLeft(`${finished}/${names.length}`, 2 * digits + 1);
      const name = padRight(plainLine(result.name), width);
      const words = describe(result);
      channel.write(
        `${colours[result.status](symbols[result.status])} ${paint.dim(count)}  ${name}  ${result.status === 'pass' ? paint.dim(words) : words}\n`,
      );
    },
    finish: (results, durationMs) => {
      const problems = results.flatMap(({ diagnostics }) => diagnostics);
      const style = { ...styleOf(channel), sources: input.sources, findSecrets: input.findSecrets };
      const gap = quiet ? '' : '\n';
      if (problems.length > 0) channel.write(`${gap}${problems.map((entry) => `${renderDiagnostic(entry, style)}\n`).join('\n')}`);
      const bad = results.some(({ status }) => status === 'error' || status === 'runtime error');
      if (quiet && !bad) return;
      const parts = verdicts.flatMap(([status, word]) => {
        const number = results.filter((result) => result.status === status).length;
        return number === 0 ? [] : [(status === 'pass' ? (text: string) => text : colours[status])(`${formatCount(number)} ${word}`)];
      });
      const mark = bad ? paint.red(marks.failed) : paint.green(marks.ok);
      channel.write(`${gap}${mark} ${parts.join(` ${marks.dot} `)}  ${paint.dim(`in ${formatDuration(durationMs)}`)}\n`);
    },
  };
}

const verdicts: readonly (readonly [FreshnessStatus, string])[] = [
  ['runtime error', 'not checked'],
  ['error', 'too old'],
  ['warn', 'old'],
  ['pass', 'fresh'],
];

/** `3 days old, more than 1 day`. */
function describe({ status, loadedAt, startedAt, freshness }: FreshnessResult): string {
  if (status === 'runtime error') return 'not checked';
  const age = loadedAt === undefined ? 'no rows' : `${formatAge(startedAt - loadedAt)} old`;
  const limit = status === 'error' ? freshness.errorAfter : status === 'warn' ? freshness.warnAfter : undefined;
  if (limit === undefined || loadedAt === undefined) return age;
  return `${age}, more than ${describeAge(limit)}`;
}

function describeAge({ count, period }: Age): string {
  return countOf(count, period);
}

/** The two largest parts of a duration that may be years: `3d 4h`, `2h 05m`, `12s`. A time to come has no age. */
function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  if (days > 0) return `${formatCount(days)}d ${hours}h`;
  if (hours > 0) return `${hours}h ${String(minutes).padStart(2, '0')}m`;
  return minutes > 0 ? `${minutes}m ${String(seconds % 60).padStart(2, '0')}s` : `${seconds}s`;
}
