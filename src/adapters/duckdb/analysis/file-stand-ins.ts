/** Puts relations in the place of files in a query, and finds positions in the text as the user wrote it. */
import { quoteIdentifier } from '../quoting.ts';
import { keyword, sqlTokens } from '../../../adapter/sql-tokens.ts';
import type { FileReader } from './query-tree.ts';

/** A table of the scratch database. */
export interface ScratchTable {
  readonly schema: string;
  readonly table: string;
}

/** The offset in UTF-16 code units of an offset in bytes, or undefined beyond the end. */
export type ToUtf16 = (bytes: number) => number | undefined;

/** The whole of a reader in `sql`: the path, or the call with its arguments. Undefined when it does not stand there. */
export function readerText(
  sql: string,
  reader: FileReader,
  toUtf16: ToUtf16,
): { readonly start: number; readonly end: number } | undefined {
  const start = toUtf16(reader.at);
  if (start === undefined) return undefined;
  let depth = 0;
  for (const token of sqlTokens(sql.slice(start))) {
    if (reader.kind === 'path') return token.kind === 'text' ? { start, end: start + token.end } : undefined;
    const text = keyword(sql.slice(start), token);
    if (text === '(') depth += 1;
    if (text !== ')') continue;
    depth -= 1;
    if (depth === 0) return { start, end: start + token.end };
  }
  return undefined;
}

/** The relation under the name by which the rest of the query knows the reader. */
export function standIn(reader: FileReader, { schema, table }: ScratchTable): string {
  const name = `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
  return reader.aliased ? name : `${name} as ${quoteIdentifier(impliedAlias(reader))}`;
}

/** A function's rows go by its name, a file's by the first part of its own. */
function impliedAlias({ kind, name }: FileReader): string {
  if (kind === 'function') return name;
  return (name.split(/[/\\]/).at(-1) ?? name).split('.')[0] ?? name;
}
