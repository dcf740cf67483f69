/** What a query of the project reads, for saying what an error of the database is about. */
import type { EngineErrorDetails } from '../adapter/engine-error.ts';
import type { Relation } from '../adapter/relation.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic, Note, Where } from '../diagnostics/diagnostic.ts';
import { selectorName, shellWord } from '../diagnostics/pasteable.ts';
import { findSuspects } from './suspect-places.ts';

/** A relation of the project that a query names. */
export interface NamedRead {
  readonly relation: Relation;
  /** The relation as SQL of the engine writes it. */
  readonly sql: string;
  /** `self` is the node's own relation, which `{{this}}` stands for. */
  readonly kind: 'model' | 'seed' | 'snapshot' | 'source' | 'self';
  /** Of a source with the name of what it belongs to: `raw.orders`. */
  readonly name: string;
}

/** A view whose query runs as part of every query that reads it. */
export interface ViewAbove {
  readonly name: string;
  readonly path: string;
  readonly sql: string;
}

export interface QueryReads {
  readonly relations: readonly NamedRead[];
  /** Views among these, and those that they read, nearest first. */
  readonly views: readonly ViewAbove[];
  /** What else the project builds or reads, where somebody asks for it: a query may name it without a reference. */
  readonly others?: readonly NamedRead[];
}

export const noReads: QueryReads = Object.freeze({ relations: Object.freeze([]), views: Object.freeze([]) });

/** The one of `reads` that the database does not have: by its place in the query, or else by its name. */
export function findAbsent(
  reads: QueryReads,
  details: EngineErrorDetails,
  query: { readonly sql: string; readonly offset: number } | undefined,
): NamedRead | undefined {
  if (details.kind !== 'unknown-relation' || details.beforeColumn === true) return undefined;
  if (query !== undefined) {
    const { sql, offset } = query;
    const found = reads.relations.find((read) => {
      // Engines point at the schema or at the name behind it.
      const at = sql.lastIndexOf(read.sql, offset);
      return at >= 0 && offset < at + read.sql.length;
    });
    if (found !== undefined) return found;
  }
  const { name } = details;
  return reads.relations.find(({ relation }) => name === relation.name || name === `${relation.schema}.${relation.name}`);
}

/** How the relation that the database does not have is meant to be named, where the project builds one of that name. */
export function adviseReference(
  { others = [] }: QueryReads,
  { kind, name, beforeColumn }: EngineErrorDetails,
  query: { readonly sql: string; readonly offset: number } | undefined,
): string | undefined {
  if (kind !== 'unknown-relation' || name === undefined || beforeColumn === true) return undefined;
  const wanted = name.toLowerCase();
  const named = others.filter(({ relation }) =>
    [relation.name, `${relation.schema}.${relation.name}`].some((one) => one.toLowerCase() === wanted),
  );
  // Where several schemas have the name, the text says which one is meant.
  const around = query?.sql.slice(Math.max(0, query.offset - 130), query.offset + 130).toLowerCase() ?? '';
  const read = named.find(({ relation }) => around.includes(`${relation.schema.toLowerCase()}.`)) ?? named[0];
  if (read === undefined || read.kind === 'source' || read.kind === 'self') return undefined;
  const relation = `${read.relation.schema}.${read.relation.name}`;
  return `\`${relation}\` is what ${read.kind} \`${read.name}\` of this project builds: write \`{{ref "${read.name}"}}\`, so that it is built first`;
}

/** Says of a relation that the project knows why it is not there, and how it comes to be. */
export function diagnoseAbsent(read: NamedRead, reader: string, where: Where): Diagnostic {
  const { kind, name, relation } = read;
  switch (kind) {
    case 'self':
      return diagnose('self-not-built', { name }, where);
    case 'source':
      return diagnose('source-not-there', { name, relation: `${relation.schema}.${relation.name}` }, where);
    case 'model':
    case 'seed':
    case 'snapshot':
      return diagnose('parent-not-built', { kind, name, reader }, where);
  }
}

/** Errors of a query that does not fit the columns of what it reads: some engines take `t.missing` for another table `t`. */
const binderKinds: ReadonlySet<EngineErrorDetails['kind']> = new Set([
  'unknown-column',
  'unknown-relation',
  'type-mismatch',
  'ambiguous',
  'meaningless',
]);

/** Hooks name the table too, and would not be mended. */
const startsQuery = /^(?:\s|--.*\n)*(?:select|with|from|\()/i;

/** Most views that are named. */
const mostViews = 5;

/**
 * Values go wrong while rows are read, and then engines name no place: the error may come from any view above. Of these, views
 * that divide or convert something, whichever it was, are named first.
 */
export function noteViews({ views }: QueryReads, details: EngineErrorDetails): readonly Note[] {
  if (details.position !== undefined || views.length === 0) return [];
  if (details.kind !== 'conversion' && details.kind !== 'meaningless' && details.kind !== 'other') return [];
  const operation = details.operation ?? 'conversion';
  const able = views.filter(({ sql }) => findSuspects(sql, operation).length > 0);
  const suspects = able.length === 0 ? views : able;
  const does = able.length === 0 ? '' : operation === 'division' ? ', which divides' : ', which converts values';
  const shown = suspects.slice(0, mostViews).map(({ name, path }): Note => {
    return { message: `it runs the view \`${name}\`${does}: the error may come from there`, span: { path, start: 0, end: 0 } };
  });
  const rest = suspects.length - shown.length;
  return rest === 0 ? shown : [...shown, { message: `and ${rest} more views` }];
}

/** A query of later runs that reads its own table finds that as an earlier version of the model has made it. */
export function noteSelf({ relations }: QueryReads, { kind }: EngineErrorDetails, sql: string): readonly Note[] {
  const own = relations.find((read) => read.kind === 'self');
  if (own === undefined || !binderKinds.has(kind) || !sql.includes(own.sql) || !startsQuery.test(sql)) return [];
  const command = `tx build --full-refresh --select ${shellWord(selectorName(own.name))}`;
  return [
    { message: `it reads its own table, which has the columns of when it was built: \`${command}\` builds it anew with those of now` },
  ];
}
