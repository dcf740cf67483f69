/**
 * Which values are out of the ordinary, by those that were found before. The value that is judged is never among the
 * points that judge it, centre and scale are medians, so that past incidents do not count, and too few points judge nothing.
 */

/** What one point stands for: the last value of an hour, a day or a week in UTC, or of a run. */
export type Bucket = 'run' | 'hour' | 'day' | 'week';

/** What was found, and when: in milliseconds since 1970. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

/** The last value of a bucket; buckets are numbered in order. */
interface Bucketed {
  readonly bucket: number;
  readonly value: number;
}

export interface AnomalySettings {
  /** So many scales around the centre are ordinary. */
  readonly sensitivity: number;
  /** With fewer points before it nothing is judged. */
  readonly minPoints: number;
  /** How many points before it count at most. */
  readonly window: number;
  readonly bucket: Bucket;
  readonly direction: 'both' | 'drop' | 'rise';
  /** Compares days with the same day of the week, once there are three weeks of them. */
  readonly weekdays: boolean;
  /** The scale is at least this share of the centre, in percent. */
  readonly floor: number;
  /** Closer to the centre than this anything is ordinary. */
  readonly minDifference: number;
  /** Looks at how much the value has changed since the bucket before. */
  readonly ofChange: boolean;
}

export const defaultSettings: AnomalySettings = {
  sensitivity: 3.5,
  minPoints: 7,
  window: 56,
  bucket: 'day',
  direction: 'both',
  weekdays: true,
  floor: 5,
  minDifference: 0,
  ofChange: false,
};

/** What is ordinary now. */
export interface OrdinaryRange {
  readonly centre: number;
  /** Undefined on a side that is not looked at. */
  readonly low: number | undefined;
  readonly high: number | undefined;
  /** How many points say so. */
  readonly points: number;
}

/** Most points that are kept of one test. */
export const keptPoints = 100;

