/** Every SELECT of a text with the common tables that it sees, as SQL that can stand alone. */
import type { CommonTable, FromItem, Query, ReadText, Select } from '../../parse/sql/query.ts';
import { queriesInside } from '../../parse/sql/read-query.ts';
import type { Range } from '../../parse/code-tokens.ts';
import { isWord } from '../../parse/code-tokens.ts';

/** A common table with its text, name and brackets. */
export interface SeenTable {
  readonly name: string;
  readonly query: Query;
  readonly sql: string;
  readonly isRecursive: boolean;
}

export interface Scope {
  readonly select: Select;
  /** Those around it, whose rows it may speak of; the nearest first. */
  readonly outer: readonly Scope[];
  /** In the order in which they are written. */
  readonly tables: readonly SeenTable[];
}

/** A text that was read. */
export interface Text extends ReadText {
  readonly sql: string;
}

export function sliceOf({ sql, tokens }: Text, { from, to }: Range): string {
  return sql.slice(tokens.list[from]?.start ?? 0, tokens.list[to - 1]?.end ?? 0);
}

/** In the order of the text: what a query reads stands before it. */
export function scopesOf(text: Text): readonly Scope[] {
  const found: Scope[] = [];
  const visit = (query: Query, seen: readonly SeenTable[], outer: readonly Scope[]): void => {
    let tables = seen;
    for (const table of tablesOf(text, query)) {
      visit(table.query, tables, outer);
      tables = [...tables.filter(({ name }) => name !== table.name), table];
    }
    for (const branch of query.branches) {
      if (branch.kind === 'query') visit(branch.query, tables, outer);
      if (branch.kind !== 'select') continue;
      const scope = { select: branch, tables, outer };
      for (const inner of queriesInside(text.tokens, branch.range)) visit(inner, tables, [scope, ...outer]);
      found.push(scope);
    }
  };
  visit(text.query, [], []);
  return found;
}

export function tablesOf(text: Text, query: Query): readonly SeenTable[] {
  const isRecursive = isWord(text.tokens, query.range.from + 1, 'recursive');
  let start = query.range.from + (isRecursive ? 2 : 1);
  return query.commonTables.map(({ name, query: inner }: CommonTable): SeenTable => {
    const end = inner.range.to + 1;
    const sql = sliceOf(text, { from: start, to: end });
    // A comma stands between two of them.
    start = end + 1;
    return { name, query: inner, sql, isRecursive };
  });
}

/** `with …` and a blank, or nothing. */
export function headOf(tables: readonly SeenTable[]): string {
  if (tables.length === 0) return '';
  return `with ${tables.some(({ isRecursive }) => isRecursive) ? 'recursive ' : ''}${tables.map(({ sql }) => sql).join(',\n')}\n`;
}

/** The common table that an item of a FROM clause reads. */
export function tableOf({ source }: FromItem, tables: readonly SeenTable[]): SeenTable | undefined {
  if (source.kind !== 'relation' || source.name.parts.length !== 1) return undefined;
  return tables.find(({ name }) => name === source.name.parts[0]?.toLowerCase());
}
