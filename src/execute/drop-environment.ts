/** Takes away what is left of an environment once its relations are gone: its schemas, and at last its state. */
import type { Connection } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import { stateTables, stateViews } from '../state/state-tables.ts';
import { beginWith, commitWith, runStatements } from './perform.ts';
import { StatementFailure } from './step-failure.ts';

interface Ports {
  readonly connection: Connection;
  readonly dialect: Dialect;
}

/** Drops schemas that are empty; gives those in which something of others stands. */
export async function dropEmptySchemas(schemas: readonly string[], { connection, dialect }: Ports): Promise<readonly string[]> {
  const left: string[] = [];
  for (const schema of schemas) {
    try {
      await runStatements(connection, { sql: `drop schema if exists ${dialect.quoteIdentifier(schema)}` });
    } catch (cause) {
      if (!(cause instanceof StatementFailure)) throw cause;
      left.push(schema);
    }
  }
  return left;
}

/** Drops the state with its schema, in one transaction; false where something of others stands there. */
export async function dropState(schema: string, { connection, dialect }: Ports): Promise<boolean> {
  const name = (relation: string): string => dialect.relation({ schema, name: relation });
  const statements = [
    ...Object.keys(stateViews).map((view) => `drop view if exists ${name(view)}`),
    ...Object.keys(stateTables).map((table) => `drop table if exists ${name(table)}`),
    `drop schema ${dialect.quoteIdentifier(schema)}`,
  ];
  try {
    await beginWith(connection, {});
    await commitWith(connection, ...statements.map((sql) => ({ sql })));
    return true;
  } catch (cause) {
    await connection.rollback();
    if (!(cause instanceof StatementFailure)) throw cause;
    return false;
  }
}
