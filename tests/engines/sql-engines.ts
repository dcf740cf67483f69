/** The engines as tests see them: a dialect, and a connection to an empty place of a real database. */
import type { Connection } from '../../src/adapter/connection.ts';
import type { Dialect } from '../../src/adapter/dialect.ts';
import { dialect as duckdb } from '../../src/adapters/duckdb/dialect.ts';
import { openTestConnection as openDuckdb } from '../../src/adapters/duckdb/open-test-session.ts';
import { dialect as postgres } from '../../src/adapters/postgres/dialect.ts';
import { openTestConnection as openPostgres, useTestDatabase } from '../../src/adapters/postgres/open-test-session.ts';

export interface SqlEngine {
  readonly name: string;
  readonly dialect: Dialect;
  /** Closed when the test ends. */
  readonly connect: () => Promise<Connection>;
}

/** All engines. To be called where the suite of a file is declared, inside a `describe`. */
export function useEngines(): readonly SqlEngine[] {
  return [
    { name: 'duckdb', dialect: duckdb, connect: () => openDuckdb() },
    { name: 'postgres', dialect: postgres, connect: usePostgres() },
  ];
}

function usePostgres(): () => Promise<Connection> {
  const database = useTestDatabase();
  return () => openPostgres(database);
}
