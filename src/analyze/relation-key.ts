/** One key for all spellings under which the engine finds the same relation. */
import type { Relation } from '../adapter/relation.ts';

export type RelationKey = (relation: Relation) => string;

export function relationKey(fold: (name: string) => string): RelationKey {
  return ({ schema, name }) => JSON.stringify([fold(schema), fold(name)]);
}
