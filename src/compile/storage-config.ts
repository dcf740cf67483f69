/** Reads how a relation is to be kept. */
import type { StorageConfig } from './compiled.ts';
import type { MergedConfig } from './merge-config.ts';
import { configValue } from './merge-config.ts';

/** Undefined where nobody says anything. */
export function storageConfig(merged: MergedConfig): StorageConfig | undefined {
  const unlogged = configValue(merged, 'unlogged');
  const indexes = configValue(merged, 'indexes');
  const grants = configValue(merged, 'grants');
  const docs = configValue(merged, 'persist_docs');
  const storage: StorageConfig = {
    ...(unlogged === undefined ? {} : { unlogged }),
    ...(indexes === undefined
      ? {}
      : {
          indexes: indexes.map(({ columns, unique, type, where, include }) => ({
            columns,
            unique: unique ?? false,
            ...(type === undefined || type === null ? {} : { type }),
            ...(where === undefined || where === null ? {} : { where }),
            ...(include === undefined || include === null ? {} : { include }),
          })),
        }),
    ...(grants === undefined ? {} : { grants }),
    ...(docs === undefined ? {} : { persistDocs: { relation: docs.relation ?? false, columns: docs.columns ?? false } }),
  };
  return Object.keys(storage).length === 0 ? undefined : storage;
}
