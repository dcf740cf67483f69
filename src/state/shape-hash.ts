/** Tells what a relation looks like from what it looked like before. */
import { hash } from 'node:crypto';
import type { CatalogRelation, Column } from '../adapter/relation.ts';

/** A hash of names and types, in order. Of a relation that is kept in files, with what tells these from others. */
export function shapeHash(columns: readonly Column[], files?: string): string {
  const said = JSON.stringify(columns.map(({ name, type }) => [name, type]));
  const own = hash('sha256', said, 'hex').slice(0, 32);
  return files === undefined ? own : `${own} ${files}`;
}

/** The same of what stands, with its query where it is a view. */
export function shapeOf({ columns, query }: Pick<CatalogRelation, 'columns' | 'query'>, files?: string): string {
  return query === undefined || files !== undefined ? shapeHash(columns, files) : `${shapeHash(columns)} ${query}`;
}

/** Whether what stands is what a run noted; one that noted no query says nothing of it. */
export function standsAsLeft(shape: string | undefined, existing: Pick<CatalogRelation, 'columns' | 'query'>, files?: string): boolean {
  return shape === shapeOf(existing, files) || (files === undefined && shape === shapeHash(existing.columns));
}

/** Whether a relation has the columns that it was left with, whatever has become of its files or its query. */
export function hasColumnsOf(shape: string, columns: readonly Column[]): boolean {
  return shape.split(' ', 1)[0] === shapeHash(columns);
}
