/** Turns what the machine refused into a reason to stop: trouble with a file or a database is no bug of `tx`. */
import { EngineError } from '../adapter/engine-error.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import { StatementFailure } from '../execute/step-failure.ts';
import { NotWritten } from '../project/file-system.ts';
import { reasonOf } from '../project/read-text.ts';
import { exitCodes, Stop } from './exit.ts';
import type { Host } from './host.ts';
import { displayPath } from './load-graph.ts';

/** The reason to stop for; undefined for what only a bug can throw. */
export function stopFor(host: Host, cause: unknown): Stop | undefined {
  if (cause instanceof Stop) return cause;
  if (cause instanceof NotWritten)
    return new Stop(exitCodes.failed, [diagnose('file-not-written', { path: displayPath(host, cause.path), reason: reasonOf(cause) })]);
  if (!(cause instanceof EngineError || cause instanceof StatementFailure)) return undefined;
  const { message, retry } = cause.details;
  const code = retry === 'never' ? exitCodes.failed : exitCodes.transient;
  return new Stop(code, [diagnose('database-error', { engine: 'the database', message })]);
}
