/** Loads the driver when the first database is opened, never before. */
import { createRequire } from 'node:module';
import type * as NodeApi from '@duckdb/node-api';
import type * as NodeBindings from '@duckdb/node-bindings';

const require = createRequire(import.meta.url);

/** By `require`: importing the same package costs more than twice the CPU. */
export function driver(): typeof NodeApi {
  // The types are those of the same package.
  return require('@duckdb/node-api') as typeof NodeApi;
}

/** The native calls below the driver, found from the driver so that both are one version. */
export function bindings(): typeof NodeBindings {
  // The types are those of the same package.
  return createRequire(require.resolve('@duckdb/node-api'))('@duckdb/node-bindings') as typeof NodeBindings;
}
