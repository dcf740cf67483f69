/** Time zones as stretches of time in which the clocks are set alike. */
import { bug } from '../diagnostics/bug.ts';
import type { Range } from './range-set.ts';

/** A stretch without a change of clocks. Where one ends, the next may have the same offset. */
export interface Stretch extends Range {
  /** What is added to UTC, in milliseconds. */
  readonly offset: number;
}

export interface Zone {
  readonly name: string;
  /** The stretch that a moment is in. */
  readonly at: (moment: number) => Stretch;
}

const day = 86_400_000;
/** Clocks are set twice a year, at times for a month only: nobody sets them twice in two weeks. */
const probe = 14 * day;
const window = 26 * probe;

/** Zones by name: what is known of one is of use to all who ask. */
const zones = new Map<string, Zone | undefined>();

/** Undefined for a name that no zone has. */
export function findZone(name: string): Zone | undefined {
  if (!zones.has(name)) zones.set(name, openZone(name));
  return zones.get(name);
}

/** One object: a ledger asks millions of times. */
const always: Stretch = { start: -Infinity, end: Infinity, offset: 0 };

function openZone(name: string): Zone | undefined {
  if (name === 'UTC') return { name, at: () => always };
  const offsetAt = readOffsets(name);
  if (offsetAt === undefined) return undefined;
  const known = new Map<number, readonly Stretch[]>();
  return {
    name,
    at: (moment) => {
      const number = Math.floor(moment / window);
      const stretches = known.get(number) ?? findStretches(number * window, offsetAt);
      known.set(number, stretches);
      return stretches.find(({ end }) => moment < end) ?? bug(`no stretch of ${name} has ${moment}`);
    },
  };
}

function findStretches(from: number, offsetAt: (moment: number) => number): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let start = from;
  let offset = offsetAt(from);
  for (let at = from; at < from + window; at += probe) {
    const later = offsetAt(at + probe);
    if (later === offset) continue;
    const end = findChange(at, at + probe, offset, offsetAt);
    stretches.push({ start, end, offset });
    start = end;
    offset = later;
  }
  if (start < from + window) stretches.push({ start, end: from + window, offset });
  return stretches;
}

/** The first second in `(from, to]` with another offset than `offset`. */
function findChange(from: number, to: number, offset: number, offsetAt: (moment: number) => number): number {
  let [low, high] = [from / 1000, to / 1000];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * 1000) === offset) low = middle;
    else high = middle;
  }
  return high * 1000;
}

function readOffsets(name: string): ((moment: number) => number) | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (cause) {
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
  return (moment) => {
    // `3/31/2024, 02:00:00`: to read it takes a fraction of the time that it takes to be given its parts.
    const [month = 1, date = 1, year = 0, hour = 0, minute = 0, second = 0] = format.format(moment).match(/\d+/g)?.map(Number) ?? [];
    return Date.UTC(year, month - 1, date, hour, minute, second) - moment;
  };
}
