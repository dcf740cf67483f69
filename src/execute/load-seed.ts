/** Loads the rows of seed files, and makes sure that they are those that were checked. */
import { bug } from '../diagnostics/bug.ts';
import { SeedChanged } from '../parse/seed/seed-rows.ts';
import type { Action } from '../plan/action.ts';
import type { StepContext } from './attempt.ts';
import type { ExecutionPorts } from './execution.ts';
import { StepFailure } from './step-failure.ts';

/** Loads a seed file; one that is no longer the file that was checked is refused. */
export async function loadSeed({ ports, connection }: StepContext, action: Extract<Action, { kind: 'load-seed' }>): Promise<number> {
  const type = ports.adapter.dialect.typeName('text');
  const columns = action.columns.map((name) => ({ name, type }));
  const { rows, rowCount, text } = ports.seedContent(action.path);
  const changes: SeedChanged[] = [];
  const noted = text === undefined ? undefined : { ...text, chunks: () => noting(text.chunks(), changes) };
  try {
    const loaded = await connection.load({ table: action.stage, columns, rows: noting(rows, changes), text: noted });
    return loaded === rowCount ? loaded : bug(`${action.path} has ${rowCount} rows, and the engine found ${loaded}`);
  } catch (cause) {
    const [changed] = changes;
    if (changed !== undefined) throw new StepFailure([changed.diagnostic]);
    // An engine that reads the bytes by itself may stumble over what has changed before its end is seen.
    if (text !== undefined) verifySeed(ports, action.path);
    throw cause;
  }
}

/** Refuses a seed file that was changed since it was checked. */
export function verifySeed(ports: ExecutionPorts, path: string, rows?: number): void {
  try {
    ports.verifySeed(path, rows);
  } catch (cause) {
    throw cause instanceof SeedChanged ? new StepFailure([cause.diagnostic]) : cause;
  }
}

/** Passes rows or bytes on and keeps the reason for which their file cannot be read any further. */
function* noting<T>(parts: Iterable<T>, changes: SeedChanged[]): Generator<T, void, undefined> {
  try {
    yield* parts;
  } catch (cause) {
    if (cause instanceof SeedChanged) changes.push(cause);
    throw cause;
  }
}
