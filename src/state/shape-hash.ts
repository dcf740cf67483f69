import { createHash } from 'node:crypto';
import type { Column } from '../adapter/relation.ts';

/** Tells the columns of a relation from others: their names and types, in order. */
export function shapeHash(columns: readonly Column[]): string {
  return createHash('sha256')
    .update(JSON.stringify(columns.map(({ name, type }) => [name, type])))
    .digest('hex')
    .slice(0, 32);
}
