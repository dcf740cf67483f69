/** Says why a command finds nothing to do in nodes that were selected. */
import type { RunOptions } from './options.ts';

/** `now` is milliseconds since 1970. */
export function describeNothing({ from, to, eventTimeStart, eventTimeEnd }: RunOptions, now: number): string {
  const [start, end] = [from ?? eventTimeStart, to ?? eventTimeEnd];
  if (start === undefined || end === undefined) return 'nothing to do: the selection holds nothing that this command runs';
  const range = `from ${short(start)} to ${short(end)}`;
  return Date.parse(start) >= now
    ? `nothing to do: the range ${range} lies in the future`
    : `nothing to do: no interval that could be loaded lies in the range ${range}`;
}

/** A date alone where the time is midnight. */
function short(time: string): string {
  return time.replace(/T00:00:00(?:\.000)?Z$/, '');
}
