/** Finds the place of a problem in a compiled text, and shows the compiled lines where they differ from the template. */
import type { Excerpt, Note } from '../diagnostics/diagnostic.ts';
import { lineStarts, positionAt } from '../diagnostics/span.ts';
import type { Span } from '../diagnostics/span.ts';
import type { CompiledText } from './compiled.ts';
import { lookupSpan } from './span-map.ts';

export interface CompiledPlace {
  readonly span: Span;
  /** Not where the template line says the same: text that was copied, and once only. */
  readonly excerpt: Excerpt | undefined;
  /** Where the macro that wrote it says so. */
  readonly notes: readonly Note[];
}

/** The place of `length` characters at `offset` of a text, which can be read at `path` if that is known. */
export function placeInCompiled(text: CompiledText, offset: number, length: number, path?: string): CompiledPlace | undefined {
  const mapped = lookupSpan(text.map, offset, length);
  if (mapped === undefined) return undefined;
  return {
    span: mapped.span,
    excerpt: mapped.exact && !mapped.repeated ? undefined : excerptAt(text.sql, offset, length, path),
    notes: mapped.inMacro === undefined ? [] : [{ message: 'the macro writes it here', span: mapped.inMacro }],
  };
}

const contextLines = 2;

function excerptAt(sql: string, offset: number, length: number, path: string | undefined): Excerpt {
  const starts = lineStarts(sql);
  const { line, column } = positionAt(sql, offset, starts);
  const lines = sql.split(/\r\n|\n|\r/);
  const first = Math.max(1, line - contextLines);
  const last = Math.min(lines.length, line + contextLines - 1);
  const shown = { firstLine: first, lines: lines.slice(first - 1, last), line, column, length: Math.max(1, length) };
  return path === undefined ? shown : { path, ...shown };
}
