/** Turns the driver's errors into engine errors: kind, message, position in the statement, retry. */
import { EngineError } from '../../adapter/engine-error.ts';
import type { EngineErrorDetails, EngineErrorKind, Retry } from '../../adapter/engine-error.ts';
import { fileProblem, findReader, relationTakenForFile } from './file-errors.ts';
import type { FileProblem, MissingRelation } from './file-errors.ts';
import {
  aliasTwice,
  isMeaningless,
  isWindowFunction,
  mistakeOf,
  placeByWords,
  signaturesOf,
  windowFunctionAlone,
} from './query-mistakes.ts';

/** Alias under which every database file is attached; never shown to a user. */
export const databaseAlias = '_tx_database';

/** What `errors_as_json` gives; all values are text. */
interface RawError {
  readonly exception_type: string;
  readonly exception_message: string;
  readonly error_subtype?: string;
  readonly position?: string;
  readonly candidates?: string;
  readonly name?: string;
  readonly type?: string;
  readonly errno?: string;
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** JSON with or without a `Parser Error: ` prefix, or plain text from before the option was set. */
function parseRaw(message: string): RawError {
  const brace = message.indexOf('{"exception_type"');
  if (brace >= 0) {
    try {
      // The engine writes exactly this shape; every use below bears a missing field.
      return JSON.parse(message.slice(brace)) as RawError;
    } catch {
      // A quoted value can break the engine's JSON; the plain text still says what happened.
    }
  }
  const [, type, rest] = /^(?:Failed to extract statements: )?([A-Z][A-Za-z ]*?) ?(?:Error|Exception)?: ([^]*)$/.exec(message) ?? [];
  if (/^INTERRUPT/i.test(message)) return { exception_type: 'INTERRUPT', exception_message: 'Interrupted!' };
  return { exception_type: type ?? '', exception_message: rest ?? message };
}

/** An engine that gives up writes whole chunks of rows into its message. */
const longestMessage = 1000;

/** One line, without the marker of the position, lists of overloads, hints for other tools and our own alias. */
function cleanMessage(message: string): string {
  const [head = ''] = message.split(
    /\n+\s*(?:LINE \d+:|Did you mean|Candidate (?:bindings|functions)|Please try installing|Possible solutions:|For more info|See the storage page|Use "SET )|\n[^\n]*\n\s*\^/,
  );
  const oneLine = head
    .replaceAll(`${databaseAlias}.`, '')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  if (oneLine.length > longestMessage) return `${oneLine.slice(0, longestMessage)}…`;
  return oneLine === '' ? 'the engine gave no message' : oneLine;
}

/** Whatever stands between quotes or parentheses with an operator may be a row's value. */
const QUOTED_VALUE = /'(?:[^']|'')*'|"(?:[^"]|"")*"/g;

/** Kinds whose messages name things of the project (columns, tables, functions) and no values of rows. */
const namesOnly: ReadonlySet<EngineErrorKind> = new Set([
  'syntax',
  'unknown-column',
  'unknown-relation',
  'unknown-function',
  'unknown-type',
  'type-mismatch',
  'ambiguous',
  'missing-extension',
]);

function redact(message: string, kind: EngineErrorKind, raw: RawError): string {
  if (namesOnly.has(kind)) return message;
  // The text of a user's `error()` call comes under this type and may be made of anything.
  if (raw.exception_type === 'Invalid Input' && !ownInvalidInput.test(message)) return 'invalid input';
  const quotes = message.replaceAll(QUOTED_VALUE, '…');
  return quotes.replaceAll(/\((?=[^()]*\d)[^()]*\)|-?\b\d[\d.,:e+-]*\b/gi, '…');
}

const messageKinds: readonly (readonly [RegExp, EngineErrorKind])[] = [
  [/Could not set lock on file|Conflicting lock is held/, 'locked'],
  [/not a valid DuckDB database file/, 'not-a-database'],
  [/Trying to read a database file with version number|was created with a newer/i, 'newer-storage'],
  [/Corrupt database file|computed checksum|replaying WAL/i, 'not-a-database'],
  [/read-only mode: database does not exist/, 'missing-database'],
  [/attached in read-only mode|Read-only file system|in read-only mode/i, 'read-only'],
  [/No space left on device|Could not write file .*: File too large|disk (?:is )?full|max_temp_directory_size/i, 'disk-full'],
  [/constraint violation|violates .* constraint/i, 'constraint'],
  [/write-write conflict|Conflict on |Transaction conflict|another transaction has/i, 'conflict'],
  [/entries that depend on it|an index depends on it/i, 'dependents'],
  [/^Cannot combine types /, 'type-mismatch'],
  [/exists in the \S+ extension|requires the extension|Extension .* not found/i, 'missing-extension'],
];

