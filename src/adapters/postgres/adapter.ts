/** The whole of PostgreSQL behind the adapter contract. The driver and the parser are loaded by whoever asks for them first. */
import type { Adapter } from '../../adapter/adapter.ts';
import { capabilities } from './capabilities.ts';
import { catalog } from './catalog.ts';
import { dialect } from './dialect.ts';
import { offlinePackage, offlineVersion } from './offline-package.ts';
import { operations } from './operations.ts';
import { readInParts } from './read-in-parts.ts';

export const adapter: Adapter = {
  dialect,
  capabilities,
  operations,
  catalog,
  open: async (options) => (await import('./session.ts')).openSession(options),
  reach: async (mine, other, root) => (await import('./reach.ts')).reach(mine, other, root),
  readInParts,
  openTargetBinder: async (options) => (await import('./target-binder.ts')).openTargetBinder(options),
  offline: {
    packageName: offlinePackage,
    version: offlineVersion,
    openBinder: async (options) => (await import('./offline-binder.ts')).openOfflineBinder(options),
  },
  openAnalyzer: async () => (await import('./analysis.ts')).openAnalyzer(),
};
