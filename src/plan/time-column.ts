/** Where a plan finds the time of a row. */

/** The column that tells the interval of a row, and by which clocks days begin. */
export interface TimeColumn {
  readonly column: string;
  readonly timeZone: string;
  /** Intervals are whole days: a date is in the interval of its day. */
  readonly wholeDays: boolean;
}
