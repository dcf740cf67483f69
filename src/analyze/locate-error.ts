/** Finds the part of a query that an error is about, where the engine tells no place: without that part there is no such error. */
import type { Binder, BindRequest } from '../adapter/analysis.ts';
import type { EngineErrorDetails } from '../adapter/engine-error.ts';
import { findMistake } from '../compile/query-place.ts';
import { nextCodeToken } from '../parse/sql-scan.ts';
import { applyEdits } from '../adapter/query-edits.ts';
import type { QueryEdit } from '../adapter/query-edits.ts';
import type { QueryPart } from './query-parts.ts';
import { readParts } from './query-parts.ts';

/** Of longer queries nobody waits for the answers. */
const mostParts = 200;

/** The error with its place, as far as it can be found. */
export async function locateError(binder: Binder, request: BindRequest, error: EngineErrorDetails): Promise<EngineErrorDetails> {
  if (error.position !== undefined || (error.kind !== 'type-mismatch' && error.kind !== 'meaningless')) return error;
  const told = findMistake(error, request.sql);
  if (told !== undefined) return { ...error, position: told };
  const { parts = [] } = readParts(request.sql) ?? {};
  if (parts.length === 0 || parts.length > mostParts) return error;
  const bindings = await binder.bind(parts.map((part) => ({ ...request, sql: applyEdits(request.sql, [without(part)]) })));
  const blamed = parts.filter((_, at) => {
    const binding = bindings[at];
    return (
      binding?.kind === 'bound' || (binding !== undefined && binding.error.message !== error.message && binding.error.kind !== 'syntax')
    );
  });
  const [part] = blamed.toSorted((a, b) => a.end - a.start - (b.end - b.start));
  return part === undefined ? error : { ...error, position: placeIn(request.sql, part, error.message) };
}

function without({ start, end, written }: QueryPart): QueryEdit {
  return { start, end, text: written === undefined ? 'null' : `null as ${written}` };
}

/** What the message names: the operator, or the column; else where the part begins. */
function placeIn(sql: string, { start, end }: QueryPart, message: string): number {
  const named = (/ in ([A-Z]+) (?:operator|expression|clause)/.exec(message) ?? /^[Cc]olumn "?([^"\s]+)"? must/.exec(message))?.[1];
  const wanted = named?.toLowerCase();
  for (let token = nextCodeToken(sql, start); wanted !== undefined && token !== undefined; token = nextCodeToken(sql, token.end)) {
    if (token.start >= end) break;
    if (sql.slice(token.start, token.end).toLowerCase() === wanted) return token.start;
  }
  return start;
}
