/** What an engine can do, as data: the plan chooses by this, never by an engine's name. */

export type IncrementalStrategy = 'append' | 'merge' | 'delete_insert' | 'insert_overwrite' | 'time_interval';
export const materializations = ['view', 'table', 'incremental', 'ephemeral', 'materialized_view', 'external'] as const;
export type Materialization = (typeof materializations)[number];

export interface Capabilities {
  readonly materializations: readonly Materialization[];
  /** In order of preference: the first that fits a model with a `unique_key` is its default. */
  readonly incrementalStrategies: readonly IncrementalStrategy[];
  /** How a finished relation takes the place of the old one. */
  readonly publish: 'transaction' | 'atomic-replace' | 'pointer-view';
  /** DDL and data roll back together. */
  readonly transactionalDdl: boolean;
  /**
   * The cheapest form of many row checks in one statement: a filtered aggregate per check in one scan,
   * or a UNION ALL of counts with WHERE, which column stores answer from their statistics.
   */
  readonly rowCheckForm: 'filter-aggregates' | 'union-of-counts';
  /** Rows are found by a key only where there is an index; a column store scans fast enough without. */
  readonly findsByIndex: boolean;
  /**
   * How runs are kept apart: a database that one process has to itself, or each relation by a lock in its transaction.
   * In the second case others may have built a relation since the plan was made.
   */
  readonly runLock: 'database' | 'relation';
  /** From its publication to the end of its transaction nobody can read a relation. */
  readonly publishBlocksReaders: boolean;
  /** Commits must come one after another. */
  readonly serialCommits: boolean;
  /** What tells the query of a view may be another once the database was closed and opened again. */
  readonly respellsViews: boolean;
  /** Schemas that every database has, which nobody has to create. */
  readonly ownSchemas: readonly string[];
  /** Longest identifier in UTF-8 bytes; undefined when the engine has no limit. */
  readonly maxIdentifierBytes?: number;
  /** Under a unique index, a transaction can delete a key and add it again. */
  readonly reinsertsUniqueKeys: boolean;
  /** When a table can get constraints: when it is made, or also once it has its rows. */
  readonly constraints: 'with-table' | 'any-time';
  /** What of the ways to keep a relation the engine knows; comments and plain indexes are known to all. */
  readonly features: {
    readonly unlogged: boolean;
    readonly grants: boolean;
    /** Foreign keys of tables that are replaced. */
    readonly foreignKeys: boolean;
    /** Indexes of another method, over some rows, or with columns beside the key. */
    readonly specialIndexes: boolean;
    /** Tables that are made of partitions, each with rows of its own. */
    readonly declaredPartitions: boolean;
  };
  /** Files (CSV, JSON, Parquet) can be read by path inside a query. */
  readonly readsFiles: boolean;
}
