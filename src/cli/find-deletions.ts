/** Finds the tables of deleted keys that stand beside relations. */
import { deletionsRelation, isDeletionsTable } from '../plan/deletions-table.ts';
import type { DroppedRelation } from '../execute/drop-relations.ts';
import type { OpenTarget } from './ask-target.ts';
import { shownRelation } from './known-relations.ts';

/** What is to be dropped with `relations`. One statement, whatever there is. */
export async function findDeletions(
  { adapter, connection }: OpenTarget,
  relations: readonly DroppedRelation[],
): Promise<readonly DroppedRelation[]> {
  const owners = new Map(relations.map((owner) => [shownRelation(deletionsRelation(owner.relation)), owner]));
  const schemas = [...new Set(relations.map(({ relation }) => relation.schema))];
  const found = schemas.length === 0 ? [] : await adapter.catalog.relations(connection, schemas);
  return found.flatMap((entry): readonly DroppedRelation[] => {
    const owner = owners.get(shownRelation(entry.relation));
    return owner === undefined || !isDeletionsTable(entry) ? [] : [{ relation: entry.relation, kind: 'table', node: owner.node }];
  });
}
