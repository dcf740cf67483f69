/** Asks the database of the target what stands in some schemas. */
import type { CatalogRelation } from '../../adapter/relation.ts';
import { askTarget } from '../ask-target.ts';
import type { GenerateWork } from './proposal.ts';

export function readCatalog(
  { host, screen, loaded, options }: GenerateWork,
  schemas: readonly string[],
): Promise<readonly CatalogRelation[]> {
  return askTarget(host, screen, loaded, { options }, ({ adapter, connection }) => adapter.catalog.relations(connection, schemas));
}
