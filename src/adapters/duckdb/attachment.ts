/** Reads another database file beside that of the target. */
import { basename } from 'node:path';
import type { Adapter, AttachedDatabase } from '../../adapter/adapter.ts';
import { EngineError } from '../../adapter/engine-error.ts';
import { locateDatabase } from './database-location.ts';
import type { Database } from './database.ts';
import { dialect } from './dialect.ts';
import { engineError } from './errors.ts';
import { quoteIdentifier, quoteText } from './quoting.ts';

/**
 * The name is the one that DuckDB itself gives to the file, so that a view over it works wherever the file is attached as
 * usual; another where it would stand for something else in a name of two parts.
 */
export const attachment: NonNullable<Adapter['attachment']> = (other, { target, projectRoot }, taken) => {
  const theirs = locateDatabase(String(other.settings['path']), projectRoot);
  if (theirs.file === undefined || theirs.key === locateDatabase(String(target.settings['path']), projectRoot).key) return undefined;
  const stem = basename(theirs.file).replace(/\.[^.]*$/, '');
  const used = new Set(taken.map(dialect.foldIdentifier));
  const isFree = (name: string): boolean => !used.has(dialect.foldIdentifier(name)) && !dialect.isReservedSchema(name);
  let name = stem;
  while (!isFree(name)) name += '_db';
  return { name, location: theirs.file, description: theirs.description };
};

/** Attaches for reading alone: whoever writes these files keeps their locks. */
export async function attachDatabases(database: Database, attached: readonly AttachedDatabase[]): Promise<void> {
  for (const { name, location, description } of attached) {
    try {
      await onConnection(database, [`attach if not exists ${quoteText(location)} as ${quoteIdentifier(name)} (type duckdb, read_only)`]);
    } catch (cause) {
      throw cause instanceof EngineError ? new EngineError({ ...cause.details, database: description }, { cause }) : cause;
    }
  }
}

/** A result that nobody has collected would keep the files locked. */
export async function detachDatabases(database: Database, attached: readonly AttachedDatabase[]): Promise<void> {
  await onConnection(
    database,
    attached.map(({ name }) => `detach database if exists ${quoteIdentifier(name)}`),
  );
}

async function onConnection(database: Database, statements: readonly string[]): Promise<void> {
  if (statements.length === 0) return;
  const connection = await database.connect();
  try {
    for (const sql of statements) await connection.run(sql);
  } catch (cause) {
    throw engineError(cause);
  } finally {
    connection.disconnectSync();
  }
}
