/** What DuckDB can do, as measured. */
import type { Capabilities } from '../../adapter/capabilities.ts';

export const capabilities: Capabilities = {
  materializations: ['view', 'table', 'incremental', 'ephemeral', 'external'],
  // Merge ties on recent rows but is five times slower on scattered keys, so it is never the default.
  incrementalStrategies: ['delete_insert', 'merge', 'append', 'insert_overwrite', 'time_interval'],
  publish: 'transaction',
  transactionalDdl: true,
  rowCheckForm: 'union-of-counts',
  findsByIndex: false,
  runLock: 'database',
  publishBlocksReaders: false,
  serialCommits: true,
  respellsViews: true,
  ownSchemas: ['main'],
  reinsertsUniqueKeys: false,
  constraints: 'with-table',
  features: { unlogged: false, grants: false, foreignKeys: false, specialIndexes: false, declaredPartitions: false },
  readsFiles: true,
};
