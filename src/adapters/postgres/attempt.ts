/** Statements of a transaction that the server may refuse: the transaction goes on without them. */
import type { Connection, ResultSet } from '../../adapter/connection.ts';
import { EngineError } from '../../adapter/engine-error.ts';
import type { Statement } from '../../adapter/statement.ts';

/** A connection whose transaction can go back to a savepoint of it, even if a statement has failed since. */
export interface AttemptingConnection extends Pick<Connection, 'begin' | 'queryEach'> {
  /** After a failure: undoes what came behind the savepoint, which was set in the same call, and the failure with it. */
  readonly undoTo: (savepoint: string) => Promise<void>;
}

export type Attempt =
  | { readonly kind: 'done'; readonly results: readonly ResultSet[] }
  /** `at` is the place of the statement that was refused; nothing is left of any of them. */
  | { readonly kind: 'refused'; readonly at: number; readonly error: EngineError['details'] };

const savepoint = '_tx_attempt';

/**
 * Runs all or none, in one round trip. `undo` leaves nothing of them in any case, not even their locks. Each savepoint is gone in
 * the end: a server is slower for everybody while a transaction has dozens.
 */
export async function attempt(
  connection: AttemptingConnection,
  statements: readonly Statement[],
  afterwards: 'keep' | 'undo',
): Promise<Attempt> {
  const before = { sql: `savepoint ${savepoint}` };
  const release = { sql: `release savepoint ${savepoint}` };
  const behind = afterwards === 'keep' ? [release] : [{ sql: `rollback to savepoint ${savepoint}` }, release];
  try {
    const results = await connection.queryEach(before, ...statements, ...behind);
    return { kind: 'done', results: results.slice(1, 1 + statements.length) };
  } catch (cause) {
    if (!(cause instanceof EngineError) || cause.details.kind === 'connection') throw cause;
    const { statement = 0, ...error } = cause.details;
    const at = statement - 1;
    if (at >= statements.length) throw cause;
    await connection.undoTo(savepoint);
    return { kind: 'refused', at: Math.max(at, 0), error };
  }
}
