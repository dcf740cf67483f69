/** Work on the state that is no run of a plan: it stands among the runs all the same, and one that dies is found open. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Connection, Session } from '../adapter/connection.ts';
import { createStateWriter } from '../state/state-writer.ts';
import type { RunStatus } from '../state/state-writer.ts';
import { runStatements } from './perform.ts';

export interface RecordedRun {
  readonly id: string;
  readonly command: string;
  readonly target: string;
  readonly txVersion: string;
  readonly now: () => number;
}

/** Does the work between the two rows of its run. The state tables must stand. */
export async function recordRun<T>(
  run: RecordedRun,
  { adapter, session, connection, schema }: { adapter: Adapter; session: Session; connection: Connection; schema: string },
  work: () => Promise<T>,
): Promise<T> {
  const writer = createStateWriter(schema, adapter.dialect);
  const note = async (status: RunStatus): Promise<void> => {
    const { id: runId, command, target, txVersion } = run;
    const at = new Date(run.now()).toISOString();
    await runStatements(connection, writer.run({ runId, status, at, command, target, txVersion }));
  };
  await session.announceRun?.(run.id);
  await note('running');
  const done = await work();
  await note('success');
  return done;
}
