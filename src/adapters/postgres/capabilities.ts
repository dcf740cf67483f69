/** What PostgreSQL can do, as measured. */
import type { Capabilities } from '../../adapter/capabilities.ts';

export const capabilities: Capabilities = {
  materializations: ['view', 'table', 'incremental', 'ephemeral', 'materialized_view'],
  // Without an index over the key, merge is three to six times slower than delete and insert on a large table, so it is never the default.
  incrementalStrategies: ['delete_insert', 'merge', 'append', 'insert_overwrite', 'time_interval'],
  publish: 'transaction',
  transactionalDdl: true,
  // A row store reads the whole heap for each count.
  rowCheckForm: 'filter-aggregates',
  findsByIndex: true,
  runLock: 'relation',
  publishBlocksReaders: true,
  serialCommits: false,
  respellsViews: false,
  maxIdentifierBytes: 63,
  ownSchemas: [],
  reinsertsUniqueKeys: true,
  constraints: 'any-time',
  features: { unlogged: true, grants: true, foreignKeys: true, specialIndexes: true, declaredPartitions: true },
  readsFiles: false,
};
