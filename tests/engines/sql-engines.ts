/** The engines as tests see them: a dialect, and a connection to an empty place of a real database. */
import type { Adapter } from '../../src/adapter/adapter.ts';
import type { Catalog, Connection } from '../../src/adapter/connection.ts';
import type { Dialect } from '../../src/adapter/dialect.ts';
import { adapter as duckdbAdapter } from '../../src/adapters/duckdb/adapter.ts';
import { catalog as duckdbCatalog } from '../../src/adapters/duckdb/catalog.ts';
import type { Capabilities } from '../../src/adapter/capabilities.ts';
import { capabilities as duckdbCapabilities } from '../../src/adapters/duckdb/capabilities.ts';
import { dialect as duckdb } from '../../src/adapters/duckdb/dialect.ts';
import { openTestConnection as openDuckdb } from '../../src/adapters/duckdb/open-test-session.ts';
import { adapter as postgresAdapter } from '../../src/adapters/postgres/adapter.ts';
import { catalog as postgresCatalog } from '../../src/adapters/postgres/catalog.ts';
import { capabilities as postgresCapabilities } from '../../src/adapters/postgres/capabilities.ts';
import { dialect as postgres } from '../../src/adapters/postgres/dialect.ts';
import { openTestConnection as openPostgres, useTestDatabase } from '../../src/adapters/postgres/open-test-session.ts';

export interface SqlEngine {
  readonly name: string;
  readonly adapter: Adapter;
  readonly dialect: Dialect;
  readonly capabilities: Capabilities;
  readonly catalog: Catalog;
  /** Closed when the test ends. */
  readonly connect: () => Promise<Connection>;
}

/** All engines. To be called where the suite of a file is declared, inside a `describe`. */
export function useEngines(): readonly SqlEngine[] {
  return [
    {
      name: 'duckdb',
      adapter: duckdbAdapter,
      dialect: duckdb,
      capabilities: duckdbCapabilities,
      catalog: duckdbCatalog,
      connect: () => openDuckdb(),
    },
    {
      name: 'postgres',
      adapter: postgresAdapter,
      dialect: postgres,
      capabilities: postgresCapabilities,
      catalog: postgresCatalog,
      connect: usePostgres(),
    },
  ];
}

function usePostgres(): () => Promise<Connection> {
  const database = useTestDatabase();
  return () => openPostgres(database);
}
