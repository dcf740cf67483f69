/** Tells what a relation looks like from what it looked like before. */
import { hash } from 'node:crypto';
import type { Column } from '../adapter/relation.ts';

/** A hash of names and types, in order. */
export function shapeHash(columns: readonly Column[]): string {
  const said = JSON.stringify(columns.map(({ name, type }) => [name, type]));
  return hash('sha256', said, 'hex').slice(0, 32);
}
