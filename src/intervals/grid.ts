/** Cells of time that follow each other without gaps: hours, days, weeks, months or years by the clocks of a zone. */
import type { Range } from './range-set.ts';
import type { Stretch, Zone } from './zone.ts';

export interface Grid {
  /** The start of the cell that a moment is in. */
  readonly floor: (moment: number) => number;
  /** The start of the cell behind it. */
  readonly next: (moment: number) => number;
  /** How many cells have a part in a range. Found without going through them. */
  readonly count: (range: Range) => number;
}

/** Cells of `minutes`, which divide a day, or of a unit of the calendar. Weeks start on Mondays. */
export type CellSize = { readonly minutes: number } | 'day' | 'week' | 'month' | 'year';

const minute = 60_000;
const day = 1440 * minute;

export function createGrid(size: CellSize, zone: Zone): Grid {
  return typeof size === 'object' ? clockGrid(size.minutes * minute, zone) : calendarGrid(calendars[size], zone);
}

/** The start of the first cell that does not start before a moment. */
export function ceilTo(grid: Grid, moment: number): number {
  const floor = grid.floor(moment);
  return floor === moment ? floor : grid.next(moment);
}

/** The cells of a range, those at its ends as far as they are in it. */
export function* cutRange(grid: Grid, { start, end }: Range): Iterable<Range> {
  for (let from = start; from < end;) {
    const to = Math.min(grid.next(from), end);
    yield { start: from, end: to };
    from = to;
  }
}

const modulo = (value: number, size: number): number => value - Math.floor(value / size) * size;

/** A part of a day: a cell starts whenever the clock shows a multiple of its size, an hour that is shown twice is two cells. */
function clockGrid(size: number, zone: Zone): Grid {
  const indexAt = (moment: number, { offset }: Stretch): number => Math.floor((moment + offset) / size);
  const before = (stretch: Stretch): Stretch => zone.at(stretch.start - 1);
  /** Clocks that are set forward may pass over the start of a cell: it starts there. */
  const starts = (stretch: Stretch): boolean => {
    const isShown = modulo(stretch.start + stretch.offset, size) === 0;
    return isShown || indexAt(stretch.start, stretch) > indexAt(stretch.start - 1, before(stretch));
  };
  const floor = (moment: number): number => {
    const stretch = zone.at(moment);
    const start = moment - modulo(moment + stretch.offset, size);
    if (start >= stretch.start) return start;
    return starts(stretch) ? stretch.start : floor(stretch.start - 1);
  };
  const next = (moment: number): number => {
    let from = moment;
    for (let stretch = zone.at(moment); ; stretch = zone.at(from)) {
      const start = from - modulo(from + stretch.offset, size) + size;
      if (start < stretch.end) return start;
      from = stretch.end;
      if (starts(zone.at(from))) return from;
    }
  };
  /** Starts of cells in `(start, end)`, and one for the cell that `start` is in. */
  const count = ({ start, end }: Range): number => {
    let cells = 1;
    for (let from = start + 1; from < end;) {
      const stretch = zone.at(from);
      const to = Math.min(stretch.end, end);
      const { offset } = stretch;
      cells += Math.ceil((to + offset) / size) - Math.ceil((from + offset) / size);
      if (from === stretch.start && modulo(from + offset, size) !== 0 && starts(stretch)) cells += 1;
      from = to;
    }
    return cells;
  };
  return { floor, next, count };
}

/** A unit of the calendar, over days since 1970-01-01. */
interface Calendar {
  readonly indexOf: (date: number) => number;
  readonly startOf: (index: number) => number;
}

const calendars: Readonly<Record<Exclude<CellSize, object>, Calendar>> = {
  day: { indexOf: (date) => date, startOf: (index) => index },
  // 1970-01-01 was a Thursday.
  week: { indexOf: (date) => Math.floor((date + 3) / 7), startOf: (index) => index * 7 - 3 },
  month: {
    indexOf: (date) => new Date(date * day).getUTCFullYear() * 12 + new Date(date * day).getUTCMonth(),
    startOf: (index) => dateOf(Math.floor(index / 12), modulo(index, 12)),
  },
  year: { indexOf: (date) => new Date(date * day).getUTCFullYear(), startOf: (index) => dateOf(index, 0) },
};

function dateOf(year: number, month: number): number {
  // The constructor takes years before 100 for years of another century.
  return new Date(0).setUTCFullYear(year, month, 1) / day;
}

/** How far clocks may be from UTC, and more. */
const farthest = 16 * 60 * minute;

/** Whole days: a cell starts with the first moment of its first day, be that midnight or not. */
function calendarGrid({ indexOf, startOf }: Calendar, zone: Zone): Grid {
  const startOfCell = (index: number): number => firstMoment(startOf(index) * day, zone);
  const cellAt = (moment: number): number => indexOf(Math.floor((moment + zone.at(moment).offset) / day));
  /** The last cell that has started, where clocks that are set back show the end of the one before again. */
  const indexAt = (moment: number): number => {
    let index = cellAt(moment) + 1;
    while (startOfCell(index) > moment) index -= 1;
    return index;
  };
  const next = (moment: number): number => {
    let index = indexAt(moment);
    while (startOfCell(index) <= moment) index += 1;
    return startOfCell(index);
  };
  const count = (range: Range): number => {
    const cells = indexAt(range.end - 1) - indexAt(range.start) + 1;
    return cells - skippedCells(range, zone, (moment) => indexAt(moment) - indexAt(moment - 1) - 1);
  };
  return { floor: (moment) => startOfCell(indexAt(moment)), next, count };
}

/** The first moment at which the clocks of a zone show `local` or later. */
function firstMoment(local: number, zone: Zone): number {
  for (let stretch = zone.at(local - farthest); ; stretch = zone.at(stretch.end)) {
    const moment = Math.max(stretch.start, local - stretch.offset);
    if (moment < stretch.end) return moment;
  }
}

/** Zones that moved across the date line left out a day. */
function skippedCells({ start, end }: Range, zone: Zone, skippedAt: (moment: number) => number): number {
  let skipped = 0;
  let stretch = zone.at(start);
  while (stretch.end < end) {
    const later = zone.at(stretch.end);
    if (later.offset - stretch.offset >= day) skipped += Math.max(0, skippedAt(later.start));
    stretch = later;
  }
  return skipped;
}
