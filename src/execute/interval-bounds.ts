/** The bounds of an interval as SQL, for the column that rows have their time in. */
import type { Dialect } from '../adapter/dialect.ts';
import { bug } from '../diagnostics/bug.ts';
import { localTime } from '../intervals/local-time.ts';
import type { Range } from '../intervals/range-set.ts';
import { findZone } from '../intervals/zone.ts';
import type { TimeColumn } from '../plan/time-column.ts';

export interface Bounds {
  readonly column: string;
  readonly from: string;
  readonly to: string;
}

const day = 86_400_000;

/** Times without a zone are in UTC. A date is a day by the clocks of the zone. */
export function boundsOf(
  dialect: Pick<Dialect, 'literal'>,
  { column, timeZone, wholeDays }: TimeColumn,
  type: string,
  range: Range,
): Bounds {
  const zone = findZone(timeZone) ?? bug(`there is no zone ${timeZone}`);
  const shown = (moment: number): number => {
    if (!isDate(type)) return moment;
    const local = localTime(moment, zone);
    // Where clocks are set forward at midnight, a day starts later than its date.
    return wholeDays ? Math.floor(local / day) * day : local;
  };
  const bound = (moment: number): string => dialect.literal({ timestamp: new Date(shown(moment)).toISOString() });
  return { column, from: bound(range.start), to: bound(range.end) };
}

const isDate = (type: string): boolean => type.toLowerCase() === 'date';
