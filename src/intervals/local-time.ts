/** Reads times as people write them, and writes them as clocks show them. */
import type { Zone } from './zone.ts';

/** A date, or a date and a time, with a zone or without. */
export const beginPattern = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?)?$/;

/** The moment that a text speaks of, in `zone` where it names none itself; undefined where there is no such date or time. */
export function readMoment(text: string, zone: Zone): number | undefined {
  const [date = '', time = '00:00'] = text.split(/[T ]/);
  const own = /(?:Z|[+-]\d{2}:\d{2})$/.exec(time)?.[0];
  const clock = time.slice(0, own === undefined ? undefined : -own.length);
  const local = Date.parse(`${date}T${clock}Z`);
  // Who counts days on beyond the end of a month means another month.
  if (Number.isNaN(local) || new Date(local).toISOString().slice(0, 10) !== date) return undefined;
  if (own !== undefined) return Date.parse(`${date}T${clock}${own}`);
  // Clocks that are set back show a time twice: the first counts.
  const before = local - zone.at(local - 86_400_000).offset;
  return Math.min(before, local - zone.at(before).offset);
}

/** What the clocks of a zone show, as if they stood in UTC. */
export function localTime(moment: number, zone: Zone): number {
  return moment + zone.at(moment).offset;
}