/** What the engine itself calls invalid input, in fixed words. */
const ownInvalidInput = /^(?:Cannot execute statement of type|More than one row returned by a subquery)/;

/** Types whose messages quote the user's text, which must not be taken for the engine's words. */
const quotesUser: ReadonlySet<string> = new Set(['Binder', 'Conversion', 'Constraint']);

const typeKinds: Readonly<Record<string, EngineErrorKind>> = {
  Parser: 'syntax',
  Syntax: 'syntax',
  INTERRUPT: 'cancelled',
  Interrupt: 'cancelled',
  Conversion: 'conversion',
  'Out of Range': 'conversion',
  'Mismatch Type': 'type-mismatch',
  Constraint: 'constraint',
  'Out of Memory': 'out-of-memory',
  Permission: 'read-only',
  'Missing Extension': 'missing-extension',
  'Extension Autoloading': 'missing-extension',
  IO: 'io',
  HTTP: 'io',
  Connection: 'connection',
};

/** What the binder says of databases, extensions and settings, which another place may have. */
const dependsOnPlace = /^Catalog "|extension|secret|setting|configuration|attach/i;

/** What the binder of a view says of a first part of a name that is neither a schema nor a database. */
const noDatabase = /^Catalog "((?:[^"]|"")+)" does not exist!$/;

/** What the binder says of a name before a column that nothing in FROM has. */
const beforeColumn = /^Referenced table "((?:[^"]|"")+)" not found/i;

/** What it says of a column that nothing in FROM has, and that the query makes itself, further on. */
const beforeItsAlias = /^Column "((?:[^"]|"")+)" referenced that exists in the SELECT clause/;

function binderKind(raw: RawError): EngineErrorKind {
  const message = raw.exception_message;
  if (
    raw.error_subtype === 'COLUMN_NOT_FOUND' ||
    /does not have a column|column .* not found|^Column .* does not exist on (?:left|right) side of join/i.test(message) ||
    beforeItsAlias.test(message)
  )
    return 'unknown-column';
  if (aliasTwice.test(message)) return 'meaningless';
  if (/^Ambiguous reference/i.test(message)) return 'ambiguous';
  if (beforeColumn.test(message) || noDatabase.test(message)) return 'unknown-relation';
  if (
    raw.error_subtype === 'NO_MATCHING_FUNCTION' ||
    /explicit type cast|Cannot (?:mix|compare|combine)|Unimplemented type for cast/i.test(message)
  ) {
    return 'type-mismatch';
  }
  return dependsOnPlace.test(message) ? 'other' : 'meaningless';
}

function catalogKind(raw: RawError): EngineErrorKind {
  if (raw.error_subtype === 'ENTRY_ALREADY_EXISTS') return 'other';
  if (/Function$/i.test(raw.type ?? '')) return isWindowFunction(raw.name) ? 'meaningless' : 'unknown-function';
  if (raw.type === 'Type') return 'unknown-type';
  if (/^(?:Table|View|Schema)$/i.test(raw.type ?? '') || /^(?:Table|View|Schema) .*does not exist/i.test(raw.exception_message)) {
    return 'unknown-relation';
  }
  return 'other';
}

function kindOf(raw: RawError): EngineErrorKind {
  if (isMeaningless(raw.exception_message)) return 'meaningless';
  if (raw.exception_type === 'Parser' || raw.exception_type === 'Syntax') return 'syntax';
  if (/^interrupt$/i.test(raw.exception_type)) return 'cancelled';
  const quoted =
    quotesUser.has(raw.exception_type) || (raw.exception_type === 'Invalid Input' && !ownInvalidInput.test(raw.exception_message));
  if (!quoted) {
    for (const [pattern, kind] of messageKinds) if (pattern.test(raw.exception_message)) return kind;
  }
  // No space, no quota, or files may become no larger.
  if (raw.errno === '28' || raw.errno === '122' || raw.errno === '27') return 'disk-full';
  if (raw.errno === '30') return 'read-only';
  if (raw.exception_type === 'Binder') return binderKind(raw);
  if (raw.exception_type === 'Catalog') return catalogKind(raw);
  if (/Unimplemented type for cast/.test(raw.exception_message)) return 'type-mismatch';
  return (Object.hasOwn(typeKinds, raw.exception_type) ? typeKinds[raw.exception_type] : undefined) ?? 'other';
}

function retryOf(kind: EngineErrorKind): Retry {
  if (kind === 'conflict') return 'transaction';
  return kind === 'locked' ? 'later' : kind === 'connection' ? 'reconnect' : 'never';
}

/** What an offset of the engine counts: its grammar counts characters, everything behind it UTF-8 bytes. */
export type OffsetUnit = 'byte' | 'character';

