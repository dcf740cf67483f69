/** Writes moments and ranges for people. */
import type { Range } from './range-set.ts';

/** A moment as `2024-01-01`, or with its time where it is not midnight: `2024-01-01 06:00`. In UTC. */
export function formatMoment(moment: number): string {
  const [date = '', time = ''] = new Date(moment).toISOString().split(/[TZ]/);
  return time === '00:00:00.000' ? date : `${date} ${time.replace(/(?::00)?\.000$/, '')}`;
}

/** `2024-01-01 to 2024-02-01`, the end not included. */
export function describeRange({ start, end }: Range): string {
  return `${formatMoment(start)} to ${formatMoment(end)}`;
}
