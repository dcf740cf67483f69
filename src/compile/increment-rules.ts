/** How the rows of an increment come into their table, as config says. */

import type { PartitionGranularity } from '../adapter/declared-partitions.ts';

/** Columns as the user names them. */
export interface MergeColumns {
  readonly rule: 'only' | 'all-but';
  readonly columns: readonly string[];
}

/** The rows of a query are events, each the state of a key. */
export interface EventConfig {
  /** Column that tells which of two events is newer. */
  readonly sequenceBy: string;
  /** SQL condition of events after which there is no row of their key. */
  readonly deleteWhen?: string;
}

export interface IncrementRules {
  /** Which columns of a row that is there a merge changes; all without it. */
  readonly mergeColumns?: MergeColumns;
  /** Conditions on the rows of the table that an increment may touch. */
  readonly predicates?: readonly string[];
  /** Of models that merge events: the newest of each key counts. */
  readonly events?: EventConfig;
  /** What partitions are told apart by, of which an increment replaces whole ones. An entry in parentheses is an expression. */
  readonly partitionBy?: readonly string[];
  /** What one partition holds of the one column of `partitionBy`; with it, an engine that knows such tables divides the table itself. */
  readonly partitionGranularity?: PartitionGranularity;
}
