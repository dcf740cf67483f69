/** Loads the rows of seed files, and makes sure that they are those that were checked. */
import { SeedChanged } from '../parse/seed/seed-rows.ts';
import type { Action } from '../plan/action.ts';
import type { StepContext } from './attempt.ts';
import type { ExecutionPorts } from './execution.ts';
import { StepFailure } from './step-failure.ts';

/** Loads a seed file; one that is no longer the file that was checked is refused. */
export async function loadSeed({ ports, connection }: StepContext, action: Extract<Action, { kind: 'load-seed' }>): Promise<number> {
  const type = ports.adapter.dialect.typeName('text');
  const columns = action.columns.map((name) => ({ name, type }));
  const changes: SeedChanged[] = [];
  try {
    return await connection.load({ table: action.stage, columns, rows: noting(ports.seedRows(action.path), changes) });
  } catch (cause) {
    const [changed] = changes;
    if (changed !== undefined) throw new StepFailure([changed.diagnostic]);
    throw cause;
  }
}

/** Refuses a seed file that was changed since it was checked. */
export function verifySeed(ports: ExecutionPorts, path: string, rows: number): void {
  try {
    ports.verifySeed(path, rows);
  } catch (cause) {
    throw cause instanceof SeedChanged ? new StepFailure([cause.diagnostic]) : cause;
  }
}

/** Passes rows on and keeps the reason for which their file cannot be read any further. */
function* noting<T>(rows: Iterable<T>, changes: SeedChanged[]): Generator<T, void, undefined> {
  try {
    yield* rows;
  } catch (cause) {
    if (cause instanceof SeedChanged) changes.push(cause);
    throw cause;
  }
}
