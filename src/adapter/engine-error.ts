/** An error that came from a database, in the words that every engine shares. */
import type { QueryMistake } from '../diagnostics/query-mistake.ts';
import type { Relation } from './relation.ts';

export type EngineErrorKind =
  | 'syntax'
  | 'unknown-column'
  | 'unknown-relation'
  | 'unknown-function'
  | 'unknown-type'
  | 'type-mismatch'
  | 'ambiguous'
  /** Two columns of one name, which no relation can have: a query that nobody keeps may give them. */
  | 'duplicate-column'
  /** The parts of a query do not fit together (grouping, windows, set operations, subqueries), whatever its tables hold. */
  | 'meaningless'
  | 'conversion'
  | 'constraint'
  | 'conflict'
  | 'locked'
  | 'lock-timeout'
  | 'dependents'
  /** A partition cannot be made beside one that is there. */
  | 'partition-taken'
  | 'cancelled'
  | 'out-of-memory'
  | 'disk-full'
  | 'io'
  | 'file-content'
  | 'read-only'
  | 'connection'
  | 'not-a-database'
  | 'newer-storage'
  | 'missing-database'
  | 'missing-extension'
  | 'network-file-system'
  | 'other';

/** What met a value that it cannot take. */
export type ValueOperation = 'division' | 'conversion';

/** What may be tried again: the whole transaction, after reconnecting; a whole run, later; or nothing. */
export type Retry = 'transaction' | 'reconnect' | 'later' | 'never';

export interface EngineErrorDetails {
  readonly kind: EngineErrorKind;
  /** The engine's own words, one line, without its position marker and without row values where they can be told apart. */
  readonly message: string;
  /** `message` without the row values and other texts that it quotes: what artifacts and logs may hold. */
  readonly redacted: string;
  readonly retry: Retry;
  /** Which of the statements that were sent together failed, from 0; absent for the first, and where the engine did not tell. */
  readonly statement?: number;
  /** UTF-16 offset into the `sql` of the statement that failed, when the engine gave one. */
  readonly position?: number;
  /** What was at work where a value went wrong, of an engine that tells no position for that. */
  readonly operation?: ValueOperation;
  /** The name that the engine stumbled over, when it told. */
  readonly name?: string;
  /** For `unknown-relation`: the name stands before a column, and nothing in FROM is called so; what stands in the database is no matter. */
  readonly beforeColumn?: true;
  /** Near names that the engine offered. */
  readonly candidates?: readonly string[];
  /** The arguments that the function takes, in parentheses: one text for each of its forms; none where the target was asked and has none. */
  readonly signatures?: readonly string[];
  /** Which rule of SQL the query breaks, where that tells the way out. */
  readonly mistake?: QueryMistake;
  /** What the engine advises, in its own words; no row values. */
  readonly hint?: string;
  /** For `locked` and `lock-timeout`: the process that holds the lock, when the engine told. */
  readonly holder?: { readonly pid: number; readonly command?: string };
  /** The database that could not be opened as the user wrote it, where that is another one than the target. */
  readonly database?: string;
  /** For `lock-timeout`: what could not be locked. For `dependents`: what cannot be replaced. */
  readonly relation?: Relation;
  /** For `dependents`: what stands in the way, in words that users find again in their database. */
  readonly dependents?: readonly string[];
}

/** Of a function that is there under the name that an engine calls unknown: what is unknown are the arguments. */
export function withOtherArguments(error: EngineErrorDetails, signatures: readonly string[]): EngineErrorDetails {
  const tell = (text: string): string => `${text}, only with other arguments`;
  return { ...error, kind: 'type-mismatch', message: tell(error.message), redacted: tell(error.redacted), signatures };
}

/** Thrown by connections. Everything above the adapter sees only this, never a driver's own error. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly details: EngineErrorDetails;

  constructor(details: EngineErrorDetails, options?: ErrorOptions) {
    super(details.message, options);
    this.details = details;
  }
}
