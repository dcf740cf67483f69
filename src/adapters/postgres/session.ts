/** Opens a target: one server, as many connections as the run has workers. */
import type { Client } from 'pg';
import type { OpenOptions } from '../../adapter/adapter.ts';
import type { Session } from '../../adapter/connection.ts';
import { DatabaseConnection } from './connection.ts';
import { endClient } from './exchange.ts';
import { describeDatabase } from './open-error.ts';
import { quoteIdentifier } from './quoting.ts';
import { Server } from './server.ts';
import { readSettings } from './settings.ts';
import { createTypeNames } from './type-names.ts';

/** A session whose connections can do what only this engine's can. */
export interface DatabaseSession extends Session {
  readonly connect: () => Promise<DatabaseConnection>;
}

/** Opens the first connection, which proves that the target can be reached and is handed out first. */
export async function openSession({ target, projectRoot, readOnly }: OpenOptions): Promise<DatabaseSession> {
  const settings = readSettings(target.settings, process.env);
  const searchPath = settings.searchPath ?? `${quoteIdentifier(target.schema)}, public`;
  const server = new Server({ settings, searchPath, projectRoot, readOnly });
  const spare = [await server.open()];
  const typeNames = createTypeNames();
  const connections = new Set<DatabaseConnection>();
  let closed = false;
  return {
    engineVersion: server.version,
    description: describeDatabase(settings),
    facts: () => server.facts(),
    connect: async (): Promise<DatabaseConnection> => {
      const client = spare.pop() ?? (await server.open());
      const onClose = (gone: DatabaseConnection, left: Client | undefined): void => {
        connections.delete(gone);
        if (left !== undefined) spare.push(left);
      };
      const connection = new DatabaseConnection(client, { server, typeNames, readOnly, onClose });
      connections.add(connection);
      return connection;
    },
    announceRun: (id) => server.announceRun(id),
    deadRuns: (ids) => server.deadRuns(ids),
    close: async () => {
      if (closed) return;
      closed = true;
      for (const connection of connections) await connection.close();
      for (const client of spare) await endClient(client);
      await server.close();
    },
  };
}
