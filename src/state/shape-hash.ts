/** Tells what a relation looks like from what it looked like before. */
import { createHash } from 'node:crypto';
import type { Column } from '../adapter/relation.ts';

/** A hash of names and types, in order. */
export function shapeHash(columns: readonly Column[]): string {
  return createHash('sha256')
    .update(JSON.stringify(columns.map(({ name, type }) => [name, type])))
    .digest('hex')
    .slice(0, 32);
}
