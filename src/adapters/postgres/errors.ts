/** Turns the driver's errors into engine errors: kind, message, position in the statement, retry. */
import { EngineError } from '../../adapter/engine-error.ts';
import type { EngineErrorDetails, EngineErrorKind, Retry, ValueOperation } from '../../adapter/engine-error.ts';
import { inUseCode } from './publish/lock-briefly.ts';
import { nameInMissingSchema } from './missing-schema.ts';
import { findRule } from './query-mistakes.ts';
import { utf16Offset } from './text-offset.ts';

/** The fields that a server sends with an error, and those that the system adds to one of its own. */
interface RawError {
  readonly message: string;
  /** SQLSTATE, or the system's word for what failed. */
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  /** From 1, in characters. */
  readonly position?: string | undefined;
  readonly schema?: string | undefined;
  /** The function of the server's source that raised it: the one word that no language setting changes. */
  readonly routine?: string | undefined;
}

/** Whatever was thrown, as far as it has the fields of an error. */
function rawError(cause: unknown): RawError {
  if (!(cause instanceof Error)) return { message: String(cause) };
  // Every field is checked to be text below; an error without them has none.
  const fields = cause as Error & Partial<Record<keyof RawError, unknown>>;
  const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
  return {
    message: cause.message,
    code: text(fields.code) ?? codeOfAll(cause),
    detail: text(fields.detail),
    hint: text(fields.hint),
    position: text(fields.position),
    schema: text(fields.schema),
    routine: text(fields.routine),
  };
}

/** A name with several addresses fails with one error for each. */
function codeOfAll(cause: Error): string | undefined {
  if (!(cause instanceof AggregateError)) return undefined;
  // The system's errors carry their code; others give undefined.
  return cause.errors.map((error: unknown) => (error as { readonly code?: string }).code).find((code) => code !== undefined);
}

/** The SQLSTATE or system code of whatever the driver threw. */
export function errorCode(cause: unknown): string | undefined {
  return rawError(cause).code;
}

const codeKinds: Readonly<Record<string, EngineErrorKind>> = {
  '42601': 'syntax',
  '42602': 'syntax',
  '42P02': 'syntax',
  '08P01': 'syntax',
  '42703': 'unknown-column',
  '42P01': 'unknown-relation',
  '3F000': 'unknown-relation',
  '42883': 'unknown-function',
  '42804': 'type-mismatch',
  '42846': 'type-mismatch',
  '42P18': 'type-mismatch',
  '42803': 'meaningless',
  '42P20': 'meaningless',
  '42P10': 'meaningless',
  '42P19': 'meaningless',
  '42712': 'meaningless',
  '42701': 'duplicate-column',
  '42702': 'ambiguous',
  '42725': 'type-mismatch',
  '42P09': 'ambiguous',
  '40001': 'conflict',
  '40P01': 'conflict',
  '55P03': 'conflict',
  '2BP01': 'dependents',
  // Raised by `lockBriefly`.
  [inUseCode]: 'lock-timeout',
  '57014': 'cancelled',
  '25006': 'read-only',
  '53100': 'disk-full',
  '53200': 'out-of-memory',
  '53300': 'connection',
  '57P01': 'connection',
  '57P02': 'connection',
  '57P03': 'connection',
  '57P05': 'connection',
  '25P03': 'connection',
  '3D000': 'other',
  // A regular expression that the server does not take: no value of a row.
  '2201B': 'other',
};

const classKinds: Readonly<Record<string, EngineErrorKind>> = { '08': 'connection', '22': 'conversion', '23': 'constraint' };

/** Values that go wrong while rows are read: the server tells no position then. */
const operations: Readonly<Record<string, ValueOperation>> = {
  '22012': 'division',
  '22P02': 'conversion',
  '22007': 'conversion',
};

/** What the driver says when the socket is gone, in its own words and the system's. */
const LOST = /^Connection terminated|not queryable|^timeout expired$/;
const SYSTEM_LOST =
  /^(?:ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ERR_STREAM_DESTROYED|ERR_STREAM_WRITE_AFTER_END|ERR_STREAM_PREMATURE_CLOSE)$/;

/** Two transactions changed one row of the catalog: the second could not know, and may try again. */
function isCatalogRace(raw: RawError): boolean {
  return raw.code === '23505' ? raw.schema === 'pg_catalog' : raw.code === 'XX000' && raw.message === 'tuple concurrently updated';
}

