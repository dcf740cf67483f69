/** Names a relation in a text. */
import type { Relation } from '../adapter/relation.ts';
import { plainLine } from '../diagnostics/plain.ts';

export function nameRelation({ database, schema, name }: Relation): string {
  return [...(database === undefined ? [] : [database]), schema, name].map(plainLine).join('.');
}