/** Offset in UTF-16 code units of the engine's offset into `text`; undefined beyond its end. */
export function utf16Offset(text: string, offset: number, unit: OffsetUnit): number | undefined {
  let left = offset;
  for (let at = 0; at < text.length;) {
    if (left <= 0) return at;
    const code = text.codePointAt(at) ?? 0;
    if (unit === 'character' || code < 0x80) left -= 1;
    else left -= code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    at += code < 0x10000 ? 1 : 2;
  }
  return left <= 0 ? text.length : undefined;
}

const QUALIFIED_NAME = /^(?:"(?:[^"]|"")*"|[\w$\u0080-\uffff]+)(?:\s*\.\s*(?:"(?:[^"]|"")*"|[\w$\u0080-\uffff]+))*/;

/**
 * Whether the text at `at` can be what the engine complains of. When a view inside the statement fails,
 * the engine counts in the view's own text, which would mark an innocent place of ours.
 */
function pointsAtCulprit(sql: string, at: number, raw: RawError, kind: EngineErrorKind): boolean {
  const rest = sql.slice(at, at + 2000);
  if (raw.name !== undefined && (raw.error_subtype === 'COLUMN_NOT_FOUND' || raw.error_subtype === 'MISSING_ENTRY')) {
    const found = QUALIFIED_NAME.exec(rest)?.[0].replaceAll('""', '"').toLowerCase();
    return found === undefined ? !/^[\w\u0080-\uffff]/.test(raw.name) : found.includes(raw.name.toLowerCase());
  }
  if (kind !== 'conversion') return true;
  if (/^(?:::|(?:try_)?cast\s*\()/i.test(rest)) return true;
  const value = /'((?:[^']|'')*)'/.exec(raw.exception_message)?.[1];
  if (/^(?:[a-z]+\s*)?'/i.test(rest)) return value === undefined || rest.includes(value.slice(0, 40));
  const column = /source column (\S+)/.exec(raw.exception_message)?.[1];
  return column !== undefined && (QUALIFIED_NAME.exec(rest)?.[0].toLowerCase().includes(column.toLowerCase()) ?? false);
}

function positionIn(sql: string | undefined, raw: RawError, kind: EngineErrorKind): number | undefined {
  if (sql === undefined || raw.position === undefined) return undefined;
  const at = utf16Offset(sql, Number(raw.position), kind === 'syntax' ? 'character' : 'byte');
  return at !== undefined && pointsAtCulprit(sql, at, raw, kind) ? at : undefined;
}

/** Names only: a list of overloads is no list of names. */
function candidatesOf(raw: RawError, kind: EngineErrorKind): readonly string[] | undefined {
  if (kind === 'type-mismatch') return undefined;
  const names = (raw.candidates?.split(',') ?? unnamedCandidates(raw.exception_message, kind))
    .map((candidate) => candidate.trim().replace(`${databaseAlias}.`, ''))
    .filter((candidate) => candidate !== '' && !/^(?:pg_|duckdb_|sqlite_|pragma_|information_schema)/.test(candidate));
  return names.length === 0 ? undefined : names;
}

/** Of `Table "o" does not have a column named "c"` the engine names what is near in its words only. */
function unnamedCandidates(message: string, kind: EngineErrorKind): readonly string[] {
  const list =
    kind === 'unknown-column' || beforeColumn.test(message)
      ? /\nCandidate (?:bindings|tables):[\s:]*([^\n]+)/.exec(message)?.[1]
      : undefined;
  return [...(list ?? '').matchAll(/"((?:[^"]|"")+)"/g)].map(([, name = '']) => name);
}

/** The column of `Values list "t" does not have a column named "c"`, of a USING and a star: the engine names it in its words only. */
function unnamedColumn(message: string): string | undefined {
  return (
    /does not have a column named "([^"]+)"/.exec(message) ??
    /^Column "([^"]+)" (?:does not exist on|in (?:EXCLUDE|REPLACE) list)/.exec(message) ??
    beforeItsAlias.exec(message)
  )?.[1];
}

/** The name before a column, or the relation of `Table with name "s.t" does not exist because schema "s" does not exist.` */
function unnamedRelation(message: string): string | undefined {
  return (
    beforeColumn.exec(message) ??
    noDatabase.exec(message) ??
    /^(?:Table|View) with name "([^"]+)" does not exist because/.exec(message)
  )?.[1];
}

function nameInWords(message: string, kind: EngineErrorKind): string | undefined {
  if (kind === 'unknown-column') return unnamedColumn(message);
  if (kind === 'meaningless') return aliasTwice.exec(message)?.[1];
  return kind === 'unknown-relation' ? unnamedRelation(message) : undefined;
}

function holderOf(message: string): EngineErrorDetails['holder'] {
  const match = /lock is held in (.+?) \(PID (\d+)\)/.exec(message);
  if (match === null) return undefined;
  return { pid: Number(match[2]), ...(match[1] === undefined ? {} : { command: match[1] }) };
}

