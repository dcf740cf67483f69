/** What binding needs: the scratch database and what is known of it. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { FileTables } from './file-readers.ts';
import type { LogicalType } from './plan.ts';
import type { StubRegistry } from './stub-registry.ts';
import type { StubTables } from './stub-tables.ts';

export interface BindContext {
  readonly connection: DuckDBConnection;
  readonly registry: StubRegistry;
  readonly tables: StubTables;
  readonly files: FileTables;
  readonly spell: (type: LogicalType) => string;
}
