/** Finds what else is wrong with the columns of a query that does not bind: a binder stops at the first mistake. */
import type { Binder, Binding, BindRequest, TypeMisfit } from '../adapter/analysis.ts';
import type { EngineErrorDetails } from '../adapter/engine-error.ts';
import { tokenLength } from '../compile/engine-diagnostic.ts';

/** Most errors of one query. */
const maxErrors = 20;

export interface FurtherErrors {
  readonly errors: readonly EngineErrorDetails[];
  readonly misfits: readonly TypeMisfit[];
}

/** A part of the text that was replaced: an offset of the text before any replacement. */
interface Edit {
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

/**
 * Puts NULL for the column of `first`, binds again, and so on. Only what cannot be a consequence of that is given: columns of
 * other names, and in the end values whose types do not fit. The first error of another kind ends the search.
 */
export async function findFurtherErrors(binder: Binder, request: BindRequest, first: EngineErrorDetails): Promise<FurtherErrors> {
  const errors: EngineErrorDetails[] = [];
  const seen = new Set<string>();
  let edits: readonly Edit[] = [];
  let error = first;
  while (edits.length < maxErrors && error.position !== undefined && isOfColumn(error)) {
    const { position, beforeColumn } = error;
    const length = tokenLength(request.sql, position, beforeColumn ? undefined : error.name);
    // A NULL without a type leaves open which function is meant.
    if (edits.length > 0 && /^\s*\(/.test(request.sql.slice(position + length))) break;
    const column = lastPart(request.sql.slice(position, position + length));
    const name = beforeColumn ? `${error.name?.toLowerCase()}.` : column.replaceAll('"', '').toLowerCase();
    // A name again: the query may hand on the column that is missing.
    if (edits.length > 0 && !seen.has(name)) errors.push(error);
    seen.add(name);
    const next = await bindWithout(binder, request, edits, { at: position, length, column });
    edits = next.edits;
    if (next.binding?.kind === 'bound') return { errors, misfits: originalMisfits(edits, next.binding.query.misfits) };
    const found = next.binding?.error;
    const original = found?.position === undefined ? undefined : originalOffset(edits, found.position);
    if (found === undefined || original === undefined) break;
    error = { ...found, position: original };
  }
  return { errors, misfits: [] };
}

function isOfColumn({ kind, beforeColumn }: EngineErrorDetails): boolean {
  return kind === 'unknown-column' || kind === 'ambiguous' || beforeColumn === true;
}

/** As an item of a select list the column keeps its name, for those who read it; elsewhere no name may stand. */
async function bindWithout(
  binder: Binder,
  request: BindRequest,
  before: readonly Edit[],
  { at, length, column }: { readonly at: number; readonly length: number; readonly column: string },
): Promise<{ readonly edits: readonly Edit[]; readonly binding: Binding | undefined }> {
  const attempts = [`null as ${column}`, 'null'].map((text) => [...before, { at, length, text }].sort((a, b) => a.at - b.at));
  const bindings = await binder.bind(attempts.map((edits) => ({ ...request, sql: edited(request.sql, edits) })));
  const [named, plain] = bindings;
  const isNamed = named !== undefined && (named.kind === 'bound' || named.error.kind !== 'syntax');
  return { edits: attempts[isNamed ? 0 : 1] ?? before, binding: isNamed ? named : plain };
}

function originalMisfits(edits: readonly Edit[], misfits: readonly TypeMisfit[]): readonly TypeMisfit[] {
  return misfits.flatMap((misfit) => {
    const position = misfit.position === undefined ? undefined : originalOffset(edits, misfit.position);
    return position === undefined || /^"?null"?$/i.test(misfit.from) ? [] : [{ ...misfit, position }];
  });
}

function lastPart(name: string): string {
  return /(?:"(?:[^"]|"")*"|[^."]+)$/.exec(name)?.[0] ?? name;
}

function edited(sql: string, edits: readonly Edit[]): string {
  let result = '';
  let from = 0;
  for (const { at, length, text } of edits) {
    result += sql.slice(from, at) + text;
    from = at + length;
  }
  return result + sql.slice(from);
}

/** Where an offset of the edited text stands in the original; undefined inside of what was put there. */
function originalOffset(edits: readonly Edit[], offset: number): number | undefined {
  let grown = 0;
  for (const { at, length, text } of edits) {
    const start = at + grown;
    if (offset < start) break;
    if (offset < start + text.length) return undefined;
    grown += text.length - length;
  }
  return offset - grown;
}