/** Another partition has the values already, or the rows of the one for all others do. */
function isPartitionTaken({ code, routine, message }: RawError): boolean {
  if (code === '42P17') return routine === 'check_new_partition_bound';
  return code === '23514' && /default partition/.test(message);
}

/** SQL of the user made the server forget a statement that the connection had it keep: it is sent again. */
function isForgotten({ code, message }: RawError): boolean {
  return code === '26000' && message.startsWith('prepared statement "tx_');
}

function kindOf(raw: RawError): EngineErrorKind {
  const code = raw.code ?? '';
  if (isCatalogRace(raw) || isForgotten(raw)) return 'conflict';
  if (raw.code === undefined ? LOST.test(raw.message) : SYSTEM_LOST.test(code)) return 'connection';
  if (isPartitionTaken(raw)) return 'partition-taken';
  if (code === '42883' && raw.routine === 'op_error') return 'type-mismatch';
  const rule = findRule(raw);
  if (rule !== undefined) return rule.kind;
  if (Object.hasOwn(codeKinds, code)) return codeKinds[code] ?? 'other';
  // Version 14 looks for the file of an extension that it does not have.
  if (code === '58P01' && raw.routine === 'parse_extension_control_file') return 'missing-extension';
  // To later ones it is a feature that they do not support.
  if (/^extension "[^"]*" is not available/.test(raw.message)) return 'missing-extension';
  const kind = code.length === 5 ? classKinds[code.slice(0, 2)] : undefined;
  return kind ?? 'other';
}

function retryOf(kind: EngineErrorKind, raw: RawError): Retry {
  if (kind === 'conflict') return 'transaction';
  if (kind === 'lock-timeout') return 'later';
  return kind === 'connection' || raw.code === '53200' || raw.code === '53000' ? 'reconnect' : 'never';
}

/** Kinds whose messages name things of the project (columns, tables, functions) and no values of rows. */
const namesOnly: ReadonlySet<EngineErrorKind> = new Set([
  'syntax',
  'unknown-column',
  'unknown-relation',
  'unknown-function',
  'unknown-type',
  'type-mismatch',
  'ambiguous',
  'duplicate-column',
  'constraint',
  'conflict',
  'connection',
  'cancelled',
  'read-only',
  'missing-extension',
]);

/** Functions of the server whose errors are texts and codes of somebody's SQL. */
const raisedBySql: ReadonlySet<string> = new Set(['exec_stmt_raise', 'exec_stmt_assert']);

const QUOTED_VALUE = /"(?:[^"]|"")*"|'(?:[^']|'')*'|(?<![(\w])-?\d[\d.,:e+-]*\b/gi;

function redact(raw: RawError, message: string, kind: EngineErrorKind): string {
  if (raw.routine !== undefined && raisedBySql.has(raw.routine)) return 'an error that the SQL itself raised';
  // Objects of the catalog are named in class 42 and its neighbours; values of rows come in class 22.
  return namesOnly.has(kind) || /^(?:0A|2B|3|42|55)/.test(raw.code ?? '') ? message : message.replaceAll(QUOTED_VALUE, '…');
}

function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}

/** What hangs on an object that was to be dropped, one line for each. */
function dependentsOf({ code, detail }: RawError): { readonly dependents?: readonly string[] } {
  if (code !== '2BP01' || detail === undefined) return {};
  return {
    dependents: detail
      .split('\n')
      .map(oneLine)
      .filter((line) => line !== ''),
  };
}

/** Fixed words before a name, for the messages of a server that speaks English; the kind never depends on them. */
const NAMES: Readonly<Partial<Record<EngineErrorKind, RegExp>>> = {
  'unknown-column': /^column (?:"((?:[^"]|"")+)"|(\S+)) /,
  'unknown-relation': /^(?:relation|schema) "((?:[^"]|"")+)"|for table "((?:[^"]|"")+)"/,
  'unknown-function': /^(?:function|procedure|tablesample method) ([^(\s]+)/,
  'duplicate-column': /^column "((?:[^"]|"")+)" specified more than once/,
  meaningless: /^table name "((?:[^"]|"")+)" specified more than once/,
  'unknown-type': /^type "((?:[^"]|"")+)" does not exist/,
};

