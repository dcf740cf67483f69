/** Turns an error of the database into a diagnostic on the user's own line. */
import type { EngineErrorDetails, EngineErrorKind } from '../adapter/engine-error.ts';
import type { Statement } from '../adapter/statement.ts';
import { adviseColumn } from './advise-column.ts';
import { adviseSyntax } from './advise-syntax.ts';
import { placeInCompiled } from './compiled-excerpt.ts';
import type { CompiledPlace } from './compiled-excerpt.ts';
import type { CompiledText } from './compiled.ts';
import { findMistake } from './query-place.ts';
import { adviseReference, diagnoseAbsent, findAbsent, noReads, noteSelf, noteViews } from './query-reads.ts';
import type { QueryReads } from './query-reads.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic, Note, Where } from '../diagnostics/diagnostic.ts';
import { nextSqlToken } from '../parse/sql-scan.ts';
import type { DiagnosticCode } from '../diagnostics/registry.ts';
import { positionAt } from '../diagnostics/span.ts';
import { placeSuspects } from './suspect-places.ts';
import type { SuspectPlaces } from './suspect-places.ts';
import type { Span } from '../diagnostics/span.ts';

/** Codes whose parameters are those of an engine's error. */
export type EngineErrorCode = Extract<
  DiagnosticCode,
  | 'sql-syntax'
  | 'unknown-column'
  | 'unknown-relation'
  | 'unknown-function'
  | 'unknown-type'
  | 'type-mismatch'
  | 'ambiguous-column'
  | 'query-invalid'
  | 'conversion-failed'
  | 'constraint-violated'
  | 'transaction-conflict'
  | 'lock-timeout'
  | 'dependents-in-the-way'
  | 'partition-taken'
  | 'statement-cancelled'
  | 'out-of-memory'
  | 'disk-full'
  | 'database-read-only'
  | 'missing-extension'
  | 'file-not-read'
  | 'file-content'
  | 'connection-lost'
  | 'database-error'
>;

const codes: Readonly<Record<EngineErrorKind, EngineErrorCode>> = {
  syntax: 'sql-syntax',
  'unknown-column': 'unknown-column',
  'unknown-relation': 'unknown-relation',
  'unknown-function': 'unknown-function',
  'unknown-type': 'unknown-type',
  'type-mismatch': 'type-mismatch',
  ambiguous: 'ambiguous-column',
  'duplicate-column': 'query-invalid',
  meaningless: 'query-invalid',
  conversion: 'conversion-failed',
  constraint: 'constraint-violated',
  conflict: 'transaction-conflict',
  cancelled: 'statement-cancelled',
  'out-of-memory': 'out-of-memory',
  'disk-full': 'disk-full',
  'read-only': 'database-read-only',
  locked: 'database-error',
  'lock-timeout': 'lock-timeout',
  dependents: 'dependents-in-the-way',
  'partition-taken': 'partition-taken',
  io: 'file-not-read',
  'file-content': 'file-content',
  connection: 'connection-lost',
  'missing-extension': 'missing-extension',
  'not-a-database': 'database-error',
  'newer-storage': 'database-error',
  'missing-database': 'database-error',
  'network-file-system': 'database-error',
  other: 'database-error',
};

/** Where the text of a query came from. */
export interface Origin {
  readonly node: string | undefined;
  readonly text: CompiledText | undefined;
  /** The place to name when the error has none inside the text. */
  readonly span: Span | undefined;
  /** Where the compiled text can be read. */
  readonly compiledPath: string | undefined;
  /** What the query reads, where that is known. */
  readonly reads?: QueryReads;
}

/**
 * The diagnostic for an error that `statement` met. The template line is found through the span map;
 * where the compiled text differs from the template there (a macro, a loop), the compiled line is shown too.
 */
export function engineDiagnostic(
  details: EngineErrorDetails,
  engine: string,
  statement: Statement | undefined,
  origin: Origin,
): Diagnostic {
  const reads = origin.reads ?? noReads;
  const told = offsetIn(details, statement, origin);
  const suspects = told === undefined ? suspectsOf(details, statement, origin.text, reads) : undefined;
  const offset = told ?? suspects?.offset;
  const place = findPlace(details, offset, origin);
  const query = queryAt(origin, offset);
  const absent = findAbsent(reads, details, query);
  const params = paramsOf(details, engine);
  const { recreates } = statement ?? {};
  const where: Where = {
    span: place?.span ?? origin.span,
    node: origin.node,
    excerpt: place?.excerpt,
    ...redactedOf(details, engine),
    notes: [
      ...(place?.notes ?? []),
      ...notesOfReads(details, origin, suspects),
      ...(absent === undefined ? noteSelf(reads, details, origin.text?.sql ?? '') : []),
      ...notesOf(details, engine, recreates?.dependents),
    ],
  };
  if (absent !== undefined) return diagnoseAbsent(absent, nodeName(origin.node), where);
  if (details.kind === 'duplicate-column' && details.name !== undefined && statement?.embedded !== undefined)
    return { ...diagnose('duplicate-column', { column: details.name }, where), severity: 'error' };
  const help = helpOf(details, reads, query, place?.excerpt === undefined);
  if (recreates === undefined) return diagnose(codes[details.kind], params, help === undefined ? where : { ...where, help });
  const { what, relation } = recreates;
  return diagnose('dependents-not-recreated', { ...params, what, relation: `${relation.schema}.${relation.name}` }, where);
}

