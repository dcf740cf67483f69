/** Tells of a name in a subquery what is near it there: some engines look further out in the end, and tell of that alone. */
import type { Binder, BindRequest } from '../adapter/analysis.ts';
import type { EngineErrorDetails } from '../adapter/engine-error.ts';
import { tokenLength } from '../compile/engine-diagnostic.ts';
import { nearest } from '../diagnostics/nearest.ts';
import type { Query, ReadText } from '../parse/sql/query.ts';
import { readText, seenQueries } from '../parse/sql/read-query.ts';

/** Most names of outer queries that are taken out of the way. */
const maxOuter = 5;

/** The error with what is near in the subquery, where that is nearer than what stands around it. */
export async function lookInside(binder: Binder, request: BindRequest, error: EngineErrorDetails): Promise<EngineErrorDetails> {
  const { position } = error;
  if (position === undefined || (error.kind !== 'unknown-column' && error.beforeColumn !== true)) return error;
  const alone = subqueryAt(request.sql, position);
  if (alone === undefined) return error;
  let sql = alone.text;
  for (let tries = 0; tries <= maxOuter; tries += 1) {
    const [binding] = await binder.bind([{ ...request, sql }]);
    if (binding?.kind !== 'refused' || binding.error.position === undefined) return error;
    const { error: inner } = binding;
    const at = binding.error.position;
    if (at === alone.position) return better(error, inner);
    if (at > alone.position || (inner.kind !== 'unknown-column' && inner.beforeColumn !== true)) return error;
    // A column of an outer query: something as long stands in for it, so that places stay.
    const length = tokenLength(sql, at, undefined);
    if (length < 4) return error;
    sql = `${sql.slice(0, at)}null${' '.repeat(length - 4)}${sql.slice(at + length)}`;
  }
  return error;
}

function better(error: EngineErrorDetails, inner: EngineErrorDetails): EngineErrorDetails {
  if (inner.kind !== 'unknown-column' || inner.position === undefined) return error;
  // The name before the column is one of the subquery.
  if (error.beforeColumn === true) {
    const { beforeColumn: _, candidates: __, ...rest } = error;
    const { kind, message, redacted, name, candidates } = inner;
    const named = name === undefined ? {} : { name };
    return { ...rest, kind, message, redacted, ...named, ...(candidates === undefined ? {} : { candidates }) };
  }
  const { name, candidates = [] } = inner;
  return name === undefined || nearest(name, candidates).length === 0 ? error : { ...error, candidates };
}

/** The innermost subquery at an offset, as a query of its own, and where the offset is in it. */
function subqueryAt(sql: string, offset: number): { readonly text: string; readonly position: number } | undefined {
  const read = readText(sql);
  if (read === undefined) return undefined;
  const { list } = read.tokens;
  const around = seenQueries(read.tokens, read.query).flatMap(({ query }) => {
    const start = list[query.range.from]?.start ?? 0;
    const end = list[query.range.to - 1]?.end ?? 0;
    return start <= offset && offset < end ? [{ query, start, end }] : [];
  });
  const [inner] = around.toSorted((a, b) => a.end - a.start - (b.end - b.start));
  if (inner === undefined || inner.query === read.query) return undefined;
  const before = commonTables(sql, read, inner.query, inner.start);
  return before === undefined
    ? undefined
    : { text: before + sql.slice(inner.start, inner.end), position: before.length + offset - inner.start };
}

/** What has to stand before the subquery; undefined where that cannot be said. */
function commonTables(sql: string, { tokens, query, commonNames }: ReadText, inner: Query, start: number): string | undefined {
  const { list } = tokens;
  const isNamed = list.slice(inner.range.from, inner.range.to).some(({ text }) => commonNames.has(text.toLowerCase().replaceAll('"', '')));
  if (!isNamed) return '';
  const last = query.commonTables.at(-1);
  const end = last === undefined ? undefined : list[last.query.range.to]?.end;
  return end === undefined || start < end || inner.commonTables.length > 0 ? undefined : `${sql.slice(0, end)} `;
}
