/** Asks the database of the target what stands in some schemas. */
import type { CatalogRelation } from '../../adapter/relation.ts';
import { stopForDatabase } from '../database-errors.ts';
import { openDatabase } from '../open-database.ts';
import { waitSeconds } from '../read-options.ts';
import type { GenerateWork } from './proposal.ts';

export async function readCatalog(work: GenerateWork, schemas: readonly string[]): Promise<readonly CatalogRelation[]> {
  const { host, screen, loaded, options, signal } = work;
  const request = { connections: 1, readOnly: true, waitSeconds: waitSeconds(options), signal };
  const { adapter, session } = await openDatabase(host, screen, loaded, request);
  try {
    const connection = await session.connect();
    try {
      return await adapter.catalog.relations(connection, schemas);
    } finally {
      await connection.close();
    }
  } catch (cause) {
    throw stopForDatabase(cause, loaded.project);
  } finally {
    await session.close();
  }
}
