/** Finds the tables of deleted keys that stand beside relations. */
import { deletionsRelation, isDeletionsTable } from '../plan/deletions-table.ts';
import type { DroppedRelation } from '../execute/drop-relations.ts';
import type { OpenTarget } from './ask-target.ts';
import { shownRelation } from './known-relations.ts';

/** The same, each with what is to be dropped with it. One statement, whatever there is. */
export async function withDeletions(
  { adapter, connection }: OpenTarget,
  relations: readonly DroppedRelation[],
): Promise<readonly DroppedRelation[]> {
  const schemas = [...new Set(relations.map(({ relation }) => relation.schema))];
  const found = schemas.length === 0 ? [] : await adapter.catalog.relations(connection, schemas);
  const deletions = new Map(found.filter(isDeletionsTable).map(({ relation }) => [shownRelation(relation), relation]));
  return relations.map((owner) => {
    const table = deletions.get(shownRelation(deletionsRelation(owner.relation)));
    return table === undefined ? owner : { ...owner, beside: [table] };
  });
}