function wordsOf(raw: RawError, kind: EngineErrorKind): Pick<EngineErrorDetails, 'message' | 'mistake'> {
  if (kind === 'meaningless' && raw.exception_type === 'Catalog') return windowFunctionAlone(raw.name);
  const message = cleanMessage(raw.exception_message);
  const mistake = mistakeOf(message);
  return mistake === undefined ? { message } : { message, mistake };
}

function placeOf(raw: RawError, kind: EngineErrorKind, message: string, sql: string | undefined): number | undefined {
  return positionIn(sql, raw, kind) ?? (sql === undefined ? undefined : placeByWords(message, sql));
}

const logHint =
  'what cannot be read is the log beside the file, whose name ends with `.wal`: if it belongs to another database, move it away; ' +
  'without its own log a database lacks what was written since its last checkpoint, so keep a copy of both';

/**
 * The engine error for whatever the driver threw while it ran `sql`. `skip` is the length of what the
 * adapter put before the caller's text: the position then counts from there.
 */
export function engineError(cause: unknown, sql?: string, skip = 0): EngineError {
  if (cause instanceof EngineError) return cause;
  const raw = parseRaw(textOf(cause));
  const problem = readerTypes.has(raw.exception_type) ? fileProblem(raw.exception_message) : undefined;
  if (problem !== undefined) return fileError(problem, cause, sql, skip);
  const missing = sql === undefined || raw.exception_type !== 'IO' ? undefined : relationTakenForFile(raw.exception_message, sql);
  if (missing !== undefined) return relationMissing(missing, cause, skip);
  const half = halfOperator(raw);
  if (half !== undefined) return operandMissing({ ...raw, name: half }, cause, sql, skip);
  const kind = kindOf(raw);
  const { message, mistake } = wordsOf(raw, kind);
  const position = placeOf(raw, kind, message, sql);
  const signatures = kind === 'type-mismatch' ? signaturesOf(raw) : undefined;
  const candidates = candidatesOf(raw, kind);
  const name = raw.name ?? nameInWords(raw.exception_message, kind);
  const holder = kind === 'locked' ? holderOf(raw.exception_message) : undefined;
  return new EngineError(
    {
      kind,
      message,
      redacted: redact(message, kind, raw),
      retry: retryOf(kind),
      ...(position === undefined || position < skip ? {} : { position: position - skip }),
      ...(name === undefined ? {} : { name }),
      ...(kind === 'unknown-relation' && beforeColumn.test(raw.exception_message) ? { beforeColumn: true } : {}),
      ...(candidates === undefined ? {} : { candidates }),
      ...(signatures === undefined ? {} : { signatures }),
      ...(mistake === undefined ? {} : { mistake }),
      ...(holder === undefined ? {} : { holder }),
      ...(/replaying WAL/i.test(raw.exception_message) ? { hint: logHint } : {}),
    },
    { cause },
  );
}

/** Types under which the readers of files complain. */
const readerTypes: ReadonlySet<string> = new Set(['Conversion', 'Invalid Input', 'Parser', 'IO']);

/** The engine tells no position for what it meets while it reads, and one inside of a view for a view. */
function fileError({ message, redacted, path, column }: FileProblem, cause: unknown, sql: string | undefined, skip: number): EngineError {
  const position = sql === undefined ? undefined : findReader(sql, path);
  return new EngineError(
    {
      kind: 'file-content',
      message,
      redacted,
      retry: 'never',
      ...(position === undefined || position < skip ? {} : { position: position - skip }),
      ...(column === undefined ? {} : { name: column }),
    },
    { cause },
  );
}

function relationMissing({ name, message, position }: MissingRelation, cause: unknown, skip: number): EngineError {
  const placed = position < skip ? {} : { position: position - skip };
  return new EngineError({ kind: 'unknown-relation', message, redacted: message, retry: 'never', name, ...placed }, { cause });
}

/** The operator that stands behind its value alone: the grammar takes it for the call of a function that nobody has. */
function halfOperator(raw: RawError): string | undefined {
  return raw.exception_type === 'Catalog' ? /^(.+)__postfix$/.exec(raw.name ?? '')?.[1] : undefined;
}

function operandMissing(raw: RawError, cause: unknown, sql: string | undefined, skip: number): EngineError {
  const message = `the operator ${raw.name ?? ''} has nothing on its right`;
  // The grammar let it pass, and so the offset counts bytes.
  const position = positionIn(sql, raw, 'unknown-function');
  const placed = position === undefined || position < skip ? {} : { position: position - skip };
  return new EngineError({ kind: 'syntax', message, redacted: message, retry: 'never', ...placed }, { cause });
}

/** An error that this adapter itself finds, without the engine. */
export function ownError(kind: EngineErrorKind, message: string): EngineError {
  return new EngineError({ kind, message, redacted: message, retry: 'never' });
}