function nameOf(raw: RawError, kind: EngineErrorKind): string | undefined {
  const match = NAMES[kind]?.exec(raw.message);
  const name = match?.[1] ?? match?.[2];
  // A column is named with the alias of its table.
  return kind === 'unknown-column' ? name?.replace(/^.*\.(?=[^.])/, '') : name;
}

/** Near names stand in the hint: `Perhaps you meant to reference the column "t.amount".` */
function candidatesOf(raw: RawError, kind: EngineErrorKind): readonly string[] | undefined {
  if (kind !== 'unknown-column' && kind !== 'unknown-relation') return undefined;
  if (raw.hint === undefined || !raw.hint.startsWith('Perhaps you meant')) return undefined;
  const names = [...raw.hint.matchAll(/(?:column|table alias) "((?:[^"]|"")+)"/g)].map(([, name = '']) => name.replace(/^.*?\./, ''));
  return names.length === 0 ? undefined : [...new Set(names)];
}

/** The server has one code for what is not in FROM and for what is not in the database, and two functions. */
function placeOfName({ routine }: RawError): Pick<EngineErrorDetails, 'beforeColumn'> {
  return routine === 'errorMissingRTE' ? { beforeColumn: true } : {};
}

/** That no function or operator takes such arguments is what the error says itself. */
function hintOf({ hint = '' }: RawError): string | undefined {
  return hint === '' || /^No (?:operator|function) (?:matches|of that name)/.test(hint) ? undefined : oneLine(hint).replace(/\.$/, '');
}

function operationOf({ code = '' }: RawError, kind: EngineErrorKind, place: number | undefined): Pick<EngineErrorDetails, 'operation'> {
  const operation = place === undefined && kind === 'conversion' ? operations[code] : undefined;
  return operation === undefined ? {} : { operation };
}

/** What an error was thrown for. */
export interface ErrorContext {
  /** The caller's part of the text that was sent. */
  readonly sql?: string;
  /** Characters that stood before it. */
  readonly skip?: number;
  /** We asked the server to stop. */
  readonly stopped?: boolean;
  /** Which of the statements that were sent together. */
  readonly statement?: number;
}

/** The engine error for whatever the driver threw while it ran a statement. */
export function engineError(cause: unknown, { sql, skip = 0, stopped = false, statement = 0 }: ErrorContext = {}): EngineError {
  if (cause instanceof EngineError) return cause;
  const raw = rawError(cause);
  const found = kindOf(raw);
  // The server ends statements for others too: for its administrator, and when a time limit is over.
  const kind = stopped && (found === 'cancelled' || found === 'connection') ? 'cancelled' : found === 'cancelled' ? 'other' : found;
  const head = oneLine(raw.message) || raw.code || 'the engine gave no message';
  const detail = raw.detail === undefined ? '' : oneLine(raw.detail);
  const at = Number(raw.position) - 1 - skip;
  const place = sql === undefined || !(at >= 0) ? undefined : utf16Offset(sql, at, 'character');
  const name = nameOf(raw, kind);
  const candidates = candidatesOf(raw, kind);
  const mistake = findRule(raw)?.mistake;
  const hint = candidates === undefined ? hintOf(raw) : undefined;
  const details: EngineErrorDetails = {
    kind,
    message: detail === '' ? head : `${head}: ${detail.replace(/\.$/, '')}`,
    redacted: redact(raw, head, kind),
    retry: kind === 'cancelled' ? 'never' : retryOf(kind, raw),
    ...(statement === 0 ? {} : { statement }),
    ...(place === undefined ? {} : { position: place }),
    ...operationOf(raw, kind, place),
    ...(name === undefined ? {} : { name }),
    ...placeOfName(raw),
    ...(candidates === undefined ? {} : { candidates }),
    ...(mistake === undefined ? {} : { mistake }),
    ...(hint === undefined ? {} : { hint }),
    ...dependentsOf(raw),
  };
  return new EngineError(nameInMissingSchema(details, sql), { cause });
}

/** An error that this adapter itself finds, without the engine. */
export function ownError(
  kind: EngineErrorKind,
  message: string,
  more: { readonly retry?: Retry; readonly hint?: string } = {},
): EngineError {
  const { retry = 'never', hint } = more;
  return new EngineError({ kind, message, redacted: message, retry, ...(hint === undefined ? {} : { hint }) });
}
