/** Tables that an engine itself divides into partitions: what one of them holds. */

export const partitionGranularities = ['value', 'day', 'month', 'year'] as const;

/** What one partition holds of its column: the rows of one value, or of one such span of time. */
export type PartitionGranularity = (typeof partitionGranularities)[number];

/** How a table is divided. */
export interface DeclaredPartitions {
  readonly column: string;
  readonly granularity: PartitionGranularity;
  /** Its partitions are lost with a crash, and faster for it. */
  readonly unlogged?: true;
}

/** Whether times of this type are moments, whatever the engine: they are cut in UTC, so that no setting of a session moves a border. */
export function isMoment(type: string): boolean {
  return /^timestamp.* with time zone$|^timestamptz/i.test(type);
}

/** Whether spans of time can be cut out of a type. */
export function hasSpans(type: string): boolean {
  return /^(?:date$|timestamp)/i.test(type);
}

/** The beginning of the span that a value lies in, as SQL of a timestamp without a zone. */
export function spanStart(value: string, type: string, granularity: Exclude<PartitionGranularity, 'value'>): string {
  const local = isMoment(type) ? `${value} at time zone 'UTC'` : `cast(${value} as timestamp)`;
  return `date_trunc('${granularity}', ${local})`;
}