const bucketMs = { hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const;

/** The first of January 1970 was a Thursday; weeks begin on Mondays. */
const daysBeforeMonday = 3;

const shiftOf = (bucket: Bucket): number => (bucket === 'week' ? daysBeforeMonday * bucketMs.day : 0);

/** The number of the bucket that a time lies in; of a run, its time. */
function bucketOf(bucket: Bucket, at: number): number {
  return bucket === 'run' ? at : Math.floor((at + shiftOf(bucket)) / bucketMs[bucket]);
}

/** When the bucket began that a time lies in. */
export function bucketStart(bucket: Bucket, at: number): number {
  return bucket === 'run' ? at : bucketOf(bucket, at) * bucketMs[bucket] - shiftOf(bucket);
}

/** The last point of each bucket in order; what is no number is none. */
export function lastOfBuckets(points: readonly Point[], bucket: Bucket): readonly Point[] {
  const byTime = points.filter(({ value }) => Number.isFinite(value)).sort((a, b) => a.at - b.at);
  return [...new Map(byTime.map((point) => [bucketOf(bucket, point.at), point])).values()];
}

/** The middle value, or the mean of the two in the middle; of no values NaN. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Makes a median of distances comparable with a standard deviation, where values are spread normally. */
const normal = 1.4826;

const daysPerWeek = 7;
const weeksOfSeason = 3;

/** What is ordinary at a time, by the points of the buckets before its own; undefined where they are too few to tell. */
export function ordinaryRange(points: readonly Point[], at: number, settings: AnomalySettings): OrdinaryRange | undefined {
  const now = bucketOf(settings.bucket, at);
  const before = lastOfBuckets(points, settings.bucket)
    .map((point): Bucketed => ({ bucket: bucketOf(settings.bucket, point.at), value: point.value }))
    .filter(({ bucket }) => bucket < now);
  if (!settings.ofChange) return rangeOf(before.slice(-settings.window), now, settings);
  const last = before.at(-1);
  if (last === undefined || !isNext(last.bucket, now, settings)) return undefined;
  const range = rangeOf(changesOf(before, settings).slice(-settings.window), now, settings);
  return range === undefined ? undefined : shifted(range, last.value);
}

/** Whether a value lies outside of what is ordinary. */
export function isAnomaly(value: number, { low, high }: OrdinaryRange): boolean {
  return (low !== undefined && value < low) || (high !== undefined && value > high);
}

/** A change over more than one bucket says nothing about one. */
function isNext(before: number, after: number, { bucket }: AnomalySettings): boolean {
  return bucket === 'run' || after === before + 1;
}

function changesOf(points: readonly Bucketed[], settings: AnomalySettings): readonly Bucketed[] {
  return points.flatMap(({ bucket, value }, at) => {
    const before = points[at - 1];
    return before === undefined || !isNext(before.bucket, bucket, settings) ? [] : [{ bucket, value: value - before.value }];
  });
}

function shifted({ centre, low, high, points }: OrdinaryRange, by: number): OrdinaryRange {
  return {
    centre: centre + by,
    low: low === undefined ? undefined : low + by,
    high: high === undefined ? undefined : high + by,
    points,
  };
}

function rangeOf(before: readonly Bucketed[], now: number, settings: AnomalySettings): OrdinaryRange | undefined {
  if (before.length < settings.minPoints || before.length === 0) return undefined;
  const { centre, spread } = seasonOf(before, now, settings) ?? levelOf(before.map(({ value }) => value));
  const scale = Math.max(normal * spread, (Math.abs(centre) * settings.floor) / 100);
  const reach = Math.max(settings.sensitivity * scale, settings.minDifference);
  return {
    centre,
    // Beyond the largest number nothing can lie.
    low: settings.direction === 'rise' || !Number.isFinite(centre - reach) ? undefined : centre - reach,
    high: settings.direction === 'drop' || !Number.isFinite(centre + reach) ? undefined : centre + reach,
    points: before.length,
  };
}

interface Level {
  readonly centre: number;
  readonly spread: number;
}

function levelOf(values: readonly number[]): Level {
  const centre = median(values);
  return { centre, spread: median(values.map((value) => Math.abs(value - centre))) };
}

/**
 * The level of one day of the week. The spread is that of all days, each seen from the others of its own weekday: so few
 * values have one weekday that their own spread would say little.
 */
function seasonOf(before: readonly Bucketed[], now: number, { bucket, weekdays }: AnomalySettings): Level | undefined {
  const first = before[0]?.bucket ?? now;
  if (!weekdays || bucket !== 'day' || now - first < weeksOfSeason * daysPerWeek) return undefined;
  const ofDay = (day: number, but?: Bucketed): readonly number[] =>
    before.flatMap((point) => ((point.bucket - day) % daysPerWeek === 0 && point !== but ? [point.value] : []));
  const same = ofDay(now);
  if (same.length < weeksOfSeason) return undefined;
  const distances = before.flatMap((point) => {
    const others = ofDay(point.bucket, point);
    return others.length < weeksOfSeason - 1 ? [] : [Math.abs(point.value - median(others))];
  });
  return { centre: median(same), spread: median(distances) };
}

/** A value that was out of the ordinary, and what was ordinary then. */
export interface Outlier extends Point {
  readonly range: OrdinaryRange;
}

export interface Backtest {
  /** How many points there are, the last of each bucket. */
  readonly points: number;
  /** How many of them had enough before them to be judged. */
  readonly judged: number;
  readonly outliers: readonly Outlier[];
}

/** A point as it was found; one that was never published is judged, and judges nothing. */
export interface FoundPoint extends Point {
  readonly refused?: boolean;
}

/** What would have been found out of the ordinary, had each point been judged when it was new. */
export function backtest(points: readonly FoundPoint[], settings: AnomalySettings): Backtest {
  const all = lastOfBuckets(points, settings.bucket);
  const published = points.filter(({ refused }) => refused !== true);
  const judged = all.flatMap((point) => {
    const range = ordinaryRange(published, point.at, settings);
    return range === undefined ? [] : [{ ...point, range }];
  });
  return { points: all.length, judged: judged.length, outliers: judged.filter(({ value, range }) => isAnomaly(value, range)) };
}
