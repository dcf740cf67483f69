/** Tells what a relation looks like from what it looked like before. */
import { hash } from 'node:crypto';
import type { Column } from '../adapter/relation.ts';

/** A hash of names and types, in order. Of a relation that is kept in files, with what tells these from others. */
export function shapeHash(columns: readonly Column[], files?: string): string {
  const said = JSON.stringify(columns.map(({ name, type }) => [name, type]));
  const own = hash('sha256', said, 'hex').slice(0, 32);
  return files === undefined ? own : `${own} ${files}`;
}

/** Whether a relation has the columns that it was left with, whatever has become of its files. */
export function hasColumnsOf(shape: string, columns: readonly Column[]): boolean {
  return shape.split(' ', 1)[0] === shapeHash(columns);
}
