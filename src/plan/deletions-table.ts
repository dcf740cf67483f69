/** The table that remembers which keys were deleted, and by which event. */
import { deletionMarker } from '../adapter/event-sql.ts';
import type { CatalogRelation, Relation } from '../adapter/relation.ts';
import { neighbourName } from './neighbour-name.ts';

/** Beside the model: nobody who reads the model sees it. */
export function deletionsRelation(relation: Relation): Relation {
  return { ...relation, name: neighbourName(relation.name, '__deleted') };
}

/** Whether what stands there is such a table, and not something of somebody else. */
export function isDeletionsTable({ kind, columns }: CatalogRelation): boolean {
  return kind === 'table' && columns.some(({ name }) => name.toLowerCase() === deletionMarker);
}