/** What the text of the query tells about the way out; `isOfUser`: it stands so in the template. */
function helpOf(
  details: EngineErrorDetails,
  reads: QueryReads,
  query: { readonly sql: string; readonly offset: number } | undefined,
  isOfUser: boolean,
): string | undefined {
  if (details.operation === 'division') return divisorHelp;
  return adviseReference(reads, details, query) ?? adviseColumn(details, query, isOfUser) ?? adviseSyntax(details, query);
}

function queryAt({ text }: Origin, offset: number | undefined): { readonly sql: string; readonly offset: number } | undefined {
  return text === undefined || offset === undefined ? undefined : { sql: text.sql, offset };
}

/** Where a value may have gone wrong. */
function notesOfReads(details: EngineErrorDetails, { reads = noReads }: Origin, suspects: SuspectPlaces | undefined): readonly Note[] {
  if (suspects?.offset !== undefined) return suspects.notes;
  return [...(suspects?.notes ?? []), ...noteViews(reads, details)];
}

function redactedOf({ kind, message, redacted, ...details }: EngineErrorDetails, engine: string): Pick<Where, 'redacted'> {
  if (redacted === message) return {};
  const params = paramsOf({ ...details, kind, redacted, message: redacted }, engine);
  return { redacted: diagnose(codes[kind], params).message };
}

function paramsOf({ message, name, candidates, beforeColumn, signatures, mistake }: EngineErrorDetails, engine: string) {
  return {
    engine,
    message,
    ...(name === undefined ? {} : { name }),
    ...(candidates === undefined ? {} : { candidates }),
    ...(beforeColumn === undefined ? {} : { beforeColumn }),
    ...(signatures === undefined ? {} : { signatures }),
    ...(mistake === undefined ? {} : { mistake }),
  };
}

function suspectsOf(
  { operation }: EngineErrorDetails,
  statement: Statement | undefined,
  text: CompiledText | undefined,
  { views }: QueryReads,
): SuspectPlaces | undefined {
  const isOfQuery = operation !== undefined && text !== undefined && statement?.embedded !== undefined;
  return isOfQuery ? placeSuspects(text, views, operation) : undefined;
}

/** What the engine told beside its message. */
function notesOf({ kind, holder, hint, dependents }: EngineErrorDetails, engine: string, found: readonly string[] = []): readonly Note[] {
  return [
    ...(kind === 'lock-timeout' && holder !== undefined ? [{ message: `${describeHolder(holder)} holds the lock` }] : []),
    ...(dependents ?? found).map((dependent) => ({ message: `depends on it: ${dependent}` })),
    ...(hint === undefined ? [] : [{ message: `${engine} advises: ${hint}` }]),
  ];
}

const divisorHelp = 'write `nullif(divisor, 0)` as the divisor: the result is NULL then where it is 0';

function describeHolder({ pid, command = '' }: NonNullable<EngineErrorDetails['holder']>): string {
  return command === '' ? `process ${pid}` : `process ${pid} (${command})`;
}

/** The last part of an id. */
function nodeName(id: string | undefined): string {
  return id?.split('.').slice(2).join('.') ?? '';
}

/** Where in the text of the user the error is. */
function offsetIn(details: EngineErrorDetails, statement: Statement | undefined, { text }: Origin): number | undefined {
  const embedded = statement?.embedded;
  const { position } = details;
  if (text === undefined || embedded === undefined) return undefined;
  if (position === undefined) return findName(details, text.sql) ?? findMistake(details, text.sql);
  const offset = position - embedded.at;
  return offset < 0 || offset > embedded.length ? undefined : offset;
}

const namingKinds: ReadonlySet<EngineErrorKind> = new Set(['unknown-relation', 'unknown-column', 'unknown-function', 'unknown-type']);

/** Where the text says the name that the engine does not know, if it says it once: of a table to insert into, engines tell no place. */
function findName({ kind, name }: EngineErrorDetails, sql: string): number | undefined {
  if (name === undefined || !namingKinds.has(kind)) return undefined;
  let found: number | undefined;
  for (let token = nextSqlToken(sql, 0); token !== undefined; token = nextSqlToken(sql, token.end)) {
    if (token.kind !== 'word' || sql.slice(token.start, token.end).toLowerCase() !== name.toLowerCase()) continue;
    if (found !== undefined) return undefined;
    found = token.start;
  }
  return found;
}

function findPlace(details: EngineErrorDetails, offset: number | undefined, { text, compiledPath }: Origin): CompiledPlace | undefined {
  if (text === undefined || offset === undefined) return undefined;
  const place = placeInCompiled(text, offset, tokenLength(text.sql, offset, details.name), compiledPath);
  if (place === undefined || compiledPath === undefined || place.excerpt !== undefined) return place;
  const { line } = positionAt(text.sql, offset);
  return { ...place, notes: [...place.notes, { message: `compiled: ${compiledPath}:${line}` }] };
}

/** Length of the word, quoted name or symbol at `offset`: what the caret should stand under. */
export function tokenLength(sql: string, offset: number, name: string | undefined): number {
  if (name !== undefined && sql.startsWith(name, offset)) return name.length;
  const match = /^(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*(?:\.(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*))*|\d+)/u.exec(
    sql.slice(offset, offset + 300),
  );
  return match === null ? 1 : match[0].length;
}
