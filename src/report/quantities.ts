/** Says numbers, durations and counts the way that people read them. */
import { describeRange } from '../intervals/describe-range.ts';
import type { RangeSet } from '../intervals/range-set.ts';

/** `1234567` as `1,234,567`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** Bytes as `840 B`, `1.2 kB`, `37 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = Math.round(bytes);
  let unit = 0;
  for (; size >= 999.5 && unit < units.length - 1; unit += 1) size /= 1000;
  return `${unit === 0 || size >= 9.95 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}

/** `1 model`, `2 models`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Milliseconds as `0.02s`, `12.3s`, `2m 05s` or `1h 02m`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.995) return `${seconds.toFixed(2)}s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${String(whole % 60).padStart(2, '0')}s`;
  const minutes = Math.floor(whole / 60);
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`;
}

/** A duration for a line that changes all the time: `4.1s`, `2m 05s`. */
export function formatElapsed(ms: number): string {
  return ms < 59_950 ? `${(Math.max(0, ms) / 1000).toFixed(1)}s` : formatDuration(ms);
}

/** The counts that are not zero: `3 models, 7 tests`. Pairs of a number and its word in the singular. */
export function listCounts(counts: readonly (readonly [number, string])[]): string {
  return counts
    .filter(([count]) => count > 0)
    .map(([count, word]) => countOf(count, word))
    .join(', ');
}

/** The first of some ranges, and how many more there are. */
export function describeRanges(ranges: RangeSet): string {
  const shown = ranges.slice(0, 3).map(describeRange);
  return [...shown, ...(ranges.length > shown.length ? [`${formatCount(ranges.length - shown.length)} more`] : [])].join(', ');
}
