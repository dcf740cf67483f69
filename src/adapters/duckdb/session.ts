/** Opens a target: one shared database, many connections. */
import { existsSync } from 'node:fs';
import bindings from '@duckdb/node-bindings';
import type { OpenOptions } from '../../adapter/adapter.ts';
import type { Connection, Session } from '../../adapter/connection.ts';
import { attachDatabases, detachDatabases } from './attachment.ts';
import { DatabaseConnection } from './connection.ts';
import { locateDatabase } from './database-location.ts';
import { openDatabase } from './database.ts';
import { ownError } from './errors.ts';
import { settingStatements } from './settings.ts';
import { bug } from '../../diagnostics/bug.ts';

/** Opens the file that the target names, making its folder when it may write. */
export async function openSession({ target, projectRoot, readOnly, attached = [] }: OpenOptions): Promise<Session> {
  const { path, memory_limit: memoryLimit, read_only: alwaysReadOnly, settings } = target.settings;
  if (typeof path !== 'string') return bug('a target without a checked path');
  const given = locateDatabase(path, projectRoot);
  // Before the first build there is nothing of the target, and yet all that is read beside it.
  const isOnlyBeside = readOnly && attached.length > 0 && given.file !== undefined && !existsSync(given.file);
  const location = isOnlyBeside ? locateDatabase(':memory:', projectRoot) : given;
  if (alwaysReadOnly === true && !readOnly) {
    throw ownError(
      'read-only',
      `the target is \`read_only\`, and this command writes schemas, relations and its own records to ${location.description}`,
    );
  }
  const database = await openDatabase({
    location,
    projectRoot,
    readOnly,
    memoryLimit: typeof memoryLimit === 'string' ? memoryLimit : undefined,
    settings: settingStatements(settings),
  });
  try {
    await attachDatabases(database, attached);
  } catch (cause) {
    await database.close();
    throw cause;
  }
  const connections = new Set<DatabaseConnection>();
  let closed = false;
  return {
    engineVersion: bindings.library_version().replace(/^v/, ''),
    description: location.description,
    connect: async (): Promise<Connection> => {
      const connection = new DatabaseConnection(await database.connect(), database, (gone) => connections.delete(gone));
      connections.add(connection);
      return connection;
    },
    close: async () => {
      if (closed) return;
      closed = true;
      for (const connection of connections) await connection.close();
      try {
        await detachDatabases(database, attached);
      } finally {
        await database.close();
      }
    },
  };
}
