/** Where the indexes of a relation lie: their definitions do not tell. */
import type { Relation } from '../../../adapter/relation.ts';
import { dialect } from '../dialect.ts';
import { quoteIdentifier } from '../quoting.ts';
import type { OwnedConstraint, OwnedIndex } from './belongings.ts';

/** Moves an index to where that of the old relation lay. */
export function moveIndex(index: Relation, { tablespace }: OwnedIndex | OwnedConstraint): readonly string[] {
  // An index of the config is there only where it is wanted any more.
  return tablespace === null ? [] : [`alter index if exists ${dialect.relation(index)} set tablespace ${quoteIdentifier(tablespace)}`];
}
